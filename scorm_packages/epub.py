"""A course as an EPUB 3.3 book, to read on a phone or an e-reader, without a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from scorm_packages.books.book import Book
from scorm_packages.books.cover import cover
from scorm_packages.books.epub_package import (
    FOLDER,
    MAY_FLASH,
    NAVIGATION,
    PACKAGE,
    RECORD,
    container,
    navigation,
    package_document,
)
from scorm_packages.books.epub_pages import COVER_PICTURE, STYLE, BookPage, document, pages
from scorm_packages.format import ZipFormat
from scorm_packages.lom import lom_document
from scorm_packages.manifest import serialize
from scorm_packages.options import Options
from scorm_packages.press import Content
from scorm_packages.rendered import RenderedCourse

MIMETYPE: Final = "mimetype"
MEDIA_TYPE: Final = "application/epub+zip"
CONTAINER: Final = "META-INF/container.xml"
_STYLE_SHEET: Final = Path(__file__).parent / "books" / "epub.css"
_MOVING: Final = (b"<animate", b"<set", b"@keyframes")


class Epub(ZipFormat):
    name = "epub"
    title = "EPUB 3"
    purpose = "The course as a book for phones and e-readers, with questions and their answers."
    options = frozenset({"language"})
    suffix = ".epub"
    checked_as = "epub"
    first = (MIMETYPE,)

    def files(self, course: RenderedCourse, options: Options) -> Mapping[str, Content]:
        """Return everything in the package, by its name in the zip.

        Raise ``PackageError`` when a medium is missing.
        """
        del options
        book = Book.of(course)
        bound = pages(book)
        media = _shown(bound, course.media)
        contents: dict[str, Content] = {
            NAVIGATION: navigation(book, bound),
            COVER_PICTURE: cover(book),
            STYLE: _STYLE_SHEET,
            RECORD: serialize(lom_document(book.facts, medium=MEDIA_TYPE)),
            **{page.name: document(page.title, book.language, page.body) for page in bound},
            **media,
        }
        return {
            MIMETYPE: MEDIA_TYPE.encode("ascii"),
            CONTAINER: container(),
            PACKAGE: package_document(book, bound, media, may_flash=_may_flash(media)),
            **{f"{FOLDER}/{name}": content for name, content in contents.items()},
        }


def _shown(bound: Iterable[BookPage], media: Mapping[str, Content]) -> dict[str, Content]:
    """Return the media that pages show; what they only link to is no part of a book."""
    names = {image.get("src") or "" for page in bound for image in page.images}
    return {name: content for name, content in media.items() if name in names}


def _may_flash(media: Mapping[str, Content]) -> bool:
    """Whether a picture may move: nobody has looked whether it flashes."""
    return any(
        PurePosixPath(name).suffix.lower() in MAY_FLASH and _moves(name, content)
        for name, content in media.items()
    )


def _moves(name: str, content: Content) -> bool:
    if not name.lower().endswith(".svg"):
        return True
    drawing = content if isinstance(content, bytes) else content.read_bytes()
    return any(word in drawing for word in _MOVING)
