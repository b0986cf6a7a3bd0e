"""Copies of classes and links: which is whose, and what a copy carries on.

A platform that copies a course gives the copy and its links new names. What the instructor
chose for a link is looked up in the one that it was copied from; what learners did is not:
a copy begins empty. Ancestors are looked for in the same deployment only, because elsewhere
the same name may be another class's (LTI 1.3 core, 5.3.5 and 5.4.1; docs/adr/0011).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models import Context, ResourceLink
from lti_tool.services.progress import insert_unless_there

MOST_GENERATIONS = 20
"""How far back a class's ancestors are followed."""


def inherit(link: ResourceLink, ancestor: ResourceLink, *, names_content: bool) -> None:
    """Give a new link what the instructor chose for the one that it was copied from.

    Never what belongs to the ancestor's class: its column in the gradebook, its groups,
    its learners' work and grades. With ``names_content``, the launch itself says what the
    link opens: that holds.
    """
    link.copied_from_pk = ancestor.id
    if not names_content:
        link.course = ancestor.course
        link.target = ancestor.target


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
    if context.copied_from_pk is not None:
        return
    for origin in _known(db, context.deployment_id, origins):
        if origin.id != context.id:
            context.copied_from_pk = origin.id
            return


def ancestor_of(
    db: Session, link: ResourceLink, context: Context, history: Sequence[str]
) -> ResourceLink | None:
    """Return the link that a new link was copied from, as far as that can be known.

    The platform's history of the link says it. Where there is none, as in Moodle, a link of
    the same title in the class's nearest ancestor that has one does, if it is the only one.
    """
    named = _named(db, link, context.deployment_id, history)
    return named if named is not None else _namesake(db, link, context)


def _named(
    db: Session, link: ResourceLink, deployment_pk: int, history: Sequence[str]
) -> ResourceLink | None:
    if not history:
        return None
    rows = db.scalars(
        select(ResourceLink)
        .join(ResourceLink.context)
        .where(
            Context.deployment_id == deployment_pk,
            ResourceLink.resource_link_id.in_(history),
            ResourceLink.id != link.id,
        )
        .order_by(ResourceLink.id)
    )
    by_name = {row.resource_link_id: row for row in rows}
    return next((by_name[each] for each in history if each in by_name), None)


def _namesake(db: Session, link: ResourceLink, context: Context) -> ResourceLink | None:
    if not link.title:
        return None
    for ancestor_pk in _ancestors(db, context):
        rows = db.scalars(
            select(ResourceLink)
            .where(ResourceLink.context_pk == ancestor_pk, ResourceLink.title == link.title)
            .limit(2)
        ).all()
        if rows:
            return rows[0] if len(rows) == 1 else None
    return None


def _ancestors(db: Session, context: Context) -> Iterator[int]:
    """Go back from copy to origin. Two classes may each say to be copied from the other."""
    seen = {context.id}
    origin = context.copied_from_pk
    while origin is not None and origin not in seen and len(seen) <= MOST_GENERATIONS:
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
