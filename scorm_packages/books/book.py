"""A rendered course in the order of a book: parts, chapters, sections.

A chapter is a unit, a section one of its steps. Answers stand at the end of the chapter, so
that nobody reads them by accident. Addresses stay as the course writes them
(``#/unit/step``, ``#id`` within the chapter): how a book names its places is each format's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from course_content.addresses import GLOSSARY
from course_content.model import BIBLIOGRAPHY, HOME
from scorm_packages.books.markup import Node, made, prose
from scorm_packages.books.quizzes import answers, questions
from scorm_packages.books.sheets import sheet, sheet_answers
from scorm_packages.books.words import Words, words
from scorm_packages.lom import Metadata
from scorm_packages.rendered import RenderedCourse

Kind: TypeAlias = Literal["preface", "chapter", "glossary", "bibliography"]

ANSWERS: Final = "answers"
_APPENDICES: Final[dict[str, Kind]] = {GLOSSARY: "glossary", BIBLIOGRAPHY: "bibliography"}


@dataclass(frozen=True, slots=True)
class Section:
    """A step of the course, or the answers to what a chapter asks. ``kind`` is the step's."""

    id: str
    title: str
    kind: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A unit. One of a single page has no sections: its ``body`` is that page."""

    id: str
    title: str
    kind: Kind
    body: tuple[Node, ...]
    sections: tuple[Section, ...] = ()
    steps: frozenset[str] = frozenset()
    """The ids of its steps, whether they are sections or not."""


@dataclass(frozen=True, slots=True)
class BookPart:
    """A part of the course that has units."""

    id: str
    title: str
    summary: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """``front`` comes before the parts and ``back`` after them."""

    rendered: RenderedCourse
    facts: Metadata
    words: Words
    front: tuple[Chapter, ...]
    parts: tuple[BookPart, ...]
    back: tuple[Chapter, ...]

    @property
    def title(self) -> str:
        return self.rendered.title

    @property
    def language(self) -> str:
        return self.rendered.language

    @property
    def institution(self) -> str:
        """Who gives the course, or nothing."""
        partner = self.rendered.partner
        return partner.title if partner and partner.title else ""

    @property
    def chapters(self) -> Iterator[Chapter]:
        yield from self.front
        for part in self.parts:
            yield from part.chapters
        yield from self.back

    @classmethod
    def of(cls, rendered: RenderedCourse) -> Book:
        """Lay a course out. Its elements are this book's own, and may be changed."""
        binder = _Binder(rendered)
        parts = rendered.outline["parts"]
        return cls(
            rendered,
            Metadata.of(rendered),
            binder.words,
            tuple(
                binder.chapter(unit, "preface")
                for part in parts
                if part["id"] == HOME
                for unit in part["units"]
            ),
            tuple(binder.part(part) for part in parts if part["id"] != HOME and part["units"]),
            tuple(
                binder.chapter(unit, _APPENDICES[unit["id"]])
                for unit in rendered.outline["appendices"]
            ),
        )


class _Binder:
    def __init__(self, rendered: RenderedCourse) -> None:
        self._rendered = rendered
        self.words = words(rendered.language)

    @cached_property
    def _keys(self) -> dict[str, Any]:
        return {quiz.id: self._rendered.keys(quiz) for quiz in self._rendered.activities()}

    def part(self, entry: dict[str, Any]) -> BookPart:
        chapters = tuple(self.chapter(unit, "chapter") for unit in entry["units"])
        return BookPart(entry["id"], entry["title"], entry["summary"], chapters)

    def chapter(self, entry: dict[str, Any], kind: Kind) -> Chapter:
        content = self._rendered.unit(entry["id"])["steps"]
        lead = self._lead(entry)
        steps = frozenset(step["id"] for step in entry["steps"])
        first = entry["steps"][0]
        if len(steps) == 1 and first["title"] == entry["title"] and "html" in content[first["id"]]:
            body = (*lead, *prose(content[first["id"]]["html"]))
            return Chapter(entry["id"], entry["title"], kind, body, (), steps)
        sections = [self._section(step, content[step["id"]]) for step in entry["steps"]]
        sections += self._answers(entry, content)
        return Chapter(entry["id"], entry["title"], kind, lead, tuple(sections), steps)

    def _lead(self, entry: dict[str, Any]) -> tuple[Node, ...]:
        """Return how long a unit takes and what one learns in it."""
        if not entry["outcomes"]:
            return ()
        outcomes = made("ul", *(made("li", outcome) for outcome in entry["outcomes"]))
        return (
            made("p", self.words("outcomes.minutes", count=entry["minutes"]), class_="minutes"),
            made(
                "section",
                made("p", made("strong", self.words("outcomes.title"))),
                outcomes,
                class_="outcomes",
                type_="learning-objective",
            ),
        )

    def _section(self, step: dict[str, Any], content: dict[str, Any]) -> Section:
        if step["kind"] == "quiz":
            body = questions(content["activity"], self.words)
        elif step["kind"] == "workshop":
            body = sheet(content["workshop"], self.words)
        else:
            body = prose(content["html"], 1)
        return Section(step["id"], step["title"], step["kind"], tuple(body))

    def _answers(self, entry: dict[str, Any], content: dict[str, Any]) -> list[Section]:
        asked = [
            (step["title"], said)
            for step in entry["steps"]
            if (said := self._answers_to(content[step["id"]]))
        ]
        if not asked:
            return []
        body: list[Node] = []
        for title, said in asked:
            if len(asked) > 1:
                body.append(made("h3", title))
            body += said
        return [Section(ANSWERS, self.words("answers"), "answers", tuple(body))]

    def _answers_to(self, content: dict[str, Any]) -> list[Node]:
        if "activity" in content:
            activity = content["activity"]
            return answers(activity, self._keys[activity["id"]], self.words)
        if "workshop" in content:
            return sheet_answers(content["workshop"], self.words)
        return []
