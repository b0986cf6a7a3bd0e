"""Whether an EPUB will open, and lead where it says (EPUB 3.3; EPUB Accessibility 1.1).

Some of what EPUBCheck asks, in Python alone: what a broken export or a damaged copy gets
wrong. Our own tests hold every book against EPUBCheck itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from scorm_packages.checks.archive import Archive
from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.manifest import UnsafeXml, parse_untrusted

MIMETYPE: Final = "mimetype"
CONTAINER: Final = "META-INF/container.xml"
MEDIA_TYPE: Final = b"application/epub+zip"
PAGE_TYPE: Final = "application/xhtml+xml"
REQUIRED: Final = ("identifier", "title", "language")
ACCESSIBILITY: Final = ("accessMode", "accessibilityFeature", "accessibilityHazard")
OF_THE_CONTAINER: Final = "META-INF/"
AGAIN: Final = "Export the book again."


class EpubKind:
    """An EPUB of version 3."""

    name = "epub"
    title = "EPUB 3"

    def recognises(self, opened: Opened) -> bool:
        archive = opened.archive
        said = archive.read(MIMETYPE).strip() if MIMETYPE in archive.names else b""
        return said == MEDIA_TYPE or CONTAINER in archive.names

    def launches(self, opened: Opened) -> tuple[str, ...]:
        """Return the first page, which is where a reading system opens the book."""
        try:
            pages = _Publication(opened.archive).spine
        except _Unreadable:
            return ()
        return tuple(name for name in pages[:1] if name in opened.archive.names)

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        del schemas
        archive = opened.archive
        if MIMETYPE not in archive.names or archive.read(MIMETYPE) != MEDIA_TYPE:
            said = MEDIA_TYPE.decode("ascii")
            yield Finding(MIMETYPE, f"It does not say exactly {said}.", AGAIN)
        try:
            publication = _Publication(archive)
            yield from publication.metadata()
            yield from publication.items()
            yield from publication.order()
            yield from publication.links()
        except _Unreadable as error:
            yield error.finding


class _Unreadable(Exception):
    """A file without which nothing more can be said of the book."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.finding = Finding(place, message, AGAIN)


@dataclass(frozen=True, slots=True)
class _Item:
    name: str
    kind: str
    properties: frozenset[str]


class _Publication:
    """A book, as its package document describes it. Raise ``_Unreadable``."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        root = self._xml(CONTAINER)
        file = root.find("{*}rootfiles/{*}rootfile")
        self.package = (file.get("full-path") if file is not None else None) or ""
        self._root = self._xml(self.package or CONTAINER)
        if etree.QName(self._root).localname != "package":
            raise _Unreadable(CONTAINER, "It leads to no package document.")

    def _xml(self, name: str) -> etree._Element:
        if name not in self._archive.names:
            raise _Unreadable(name, "This file is missing.")
        try:
            return parse_untrusted(self._archive.read(name))
        except UnsafeXml as error:
            raise _Unreadable(name, f"Refused: {error}.") from error

    def _path(self, href: str, base: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href)))

    @cached_property
    def _items(self) -> Mapping[str, _Item]:
        return {
            item.get("id") or "": _Item(
                self._path(item.get("href") or "", self.package),
                item.get("media-type") or "",
                frozenset((item.get("properties") or "").split()),
            )
            for item in self._root.iterfind("{*}manifest/{*}item")
        }

    @cached_property
    def _references(self) -> tuple[str, ...]:
        return tuple(each.get("idref") or "" for each in self._root.iterfind("{*}spine/{*}itemref"))

    @property
    def spine(self) -> tuple[str, ...]:
        """The pages in reading order."""
        items = self._items
        return tuple(items[each].name for each in self._references if each in items)

    def metadata(self) -> Iterator[Finding]:
        """Ask for what every book has to say of itself (5.4), and of how it can be read."""
        held = self._root.find("{*}metadata")
        for name in REQUIRED:
            text = held.findtext(f"{{*}}{name}") if held is not None else None
            if not (text or "").strip():
                yield Finding(self.package, f"There is no dc:{name}.", "Say it in the metadata.")
        said = {each.get("property") for each in self._root.iterfind("{*}metadata/{*}meta")}
        if "dcterms:modified" not in said:
            yield Finding(self.package, "There is no dcterms:modified.", "Say it in the metadata.")
        for name in ACCESSIBILITY:
            if f"schema:{name}" not in said:
                message = (
                    f"Nothing says schema:{name}: readers cannot know whether they can use it."
                )
                yield Finding(self.package, message, "Say what is true of the book.", "warning")

    def items(self) -> Iterator[Finding]:
        """Hold the manifest against the files, in both directions (5.6)."""
        names = {item.name for item in self._items.values()}
        for name in sorted(names - self._archive.names):
            yield Finding(self.package, f"It lists {name}, which is not in the book.", AGAIN)
        linked = {
            self._path(each.get("href") or "", self.package)
            for each in self._root.iterfind("{*}metadata/{*}link")
        }
        for name in sorted(self._archive.names - names - linked - {MIMETYPE, self.package}):
            if not name.startswith(OF_THE_CONTAINER):
                yield Finding(self.package, f"It does not list {name}.", AGAIN)
        if sum("nav" in item.properties for item in self._items.values()) != 1:
            yield Finding(self.package, "There is not exactly one table of contents.", AGAIN)

    def order(self) -> Iterator[Finding]:
        """Ask whether there is an order to read in, of pages that exist (5.7)."""
        if not self._references:
            yield Finding(self.package, "No page is in the reading order.", AGAIN)
        for each in self._references:
            if each not in self._items:
                yield Finding(self.package, f"The reading order names {each[:80]!r}.", AGAIN)

    def links(self) -> Iterator[Finding]:
        """Follow every link of every page: to a page of the book, and to a place in it."""
        pages: dict[str, etree._Element] = {}
        for item in self._items.values():
            if item.kind == PAGE_TYPE and item.name in self._archive.names:
                try:
                    pages[item.name] = self._xml(item.name)
                except _Unreadable as error:
                    yield error.finding
        places = {
            name: frozenset(own for each in root.iter() if (own := each.get("id")))
            for name, root in pages.items()
        }
        for name, root in pages.items():
            for link in root.iter("{http://www.w3.org/1999/xhtml}a"):
                yield from self._link(name, link.get("href") or "", places)

    def _link(
        self, page: str, address: str, places: Mapping[str, frozenset[str]]
    ) -> Iterator[Finding]:
        try:
            is_elsewhere = bool(urlsplit(address).scheme or urlsplit(address).netloc)
        except ValueError:
            is_elsewhere = True
        if is_elsewhere or not address:
            return
        path, fragment = urldefrag(address)
        target = self._path(path, page) if path else page
        if target not in places:
            yield Finding(page, f"A link leads to {target}, which is no page of the book.", AGAIN)
        elif fragment and unquote(fragment) not in places[target]:
            yield Finding(
                page, f"A link leads to #{fragment} of {target}, which is not there.", AGAIN
            )
