"""The groups of a class, kept as the platform tells them, and who is in them.

A platform with the Course Groups service lists them, and says with the list of the class who
is in which. Moodle has no such service: each launch may name the groups of whoever launches,
and nobody else's. What was listed is kept whole or not at all; a group goes when it is
neither listed nor anybody's any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_
from sqlalchemy.orm import Session

from lti_tool.lti import Group, GroupsService, Member
from lti_tool.models import (
    Context,
    CourseGroup,
    GroupMembership,
    GroupOrigin,
    Learner,
    Membership,
    Platform,
)
from lti_tool.services.batches import batches
from lti_tool.services.progress import insert_into


class GroupSource(Protocol):
    """What asks a platform for the groups of a class: ``lti_tool.lti.GroupsClient``."""

    def groups(self, platform: Platform, service: GroupsService) -> Sequence[Group]:
        """Raise ``ServiceError``."""


@dataclass(frozen=True, slots=True)
class ClassGroups:
    """The groups of a class in a reader's order, and those of each learner, by their key."""

    groups: tuple[CourseGroup, ...]
    of_learner: Mapping[int, tuple[CourseGroup, ...]]


@dataclass(frozen=True, slots=True)
class GroupNews:
    """What a list of a class says of groups; whole, or only what changed.

    ``listed`` is ``None`` where the platform does not list the groups themselves.
    """

    listed: Sequence[Group] | None
    members: Sequence[Member]
    asked_at: datetime
    is_whole: bool


def groups_of(db: Session, learner: Learner, context: Context) -> tuple[CourseGroup, ...]:
    """Return the groups of a class that somebody is in, in a reader's order."""
    return groups_of_learner(db, context.id, learner.id)


def groups_of_learner(db: Session, context_pk: int, learner_id: int) -> tuple[CourseGroup, ...]:
    """Return the same by the rows' keys."""
    rows = db.scalars(
        select(CourseGroup)
        .join(GroupMembership, GroupMembership.group_pk == CourseGroup.id)
        .where(CourseGroup.context_pk == context_pk, GroupMembership.learner_id == learner_id)
    )
    return tuple(sorted(rows, key=reading_order))


def class_groups(db: Session, context_pk: int) -> ClassGroups:
    """Return every group of a class, and who is in which."""
    groups = groups_in_order(db, context_pk)
    places = db.execute(
        select(GroupMembership.learner_id, GroupMembership.group_pk)
        .join(CourseGroup, CourseGroup.id == GroupMembership.group_pk)
        .where(CourseGroup.context_pk == context_pk)
    )
    within: dict[int, set[int]] = {}
    for learner_id, group_pk in places:
        within.setdefault(learner_id, set()).add(group_pk)
    return ClassGroups(
        groups,
        {
            learner_id: tuple(group for group in groups if group.id in theirs)
            for learner_id, theirs in within.items()
        },
    )


def groups_in_order(db: Session, context_pk: int) -> tuple[CourseGroup, ...]:
    """Return every group of a class in a reader's order."""
    rows = db.scalars(select(CourseGroup).where(CourseGroup.context_pk == context_pk))
    return tuple(sorted(rows, key=reading_order))


def groups_of_learners(
    db: Session, groups: Sequence[CourseGroup], learner_ids: Collection[int]
) -> dict[int, tuple[CourseGroup, ...]]:
    """Return who of these learners is in which of a class's groups, by the learner."""
    if not groups or not learner_ids:
        return {}
    places = db.execute(
        select(GroupMembership.learner_id, GroupMembership.group_pk).where(
            GroupMembership.learner_id.in_(learner_ids)
        )
    )
    within: dict[int, set[int]] = {}
    for learner_id, group_pk in places:
        within.setdefault(learner_id, set()).add(group_pk)
    return {
        learner_id: tuple(group for group in groups if group.id in theirs)
        for learner_id, theirs in within.items()
    }


def reading_order(group: CourseGroup) -> tuple[Any, ...]:
    """Return what puts groups in order: by set, then by name, 2 before 12, no name last."""
    by_set = (not group.set_name, *_natural(group.set_name))
    return (by_set, not group.name, _natural(group.name or group.group_id), group.id)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    parts = re.findall(r"\d+|\D+", plain)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def keep_launch(db: Session, context_pk: int, learner_id: int, group_ids: Sequence[str]) -> None:
    """Bring one person's groups up to date with what their launch says of them."""
    known = db.execute(
        select(CourseGroup.id, CourseGroup.group_id)
        .join(GroupMembership, GroupMembership.group_pk == CourseGroup.id)
        .where(CourseGroup.context_pk == context_pk, GroupMembership.learner_id == learner_id)
    ).all()
    if {group_id for _pk, group_id in known} == set(group_ids):
        return
    _name_groups(db, context_pk, group_ids)
    _put_into(db, context_pk, {learner_id: group_ids})
    _drop_empty(db, context_pk)


