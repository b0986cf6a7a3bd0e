"""From a course's folder to packages in somebody's hands, with nothing made twice.

A package is kept under a key made of all that it depends on: the files of the course, the
format and the options that mean something to it, the partner's profile, and Arrimage itself.
Whoever asks for the same again gets the same bytes, without the course even being read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Final, TypeAlias

from course_content import render
from course_content.loader import CourseError, load_course
from course_content.model import Course
from scorm_packages.cache import Cache
from scorm_packages.format import Format
from scorm_packages.kept import KeptPackages, Made
from scorm_packages.options import Options
from scorm_packages.package import PackageError, Progress, file_name, nobody_watches
from scorm_packages.partners import Partner
from scorm_packages.press import Press, chunks, stamp
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop

CODE: Final = (".css", ".dtd", ".html", ".js", ".json", ".py", ".typ", ".xsd")
DISTRIBUTION: Final = "arrimage"

Stamps: TypeAlias = frozenset[tuple[PurePath, int, int, int]]
"""The files of a folder, each with what changes when it is written."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants: a format, with these options, for this partner or for anybody."""

    format: Format
    options: Options = field(default_factory=Options)
    partner: Partner | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order among many: a package, or why there is none."""

    order: Order
    made: Made | None
    failure: str | None = None


class Exporter:
    """Boxes the course in ``folder``.

    The course is read when it first has to be, and each of its languages rendered once,
    whatever is exported afterwards; whoever wants a change of its files to count takes a new
    exporter. Without a ``cache`` everything is made each time.
    """

    def __init__(self, folder: Path, cache: Cache | None = None) -> None:
        self._folder = folder
        self._cache = cache
        self._kept = KeptPackages(cache, folder) if cache else None
        self._press = Press(cache)
        self._course: Course | None = None
        self._rendered: dict[tuple[str, str | None], RenderedCourse] = {}
        self._digest: str | None = None
        self._stamps: Stamps | None = None

    @property
    def course(self) -> Course:
        """The course as its files say it. Raise ``CourseError``."""
        if self._course is None:
            self._look()
            self._course = load_course(self._folder)
        return self._course

    def rendered(
        self, language: str | None = None, partner: Partner | None = None
    ) -> RenderedCourse:
        """Return the course in a language, the first one unless told, as a partner gives it.

        Raise ``CourseError`` and ``PackageError``.
        """
        chosen = language or self.course.languages[0]
        key = chosen, json.dumps(partner.facts(), sort_keys=True) if partner else None
        if key not in self._rendered:
            self._rendered[key] = (
                self.rendered(chosen).for_partner(partner)
                if partner
                else RenderedCourse(self.course, chosen)
            )
        return self._rendered[key]

    def export(self, order: Order, out: Path, progress: Progress = nobody_watches) -> Made:
        """Write the package into the folder ``out``, under a name that says what it is.

        Raise ``CourseError`` when the course has mistakes, and ``PackageError`` when the
        package cannot be made.
        """
        made = self._made(order, out, progress)
        self._tidy()
        return made

    def export_all(self, orders: Iterable[Order], out: Path) -> Iterator[Outcome]:
        """Write a package for each order, one after another; a failure does not stop the rest."""
        for order in orders:
            try:
                yield Outcome(order, self._made(order, out, nobody_watches))
            except (CourseError, PackageError) as error:
                yield Outcome(order, None, str(error))
        self._tidy()

    def _made(self, order: Order, out: Path, progress: Progress) -> Made:
        key = self._key(order)
        again = self._kept.again(key, out, progress) if self._kept else None
        return again or self._anew(key, order, out, progress)

    def _tidy(self) -> None:
        if self._cache is not None:
            self._cache.tidy()

    def _anew(self, key: str, order: Order, out: Path, progress: Progress) -> Made:
        rendered = self.rendered(order.options.language, order.partner)
        parts = (
            rendered.course.slug,
            rendered.course.version,
            rendered.language,
            order.partner.name if order.partner else "",
            order.format.name,
        )
        target = out / f"{file_name(*parts)}{order.format.suffix}"
        workshop = Workshop(self._press, progress)
        report = order.format.write(rendered, order.options, target, workshop)
        made = Made(
            target,
            _checksum(target),
            rendered.course.version,
            rendered.language,
            report,
            is_new=True,
        )
        if self._kept is not None and folder_stamps(self._folder) == self._stamps:
            self._kept.keep(key, made, rendered.media, self._press)
        return made

    def _key(self, order: Order) -> str:
        facts = {
            "tool": tool_digest(),
            "course": [self._folder.name, self._folder_digest()],
            "format": order.format.name,
            "options": order.options.of(order.format.options),
            "partner": order.partner.facts() if order.partner else None,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _folder_digest(self) -> str:
        if self._digest is None:
            self._look()
            self._digest = folder_digest(self._folder)
        return self._digest

    def _look(self) -> None:
        """Remember the files as they were before any of them was read.

        A package is kept only if none has been written since: it might hold one as it was
        and another as it is.
        """
        if self._stamps is None and self._kept is not None:
            self._stamps = folder_stamps(self._folder)


def folder_digest(folder: Path) -> str:
    """Return what changes whenever a file of the folder does: its name or its content.

    Files and folders whose names begin with a dot are none of the course's. Raise
    ``PackageError`` for a file that cannot be read.
    """
    digest = hashlib.sha256()
    for path, relative in sorted(_files(folder)):
        # Of whatever bytes the system makes names.
        digest.update(os.fsencode(f"{relative.as_posix()}\0"))
        digest.update(_file_digest(path))
    return digest.hexdigest()


def folder_stamps(folder: Path) -> Stamps:
    """Return what changes whenever somebody writes one of the folder's files, found at a glance."""
    found = set()
    for path, relative in _files(folder):
        # What is removed at this moment is not there.
        with contextlib.suppress(OSError):
            found.add((relative, *stamp(path)))
    return frozenset(found)


def _files(folder: Path) -> Iterator[tuple[Path, PurePath]]:
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if not any(part.startswith(".") for part in relative.parts) and path.is_file():
            yield path, relative


@lru_cache(maxsize=1)
def tool_digest() -> str:
    """Return what changes whenever Arrimage may box differently: its version and its code."""
    digest = hashlib.sha256(_version().encode())
    for folder in (Path(render.__file__).parent, Path(__file__).parent):
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE and "courses" not in path.relative_to(folder).parts:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(_file_digest(path))
    return digest.hexdigest()


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""


def _checksum(path: Path) -> str:
    return _file_digest(path).hex()


def _file_digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    try:
        for chunk in chunks(path):
            digest.update(chunk)
    except OSError as error:
        raise PackageError(
            f"This file cannot be read: {error.strerror}.",
            "Let the account that runs this program read it.",
            str(path),
        ) from error
    return digest.digest()
