"""Damaged books are each caught, with the message that says what is wrong."""

import zipfile

import pytest

from scorm_packages.check import check_package
from scorm_packages.epub import Epub
from scorm_packages.zips import write_zip
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind
from tests.unit.scorm_packages.damages import added, replaced, without

PACKAGE = "EPUB/package.opf"
UNIT = "EPUB/unit-unite-un.xhtml"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    with zipfile.ZipFile(box(every_kind(folder / "course"), Epub(), folder)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replaced("mimetype", "epub", "zip"), "It does not say exactly application/epub+zip."),
        (without("mimetype"), "It does not say exactly application/epub+zip."),
        (without("META-INF/container.xml"), "This file is missing."),
        (replaced("META-INF/container.xml", PACKAGE, "EPUB/x.opf"), "This file is missing."),
        (replaced("META-INF/container.xml", PACKAGE, UNIT), "It leads to no package document."),
        (replaced("META-INF/container.xml", "full-path", "path"), "It leads to no package"),
        (replaced(PACKAGE, "<package", "<pack"), "Refused: it is not well-formed XML"),
        (replaced(PACKAGE, "dc:language", "dc:tongue"), "There is no dc:language."),
        (replaced(PACKAGE, "dcterms:modified", "dcterms:made"), "There is no dcterms:modified."),
        (replaced(PACKAGE, 'property="schema:accessMode"', 'property="x"'), "schema:accessMode:"),
        (replaced(PACKAGE, 'properties="nav"', ""), "not exactly one table of contents"),
        (replaced(PACKAGE, 'idref="item-title.xhtml"', 'idref="no"'), "The reading order names"),
        (replaced(PACKAGE, "itemref", "item-ref"), "No page is in the reading order."),
        (without(UNIT), f"It lists {UNIT}, which is not in the book."),
        (added("EPUB/more.xhtml", b"<html/>"), "It does not list EPUB/more.xhtml."),
        (replaced(UNIT, "</section>", ""), "Refused: it is not well-formed XML"),
        (replaced(UNIT, 'id="answer-quiz-un.seul"', ""), "which is not there."),
        (replaced("EPUB/nav.xhtml", "unit-unite-deux.xhtml", "gone.xhtml"), "no page of the book"),
    ],
)
def test_a_damaged_book_is_caught(tmp_path, files, damage, message):
    copy = dict(files)
    damage(copy)
    package = write_zip(copy, tmp_path / "damaged.epub")
    report = check_package(package)
    assert report.kind == "epub"
    assert any(message in finding.message for finding in report.findings), report.findings
