"""What the platform's gradebook holds, beside what we know: read, and changed nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.lti import Result
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


def readable(db: Session, link_pk: int) -> Readable:
    """Return the columns of a link, and the people of its class who may have a grade there.

    Those who are on the class's list or have a score are known, in the order of names; test users
    have no grades.
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
        select(Learner)
        .where(Learner.id.in_(members.union(graded)), ~Learner.is_test_user)
        .order_by(Learner.sort_name, Learner.id)
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


def is_moving(before: GradeDelivery | None, row: GradeDelivery) -> bool:
    """Whether a score left, or was leaving, while its column was read.

    ``before`` is our row as it was then. What was read says nothing about such a score.
    """
    if row.claimed_until is not None:
        return True
    if before is None:
        return row.last_sent_timestamp is not None
    was_on_its_way = before.claimed_until is not None
    return was_on_its_way or before.last_sent_timestamp != row.last_sent_timestamp
