"""What a teacher reads of a course before placing it: the real pages and questions.

Nothing is recorded, and no answer is among them: they may show it to a class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course_content.model import SYLLABUS
from lti_tool.services.courses import CourseShelf, Json
from lti_tool.services.selections import Chosen
from lti_tool.services.targets import TargetKind


@dataclass(frozen=True, slots=True)
class PreviewStep:
    """A page as HTML, which its renderer made safe, or what is to be done as the player gets it."""

    path: str
    title: str
    html: str
    activity: Json | None
    workshop: Json | None


@dataclass(frozen=True, slots=True)
class PreviewUnit:
    """A unit, with those of its steps that are to be placed."""

    title: str
    outcomes: tuple[str, ...]
    steps: tuple[PreviewStep, ...]


def preview(courses: CourseShelf, one: Chosen, language: str) -> Iterator[PreviewUnit]:
    """Yield all that a choice opens, in reading order. ``language`` is one of the course's."""
    slug = one.course.slug
    units = {
        unit["id"]: unit
        for part in courses.outline(slug, language)["parts"]
        for unit in part["units"]
    }
    opened = dict.fromkeys(path.partition("/")[0] for path in one.extent.steps)
    for unit_id in opened:
        content = courses.covered_content(slug, str(one.target), unit_id, language)
        entry = units[unit_id]
        is_lone = one.target.kind is TargetKind.ACTIVITY or unit_id == SYLLABUS
        yield PreviewUnit(
            title="" if is_lone else entry["title"],
            outcomes=() if is_lone else tuple(entry["outcomes"]),
            steps=tuple(
                PreviewStep(
                    path=f"{unit_id}/{step['id']}",
                    title=step["title"],
                    html=content["steps"][step["id"]].get("html", ""),
                    activity=content["steps"][step["id"]].get("activity"),
                    workshop=content["steps"][step["id"]].get("workshop"),
                )
                for step in entry["steps"]
                if step["id"] in content["steps"]
            ),
        )
