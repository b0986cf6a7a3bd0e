"""What of a link somebody has not done yet although it is due: for each line of its class."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz
from lti_tool.models import Attempt, ResourceLink, Submission, SubmissionMember
from lti_tool.services.terms import ClassTerms, bounds_of, dated_steps


@dataclass(frozen=True, slots=True)
class Awaited:
    """The works of a link that have a due date, and whose they are.

    Something is done with its first attempt completed or its first work handed in: what a
    teacher returned is another matter (``attention.Rule.WORK_RETURNED``).
    """

    course: Course
    link: ResourceLink
    terms: ClassTerms

    def due_dates(self, learner_id: int | None) -> Mapping[str, datetime]:
        """Return until when each step is awaited of somebody; ``None`` has nothing of their own."""
        if not self.terms.rows:
            return {}
        book = self.terms.book(learner_id)
        bounds = {
            step.id: bounds_of(self.course, book, step)
            for step in dated_steps(self.course, self.link.target)
        }
        return {name: one.due_at for name, one in bounds.items() if one.due_at is not None}

    def due_dates_of(self, learner_ids: Iterable[int]) -> dict[int, Mapping[str, datetime]]:
        """Return the same for several people: reckoned once for all who were given the same."""
        alone = {row.learner_id for row in self.terms.rows}
        known: dict[Hashable, Mapping[str, datetime]] = {}
        found: dict[int, Mapping[str, datetime]] = {}
        for learner_id in learner_ids:
            own = learner_id if learner_id in alone else None
            given = (own, frozenset(self.terms.groups_of.get(learner_id, ())))
            if given not in known:
                known[given] = self.due_dates(learner_id)
            found[learner_id] = known[given]
        return found

    def first_dates(self, db: Session, learner_ids: Collection[int]) -> dict[int, datetime]:
        """Return the earliest due date of what each of these has not done, where there is any."""
        return {pk: date for pk, (date, _step) in self._first(db, learner_ids).items()}

    def first_left(self, db: Session, learner_ids: Collection[int]) -> dict[int, str]:
        """Return which of what they have not done is due first."""
        return {pk: step for pk, (_date, step) in self._first(db, learner_ids).items()}

    def _first(self, db: Session, learner_ids: Collection[int]) -> dict[int, tuple[datetime, str]]:
        if not self.due_dates(None):
            return {}
        done = done_steps(db, self.course, self.link, learner_ids)
        found: dict[int, tuple[datetime, str]] = {}
        for learner_id, dates in self.due_dates_of(learner_ids).items():
            theirs = done.get(learner_id, frozenset())
            left = [(date, name) for name, date in dates.items() if name not in theirs]
            if left:
                found[learner_id] = min(left, key=lambda one: one[0])
        return found


def done_steps(
    db: Session, course: Course, link: ResourceLink, learner_ids: Collection[int]
) -> Mapping[int, frozenset[str]]:
    """Return which dated steps each of these learners has done."""
    steps = dated_steps(course, link.target)
    quizzes = [one.id for one in steps if isinstance(one, Quiz)]
    workshops = [one.id for one in steps if not isinstance(one, Quiz)]
    found: dict[int, set[str]] = {}
    completed = db.execute(
        select(Attempt.learner_id, Attempt.activity)
        .where(
            Attempt.context_pk == link.context_pk,
            Attempt.course == link.course,
            Attempt.learner_id.in_(learner_ids),
            Attempt.activity.in_(quizzes),
            Attempt.completed_at.is_not(None),
        )
        .distinct()
    )
    for learner_id, name in completed:
        found.setdefault(learner_id, set()).add(name)
    if workshops:
        for learner_id, name in _handed_in(db, link, workshops, learner_ids):
            found.setdefault(learner_id, set()).add(name)
    return {learner_id: frozenset(names) for learner_id, names in found.items()}


def _handed_in(
    db: Session, link: ResourceLink, workshops: Collection[str], learner_ids: Collection[int]
) -> Collection[tuple[int, str]]:
    rows = db.execute(
        select(
            Submission.learner_id,
            Submission.group_id,
            SubmissionMember.learner_id,
            Submission.workshop,
        )
        .outerjoin(SubmissionMember, SubmissionMember.submission_pk == Submission.id)
        .where(
            Submission.context_pk == link.context_pk,
            Submission.course == link.course,
            Submission.workshop.in_(workshops),
            or_(
                Submission.learner_id.in_(learner_ids),
                SubmissionMember.learner_id.in_(learner_ids),
            ),
        )
    )
    return {
        (owner if group_id is None else member, workshop)
        for owner, group_id, member, workshop in rows
        if group_id is None or member is not None
    }
