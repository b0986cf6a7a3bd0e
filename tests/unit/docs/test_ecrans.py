"""The pictures of ``docs/ecrans.md`` are there, small, and said in words."""

from __future__ import annotations

import ast
import re

from tests.unit.docs.test_lti import REPOSITORY

DOCS = REPOSITORY / "docs"
PICTURES = {
    address: words
    for words, address in re.findall(
        r"!\[([^\]]*)\]\((pictures/[\w-]+\.webp)\)", (DOCS / "ecrans.md").read_text("utf-8")
    )
}
MOST_BYTES = 60_000
MOST_BYTES_TOGETHER = 500_000
SHORTEST_WORDS = 40


def test_ten_pictures_are_shown_and_no_other_is_kept() -> None:
    kept = {f"pictures/{path.name}" for path in (DOCS / "pictures").glob("*.webp")}
    assert len(PICTURES) == 10
    assert kept == set(PICTURES)


def test_each_is_taken_by_the_command() -> None:
    source = (REPOSITORY / "tools" / "screenshots.py").read_text("utf-8")
    taken = {
        f"pictures/{node.args[0].value}.webp"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "pictures"
        and isinstance(node.args[0], ast.Constant)
    }
    assert taken == set(PICTURES)


def test_they_are_small_and_have_words() -> None:
    sizes = [(DOCS / address).stat().st_size for address in PICTURES]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= MOST_BYTES_TOGETHER
    assert [each for each, words in PICTURES.items() if len(words) < SHORTEST_WORDS] == []
