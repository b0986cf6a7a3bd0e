"""Until when work is awaited of whom, and how many attempts they have (docs/adr/0033).

Dates belong to a class and a course, whatever link leads there: they are those of the narrowest
target that has one. An extension is for a learner or for a group. What a learner was given holds
before what their groups were, of several groups the most generous one; and nothing that was given
leaves somebody less than the class has. A minute that is written belongs to the time that there
is: what is done at 23:59:59 is in time for 23:59.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz, Workshop
from lti_tool.models import OF_CLASS, CourseGroup, GroupMembership, ResourceLink, Term
from lti_tool.services.courses import link_extent
from lti_tool.services.progress import Seat
from lti_tool.services.targets import targets_around, to_do

GRACE: Final = timedelta(minutes=15)
"""How long after the closing an attempt may be finished that was begun before it."""
MINUTE: Final = timedelta(minutes=1)

T = TypeVar("T", int, datetime)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds for somebody at one activity. ``extended`` says that it is more than the class's.

    ``extra_attempts`` come on top of those that the course allows.
    """

    due_at: datetime | None = None
    closes_at: datetime | None = None
    extra_attempts: int = 0
    extended: bool = False

    def lateness(self, moment: datetime) -> timedelta | None:
        """Return by how much something that is done at a moment is late, if it is."""
        return lateness(self.due_at, moment)

    def is_closed(self, moment: datetime) -> bool:
        """Whether nothing new is accepted any more."""
        return has_passed(self.closes_at, moment)

    def takes_answers(self, begun_at: datetime, moment: datetime) -> bool:
        """Whether an attempt that was begun at a moment still takes answers at another."""
        if self.closes_at is None or not self.is_closed(moment):
            return True
        was_begun_in_time = not self.is_closed(begun_at)
        return was_begun_in_time and not has_passed(self.closes_at + GRACE, moment)

    def takes_works(self, asked_again_at: datetime | None, moment: datetime) -> bool:
        """Whether a work may be handed in; ``asked_again_at`` is when the last one was returned.

        Who returns a work after the closing asks for it again, and gets it.
        """
        if not self.is_closed(moment):
            return True
        return asked_again_at is not None and self.is_closed(asked_again_at)


NO_BOUNDS: Final = Bounds()


def has_passed(minute: datetime | None, moment: datetime) -> bool:
    """Whether a minute is over at a moment."""
    return minute is not None and moment >= minute + MINUTE


def lateness(due_at: datetime | None, moment: datetime) -> timedelta | None:
    """Return by how much a moment is after a due date, if there is one and it is over."""
    return moment - due_at if due_at is not None and has_passed(due_at, moment) else None


@dataclass(frozen=True, slots=True)
class TermBook:
    """All that was written for one person: for their class, for their groups and for them."""

    rows: Sequence[Term] = ()

    def bounds(self, targets: Sequence[str]) -> Bounds:
        """Return what holds at an activity, which ``targets`` cover, the narrowest first."""
        by_holder: dict[str, list[Term]] = {}
        for row in self.rows:
            if row.target in targets:
                by_holder.setdefault(row.holder, []).append(row)
        for rows in by_holder.values():
            rows.sort(key=lambda row: targets.index(row.target))
        of_class = by_holder.pop(OF_CLASS, [])
        due_at = _narrowest(of_class, _due_at)
        closes_at = _narrowest(of_class, _closes_at)
        longer = _later(due_at, _given(by_holder, _due_at))
        later_end = _later(closes_at, _given(by_holder, _closes_at))
        if longer != due_at:
            later_end = _later(later_end, longer)
        return Bounds(
            due_at=longer,
            closes_at=later_end,
            extra_attempts=_given(by_holder, _extra_attempts) or 0,
            extended=(longer, later_end) != (due_at, closes_at),
        )


def terms_of_seat(db: Session, seat: Seat) -> TermBook:
    """Return what was written for somebody at a course."""
    groups = (
        select(CourseGroup.group_id)
        .join(GroupMembership, GroupMembership.group_pk == CourseGroup.id)
        .where(
            CourseGroup.context_pk == seat.context_pk,
            GroupMembership.learner_id == seat.learner_id,
        )
    )
    mine = or_(
        Term.holder == OF_CLASS, Term.learner_id == seat.learner_id, Term.group_id.in_(groups)
    )
    rows = db.scalars(_in_force(seat.context_pk, seat.course).where(mine))
    return TermBook(rows.all())


