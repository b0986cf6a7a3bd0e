"""An instructor's decision about the grades of a link: its policy, and its columns.

What a decision will change is told before it is made (``services.forecasts``), and it can be
taken back. Making it is one transaction, with the order to regrade the class: whatever happens
afterwards, ``services.regrading`` brings every grade to where the decision wants it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from course_content.model import Course
from lti_tool.models import Counting, Grading, Maker, ResourceLink
from lti_tool.services.column_choice import (
    Choice,
    ChoiceFault,
    ChoiceRefused,
    WantedColumn,
    change_columns,
    proposed,
)
from lti_tool.services.columns import LIVING, coupled_url, line_items_of
from lti_tool.services.courses import Json
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.regrading import begin, held

HIGHEST_MARK = 100
"""Percent."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a link is to be graded. ``columns`` is ``None`` to leave the columns as they are."""

    policy: GradingPolicy
    columns: Choice | None = None


def checked_policy(counting: str, pass_mark: object) -> GradingPolicy:
    """Return a policy as a page describes it. Raise ``ChoiceRefused``.

    ``pass_mark`` is a percentage, or ``None`` for the course's own.
    """
    if counting not in set(Counting):
        raise ChoiceRefused(ChoiceFault.COUNTING_UNKNOWN)
    if pass_mark is None:
        return GradingPolicy(Counting(counting))
    is_whole = isinstance(pass_mark, int) and not isinstance(pass_mark, bool)
    if not is_whole or not 0 <= pass_mark <= HIGHEST_MARK:  # type: ignore[operator]  # a number
        raise ChoiceRefused(ChoiceFault.MARK_WRONG)
    return GradingPolicy(Counting(counting), pass_mark)  # type: ignore[arg-type]  # checked above


def decide(db: Session, course: Course, link_pk: int, decision: Decision, version: int) -> bool:
    """Make a decision about the link as it was at a version; return whether it still was.

    Raise ``ChoiceRefused``. What it replaces is remembered.
    """
    link = held(db, link_pk)
    if link.grading_version != version:
        return False
    before = _described(db, link)
    link.counting = decision.policy.counting
    link.pass_mark = decision.policy.pass_mark
    if decision.columns is not None:
        change_columns(db, course, link, decision.columns)
    link.grading_version += 1
    if _described(db, link) != before:
        link.grading_before = before
    begin(db, course, link)
    return True


def undoing(db: Session, course: Course, link: ResourceLink, language: str) -> Decision:
    """Return the decision that brings back what the last one replaced.

    Raise ``ChoiceRefused`` where there was none.
    """
    before = link.grading_before
    if before is None:
        raise ChoiceRefused(ChoiceFault.NOTHING_BEFORE)
    policy = GradingPolicy(Counting(before["counting"]), before["pass_mark"])
    now = _described(db, link)
    if before["grading"] == now["grading"] and before["columns"] == now["columns"]:
        return Decision(policy)
    offered = proposed(course, link, line_items_of(db, [link.id]), language)
    columns = {one.activity: one for one in offered}
    for activity, (label, maximum) in before["columns"].items():
        columns[activity] = WantedColumn(activity, label, maximum)
    nowhere = before["grading"] == Grading.WHOLE and not before["columns"]
    return Decision(policy, Choice(Grading(before["grading"]), columns, nowhere=nowhere))


def inherit_policy(link: ResourceLink, ancestor: ResourceLink) -> None:
    """Grade a copied link as the one that it was copied from."""
    link.counting, link.pass_mark = ancestor.counting, ancestor.pass_mark


def _described(db: Session, link: ResourceLink) -> Json:
    """Describe how a link is graded, as ``ResourceLink.grading_before`` keeps it."""
    items = line_items_of(db, [link.id])
    ours: dict[str, Any] = {
        item.activity: [item.label, item.maximum]
        for item in items
        if item.made_by == Maker.TOOL and item.state in LIVING
    }
    is_coupled = link.grading == Grading.WHOLE and coupled_url(link, items) is not None
    return {
        "counting": str(link.counting),
        "pass_mark": link.pass_mark,
        "grading": str(link.grading),
        "columns": {} if is_coupled else ours,
    }
