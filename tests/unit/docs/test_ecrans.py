"""The pictures of the documents are there, small, and said in words."""

from __future__ import annotations

import ast
import re

from tests.unit.docs.test_lti import REPOSITORY

DOCS = REPOSITORY / "docs"


def shown_in(page: str) -> dict[str, str]:
    """The pictures of a page, with their words."""
    text = (DOCS / page).read_text("utf-8")
    found = re.findall(r"!\[([^\]]*)\]\((pictures/[\w-]+\.webp)\)", text)
    return {address: words for words, address in found}


SCREENS = shown_in("ecrans.md")
OF_GUIDE = shown_in("guide-enseignement.md")
PICTURES = {**OF_GUIDE, **SCREENS}
MOST_BYTES = 60_000
MOST_BYTES_TOGETHER = 500_000
"""Of one page."""
SHORTEST_WORDS = 40


def test_ten_pictures_are_shown_and_no_other_is_kept() -> None:
    kept = {f"pictures/{path.name}" for path in (DOCS / "pictures").glob("*.webp")}
    assert len(SCREENS) == 10
    assert kept == set(PICTURES)


def test_each_is_taken_by_the_command() -> None:
    sources = (REPOSITORY / "tools").glob("*screenshots.py")
    taken = {
        f"pictures/{node.args[0].value}.webp"
        for source in sources
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "pictures"
        and isinstance(node.args[0], ast.Constant)
    }
    assert taken == set(PICTURES)


def test_they_are_small_and_have_words() -> None:
    for page in (SCREENS, OF_GUIDE):
        sizes = [(DOCS / address).stat().st_size for address in page]
        assert max(sizes) <= MOST_BYTES
        assert sum(sizes) <= MOST_BYTES_TOGETHER
        assert [each for each, words in page.items() if len(words) < SHORTEST_WORDS] == []
