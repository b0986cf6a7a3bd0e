"""What holds for one learner, and what they did too late by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from course_content.model import Localized, Quiz
from lti_tool.services.awaited import done_steps
from lti_tool.services.late_works import FIRST, lateness_of
from lti_tool.services.learner_page import LearnerPage
from lti_tool.services.reports import ClassTable
from lti_tool.services.targets import Target, TargetKind
from lti_tool.services.term_desk import MOST_EXTRA_ATTEMPTS
from lti_tool.services.term_page import GivenTerm, given_to, targets_to_give
from lti_tool.services.terms import (
    Bounds,
    allowed_attempts,
    bounds_of,
    counted_steps,
    dated_steps,
)


@dataclass(frozen=True, slots=True)
class DatedStep:
    """Something that is awaited of a learner. ``overdue`` says that it is due and not done."""

    id: str
    title: Localized
    bounds: Bounds
    is_done: bool
    overdue: timedelta | None


@dataclass(frozen=True, slots=True)
class CountedQuiz:
    """How many attempts a learner has at a quiz; ``next_extra`` is one more than was given."""

    target: str
    allowed: int
    next_extra: int | None


@dataclass(frozen=True, slots=True)
class LearnerTerms:
    """The terms of a learner. What was late is named by its attempt's number or its work's key."""

    dated: tuple[DatedStep, ...]
    counted: Mapping[str, CountedQuiz]
    late_attempts: Mapping[tuple[str, int], timedelta]
    late_works: Mapping[int, timedelta]
    given: tuple[GivenTerm, ...]
    targets: tuple[tuple[str, Localized], ...]


def learner_terms(table: ClassTable, page: LearnerPage) -> LearnerTerms:
    """Return the terms of the learner whose page it is."""
    course, link, learner_id = table.course, table.link, page.line.id
    book = table.awaited.terms.book(learner_id)
    done = done_steps(table.db, course, link, [learner_id]).get(learner_id, frozenset())
    bounds = {one.id: bounds_of(course, book, one) for one in dated_steps(course, link.target)}
    return LearnerTerms(
        dated=tuple(
            DatedStep(
                id=one.id,
                title=one.title,
                bounds=bounds[one.id],
                is_done=one.id in done,
                overdue=None if one.id in done else bounds[one.id].lateness(table.moment),
            )
            for one in dated_steps(course, link.target)
            if bounds[one.id].due_at or bounds[one.id].closes_at
        ),
        counted={
            one.id: _counted(one, bounds_of(course, book, one))
            for one in counted_steps(course, link.target)
        },
        late_attempts={
            (record.activity.id, attempt.number): late
            for record in page.activities
            for attempt in record.attempts
            if attempt.completed_at is not None
            and record.activity.id in bounds
            and (late := bounds[record.activity.id].lateness(attempt.completed_at))
        },
        late_works={
            work.id: late
            for work in page.works
            if work.number == FIRST
            and work.workshop in bounds
            and (late := lateness_of(course, table.awaited.terms, work))
        },
        given=given_to(table.db, course, link, learner_id),
        targets=targets_to_give(course, link),
    )


def _counted(quiz: Quiz, bounds: Bounds) -> CountedQuiz:
    extra = bounds.extra_attempts + 1
    return CountedQuiz(
        target=str(Target(TargetKind.ACTIVITY, quiz.id)),
        allowed=allowed_attempts(quiz, bounds) or 0,
        next_extra=extra if extra <= MOST_EXTRA_ATTEMPTS else None,
    )
