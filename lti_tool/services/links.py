"""Where a launch leads, and who comes with it: class, link, person and their place in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.lti import Fault, Launch, LaunchRefused, query_of
from lti_tool.models import (
    Base,
    Context,
    Deployment,
    Learner,
    Membership,
    Platform,
    ResourceLink,
    Standing,
    now,
)
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.progress import insert_into
from lti_tool.services.targets import asked_for

Row = TypeVar("Row", bound=Base)

LONGEST_NAME = 200
OWN_CONTEXT = "resource_link:"
"""What begins the name of the class that a link without a class gets."""


def destination(launch: Launch, courses: CourseShelf, default_course: str) -> tuple[str, str]:
    """Return the course that a launch asks for, and what of it, as its link keeps that.

    The link's custom parameters say it, else the query of its address, else the default.
    Raise ``LaunchRefused`` when the tool has no such course.
    """
    query = query_of(launch.target_link_uri)
    slug = launch.custom.get("course") or query.get("course") or default_course
    try:
        course = courses.course(slug)
    except UnknownCourse as error:
        raise LaunchRefused(Fault.COURSE_UNKNOWN, f"course {slug[:LONGEST_NAME]!r}") from error
    return slug, str(asked_for(course, {**query, **launch.custom}))


def keep_link(
    db: Session, platform: Platform, launch: Launch, course: str, target: str
) -> ResourceLink:
    """Bring the class and the link up to date with a launch, and return the link."""
    deployment = db.scalars(
        select(Deployment).where(
            Deployment.platform_id == platform.id,
            Deployment.deployment_id == launch.deployment_id,
        )
    ).one()
    link_id = launch.resource_link_id or ""
    context = _row(
        db,
        Context,
        {
            "deployment_id": deployment.id,
            "context_id": launch.context_id or f"{OWN_CONTEXT}{link_id}",
        },
        {"title": launch.context_title},
    )
    link = _row(
        db,
        ResourceLink,
        {"context_pk": context.id, "resource_link_id": link_id},
        {"title": launch.resource_link_title, "course": course, "target": target},
    )
    if launch.context_title:
        context.title = launch.context_title
    context.memberships_url = launch.memberships_url
    link.title = launch.resource_link_title
    link.course = course
    link.target = target
    link.line_item_url = launch.line_item_url
    link.line_items_url = launch.line_items_url
    link.grade_scopes = list(launch.grade_scopes)
    return link


def keep_learner(db: Session, platform: Platform, launch: Launch) -> Learner | None:
    """Bring the person up to date with a launch; ``None`` for an anonymous one."""
    if launch.sub is None:
        return None
    learner = _row(
        db, Learner, {"platform_id": platform.id, "sub": launch.sub}, {"name": launch.name}
    )
    # A platform that stops giving names may have been asked to: what it says now holds.
    learner.name = launch.name
    return learner


def keep_membership(db: Session, context: Context, learner: Learner, role: str) -> Membership:
    """Note that the person was seen in the class, in that role.

    Whom the platform lets in is of the class, until its list says otherwise.
    """
    moment = now()
    membership = _row(
        db,
        Membership,
        {"context_pk": context.id, "learner_id": learner.id},
        {"role": role, "first_seen_at": moment, "last_seen_at": moment},
    )
    membership.role = role
    membership.standing = Standing.ACTIVE
    membership.first_seen_at = membership.first_seen_at or moment
    membership.last_seen_at = moment
    return membership


def _row(db: Session, model: type[Row], key: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
    """Return the row of that key, inserted if need be; two launches at once get the same."""
    query = select(model).filter_by(**key)
    found = db.scalars(query).one_or_none()
    if found is None:
        db.execute(insert_into(db, model).values(**key, **values).on_conflict_do_nothing())
        found = db.scalars(query).one()
    return found
