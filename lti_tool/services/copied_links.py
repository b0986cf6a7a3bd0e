"""The first launch of a link that we do not know: is it a copy, and of which?

It is looked up once the platform's word is verified, and written before the launch is: what
a copy opens is then never in doubt, whatever breaks off. A link that we know costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import Launch
from lti_tool.models import Context, Deployment, ResourceLink
from lti_tool.services.copies import inherit, origin_of_class, origin_of_link
from lti_tool.services.courses import CourseShelf
from lti_tool.services.links import class_of, destination, names_content
from lti_tool.services.migrations import link_of_older_id
from lti_tool.services.progress import insert_unless_there

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Ancestors:
    """What a class and its link were copied from; ``None`` where that is not known."""

    class_pk: int | None
    link: ResourceLink | None


class LinkBook:
    """Tells what a copied link opens whose launch does not say. Safe to share among threads.

    Each process remembers which links it has looked up.
    """

    def __init__(self, database: Database, courses: CourseShelf) -> None:
        self._database = database
        self._courses = courses
        self._remembered: dict[tuple[int, str, str, str], tuple[str, str] | None] = {}

    def place(self, platform_id: int, launch: Launch) -> tuple[str, str] | None:
        """Return the course and the target that a verified launch's link has inherited.

        ``None`` when it has inherited none, or when the launch gives no reason to look. A
        copy that is launched for the first time gets its rows here, with what it inherits.
        Raise ``LaunchRefused`` when the tool no longer has what it opens.
        """
        if not _may_be_copied(launch):
            return None
        place = (
            platform_id,
            launch.deployment_id,
            class_of(launch),
            launch.resource_link_id or "",
        )
        if place not in self._remembered:
            found = self._look(platform_id, launch)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[place] = found
        return self._remembered[place]

    def _look(self, platform_id: int, launch: Launch) -> tuple[str, str] | None:
        with self._database.reading() as db:
            deployment_pk = _deployment(db, platform_id, launch)
            if deployment_pk is None:
                return None
            context = _class(db, deployment_pk, launch)
            link = None if context is None else _link(db, context, launch)
            if link is not None:
                return (link.course, link.target) if link.copied_from_pk is not None else None
            ancestors = _ancestors(db, platform_id, deployment_pk, context, launch)
        if ancestors.class_pk is None and ancestors.link is None:
            return None
        with self._database.transaction() as db:
            context = _copy_class(db, deployment_pk, launch, ancestors)
            if ancestors.link is None:
                return None
            return self._copy_link(db, context, launch, ancestors.link)

    def _copy_link(
        self, db: Session, context: Context, launch: Launch, ancestor: ResourceLink
    ) -> tuple[str, str]:
        """Write a copied link, unless another process was first. Raise ``LaunchRefused``."""
        inherited = (ancestor.course, ancestor.target)
        opens = destination(launch, self._courses, inherited[0], inherited)
        insert_unless_there(
            db,
            ResourceLink,
            {
                "context_pk": context.id,
                "resource_link_id": launch.resource_link_id or "",
                "title": launch.resource_link_title,
                "course": opens[0],
                "target": opens[1],
                "line_item_url": launch.line_item_url,
                "line_items_url": launch.line_items_url,
                "grade_scopes": list(launch.grade_scopes),
            },
        )
        link = _link(db, context, launch)
        if link is not None and link.copied_from_pk is None and link.id != ancestor.id:
            inherit(db, link, ancestor, opens, self._courses.course(opens[0]))
        return inherited


def _may_be_copied(launch: Launch) -> bool:
    """Whether to look at all: most launches say what they open, and come from no copy."""
    told = launch.context_history or launch.resource_link_history or launch.older_ids
    return bool(told) or launch.notices is not None or not names_content(launch)


def _ancestors(
    db: Session, platform_id: int, deployment_pk: int, context: Context | None, launch: Launch
) -> _Ancestors:
    class_pk = origin_of_class(db, deployment_pk, context, launch.context_history)
    link = origin_of_link(
        db, deployment_pk, class_pk, launch.resource_link_history, launch.resource_link_title
    )
    if link is None and context is not None:
        link = link_of_older_id(db, platform_id, context, launch)
    return _Ancestors(class_pk, link)


def _copy_class(db: Session, deployment_pk: int, launch: Launch, ancestors: _Ancestors) -> Context:
    named = {"deployment_id": deployment_pk, "context_id": class_of(launch)}
    insert_unless_there(db, Context, {**named, "title": launch.context_title})
    context = db.scalars(select(Context).filter_by(**named)).one()
    if context.copied_from_pk is None and context.id != ancestors.class_pk:
        context.copied_from_pk = ancestors.class_pk
    return context


def _deployment(db: Session, platform_id: int, launch: Launch) -> int | None:
    return db.scalars(
        select(Deployment.id).where(
            Deployment.platform_id == platform_id,
            Deployment.deployment_id == launch.deployment_id,
        )
    ).one_or_none()


def _class(db: Session, deployment_pk: int, launch: Launch) -> Context | None:
    return db.scalars(
        select(Context).where(
            Context.deployment_id == deployment_pk, Context.context_id == class_of(launch)
        )
    ).one_or_none()


def _link(db: Session, context: Context, launch: Launch) -> ResourceLink | None:
    return db.scalars(
        select(ResourceLink).where(
            ResourceLink.context_pk == context.id,
            ResourceLink.resource_link_id == (launch.resource_link_id or ""),
        )
    ).one_or_none()
