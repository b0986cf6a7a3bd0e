"""Works handed in to the instructor: copies that stay as they were, and what is said of them.

A learner hands in again when a work was returned, or before anybody looked at it. Every
copy is kept; only the latest is waiting for somebody. One member hands in for a whole group.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from course_content.model import Course, Workshop
from course_content.works import Work
from lti_tool.models import (
    Learner,
    ResourceLink,
    Submission,
    SubmissionMember,
    SubmissionState,
    holder_of,
    now,
)
from lti_tool.services.courses import Json
from lti_tool.services.group_works import (
    Place,
    load_shared,
    lock_shared,
    members_of,
    place_of,
    shared_place,
    work_of,
)
from lti_tool.services.groups import class_groups
from lti_tool.services.progress import Seat, change_seat, work_in_seat
from lti_tool.services.terms import Bounds, bounds_of, terms_of_seat
from lti_tool.services.works import load_work


class SubmissionFault(StrEnum):
    """Why a work was not handed in, or a review not kept."""

    NOT_REVIEWED = "not_reviewed"
    NOT_RECORDED = "not_recorded"
    NOTHING_MADE = "nothing_made"
    OUT_OF_TURN = "out_of_turn"
    BEING_REVIEWED = "being_reviewed"
    ALREADY_ACCEPTED = "already_accepted"
    CLOSED = "closed"
    UNKNOWN_SUBMISSION = "unknown_submission"
    SUPERSEDED = "superseded"
    REVIEW_CHANGED = "review_changed"
    INVALID_REVIEW = "invalid_review"
    COMMENT_TOO_LONG = "comment_too_long"
    CRITERION_MISSING = "criterion_missing"
    COMMENT_MISSING = "comment_missing"


class SubmissionRefused(Exception):
    """A submission or a review that cannot be kept, and why."""

    def __init__(self, fault: SubmissionFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Handed:
    """What a learner handed in at a workshop so far, and why not again now, if so.

    ``late`` is by how much it was late when it was first handed in, if it was.
    """

    submissions: Sequence[Submission]
    obstacle: SubmissionFault | None
    late: timedelta | None = None

    def as_json(self) -> Json:
        """Return it as the player takes it, the latest last."""
        return {
            "submissions": [shown_to_learner(each) for each in self.submissions],
            "obstacle": self.obstacle,
            "lateSeconds": seconds_late(self.late),
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """Where works are handed in: at a workshop of a course, through a link."""

    course: Course
    workshop: Workshop
    link: ResourceLink


def handed_in(
    db: Session, seat: Seat, course: Course, workshop: Workshop, group_id: str | None = None
) -> Handed:
    """Return what somebody handed in at a workshop of a course, or their group.

    ``group_id`` says in which work: that of a group, nobody's for their own, or, where it is
    ``None``, the one that they would make now. Raise ``SharingRefused`` for a group that they
    are not in, and for somebody who has not chosen between their groups yet.
    """
    place = _place(db, seat, workshop, group_id)
    rows = db.scalars(_at(seat, workshop.id, place)).all()
    bounds = bounds_of(course, terms_of_seat(db, seat), workshop)
    late = _lateness(db, seat, course, workshop, rows)
    return Handed(rows, _obstacle(rows, bounds, now()), late)


def latest_states(db: Session, seat: Seat) -> dict[str, SubmissionState]:
    """Return by workshop what became of the latest work that was handed in for somebody there."""
    rows = db.execute(
        select(Submission.workshop, Submission.state)
        .where(
            Submission.context_pk == seat.context_pk,
            Submission.course == seat.course,
            is_for(seat.learner_id),
        )
        .order_by(Submission.handed_in_at, Submission.id)
    ).all()
    return {row.workshop: row.state for row in rows}


def is_for(learner_id: int | None) -> ColumnElement[bool]:
    """Return the condition that a work was handed in by somebody, or for them by their group."""
    is_member = exists().where(
        SubmissionMember.submission_pk == Submission.id,
        SubmissionMember.learner_id == learner_id,
    )
    is_own = and_(Submission.group_id.is_(None), Submission.learner_id == learner_id)
    return or_(is_own, is_member)


def is_for_any(learner_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the same condition for several people."""
    theirs = select(SubmissionMember.submission_pk).where(
        SubmissionMember.learner_id.in_(learner_ids)
    )
    is_own = and_(Submission.group_id.is_(None), Submission.learner_id.in_(learner_ids))
    return or_(is_own, Submission.id.in_(theirs))


