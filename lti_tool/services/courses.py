"""The courses that this process serves: each is read once and rendered once per language."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from course_content import render
from course_content.loader import CourseError, CourseNotFound, find_course, load_course
from course_content.model import Course, Gradable
from lti_tool.services.targets import Extent, Target, extent_of

Json: TypeAlias = dict[str, Any]
AnswerKeys: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
T = TypeVar("T")


class UnknownCourse(LookupError):
    """No folder of that name holds a course, or its files have mistakes."""


def link_extent(course: Course, target: str) -> Extent:
    """Return what a link opens, by the target that it keeps."""
    return extent_of(course, Target.parse(target))


def graded_activities(course: Course, target: str) -> tuple[Gradable, ...]:
    """Return the quizzes and workshops that count for the column of a link with that target."""
    return link_extent(course, target).graded_activities


def steps_in_scope(course: Course, target: str) -> tuple[str, ...]:
    """Return the paths (``unit/step``) of the steps that a link opens, in reading order."""
    return link_extent(course, target).steps


class CourseShelf:
    """Courses by their folder's name, loaded on first use and kept for the process's life.

    ``institution`` holds the values that only the institution can give to a syllabus.
    ``media_base`` makes the address under which a course's media are served.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        institution: Mapping[str, str],
        media_base: Callable[[str], str],
    ) -> None:
        self._roots = tuple(roots)
        self._institution = dict(institution)
        self._media_base = media_base
        self._kept: dict[tuple[str, ...], Any] = {}
        self._lock = threading.RLock()

    def course(self, slug: str) -> Course:
        """Raise ``UnknownCourse`` when no readable course has that name."""
        return self._once(("course", slug), lambda: self._load(slug))

    def language(self, slug: str, wanted: str) -> str:
        """Return ``wanted`` when the course is written in it, else the course's own language."""
        languages = self.course(slug).languages
        return wanted if wanted in languages else languages[0]

    def outline(self, slug: str, language: str) -> Json:
        """Return the course's table of contents, as the player takes it."""
        course = self.course(slug)
        return self._once(("outline", slug, language), lambda: render.outline(course, language))

    def unit_content(self, slug: str, unit_id: str, language: str) -> Json:
        """Return a unit's pages and activities, without answer keys.

        Raise ``KeyError`` when the course has no such unit.
        """
        course = self.course(slug)
        return self._once(
            ("unit", slug, language, unit_id),
            lambda: render.unit_content(
                course, unit_id, language, media_base=self._media_base(slug)
            ),
        )

    def covered_content(self, slug: str, target: str, unit_id: str, language: str) -> Json:
        """Return of a unit's content what a link with that target opens.

        Raise ``KeyError`` when it opens nothing of it.
        """
        content = self.unit_content(slug, unit_id, language)
        covered = frozenset(link_extent(self.course(slug), target).open_paths)
        steps = {
            name: step for name, step in content["steps"].items() if f"{unit_id}/{name}" in covered
        }
        if not steps:
            raise KeyError(unit_id)
        return {**content, "steps": steps}

    def covered_json(self, slug: str, target: str, unit_id: str, language: str) -> bytes:
        """Return outline and ``covered_content`` as text for the player's page.

        It is the same object each time, about the course alone (``render.course_json``).
        """
        known = str(self.extent(slug, target).target)

        def write() -> bytes:
            outline = render.json_for_script(self.outline(slug, language))
            unit = render.json_for_script(self.covered_content(slug, known, unit_id, language))
            return render.course_json(outline, {unit_id: unit})

        return self._once(("page text", slug, language, unit_id, known), write)

    def extent(self, slug: str, target: str) -> Extent:
        """Return what a link with that target opens.

        Only what the course has is remembered: targets come from elsewhere.
        """
        key = ("extent", slug, target)
        kept: Extent | None = self._kept.get(key)
        if kept is not None:
            return kept
        extent = link_extent(self.course(slug), target)
        return self._once(key, lambda: extent) if str(extent.target) == target else extent

    def answer_keys(self, slug: str, language: str) -> AnswerKeys:
        """Return what the server marks answers with. It never leaves the server."""
        course = self.course(slug)
        return self._once(
            ("keys", slug, language),
            lambda: render.answer_keys(course, language, media_base=self._media_base(slug)),
        )

    def _load(self, slug: str) -> Course:
        try:
            return load_course(find_course(slug, self._roots), self._institution)
        except (CourseNotFound, CourseError) as error:
            raise UnknownCourse(str(error)) from error

    def _once(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            made: T = self._kept[key]
            return made
