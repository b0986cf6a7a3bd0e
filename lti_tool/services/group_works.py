"""One work for a group: who may read and write it, and what becomes of concurrent changes.

Changes of members meet field by field, as those of one learner's windows do: of two changes
to one field the later holds. Here the words that it replaces are somebody else's. They are
kept, up to ``MOST_REPLACEMENTS`` of a work, with whose they were and who replaced them, so
that any member can bring them back (docs/adr/0021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from course_content.model import Workshop
from course_content.works import Work, changed, checked_changes
from lti_tool.models import (
    CourseGroup,
    GroupChoice,
    GroupMembership,
    GroupWork,
    Learner,
    Membership,
    Replacement,
    now,
)
from lti_tool.services.batches import batches
from lti_tool.services.groups import class_groups, groups_of_learner
from lti_tool.services.progress import Seat, insert_into, insert_unless_there
from lti_tool.services.works import KeptWork, load_work

MOST_REPLACEMENTS: Final = 200
"""Of one work: the oldest go."""
SHOWN_REPLACEMENTS: Final = 30
REMOVED: Final = "removed"


class SharingFault(StrEnum):
    """Why a group's work is not shown to somebody, or not changed."""

    NOT_IN_GROUP = "not_in_group"
    GROUP_NOT_CHOSEN = "group_not_chosen"


