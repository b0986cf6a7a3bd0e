"""Where a launch leads: which course, what of it, and in which class."""

from __future__ import annotations

from datetime import UTC, datetime

from lti_tool.lti import Fault, Launch, LaunchRefused, query_of
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.moments import as_moment
from lti_tool.services.targets import asked_for

LONGEST_NAME = 200
DUE_PARAMETER = "due"
DUE_VARIABLE = "$ResourceLink.submission.endDateTime"
"""What a platform replaces in our links by the end of the submission, for each person."""
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


def class_of(launch: Launch) -> str:
    """Return the name of the class; a link without a class gets one of its own."""
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
