"""What ``arrimage course check`` says of a course: its problems, and what to look at again.

A problem makes a course unusable. A warning does not: something is probably forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_content.drafts import COURSE_FILE, UNIT_FILE, CourseDraft, read_drafts
from course_content.inspection import Inspection, inspect
from course_content.loader import load_course
from course_content.model import Course, Page, texts_of
from course_content.problems import CourseError, Problem
from course_content.quality import quality_warnings
from course_content.render import media_files


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one course. Without problems, the course can be used."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def check_course(folder: Path, institution: Mapping[str, str] | None = None) -> Report:
    """Read a course and tell what is wrong; warnings are only looked for in a sound one."""
    try:
        course = load_course(folder, institution)
    except CourseError as error:
        return Report(error.problems)
    return Report((), tuple(sorted(set(_warnings(course)), key=_place)))


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line or 0, problem.message


def _warnings(course: Course) -> Iterator[Problem]:
    yield from _unlisted_units(course)
    yield from _unlisted_files(course)
    yield from _unused_media(course)
    yield from _untranslated_pages(course)
    yield from _idle_entries(course)
    draft = read_drafts(course.folder)
    if isinstance(draft, CourseDraft):
        yield from quality_warnings(draft, media_files(course))


def _unlisted_units(course: Course) -> Iterator[Problem]:
    for part in course.parts:
        listed = {unit.id for unit in part.units}
        for found in sorted(course.folder.glob(f"{part.id}/*/{UNIT_FILE}")):
            if found.parent.name not in listed:
                yield Problem(
                    found.relative_to(course.folder).as_posix(),
                    None,
                    "This unit is in no part.",
                    "List it under its part's “units” in course.yaml, or delete its folder.",
                )


def _step_files(course: Course, part: str, unit: str) -> Iterable[Path]:
    folder = course.folder / part / unit
    return sorted(path for path in folder.iterdir() if path.suffix in (".md", ".yaml"))


def _unlisted_files(course: Course) -> Iterator[Problem]:
    for part in course.parts:
        for unit in part.units:
            text = (course.folder / part.id / unit.id / UNIT_FILE).read_text(encoding="utf-8-sig")
            for path in _step_files(course, part.id, unit.id):
                stem, _dot, suffix = path.name.rpartition(".")
                name = f"{_without_language(stem, course)}.{suffix}"
                if name != UNIT_FILE and name not in text:
                    yield Problem(
                        path.relative_to(course.folder).as_posix(),
                        None,
                        "This file is no step of its unit.",
                        "List it under “steps” in unit.yaml, or delete it.",
                    )


def _without_language(stem: str, course: Course) -> str:
    name, _dot, language = stem.rpartition(".")
    return name if language in course.languages else stem


def _unused_media(course: Course) -> Iterator[Problem]:
    used = set(media_files(course))
    media = course.folder / "media"
    for path in sorted(media.iterdir()) if media.is_dir() else ():
        name = f"media/{path.name}"
        if name not in used:
            yield Problem(name, None, "No text shows this file or links to it.", "Delete it.")


def _pages(course: Course) -> Iterator[tuple[str, Page]]:
    """Yield each page with the file that lists it."""
    yield COURSE_FILE, course.syllabus.page
    for part in course.parts:
        for unit in part.units:
            for step in unit.steps:
                if isinstance(step, Page):
                    yield f"{part.id}/{unit.id}/{UNIT_FILE}", step


def _untranslated_pages(course: Course) -> Iterator[Problem]:
    for path, page in _pages(course):
        for language in course.languages:
            if language not in page.body:
                yield Problem(
                    path,
                    None,
                    f"The page “{page.id}” is not there in “{language}”.",
                    f"Write it beside the other, with .{language}.md at the end of its name.",
                )


def _inspections(course: Course) -> Iterator[Inspection]:
    return (inspect(text) for text in texts_of(course) if "[@" in text)


def _idle_entries(course: Course) -> Iterator[Problem]:
    cited = {
        found.value
        for inspection in _inspections(course)
        for found in inspection.found
        if found.kind == "citation"
    }
    cited |= {key for unit in course.units for key in unit.references}
    for reference in course.references:
        if reference.key not in cited:
            message = f"The reference “{reference.key}” is cited nowhere."
            yield Problem(COURSE_FILE, None, message, "Cite it, or remove it.")
    served = {outcome.competency for unit in course.units for outcome in unit.outcomes}
    for activity in course.activities:
        for question in activity.questions:
            served.update(question.competencies)
    for competency in course.competencies:
        if competency.id not in served:
            message = f"The competency “{competency.id}” is served by no outcome and no question."
            yield Problem(COURSE_FILE, None, message, "Serve it, or remove it.")
