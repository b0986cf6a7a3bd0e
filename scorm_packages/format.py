"""What a format is: the same rendered course, boxed for another kind of runtime.

A format is one small module with a class and its manifest beside it; ``registry`` lists
them. It says what it is for and which options mean something to it, and names the files
that a package holds. How a zip is written, checked and handed over is common to all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from scorm_packages.check import check_package
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.options import Options
from scorm_packages.package import PackageError
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop, write_zip


class Format(ABC):
    """One way to box a course.

    ``name`` is how it is asked for, ``title`` what people call it; ``purpose`` says in a
    sentence when to take it. ``options`` are the names of those that change the package
    (see ``scorm_packages.options``); ``suffix`` is the file's ending. ``taken_as`` is the format
    that platforms take it for, where that is not its own.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    purpose: ClassVar[str]
    options: ClassVar[frozenset[str]] = frozenset({"language"})
    suffix: ClassVar[str] = ".zip"
    taken_as: ClassVar[str | None] = None

    @abstractmethod
    def write(
        self, course: RenderedCourse, options: Options, target: Path, workshop: Workshop
    ) -> Report:
        """Write the package as ``target``, whole or not at all, and return what its check says.

        Raise ``PackageError`` when it cannot be made, or when the check finds an error.
        """


class ZipFormat(Format):
    """A format whose package is a zip that ``scorm_packages.check`` knows.

    ``checked_as`` is the kind that the check must take it for. ``first`` are the files that
    have to come first in the zip, and are stored.
    """

    checked_as: ClassVar[str]
    first: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip. Raise ``PackageError``."""

    def warnings(self, _course: RenderedCourse, _options: Options, /) -> tuple[Finding, ...]:
        """Return what learners will miss in such a package, which no check of it can see."""
        return ()

    def write(
        self, course: RenderedCourse, options: Options, target: Path, workshop: Workshop
    ) -> Report:
        verdict = _Verdict(self)
        write_zip(
            self.files(course, options),
            target,
            workshop=workshop,
            first=self.first,
            verify=verdict,
        )
        found = verdict.report.findings
        return replace(verdict.report, findings=(*found, *self.warnings(course, options)))


class _Verdict:
    """Checks a zip before anybody gets it, and keeps what was found."""

    report: Report

    def __init__(self, package_format: ZipFormat) -> None:
        self._format = package_format

    def __call__(self, package: Path) -> None:
        self.report = check_package(package)
        refuse_faults(self.report, self._format.checked_as)


class UnsoundPackage(PackageError):
    """A package in which the check finds errors. ``report`` says which."""

    def __init__(self, message: str, remedy: str, report: Report) -> None:
        super().__init__(message, remedy)
        self.report = report


def refuse_faults(report: Report, kind: str) -> None:
    """Raise ``UnsoundPackage`` for a package that is not sound, or not what it should be.

    Nobody gets a package in which the check finds an error.
    """
    said = [f"- {finding}" for finding in report.errors]
    if report.kind != kind:
        said.append(f"- It would be taken for: {report.title}.")
    if said:
        listed = "\n".join(said)
        raise UnsoundPackage(
            f"The package would not be sound, so it was not made:\n{listed}\n",
            "What is wrong with a page or a drawing is mended in the course; "
            "anything else is a fault of Arrimage: please report it.",
            report,
        )
