"""An instructor reviews works: the queue, a review that is being written, a decision.

A review is saved as it is written, with a revision: of two instructors at the same work,
the later one is told and overwrites nothing unawares. A decision and the grade that comes of
it are one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session, aliased, defer, joinedload

from course_content.model import Course, Rubric, Workshop, localized
from lti_tool.models import (
    Learner,
    ResourceLink,
    Submission,
    SubmissionState,
    WindowSession,
    now,
)
from lti_tool.services import grades
from lti_tool.services.awaited import Awaited
from lti_tool.services.courses import CourseShelf, Json, link_extent
from lti_tool.services.group_works import lock_shared
from lti_tool.services.late_works import is_same_work, lateness_of, with_first, with_lateness
from lti_tool.services.progress import Seat, change_seat
from lti_tool.services.submissions import (
    SubmissionFault,
    SubmissionRefused,
    credited,
    place_handed_in,
    seconds_late,
    shown_to_learner,
)
from lti_tool.services.terms import ClassTerms

LONGEST_COMMENT: Final = 6000
"""Code points."""
LARGEST_ID: Final = 2**31 - 1
QUEUE_SIZE: Final = 20
"""Works that wait, and as many of those reviewed, which the class page lists at first."""
_UNREADABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The latest work that somebody handed in at a workshop.

    ``group`` is ``None`` for a learner's own work, else the group's name and number. ``late`` is
    by how much the work was late when it was first handed in, if it was.
    """

    id: int
    name: str
    group: tuple[str, str] | None
    is_test_user: bool
    title: str
    number: int
    handed_in_at: datetime
    state: str
    is_begun: bool
    points: int | None
    maximum: int | None
    late: timedelta | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What a class handed in: what waits for an instructor, the oldest first, and the rest, the
    latest first. Each list is its beginning; the counts are of all.

    ``is_open`` says whether the link has any workshop whose works are reviewed.
    """

    is_open: bool
    waiting: tuple[QueueLine, ...]
    reviewed: tuple[QueueLine, ...]
    waiting_count: int
    reviewed_count: int

    @property
    def is_cut(self) -> bool:
        """Whether there are works that it does not list."""
        listed = len(self.waiting) + len(self.reviewed)
        return listed < self.waiting_count + self.reviewed_count


@dataclass(frozen=True, slots=True)
class Said:
    """What a page sent as a review: to be checked. A draft leaves the state as it is."""

    revision: int
    marks: object
    comment: object
    state: SubmissionState = SubmissionState.HANDED_IN


@dataclass(frozen=True, slots=True)
class ReviewText:
    """What an instructor says of a work: points by criterion, and words."""

    marks: Mapping[str, int]
    comment: str

    @classmethod
    def checked(cls, rubric: Rubric, said: Said) -> ReviewText:
        """Return what came from outside. Raise ``SubmissionRefused``."""
        marks, comment = said.marks, said.comment
        if not isinstance(marks, Mapping) or not isinstance(comment, str):
            raise SubmissionRefused(SubmissionFault.INVALID_REVIEW)
        if len(comment) > LONGEST_COMMENT:
            raise SubmissionRefused(SubmissionFault.COMMENT_TOO_LONG)
        if _UNREADABLE.search(comment) or _fitting(rubric, marks) != marks:
            raise SubmissionRefused(SubmissionFault.INVALID_REVIEW)
        return cls(marks, comment)

    def as_json(self) -> Json:
        return {"marks": dict(self.marks), "comment": self.comment}


def queue_of(db: Session, awaited: Awaited, language: str, size: int = QUEUE_SIZE) -> Queue:
    """Return what a link's class handed in at the workshops that the link covers."""
    course, link = awaited.course, awaited.link
    reviewed = {
        workshop.id: localized(workshop.title, language)
        for workshop in link_extent(course, link.target).workshops
        if workshop.review is not None
    }
    if not reviewed:
        return Queue(is_open=False, waiting=(), reviewed=(), waiting_count=0, reviewed_count=0)
    is_listed = _is_listed(link, reviewed)
    counts = dict(
        db.execute(
            select(Submission.state, func.count()).where(is_listed).group_by(Submission.state)
        ).all()
    )
    waiting_count = counts.get(SubmissionState.HANDED_IN, 0)
    reviewed_count = sum(counts.values()) - waiting_count
    waits = Submission.state == SubmissionState.HANDED_IN
    handed_in_at = Submission.handed_in_at

    def lines(*order: SQLColumnExpression[Any], of: ColumnElement[bool]) -> tuple[QueueLine, ...]:
        rows = db.execute(
            with_first()
            .where(is_listed, of)
            .order_by(*order)
            .limit(size)
            .options(defer(Submission.records), joinedload(Submission.learner))
        ).all()
        return tuple(
            _line(work, reviewed[work.workshop], late)
            for work, late in with_lateness(awaited, rows)
        )

    return Queue(
        is_open=True,
        waiting=lines(handed_in_at, Submission.id, of=waits) if waiting_count else (),
        reviewed=(
            lines(handed_in_at.desc(), Submission.id.desc(), of=~waits) if reviewed_count else ()
        ),
        waiting_count=waiting_count,
        reviewed_count=reviewed_count,
    )


