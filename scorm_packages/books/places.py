"""Where a book's links lead: from the course's own addresses to the places of the book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from course_content.addresses import GLOSSARY
from scorm_packages.books.book import ANSWERS, Book, Chapter, Section


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the book: a chapter, and where in it; an empty ``id`` is its beginning."""

    chapter: str
    id: str = ""


def anchor(section: Section) -> str:
    """Return a section's id in its chapter."""
    return ANSWERS if section.kind == ANSWERS else f"step-{section.id}"


def places(book: Book) -> Callable[[Chapter, str], Place | None]:
    """Return what finds the place that a link of a chapter means.

    It returns ``None`` for what is not in the book: another host, a file, or a unit that the
    partner leaves out.
    """
    chapters = {chapter.id: chapter for chapter in book.chapters}

    def found(source: Chapter, address: str) -> Place | None:
        if not address.startswith("#/"):
            return Place(source.id, address[1:]) if address.startswith("#") else None
        chapter_id, _, step = address[2:].partition("/")
        chapter = chapters.get(chapter_id)
        if chapter is None:
            return None
        if chapter_id == GLOSSARY and step != GLOSSARY:
            return Place(chapter_id, f"term-{step}")
        if step not in chapter.steps:
            return None
        return Place(chapter_id, f"step-{step}" if chapter.sections else "")

    return found
