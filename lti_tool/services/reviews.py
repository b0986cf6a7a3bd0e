"""A learner's work in one column, opened from the platform's gradebook (Submission Review 1.0).

The platform's message names a column and the person whose work it is about. Who teaches in
the column's own class sees anybody's work in it; anybody else sees their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from course_content.model import Activity, Quiz, Workshop, localized
from lti_tool.lti import Fault, Launch, LaunchRefused, Role
from lti_tool.models import (
    Attempt,
    Context,
    Counting,
    Deployment,
    GradeDelivery,
    Learner,
    LineItem,
    ResourceLink,
    Submission,
)
from lti_tool.services.columns import WHOLE
from lti_tool.services.courses import CourseShelf, Json, graded_activities
from lti_tool.services.grades import GradeStatus, told_status
from lti_tool.services.grading_policy import GradingPolicy, counted
from lti_tool.services.late_works import FIRST, lateness_of
from lti_tool.services.links import OWN_CONTEXT
from lti_tool.services.refusals import N_
from lti_tool.services.submissions import is_for
from lti_tool.services.terms import Bounds, ClassTerms, bounds_of

TRUE, FALSE = N_("Vrai"), N_("Faux")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review that was let in. ``learner_id`` is empty for somebody who never came to us.

    ``activity`` is empty for all that the link covers, as in ``LineItem``.
    """

    link_pk: int
    activity: str
    learner_id: int | None
    is_own: bool
    language: str
    return_url: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer: ``html`` is the course's own, ``text`` the learner's or ours.

    ``toward`` is what it was matched with.
    """

    html: str = ""
    text: str = ""
    toward: str = ""


@dataclass(frozen=True, slots=True)
class QuestionReview:
    """A question, and the answer that was given. ``score`` is ``None`` without one."""

    kind: str
    prompt: str
    points: int
    parts: tuple[Part, ...]
    score: float | None


@dataclass(frozen=True, slots=True)
class AttemptReview:
    """One go at an activity. ``score`` runs from 0 to 1, ``None`` while it is under way.

    ``late`` is by how much it was completed too late, if it was.
    """

    number: int
    started_at: datetime
    completed_at: datetime | None
    score: float | None
    questions: tuple[QuestionReview, ...]
    late: timedelta | None


@dataclass(frozen=True, slots=True)
class MarkReview:
    """What was said of a work by one criterion. ``level`` is in the rubric's words."""

    criterion: str
    level: str
    points: int


@dataclass(frozen=True, slots=True)
class WorkReview:
    """A work that was handed in, and what an instructor decided about it, if they did.

    ``late`` is by how much it was late when it was first handed in, which is said there alone.
    """

    number: int
    handed_in_at: datetime
    state: str
    points: int | None
    maximum: int | None
    marks: tuple[MarkReview, ...]
    comment: str
    late: timedelta | None