def _is_listed(link: ResourceLink, workshops: Collection[str]) -> ColumnElement[bool]:
    """Return the condition of being the latest work of somebody at one of these workshops."""
    later = aliased(Submission)
    is_superseded = (
        select(later.id)
        .where(is_same_work(later, Submission), later.number > Submission.number)
        .exists()
    )
    return and_(
        Submission.context_pk == link.context_pk,
        Submission.course == link.course,
        Submission.workshop.in_(workshops),
        ~is_superseded,
    )


def submission_json(
    db: Session, courses: CourseShelf, window: WindowSession, submission_id: int
) -> Json:
    """Return a work and its review as an instructor's page takes them.

    ``lateSeconds`` is by how much it was late when it was first handed in. Raise
    ``SubmissionRefused`` for one of another class.
    """
    submission = _submission(db, window, submission_id)
    link = window.resource_link
    course = courses.course(link.course)
    language = courses.language(link.course, window.language)
    workshop = _workshop(course, submission)
    unit = next(unit for unit in course.units if workshop in unit.steps)
    content = courses.unit_content(link.course, unit.id, language)
    others = db.scalars(
        select(Submission)
        .where(
            Submission.context_pk == submission.context_pk,
            Submission.holder == submission.holder,
            Submission.course == submission.course,
            Submission.workshop == submission.workshop,
            Submission.id != submission.id,
        )
        .order_by(Submission.number)
        .options(defer(Submission.records), joinedload(Submission.learner))
    ).all()
    first = min([submission, *others], key=lambda each: each.number)
    late = lateness_of(course, ClassTerms.of(db, link), first)
    return {
        **shown_to_learner(submission),
        "lateSeconds": seconds_late(late),
        "language": language,
        "courseTitle": localized(course.title, language),
        "classTitle": link.context.title,
        "learner": submission.learner.name,
        "isTestUser": submission.learner.is_test_user,
        "group": _group(submission),
        "workshop": content["steps"][workshop.id]["workshop"],
        "works": submission.records,
        "isLatest": _latest_number(db, submission) == submission.number,
        "review": _review_json(_rubric(workshop), submission),
        "others": [{**shown_to_learner(each), "id": each.id} for each in others],
    }


def keep_draft(
    db: Session, course: Course, window: WindowSession, submission_id: int, said: Said
) -> Json:
    """Keep a review that is being written. Raise ``SubmissionRefused``."""
    submission = _locked(db, window, submission_id)
    rubric = _rubric(_workshop(course, submission))
    review = ReviewText.checked(rubric, said)
    _refuse_changed(submission, said)
    _note_draft(submission, window, review)
    db.flush()
    return _review_json(rubric, submission)


def decide(
    db: Session, course: Course, window: WindowSession, submission_id: int, said: Said
) -> Json:
    """Return a work to its learner, or accept it, and write the grade that comes of it.

    The same decision sent twice is taken once. What was accepted stays accepted: a new
    review changes its points and the comment. Raise ``SubmissionRefused``.
    """
    submission = _locked(db, window, submission_id)
    workshop = _workshop(course, submission)
    rubric = _rubric(workshop)
    review = ReviewText.checked(rubric, said)
    decision = _decision(rubric, review)
    if (submission.state, submission.decision) == (said.state, decision):
        return _review_json(rubric, submission)
    _refuse_changed(submission, said)
    if said.state is SubmissionState.RETURNED:
        _check_return(submission, review)
    elif len(review.marks) < len(rubric.criteria):
        raise SubmissionRefused(SubmissionFault.CRITERION_MISSING)
    _note_draft(submission, window, review)
    submission.state = said.state
    submission.decision = decision
    submission.decided_at = now()
    if said.state is SubmissionState.ACCEPTED:
        submission.score = decision["points"] / rubric.maximum
        db.flush()
        links = {window.resource_link_pk, submission.resource_link_pk} - {None}
        for learner in credited(submission):
            grades.record(db, _seat(submission, learner), course, links, workshop)
    db.flush()
    return _review_json(rubric, submission)