class SharingRefused(Exception):
    """A group's work that somebody asked for, and why they do not get it."""

    def __init__(self, fault: SharingFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group's work is: a group of a class, by the platform's name, and a workshop."""

    context_pk: int
    group_id: str
    course: str
    workshop: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """The groups that somebody may work with; ``group`` is the one, unless they must choose."""

    groups: tuple[CourseGroup, ...]
    group: CourseGroup | None


@dataclass(frozen=True, slots=True)
class SharedWork:
    """A group's work as it stands, and the words that were replaced in it, the latest first."""

    kept: KeptWork
    replacements: Sequence[Replacement]


def sharing_of(db: Session, seat: Seat, workshop: Workshop) -> Sharing | None:
    """Return with whom somebody makes a work; ``None`` for one that is their own.

    Who is in one group works with it. Who is in several chooses once, for the whole course;
    a choice ends with the membership.
    """
    groups = groups_of_learner(db, seat.context_pk, seat.learner_id) if workshop.group else ()
    if not groups:
        return None
    if len(groups) == 1:
        return Sharing(groups, groups[0])
    chosen = db.get(GroupChoice, (seat.context_pk, seat.learner_id, seat.course))
    return Sharing(
        groups,
        next((group for group in groups if chosen and group.group_id == chosen.group_id), None),
    )


def choose_group(db: Session, seat: Seat, workshop: Workshop, group_id: str) -> None:
    """Keep with which of their groups somebody works. Raise ``SharingRefused``."""
    shared_place(db, seat, workshop, group_id)
    key = {"context_pk": seat.context_pk, "learner_id": seat.learner_id, "course": seat.course}
    db.execute(
        insert_into(db, GroupChoice)
        .values(**key, group_id=group_id)
        .on_conflict_do_update(index_elements=list(key), set_={"group_id": group_id})
    )
    db.expire_all()


def shared_place(db: Session, seat: Seat, workshop: Workshop, group_id: str) -> Place:
    """Return where the work of that group is, for a member. Raise ``SharingRefused``."""
    groups = groups_of_learner(db, seat.context_pk, seat.learner_id) if workshop.group else ()
    if group_id not in {group.group_id for group in groups}:
        raise SharingRefused(SharingFault.NOT_IN_GROUP)
    return Place(seat.context_pk, group_id, seat.course, workshop.id)


def place_of(db: Session, seat: Seat, workshop: Workshop) -> Place | None:
    """Return where somebody's group has this work; ``None`` for a work of their own.

    Raise ``SharingRefused`` for somebody who has not chosen between their groups yet.
    """
    sharing = sharing_of(db, seat, workshop)
    if sharing is None:
        return None
    if sharing.group is None:
        raise SharingRefused(SharingFault.GROUP_NOT_CHOSEN)
    return Place(seat.context_pk, sharing.group.group_id, seat.course, workshop.id)


def place_in_class(
    db: Session, context_pk: int, course: str, workshop: Workshop, group_id: str
) -> Place:
    """Return where a group of a class has this work, for who teaches there.

    Raise ``SharingRefused`` where there is no such group.
    """
    groups = class_groups(db, context_pk).groups if workshop.group else ()
    if group_id not in {group.group_id for group in groups}:
        raise SharingRefused(SharingFault.NOT_IN_GROUP)
    return Place(context_pk, group_id, course, workshop.id)


def work_of(db: Session, seat: Seat, workshop: Workshop) -> Work:
    """Return what somebody works with as it stands: their group's work, or their own.

    It is empty for somebody who has not chosen between their groups yet.
    """
    sharing = sharing_of(db, seat, workshop)
    if sharing is None:
        return load_work(db, seat, workshop.id).records
    if sharing.group is None:
        return {}
    place = Place(seat.context_pk, sharing.group.group_id, seat.course, workshop.id)
    return load_shared(db, place).kept.records


def members_of(db: Session, place: Place) -> Sequence[Learner]:
    """Return the learners of a group, in the order in which we came to know them."""
    return db.scalars(
        select(Learner)
        .join(GroupMembership, GroupMembership.learner_id == Learner.id)
        .join(CourseGroup, CourseGroup.id == GroupMembership.group_pk)
        .join(
            Membership,
            (Membership.learner_id == Learner.id) & (Membership.context_pk == place.context_pk),
        )
        .where(
            CourseGroup.context_pk == place.context_pk,
            CourseGroup.group_id == place.group_id,
            Membership.role == "learner",
        )
        .order_by(Learner.id)
    ).all()


def load_shared(db: Session, place: Place) -> SharedWork:
    """Return what a group made so far."""
    row = db.scalars(_at(place)).one_or_none()
    return SharedWork(KeptWork({}, 0), ()) if row is None else _shown(db, row)


def change_shared(
    db: Session, place: Place, learner_id: int, base: int, changes: object
) -> SharedWork:
    """Apply changes of a member, whose window had seen revision ``base``.

    The same changes sent twice do no harm. Raise ``InvalidWork`` or ``WorkTooLarge``, having
    changed nothing.
    """
    checked = checked_changes(changes)
    row = lock_shared(db, place)
    records = dict(changed(row.records, checked))
    revision = row.revision + 1
    _keep_replaced(db, row, list(_replaced(row, learner_id, base, checked)))
    row.authors = _signed(row, records, (learner_id, revision), checked)
    row.records = records
    row.revision = revision
    row.updated_at = now()
    db.flush()
    return _shown(db, row)


def lock_shared(db: Session, place: Place) -> GroupWork:
    """Take a group's work, made if need be, until the transaction ends.

    Whoever takes seats too takes this first: nobody then waits for one another in a circle.
    """
    first = {
        "context_pk": place.context_pk,
        "group_id": place.group_id,
        "course": place.course,
        "workshop": place.workshop,
        "records": {},
        "authors": {},
        "revision": 0,
        "updated_at": now(),
    }
    insert_unless_there(db, GroupWork, first)
    locked = _at(place).with_for_update().execution_options(populate_existing=True)
    return db.scalars(locked).one()


def _replaced(row: GroupWork, learner_id: int, base: int, changes: Work) -> Iterator[Replacement]:
    """Tell what of other members' these changes take away."""

    def replacement(name: str, field: str, value: Any, by: Sequence[int]) -> Replacement:
        return Replacement(
            group_work_pk=row.id,
            record=name,
            field=field,
            value=value,
            author_id=by[0],
            replacer_id=learner_id,
            is_unseen=by[1] > base,
            replaced_at=now(),
        )

    for name, fields in changes.items():
        before = row.records.get(name, {})
        theirs = {
            field: by
            for field, by in row.authors.get(name, {}).items()
            if by[0] != learner_id and field in before
        }
        if fields.get(REMOVED) and not before.get(REMOVED) and theirs:
            yield replacement(name, REMOVED, None, max(theirs.values(), key=lambda by: by[1]))
        for field, value in fields.items():
            if field in theirs and before[field] != value and _has_words(before[field]):
                yield replacement(name, field, before[field], theirs[field])


def _has_words(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else isinstance(value, list) and any(value)


def _keep_replaced(db: Session, row: GroupWork, replaced: Sequence[Replacement]) -> None:
    """Add to what was replaced in a work, and let the oldest go.

    Two people who type in one field at once replace one another's words with every save: what
    only grew longer since is kept once.
    """
    if not replaced:
        return
    kept = list(
        db.scalars(
            select(Replacement).where(Replacement.group_work_pk == row.id).order_by(Replacement.id)
        )
    )
    latest = {_slot(each): each for each in kept}
    for one in replaced[-MOST_REPLACEMENTS:]:
        known = latest.get(_slot(one))
        if known is not None and _continues(one.value, known.value):
            known.value, known.replaced_at = one.value, one.replaced_at
        else:
            db.add(one)
            kept.append(one)
    surplus = [each.id for each in kept[:-MOST_REPLACEMENTS]]
    for keys in batches(surplus):
        db.execute(delete(Replacement).where(Replacement.id.in_(keys)))


def _slot(one: Replacement) -> tuple[object, ...]:
    return (one.record, one.field, one.author_id, one.replacer_id)


def _continues(words: object, earlier: object) -> bool:
    return isinstance(words, str) and isinstance(earlier, str) and words.startswith(earlier)


def _signed(
    row: GroupWork, records: Work, by: tuple[int, int], changes: Work
) -> dict[str, dict[str, Any]]:
    """Return who wrote each field last, of the records that are still there."""
    authors = {name: dict(fields) for name, fields in row.authors.items() if name in records}
    for name, fields in changes.items():
        if name not in records:
            continue
        signed: dict[str, Any] = authors.setdefault(name, {})
        before: Mapping[str, Any] = row.records.get(name, {})
        for field, value in fields.items():
            if before.get(field) != value:
                signed[field] = list(by)
    return authors


def _shown(db: Session, row: GroupWork) -> SharedWork:
    replacements = db.scalars(
        select(Replacement)
        .where(Replacement.group_work_pk == row.id)
        .order_by(Replacement.id.desc())
        .limit(SHOWN_REPLACEMENTS)
        .options(joinedload(Replacement.author), joinedload(Replacement.replacer))
    ).all()
    return SharedWork(KeptWork(row.records, row.revision), replacements)


def _at(place: Place) -> Select[GroupWork]:
    return select(GroupWork).where(
        GroupWork.context_pk == place.context_pk,
        GroupWork.group_id == place.group_id,
        GroupWork.course == place.course,
        GroupWork.workshop == place.workshop,
    )
