"""What we write in French for others to print has the spaces of French typography."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_content.typography import typographic
from tests.unit.docs.test_lti import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = [
    *sorted((DOCS / "import").glob("*.md")),
    DOCS / "guide-conception.md",
    DOCS / "guide-enseignement.md",
]
CODE = re.compile(r"```.*?```|`[^`\n]*`|<https?:[^>]+>|\]\([^)]*\)", re.DOTALL)
"""What is typed or followed as it is."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_has_the_spaces_of_french(page: Path) -> None:
    for prose in CODE.split(page.read_text(encoding="utf-8")):
        for line in prose.splitlines():
            assert typographic(line, "fr") == line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_has_no_straight_marks_and_no_middle_dots_in_words(page: Path) -> None:
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    assert re.findall(r'\w+·\w+|"[^"]*"|\.{3}|\w\'\w', prose) == []
