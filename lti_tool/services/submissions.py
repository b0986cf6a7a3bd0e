"""Works handed in to the instructor: copies that stay as they were, and what is said of them.

A learner hands in again when a work was returned, or before anybody looked at it. Every
copy is kept; only the latest is waiting for somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from course_content.model import Workshop
from course_content.works import Work
from lti_tool.models import ResourceLink, Submission, SubmissionState, now
from lti_tool.services.courses import Json
from lti_tool.services.progress import Seat, lock_seat
from lti_tool.services.works import load_work


class SubmissionFault(StrEnum):
    """Why a work was not handed in, or a review not kept."""

    NOT_REVIEWED = "not_reviewed"
    NOT_RECORDED = "not_recorded"
    NOTHING_MADE = "nothing_made"
    OUT_OF_TURN = "out_of_turn"
    BEING_REVIEWED = "being_reviewed"
    ALREADY_ACCEPTED = "already_accepted"
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
    """What a learner handed in at a workshop so far, and why not again now, if so."""

    submissions: Sequence[Submission]
    obstacle: SubmissionFault | None

    def as_json(self) -> Json:
        """Return it as the player takes it, the latest last."""
        return {
            "submissions": [shown_to_learner(each) for each in self.submissions],
            "obstacle": self.obstacle,
        }


def handed_in(db: Session, seat: Seat, workshop: str) -> Handed:
    """Return what somebody handed in at a workshop."""
    rows = db.scalars(_at(seat, workshop)).all()
    return Handed(rows, _obstacle(rows))


def latest_states(db: Session, seat: Seat) -> dict[str, SubmissionState]:
    """Return by workshop what became of the latest work that somebody handed in there."""
    rows = db.execute(
        select(Submission.workshop, Submission.state)
        .where(
            Submission.context_pk == seat.context_pk,
            Submission.learner_id == seat.learner_id,
            Submission.course == seat.course,
        )
        .order_by(Submission.number)
    ).all()
    return {row.workshop: row.state for row in rows}


def hand_in(db: Session, seat: Seat, workshop: Workshop, link: ResourceLink, number: int) -> Handed:
    """Keep a copy of a work as the ``number``-th that is handed in.

    The same number sent twice, because of a second click or an answer that was lost, makes
    no second copy. Raise ``SubmissionRefused``.
    """
    if workshop.review is None:
        raise SubmissionRefused(SubmissionFault.NOT_REVIEWED)
    lock_seat(db, seat)
    rows = list(db.scalars(_at(seat, workshop.id)))
    latest = rows[-1].number if rows else 0
    if rows and number == latest:
        return Handed(rows, _obstacle(rows))
    if number != latest + 1:
        raise SubmissionRefused(SubmissionFault.OUT_OF_TURN)
    obstacle = _obstacle(rows)
    if obstacle is not None:
        raise SubmissionRefused(obstacle)
    records = _copies(db, seat, workshop)
    if not records[workshop.id]:
        raise SubmissionRefused(SubmissionFault.NOTHING_MADE)
    submission = Submission(
        context_pk=seat.context_pk,
        learner_id=seat.learner_id,
        course=seat.course,
        workshop=workshop.id,
        number=number,
        resource_link_pk=link.id,
        records=records,
        handed_in_at=now(),
        state=SubmissionState.HANDED_IN,
        revision=0,
    )
    db.add(submission)
    db.flush()
    return Handed([*rows, submission], None)


def shown_to_learner(submission: Submission) -> Json:
    """Return what the learner may know: not the review that is still being written."""
    return {
        "number": submission.number,
        "handedInAt": submission.handed_in_at.isoformat(timespec="seconds"),
        "state": submission.state,
        "decision": submission.decision,
    }


def _copies(db: Session, seat: Seat, workshop: Workshop) -> dict[str, Work]:
    """Return the work and those that it reads, by workshop, as they stand."""
    wanted = (workshop.id, *workshop.reads)
    return {name: load_work(db, seat, name).records for name in wanted}


def _obstacle(rows: Sequence[Submission]) -> SubmissionFault | None:
    """Return why a learner cannot hand in now, after what they handed in before."""
    latest = rows[-1] if rows else None
    if latest is None or latest.state == SubmissionState.RETURNED:
        return None
    if latest.state == SubmissionState.ACCEPTED:
        return SubmissionFault.ALREADY_ACCEPTED
    return None if latest.draft is None else SubmissionFault.BEING_REVIEWED


def _at(seat: Seat, workshop: str) -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.context_pk == seat.context_pk,
            Submission.learner_id == seat.learner_id,
            Submission.course == seat.course,
            Submission.workshop == workshop,
        )
        .order_by(Submission.number)
        .execution_options(populate_existing=True)
    )
