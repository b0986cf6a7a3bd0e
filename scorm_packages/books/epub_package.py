"""What an EPUB says of itself: its package document and its table of contents (EPUB 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from scorm_packages.books.book import Book, Chapter
from scorm_packages.books.epub_pages import (
    COVER_PICTURE,
    STYLE,
    BookPage,
    chapter_page,
    document,
    part_page,
)
from scorm_packages.books.markup import EPUB_TYPE, XML_LANG, made
from scorm_packages.books.places import anchor
from scorm_packages.manifest import add, serialize, start

OPF: Final = "http://www.idpf.org/2007/opf"
DC: Final = "http://purl.org/dc/elements/1.1/"
CONTAINER: Final = "urn:oasis:names:tc:opendocument:xmlns:container"

FOLDER: Final = "EPUB"
PACKAGE: Final = f"{FOLDER}/package.opf"
NAVIGATION: Final = "nav.xhtml"
RECORD: Final = "lom.xml"
PAGE_TYPE: Final = "application/xhtml+xml"
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".xhtml": PAGE_TYPE,
}
MAY_FLASH: Final = frozenset({".gif", ".webp", ".svg"})
MARC_ROLES: Final = {"author": "aut", "editor": "edt", "publisher": "pbl"}
FIRST_DAY: Final = date(1980, 1, 1)
"""Said of a course whose version is no date: the same as of the files in the zip."""

_DATED_VERSION: Final = re.compile(r"(\d{4})[.-](\d{1,2})(?:[.-](\d{1,2}))?(?!\d)")


def container() -> bytes:
    """Return what leads reading systems to the package document."""
    root = start(CONTAINER, "container")
    root.set("version", "1.0")
    facts = {"full-path": PACKAGE, "media-type": "application/oebps-package+xml"}
    add(add(root, "rootfiles"), "rootfile", attributes=facts)
    return serialize(root)


def identifier(book: Book) -> str:
    """Return what stays the same from one version of the book to the next."""
    partner = book.rendered.partner
    names = (book.facts.identifier, book.language, partner.name if partner else "")
    return uuid5(NAMESPACE_URL, "/".join(("arrimage", *names))).urn


def modified(version: str) -> str:
    """Return the day that a version names, at midnight, else a fixed one.

    A clock would make two exports of the same course differ.
    """
    found = _DATED_VERSION.match(version)
    day = FIRST_DAY
    if found:
        year, month, day_of_month = (int(number or 1) for number in found.groups())
        try:
            day = date(year, month, day_of_month)
        except ValueError:
            day = FIRST_DAY
    return f"{day.isoformat()}T00:00:00Z"


# --- The package document ------------------------------------------------------------------


def package_document(
    book: Book, pages: Iterable[BookPage], media: Iterable[str], *, may_flash: bool
) -> bytes:
    """Return the package document (EPUB 3.3, 5). ``media`` are names of what pages show."""
    pages = tuple(pages)
    root = start(OPF, "package")
    root.set("version", "3.0")
    root.set("unique-identifier", "identifier")
    root.set(XML_LANG, book.language)
    _metadata(root, book, pages, may_flash)
    _manifest(add(root, "manifest"), pages, media)
    spine = add(root, "spine")
    names = [page.name for page in pages]
    for name in (*names[:2], NAVIGATION, *names[2:]):
        add(spine, "itemref", attributes={"idref": item_id(name)})
    return serialize(root)


def item_id(name: str) -> str:
    return "item-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def _metadata(
    root: etree._Element, book: Book, pages: tuple[BookPage, ...], may_flash: bool
) -> None:
    facts = book.facts
    metadata = etree.SubElement(root, etree.QName(OPF, "metadata"), nsmap={"dc": DC})
    _dc(metadata, "identifier", identifier(book), id="identifier")
    _dc(metadata, "title", facts.title)
    _dc(metadata, "language", book.language)
    if facts.description:
        _dc(metadata, "description", facts.description)
    _contributors(metadata, book)
    for word in facts.keywords:
        _dc(metadata, "subject", word)
    if facts.rights:
        _dc(metadata, "rights", facts.rights)
    _meta(metadata, "dcterms:modified", modified(facts.version))
    _meta(metadata, "schema:version", facts.version)
    for name, value in accessibility(book, pages, may_flash=may_flash):
        _meta(metadata, f"schema:{name}", value)
    record = {"rel": "record", "href": RECORD, "media-type": "application/xml"}
    add(metadata, "link", attributes=record)


def _dc(metadata: etree._Element, name: str, text: str, **attributes: str) -> None:
    add(metadata, name, text, attributes, namespace=DC)


def _meta(metadata: etree._Element, name: str, text: str, refines: str = "") -> None:
    attributes = {"property": name} | ({"refines": refines} if refines else {})
    add(metadata, "meta", text, attributes)


def _contributors(metadata: etree._Element, book: Book) -> None:
    for number, who in enumerate(book.facts.contributors, 1):
        if who.role == "publisher":
            _dc(metadata, "publisher", who.name)
            continue
        own = f"person-{number}"
        _dc(metadata, "creator" if who.role == "author" else "contributor", who.name, id=own)
        if who.role in MARC_ROLES:
            attributes = {"property": "role", "refines": f"#{own}", "scheme": "marc:relators"}
            add(metadata, "meta", MARC_ROLES[who.role], attributes)


def accessibility(
    book: Book, pages: Iterable[BookPage], *, may_flash: bool
) -> Iterator[tuple[str, str]]:
    """Yield what is true of how the book can be read (EPUB Accessibility 1.1, 3).

    That it conforms to anything is for an assessor to say, so it is not said here.
    """
    images = [image for page in pages if page.kind != "cover" for image in page.images]
    is_described = all((image.get("alt") or "").strip() for image in images)
    yield "accessMode", "textual"
    if images:
        yield "accessMode", "visual"
    if is_described:
        yield "accessModeSufficient", "textual"
    if images:
        yield "accessModeSufficient", "textual,visual"
    for feature in ("tableOfContents", "structuralNavigation", "readingOrder", "ARIA"):
        yield "accessibilityFeature", feature
    yield "accessibilityFeature", "displayTransformability"
    if images and is_described:
        yield "accessibilityFeature", "alternativeText"
    yield "accessibilityHazard", "unknown" if may_flash else "none"
    words = book.words
    pictures = words("summary.pictures" if is_described else "summary.bare") if images else ""
    yield "accessibilitySummary", f"{words('summary.words')}{pictures}{words('summary.end')}"


def _manifest(manifest: etree._Element, pages: Iterable[BookPage], media: Iterable[str]) -> None:
    properties = {NAVIGATION: "nav", COVER_PICTURE: "cover-image"}
    names = (NAVIGATION, STYLE, COVER_PICTURE, *(page.name for page in pages), *sorted(media))
    for name in names:
        kind = MEDIA_TYPES[PurePosixPath(name).suffix.lower()]
        attributes = {"id": item_id(name), "href": name, "media-type": kind}
        if name in properties:
            attributes["properties"] = properties[name]
        add(manifest, "item", attributes=attributes)


# --- The table of contents -----------------------------------------------------------------


def navigation(book: Book, pages: Iterable[BookPage]) -> bytes:
    """Return the navigation document (EPUB 3.3, 7): contents, landmarks and figures."""
    words = book.words
    contents = made(
        "nav",
        made("h1", words("contents")),
        _contents(book),
        type_="toc",
        role="doc-toc",
        id="toc",
    )
    landmarks = made(
        "nav",
        made("h2", words("landmarks")),
        _links(_landmarks(book)),
        type_="landmarks",
        hidden="hidden",
    )
    figures = tuple(_figures(pages))
    shown = (
        made("nav", made("h2", words("figures")), _links(figures), type_="loi") if figures else None
    )
    nodes = [node for node in (contents, shown, landmarks) if node is not None]
    return document(words("contents"), book.language, nodes)


def _entry(title: str, href: str, below: etree._Element | None = None) -> etree._Element:
    return made("li", made("a", title, href=href), below)


def _links(links: Iterable[tuple[str, str, str]]) -> etree._Element:
    """Return a list of links: their titles, where they lead, and what that is."""
    listed = made("ol")
    for title, href, kind in links:
        entry = _entry(title, href)
        if kind:
            entry[0].set(EPUB_TYPE, kind)
        listed.append(entry)
    return listed


def _contents(book: Book) -> etree._Element:
    listed = made("ol", *(_chapter_entry(chapter) for chapter in book.front))
    for part in book.parts:
        below = made("ol", *(_chapter_entry(chapter) for chapter in part.chapters))
        listed.append(_entry(part.title, part_page(part), below))
    for chapter in book.back:
        listed.append(_chapter_entry(chapter))
    return listed


def _chapter_entry(chapter: Chapter) -> etree._Element:
    page = chapter_page(chapter)
    if not chapter.sections:
        return _entry(chapter.title, page)
    entries = (_entry(each.title, f"{page}#{anchor(each)}") for each in chapter.sections)
    return _entry(chapter.title, page, made("ol", *entries))


def _landmarks(book: Book) -> Iterator[tuple[str, str, str]]:
    words = book.words
    yield words("cover"), "cover.xhtml", "cover"
    yield words("contents"), "#toc", "toc"
    first = next((part_page(part) for part in book.parts), None)
    if first:
        yield words("start"), first, "bodymatter"
    for chapter in book.back:
        yield chapter.title, chapter_page(chapter), chapter.kind


def _figures(pages: Iterable[BookPage]) -> Iterator[tuple[str, str, str]]:
    """Yield what pictures show that have a caption; each figure gets an id to lead to."""
    for page in pages:
        number = 0
        for node in page.body:
            for figure in () if isinstance(node, str) else node.iter("{*}figure"):
                caption = figure.find("{*}figcaption")
                said = "".join(str(t) for t in caption.itertext()) if caption is not None else ""
                if not said.strip():
                    continue
                number += 1
                figure.set("id", f"figure-{number}")
                yield " ".join(said.split(" ")), f"{page.name}#figure-{number}", ""
