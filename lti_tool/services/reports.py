"""What an instructor reads about a class: who is where, with which scores, and whether the
gradebook says the same. The number of queries does not grow with the class.

Who counts: the students of the class, by the platform's list where it gives one
(``services.rosters``). Those whose place is suspended, those who left and test users are
shown, and counted nowhere. The mean is the mean of the scores that there are: who has not
finished an activity yet has none, whether they ever opened the course or not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from course_content.model import Activity, Course
from lti_tool.models import (
    Attempt,
    CourseGroup,
    GradeDelivery,
    Learner,
    Membership,
    Progress,
    ResourceLink,
    Standing,
)
from lti_tool.services.courses import graded_activities, steps_in_scope
from lti_tool.services.grades import GradeStatus, link_score
from lti_tool.services.groups import class_groups

LEARNER_ROLE = "learner"


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner's line. Scores run from 0 to 1; an activity not completed has none.

    ``last_activity`` is ``None`` for somebody who never opened the course.
    """

    name: str
    standing: Standing
    visited: int
    scores: Mapping[str, float]
    overall: float | None
    last_activity: datetime | None
    grade: GradeStatus
    groups: tuple[CourseGroup, ...]
    is_test_user: bool

    @property
    def counts(self) -> bool:
        """Whether the figures of the class are about this person too."""
        return self.standing is Standing.ACTIVE and not self.is_test_user


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A class at what one resource link covers. ``steps`` is how many steps that is."""

    course: Course
    activities: tuple[Activity, ...]
    steps: int
    has_column: bool
    groups: tuple[CourseGroup, ...]
    learners: tuple[LearnerRow, ...]

    @property
    def counted(self) -> tuple[LearnerRow, ...]:
        """The lines of those who are of the class now: the figures are about them."""
        return tuple(line for line in self.learners if line.counts)

    @property
    def unopened(self) -> int:
        """How many of them never opened the course."""
        return sum(line.last_activity is None for line in self.counted)

    @property
    def finished(self) -> int:
        """How many of them have completed every graded activity."""
        return sum(len(line.scores) == len(self.activities) for line in self.counted)

    @property
    def mean(self) -> float | None:
        """The mean of the scores of those of them who have one."""
        scores = [line.overall for line in self.counted if line.overall is not None]
        return sum(scores) / len(scores) if scores else None


def class_report(
    db: Session, course: Course, link: ResourceLink, only: Collection[str] | None = None
) -> ClassReport:
    """Return the line of every learner of the link's class, as far as we know it.

    Who left without having opened anything has none. With ``only``, the others have none
    either: it names people by their ``sub``.
    """
    activities = graded_activities(course, link.target)
    steps = frozenset(steps_in_scope(course, link.target))
    best = _best_scores(db, link)
    groups = class_groups(db, link.context_pk)
    rows = db.execute(
        select(Learner, Membership, Progress, GradeDelivery)
        .join(Membership, Membership.learner_id == Learner.id)
        .outerjoin(
            Progress,
            and_(
                Progress.learner_id == Learner.id,
                Progress.context_pk == link.context_pk,
                Progress.course == link.course,
            ),
        )
        .outerjoin(
            GradeDelivery,
            and_(
                GradeDelivery.learner_id == Learner.id,
                GradeDelivery.resource_link_pk == link.id,
            ),
        )
        .where(
            Membership.context_pk == link.context_pk,
            Membership.role == LEARNER_ROLE,
            or_(Membership.standing != Standing.LEFT, Membership.last_seen_at.is_not(None)),
            true() if only is None else Learner.sub.in_(only),
        )
        .order_by(Learner.id)
    ).all()
    learners = []
    for learner, place, progress, delivery in rows:
        scores = best.get(learner.id, {})
        total = link_score(activities, scores)
        learners.append(
            LearnerRow(
                name=learner.name,
                standing=Standing(place.standing),
                visited=_visited(progress, steps),
                scores={one.id: scores[one.id] for one in activities if one.id in scores},
                overall=None if total is None else total.score,
                last_activity=_last_activity(place, progress),
                grade=GradeStatus.of(delivery),
                groups=groups.of_learner.get(learner.id, ()),
                is_test_user=learner.is_test_user,
            )
        )
    return ClassReport(
        course=course,
        activities=activities,
        steps=len(steps),
        has_column=link.line_item_url is not None,
        groups=groups.groups,
        learners=tuple(sorted(learners, key=_table_order)),
    )


def _table_order(line: LearnerRow) -> tuple[bool, bool, str]:
    return line.is_test_user, *sort_key(line.name)


def _last_activity(place: Membership, progress: Progress | None) -> datetime | None:
    moments = (place.last_seen_at, progress.updated_at if progress else None)
    return max((moment for moment in moments if moment is not None), default=None)


def sort_key(name: str) -> tuple[bool, str]:
    """Return what puts names in a reader's order: accents and case aside, no name last."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return not name, plain.casefold()


def _visited(progress: Progress | None, steps: frozenset[str]) -> int:
    return len(steps.intersection(progress.state.get("visited", ()))) if progress else 0


def _best_scores(db: Session, link: ResourceLink) -> dict[int, dict[str, float]]:
    rows = db.execute(
        select(Attempt.learner_id, Attempt.activity, func.max(Attempt.score))
        .where(
            Attempt.context_pk == link.context_pk,
            Attempt.course == link.course,
            Attempt.completed_at.is_not(None),
        )
        .group_by(Attempt.learner_id, Attempt.activity)
    )
    best: dict[int, dict[str, float]] = {}
    for learner_id, activity, score in rows:
        best.setdefault(learner_id, {})[activity] = score or 0.0
    return best
