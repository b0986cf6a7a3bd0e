"""The groups of a class to choose from, to see one of them alone, and how many are in each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select

from lti_tool.models import CourseGroup, GroupMembership, Learner
from lti_tool.services.class_view import EVERYBODY, WITHOUT_GROUP, TableView, group_key, in_group
from lti_tool.services.reports import ClassTable


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


def group_filter(table: ClassTable, view: TableView, counted: int) -> GroupFilter:
    """Return the choice that a view of a class was made from; ``counted`` are of its group."""
    people = _sizes(table) if table.groups else {}
    return GroupFilter(
        sets=tuple(
            GroupSet(
                name,
                tuple(GroupChoice(group_key(one), one, people.get(one.id, 0)) for one in groups),
            )
            for name, groups in groupby(table.groups, key=lambda group: group.set_name)
        ),
        everybody=_everybody(table, view, counted),
        alone=_count(table, WITHOUT_GROUP) if table.groups else 0,
        chosen=view.group,
    )


def _sizes(table: ClassTable) -> dict[int, int]:
    """Return how many of those who count are in each group, by its key."""
    people = table.people
    rows = table.db.execute(
        select(GroupMembership.group_pk, func.count())
        .select_from(people.source)
        .join(GroupMembership, GroupMembership.learner_id == Learner.id)
        .where(
            people.belongs,
            people.counts,
            GroupMembership.group_pk.in_([group.id for group in table.groups]),
        )
        .group_by(GroupMembership.group_pk)
    )
    return dict(rows.all())


def _everybody(table: ClassTable, view: TableView, counted: int) -> int:
    return counted if view.group == EVERYBODY else _count(table, EVERYBODY)


def _count(table: ClassTable, key: str) -> int:
    people = table.people
    return table.db.scalars(
        select(func.count())
        .select_from(people.source)
        .where(people.belongs, people.counts, in_group(key, table.link.context_pk))
    ).one()
