"""A course as its package would show it, before there is one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from course_content import render
from lti_tool.services.exports import ExportDesk
from scorm_packages.exporter import Exporter, Order
from scorm_packages.rendered import Launch

Stamp: TypeAlias = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: Stamp
    exporter: Exporter


class PreviewDesk:
    """Courses as they are on the disk now: each is read once, and again when a file changes.

    One for each process; it is safe to share among threads.
    """

    def __init__(self, desk: ExportDesk) -> None:
        self.desk = desk
        self._read: dict[str, _Read] = {}
        self._lock = threading.Lock()

    def exporter(self, slug: str) -> Exporter:
        """Return an exporter of a course as its files are now. Raise ``CourseNotFound``."""
        folder = self.desk.course_folder(slug)
        stamp = _stamp(folder)
        with self._lock:
            kept = self._read.get(slug)
            if kept is None or kept.stamp != stamp:
                kept = self._read[slug] = _Read(stamp, self.desk.exporter(folder))
            return kept.exporter

    def page(self, slug: str, order: Order) -> bytes:
        """Return the player's page with all of the course that a package would hold.

        The work that is done in it stays in the page. Raise ``CourseNotFound``,
        ``CourseError`` or ``PackageError``.
        """
        exporter = self.exporter(slug)
        with self._lock:
            rendered = exporter.rendered(order.options.language, order.partner)
            options = order.options.of(order.format.options)
            mastery = options.pop("mastery", None) if rendered.graded() else None
            rules = {"preview": True, **_rules(options)}
            return rendered.page(Launch("local", None, mastery, rules=rules))


def player_file(name: str, language: str) -> Path | None:
    """Return a file of the player as a package has it beside its page, or none.

    Raise ``PlayerNotBuilt``.
    """
    return render.player_files("local", language).get(name)


def _rules(options: dict[str, object]) -> dict[str, object]:
    return {name: options[name] for name in ("completion", "statuses") if name in options}


def _stamp(folder: Path) -> Stamp:
    """Return what changes with any file of a folder, as far as names, times and sizes tell."""
    found = []
    for path in sorted(folder.rglob("*")):
        status = path.stat()
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)
