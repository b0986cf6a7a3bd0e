"""What counts for somebody's grade: their attempts at quizzes, and works that were accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from lti_tool.models import Attempt, Counting, ResourceLink, Submission, SubmissionState
from lti_tool.services.grading_policy import GradingPolicy, counted
from lti_tool.services.progress import Seat
from lti_tool.services.submissions import credited, is_for, is_for_any


@dataclass(frozen=True, slots=True)
class Results:
    """Scores (0 to 1) by quiz or workshop, and what instructors wrote, by workshop."""

    scores: Mapping[str, float] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Achieved:
    """All that somebody achieved in a course, before any policy has said what counts.

    ``tries`` are the scores (0 to 1) of the completed attempts at each quiz, the earliest first.
    """

    tries: dict[str, list[float]] = field(default_factory=dict)
    accepted: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    def results(self, counting: Counting) -> Results:
        """Return what counts. A work that was accepted has one score: the last one given."""
        scores = {activity: counted(scores, counting) for activity, scores in self.tries.items()}
        return Results({**scores, **self.accepted}, self.comments)

    def accept(self, work: Submission) -> None:
        """Add an accepted work, in the place of an earlier one."""
        self.accepted[work.workshop] = work.score or 0.0
        self.comments[work.workshop] = (work.decision or {}).get("comment", "")


NOTHING: Final = Achieved()


def achieved_by(db: Session, seat: Seat) -> Achieved:
    """Return what one person achieved."""
    theirs = _completed(seat.context_pk, seat.course, Attempt.learner_id == seat.learner_id)
    found = _of_attempts(db, theirs).get(seat.learner_id, Achieved())
    for row in db.scalars(_accepted(seat.context_pk, seat.course).where(is_for(seat.learner_id))):
        found.accept(row)
    return found


def achieved_in_class(
    db: Session, link: ResourceLink, only: Collection[int] | None = None
) -> dict[int, Achieved]:
    """Return what everybody in a link's class achieved, by learner, or ``only`` these."""
    wanted = true() if only is None else Attempt.learner_id.in_(only)
    found = _of_attempts(db, _completed(link.context_pk, link.course, wanted))
    accepted = _accepted(link.context_pk, link.course).options(selectinload(Submission.members))
    if only is not None:
        accepted = accepted.where(is_for_any(only))
    for row in db.scalars(accepted):
        for learner in credited(row):
            if only is None or learner.id in only:
                found.setdefault(learner.id, Achieved()).accept(row)
    return found


def results_of_class(
    db: Session, link: ResourceLink, only: Collection[int] | None = None
) -> dict[int, Results]:
    """Return what counts for everybody in a link's class by its policy, or for ``only`` these."""
    counting = GradingPolicy.of(link).counting
    achieved = achieved_in_class(db, link, only)
    return {learner_id: theirs.results(counting) for learner_id, theirs in achieved.items()}


def _completed(
    context_pk: int, course: str, whose: ColumnElement[bool]
) -> Select[int, str, float | None]:
    return (
        select(Attempt.learner_id, Attempt.activity, Attempt.score)
        .where(
            Attempt.context_pk == context_pk,
            Attempt.course == course,
            Attempt.completed_at.is_not(None),
            whose,
        )
        .order_by(Attempt.number)
    )


def _of_attempts(db: Session, attempts: Select[int, str, float | None]) -> dict[int, Achieved]:
    found: dict[int, Achieved] = {}
    for learner_id, activity, score in db.execute(attempts):
        theirs = found.get(learner_id)
        if theirs is None:
            theirs = found[learner_id] = Achieved()
        theirs.tries.setdefault(activity, []).append(score or 0.0)
    return found


def _accepted(context_pk: int, course: str) -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.context_pk == context_pk,
            Submission.course == course,
            Submission.state == SubmissionState.ACCEPTED,
        )
        .order_by(Submission.decided_at, Submission.id)
        .options(defer(Submission.records), joinedload(Submission.learner))
    )
