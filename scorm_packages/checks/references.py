"""What the files of a package load: pictures, scripts, styles, fonts.

Links that a reader may follow are not loads: a bibliography points to other hosts.
Pages that a script will write later travel as JSON inside the document; they are
looked into as well.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from scorm_packages.checks.archive import Archive
from scorm_packages.manifest import UnsafeXml, parse_untrusted

# fmt: off
LOADED_LINKS: Final = frozenset({
    "stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
    "manifest",
})
# fmt: on
LOADING_ATTRIBUTES: Final = {
    "src": None,
    "poster": None,
    "background": None,
    "data": frozenset({"object"}),
    "href": frozenset({"image", "use", "base", "script", "feimage"}),
    "{http://www.w3.org/1999/xlink}href": frozenset({"image", "use", "script", "feimage"}),
    "xlink:href": frozenset({"image", "use", "script", "feimage"}),
    "action": frozenset({"form"}),
    "formaction": None,
}
CSS_URL: Final = re.compile(r"""(?:url\(|@import)\s*(?:["']\s*)?([^"')\s;]+)""", re.IGNORECASE)
SCRIPT_LOAD: Final = re.compile(
    r"""\b(?:import|fetch|importScripts|sendBeacon|WebSocket|EventSource|SharedWorker|Worker)"""
    r"""\s*(?:\(\s*)?["'`]((?:[a-z]+:)?//[^"'`]*)["'`]""",
    re.IGNORECASE,
)
UNIT_SCRIPT: Final = re.compile(r"arrimageUnit\((\{.*\})\);\n?", re.DOTALL)
PAGES: Final = (".html", ".htm", ".xhtml")
INSIDE_THE_PAGE: Final = frozenset({"data", "blob", "about", "javascript"})


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that is loaded, as the file spells it."""

    url: str

    @property
    def is_external(self) -> bool:
        """Whether it leaves the package; a malformed address is taken for one that does."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return True
        return bool(parts.netloc) or (bool(parts.scheme) and parts.scheme not in INSIDE_THE_PAGE)

    def path_from(self, name: str) -> str | None:
        """The file that ``name`` means by it; ``None`` when it means no file."""
        parts = urlsplit(self.url)
        if parts.scheme or not parts.path:
            return None
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))


def references_in(name: str, archive: Archive) -> Iterator[Reference]:
    """What the file loads; nothing for kinds of file that load nothing."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _READERS:
        yield from _ADDRESSES.of(suffix, archive.read(name))


class _Addresses:
    """What files load, by their content: packages of a course have most files in common.

    Only a digest of the content is kept, and of no more than so many files.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[str, bytes], tuple[Reference, ...]] = {}

    def of(self, suffix: str, content: bytes) -> tuple[Reference, ...]:
        key = suffix, hashlib.sha256(content).digest()
        if key not in self._known:
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)), None)
            found = _READERS[suffix](content.decode("utf-8", "replace"))
            self._known[key] = tuple(map(Reference, found))
        return self._known[key]


def in_html(text: str) -> Iterator[str]:
    """Addresses that a page or a fragment of one loads."""
    if not text.strip():
        return
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:
        return
    for element in root.iter():
        if isinstance(element.tag, str):
            yield from _in_element(element)


def in_css(text: str) -> Iterator[str]:
    """Addresses that a style sheet loads."""
    for match in CSS_URL.finditer(text):
        yield match[1]


def in_script(text: str) -> Iterator[str]:
    """Addresses of other hosts that a script names where it loads something.

    A script that hands over a unit holds the unit's pages.
    """
    unit = UNIT_SCRIPT.fullmatch(text)
    if unit is not None:
        yield from _in_json(unit[1])
        return
    for match in SCRIPT_LOAD.finditer(text):
        yield match[1]


def in_svg(text: str) -> Iterator[str]:
    """Addresses that a drawing loads; one that is unsafe to read as XML is read as HTML is."""
    try:
        root = parse_untrusted(text.encode())
    except UnsafeXml:
        yield from in_html(text)
        return
    for element in root.iter():
        if isinstance(element.tag, str):
            yield from _in_element(element)


def _in_element(element: etree._Element) -> Iterator[str]:
    tag = str(element.tag).rpartition("}")[2].lower()
    for attribute, value in element.attrib.items():
        yield from _in_attribute(tag, str(attribute).lower(), str(value))
    if tag == "link" and LOADED_LINKS & set((element.get("rel") or "").lower().split()):
        yield element.get("href") or ""
    if tag == "style":
        yield from in_css(element.text or "")
    if tag == "script":
        yield from _in_inline_script(element)
    if tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
        yield (element.get("content") or "").partition("=")[2].strip("'\" ")


def _in_attribute(tag: str, attribute: str, value: str) -> Iterator[str]:
    if attribute == "srcset":
        yield from (part.split()[0] for part in value.split(",") if part.split())
    elif attribute == "style":
        yield from in_css(value)
    elif attribute in LOADING_ATTRIBUTES:
        tags = LOADING_ATTRIBUTES[attribute]
        if tags is None or tag in tags:
            yield value.strip()


def _in_inline_script(element: etree._Element) -> Iterator[str]:
    text = element.text or ""
    if (element.get("type") or "").lower() != "application/json":
        yield from in_script(text)
        return
    yield from _in_json(text)


def _in_json(text: str) -> Iterator[str]:
    for string in texts_in_json(text):
        if "<" in string:
            yield from in_html(string)


def texts_in_json(text: str) -> Iterator[str]:
    """Every text in JSON, which may be nested deeper than Python likes to call."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


_READERS: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    ".html": in_html,
    ".htm": in_html,
    ".xhtml": in_html,
    ".css": in_css,
    ".js": in_script,
    ".mjs": in_script,
    ".svg": in_svg,
}
_ADDRESSES: Final = _Addresses(1024)
