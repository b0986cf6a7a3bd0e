"""What a decision about grades would change, told before it is made; nothing is written.

What is compared is what our rows say that the gradebook has, or is about to get, with what
``services.regrading`` will write there: both come from the same functions. A grade that somebody
gave by hand stays in the gradebook whatever is decided here, so it is told apart. Where a link has
no column, the score of the class table takes the place of the gradebook's.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable, Quiz
from lti_tool.models import GradeDelivery, Grading, Learner, Maker, ResourceLink
from lti_tool.services.batches import batches
from lti_tool.services.column_choice import Plan, plan, wanted_columns
from lti_tool.services.columns import WHOLE, coupled_url, in_use, line_items_of
from lti_tool.services.courses import graded_activities
from lti_tool.services.decisions import Decision
from lti_tool.services.grades import link_score
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.hand_made import given_by_hand
from lti_tool.services.results import Achieved, achieved_in_class

PAGE: Final = 50
"""Lines of a page of the changes."""

Scores: TypeAlias = Mapping[int, float]
"""By learner."""


@dataclass(frozen=True, slots=True)
class GradeChange:
    """A grade that changes, or comes to be. Scores run from 0 to 1.

    ``column`` is the activity that it is for, as in ``LineItem``.
    """

    learner_id: int
    name: str
    column: str
    before: float | None
    after: float


@dataclass(frozen=True, slots=True)
class HeldChange:
    """A score of ours that changes while the gradebook keeps ``theirs``, given there by hand.

    ``before`` and ``after`` are ours; ``theirs`` may be beyond 1.
    """

    learner_id: int
    name: str
    column: str
    before: float | None
    after: float
    theirs: float


@dataclass(frozen=True, slots=True)
class PassChange:
    """An activity that somebody passes by the new policy and did not by the old, or the reverse."""

    learner_id: int
    name: str
    activity: str
    passes: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """All that a decision will change: of the columns, of grades, and of who passes.

    ``version`` tells this forecast from any other: whoever decides shows which one they read.
    ``has_columns``: the grades go somewhere. ``grades`` are those that change in the gradebook;
    ``held`` are not among them.
    """

    decision: Decision
    plan: Plan | None
    has_columns: bool
    grades: tuple[GradeChange, ...]
    held: tuple[HeldChange, ...]
    passes: tuple[PassChange, ...]
    grading_version: int
    version: str

    @property
    def people(self) -> int:
        """How many people have a grade that changes."""
        return len({one.learner_id for one in self.grades})

    @property
    def rising(self) -> int:
        """How many grades rise."""
        return sum(one.before is not None and one.after > one.before for one in self.grades)

    @property
    def falling(self) -> int:
        """How many grades fall."""
        return sum(one.before is not None and one.after < one.before for one in self.grades)

    @property
    def new(self) -> int:
        """How many grades come to a column that has none of that person."""
        return sum(one.before is None for one in self.grades)

    @property
    def passing(self) -> int:
        """How many people pass an activity more."""
        return len({one.learner_id for one in self.passes if one.passes})

    @property
    def failing(self) -> int:
        """How many people no longer pass an activity."""
        return len({one.learner_id for one in self.passes if not one.passes})

    @property
    def changes(self) -> tuple[GradeChange | HeldChange | PassChange, ...]:
        """All changes that are about people: grades first, then those that are held."""
        return self.grades + self.held + self.passes


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as a decision wants it, and what our rows say that it has."""

    name: str
    activities: tuple[Gradable, ...]
    before: Scores | None
    """``None`` for the class table's own score."""
    by_hand: Scores = field(default_factory=dict)


def forecast(db: Session, course: Course, link: ResourceLink, decision: Decision) -> Forecast:
    """Return what a decision will change. Raise ``ChoiceRefused``."""
    told = None if decision.columns is None else plan(db, course, link, decision.columns)
    columns = _columns(db, course, link, decision)
    achieved = achieved_in_class(db, link)
    people = _people(db, sorted(achieved))
    changes = list(_grades(columns, people, achieved, link, decision.policy))
    grades = tuple(one for one in changes if isinstance(one, GradeChange))
    held = tuple(one for one in changes if isinstance(one, HeldChange))
    passes = tuple(_passes(course, people, achieved, link, decision.policy))
    return Forecast(
        decision=decision,
        plan=told,
        has_columns=any(column.before is not None for column in columns),
        grades=grades,
        held=held,
        passes=passes,
        grading_version=link.grading_version,
        version=f"{link.grading_version}.{_digest([decision, told, *grades, *held, *passes])}",
    )


