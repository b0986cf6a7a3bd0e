"""Whether a web site opens from a double-click, and leads where it says.

A site is known by its one folder, in which there are pages and no manifest. Files that lie
at the root of the zip are rather those of a package that lost its manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Final

from lxml import etree, html

from course_content.render import unit_script_name
from scorm_packages.checks.archive import Archive
from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.links import links_in
from scorm_packages.checks.references import PAGES, Reference, references_in

INDEX: Final = "index.html"
MANIFESTS: Final = ("imsmanifest.xml", "cmi5.xml", "tincan.xml")
TO_BE_READ: Final = (".txt", ".md")
"""Lies beside the pages for those who unpack the site; no page leads there."""

WITHOUT_PLATFORM: Final = "local"
AGAIN: Final = "Export the site again."


class HtmlKind:
    """A plain web site, in one folder."""

    name = "html"
    title = "Web site"

    def recognises(self, opened: Opened) -> bool:
        names = opened.archive.names
        if any(PurePosixPath(name).name in MANIFESTS for name in names):
            return False
        folder = _folder(opened.archive)
        return folder is not None and any(
            PurePosixPath(name).parent == folder and name.lower().endswith(PAGES) for name in names
        )

    def launches(self, opened: Opened) -> tuple[str, ...]:
        index = _Site(opened.archive).index
        return (index,) if index in opened.archive.names else ()

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        del schemas
        site = _Site(opened.archive)
        if site.index not in opened.archive.names:
            yield Finding(
                site.index,
                "This file is missing: nobody sees which page to open.",
                f"Call the first page {INDEX}, at the top of the folder.",
            )
            return
        yield from site.scripts()
        yield from site.player()
        yield from site.links()
        yield from site.strays()


def _folder(archive: Archive) -> PurePosixPath | None:
    """The one folder in which everything lies, if there is one."""
    tops = {PurePosixPath(name).parts[0] for name in archive.names}
    is_one = len(tops) == 1 and not archive.names & tops
    return PurePosixPath(tops.pop()) if is_one else None


@dataclass(frozen=True)
class _Site:
    """A site by its files, seen from its index page."""

    archive: Archive

    @cached_property
    def index(self) -> str:
        return f"{_folder(self.archive)}/{INDEX}"

    @cached_property
    def _page(self) -> etree._Element | None:
        text = self.archive.read(self.index)
        try:
            return html.document_fromstring(text, parser=html.HTMLParser(encoding="utf-8"))
        except etree.LxmlError:
            return None

    @cached_property
    def _boot(self) -> Mapping[str, Any]:
        """What the page tells the player, where it is one of ours."""
        for script in () if self._page is None else self._page.iter("script"):
            if script.get("id") == "boot":
                try:
                    told = json.loads(script.text or "")
                except (ValueError, RecursionError):
                    return {}
                return told if isinstance(told, dict) else {}
        return {}

    @cached_property
    def _units(self) -> tuple[str, ...]:
        """The files that bring what the page does not hold."""
        try:
            course, held = self._boot["course"], self._boot["units"]
            units = [unit["id"] for part in course["parts"] for unit in part["units"]]
            units += [each["id"] for each in course["appendices"]]
            names = [unit_script_name(unit) for unit in units if unit not in held]
        except (KeyError, TypeError):
            return ()
        folder = PurePosixPath(self.index).parent
        return tuple(f"{folder}/{name}" for name in names)

    @cached_property
    def _links(self) -> Mapping[str, tuple[Reference, ...]]:
        """The links of each file."""
        return {name: tuple(links_in(name, self.archive)) for name in sorted(self.archive.names)}

    def scripts(self) -> Iterator[Finding]:
        """Find scripts that do not run where a page is opened from a disk."""
        for script in () if self._page is None else self._page.iter("script"):
            if (script.get("type") or "").lower() == "module":
                yield Finding(
                    self.index,
                    "A script is a module: browsers do not run it from a double-click.",
                    "Build it as one classic script.",
                )

    def player(self) -> Iterator[Finding]:
        """Hold what the page tells the player against the files."""
        if self._boot.get("delivery", WITHOUT_PLATFORM) != WITHOUT_PLATFORM:
            yield Finding(self.index, "It waits for a platform, and there is none.", AGAIN)
        for name in self._units:
            if name not in self.archive.names:
                yield Finding(self.index, f"It needs {name}, which is not in the zip.", AGAIN)

    def links(self) -> Iterator[Finding]:
        """Follow every link that stays in the site."""
        for name, links in self._links.items():
            for link in links:
                path = None if link.is_external else link.path_from(name)
                if link.url.lower().startswith("file:"):
                    yield Finding(
                        name,
                        f"A link leads to {link.url[:80]}, on the disk of whoever made the site.",
                        "Put the file into the site, and link to it there.",
                    )
                elif path and path not in self.archive.names:
                    yield Finding(
                        name,
                        f"A link leads to {path[:80]}, which is not in the zip.",
                        "Add the file, or take the link away.",
                    )

    def strays(self) -> Iterator[Finding]:
        """Find files that no page leads to."""
        for name in sorted(self.archive.names - self._reached()):
            if PurePosixPath(name).suffix.lower() not in TO_BE_READ:
                yield Finding(name, "No page leads to this file.", "Leave it out.", "warning")

    def _reached(self) -> frozenset[str]:
        reached: set[str] = set()
        waiting = {self.index, *self._units} & self.archive.names
        while waiting:
            name = waiting.pop()
            reached.add(name)
            for each in (*references_in(name, self.archive), *self._links[name]):
                path = None if each.is_external else each.path_from(name)
                if path in self.archive.names and path not in reached:
                    waiting.add(path)
        return frozenset(reached)
