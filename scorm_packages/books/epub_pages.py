"""The pages of an EPUB: well-formed XHTML with the meaning of each part said in ``epub:type``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from scorm_packages.books.book import Book, BookPart, Chapter
from scorm_packages.books.markup import (
    EPUB_TYPE,
    OPS,
    XHTML,
    XML_LANG,
    Node,
    append,
    made,
    rewrite_links,
)
from scorm_packages.books.places import anchor, places
from scorm_packages.manifest import qualified

STYLE: Final = "style.css"
COVER_PICTURE: Final = "cover.svg"

TYPES_OF_ROLES: Final = {
    "doc-noteref": "noteref",
    "doc-endnotes": "endnotes",
    "doc-biblioref": "biblioref",
    "doc-bibliography": "bibliography",
}
CHAPTER_ROLES: Final = {
    "preface": "doc-preface",
    "chapter": "doc-chapter",
    "glossary": "doc-glossary",
    "bibliography": "doc-bibliography",
}
SECTION_TYPES: Final = {"quiz": "assessment", "answers": "qna"}


@dataclass(frozen=True, slots=True)
class BookPage:
    """A page of the EPUB. ``name`` is its file; ``entries`` are its places in the contents."""

    name: str
    title: str
    kind: str
    body: tuple[Node, ...]
    entries: tuple[tuple[str, str], ...] = ()

    @property
    def images(self) -> Iterator[etree._Element]:
        for node in self.body:
            if not isinstance(node, str):
                yield from node.iter(qualified(XHTML, "img"))


def chapter_page(chapter: Chapter) -> str:
    return f"unit-{chapter.id}.xhtml"


def part_page(part: BookPart) -> str:
    return f"part-{part.id}.xhtml"


def pages(book: Book) -> tuple[BookPage, ...]:
    """Return every page in reading order, the table of contents left out."""
    return (
        _cover(book),
        _title_page(book),
        *(_chapter(book, chapter) for chapter in book.front),
        *(page for part in book.parts for page in _part(book, part)),
        *(_chapter(book, chapter) for chapter in book.back),
    )


def document(title: str, language: str, body: Iterable[Node]) -> bytes:
    """Return a whole page."""
    style = made("link", rel="stylesheet", type="text/css", href=STYLE)
    head = made("head", made("title", title), style)
    content = made("body")
    append(content, body)
    root = made("html", head, content, lang=language)
    root.set(XML_LANG, language)
    keep = {None: XHTML, "epub": OPS}
    etree.cleanup_namespaces(root, top_nsmap=keep)  # type: ignore[arg-type]  # None is the default
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _cover(book: Book) -> BookPage:
    alt = book.words("cover.alt", title=book.title)
    picture = made("img", src=COVER_PICTURE, alt=alt, role="doc-cover")
    body = made("section", picture, type_="cover", class_="cover", aria_label=book.words("cover"))
    return BookPage("cover.xhtml", book.words("cover"), "cover", (body,))


def _title_page(book: Book) -> BookPage:
    facts = book.facts
    summary = book.rendered.outline["summary"]
    people = made("ul", *(made("li", who.name) for who in facts.contributors))
    body = made(
        "section",
        made("h1", book.title),
        made("p", book.institution, class_="institution") if book.institution else None,
        made("p", summary, class_="summary") if summary else None,
        made(
            "section",
            made("h2", book.words("publication")),
            people if len(people) else None,
            made("p", book.words("version", version=facts.version)),
            made("p", book.rendered.outline["licence"]),
            type_="copyright-page",
        ),
        type_="titlepage",
        class_="titlepage",
    )
    return BookPage("title.xhtml", book.title, "titlepage", (body,))


def _part(book: Book, part: BookPart) -> Iterator[BookPage]:
    body = made(
        "section",
        made("h1", part.title, id="title"),
        made("p", part.summary) if part.summary else None,
        type_="part",
        role="doc-part",
        class_="part",
        aria_labelledby="title",
    )
    yield BookPage(part_page(part), part.title, "part", (body,))
    for chapter in part.chapters:
        yield _chapter(book, chapter)


def _chapter(book: Book, chapter: Chapter) -> BookPage:
    body = made(
        "section",
        made("h1", chapter.title, id="title"),
        *chapter.body,
        type_=chapter.kind,
        role=CHAPTER_ROLES[chapter.kind],
        aria_labelledby="title",
    )
    for section in chapter.sections:
        own = made("section", made("h2", section.title), *section.body, id=anchor(section))
        if section.kind in SECTION_TYPES:
            own.set(EPUB_TYPE, SECTION_TYPES[section.kind])
        body.append(own)
    _lead_links(book, chapter, body)
    _say_types(body)
    entries = tuple((section.title, anchor(section)) for section in chapter.sections)
    return BookPage(chapter_page(chapter), chapter.title, chapter.kind, (body,), entries)


def _lead_links(book: Book, chapter: Chapter, body: etree._Element) -> None:
    for link in body.iter(qualified(XHTML, "a")):
        if (link.get("href") or "").startswith("media/"):
            append(link, [f" {book.words('attached')}"])
    place_of = places(book)

    def target(address: str) -> str | None:
        if not address.startswith("#"):
            return None if address.startswith("media/") else address
        place = place_of(chapter, address)
        if place is None:
            return None
        page = "" if place.chapter == chapter.id else f"unit-{place.chapter}.xhtml"
        return f"{page}#{place.id}" if place.id else page or "#title"

    rewrite_links(body, target)


def _say_types(body: etree._Element) -> None:
    for element in body.iter():
        said = TYPES_OF_ROLES.get(element.get("role") or "")
        if said and element is not body:
            element.set(EPUB_TYPE, said)