def hand_in(
    db: Session, seat: Seat, desk: Desk, number: int, group_id: str | None = None
) -> Handed:
    """Keep a copy of a work as the ``number``-th that is handed in.

    ``group_id`` is as for ``handed_in``: the platform may tell of a group while somebody works
    alone, and what they hand in is the work that they see. The same number sent twice, because
    of a second click or an answer that was lost, makes no second copy; nor do two members of a
    group who hand it in at once. It is in time by the moment at which the seats are ours, and by
    the terms of whoever hands it in. Raise ``SubmissionRefused``, or ``SharingRefused`` as
    ``handed_in`` does.
    """
    workshop = desk.workshop
    if workshop.review is None:
        raise SubmissionRefused(SubmissionFault.NOT_REVIEWED)
    place = _place(db, seat, workshop, group_id)
    if place is not None:
        lock_shared(db, place)
    members = members_of(db, place) if place is not None else ()
    moment = _take_seats(db, seat, [one.id for one in members])
    bounds = bounds_of(desk.course, terms_of_seat(db, seat), workshop)
    rows = list(db.scalars(_at(seat, workshop.id, place)))
    latest = rows[-1].number if rows else 0
    if rows and number == latest:
        late = _lateness(db, seat, desk.course, workshop, rows)
        return Handed(rows, _obstacle(rows, bounds, moment), late)
    if number != latest + 1:
        raise SubmissionRefused(SubmissionFault.OUT_OF_TURN)
    obstacle = _obstacle(rows, bounds, moment)
    if obstacle is not None:
        raise SubmissionRefused(obstacle)
    records = _copies(db, seat, desk, place)
    if not records[workshop.id]:
        raise SubmissionRefused(SubmissionFault.NOTHING_MADE)
    submission = Submission(
        context_pk=seat.context_pk,
        learner_id=seat.learner_id,
        group_id=place.group_id if place else None,
        group_name=_group_name(db, place),
        course=seat.course,
        workshop=workshop.id,
        number=number,
        resource_link_pk=desk.link.id,
        records=records,
        handed_in_at=moment,
        state=SubmissionState.HANDED_IN,
        revision=0,
    )
    db.add(submission)
    db.flush()
    db.add_all(SubmissionMember(submission_pk=submission.id, learner_id=one.id) for one in members)
    db.flush()
    rows.append(submission)
    return Handed(rows, None, _lateness(db, seat, desk.course, workshop, rows))


def shown_to_learner(submission: Submission) -> Json:
    """Return what the learner may know: not the review that is still being written.

    Of a group's work, ``by`` says which member handed it in.
    """
    return {
        "number": submission.number,
        "handedInAt": submission.handed_in_at.isoformat(timespec="seconds"),
        "state": submission.state,
        "decision": submission.decision,
        "by": None if submission.group_id is None else submission.learner.name,
    }


def seconds_late(late: timedelta | None) -> int | None:
    """Return by how many whole seconds something is late, as pages take it."""
    return None if late is None else int(late.total_seconds())


def place_handed_in(submission: Submission) -> Place | None:
    """Return where the work of a group is that was handed in; ``None`` for a learner's own."""
    if submission.group_id is None:
        return None
    return Place(submission.context_pk, submission.group_id, submission.course, submission.workshop)


def credited(submission: Submission) -> Sequence[Learner]:
    """Return whom the grade of a work is for, in the order in which their seats are taken."""
    return [submission.learner] if submission.group_id is None else submission.members


def _place(db: Session, seat: Seat, workshop: Workshop, group_id: str | None) -> Place | None:
    if group_id is None:
        return place_of(db, seat, workshop)
    return shared_place(db, seat, workshop, group_id) if group_id else None


def _group_name(db: Session, place: Place | None) -> str:
    if place is None:
        return ""
    groups = class_groups(db, place.context_pk).groups
    return next(group.name for group in groups if group.group_id == place.group_id)


def _copies(db: Session, seat: Seat, desk: Desk, place: Place | None) -> dict[str, Work]:
    """Return the work and those that it reads, by workshop, as they stand."""
    workshop = desk.workshop
    made = load_work(db, seat, workshop.id) if place is None else load_shared(db, place).kept
    read = {name: work_of(db, seat, desk.course.workshop(name)) for name in workshop.reads}
    return {**read, workshop.id: made.records}


def _take_seats(db: Session, seat: Seat, member_ids: Collection[int]) -> datetime:
    """Take the seats whose lines a work changes, in the order in which everybody takes them.

    Return the moment at which its learner does something there.
    """
    others = {seat.learner_id, *member_ids}
    for learner_id in sorted(others):
        change_seat(db, replace(seat, learner_id=learner_id))
    return work_in_seat(db, seat).updated_at


def _obstacle(
    rows: Sequence[Submission], bounds: Bounds, moment: datetime
) -> SubmissionFault | None:
    """Return why a learner cannot hand in now, after what they handed in before."""
    latest = rows[-1] if rows else None
    returned = latest is not None and latest.state == SubmissionState.RETURNED
    if latest is not None and latest.state == SubmissionState.ACCEPTED:
        return SubmissionFault.ALREADY_ACCEPTED
    if not bounds.takes_works(latest.decided_at if latest and returned else None, moment):
        return SubmissionFault.CLOSED
    if latest is None or returned:
        return None
    return None if latest.draft is None else SubmissionFault.BEING_REVIEWED


def _lateness(
    db: Session, seat: Seat, course: Course, workshop: Workshop, rows: Sequence[Submission]
) -> timedelta | None:
    """Return by how much a work was late the first time, by the terms of who handed it in then."""
    if not rows:
        return None
    first = rows[0]
    terms = terms_of_seat(db, replace(seat, learner_id=first.learner_id))
    return bounds_of(course, terms, workshop).lateness(first.handed_in_at)


def _at(seat: Seat, workshop: str, place: Place | None) -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.context_pk == seat.context_pk,
            Submission.holder == holder_of(seat.learner_id, place.group_id if place else None),
            Submission.course == seat.course,
            Submission.workshop == workshop,
        )
        .order_by(Submission.number)
        .options(joinedload(Submission.learner))
        .execution_options(populate_existing=True)
    )
