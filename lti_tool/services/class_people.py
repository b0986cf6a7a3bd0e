"""Whom a class table is about, and the columns by which it is sorted, narrowed and counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import FromClause, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from course_content.model import Course
from lti_tool.models import (
    ClassLine,
    DeliveryState,
    GradeDelivery,
    Learner,
    LineItem,
    Membership,
    ResourceLink,
    Standing,
)
from lti_tool.models.base import UtcDateTime
from lti_tool.services.class_lines import Scope

LEARNER_ROLE: Final = "learner"
REFUSED: Final = 0
WITHOUT_GRADE: Final = 2
GRADE_RANKS: Final = {
    DeliveryState.REFUSED: REFUSED,
    DeliveryState.PENDING: 1,
    DeliveryState.SENT: 3,
}
"""The grade that is furthest from the gradebook first; no grade at all is between them."""


@dataclass(frozen=True, slots=True)
class People:
    """The students of a link's class: all that we know of them, side by side.

    Who left without having opened anything is not among them. ``counts`` says of whom the
    figures of the class are: not of those whose place is suspended, who left, or who are test
    users.
    """

    scope: Scope
    source: FromClause
    belongs: ColumnElement[bool]
    counts: ColumnElement[bool]
    last_activity: ColumnElement[datetime | None]
    grade_rank: ColumnElement[int]

    @classmethod
    def of(
        cls,
        course: Course,
        link: ResourceLink,
        items: Sequence[LineItem],
        only: Collection[str] | None = None,
    ) -> People:
        """Return the people of a link's class, or ``only`` those, by their ``sub``.

        ``items`` are the columns that get the link's scores.
        """
        grades = _grades(items)
        source = Membership.__table__.join(Learner, Learner.id == Membership.learner_id).outerjoin(
            ClassLine,
            and_(ClassLine.learner_id == Learner.id, ClassLine.resource_link_pk == link.id),
        )
        rank: ColumnElement[int] = literal(WITHOUT_GRADE)
        if grades is not None:
            source = source.outerjoin(grades, grades.c.learner_id == Learner.id)
            rank = func.coalesce(grades.c.rank, WITHOUT_GRADE)
        return cls(
            scope=Scope.of(course, link),
            source=source,
            belongs=and_(
                Membership.context_pk == link.context_pk,
                Membership.role == LEARNER_ROLE,
                or_(Membership.standing != Standing.LEFT, Membership.last_seen_at.is_not(None)),
                *([] if only is None else [Learner.sub.in_(only)]),
            ),
            counts=and_(Membership.standing == Standing.ACTIVE, Learner.is_test_user.is_(False)),
            last_activity=_later(Membership.last_seen_at, ClassLine.worked_at),
            grade_rank=rank,
        )

    def column(self, key: str) -> ColumnElement[Any]:
        """Return what the table is sorted by, from the key of one of its columns."""
        kind, _colon, name = key.partition(":")
        if kind == "activity" and name in {one.id for one in self.scope.activities}:
            score: ColumnElement[Any] = ClassLine.scores[name].as_float()
            return score
        columns: dict[str, ColumnElement[Any]] = {
            "progress": func.coalesce(ClassLine.visited, 0),
            "overall": type_coerce(ClassLine.score, ClassLine.score.type),
            "grade": self.grade_rank,
            "time": func.coalesce(ClassLine.active_seconds, 0.0),
            "seen": self.last_activity,
        }
        return columns[key]


def _grades(items: Sequence[LineItem]) -> Any:
    """Return how far each learner's grades are from the gradebook; nothing without columns."""
    if not items:
        return None
    rank = case(GRADE_RANKS, value=GradeDelivery.state)
    of_link = GradeDelivery.line_item_pk.in_([item.id for item in items])
    if len(items) == 1:
        # One grade each: the database can join them without sorting them out first.
        return select(GradeDelivery.learner_id, rank.label("rank")).where(of_link).subquery()
    return (
        select(GradeDelivery.learner_id, func.min(rank).label("rank"))
        .where(of_link)
        .group_by(GradeDelivery.learner_id)
        .subquery()
    )


def _later(one: Any, other: Any) -> ColumnElement[datetime | None]:
    """Return the later of two moments, or the one that there is."""
    later = case((other.is_(None), one), (one.is_(None), other), (one > other, one), else_=other)
    return type_coerce(later, UtcDateTime())
