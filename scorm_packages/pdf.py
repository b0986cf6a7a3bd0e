"""A course as a tagged PDF, to print or to read where nothing else opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal, cast

import typst

from scorm_packages.books.book import Book
from scorm_packages.books.typst_book import typst_book
from scorm_packages.checks.findings import Report
from scorm_packages.format import Format
from scorm_packages.options import Options
from scorm_packages.package import PackageError, replacing
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop

UNIVERSAL_ACCESS: Final[Literal["ua-1"]] = "ua-1"
"""What Typst holds the file against (ISO 14289-1): it makes none that breaks a rule it knows."""


class Pdf(Format):
    name = "pdf"
    title = "PDF"
    purpose = "The course on A4 to print, tagged for screen readers, with sheets to fill in."
    options = frozenset({"language"})
    suffix = ".pdf"

    def write(
        self, course: RenderedCourse, options: Options, target: Path, workshop: Workshop
    ) -> Report:
        """Write the PDF as ``target``, whole or not at all. Raise ``PackageError``."""
        del options
        workshop.progress(0, 1)
        content = _typeset(course)
        with replacing(target) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        workshop.progress(1, 1)
        return Report(self.name, self.title, 1, len(content), (), ())


class _PageSetter:
    """A compiler that remembers the pages it set: partners' books differ in a few of them.

    Fonts of the machine are left alone: the same course gives the same bytes anywhere.
    """

    def __init__(self, root: Path) -> None:
        self._compiler = typst.Compiler(root=str(root), ignore_system_fonts=True)

    def pdf(self, source: bytes) -> bytes:
        """Raise ``typst.TypstError``."""
        content = self._compiler.compile(source, format="pdf", pdf_standards=UNIVERSAL_ACCESS)
        # Pictures come a page at a time, and nothing comes where a file is written.
        return cast("bytes", content)


def _typeset(course: RenderedCourse) -> bytes:
    source = typst_book(Book.of(course)).encode()
    root = course.course.folder if course.media else Path(__file__).parent
    setter = course.once(f"page setter/{root}", lambda: _PageSetter(root))
    try:
        return setter.pdf(source)
    except typst.TypstError as error:
        raise PackageError(
            f"The PDF could not be made: {error.message}.",
            "If it speaks of a picture, save that picture again; anything else is a fault of "
            "Arrimage: please report it.",
        ) from error