@dataclass(frozen=True, slots=True)
class ActivityReview:
    """A quiz and every attempt at it, or a workshop and every work; the latest first."""

    title: str
    is_workshop: bool
    counting: Counting
    score: float | None
    attempts: tuple[AttemptReview, ...] = ()
    works: tuple[WorkReview, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody did for one column. ``grade`` is what became of it in the gradebook.

    ``language`` is that of the course's texts, which may be another than the page's.
    """

    name: str
    language: str
    course_title: str
    class_title: str
    column: str
    activities: tuple[ActivityReview, ...]
    grade: GradeStatus


def open_review(db: Session, platform_id: int, launch: Launch, language: str) -> OpenReview:
    """Say whose work in which column may be shown. Raise ``LaunchRefused``.

    A teacher's role counts in the class that the message is from, and the column must be of
    that class.
    """
    wanted = launch.review
    if wanted is None:
        raise LaunchRefused(Fault.CLAIM_WRONG, "for_user is missing")
    is_own = launch.sub is not None and launch.sub == wanted.for_user
    if launch.role is not Role.INSTRUCTOR and not is_own:
        raise LaunchRefused(Fault.REVIEW_FOREIGN)
    link, activity = _column(db, platform_id, launch, wanted.line_item_url)
    learner_id = db.scalars(
        select(Learner.id).where(Learner.platform_id == platform_id, Learner.sub == wanted.for_user)
    ).one_or_none()
    return OpenReview(link.id, activity, learner_id, is_own, language, launch.return_url)


def review_of(db: Session, courses: CourseShelf, opened: OpenReview) -> Review:
    """Return the work that a review shows."""
    link = db.get_one(ResourceLink, opened.link_pk, options=[joinedload(ResourceLink.context)])
    course = courses.course(link.course)
    language = courses.language(link.course, opened.language)
    activities = [
        activity
        for activity in graded_activities(course, link.target)
        if opened.activity in {WHOLE, activity.id}
    ]
    learner = None if opened.learner_id is None else db.get(Learner, opened.learner_id)
    attempts = _attempts(db, link, opened.learner_id)
    works = _works(db, link, opened.learner_id)
    policy = GradingPolicy.of(link)
    terms = ClassTerms.of(db, link)
    book = terms.book(opened.learner_id)
    late = partial(lateness_of, course, terms)
    shown = _shown(courses, link, language)
    return Review(
        name=learner.name if learner else "",
        language=language,
        course_title=localized(course.title, language),
        class_title=link.context.title,
        column=link.title if opened.activity == WHOLE else "",
        activities=tuple(
            _activity(
                activity,
                attempts.get(activity.id, []),
                shown(activity),
                policy,
                bounds_of(course, book, activity),
            )
            if isinstance(activity, Quiz)
            else _workshop(activity, works.get(activity.id, []), language, late)
            for activity in activities
        ),
        grade=_grade(db, opened),
    )


def _column(
    db: Session, platform_id: int, launch: Launch, line_item_url: str
) -> tuple[ResourceLink, str]:
    """Return the link and the activity of a column, in the class that the message is from."""
    context_id = launch.context_id or f"{OWN_CONTEXT}{launch.resource_link_id or ''}"
    links = (
        select(ResourceLink)
        .join(Context, Context.id == ResourceLink.context_pk)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(
            Deployment.platform_id == platform_id,
            Deployment.deployment_id == launch.deployment_id,
            Context.context_id == context_id,
        )
        .order_by(ResourceLink.id)
    )
    if launch.resource_link_id is not None:
        links = links.where(ResourceLink.resource_link_id == launch.resource_link_id)
    item = db.scalars(
        select(LineItem)
        .where(
            LineItem.url == line_item_url,
            LineItem.resource_link_pk.in_(links.with_only_columns(ResourceLink.id)),
        )
        .options(joinedload(LineItem.resource_link))
        .limit(1)
    ).one_or_none()
    if item is not None:
        return item.resource_link, item.activity
    link = db.scalars(links.where(ResourceLink.line_item_url == line_item_url)).first()
    if link is None:
        raise LaunchRefused(Fault.REVIEW_UNKNOWN, "no link of this class has that line item")
    return link, WHOLE


def _attempts(
    db: Session, link: ResourceLink, learner_id: int | None
) -> Mapping[str, Sequence[Attempt]]:
    rows = db.scalars(
        select(Attempt)
        .where(
            Attempt.context_pk == link.context_pk,
            Attempt.learner_id == learner_id,
            Attempt.course == link.course,
        )
        .order_by(Attempt.number.desc())
        .options(selectinload(Attempt.answers))
    )
    return _by_place(rows, lambda attempt: attempt.activity)


def _works(
    db: Session, link: ResourceLink, learner_id: int | None
) -> Mapping[str, Sequence[Submission]]:
    rows = db.scalars(
        select(Submission)
        .where(
            Submission.context_pk == link.context_pk,
            is_for(learner_id),
            Submission.course == link.course,
        )
        .order_by(Submission.handed_in_at.desc(), Submission.number.desc())
        .options(defer(Submission.records))
    )
    return _by_place(rows, lambda work: work.workshop)


def _by_place(rows: Iterable[T], place: Callable[[T], str]) -> Mapping[str, Sequence[T]]:
    """Return rows by the activity or workshop that each is of, in the order in which they came."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[place(row)].append(row)
    return found


def _grade(db: Session, opened: OpenReview) -> GradeStatus:
    """Return what became of the grade in this very column."""
    columns = select(LineItem.id).where(
        LineItem.resource_link_pk == opened.link_pk, LineItem.activity == opened.activity
    )
    return told_status(
        db,
        GradeDelivery.line_item_pk.in_(columns),
        GradeDelivery.learner_id == opened.learner_id,
    )


def _shown(courses: CourseShelf, link: ResourceLink, language: str) -> Callable[[Activity], Json]:
    """Return what finds an activity as a learner sees it."""
    course = courses.course(link.course)

    def find(activity: Activity) -> Json:
        unit = next(unit for unit in course.units if activity in unit.activities)
        content = courses.unit_content(link.course, unit.id, language)
        shown: Json = content["steps"][activity.id]["activity"]
        return shown

    return find


def _activity(
    activity: Activity,
    attempts: Sequence[Attempt],
    seen: Json,
    policy: GradingPolicy,
    bounds: Bounds,
) -> ActivityReview:
    """Return the review of a quiz, as a learner has ``seen`` it. The latest attempt comes first."""
    counting = policy.counting_for(activity)
    scores = [one.score for one in attempts[::-1] if one.completed_at and one.score is not None]
    return ActivityReview(
        title=seen["title"],
        is_workshop=False,
        counting=counting,
        score=counted(scores, counting) if scores else None,
        attempts=tuple(_attempt(one, seen["questions"], bounds) for one in attempts),
    )


def _workshop(
    workshop: Workshop,
    works: Sequence[Submission],
    language: str,
    late: Callable[[Submission], timedelta | None],
) -> ActivityReview:
    return ActivityReview(
        title=localized(workshop.title, language),
        is_workshop=True,
        counting=Counting.LAST,
        score=next((one.score for one in works if one.score is not None), None),
        works=tuple(
            _work(workshop, one, language, late(one) if one.number == FIRST else None)
            for one in works
        ),
    )


def _work(
    workshop: Workshop, work: Submission, language: str, late: timedelta | None
) -> WorkReview:
    """Put a decision in words. The rubric may have changed since: unknown marks are left out."""
    decision = work.decision or {"marks": {}, "comment": ""}
    criteria = workshop.review.criteria if workshop.review else ()
    return WorkReview(
        number=work.number,
        handed_in_at=work.handed_in_at,
        state=work.state,
        points=decision.get("points"),
        maximum=decision.get("maximum"),
        marks=tuple(
            MarkReview(
                localized(criterion.title, language), localized(level.text, language), level.points
            )
            for criterion in criteria
            for level in criterion.levels
            if decision["marks"].get(criterion.id) == level.points
        ),
        comment=decision["comment"],
        late=late,
    )


def _attempt(attempt: Attempt, questions: Sequence[Json], bounds: Bounds) -> AttemptReview:
    given = {answer.question: answer for answer in attempt.answers}
    reviewed = []
    for question in questions:
        answer = given.get(question["id"])
        reviewed.append(
            QuestionReview(
                kind=question["kind"],
                prompt=question["prompt"],
                points=question["points"],
                parts=() if answer is None else _parts(question, answer.response),
                score=None if answer is None else answer.score,
            )
        )
    return AttemptReview(
        number=attempt.number,
        started_at=attempt.started_at,
        completed_at=attempt.completed_at,
        score=attempt.score if attempt.completed_at else None,
        questions=tuple(reviewed),
        late=bounds.lateness(attempt.completed_at) if attempt.completed_at else None,
    )


def _parts(question: Json, response: Any) -> tuple[Part, ...]:
    """Put an answer in words. The question may have changed since: what is unknown stays raw."""
    if question["kind"] == "true_false":
        return (Part(text=TRUE if response is True else FALSE),)
    if question["kind"] == "matching" and isinstance(response, dict):
        left, options = _texts(question, "left"), _texts(question, "options")
        return tuple(
            Part(html=left.get(one, ""), toward=options.get(str(other), ""))
            for one, other in response.items()
        )
    known = _texts(question, "choices") | _texts(question, "items")
    given = response if isinstance(response, list) else [response]
    unit = question.get("unit", "")
    return tuple(
        Part(html=known[one])
        if isinstance(one, str) and one in known
        else Part(text=f"{one}\u00a0{unit}".strip())
        for one in given
    )


def _texts(question: Json, name: str) -> dict[str, str]:
    return {each["id"]: each["text"] for each in question.get(name, ())}
