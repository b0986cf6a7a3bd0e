"""The export page has French words for what the exporter says in English."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import pytest

from lti_tool.services.export_form import spoken
from lti_tool.services.export_jobs import JobFault
from lti_tool.services.export_sentences import said
from lti_tool.services.export_words import FAULTS, OPTIONS, PURPOSES
from scorm_packages.checks.findings import Finding
from scorm_packages.exporter import Exporter, Order
from scorm_packages.options import Options
from scorm_packages.registry import FORMATS, find_format

COURSES = Path(__file__).parents[3] / "courses"


def test_every_format_has_its_purpose_in_french() -> None:
    assert FORMATS.keys() - PURPOSES.keys() == set()


def test_every_option_has_words_also_for_its_choices_or_what_to_write() -> None:
    assert OPTIONS.keys() == Options.declared().keys()
    for name, words in OPTIONS.items():
        choices = Options.declared()[name].choices
        assert name == "language" or set(choices) == words.choices.keys()
        assert choices or words.problem


def test_every_fault_has_words() -> None:
    assert FAULTS.keys() == set(JobFault)


def test_every_value_can_be_told_also_of_an_option_without_words() -> None:
    usual = Options()
    for field in dataclasses.fields(usual):
        assert spoken(field.name, getattr(usual, field.name))
    assert spoken("mastery", 62.5) == "62.5"
    assert spoken("a-new-one", "value") == "value"
    assert spoken("a-new-one", None) == "none"


@pytest.mark.parametrize("course", ["every-kind", "atelier"])
def test_whatever_the_check_says_of_our_packages_is_said_in_french(
    course: str, tmp_path: Path
) -> None:
    exporter = Exporter(COURSES / course)
    pieces = Options(structure="units", outline="no")
    for made in (
        exporter.export(Order(find_format("common-cartridge")), tmp_path),
        exporter.export(Order(find_format("scorm2004-4e"), pieces), tmp_path),
    ):
        assert made.warnings
        is_said_in_french(made.warnings)


def test_what_a_cmi5_package_in_pieces_is_warned_of_is_said_in_french(tmp_path: Path) -> None:
    order = Order(find_format("cmi5"), Options(structure="units"))
    made = Exporter(COURSES / "atelier").export(order, tmp_path)
    assert made.warnings
    is_said_in_french(made.warnings)
    assert "on n’y en trouve rien" in said(made.warnings[0].message).text


def is_said_in_french(findings: Iterable[Finding]) -> None:
    for finding in findings:
        for english in (finding.message, finding.remedy):
            french = said(english)
            assert french.is_translated, english
            assert french.text % french.values
