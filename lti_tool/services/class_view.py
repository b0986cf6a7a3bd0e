"""Which lines of a class table somebody wants to see, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import SQLColumnExpression, and_, case, func, select, true
from sqlalchemy.sql.elements import ColumnElement

from lti_tool.models import CourseGroup, GroupMembership, Learner, folded_name
from lti_tool.services.attention import Rule
from lti_tool.services.class_lines import Scope
from lti_tool.services.class_people import People
from lti_tool.services.courses import Json

EVERYBODY: Final = ""
WITHOUT_GROUP: Final = "none"
BY_NAME: Final = "name"
BY_GROUP: Final = "group"
OTHER_COLUMNS: Final = frozenset({"progress", "overall", "grade", "time", "seen"})
LONGEST_SEARCH: Final = 100
"""Characters."""
LARGEST_PAGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class TableView:
    """What is chosen. ``sort`` is a column's key: ``activity:`` and its id for an activity's.

    ``group`` is a group's key, ``EVERYBODY`` or ``WITHOUT_GROUP``; pages are counted from 1.
    """

    sort: str = BY_NAME
    descending: bool = False
    group: str = EVERYBODY
    search: str = ""
    rule: Rule | None = None
    page: int = 1

    @classmethod
    def read(cls, said: Mapping[str, str]) -> TableView:
        """Return what an address says. What it says wrongly is as if it were not said."""
        page = said.get("page", "")
        rule = said.get("rule", "")
        return cls(
            sort=said.get("sort", BY_NAME),
            descending=said.get("direction") == "descending",
            group=said.get("group", EVERYBODY),
            search=said.get("search", "").replace("\x00", "")[:LONGEST_SEARCH].strip(),
            rule=Rule(rule) if rule in set(Rule) else None,
            page=_page(page),
        )

    def as_json(self) -> Json:
        """Return it as ``read`` takes it, without what nobody chose."""
        said = {
            "sort": "" if self.sort == BY_NAME else self.sort,
            "direction": "descending" if self.descending else "",
            "group": self.group,
            "search": self.search,
            "rule": self.rule or "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: text for name, text in said.items() if text}

    @property
    def of_group(self) -> TableView:
        """The same group, with everybody in it."""
        return TableView(group=self.group)

    @property
    def is_whole_group(self) -> bool:
        """Whether it leaves nobody of the group out."""
        return not self.search and self.rule is None

    def known(self, groups: Sequence[CourseGroup], scope: Scope) -> TableView:
        """Return the view as a class with these groups and this scope can show it."""
        keys = {group_key(group) for group in groups} | ({WITHOUT_GROUP} if groups else set())
        sorts = {BY_NAME, *OTHER_COLUMNS, *(f"activity:{one.id}" for one in scope.activities)}
        if groups:
            sorts.add(BY_GROUP)
        return replace(
            self,
            group=self.group if self.group in keys else EVERYBODY,
            sort=self.sort if self.sort in sorts else BY_NAME,
        )


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_PAGE))
    return max(1, int(text)) if is_number else 1


def group_key(group: CourseGroup) -> str:
    """Return what a group is called in a view."""
    return str(group.id)


def in_group(key: str, context_pk: int) -> ColumnElement[bool]:
    """Return the condition of being in a group of a class, or in none of its groups."""
    if key == EVERYBODY:
        return true()
    members = select(GroupMembership.learner_id)
    if key == WITHOUT_GROUP:
        of_class = members.join(CourseGroup, CourseGroup.id == GroupMembership.group_pk)
        return Learner.id.not_in(of_class.where(CourseGroup.context_pk == context_pk))
    return Learner.id.in_(members.where(GroupMembership.group_pk == int(key)))


def is_sought(search: str) -> ColumnElement[bool]:
    """Return the condition of being called so: each word somewhere in the name."""
    words = folded_name(search).split()
    return and_(true(), *(Learner.sort_name.contains(word, autoescape=True) for word in words))


def order_of(
    view: TableView, people: People, groups: Sequence[CourseGroup]
) -> list[SQLColumnExpression[Any]]:
    """Return what puts people in the order of a view.

    Test users come last, then those without a name; among equals names decide, and who has
    nothing in the column that is sorted by comes before those who have.
    """
    by_name = Learner.sort_name.desc() if _is_backwards(view) else Learner.sort_name.asc()
    last: list[SQLColumnExpression[Any]] = [Learner.sort_name == "", by_name, Learner.id]
    if view.sort == BY_NAME:
        return [Learner.is_test_user, *last]
    column = _group_rank(groups) if view.sort == BY_GROUP else people.column(view.sort)
    chosen = column.desc().nulls_last() if view.descending else column.asc().nulls_first()
    return [Learner.is_test_user, chosen, *last]


def _is_backwards(view: TableView) -> bool:
    return view.sort == BY_NAME and view.descending


def _group_rank(groups: Sequence[CourseGroup]) -> ColumnElement[int]:
    """Return where the first of somebody's groups stands; after all of them without one."""
    ranks = case(
        {group.id: rank for rank, group in enumerate(groups)}, value=GroupMembership.group_pk
    )
    first = (
        select(func.min(ranks))
        .where(
            GroupMembership.learner_id == Learner.id,
            GroupMembership.group_pk.in_([group.id for group in groups]),
        )
        .scalar_subquery()
    )
    return func.coalesce(first, len(groups))
