"""Attempts at an activity: started, answered question by question, completed and scored.

Marks are given here and nowhere else, by ``course_content.scoring``. Which of the completed
attempts counts, the link's policy says (``services.grading_policy``); until when answers are
accepted, and how many attempts there are, ``terms`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from course_content import scoring
from course_content.model import Activity, Course
from lti_tool.models import Answer, Attempt
from lti_tool.services.courses import AnswerKeys, Json
from lti_tool.services.grading_policy import USUAL, GradingPolicy, counted
from lti_tool.services.progress import Seat, work_in_seat
from lti_tool.services.terms import Bounds, TermBook, allowed_attempts, bounds_of, terms_of_seat


class WorkFault(StrEnum):
    """Why an answer or an attempt was not accepted."""

    UNKNOWN_ACTIVITY = "unknown_activity"
    UNKNOWN_QUESTION = "unknown_question"
    INVALID_RESPONSE = "invalid_response"
    UNKNOWN_ATTEMPT = "unknown_attempt"
    ATTEMPT_OVER = "attempt_over"
    NO_ATTEMPT_LEFT = "no_attempt_left"
    ACTIVITY_CLOSED = "activity_closed"


class WorkRefused(Exception):
    """An answer or an attempt that cannot be recorded, and why."""

    def __init__(self, fault: WorkFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Desk:
    """An activity on a person's desk: what is asked, what it is marked with, what counts."""

    course: Course
    activity: Activity
    keys: Mapping[str, Mapping[str, Any]]
    policy: GradingPolicy = USUAL

    @classmethod
    def of(
        cls, course: Course, keys: AnswerKeys, activity_id: str, policy: GradingPolicy = USUAL
    ) -> Desk:
        """Raise ``WorkRefused`` when the course has no such activity."""
        try:
            return cls(course, course.activity(activity_id), keys[activity_id], policy)
        except KeyError as error:
            raise WorkRefused(WorkFault.UNKNOWN_ACTIVITY) from error

    def bounds(self, book: TermBook) -> Bounds:
        """Return what holds at this activity for the person whose terms these are."""
        return bounds_of(self.course, book, self.activity)

    def verdict(self, question_id: str, response: object) -> Json:
        """Return the marked answer. Raise ``WorkRefused`` for one of the wrong shape."""
        if question_id not in self.keys:
            raise WorkRefused(WorkFault.UNKNOWN_QUESTION)
        try:
            return scoring.verdict(self.keys[question_id], response)
        except scoring.InvalidResponse as error:
            raise WorkRefused(WorkFault.INVALID_RESPONSE) from error


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says to be an answer: to be checked."""

    attempt: int
    question: str
    response: object


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer brought: its verdict, and whether it ended the attempt just now."""

    verdict: Json
    attempt: Json
    completed_now: bool


def answer(db: Session, seat: Seat, desk: Desk, given: Given) -> Answered:
    """Record an answer once and for all, and complete the attempt with the last one.

    The first answer to a question stands: asked again, the same verdict comes back. The
    first attempt begins with its first answer; a later one with ``start_attempt``. It is in time
    by the moment at which the seat is ours. Raise ``WorkRefused``. Nothing is committed: the
    caller adds the grade to the transaction.
    """
    verdict = desk.verdict(given.question, given.response)
    moment = work_in_seat(db, seat).updated_at
    bounds = desk.bounds(terms_of_seat(db, seat))
    attempts = _attempts(db, seat, desk.activity.id)
    attempt = _addressed(db, seat, desk, attempts, (given.attempt, moment))
    earlier = {one.question: one for one in attempt.answers}.get(given.question)
    if earlier is not None:
        described = _described(desk, attempts, bounds)
        return Answered(_restored(desk, earlier), described, completed_now=False)
    if attempt.completed_at is not None:
        raise WorkRefused(WorkFault.ATTEMPT_OVER)
    if not bounds.takes_answers(attempt.started_at, moment):
        raise WorkRefused(WorkFault.ACTIVITY_CLOSED)
    score = float(verdict["score"])
    attempt.answers.append(
        Answer(question=given.question, response=given.response, score=score, answered_at=moment)
    )
    completed = _complete(desk, attempt, moment)
    db.flush()
    return Answered(verdict, _described(desk, attempts, bounds), completed_now=completed)


def start_attempt(db: Session, seat: Seat, desk: Desk) -> Json:
    """Begin a new attempt, or return the one that is under way. Raise ``WorkRefused``."""
    moment = work_in_seat(db, seat).updated_at
    bounds = desk.bounds(terms_of_seat(db, seat))
    attempts = _attempts(db, seat, desk.activity.id)
    if not attempts or attempts[-1].completed_at is not None:
        if bounds.is_closed(moment):
            raise WorkRefused(WorkFault.ACTIVITY_CLOSED)
        if _attempts_left(desk.activity, attempts, bounds) == 0:
            raise WorkRefused(WorkFault.NO_ATTEMPT_LEFT)
        attempts.append(_begin(db, seat, desk.activity.id, (len(attempts) + 1, moment)))
        db.flush()
    return _described(desk, attempts, bounds)


