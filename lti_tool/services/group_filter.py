"""A class seen by one of its groups: which ones there are to choose from, and the choice made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from lti_tool.models import CourseGroup
from lti_tool.services.reports import ClassReport, LearnerRow

EVERYBODY: Final = ""
WITHOUT_GROUP: Final = "none"


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group to choose, and how many of the class are in it."""

    key: str
    group: CourseGroup
    people: int


@dataclass(frozen=True, slots=True)
class GroupSet:
    """The groups of one set; ``name`` is empty for those outside any, or in an unnamed one."""

    name: str
    choices: tuple[GroupChoice, ...]


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """What there is to choose from, and what is chosen: ``EVERYBODY`` until somebody does.

    ``alone`` is how many are in no group.
    """

    sets: tuple[GroupSet, ...]
    everybody: int
    alone: int
    chosen: str


def narrowed(report: ClassReport, key: str) -> tuple[ClassReport, GroupFilter]:
    """Return the report of one group of the class, and the choice that it comes from.

    A group that is not there any more leaves the class as it is.
    """
    within = {WITHOUT_GROUP: [line for line in report.learners if not line.groups]}
    for group in report.groups:
        within[_key(group)] = [line for line in report.learners if group in line.groups]
    people = {name: sum(line.counts for line in lines) for name, lines in within.items()}
    chosen = key if key in within and report.groups else EVERYBODY
    choice = GroupFilter(
        sets=tuple(
            GroupSet(name, tuple(GroupChoice(_key(one), one, people[_key(one)]) for one in groups))
            for name, groups in groupby(report.groups, key=lambda group: group.set_name)
        ),
        everybody=len(report.counted),
        alone=people[WITHOUT_GROUP],
        chosen=chosen,
    )
    if chosen == EVERYBODY:
        return report, choice
    learners: list[LearnerRow] = within[chosen]
    return replace(report, learners=tuple(learners)), choice


def _key(group: CourseGroup) -> str:
    return str(group.id)
