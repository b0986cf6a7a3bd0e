"""One learner's page: where they stand in the course, what they answered, handed in and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from course_content.model import Activity, Course, Question
from lti_tool.models import (
    Answer,
    Attempt,
    Counting,
    GradeDelivery,
    LineItem,
    Membership,
    Progress,
    ResourceLink,
    Submission,
    SubmissionState,
    WindowSession,
)
from lti_tool.services.class_view import TableView
from lti_tool.services.courses import link_extent
from lti_tool.services.grades import GradeStatus
from lti_tool.services.grading_policy import GradingPolicy, counted
from lti_tool.services.hand_made import holds
from lti_tool.services.reports import ClassTable, LearnerRow
from lti_tool.services.responses import in_words, plain_words, readable, solution
from lti_tool.services.submissions import is_for
from lti_tool.services.targets import Extent

LONGEST_TIMELINE: Final = 200
"""Events that are shown, the latest."""


class Happening(StrEnum):
    """What an event of the timeline is. The page says it in words."""

    FIRST_OPENED = "first_opened"
    OPENED = "opened"
    COMPLETED = "completed"
    BEGUN = "begun"
    HANDED_IN = "handed_in"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SCORED = "scored"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``about`` is an activity, a workshop, or a column's name."""

    at: datetime
    what: Happening
    about: str = ""
    score: float | None = None
    grade: GradeStatus | None = None


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer beside its question. ``question`` is ``None`` when the course lost it.

    The lines are empty for true and false: ``response`` says which.
    """

    id: str
    question: Question | None
    prompt: str
    response: Any
    lines: tuple[str, ...]
    expected: tuple[str, ...]
    solution: Any
    score: float
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An attempt with its answers, in the order of the questions."""

    number: int
    started_at: datetime
    completed_at: datetime | None
    score: float | None
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """What somebody did at an activity, and the score that counts."""

    activity: Activity
    counting: Counting
    score: float | None
    passed: bool
    attempts: tuple[AttemptRecord, ...]


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """How far somebody came in a unit, as far as the link covers it: its steps, done or not."""

    id: str
    steps: tuple[tuple[str, bool], ...]

    @property
    def done(self) -> int:
        """How many of the steps they visited."""
        return sum(visited for _step, visited in self.steps)


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """All that the page shows. ``before`` and ``after`` stand beside them in the table."""

    line: LearnerRow
    before: int | None
    after: int | None
    units: tuple[UnitProgress, ...]
    activities: tuple[ActivityRecord, ...]
    works: Sequence[Submission]
    events: tuple[Event, ...]
    earlier: int
    """How many events are not shown, because they are older."""


def learner_page(
    table: ClassTable, view: TableView, learner_id: int, language: str
) -> LearnerPage | None:
    """Return the page of a learner of the table's class; ``None`` for anybody else."""
    line = table.one(learner_id)
    if line is None:
        return None
    db, link = table.db, table.link
    extent = link_extent(table.course, link.target)
    attempts = _attempts(db, link, learner_id)
    works = _works(db, link, extent, learner_id)
    events = sorted(
        [
            *_openings(db, link, learner_id),
            *_of_attempts(attempts, extent),
            *_of_works(works),
            *_of_grades(db, table.items, learner_id),
        ],
        key=lambda event: event.at,
        reverse=True,
    )
    before, after = table.neighbours(table.known(view), learner_id)
    return LearnerPage(
        line=line,
        before=before,
        after=after,
        units=_units(db, link, extent, learner_id),
        activities=tuple(_records(attempts, extent, GradingPolicy.of(link), language)),
        works=works,
        events=tuple(events[:LONGEST_TIMELINE]),
        earlier=max(0, len(events) - LONGEST_TIMELINE),
    )


def _attempts(db: Session, link: ResourceLink, learner_id: int) -> Sequence[Attempt]:
    return db.scalars(
        select(Attempt)
        .where(
            Attempt.context_pk == link.context_pk,
            Attempt.learner_id == learner_id,
            Attempt.course == link.course,
        )
        .order_by(Attempt.number)
        .options(selectinload(Attempt.answers))
    ).all()


def _works(
    db: Session, link: ResourceLink, extent: Extent, learner_id: int
) -> Sequence[Submission]:
    return db.scalars(
        select(Submission)
        .where(
            Submission.context_pk == link.context_pk,
            Submission.course == link.course,
            Submission.workshop.in_([one.id for one in extent.workshops]),
            is_for(learner_id),
        )
        .order_by(Submission.handed_in_at.desc(), Submission.id.desc())
        .options(defer(Submission.records), joinedload(Submission.learner))
    ).all()


