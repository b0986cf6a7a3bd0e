"""Where a launch leads: which course, what of it, and in which class."""

from __future__ import annotations

from lti_tool.lti import Fault, Launch, LaunchRefused, query_of
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.targets import asked_for

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


def class_of(launch: Launch) -> str:
    """Return the name of the class; a link without a class gets one of its own."""
    return launch.context_id or f"{OWN_CONTEXT}{launch.resource_link_id or ''}"
