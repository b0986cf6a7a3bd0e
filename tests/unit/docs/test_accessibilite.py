"""``docs/accessibilite.md`` names each criterion of RGAA 4.1.2 once, and tests that exist."""

from __future__ import annotations

import re

import pytest

from tests.unit.docs.test_lti import REPOSITORY, functions_of

PAGE = (REPOSITORY / "docs" / "accessibilite.md").read_text(encoding="utf-8")
CRITERIA_OF_THEMES = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)
ROWS = re.findall(r"^\| (\d+\.\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
STATES = {"tenu", "non tenu", "sans objet", "à vérifier"}
NAMED_TESTS = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


def test_every_criterion_is_there_once_and_in_order() -> None:
    expected = [
        f"{theme}.{number}"
        for theme, count in enumerate(CRITERIA_OF_THEMES, start=1)
        for number in range(1, count + 1)
    ]
    assert [criterion for criterion, _, _ in ROWS] == expected


def test_every_criterion_has_a_state_and_says_how_it_is_known() -> None:
    assert {state for _, state, _ in ROWS} <= STATES
    assert [criterion for criterion, _, how in ROWS if not how.strip()] == []


def test_no_conformity_is_claimed() -> None:
    assert "rien ici n’affirme" in PAGE
    assert re.findall(r"\bconformes?\b|totalement conforme|taux de", PAGE) == []


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_the_tests_that_it_names_exist(path: str, name: str) -> None:
    assert name in functions_of(path)
