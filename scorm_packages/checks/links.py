"""Where a page leads: what a reader may follow, as opposed to what the page loads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from lxml import etree, html

from scorm_packages.checks.archive import Archive
from scorm_packages.checks.references import PAGES, UNIT_SCRIPT, Reference, texts_in_json

LINKS: Final = ("a", "area")


def links_in(name: str, archive: Archive) -> Iterator[Reference]:
    """Yield the links of a page, of pages that it holds as JSON, or of a unit's script."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PAGES:
        yield from map(Reference, _in_page(_text(name, archive)))
    elif suffix == ".js":
        unit = UNIT_SCRIPT.fullmatch(_text(name, archive))
        if unit is not None:
            yield from map(Reference, _in_json(unit[1]))


def _text(name: str, archive: Archive) -> str:
    return archive.read(name).decode("utf-8", "replace")


def _in_page(text: str) -> Iterator[str]:
    if not text.strip():
        return
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:
        return
    for link in root.iter(*LINKS):
        yield (link.get("href") or "").strip()
    for script in root.iter("script"):
        if (script.get("type") or "").lower() == "application/json":
            yield from _in_json(script.text or "")


def _in_json(text: str) -> Iterator[str]:
    for string in texts_in_json(text):
        if "<" in string:
            yield from _in_page(string)