def blank() -> Json:
    """Describe the attempt of somebody whose work is not recorded."""
    return {
        "number": 1,
        "answers": {},
        "completed": False,
        "score": None,
        "best": None,
        "attemptsLeft": None,
    }


def snapshot(
    db: Session, seat: Seat, course: Course, keys: AnswerKeys, policy: GradingPolicy = USUAL
) -> dict[str, Json]:
    """Return the latest attempt at each activity that the seat has worked on."""
    rows = db.scalars(
        select(Attempt)
        .where(
            Attempt.context_pk == seat.context_pk,
            Attempt.learner_id == seat.learner_id,
            Attempt.course == seat.course,
        )
        .order_by(Attempt.number)
        .options(selectinload(Attempt.answers))
    ).all()
    by_activity: dict[str, list[Attempt]] = {}
    for row in rows:
        by_activity.setdefault(row.activity, []).append(row)
    if not by_activity:
        return {}
    book = terms_of_seat(db, seat)
    desks = [
        Desk.of(course, keys, one.id, policy) for one in course.activities if one.id in by_activity
    ]
    return {
        desk.activity.id: _described(desk, by_activity[desk.activity.id], desk.bounds(book))
        for desk in desks
    }


def _attempts(db: Session, seat: Seat, activity_id: str) -> list[Attempt]:
    statement = (
        select(Attempt)
        .where(
            Attempt.context_pk == seat.context_pk,
            Attempt.learner_id == seat.learner_id,
            Attempt.course == seat.course,
            Attempt.activity == activity_id,
        )
        .order_by(Attempt.number)
        .options(selectinload(Attempt.answers))
        .execution_options(populate_existing=True)
    )
    return list(db.scalars(statement))


def _addressed(
    db: Session, seat: Seat, desk: Desk, attempts: list[Attempt], named: tuple[int, datetime]
) -> Attempt:
    """Return the attempt of that number; the first one begins at that moment."""
    number, _moment = named
    for attempt in attempts:
        if attempt.number == number:
            return attempt
    if attempts or number != 1:
        raise WorkRefused(WorkFault.UNKNOWN_ATTEMPT)
    attempts.append(_begin(db, seat, desk.activity.id, named))
    return attempts[0]


def _begin(db: Session, seat: Seat, activity_id: str, named: tuple[int, datetime]) -> Attempt:
    number, moment = named
    attempt = Attempt(
        context_pk=seat.context_pk,
        learner_id=seat.learner_id,
        course=seat.course,
        activity=activity_id,
        number=number,
        started_at=moment,
        answers=[],
    )
    db.add(attempt)
    return attempt


def _complete(desk: Desk, attempt: Attempt, moment: datetime) -> bool:
    scores = {given.question: given.score for given in attempt.answers}
    if any(question.id not in scores for question in desk.activity.questions):
        return False
    attempt.score = scoring.activity_score(
        [(question.points, scores[question.id]) for question in desk.activity.questions]
    )
    attempt.completed_at = moment
    return True


def _attempts_left(activity: Activity, attempts: Sequence[Attempt], bounds: Bounds) -> int | None:
    allowed = allowed_attempts(activity, bounds)
    return None if allowed is None else max(0, allowed - len(attempts))


def _described(desk: Desk, attempts: Sequence[Attempt], bounds: Bounds) -> Json:
    """Describe the latest attempt as the player takes it.

    ``best`` is the score that counts so far: the best one, unless an instructor chose otherwise.
    """
    latest = attempts[-1]
    counting = desk.policy.counting_for(desk.activity)
    scores = [one.score for one in attempts if one.score is not None]
    return {
        "number": latest.number,
        "answers": {
            given.question: {"response": given.response, "verdict": _restored(desk, given)}
            for given in latest.answers
            if given.question in desk.keys
        },
        "completed": latest.completed_at is not None,
        "score": latest.score,
        "best": counted(scores, counting) if scores else None,
        "attemptsLeft": _attempts_left(desk.activity, attempts, bounds),
    }


def _restored(desk: Desk, given: Answer) -> Json:
    """Say again what was said to a recorded answer; the recorded score stands.

    A question may have changed since: what no longer fits it is shown without feedback.
    """
    try:
        verdict = desk.verdict(given.question, given.response)
    except WorkRefused:
        verdict = {"correct": given.score == 1, "feedback": []}
    return {**verdict, "score": given.score, "correct": given.score == 1}
