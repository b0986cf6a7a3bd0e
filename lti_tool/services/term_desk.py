"""An instructor writes until when work is awaited, and gives somebody more time or attempts.

What is written is checked against what holds then, so that nothing is granted that changes
nothing. Nobody's work is touched: what was late stays so by the date that there is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz, Workshop
from lti_tool.models import (
    OF_CLASS,
    Context,
    CourseGroup,
    Membership,
    ResourceLink,
    Term,
    holder_of,
    now,
)
from lti_tool.services.class_people import LEARNER_ROLE
from lti_tool.services.courses import link_extent
from lti_tool.services.progress import insert_unless_there
from lti_tool.services.targets import Target, TargetKind, targets_around
from lti_tool.services.terms import (
    Bounds,
    TermBook,
    bounds_of,
    counted_steps,
    dated_steps,
    terms_of_class_alone,
)

MOST_EXTRA_ATTEMPTS: Final = 20
LONGEST_NOTE: Final = 500
"""Characters."""


class TermFault(StrEnum):
    """Why terms cannot be as somebody wrote them."""

    UNKNOWN_TARGET = "unknown_target"
    UNKNOWN_HOLDER = "unknown_holder"
    UNKNOWN_TERM = "unknown_term"
    CLOSES_BEFORE_DUE = "closes_before_due"
    NOTHING_GIVEN = "nothing_given"
    NO_DUE_DATE = "no_due_date"
    NO_CLOSING_DATE = "no_closing_date"
    NOT_LATER = "not_later"
    ATTEMPTS_WRONG = "attempts_wrong"
    ATTEMPTS_UNLIMITED = "attempts_unlimited"
    NOTE_TOO_LONG = "note_too_long"


class TermsRefused(Exception):
    """Terms that cannot be kept. ``place`` is the target, ``field`` what of it is wrong."""

    def __init__(self, fault: TermFault, field: str = "", place: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.field = field
        self.place = place


@dataclass(frozen=True, slots=True)
class Dates:
    """A due date and a closing date, as far as there are any."""

    due_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """More time, more attempts, or both. ``group_id`` is the platform's name for a group."""

    target: str
    learner_id: int | None = None
    group_id: str | None = None
    dates: Dates = Dates()
    extra_attempts: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TermDesk:
    """Where an instructor writes the terms of a class, at a link to its course."""

    course: Course
    link: ResourceLink
    author_id: int | None

    @property
    def whole(self) -> str:
        """The target of the link itself: what holds for all that it opens."""
        return str(link_extent(self.course, self.link.target).target)

    @property
    def dated_targets(self) -> tuple[str, ...]:
        """What the class may have dates for through this link, all of it first."""
        steps = [_alone(one) for one in dated_steps(self.course, self.link.target)]
        return tuple(dict.fromkeys([self.whole, *steps])) if steps else ()

    @property
    def targets(self) -> tuple[str, ...]:
        """What somebody may be given more of through this link."""
        counted = [_alone(one) for one in counted_steps(self.course, self.link.target)]
        both = dict.fromkeys([*self.dated_targets, *counted])
        places = {_alone(one): place for place, one in enumerate(self._reading_order())}
        return tuple(sorted(both, key=lambda target: places.get(target, -1)))

    def set_dates(self, db: Session, wanted: Mapping[str, Dates]) -> None:
        """Write the dates of the class at these targets. Raise ``TermsRefused``."""
        for target, dates in wanted.items():
            if target not in self.dated_targets:
                raise TermsRefused(TermFault.UNKNOWN_TARGET)
            if dates.due_at and dates.closes_at and dates.closes_at < dates.due_at:
                raise TermsRefused(TermFault.CLOSES_BEFORE_DUE, "closes", target)
        for target, dates in sorted(wanted.items()):
            row = self._row(db, Grant(target))
            row.due_at, row.closes_at = dates.due_at, dates.closes_at
            row.given_by_id, row.given_at = self.author_id, now()
        db.flush()
        self._check_order(db, wanted)

    def grant(self, db: Session, given: Grant) -> None:
        """Give a learner or a group more; what the grant does not say stays. Raise."""
        self._check(db, given)
        row = self._row(db, given)
        if row.withdrawn_at is not None:
            row.due_at = row.closes_at = row.extra_attempts = None
            row.note, row.withdrawn_at, row.withdrawn_by_id = "", None, None
        row.due_at = given.dates.due_at or row.due_at
        row.closes_at = given.dates.closes_at or row.closes_at
        row.extra_attempts = given.extra_attempts or row.extra_attempts
        row.note = given.note or row.note
        row.given_by_id, row.given_at = self.author_id, now()
        db.flush()

    def withdraw(self, db: Session, term_id: int, *, withdrawn: bool) -> None:
        """Take back what somebody was given, or give it again. Raise ``TermsRefused``."""
        row = db.scalars(
            select(Term)
            .where(
                Term.id == term_id,
                Term.context_pk == self.link.context_pk,
                Term.course == self.link.course,
                Term.holder != OF_CLASS,
            )
            .with_for_update()
        ).one_or_none()
        if row is None:
            raise TermsRefused(TermFault.UNKNOWN_TERM)
        row.withdrawn_at = now() if withdrawn else None
        row.withdrawn_by_id = self.author_id if withdrawn else None

    def _reading_order(self) -> Sequence[Quiz | Workshop]:
        extent = link_extent(self.course, self.link.target)
        steps = [step for unit in extent.units for step in unit.steps]
        return [one for one in steps if isinstance(one, Quiz | Workshop)]

    def _row(self, db: Session, given: Grant) -> Term:
        """Return the row of a holder at a target, made if need be, and ours until the end."""
        key = {
            "context_pk": self.link.context_pk,
            "course": self.link.course,
            "target": given.target,
            "holder": _holder(given),
        }
        first = {
            "learner_id": given.learner_id,
            "group_id": given.group_id,
            "group_name": self._group_name(db, given.group_id),
            "note": "",
            "given_at": now(),
        }
        insert_unless_there(db, Term, {**key, **first})
        mine = select(Term).filter_by(**key).with_for_update()
        return db.scalars(mine.execution_options(populate_existing=True)).one()

    def _group_name(self, db: Session, group_id: str | None) -> str:
        if group_id is None:
            return ""
        named = select(CourseGroup.name).where(
            CourseGroup.context_pk == self.link.context_pk, CourseGroup.group_id == group_id
        )
        return db.scalars(named).one()

    def _check_order(self, db: Session, wanted: Iterable[str]) -> None:
        """Refuse a closing date that comes before the due date of another target."""
        book = terms_of_class_alone(db, self.link)
        for target in wanted:
            for bounds in self._bounds(book, target):
                if bounds.due_at and bounds.closes_at and bounds.closes_at < bounds.due_at:
                    raise TermsRefused(TermFault.CLOSES_BEFORE_DUE, "closes", target)

    def _bounds(self, book: TermBook, target: str) -> list[Bounds]:
        return [
            bounds_of(self.course, book, step)
            for step in dated_steps(self.course, self.link.target)
            if target in targets_around(self.course, step.id)
        ]

    def _check(self, db: Session, given: Grant) -> None:
        if given.target not in self.targets:
            raise TermsRefused(TermFault.UNKNOWN_TARGET, "target")
        if not self._is_here(db, given):
            raise TermsRefused(TermFault.UNKNOWN_HOLDER, "holder")
        due_at, closes_at = given.dates.due_at, given.dates.closes_at
        if due_at is None and closes_at is None and given.extra_attempts is None:
            raise TermsRefused(TermFault.NOTHING_GIVEN, "extra")
        if len(given.note) > LONGEST_NOTE:
            raise TermsRefused(TermFault.NOTE_TOO_LONG, "note")
        if due_at and closes_at and closes_at < due_at:
            raise TermsRefused(TermFault.CLOSES_BEFORE_DUE, "closes")
        self._check_attempts(given)
        of_class = self._bounds(terms_of_class_alone(db, self.link), given.target)
        dues = [one.due_at for one in of_class]
        ends = [one.closes_at for one in of_class]
        _check_later(due_at, dues, "due", TermFault.NO_DUE_DATE)
        _check_later(closes_at, ends, "closes", TermFault.NO_CLOSING_DATE)

    def _is_here(self, db: Session, given: Grant) -> bool:
        """Whether the class has exactly one learner or group of that name."""
        if (given.learner_id is None) == (given.group_id is None):
            return False
        context_pk = self.link.context_pk
        learner = select(Membership.id).where(
            Membership.context_pk == context_pk,
            Membership.learner_id == given.learner_id,
            Membership.role == LEARNER_ROLE,
        )
        group = select(CourseGroup.id).where(
            CourseGroup.context_pk == context_pk, CourseGroup.group_id == given.group_id
        )
        return db.scalars(group if given.learner_id is None else learner).first() is not None

    def _check_attempts(self, given: Grant) -> None:
        if given.extra_attempts is None:
            return
        if not 1 <= given.extra_attempts <= MOST_EXTRA_ATTEMPTS:
            raise TermsRefused(TermFault.ATTEMPTS_WRONG, "extra")
        counted = counted_steps(self.course, self.link.target)
        if not any(given.target in targets_around(self.course, one.id) for one in counted):
            raise TermsRefused(TermFault.ATTEMPTS_UNLIMITED, "extra")


def set_zone(db: Session, context_pk: int, zone: str) -> None:
    """Have the dates of a class written in a zone that there is. No moment changes."""
    db.get_one(Context, context_pk).time_zone = zone


def _alone(step: Quiz | Workshop) -> str:
    return str(Target(TargetKind.ACTIVITY, step.id))


def _holder(given: Grant) -> str:
    if given.learner_id is None and given.group_id is None:
        return OF_CLASS
    return holder_of(given.learner_id or 0, given.group_id)


def _check_later(
    wanted: datetime | None, of_class: Sequence[datetime | None], field: str, none: TermFault
) -> None:
    """Refuse a date that gives nobody more time than the class has."""
    if wanted is None:
        return
    dates = [date for date in of_class if date is not None]
    if not dates:
        raise TermsRefused(none, field)
    if wanted <= min(dates):
        raise TermsRefused(TermFault.NOT_LATER, field)
