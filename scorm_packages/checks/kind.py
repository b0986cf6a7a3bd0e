"""What a kind of package is to the check: how it is known, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from lxml import etree

from scorm_packages.checks.archive import Archive
from scorm_packages.checks.findings import Finding

Schemas: TypeAlias = Callable[[str], Mapping[str, bytes]]
"""Gives the schemas of a set (``scorm12``, ``scorm2004-3e`` …), by file name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sound zip, and its ``imsmanifest.xml`` where it has one that can be read."""

    archive: Archive
    manifest: etree._Element | None = None


class Kind(Protocol):
    """Checks one kind of package. ``name`` is that of its format."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def recognises(self, opened: Opened) -> bool:
        """Whether the package means to be of this kind, however badly it is made."""
        ...

    def launches(self, opened: Opened) -> tuple[str, ...]:
        """Return the pages in the zip that a platform opens."""
        ...

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        """Yield all that breaks the kind's own rules.

        What every kind is asked for (names, addresses, launch pages) is not looked at here.
        """
        ...