def _units(
    db: Session, link: ResourceLink, extent: Extent, learner_id: int
) -> tuple[UnitProgress, ...]:
    state = db.scalars(
        select(Progress.state).where(
            Progress.context_pk == link.context_pk,
            Progress.learner_id == learner_id,
            Progress.course == link.course,
        )
    ).one_or_none()
    visited = frozenset((state or {}).get("visited", ()))
    return tuple(
        UnitProgress(
            unit.id, tuple((step.id, f"{unit.id}/{step.id}" in visited) for step in unit.steps)
        )
        for unit in extent.units
        if unit.steps
    )


def _records(
    attempts: Sequence[Attempt], extent: Extent, policy: GradingPolicy, language: str
) -> Iterator[ActivityRecord]:
    for activity in extent.activities:
        theirs = [one for one in attempts if one.activity == activity.id]
        scores = [one.score for one in theirs if one.score is not None]
        counting = policy.counting_for(activity)
        score = counted(scores, counting) if scores else None
        yield ActivityRecord(
            activity=activity,
            counting=counting,
            score=score,
            passed=score is not None and score >= policy.pass_mark_of(activity),
            attempts=tuple(_record(one, activity, language) for one in theirs),
        )


def _record(attempt: Attempt, activity: Activity, language: str) -> AttemptRecord:
    places = {question.id: place for place, question in enumerate(activity.questions)}
    questions = {question.id: question for question in activity.questions}
    given = sorted(attempt.answers, key=lambda one: (places.get(one.question, len(places)), one.id))
    return AttemptRecord(
        number=attempt.number,
        started_at=attempt.started_at,
        completed_at=attempt.completed_at,
        score=attempt.score,
        answers=tuple(_answer(one, questions.get(one.question), language) for one in given),
    )


def _answer(given: Answer, question: Question | None, language: str) -> GivenAnswer:
    right = None if question is None else solution(question)
    return GivenAnswer(
        id=given.question,
        question=question,
        prompt=given.question if question is None else plain_words(question.prompt, language),
        response=given.response,
        lines=(
            (readable(str(given.response)),)
            if question is None
            else in_words(question, given.response, language)
        ),
        expected=() if question is None else in_words(question, right, language),
        solution=right,
        score=given.score,
        at=given.answered_at,
    )


def _openings(db: Session, link: ResourceLink, learner_id: int) -> Iterator[Event]:
    """Yield when they opened the course: the first time, and as long as sessions are kept."""
    first = db.scalars(
        select(Membership.first_seen_at).where(
            Membership.context_pk == link.context_pk, Membership.learner_id == learner_id
        )
    ).one_or_none()
    if first is not None:
        yield Event(first, Happening.FIRST_OPENED)
    windows = db.scalars(
        select(WindowSession.created_at)
        .join(ResourceLink, ResourceLink.id == WindowSession.resource_link_pk)
        .where(
            ResourceLink.context_pk == link.context_pk,
            ResourceLink.course == link.course,
            WindowSession.learner_id == learner_id,
        )
    )
    for moment in windows:
        if moment != first:
            yield Event(moment, Happening.OPENED)


def _of_attempts(attempts: Sequence[Attempt], extent: Extent) -> Iterator[Event]:
    covered = {activity.id for activity in extent.activities}
    for attempt in attempts:
        if attempt.activity not in covered:
            continue
        if attempt.completed_at is None:
            yield Event(attempt.started_at, Happening.BEGUN, attempt.activity)
        else:
            yield Event(attempt.completed_at, Happening.COMPLETED, attempt.activity, attempt.score)


def _of_works(works: Sequence[Submission]) -> Iterator[Event]:
    for work in works:
        yield Event(work.handed_in_at, Happening.HANDED_IN, work.workshop)
        if work.decided_at is not None:
            is_accepted = work.state == SubmissionState.ACCEPTED
            what = Happening.ACCEPTED if is_accepted else Happening.RETURNED
            yield Event(work.decided_at, what, work.workshop, work.score)


def _of_grades(db: Session, items: Sequence[LineItem], learner_id: int) -> Iterator[Event]:
    """Yield the latest grade of each column: when it was earned, and when it arrived."""
    rows = db.scalars(
        select(GradeDelivery)
        .where(
            GradeDelivery.line_item_pk.in_([item.id for item in items]),
            GradeDelivery.learner_id == learner_id,
        )
        .options(joinedload(GradeDelivery.line_item))
    )
    held = holds(db, [item.id for item in items], [learner_id])
    for row in rows:
        status = GradeStatus.least_of([row], held)
        label = row.line_item.label
        yield Event(row.scored_at, Happening.SCORED, label, row.score, status)
        if row.sent_at is not None:
            yield Event(row.sent_at, Happening.SENT, label, row.score)


def unit_titles(course: Course, language: str) -> dict[str, str]:
    """Return what the units and steps of a course are called: ``unit``, and ``unit/step``."""
    titles = {}
    for unit in course.units:
        titles[unit.id] = plain_words(unit.title, language)
        for step in unit.steps:
            titles[f"{unit.id}/{step.id}"] = plain_words(step.title, language)
    return titles