def _check_return(submission: Submission, review: ReviewText) -> None:
    if submission.state == SubmissionState.ACCEPTED:
        raise SubmissionRefused(SubmissionFault.ALREADY_ACCEPTED)
    if not review.comment.strip():
        raise SubmissionRefused(SubmissionFault.COMMENT_MISSING)


def _note_draft(submission: Submission, window: WindowSession, review: ReviewText) -> None:
    submission.draft = review.as_json()
    submission.revision += 1
    submission.drafted_at = now()
    submission.drafter_id = window.learner_id


def _refuse_changed(submission: Submission, said: Said) -> None:
    if submission.revision != said.revision:
        raise SubmissionRefused(SubmissionFault.REVIEW_CHANGED)


def _decision(rubric: Rubric, review: ReviewText) -> dict[str, Any]:
    points = sum(review.marks.values())
    return {**review.as_json(), "points": points, "maximum": rubric.maximum}


def _review_json(rubric: Rubric, submission: Submission) -> Json:
    """Return a review as it stands. The rubric may have changed since it was begun."""
    draft = submission.draft or {"marks": {}, "comment": ""}
    drafted_at = submission.drafted_at
    return {
        "state": submission.state,
        "revision": submission.revision,
        "marks": _fitting(rubric, draft["marks"]),
        "comment": draft["comment"],
        "draftedAt": drafted_at.isoformat(timespec="seconds") if drafted_at else None,
        "draftedBy": submission.drafter.name if submission.drafter else "",
    }


def _fitting(rubric: Rubric, marks: Mapping[Any, Any]) -> dict[str, int]:
    """Return those of the marks that the rubric knows."""
    known = {each.id: {level.points for level in each.levels} for each in rubric.criteria}
    return {
        name: points
        for name, points in marks.items()
        if type(points) is int and points in known.get(name, ())
    }


def _locked(db: Session, window: WindowSession, submission_id: int) -> Submission:
    """Return the latest work of somebody, held until the transaction ends.

    The seats of whom it is for are held first, as for everything that a learner does; before
    them the group's work, so that nobody of the group hands it in again meanwhile.
    """
    found = _submission(db, window, submission_id)
    place = place_handed_in(found)
    if place is not None:
        lock_shared(db, place)
    for learner in credited(found):
        change_seat(db, _seat(found, learner))
    db.refresh(found)
    if _latest_number(db, found) != found.number:
        raise SubmissionRefused(SubmissionFault.SUPERSEDED)
    return found


def _seat(submission: Submission, learner: Learner) -> Seat:
    return Seat(submission.context_pk, learner.id, submission.course, learner.is_test_user)


def _group(submission: Submission) -> Json | None:
    """Return the group whose work it is, and for whom it was handed in."""
    if submission.group_id is None:
        return None
    members = [learner.name for learner in submission.members]
    return {"name": submission.group_name, "number": submission.group_id, "members": members}


def _submission(db: Session, window: WindowSession, submission_id: int) -> Submission:
    link = window.resource_link
    found = db.scalars(
        select(Submission).where(
            Submission.id == min(submission_id, LARGEST_ID),
            Submission.context_pk == link.context_pk,
            Submission.course == link.course,
        )
    ).one_or_none()
    if found is None:
        raise SubmissionRefused(SubmissionFault.UNKNOWN_SUBMISSION)
    return found


def _latest_number(db: Session, submission: Submission) -> int:
    return db.scalars(
        select(func.max(Submission.number)).where(
            Submission.context_pk == submission.context_pk,
            Submission.holder == submission.holder,
            Submission.course == submission.course,
            Submission.workshop == submission.workshop,
        )
    ).one()


def _workshop(course: Course, submission: Submission) -> Workshop:
    """Return the workshop of a work. The course may have lost it, or its rubric, since."""
    for workshop in course.workshops:
        if workshop.id == submission.workshop and workshop.review is not None:
            return workshop
    raise SubmissionRefused(SubmissionFault.NOT_REVIEWED)


def _rubric(workshop: Workshop) -> Rubric:
    if workshop.review is None:
        raise SubmissionRefused(SubmissionFault.NOT_REVIEWED)
    return workshop.review


def _line(row: Submission, title: str, late: timedelta | None) -> QueueLine:
    decision = row.decision or {}
    return QueueLine(
        id=row.id,
        name=row.learner.name,
        group=None if row.group_id is None else (row.group_name, row.group_id),
        is_test_user=row.learner.is_test_user,
        title=title,
        number=row.number,
        handed_in_at=row.handed_in_at,
        state=row.state,
        is_begun=row.draft is not None,
        points=decision.get("points"),
        maximum=decision.get("maximum"),
        late=late,
    )
