"""Where a launch leads: which course, what of it, and in which class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from lti_tool.lti import Fault, Launch, LaunchRefused, query_of
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.moments import as_moment
from lti_tool.services.targets import TargetKind, asked_for

LONGEST_NAME = 200
DUE_PARAMETER = "due"
DUE_VARIABLE = "$ResourceLink.submission.endDateTime"
"""What a platform replaces in our links by the end of the submission, for each person."""
OWN_CONTEXT = "resource_link:"
"""What begins the name of the class that a link without a class gets."""


def destination(
    launch: Launch,
    courses: CourseShelf,
    default_course: str,
    inherited: tuple[str, str] | None = None,
) -> tuple[str, str]:
    """Return the course that a launch asks for, and what of it, as its link keeps that.

    The link's custom parameters say it, else the query of its address, else what the link
    has ``inherited`` as a copy, else the default. Raise ``LaunchRefused`` when the tool has no
    such course.
    """
    named = _named(launch)
    slug = named.get("course") or (inherited[0] if inherited else default_course)
    try:
        course = courses.course(slug)
    except UnknownCourse as error:
        raise LaunchRefused(Fault.COURSE_UNKNOWN, f"course {slug[:LONGEST_NAME]!r}") from error
    if inherited is not None and not names_content(launch):
        return inherited
    return slug, str(asked_for(course, named))


def names_content(launch: Launch) -> bool:
    """Whether a launch says itself what it opens, a course or something of one."""
    return not {"course", *TargetKind}.isdisjoint(_named(launch))


def class_of(launch: Launch) -> str:
    """Return the name of a launch's class; a link without one has a class of its own."""
    return launch.context_id or f"{OWN_CONTEXT}{launch.resource_link_id or ''}"


def due_date(launch: Launch) -> datetime | None:
    """Return until when the platform awaits this person's work, if it says so.

    Our links ask for it by ``DUE_VARIABLE``. A platform that does not know the variable, or
    has no date, sends something else (LTI 1.3 core, appendix D): that is no date.
    """
    try:
        return as_moment(launch.custom.get(DUE_PARAMETER, "")).astimezone(UTC)
    except ValueError:
        return None


def _named(launch: Launch) -> Mapping[str, str]:
    return {**query_of(launch.target_link_uri), **launch.custom}
