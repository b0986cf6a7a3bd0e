"""What counts for somebody's grade: best attempts, and works that were accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from lti_tool.models import ResourceLink, Submission, SubmissionState
from lti_tool.services.attempts import best_scores, best_scores_of_class
from lti_tool.services.progress import Seat
from lti_tool.services.submissions import credited, is_for, is_for_any


@dataclass(frozen=True, slots=True)
class Results:
    """Scores (0 to 1) by quiz or workshop, and what instructors wrote, by workshop."""

    scores: Mapping[str, float] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)

    def with_accepted(self, work: Submission) -> Results:
        """Return these results with an accepted work."""
        comment = (work.decision or {}).get("comment", "")
        return Results(
            {**self.scores, work.workshop: work.score or 0.0},
            {**self.comments, work.workshop: comment},
        )


NO_RESULTS: Final = Results()


def results_of(db: Session, seat: Seat) -> Results:
    """Return what one person achieved."""
    results = Results(best_scores(db, seat))
    theirs = _accepted(seat.context_pk, seat.course).where(is_for(seat.learner_id))
    for row in db.scalars(theirs):
        results = results.with_accepted(row)
    return results


def results_of_class(
    db: Session, link: ResourceLink, only: Collection[int] | None = None
) -> dict[int, Results]:
    """Return what everybody in a link's class achieved, by learner, or ``only`` these."""
    best = best_scores_of_class(db, link, only)
    found = {learner_id: Results(scores) for learner_id, scores in best.items()}
    accepted = _accepted(link.context_pk, link.course).options(selectinload(Submission.members))
    if only is not None:
        accepted = accepted.where(is_for_any(only))
    for row in db.scalars(accepted):
        for learner in credited(row):
            if only is not None and learner.id not in only:
                continue
            found[learner.id] = found.get(learner.id, NO_RESULTS).with_accepted(row)
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