def _digest(changes: Sequence[object]) -> str:
    return hashlib.sha256("\n".join(map(repr, changes)).encode()).hexdigest()[:32]


def _people(db: Session, learner_ids: Sequence[int]) -> Sequence[tuple[int, str]]:
    """Return the keys and names of those who may have grades, in the order of names."""
    found: list[tuple[str, int, str]] = []
    for batch in batches(learner_ids):
        wanted = select(Learner.sort_name, Learner.id, Learner.name).where(
            Learner.id.in_(batch), ~Learner.is_test_user
        )
        found.extend((folded, key, name) for folded, key, name in db.execute(wanted))
    return [(learner_id, name) for _folded, learner_id, name in sorted(found)]


def _columns(
    db: Session, course: Course, link: ResourceLink, decision: Decision
) -> Sequence[_Column]:
    """Return the columns that get scores once a decision is made."""
    items = line_items_of(db, [link.id])
    makers = {(item.made_by, item.activity): item for item in items}
    coupled = coupled_url(link, items) is not None
    choice = decision.columns
    if choice is None:
        wanted = [(item.made_by, item.activity) for item in in_use(link, items)]
        grading = link.grading
    else:
        names = wanted_columns(course, link, items, choice)
        wanted = [(str(Maker.TOOL), name) for name in names]
        grading = choice.grading
    if not wanted and coupled and grading == Grading.WHOLE:
        wanted = [(str(Maker.PLATFORM), WHOLE)]
    activities = graded_activities(course, link.target)
    if not wanted:
        return [_Column(WHOLE, activities, None)]
    known = [makers[key].id for key in wanted if key in makers]
    sent = select(GradeDelivery.line_item_pk, GradeDelivery.learner_id, GradeDelivery.score).where(
        GradeDelivery.line_item_pk.in_(known)
    )
    before = _by_column((item, who, score) for item, who, score in db.execute(sent))
    by_hand = _by_column((*place, score) for place, score in given_by_hand(db, known).items())
    return [
        _Column(
            name,
            tuple(one for one in activities if name in {WHOLE, one.id}),
            before[makers[maker, name].id] if (maker, name) in makers else {},
            by_hand[makers[maker, name].id] if (maker, name) in makers else {},
        )
        for maker, name in wanted
    ]


def _by_column(scores: Iterable[tuple[int, int, float]]) -> Mapping[int, Scores]:
    """Return scores of columns and learners by column, each then by learner."""
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for item_id, learner_id, score in scores:
        found[item_id][learner_id] = score
    return found


def _grades(
    columns: Sequence[_Column],
    people: Sequence[tuple[int, str]],
    achieved: Mapping[int, Achieved],
    link: ResourceLink,
    policy: GradingPolicy,
) -> Iterator[GradeChange | HeldChange]:
    for learner_id, name in people:
        results = achieved[learner_id].results(policy.counting)
        for column in columns:
            after = link_score(column.activities, results)
            if after is None:
                continue
            if column.before is None:
                before = _shown(column, achieved[learner_id], link)
            else:
                before = column.before.get(learner_id)
            if before == after.score:
                continue
            told = (learner_id, name, column.name, before, after.score)
            theirs = column.by_hand.get(learner_id)
            yield GradeChange(*told) if theirs is None else HeldChange(*told, theirs)


def _shown(column: _Column, achieved: Achieved, link: ResourceLink) -> float | None:
    """Return the score that the class table shows now."""
    score = link_score(column.activities, achieved.results(GradingPolicy.of(link).counting))
    return None if score is None else score.score


def _passes(
    course: Course,
    people: Sequence[tuple[int, str]],
    achieved: Mapping[int, Achieved],
    link: ResourceLink,
    policy: GradingPolicy,
) -> Iterator[PassChange]:
    before = GradingPolicy.of(link)
    if before == policy:
        return
    quizzes = [one for one in graded_activities(course, link.target) if isinstance(one, Quiz)]
    marks = [(one.id, before.pass_mark_of(one), policy.pass_mark_of(one)) for one in quizzes]
    for learner_id, name in people:
        old = achieved[learner_id].results(before.counting).scores
        new = achieved[learner_id].results(policy.counting).scores
        for activity, old_mark, new_mark in marks:
            if activity not in new:
                continue
            passes = new[activity] >= new_mark
            if passes != (old[activity] >= old_mark):
                yield PassChange(learner_id, name, activity, passes)
