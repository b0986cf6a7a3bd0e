"""What an instructor reads about a class: who is where, with which scores, and whether the
gradebook says the same. Neither the queries nor what they bring grow with the class: a page
of the table is sorted, narrowed and cut out by the database, and so are the figures above it.

Who counts: the students of the class, by the platform's list where it gives one
(``services.rosters``). Those whose place is suspended, those who left and test users are
shown, and counted nowhere. The mean is the mean of the scores that there are: who has not
finished an activity yet has none, whether they ever opened the course or not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import Row, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from course_content.model import Course, Gradable
from lti_tool.models import (
    ClassLine,
    CourseGroup,
    GradeDelivery,
    Learner,
    LineItem,
    Membership,
    ResourceLink,
    Standing,
)
from lti_tool.services.attention import Reason, Rule, Rules
from lti_tool.services.awaited import Awaited
from lti_tool.services.class_people import People
from lti_tool.services.class_view import TableView, in_group, is_sought, order_of
from lti_tool.services.columns import has_column, in_use, line_items_of
from lti_tool.services.grades import GradeStatus
from lti_tool.services.groups import groups_in_order, groups_of_learners
from lti_tool.services.hand_made import holds
from lti_tool.services.reasons import reasons_of
from lti_tool.services.terms import ClassTerms

PAGE: Final = 50
"""Lines of a page of the table."""
MOST_URGENT: Final = 5
"""So many people are named above the table, of those who need attention."""


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One learner's line. Scores run from 0 to 1; an activity not completed has none.

    ``last_activity`` is ``None`` for somebody who never opened the course. ``active_seconds`` is
    how long they worked in it, as far as it was counted (``services.time_spent``).
    """

    id: int
    name: str
    standing: Standing
    visited: int
    scores: Mapping[str, float]
    overall: float | None
    last_activity: datetime | None
    active_seconds: float
    grade: GradeStatus
    groups: tuple[CourseGroup, ...]
    is_test_user: bool
    reasons: tuple[Reason, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the figures of the class are about this person too."""
        return self.standing is Standing.ACTIVE and not self.is_test_user


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """What a class, or one group of it, comes to.

    ``everybody`` are all who have a line, ``counted`` those whom the other figures are about.
    ``concerned`` is how many of these a rule is about, ``needy`` how many any rule is about.
    """

    everybody: int
    counted: int
    unopened: int
    finished: int
    mean: float | None
    concerned: Mapping[Rule, int]
    needy: int


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A class at what one resource link covers, as far as one page of its table shows it.

    ``steps`` is how many steps the link covers, ``found`` how many lines the view has on all
    its pages, ``urgent`` those who need attention first.
    """

    course: Course
    activities: tuple[Gradable, ...]
    steps: int
    has_column: bool
    groups: tuple[CourseGroup, ...]
    figures: ClassFigures
    urgent: tuple[LearnerRow, ...]
    view: TableView
    found: int
    learners: tuple[LearnerRow, ...]

    @property
    def pages(self) -> int:
        """How many pages the view has: one at least."""
        return max(1, -(-self.found // PAGE))

    @property
    def first(self) -> int:
        """The number of the page's first line among those of the view."""
        return (self.view.page - 1) * PAGE + 1


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The lines of a link's class, to be asked for. They are up to date (``class_lines``)."""

    db: Session
    course: Course
    link: ResourceLink
    columns: Sequence[LineItem]
    items: Sequence[LineItem]
    people: People
    awaited: Awaited
    rules: Rules
    groups: tuple[CourseGroup, ...]
    moment: datetime

    @classmethod
    def of(
        cls,
        db: Session,
        course: Course,
        link: ResourceLink,
        moment: datetime,
        only: Collection[str] | None = None,
    ) -> ClassTable:
        """Return the table of a link's class at a moment, of ``only`` those by their ``sub``."""
        items = line_items_of(db, [link.id])
        used = in_use(link, items)
        people = People.of(course, link, used, only)
        awaited = Awaited(course, link, ClassTerms.of(db, link))
        return cls(
            db=db,
            course=course,
            link=link,
            columns=items,
            items=used,
            people=people,
            awaited=awaited,
            rules=Rules.of(people, awaited, moment),
            groups=groups_in_order(db, link.context_pk),
            moment=moment,
        )

    def known(self, view: TableView) -> TableView:
        """Return the view without what this class does not have: a group that is gone, say."""
        return view.known(self.groups, self.people.scope)

    def within(self, view: TableView) -> ColumnElement[bool]:
        """Return the condition of being on one of the pages of a view."""
        wanted = [self.people.belongs, in_group(view.group, self.link.context_pk)]
        if view.rule is not None:
            wanted.append(self.rules.conditions[view.rule])
        return and_(*wanted, is_sought(view.search))

    def count(self, view: TableView) -> int:
        """Return how many lines a view has."""
        return self.db.scalars(
            select(func.count()).select_from(self.people.source).where(self.within(view))
        ).one()

    def page(self, view: TableView, size: int = PAGE) -> tuple[LearnerRow, ...]:
        """Return the lines of a page of a view."""
        return self.lines(self.page_keys(view, size))

    def keys(self, view: TableView) -> Sequence[int]:
        """Return the keys of all lines of a view, in its order."""
        return self.db.scalars(self._ordered(self.known(view))).all()

    def page_keys(self, view: TableView, size: int = PAGE) -> Sequence[int]:
        """Return the keys of the lines of a page of a view, in its order."""
        wanted = self._ordered(self.known(view)).limit(size).offset((view.page - 1) * size)
        return self.db.scalars(wanted).all()

    def everybody(self) -> tuple[LearnerRow, ...]:
        """Return all lines in the order of names: for a table of few."""
        return self.lines(self.keys(TableView()))

    def one(self, learner_id: int) -> LearnerRow | None:
        """Return the line of one learner, if they have one in this class."""
        return next(iter(self.lines([learner_id])), None)

    def urgent(self, view: TableView, concerned: Mapping[Rule, int]) -> tuple[LearnerRow, ...]:
        """Return the lines of those in the view's group who need attention first.

        ``concerned`` says how many each rule is about: the others need not be looked for.
        """
        counts = accumulate(concerned.values())
        rules = [
            self.rules.conditions[rule]
            for rule, count in zip(concerned, counts, strict=True)
            if count - concerned[rule] < MOST_URGENT
        ]
        wanted = (
            self._keys(self.within(view.of_group), or_(false(), *rules))
            .order_by(self.rules.urgency, self.people.last_activity, Learner.id)
            .limit(MOST_URGENT)
        )
        return self.lines(self.db.scalars(wanted).all())

    def lines(self, learner_ids: Sequence[int]) -> tuple[LearnerRow, ...]:
        """Return the lines of these learners, in this order, as far as they have one."""
        if not learner_ids:
            return ()
        rows = self.db.execute(
            self._select().where(self.people.belongs, Learner.id.in_(learner_ids))
        ).all()
        places = {learner_id: place for place, learner_id in enumerate(learner_ids)}
        return self._rows(sorted(rows, key=lambda row: places[row.id]))

    def _keys(self, *conditions: ColumnElement[bool]) -> Select[int]:
        return select(Learner.id).select_from(self.people.source).where(*conditions)

    def _ordered(self, view: TableView) -> Select[int]:
        order = order_of(view, self.people, self.groups)
        return self._keys(self.within(view)).order_by(*order)

    def neighbours(self, view: TableView, learner_id: int) -> tuple[int | None, int | None]:
        """Return who stands before and after a learner in a view, if anybody does."""
        order = order_of(view, self.people, self.groups)
        around = (
            select(
                Learner.id.label("id"),
                func.lag(Learner.id).over(order_by=order).label("before"),
                func.lead(Learner.id).over(order_by=order).label("after"),
            )
            .select_from(self.people.source)
            .where(self.within(view))
            .subquery()
        )
        found = self.db.execute(
            select(around.c.before, around.c.after).where(around.c.id == learner_id)
        ).one_or_none()
        return (None, None) if found is None else (found.before, found.after)

    def figures(self, view: TableView) -> ClassFigures:
        """Return the figures of a view's group, whoever is sought in it."""
        people, all_done = self.people, len(self.people.scope.activities)

        def tally(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
            return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)

        counts = people.counts
        row = self.db.execute(
            select(
                func.count().label("everybody"),
                tally(counts).label("counted"),
                tally(counts, people.last_activity.is_(None)).label("unopened"),
                tally(counts, func.coalesce(ClassLine.done, 0) == all_done).label("finished"),
                func.avg(case((counts, ClassLine.score))).label("mean"),
                tally(self.rules.any).label("needy"),
                *(
                    tally(rule).label(f"rule_{name}")
                    for name, rule in self.rules.conditions.items()
                ),
            )
            .select_from(people.source)
            .where(self.within(view.of_group))
        ).one()
        return ClassFigures(
            everybody=row.everybody,
            counted=row.counted,
            unopened=row.unopened,
            finished=row.finished,
            mean=row.mean,
            concerned={name: getattr(row, f"rule_{name}") for name in self.rules.conditions},
            needy=row.needy,
        )

    def _select(self) -> Any:
        return select(
            Learner.id,
            Learner.name,
            Learner.is_test_user,
            Membership.standing,
            ClassLine.visited,
            ClassLine.active_seconds,
            ClassLine.score,
            ClassLine.scores,
            ClassLine.failed_at,
            ClassLine.failed_tries,
            self.people.last_activity.label("last_activity"),
            *(rule.label(f"rule_{name}") for name, rule in self.rules.conditions.items()),
        ).select_from(self.people.source)

    def _rows(self, rows: Sequence[Row[Any]]) -> tuple[LearnerRow, ...]:
        keys = [row.id for row in rows]
        groups = groups_of_learners(self.db, self.groups, keys)
        grades = self._grades(keys)
        held = holds(self.db, [item.id for item in self.items], keys) if self.items else {}
        reasons = reasons_of(self.db, self.awaited, rows, self.moment)
        return tuple(
            LearnerRow(
                id=row.id,
                name=row.name,
                standing=Standing(row.standing),
                visited=row.visited or 0,
                scores=row.scores or {},
                overall=row.score,
                last_activity=row.last_activity,
                active_seconds=row.active_seconds or 0.0,
                grade=GradeStatus.least_of(grades.get(row.id, ()), held),
                groups=groups.get(row.id, ()),
                is_test_user=row.is_test_user,
                reasons=reasons[row.id],
            )
            for row in rows
        )

    def _grades(self, learner_ids: Sequence[int]) -> Mapping[int, Sequence[GradeDelivery]]:
        """Return the grades of some learners in the columns of the link."""
        found: dict[int, list[GradeDelivery]] = {}
        if not self.items or not learner_ids:
            return found
        rows = self.db.scalars(
            select(GradeDelivery).where(
                GradeDelivery.line_item_pk.in_([item.id for item in self.items]),
                GradeDelivery.learner_id.in_(learner_ids),
            )
        )
        for row in rows:
            found.setdefault(row.learner_id, []).append(row)
        return found


def class_report(table: ClassTable, view: TableView) -> ClassReport:
    """Return the page of a class's table that a view shows, and the figures above it."""
    view = table.known(view)
    figures = table.figures(view)
    found = figures.everybody if view.is_whole_group else table.count(view)
    view = replace(view, page=min(view.page, max(1, -(-found // PAGE))))
    return ClassReport(
        course=table.course,
        activities=table.people.scope.activities,
        steps=len(table.people.scope.steps),
        has_column=has_column(table.link, table.columns),
        groups=table.groups,
        figures=figures,
        urgent=table.urgent(view, figures.concerned) if figures.needy else (),
        view=view,
        found=found,
        learners=table.page(view),
    )