def terms_of_class_alone(db: Session, link: ResourceLink) -> TermBook:
    """Return what holds for a class as a whole, for who looks at a preview."""
    of_class = _in_force(link.context_pk, link.course).where(Term.holder == OF_CLASS)
    return TermBook(db.scalars(of_class).all())


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """All that was written for a class, and who is in the groups that were given something."""

    rows: Sequence[Term] = ()
    groups_of: Mapping[int, Collection[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, db: Session, link: ResourceLink) -> ClassTerms:
        """Return what was written for the class of a link, at its course."""
        rows = db.scalars(_in_force(link.context_pk, link.course).order_by(Term.id)).all()
        named = {row.group_id for row in rows if row.group_id is not None}
        return cls(rows, _members(db, link.context_pk, named) if named else {})

    @property
    def exceptional(self) -> frozenset[int]:
        """Those to whom something was given, alone or with a group of theirs."""
        alone = {row.learner_id for row in self.rows if row.learner_id is not None}
        return frozenset(alone | self.groups_of.keys())

    def book(self, learner_id: int | None) -> TermBook:
        """Return what holds for a learner; for ``None``, who has nothing of their own."""
        groups = () if learner_id is None else self.groups_of.get(learner_id, ())
        return TermBook(
            [
                row
                for row in self.rows
                if row.holder == OF_CLASS
                or (row.learner_id is not None and row.learner_id == learner_id)
                or (row.group_id is not None and row.group_id in groups)
            ]
        )

    @property
    def fingerprint(self) -> str:
        """What is another one as soon as a due date of anybody is."""
        told: list[Any] = [
            (row.target, row.holder, row.due_at.isoformat())
            for row in self.rows
            if row.due_at is not None
        ]
        told += sorted((pk, sorted(groups)) for pk, groups in self.groups_of.items())
        return hashlib.sha256(json.dumps(told).encode()).hexdigest() if told else ""


def dated_steps(course: Course, target: str) -> tuple[Quiz | Workshop, ...]:
    """Return what may have dates of what a target covers: graded quizzes, and works handed in."""
    return tuple(
        step
        for unit in link_extent(course, target).units
        for step in to_do(unit)
        if (isinstance(step, Quiz) and step.graded)
        or (isinstance(step, Workshop) and step.review is not None)
    )


def bounds_of_link(course: Course, book: TermBook, target: str) -> Bounds:
    """Return what holds for all that a target covers, where nothing narrower says otherwise."""
    whole = str(link_extent(course, target).target)
    for step in dated_steps(course, target):
        around = targets_around(course, step.id)
        return book.bounds(around[around.index(whole) :])
    return NO_BOUNDS


def counted_steps(course: Course, target: str) -> tuple[Quiz, ...]:
    """Return the quizzes that a target covers of which the course allows so many attempts."""
    return tuple(one for one in link_extent(course, target).activities if one.attempts)


def bounds_of(course: Course, book: TermBook, step: Quiz | Workshop) -> Bounds:
    """Return what holds at a step. What is neither graded nor handed in is open for ever."""
    if not book.rows:
        return NO_BOUNDS
    bounds = book.bounds(targets_around(course, step.id))
    if isinstance(step, Quiz) and not step.graded:
        return Bounds(extra_attempts=bounds.extra_attempts)
    return bounds


def allowed_attempts(activity: Quiz, bounds: Bounds) -> int | None:
    """Return how many attempts somebody has; ``None`` for as many as they like."""
    return activity.attempts + bounds.extra_attempts if activity.attempts else None


def _in_force(context_pk: int, course: str) -> Select[Term]:
    return select(Term).where(
        Term.context_pk == context_pk, Term.course == course, Term.withdrawn_at.is_(None)
    )


def _members(db: Session, context_pk: int, named: Collection[str]) -> dict[int, set[str]]:
    places = db.execute(
        select(GroupMembership.learner_id, CourseGroup.group_id)
        .join(CourseGroup, CourseGroup.id == GroupMembership.group_pk)
        .where(CourseGroup.context_pk == context_pk, CourseGroup.group_id.in_(named))
    )
    found: dict[int, set[str]] = {}
    for learner_id, group_id in places:
        found.setdefault(learner_id, set()).add(group_id)
    return found


def _due_at(row: Term) -> datetime | None:
    return row.due_at


def _closes_at(row: Term) -> datetime | None:
    return row.closes_at


def _extra_attempts(row: Term) -> int | None:
    return row.extra_attempts


def _narrowest(rows: Iterable[Term], said: Callable[[Term], T | None]) -> T | None:
    return next((value for row in rows if (value := said(row)) is not None), None)


def _given(by_holder: Mapping[str, Sequence[Term]], said: Callable[[Term], T | None]) -> T | None:
    """Return what a learner was given, else the most of what their groups were."""
    found = [(rows[0], _narrowest(rows, said)) for rows in by_holder.values()]
    alone = [value for row, value in found if row.learner_id is not None and value is not None]
    together = [value for row, value in found if row.learner_id is None and value is not None]
    return max(alone or together, default=None)


def _later(first: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two; of what the class has no date for, nothing can be later."""
    return first if first is None or other is None else max(first, other)
