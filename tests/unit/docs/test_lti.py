"""``docs/lti.md`` is true: its tests exist, and nothing of LTI that the code names is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lti_tool.lti.claims import LTI
from lti_tool.lti.deep_linking import DL

REPOSITORY = Path(__file__).parents[3]
PAGE = (REPOSITORY / "docs" / "lti.md").read_text(encoding="utf-8")
ROOM = REPOSITORY / "lti_tool"
SPECIFICATIONS = re.compile(r"https?://purl\.imsglobal\.org/(?:spec|vocab)/(\S+)")
MESSAGE = re.compile(r"Lti[A-Z]\w+")
ADDRESSES = {"LTI": LTI, "DL": DL}
VOCABULARIES = {
    "lis/v2/membership",  # the roles of Core A.2, whose row names the claim
}
PREFIXES = {"lti/claim/", "lti-dl/claim/"}
NAMED_TESTS = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))
HOMES = sorted(set(re.findall(r"`((?:lti|services|views)/\w+\.py|templates/[\w/]+)`", PAGE)))


@cache
def functions_of(path: str) -> frozenset[str]:
    """Return the tests of a file, read and not run."""
    tree = ast.parse((REPOSITORY / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def texts(module: Path) -> Iterator[str]:
    """Yield the texts of a module; ``f"{LTI}roles"`` is the whole address."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.JoinedStr):
            match node.values:
                case [ast.FormattedValue(value=ast.Name(id=prefix)), ast.Constant(value=str(name))]:
                    yield f"{ADDRESSES.get(prefix, '')}{name}"


def named_in_the_code() -> list[str]:
    """Return every claim, scope and message that the LTI room names, as the page writes it."""
    found = set()
    for module in (ROOM / "lti").rglob("*.py"):
        for text in texts(module):
            if address := SPECIFICATIONS.fullmatch(text):
                found.add(address[1])
            elif MESSAGE.fullmatch(text):
                found.add(text)
    return sorted(found - VOCABULARIES - PREFIXES)


@pytest.mark.parametrize(("path", "name"), NAMED_TESTS)
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions_of(path)


@pytest.mark.parametrize("name", named_in_the_code())
def test_what_the_code_names_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("home", HOMES)
def test_every_home_of_a_remedy_exists(home: str) -> None:
    assert (ROOM / home).exists()


def test_every_row_of_a_table_names_its_proof() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    proofs = [line for line in rows if re.search(r"`[\w/]+\.py::\w+` \|$", line)]
    headings = [line for line in rows if line.endswith("| test |")]
    assert len(rows) == len(proofs) + len(headings)
    assert len(proofs) > 100


def test_the_page_reads_the_code_and_not_nothing() -> None:
    assert {"lti/claim/roles", "lti-ags/scope/score", "LtiResourceLinkRequest"} <= set(
        named_in_the_code()
    )
