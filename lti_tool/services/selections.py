"""What a teacher can link to, and the answer that takes their choice to the platform."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course_content.model import Course, localized
from lti_tool.lti import ContentItem, Fault, KeySource, LaunchRefused, deep_linking_response
from lti_tool.models import ContentSelection
from lti_tool.services.courses import CourseShelf, UnknownCourse, graded_activities

log = logging.getLogger(__name__)

SCORE_MAXIMUM = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to link to: a whole course, or one unit of it.

    ``value`` is what the form sends back: ``course`` or ``course/unit``.
    """

    value: str
    title: str
    minutes: int
    graded: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A course and what can be linked to in it. ``language`` is that of its texts."""

    language: str
    title: str
    summary: str
    whole: Choice
    units: tuple[Choice, ...]


def shelves(courses: CourseShelf, slugs: Sequence[str], language: str) -> Iterator[Shelf]:
    """Yield what can be linked to, course by course. One with mistakes is left out."""
    for slug in slugs:
        try:
            course = courses.course(slug)
        except UnknownCourse:
            log.warning("A course with mistakes is not offered.", extra={"detail": slug})
            continue
        units = tuple(
            Choice(
                f"{slug}/{unit.id}",
                localized(unit.title, language),
                unit.minutes,
                bool(graded_activities(course, unit.id)),
            )
            for unit in course.units
        )
        whole = Choice(
            slug,
            localized(course.title, language),
            sum(unit.minutes for unit in units),
            bool(graded_activities(course, "")),
        )
        yield Shelf(
            courses.language(slug, language),
            whole.title,
            localized(course.summary, language),
            whole,
            units,
        )


def answer(
    selection: ContentSelection,
    choice: str,
    courses: CourseShelf,
    launch_url: str,
    keys: KeySource,
) -> str:
    """Return the signed answer for a choice. Raise ``LaunchRefused`` if there is no such."""
    slug, _, unit_id = choice.partition("/")
    try:
        course = courses.course(slug)
    except UnknownCourse as error:
        raise LaunchRefused(Fault.COURSE_UNKNOWN, f"course {slug[:100]!r}") from error
    item = _item(course, unit_id, selection, launch_url)
    deployment = selection.deployment
    return deep_linking_response(
        deployment.platform, deployment.deployment_id, selection.data, [item], keys
    )


def _item(
    course: Course, unit_id: str, selection: ContentSelection, launch_url: str
) -> ContentItem:
    custom = {"course": course.slug}
    title = localized(course.title, selection.language)
    if unit_id:
        try:
            title = localized(course.unit(unit_id).title, selection.language)
        except KeyError as error:
            raise LaunchRefused(Fault.COURSE_UNKNOWN, f"unit {unit_id[:100]!r}") from error
        custom["unit"] = unit_id
    scored = selection.accepts_line_item and graded_activities(course, unit_id)
    return ContentItem(
        title=title,
        url=launch_url,
        custom=custom,
        score_maximum=SCORE_MAXIMUM if scored else None,
        resource_id="/".join(custom.values()),
    )
