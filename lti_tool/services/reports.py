"""What an instructor reads about a class: who is where, with which scores, and whether the
gradebook says the same. The number of queries does not grow with the class.

Who counts: the students of the class, by the platform's list where it gives one
(``services.rosters``). Those whose place is suspended, those who left and test users are
shown, and counted nowhere. The mean is the mean of the scores that there are: who has not
finished an activity yet has none, whether they ever opened the course or not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable
from lti_tool.models import (
    CourseGroup,
    GradeDelivery,
    Learner,
    LineItem,
    Membership,
    Progress,
    ResourceLink,
    Standing,
)
from lti_tool.services.columns import has_column, in_use, line_items_of
from lti_tool.services.courses import graded_activities, steps_in_scope
from lti_tool.services.grades import GradeStatus, link_score
from lti_tool.services.groups import class_groups
from lti_tool.services.results import NO_RESULTS, results_of_class

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
    activities: tuple[Gradable, ...]
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
    results = results_of_class(db, link)
    groups = class_groups(db, link.context_pk)
    items = line_items_of(db, [link.id])
    grades = _grades(db, in_use(link, items))
    rows = db.execute(
        select(Learner, Membership, Progress)
        .join(Membership, Membership.learner_id == Learner.id)
        .outerjoin(
            Progress,
            and_(
                Progress.learner_id == Learner.id,
                Progress.context_pk == link.context_pk,
                Progress.course == link.course,
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
    for learner, place, progress in rows:
        achieved = results.get(learner.id, NO_RESULTS)
        scores = achieved.scores
        total = link_score(activities, achieved)
        learners.append(
            LearnerRow(
                name=learner.name,
                standing=Standing(place.standing),
                visited=_visited(progress, steps),
                scores={one.id: scores[one.id] for one in activities if one.id in scores},
                overall=None if total is None else total.score,
                last_activity=_last_activity(place, progress),
                grade=GradeStatus.least_of(grades.get(learner.id, ())),
                groups=groups.of_learner.get(learner.id, ()),
                is_test_user=learner.is_test_user,
            )
        )
    return ClassReport(
        course=course,
        activities=activities,
        steps=len(steps),
        has_column=has_column(link, items),
        groups=groups.groups,
        learners=tuple(sorted(learners, key=_table_order)),
    )


def _table_order(line: LearnerRow) -> tuple[bool, bool, str]:
    return line.is_test_user, *sort_key(line.name)


def _grades(db: Session, items: Sequence[LineItem]) -> Mapping[int, Sequence[GradeDelivery]]:
    """Return the grades in those columns, by learner."""
    found: dict[int, list[GradeDelivery]] = {}
    wanted = GradeDelivery.line_item_pk.in_([item.id for item in items])
    for row in db.scalars(select(GradeDelivery).where(wanted)):
        found.setdefault(row.learner_id, []).append(row)
    return found


def _last_activity(place: Membership, progress: Progress | None) -> datetime | None:
    moments = (place.last_seen_at, progress.updated_at if progress else None)
    return max((moment for moment in moments if moment is not None), default=None)


def sort_key(name: str) -> tuple[bool, str]:
    """Return what puts names in a reader's order: accents and case aside, no name last."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return not name, plain.casefold()


def _visited(progress: Progress | None, steps: frozenset[str]) -> int:
    return len(steps.intersection(progress.state.get("visited", ()))) if progress else 0
