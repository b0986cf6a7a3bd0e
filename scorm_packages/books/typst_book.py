"""A whole book as Typst: cover, contents, chapters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from scorm_packages.books.book import ANSWERS, Book, Chapter
from scorm_packages.books.cover import WATER
from scorm_packages.books.epub_package import modified
from scorm_packages.books.markup import XHTML, Node, append
from scorm_packages.books.places import anchor, places
from scorm_packages.books.typst_code import Typesetter, labelled, literal
from scorm_packages.manifest import qualified

LAYOUT: Final = Path(__file__).parent / "book.typ"
OTHER_HOSTS: Final = ("https://", "http://", "mailto:")


def typst_book(book: Book) -> str:
    """Return the source of the book. Its pictures are at ``/media/``."""
    return "\n".join((LAYOUT.read_text(encoding="utf-8"), "#{", *_Setter(book).lines(), "}"))


def _name(chapter: str, own: str = "") -> str:
    return f"{chapter}#{own}"


class _Setter:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._place = places(book)
        self._known = frozenset(name for chapter in book.chapters for name in _names(chapter))

    def lines(self) -> Iterator[str]:
        yield from self._settings()
        yield from self._cover()
        yield from self._about()
        yield f"outline(title: {literal(self._book.words('contents'))}, depth: 3, indent: 1.2em)"
        for chapter in self._book.front:
            yield from self._chapter(chapter, 1)
        for part in self._book.parts:
            yield "pagebreak(weak: true)"
            yield f"heading(level: 1, {literal(part.title)})"
            if part.summary:
                yield f"par({literal(part.summary)})"
            for number, chapter in enumerate(part.chapters):
                yield from self._chapter(chapter, 2, on_new_page=number > 0)
        for chapter in self._book.back:
            yield from self._chapter(chapter, 1)

    def _settings(self) -> Iterator[str]:
        facts = self._book.facts
        year, month, day = modified(facts.version)[:10].split("-")
        authors = [who.name for who in facts.contributors if who.role == "author"]
        listed = "".join(f"{literal(name)}, " for name in authors)
        words = "".join(f"{literal(word)}, " for word in facts.keywords)
        date = f"datetime(year: {int(year)}, month: {int(month)}, day: {int(day)})"
        described = f"description: {literal(facts.description)}, " if facts.description else ""
        yield (
            f"set document(title: {literal(self._book.title)}, {described}"
            f"author: ({listed}), keywords: ({words}), date: {date})"
        )
        language, _, region = self._book.language.partition("-")
        country = f", region: {literal(region)}" if len(region) == len("FR") else ""
        yield f"set text(lang: {literal(language)}{country})"

    def _cover(self) -> Iterator[str]:
        partner = self._book.rendered.partner
        look = partner.look if partner else None
        fill = (look.accent if look else None) or WATER
        said = (look.mark if look else "") or self._book.institution
        yield (
            f"page(fill: rgb({literal(fill)}), numbering: none, margin: 3cm, "
            f"{{ set text(fill: white, size: 34pt, hyphenate: false); v(3cm); title(); "
            f"v(1fr); text(size: 16pt, {literal(said)}) }})"
        )

    def _about(self) -> Iterator[str]:
        book = self._book
        yield f"strong({literal(book.words('publication'))})"
        texts = [
            book.institution,
            book.rendered.outline["summary"],
            *(who.name for who in book.facts.contributors if who.role != "publisher"),
            book.words("version", version=book.facts.version),
            book.rendered.outline["licence"],
        ]
        yield from (f"par({literal(text)})" for text in texts if text)
        yield "pagebreak()"

    def _chapter(self, chapter: Chapter, level: int, *, on_new_page: bool = True) -> Iterator[str]:
        if on_new_page:
            yield "pagebreak(weak: true)"
        yield _heading(level, chapter.title, _name(chapter.id))
        yield self._typesetter(chapter, level).flow(self._marked(chapter.body))
        for section in chapter.sections:
            if section.kind == ANSWERS:
                yield "pagebreak(weak: true)"
            yield _heading(level + 1, section.title, _name(chapter.id, anchor(section)))
            yield self._typesetter(chapter, level).flow(self._marked(section.body), level + 1)

    def _typesetter(self, chapter: Chapter, level: int) -> Typesetter:
        return Typesetter(lambda address: self._target(chapter, address), level, _name(chapter.id))

    def _target(self, chapter: Chapter, address: str) -> str | None:
        if address.startswith(OTHER_HOSTS):
            return literal(address)
        place = self._place(chapter, address)
        name = _name(place.chapter, place.id) if place else ""
        return f"label({literal(name)})" if name in self._known else None

    def _marked(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """Say beside a link to a file that the file is not in the book."""
        for node in nodes:
            for link in () if isinstance(node, str) else node.iter(qualified(XHTML, "a")):
                if (link.get("href") or "").startswith("media/"):
                    append(link, [f" {self._book.words('attached')}"])
        return nodes


def _heading(level: int, title: str, name: str) -> str:
    return labelled(f"heading(level: {level}, {literal(title)})", name)


def _names(chapter: Chapter) -> Iterator[str]:
    """Yield the name of every place of a chapter that a link may lead to."""
    yield _name(chapter.id)
    bodies: list[tuple[Node, ...]] = [chapter.body]
    for section in chapter.sections:
        yield _name(chapter.id, anchor(section))
        bodies.append(section.body)
    for body in bodies:
        for node in body:
            if isinstance(node, etree._Element):
                yield from (_name(chapter.id, own) for e in node.iter() if (own := e.get("id")))
