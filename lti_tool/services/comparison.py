"""What the platform's gradebook holds, beside what we know: read, and changed nowhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lti_tool.database import Database
from lti_tool.lti import Result, ServiceError, ServiceFault
from lti_tool.models import (
    Context,
    DeliveryState,
    Deployment,
    GradeDelivery,
    Learner,
    LineItem,
    Membership,
    Platform,
    ResourceLink,
)
from lti_tool.services.columns import address_of, in_use, line_items_of

log = logging.getLogger(__name__)

TOLERANCE = 0.005
"""Half a percent: platforms round what they are given, each in its own way."""


class Difference(StrEnum):
    """How the gradebook differs from what we know. The page says it in words."""

    MISSING = "missing"
    NOT_SENT = "not_sent"
    OLDER = "older"
    CHANGED = "changed"
    FOREIGN = "foreign"


class ResultReader(Protocol):
    """What reads a column: ``lti_tool.lti.LineItemClient``."""

    def results(self, platform: Platform, url: str) -> tuple[Result, ...]:
        """Raise ``ServiceError``."""


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


@dataclass(frozen=True, slots=True)
class _Column:
    label: str
    url: str
    grades: Mapping[str, GradeDelivery]


def compare(database: Database, reader: ResultReader, link_pk: int) -> Comparison:
    """Compare the columns that get a link's scores with what we know of them.

    The platform is asked outside any transaction. People whom we do not know are left out:
    they never opened the link, nor are they on the class's list.
    """
    with database.reading() as db:
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
        people = _people(
            db.scalars(
                select(Learner)
                .join(Membership, Membership.learner_id == Learner.id)
                .where(Membership.context_pk == link.context_pk)
            )
        )
        rows = db.scalars(
            select(GradeDelivery)
            .where(GradeDelivery.line_item_pk.in_([item.id for item in used]))
            .options(joinedload(GradeDelivery.learner))
        ).all()
    people |= _people(row.learner for row in rows)
    differences: list[ComparedGrade] = []
    same = 0
    for item in used:
        url = address_of(item, link, items)
        if url is None:
            continue
        column = _column(item, link, url, rows)
        try:
            results = reader.results(link.context.deployment.platform, url)
        except ServiceError as error:
            log.warning("The results of column %s did not come: %s", item.id, error)
            return Comparison(tuple(differences), same, error.fault)
        found, alike = _compared(column, results, people)
        differences += found
        same += alike
    return Comparison(tuple(sorted(differences, key=lambda one: (one.name, one.column))), same)


def _people(learners: Iterable[Learner]) -> dict[str, str]:
    return {learner.sub: learner.name for learner in learners}


def _column(item: LineItem, link: ResourceLink, url: str, rows: Sequence[GradeDelivery]) -> _Column:
    grades = {row.learner.sub: row for row in rows if row.line_item_pk == item.id}
    return _Column(item.label or link.title, url, grades)


def _compared(
    column: _Column, results: Iterable[Result], people: Mapping[str, str]
) -> tuple[list[ComparedGrade], int]:
    theirs = {result.user_id: result.share for result in results}
    different: list[ComparedGrade] = []
    same = 0
    for user_id in dict.fromkeys([*column.grades, *theirs]):
        if user_id not in people:
            continue
        row, share = column.grades.get(user_id), theirs.get(user_id)
        if row is None and share is None:
            continue
        difference = _difference(row, share)
        if difference is None:
            same += 1
        else:
            ours = None if row is None else row.score
            different.append(ComparedGrade(people[user_id], column.label, ours, share, difference))
    return different, same


def _difference(row: GradeDelivery | None, theirs: float | None) -> Difference | None:
    if row is None:
        return Difference.FOREIGN
    arrived = row.state == DeliveryState.SENT
    if theirs is None:
        return Difference.MISSING if arrived else Difference.NOT_SENT
    if abs(row.score - theirs) <= TOLERANCE:
        return None
    return Difference.CHANGED if arrived else Difference.OLDER
