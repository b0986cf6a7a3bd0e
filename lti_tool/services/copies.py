"""Copies of classes and links: which is whose, and what a copy carries on.

A platform that copies a course gives the copy and its links new names. What the instructor
chose for a link is looked up in the one that it was copied from; what learners did is not:
a copy begins empty. Ancestors are looked for in the same deployment only, because elsewhere
the same name may be another class's (LTI 1.3 core, 5.3.5 and 5.4.1; docs/adr/0015).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from course_content.model import Course
from lti_tool.models import Context, Grading, Maker, ResourceLink
from lti_tool.services.column_choice import Choice, ChoiceRefused, WantedColumn, choose
from lti_tool.services.columns import LIVING, line_items_of
from lti_tool.services.decisions import inherit_policy
from lti_tool.services.progress import insert_unless_there

log = logging.getLogger(__name__)

MOST_GENERATIONS = 20
"""How far back a class's ancestors are followed."""


def inherit(
    db: Session, link: ResourceLink, ancestor: ResourceLink, opens: tuple[str, str], course: Course
) -> None:
    """Give a new link what the instructor chose for the one that it was copied from.

    Never what belongs to the ancestor's class: its columns, its groups, its learners' work
    and grades. ``opens`` is the course and the target of the new link: a launch may name
    others than the ancestor's, and what was chosen for those does not fit then.
    """
    link.copied_from_pk = ancestor.id
    link.course, link.target = opens
    if opens == (ancestor.course, ancestor.target):
        inherit_policy(link, ancestor)
        _choose_columns_again(db, link, ancestor, course)


def _choose_columns_again(
    db: Session, link: ResourceLink, ancestor: ResourceLink, course: Course
) -> None:
    """Have columns made for a copy as they were for its ancestor, where the platform lets us."""
    columns = {
        item.activity: WantedColumn(item.activity, item.label, item.maximum)
        for item in line_items_of(db, [ancestor.id])
        if item.made_by == Maker.TOOL and item.state in LIVING
    }
    if not columns:
        return
    db.flush()
    try:
        choose(db, course, link.id, Choice(Grading(ancestor.grading), columns))
    except ChoiceRefused as refused:
        log.info("Link %s has other columns than its ancestor: %s", link.id, refused)


def note_class_copy(
    db: Session,
    deployment_pk: int,
    context_id: str,
    title: str,
    origins: Sequence[str],
) -> None:
    """Note that a class is a copy, before anybody has opened it there.

    Where no origin is known to us, nothing is: platforms tell of every course that is
    copied, also of those that never had a link to us.
    """
    if not any(_known(db, deployment_pk, origins)):
        return
    insert_unless_there(
        db,
        Context,
        {"deployment_id": deployment_pk, "context_id": context_id, "title": title},
    )
    context = db.scalars(
        select(Context).where(
            Context.deployment_id == deployment_pk, Context.context_id == context_id
        )
    ).one()
    note_origin(db, context, origins)


def note_origin(db: Session, context: Context, origins: Sequence[str]) -> None:
    """Note which class a class was copied from: the newest that we know.

    The first answer stays: whatever is imported later does not make it another's copy.
    """
    context.copied_from_pk = origin_of_class(db, context.deployment_id, context, origins)


def class_copied(db: Session, context_pk: int) -> Context | None:
    """Return the class that a class is a copy of, if it is known to be one."""
    origin = select(Context.copied_from_pk).where(Context.id == context_pk).scalar_subquery()
    return db.scalars(select(Context).where(Context.id == origin)).one_or_none()


def origin_of_class(
    db: Session, deployment_pk: int, context: Context | None, origins: Sequence[str]
) -> int | None:
    """Return the class that a class was copied from: as noted, else by its history."""
    if context is not None and context.copied_from_pk is not None:
        return context.copied_from_pk
    known = (each.id for each in _known(db, deployment_pk, origins))
    return next((each for each in known if context is None or each != context.id), None)


def origin_of_link(
    db: Session, deployment_pk: int, class_pk: int | None, history: Sequence[str], title: str
) -> ResourceLink | None:
    """Return the link that a new link was copied from, as far as that can be known.

    The platform's history of the link says it. Where there is none, as in Moodle, a link of
    the same title in the nearest class that has one does, if it is the only one there:
    in ``class_pk``, which the new link's class was copied from, or in its ancestors.
    """
    link = _named(db, deployment_pk, class_pk, history)
    if link is None and class_pk is not None and title:
        link = _namesake(db, class_pk, title)
    return link


def _named(
    db: Session, deployment_pk: int, class_pk: int | None, history: Sequence[str]
) -> ResourceLink | None:
    """Return the newest link of a history that we know.

    Of two that a platform called the same, that of the class that was copied is meant.
    """
    if not history:
        return None
    rows = db.scalars(
        select(ResourceLink)
        .join(ResourceLink.context)
        .where(Context.deployment_id == deployment_pk, ResourceLink.resource_link_id.in_(history))
    ).all()
    rows = sorted(rows, key=lambda row: (row.context_pk == class_pk, row.id))
    by_name = {row.resource_link_id: row for row in rows}
    return next((by_name[each] for each in history if each in by_name), None)


def _namesake(db: Session, class_pk: int, title: str) -> ResourceLink | None:
    for ancestor_pk in _line_of(db, class_pk):
        rows = db.scalars(
            select(ResourceLink)
            .where(ResourceLink.context_pk == ancestor_pk, ResourceLink.title == title)
            .limit(2)
        ).all()
        if rows:
            return rows[0] if len(rows) == 1 else None
    return None


def _line_of(db: Session, class_pk: int) -> Iterator[int]:
    """Go back from copy to origin. Two classes may each say to be copied from the other."""
    seen: set[int] = set()
    origin: int | None = class_pk
    while origin is not None and origin not in seen and len(seen) < MOST_GENERATIONS:
        yield origin
        seen.add(origin)
        origin = db.scalars(select(Context.copied_from_pk).where(Context.id == origin)).one()


def _known(db: Session, deployment_pk: int, context_ids: Sequence[str]) -> list[Context]:
    """Return the classes of a deployment that are known to us, in the given order."""
    if not context_ids:
        return []
    rows = db.scalars(
        select(Context).where(
            Context.deployment_id == deployment_pk, Context.context_id.in_(context_ids)
        )
    )
    by_name = {row.context_id: row for row in rows}
    return [by_name[each] for each in context_ids if each in by_name]
