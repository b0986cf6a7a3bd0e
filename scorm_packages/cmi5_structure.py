"""``cmi5.xml``: what a platform learns of a course before it launches any of it (cmi5, 13).

Addresses that name the course and its pieces are UUIDs made from the course's own names: the
same in every export, on any machine and in any language, and nobody's domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

from lxml import etree

from course_content.activities import Voice
from course_content.markdown import Setting
from course_content.model import Course, Localized
from scorm_packages.manifest import add, start
from scorm_packages.options import BOTH, PAGES, Options
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scos import Branch, Sco

STRUCTURE: Final = "cmi5.xml"
CMI5: Final = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"

_NAMES: Final = UUID("29be8fb8-e34e-4614-9cde-872214def374")
"""What all our names are made from. Whoever changes it makes every course another one."""

PERCENT: Final = 100


def iri(*names: str) -> str:
    """Return the address of a course, or of a piece of it, by its names in the course's files."""
    return uuid5(_NAMES, "/".join(names)).urn


def course_structure(
    course: RenderedCourse, options: Options, tree: tuple[Branch, ...]
) -> etree._Element:
    """Describe the course: an assignable unit for all of it, or a block of them for each part."""
    texts = _Texts(course)
    model = course.course
    root = start(CMI5, "courseStructure")
    described = add(root, "course", attributes={"id": iri(model.slug)})
    texts.write(described, model.title, model.summary)
    if model.competencies:
        objectives = add(root, "objectives")
        for each in model.competencies:
            found = add(objectives, "objective", attributes={"id": _competency(model, each.id)})
            texts.write(found, each.title)
    parts = {f"{model.slug}-{each.id}": each for each in model.parts}
    for branch in tree:
        parent = root
        if branch.title:
            parent = add(root, "block", attributes={"id": iri(model.slug, "block", branch.name)})
            part = parts.get(branch.name)
            if part is None:
                texts.write_plain(parent, branch.title)
            else:
                texts.write(parent, part.title, part.summary)
        for sco in branch.scos:
            _add_unit(parent, course, options, sco, texts)
    return root


def _competency(course: Course, name: str) -> str:
    return iri(course.slug, "competency", name)


def _add_unit(
    parent: etree._Element, course: RenderedCourse, options: Options, sco: Sco, texts: _Texts
) -> None:
    model = course.course
    unit = add(
        parent,
        "au",
        attributes={
            "id": iri(model.slug, "au", sco.name),
            "moveOn": move_on(sco, options),
            **_mastery(sco, options),
            "launchMethod": "AnyWindow",
        },
    )
    if sco.units is None:
        texts.write(unit, model.title, model.summary)
    else:
        found = course.units(sco.units)
        if found:
            outcomes = tuple(outcome.text for outcome in found[0].outcomes)
            texts.write(unit, found[0].title, *outcomes)
        else:
            texts.write(unit, model.syllabus.page.title, model.summary)
    served = {outcome.competency for each in course.units(sco.units) for outcome in each.outcomes}
    named = [each.id for each in model.competencies if each.id in served]
    if named:
        objectives = add(unit, "objectives")
        for name in named:
            add(objectives, "objective", attributes={"idref": _competency(model, name)})
    add(unit, "url", sco.page)


def move_on(sco: Sco, options: Options) -> str:
    """Return what the platform waits for before it takes a unit for satisfied (13.1.4)."""
    passes = sco.mastery is not None and options.statuses.startswith("passed")
    if not passes or options.completion == PAGES:
        return "Completed"
    return "CompletedAndPassed" if options.completion == BOTH else "Passed"


def _mastery(sco: Sco, options: Options) -> dict[str, str]:
    """The mastery score, where anybody is said to pass or fail; four decimals at most."""
    is_judged = options.statuses != "completed-incomplete"
    if sco.mastery is None or not is_judged:
        return {}
    return {"masteryScore": f"{round(sco.mastery / PERCENT, 4):g}"}


class _Texts:
    """Titles and descriptions, in every language that the course has them in."""

    def __init__(self, course: RenderedCourse) -> None:
        first = course.language
        others = (each for each in course.course.languages if each != first)
        self._voices = {each: Voice(Setting(each)) for each in (first, *others)}
        self._first = first

    def write(self, parent: etree._Element, title: Localized, *description: Localized) -> None:
        """Append a title and a description, which is the title again where there is none."""
        self._write(parent, "title", (title,))
        said = tuple(each for each in description if self._voices[self._first].plain(each))
        self._write(parent, "description", said or (title,))

    def write_plain(self, parent: etree._Element, title: str) -> None:
        """Append a title that is there in the exported language alone."""
        for name in ("title", "description"):
            _langstring(add(parent, name), self._first, title)

    def _write(self, parent: etree._Element, name: str, texts: Iterable[Localized]) -> None:
        element = add(parent, name)
        every = tuple(texts)
        for language, voice in self._voices.items():
            if language == self._first or all(language in each for each in every):
                _langstring(element, language, " · ".join(map(voice.plain, every)))


def _langstring(parent: etree._Element, language: str, text: str) -> None:
    add(parent, "langstring", text, {"lang": language})
