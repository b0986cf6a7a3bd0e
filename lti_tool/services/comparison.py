"""What the platform's gradebook holds, beside what we know: read, and changed nowhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import Result, ServiceError, ServiceFault
from lti_tool.models import (
    Context,
    DeliveryState,
    Deployment,
    GradeDelivery,
    Learner,
    Membership,
    Platform,
    ResourceLink,
)
from lti_tool.services.columns import address_of, in_use, line_items_of

log = logging.getLogger(__name__)

TOLERANCE: Final = 0.005
"""Half a percent: platforms round what they are given, each in its own way."""


class Difference(StrEnum):
    """How the gradebook differs from what we know. The page says it in words.

    ``MISSING``: taken by the platform, and gone from the column. ``NOT_SENT``: not taken yet.
    ``OLDER``: the column holds what we sent before. ``CHANGED``: something that we never sent.
    ``FOREIGN``: a grade where we sent none.
    """

    MISSING = "missing"
    NOT_SENT = "not_sent"
    OLDER = "older"
    CHANGED = "changed"
    FOREIGN = "foreign"


BY_HAND: Final = frozenset({Difference.CHANGED, Difference.FOREIGN})
"""What somebody else wrote into the gradebook, as far as can be told from what we sent."""


class ResultReader(Protocol):
    """What reads a column: ``lti_tool.lti.LineItemClient``."""

    def results(self, platform: Platform, url: str) -> tuple[Result, ...]:
        """Raise ``ServiceError``."""


@dataclass(frozen=True, slots=True)
class ReadableColumn:
    """A column that gets the scores of a link, where it is read."""

    item_id: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Readable:
    """What of a platform's gradebook concerns a link. ``people`` are known by their ``sub``."""

    platform: Platform
    columns: tuple[ReadableColumn, ...]
    people: Mapping[str, Learner]


@dataclass(frozen=True, slots=True)
class ComparedGrade:
    """One grade that differs. Shares run from 0 to 1, and beyond where a teacher gave more."""

    name: str
    column: str
    ours: float | None
    theirs: float | None
    difference: Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it. ``same`` is how many grades agree; ``fault`` why no more was read."""

    differences: tuple[ComparedGrade, ...]
    same: int
    fault: ServiceFault | None = None


def readable(db: Session, link_pk: int) -> Readable:
    """Return the columns of a link, and the people of its class who may have a grade there.

    Those who are on the class's list or have a score are known; test users have no grades.
    """
    link = db.scalars(
        select(ResourceLink)
        .where(ResourceLink.id == link_pk)
        .options(
            joinedload(ResourceLink.context)
            .joinedload(Context.deployment)
            .joinedload(Deployment.platform)
        )
    ).one()
    items = line_items_of(db, [link.id])
    used = in_use(link, items)
    members = select(Membership.learner_id).where(Membership.context_pk == link.context_pk)
    graded = select(GradeDelivery.learner_id).where(
        GradeDelivery.line_item_pk.in_([item.id for item in used])
    )
    people = db.scalars(
        select(Learner).where(Learner.id.in_(members.union(graded)), ~Learner.is_test_user)
    )
    columns = (
        ReadableColumn(item.id, item.label or link.title, url)
        for item in used
        if (url := address_of(item, link, items)) is not None
    )
    return Readable(
        link.context.deployment.platform,
        tuple(columns),
        {learner.sub: learner for learner in people},
    )


def deliveries_of(db: Session, item_id: int) -> dict[int, GradeDelivery]:
    """Return the scores of a column, by their learner."""
    rows = db.scalars(select(GradeDelivery).where(GradeDelivery.line_item_pk == item_id))
    return {row.learner_id: row for row in rows}


def compare(database: Database, reader: ResultReader, link_pk: int) -> Comparison:
    """Compare the columns that get a link's scores with what we know of them.

    The platform is asked outside any transaction. People whom we do not know are left out:
    they never opened the link, nor are they on the class's list.
    """
    with database.reading() as db:
        found = readable(db, link_pk)
        grades = {column.item_id: deliveries_of(db, column.item_id) for column in found.columns}
    differences: list[ComparedGrade] = []
    same = 0
    for column in found.columns:
        try:
            results = reader.results(found.platform, column.url)
        except ServiceError as error:
            log.warning("The results of column %s did not come: %s", column.item_id, error)
            return Comparison(_sorted(differences), same, error.fault)
        rows = grades[column.item_id]
        for learner, theirs in side_by_side(found.people, rows, results):
            row = rows.get(learner.id)
            differing = difference(row, theirs)
            if differing is None:
                same += 1
            else:
                ours = None if row is None else row.score
                differences.append(
                    ComparedGrade(learner.name, column.label, ours, theirs, differing)
                )
    return Comparison(_sorted(differences), same)


def side_by_side(
    people: Mapping[str, Learner], rows: Mapping[int, GradeDelivery], results: Iterable[Result]
) -> Sequence[tuple[Learner, float | None]]:
    """Return everybody who has a grade in a column, there or here, with the one that is there."""
    theirs = {result.user_id: result.share for result in results}
    return [
        (learner, theirs.get(sub))
        for sub, learner in people.items()
        if theirs.get(sub) is not None or learner.id in rows
    ]


def difference(row: GradeDelivery | None, theirs: float | None) -> Difference | None:
    """Tell how a column's grade differs from ours; ``None`` where they are the same.

    A grade is taken for an older one of ours only if it is the last that the platform took or
    the last that left: its answer may have been lost on the way.
    """
    if row is None:
        return None if theirs is None else Difference.FOREIGN
    if theirs is None:
        return Difference.MISSING if row.state == DeliveryState.SENT else Difference.NOT_SENT
    if near(row.score, theirs):
        return None
    sent = [score for score in (row.sent_score, row.tried_score) if score is not None]
    if any(near(score, theirs) for score in sent):
        return Difference.OLDER
    return Difference.CHANGED if sent else Difference.FOREIGN


def near(one: float, other: float) -> bool:
    """Whether two grades are the same, but for rounding."""
    return abs(one - other) <= TOLERANCE


def _sorted(differences: Iterable[ComparedGrade]) -> tuple[ComparedGrade, ...]:
    return tuple(sorted(differences, key=lambda one: (one.name, one.column)))
