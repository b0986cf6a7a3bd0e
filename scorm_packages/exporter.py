"""From a course's folder to packages in somebody's hands, with nothing made twice.

A package is kept under a key made of all that it depends on: the files of the course, the
format and the options that mean something to it, the partner's profile, and Arrimage itself.
Whoever asks for the same again gets the same bytes, without the course even being read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from course_content import render
from course_content.loader import CourseError, load_course
from course_content.model import Course
from scorm_packages.cache import Cache
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.format import Format
from scorm_packages.options import Options
from scorm_packages.package import PackageError, Progress, file_name, nobody_watches, replacing
from scorm_packages.partners import Partner
from scorm_packages.press import Press, chunks
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop

CODE: Final = (".css", ".dtd", ".html", ".js", ".json", ".py", ".typ", ".xsd")
DISTRIBUTION: Final = "arrimage"


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants: a format, with these options, for this partner or for anybody."""

    format: Format
    options: Options = field(default_factory=Options)
    partner: Partner | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A package that was handed over.

    ``checksum`` is its SHA-256; ``version`` is the course's. ``report`` is what its check
    said. ``is_new`` tells whether it had to be made.
    """

    path: Path
    checksum: str
    version: str
    language: str
    report: Report
    is_new: bool

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What the check would have liked better."""
        return self.report.warnings


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
        self._course: Course | None = None
        self._rendered: dict[str, RenderedCourse] = {}
        self._digest: str | None = None

    @property
    def course(self) -> Course:
        """The course as its files say it. Raise ``CourseError``."""
        if self._course is None:
            self._course = load_course(self._folder)
        return self._course

    def rendered(
        self, language: str | None = None, partner: Partner | None = None
    ) -> RenderedCourse:
        """Return the course in a language, the first one unless told, as a partner gives it.

        Raise ``CourseError`` and ``PackageError``.
        """
        chosen = language or self.course.languages[0]
        if chosen not in self._rendered:
            self._rendered[chosen] = RenderedCourse(self.course, chosen)
        rendered = self._rendered[chosen]
        return rendered if partner is None else rendered.for_partner(partner)

    def export(self, order: Order, out: Path, progress: Progress = nobody_watches) -> Made:
        """Write the package into the folder ``out``, under a name that says what it is.

        Raise ``CourseError`` when the course has mistakes, and ``PackageError`` when the
        package cannot be made.
        """
        key = self._key(order)
        return self._again(key, out, progress) or self._anew(key, order, out, progress)

    def export_all(
        self, orders: Iterable[Order], out: Path, progress: Progress = nobody_watches
    ) -> Iterator[Outcome]:
        """Write a package for each order, one after another; a failure does not stop the rest.

        ``progress`` is told of each of them anew.
        """
        for order in orders:
            try:
                yield Outcome(order, self.export(order, out, progress))
            except (CourseError, PackageError) as error:
                yield Outcome(order, None, str(error))

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
        workshop = Workshop(Press(self._cache), progress)
        report = order.format.write(rendered, order.options, target, workshop)
        made = Made(
            target,
            _checksum(target),
            rendered.course.version,
            rendered.language,
            report,
            is_new=True,
        )
        self._keep(key, made)
        return made

    def _key(self, order: Order) -> str:
        if self._digest is None:
            self._digest = folder_digest(self._folder)
        facts = {
            "tool": tool_digest(),
            "course": [self._folder.name, self._digest],
            "format": order.format.name,
            "options": order.options.of(order.format.options),
            "partner": order.partner.facts() if order.partner else None,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _again(self, key: str, out: Path, progress: Progress) -> Made | None:
        """Hand over what was made before, if it is still what it was."""
        if self._cache is None:
            return None
        kept, note = (self._cache.get(f"packages/{key}{end}") for end in (".package", ".json"))
        if kept is None or note is None:
            return None
        made = _noted(note, out)
        if made is None:
            return None
        digest = hashlib.sha256()
        size = kept.stat().st_size
        progress(0, size)
        try:
            with replacing(made.path) as stream:
                for chunk in chunks(kept):
                    digest.update(chunk)
                    stream.write(chunk)
                if digest.hexdigest() != made.checksum:
                    raise _DamagedCache
        except _DamagedCache:
            return None
        progress(size, size)
        return made

    def _keep(self, key: str, made: Made) -> None:
        if self._cache is None:
            return
        facts = {
            "name": made.path.name,
            "checksum": made.checksum,
            "version": made.version,
            "language": made.language,
            "report": made.report.as_json(),
        }
        note = json.dumps(facts).encode()
        self._cache.put(f"packages/{key}.package", lambda kept: kept.writelines(chunks(made.path)))
        self._cache.put(f"packages/{key}.json", lambda kept: kept.writelines([note]))
        self._cache.tidy()


class _DamagedCache(Exception):
    """What is kept is not what was put there."""


def _noted(note: Path, out: Path) -> Made | None:
    """Return what is noted of a package that is to go into ``out`` again."""
    try:
        facts: dict[str, Any] = json.loads(note.read_bytes())
        return Made(
            out / file_name(facts["name"]),
            facts["checksum"],
            facts["version"],
            facts["language"],
            Report.of_json(facts["report"]),
            is_new=False,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def folder_digest(folder: Path) -> str:
    """Return what changes whenever a file of the folder does: its name or its content.

    Files and folders whose names begin with a dot are none of the course's. Raise
    ``PackageError`` for a file that cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file():
            continue
        digest.update(f"{relative.as_posix()}\0".encode())
        digest.update(_file_digest(path))
    return digest.hexdigest()


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
            f"{path} cannot be read: {error.strerror}.",
            "Let the account that runs this program read it.",
        ) from error
    return digest.digest()
