"""A course as an IMS Common Cartridge 1.3: pages, and quizzes that the platform itself asks.

With the address of the tool, the cartridge is a *thin* one: it holds links to the tool in
the place of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from course_content.model import HOME, SYLLABUS, Quiz, Unit
from scorm_packages.books.words import words
from scorm_packages.cartridge import pages
from scorm_packages.cartridge.links import link
from scorm_packages.cartridge.manifest import (
    FULL,
    LINK,
    PAGE,
    QUIZ,
    THIN,
    Folder,
    Leaf,
    cartridge_manifest,
)
from scorm_packages.cartridge.qti import assessment
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.format import ZipFormat
from scorm_packages.lom import Metadata
from scorm_packages.manifest import serialize
from scorm_packages.options import Options
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop

Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A quiz as it stands in the cartridge: its file, where it is from, and what it lost."""

    file: str
    place: str
    document: bytes
    losses: tuple[str, ...]


class CommonCartridge(ZipFormat):
    name = "common-cartridge"
    title = "IMS Common Cartridge 1.3"
    purpose = (
        "Pages and quizzes that the platform takes for its own, so that teachers can change "
        "them; without the player, its workshops and its record. With --links, links to this "
        "tool instead."
    )
    options = frozenset({"language", "links"})
    suffix = ".imscc"
    checked_as = name

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip."""
        return _thin(course, options.links) if options.links else _full(course)

    def write(
        self, course: RenderedCourse, options: Options, target: Path, workshop: Workshop
    ) -> Report:
        report = super().write(course, options, target, workshop)
        lost = () if options.links else tuple(_losses(course))
        return replace(report, findings=(*report.findings, *lost))


def _full(course: RenderedCourse) -> Mapping[str, Content]:
    quizzes = {quiz.file: quiz.document for quiz in _quizzes(course)}
    shared: dict[str, Content] = {pages.STYLE: pages.style(course), **course.media}
    facts = Metadata.of(course)
    slug = course.course.slug
    manifest = cartridge_manifest(FULL, slug, facts, _tree(course, _unit), shared)
    return {**pages.pages(course), **quizzes, **shared, MANIFEST: serialize(manifest)}


def _thin(course: RenderedCourse, address: str) -> Mapping[str, Content]:
    slug = course.course.slug
    links: dict[str, Content] = {}
    for part in course.outline["parts"]:
        for unit in part["units"]:
            what = {"syllabus": "yes"} if unit["id"] == SYLLABUS else {"unit": unit["id"]}
            description = " ".join(unit["outcomes"])
            made = link(address, unit["title"], description, {"course": slug, **what})
            links[_link_name(unit)] = serialize(made)
    facts = Metadata.of(course)
    manifest = cartridge_manifest(THIN, slug, facts, _tree(course, _linked, thin=True), ())
    return {**links, MANIFEST: serialize(manifest)}


def _tree(
    course: RenderedCourse, shown: Callable[[Json], Folder | Leaf], *, thin: bool = False
) -> Iterator[Folder | Leaf]:
    """Yield the course's parts, with the syllabus before them and the appendices after."""
    for part in course.outline["parts"]:
        units = tuple(shown(unit) for unit in part["units"])
        if part["id"] == HOME:
            yield from units
        elif units:
            yield Folder(f"part-{part['id']}", part["title"], units)
    if not thin:
        yield from (_unit(unit) for unit in course.outline["appendices"])


def _unit(unit: Json) -> Folder | Leaf:
    """Return a unit; one of a single page is that page."""
    leaves = tuple(_step(unit["id"], step) for step in unit["steps"])
    only = leaves[0]
    if len(leaves) == 1 and only.title == unit["title"]:
        return only
    return Folder(f"unit-{unit['id']}", unit["title"], leaves)


def _step(unit: str, step: Json) -> Leaf:
    name = f"{unit}.{step['id']}"
    if step["kind"] == "quiz":
        return Leaf(name, step["title"], QUIZ, _quiz_name(unit, step["id"]))
    return Leaf(name, step["title"], PAGE, pages.page_name(unit, step["id"]))


def _linked(unit: Json) -> Leaf:
    return Leaf(unit["id"], unit["title"], LINK, _link_name(unit))


def _link_name(unit: Json) -> str:
    return f"{unit['id']}.link.xml"


def _quiz_name(unit: str, quiz: str) -> str:
    return f"{unit}.{quiz}.xml"


def _quizzes(course: RenderedCourse) -> Iterator[_Asked]:
    for unit in course.units():
        for quiz in unit.activities:
            yield course.once(f"qti/{unit.id}/{quiz.id}", partial(_asked, course, unit, quiz))


def _asked(course: RenderedCourse, unit: Unit, quiz: Quiz) -> _Asked:
    activity = course.unit(unit.id)["steps"][quiz.id]["activity"]
    made = assessment(activity, course.keys(quiz), words(course.language))
    place = f"{unit.id}/{quiz.id}"
    return _Asked(_quiz_name(unit.id, quiz.id), place, serialize(made.root), made.losses)


def _losses(course: RenderedCourse) -> Iterator[Finding]:
    """Say what cartridges cannot carry, and what became of it."""
    remedy = "SCORM and LTI carry it as it is."
    for quiz in _quizzes(course):
        for loss in quiz.losses:
            yield Finding(quiz.place, loss, remedy, "warning")
    for workshop in course.course.workshops:
        message = "The workshop is a sheet to print: cartridges have no such activity."
        yield Finding(workshop.id, message, remedy, "warning")
