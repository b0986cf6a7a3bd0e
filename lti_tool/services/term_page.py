"""What an instructor reads about the terms of a class, and of one learner of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from course_content.model import Course, Localized, Quiz
from lti_tool.models import (
    OF_CLASS,
    Context,
    CourseGroup,
    Learner,
    Membership,
    ResourceLink,
    Standing,
    Term,
    WindowSession,
)
from lti_tool.services.class_people import LEARNER_ROLE
from lti_tool.services.copies import class_copied
from lti_tool.services.courses import link_extent
from lti_tool.services.groups import groups_in_order, groups_of_learner
from lti_tool.services.targets import targets_around
from lti_tool.services.term_desk import TermDesk
from lti_tool.services.terms import (
    Bounds,
    bounds_of,
    bounds_of_link,
    dated_steps,
    terms_of_class_alone,
)

MOST_NAMES: Final = 300
"""Of a larger class nobody is chosen from a list: the table finds them."""


@dataclass(frozen=True, slots=True)
class TermRow:
    """The dates of the class at one target, which is the first for all that the link opens.

    ``own`` is what is written there, ``bounds`` what holds: of a step without dates of its own,
    those of what is around it. ``is_work`` says that a work is handed in there.
    """

    target: str
    title: Localized
    own: Term | None
    bounds: Bounds
    is_whole: bool
    is_work: bool


@dataclass(frozen=True, slots=True)
class GivenTerm:
    """What somebody was given. ``title`` is empty for all of the course."""

    term: Term
    title: Localized


@dataclass(frozen=True, slots=True)
class Receivers:
    """To whom something may be given; no ``people`` in a class of too many to choose from."""

    people: Sequence[tuple[int, str]]
    groups: tuple[CourseGroup, ...]
    is_large: bool


@dataclass(frozen=True, slots=True)
class TermPage:
    """The terms of a class. ``told_at`` is what the platform told the latest launch that it did.

    ``targets`` are what something may be given at, with their titles. ``left_behind`` is the class
    that this one is a copy of, if it has dates there and this one none: copies take none along.
    """

    rows: tuple[TermRow, ...]
    given: tuple[GivenTerm, ...]
    targets: tuple[tuple[str, Localized], ...]
    receivers: Receivers
    told_at: datetime | None
    left_behind: Context | None


def term_page(db: Session, course: Course, link: ResourceLink) -> TermPage:
    """Return the terms of a link's class."""
    return TermPage(
        rows=_rows(db, course, link),
        given=_given(db, course, link, learner_id=None),
        targets=_targets(course, link),
        receivers=_receivers(db, link),
        told_at=_told(db, link),
        left_behind=_left_behind(db, link),
    )


def given_to(
    db: Session, course: Course, link: ResourceLink, learner_id: int
) -> tuple[GivenTerm, ...]:
    """Return what a learner was given, alone or with a group."""
    return _given(db, course, link, learner_id=learner_id)


def targets_to_give(course: Course, link: ResourceLink) -> tuple[tuple[str, Localized], ...]:
    """Return at what a learner may be given something through a link."""
    return _targets(course, link)


def _rows(db: Session, course: Course, link: ResourceLink) -> tuple[TermRow, ...]:
    desk = TermDesk(course, link, None)
    targets = desk.dated_targets
    book = terms_of_class_alone(db, link)
    own = {row.target: row for row in book.rows}
    steps = {targets_around(course, one.id)[0]: one for one in dated_steps(course, link.target)}
    return tuple(
        TermRow(
            target=target,
            title=_title(course, target),
            own=own.get(target),
            bounds=(
                bounds_of(course, book, steps[target])
                if target in steps
                else bounds_of_link(course, book, link.target)
            ),
            is_whole=target == desk.whole,
            is_work=target in steps and not isinstance(steps[target], Quiz),
        )
        for target in targets
    )


def _given(
    db: Session, course: Course, link: ResourceLink, learner_id: int | None
) -> tuple[GivenTerm, ...]:
    wanted = (
        select(Term)
        .where(
            Term.context_pk == link.context_pk,
            Term.course == link.course,
            Term.holder != OF_CLASS,
        )
        .order_by(Term.withdrawn_at.is_not(None), Term.given_at.desc(), Term.id.desc())
        .options(joinedload(Term.learner), joinedload(Term.given_by), joinedload(Term.withdrawn_by))
    )
    if learner_id is not None:
        groups = groups_of_learner(db, link.context_pk, learner_id)
        names = [group.group_id for group in groups]
        wanted = wanted.where((Term.learner_id == learner_id) | Term.group_id.in_(names))
    return tuple(GivenTerm(row, _title(course, row.target)) for row in db.scalars(wanted))


def _targets(course: Course, link: ResourceLink) -> tuple[tuple[str, Localized], ...]:
    desk = TermDesk(course, link, None)
    return tuple((target, _title(course, target)) for target in desk.targets)


def _title(course: Course, target: str) -> Localized:
    return link_extent(course, target).title


def _receivers(db: Session, link: ResourceLink) -> Receivers:
    learners = (
        select(Learner.id, Learner.name)
        .join(Membership, Membership.learner_id == Learner.id)
        .where(
            Membership.context_pk == link.context_pk,
            Membership.role == LEARNER_ROLE,
            Membership.standing != Standing.LEFT,
        )
    )
    count = db.scalars(select(func.count()).select_from(learners.subquery())).one()
    is_large = count > MOST_NAMES
    people = (
        []
        if is_large
        else [(pk, name) for pk, name in db.execute(learners.order_by(Learner.sort_name))]
    )
    return Receivers(people, groups_in_order(db, link.context_pk), is_large)


def _told(db: Session, link: ResourceLink) -> datetime | None:
    """Return until when the platform last said that a learner's work is awaited."""
    return db.scalars(
        select(WindowSession.due_at)
        .where(
            WindowSession.resource_link_pk == link.id,
            WindowSession.role == LEARNER_ROLE,
            WindowSession.due_at.is_not(None),
        )
        .order_by(WindowSession.created_at.desc())
        .limit(1)
    ).one_or_none()


def _left_behind(db: Session, link: ResourceLink) -> Context | None:
    """Return the class whose dates a copy of it does not have, while it has none of its own."""
    origin = class_copied(db, link.context_pk)
    if origin is None:
        return None
    dated = db.scalars(
        select(Term.context_pk)
        .where(
            Term.context_pk.in_([link.context_pk, origin.id]),
            Term.course == link.course,
            Term.holder == OF_CLASS,
            Term.due_at.is_not(None) | Term.closes_at.is_not(None),
        )
        .distinct()
    ).all()
    return origin if dated == [origin.id] else None
