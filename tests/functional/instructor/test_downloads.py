"""The class table as a file: the same lines, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile

import lxml.etree

from lti_tool.lti import Role
from lti_tool.models import Learner
from lti_tool.services.sheets import as_csv, as_ods
from tests.functional.school import School

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def file_of(school: School, path: str, language: str = "fr") -> bytes:
    window = school.open(2, role=Role.INSTRUCTOR, language=language)
    answer = window.get(f"/api/class/table.{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    return answer.data


def lines(school: School, query: str = "", language: str = "fr") -> list[list[str]]:
    text = file_of(school, f"csv?{query}", language).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";" if language == "fr" else ","))


def cells(file: bytes) -> list[list[tuple[str, str]]]:
    """Return the kind and the text of each cell of a spreadsheet's sheet."""
    content = zipfile.ZipFile(io.BytesIO(file)).read("content.xml")
    return [
        [
            (cell.get(f"{OFFICE}value-type", ""), "".join(str(text) for text in cell.itertext()))
            for cell in row.iter(f"{TABLE}table-cell")
        ]
        for row in lxml.etree.fromstring(content).iter(f"{TABLE}table-row")
    ]


def test_the_csv_has_every_line_as_excel_in_french_opens_it(school: School) -> None:
    school.open(0).do_quiz_one(choix="a")

    file = file_of(school, "csv")
    head, _emile, zoe, _nobody = lines(school)

    assert file.startswith(b"\xef\xbb\xbf")
    assert head[:4] == ["Nom", "Situation", "Étapes vues", "Étapes"]
    assert zoe[:4] == ["Zoé Martin", "Dans la classe", "0", "5"]
    assert zoe[4:8] == ["66,67", "", "33,34", "En attente d’envoi"]


def test_the_csv_in_english_has_commas_between_and_points_within(school: School) -> None:
    school.open(0).do_quiz_one(choix="a")

    head, _emile, zoe, _nobody = lines(school, language="en")

    assert head[0] == "Name"
    assert zoe[4:7] == ["66.67", "", "33.34"]


def test_the_file_has_the_lines_of_the_view_in_its_order(school: School) -> None:
    school.open(0).do_quiz_one()

    found = [line[0] for line in lines(school, "search=e&sort=overall&direction=descending")[1:]]

    assert found == ["Zoé Martin", "Émile Noël"]


def test_the_spreadsheet_says_of_each_cell_what_it_is(school: School) -> None:
    school.open(0).do_quiz_one(choix="a")

    _head, _emile, zoe, _nobody = cells(file_of(school, "ods"))

    assert zoe[0] == ("string", "Zoé Martin")
    assert zoe[2] == ("float", "0")
    assert zoe[4] == ("float", "66.67")
    assert zoe[5] == ("", "")


FORMULAS = ('=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=cmd|' /C calc'!A0")


def test_no_name_becomes_a_formula(school: School) -> None:
    for name in FORMULAS:
        with school.database.transaction() as db:
            db.get_one(Learner, school.seeded.learner_ids[0]).name = name

        assert f"'{name}" in [line[0] for line in lines(school)]
        assert {row[0][0] for row in cells(file_of(school, "ods"))} == {"string"}


def test_what_no_document_may_hold_is_left_out() -> None:
    (file,) = [b"".join(as_ods("Classe\x0b", ["Nom"], [["A\x00\x1f\ud800\ufffeB"]]))]

    assert cells(file)[1][0] == ("string", "AB")
    assert b"".join(as_csv(["Nom"], [["A\x00\ud800B"]], "en")).endswith(b"A?B\r\n")


def test_a_long_table_leaves_in_pieces_while_it_is_read() -> None:
    read = []

    def rows() -> object:
        for number in range(20_000):
            read.append(number)
            yield ["Personne", number, 0.5]

    pieces = as_csv(["Nom", "Nombre", "Note"], rows(), "en")  # type: ignore[arg-type]  # an iterator

    next(pieces)
    assert 0 < len(read) < 10_000


def test_learners_cannot_take_the_table_out(school: School) -> None:
    for suffix in ("csv", "ods"):
        answer = school.open(0).get(f"/api/class/table.{suffix}")
        assert answer.get_json()["error"]["code"] == "instructors_only"