def keep_list(db: Session, context_pk: int, news: GroupNews) -> None:
    """Bring a class's groups up to date with its list.

    In a whole list that tells groups at all, who has none is in none; in differences, only
    who is told changes. Whoever was launched after the list was asked for keeps what their
    launch said.
    """
    told = {one.user_id: one.groups for one in news.members if one.groups is not None}
    if news.listed is not None:
        _keep_listed(db, context_pk, news.listed)
    if told:
        _name_groups(db, context_pk, [each for theirs in told.values() for each in theirs])
        _put_into(db, context_pk, _by_learner(db, context_pk, told, news))
    if told or news.listed is not None:
        _drop_empty(db, context_pk)


def _by_learner(
    db: Session, context_pk: int, told: Mapping[str, tuple[str, ...]], news: GroupNews
) -> Mapping[int, Sequence[str]]:
    people = db.execute(
        select(Learner.id, Learner.sub)
        .join(Membership, Membership.learner_id == Learner.id)
        .where(
            Membership.context_pk == context_pk,
            or_(Membership.last_seen_at.is_(None), Membership.last_seen_at <= news.asked_at),
        )
    )
    return {
        learner_id: told.get(sub, ()) for learner_id, sub in people if news.is_whole or sub in told
    }


def _keep_listed(db: Session, context_pk: int, listed: Sequence[Group]) -> None:
    """Write the groups that are listed; those that are no more are nobody's group now."""
    for batch in batches(sorted(listed, key=lambda group: group.group_id)):
        rows = insert_into(db, CourseGroup).values(
            [
                {
                    "context_pk": context_pk,
                    "group_id": group.group_id,
                    "name": group.name,
                    "set_id": group.set_id,
                    "set_name": group.set_name,
                    "origin": GroupOrigin.LISTED,
                }
                for group in batch
            ]
        )
        news = {name: rows.excluded[name] for name in ("name", "set_id", "set_name", "origin")}
        db.execute(
            rows.on_conflict_do_update(
                index_elements=["context_pk", "group_id"],
                set_=news,
                where=or_(*(getattr(CourseGroup, name) != new for name, new in news.items())),
            )
        )
    names = {group.group_id for group in listed}
    gone = [
        pk
        for pk, group_id in db.execute(
            select(CourseGroup.id, CourseGroup.group_id)
            .where(CourseGroup.context_pk == context_pk)
            .order_by(CourseGroup.group_id)
            .with_for_update()
        )
        if group_id not in names
    ]
    for keys in batches(gone):
        db.execute(delete(CourseGroup).where(CourseGroup.id.in_(keys)))


def _name_groups(db: Session, context_pk: int, group_ids: Iterable[str]) -> None:
    """Give a row to every group that somebody is said to be in."""
    for batch in batches(sorted(set(group_ids))):
        rows = [
            {
                "context_pk": context_pk,
                "group_id": group_id,
                "name": "",
                "set_id": "",
                "set_name": "",
                "origin": GroupOrigin.PEOPLE,
            }
            for group_id in batch
        ]
        db.execute(insert_into(db, CourseGroup).values(rows).on_conflict_do_nothing())


def _put_into(db: Session, context_pk: int, theirs: Mapping[int, Collection[str]]) -> None:
    """Put people into these groups of the class, and into no others of it."""
    keys = {
        group_id: pk
        for pk, group_id in db.execute(
            select(CourseGroup.id, CourseGroup.group_id)
            .where(CourseGroup.context_pk == context_pk)
            .order_by(CourseGroup.group_id)
            # Until we are done, nobody removes a group that we put somebody into.
            .with_for_update(read=True, key_share=True)
        )
    }
    wanted = {
        (keys[group_id], learner_id)
        for learner_id, group_ids in theirs.items()
        for group_id in group_ids
        if group_id in keys
    }
    present = {
        (group_pk, learner_id)
        for group_pk, learner_id in db.execute(_places(context_pk))
        if learner_id in theirs
    }
    for batch in batches(sorted(present - wanted)):
        place = tuple_(GroupMembership.group_pk, GroupMembership.learner_id)
        db.execute(delete(GroupMembership).where(place.in_(batch)))
    for batch in batches(sorted(wanted - present)):
        rows = [{"group_pk": pk, "learner_id": learner_id} for pk, learner_id in batch]
        db.execute(insert_into(db, GroupMembership).values(rows).on_conflict_do_nothing())


def _places(context_pk: int) -> Any:
    return (
        select(GroupMembership.group_pk, GroupMembership.learner_id)
        .join(CourseGroup, CourseGroup.id == GroupMembership.group_pk)
        .where(CourseGroup.context_pk == context_pk)
    )


def _drop_empty(db: Session, context_pk: int) -> None:
    """Remove the groups that are not listed and in which nobody is left.

    They are locked first: a launch that puts somebody into one is waited for, and seen.
    """
    empty = _is_empty(context_pk)
    keys = db.scalars(
        select(CourseGroup.id).where(empty).order_by(CourseGroup.group_id).with_for_update()
    ).all()
    for batch in batches(keys):
        db.execute(
            delete(CourseGroup)
            .where(CourseGroup.id.in_(batch), empty)
            .execution_options(synchronize_session=False)
        )


def _is_empty(context_pk: int) -> ColumnElement[bool]:
    return and_(
        CourseGroup.context_pk == context_pk,
        CourseGroup.origin == GroupOrigin.PEOPLE,
        ~exists().where(GroupMembership.group_pk == CourseGroup.id),
    )
