"""A group's work as the player takes it: with whom, and what was replaced in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from course_content.model import Workshop
from lti_tool.lti import Role
from lti_tool.models import CourseGroup, Learner, Replacement, WindowSession
from lti_tool.services.courses import Json
from lti_tool.services.group_works import (
    load_shared,
    members_of,
    place_in_class,
    shared_place,
    sharing_of,
)
from lti_tool.services.groups import class_groups
from lti_tool.services.progress import Seat
from lti_tool.services.works import KeptWork, load_work

NOTHING = KeptWork({}, 0)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A work, and with whom it is made; ``share`` is ``None`` for somebody's own."""

    kept: KeptWork
    share: Json | None = None


def work_json(seen: LookedAt, known: int | None = None) -> Json:
    """Return a work as the player takes it. A window that knows this revision gets no records.

    What was replaced comes with the records: nothing is replaced without a new revision.
    """
    if seen.kept.revision == known:
        return {"revision": seen.kept.revision, "records": None}
    answer: Json = {"revision": seen.kept.revision, "records": seen.kept.records}
    return answer if seen.share is None else {**answer, "share": seen.share}


def member_share(db: Session, seat: Seat, workshop: Workshop, group_id: str | None) -> LookedAt:
    """Return the work of a learner's group, or their own where there are no groups.

    Raise ``SharingRefused`` for a group that they are not in.
    """
    if group_id is not None:
        shared_place(db, seat, workshop, group_id)
    sharing = sharing_of(db, seat, workshop)
    own = load_work(db, seat, workshop.id)
    if sharing is None:
        return LookedAt(own)
    named = (each for each in sharing.groups if each.group_id == group_id)
    group = next(named, sharing.group)
    if group is None:
        return LookedAt(NOTHING, _share(sharing.groups, None))
    place = shared_place(db, seat, workshop, group.group_id)
    shared = load_shared(db, place)
    others = [one for one in members_of(db, place) if one.id != seat.learner_id]
    share = _share(sharing.groups, group, others)
    share["own"] = any(not record.get("removed") for record in own.records.values())
    share["replaced"] = replaced_json(shared.replacements, seat.learner_id)
    return LookedAt(shared.kept, share)


def looked_at(
    db: Session, window: WindowSession, workshop: Workshop, group_id: str | None
) -> LookedAt:
    """Return a work for a window that records nothing.

    Who teaches sees the work of any group of the class. Everybody else begins with nothing.
    Raise ``SharingRefused`` for a group that the class does not have.
    """
    if window.role != Role.INSTRUCTOR or not workshop.group:
        return LookedAt(NOTHING)
    link = window.resource_link
    groups = class_groups(db, link.context_pk).groups
    if not groups:
        return LookedAt(NOTHING)
    if not group_id:
        return LookedAt(NOTHING, {**_share(groups, None), "isLooking": True})
    place = place_in_class(db, link.context_pk, link.course, workshop, group_id)
    group = next(each for each in groups if each.group_id == group_id)
    share = {**_share(groups, group, members_of(db, place)), "isLooking": True}
    return LookedAt(load_shared(db, place).kept, share)


def replaced_json(replacements: Iterable[Replacement], learner_id: int) -> list[Json]:
    """Return what members replaced of one another's, as one of them is shown it."""
    return [
        {
            "id": each.id,
            "record": each.record,
            "field": each.field,
            "value": each.value,
            "author": _name(each.author),
            "replacer": _name(each.replacer),
            "isMine": each.author_id == learner_id,
            "isByMe": each.replacer_id == learner_id,
            "isUnseen": each.is_unseen,
        }
        for each in replacements
    ]


def group_label(group: CourseGroup) -> str:
    """Return what a group is called; its number, where the platform tells no name."""
    return group.name or _("Groupe %(number)s", number=group.group_id)


def _share(
    groups: Sequence[CourseGroup], group: CourseGroup | None, people: Iterable[Learner] = ()
) -> Json:
    return {
        "id": group.group_id if group else None,
        "name": group_label(group) if group else "",
        "members": [one.name for one in people if one.name],
        "groups": [{"id": each.group_id, "name": group_label(each)} for each in groups],
        "own": False,
        "replaced": [],
    }


def _name(learner: Learner | None) -> str:
    return learner.name if learner is not None else ""
