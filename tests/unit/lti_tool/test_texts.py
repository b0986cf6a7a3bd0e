"""What the tool says exists in French and in English."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import lti_tool
from lti_tool.lti import Fault
from lti_tool.services.refusals import EXPLANATIONS

ROOT = Path(lti_tool.__file__).parents[1]
LOCALE = ROOT / "lti_tool" / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES"
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
}
# A plain space, or none, where French typography wants one that does not break.
WRONG_SPACE = re.compile(r"[^\s\u00a0\u202f][;?!](?:\s|$)|[ ][:;?!»]|«[ ]|\w:(?:\s|$)")


@pytest.fixture(scope="module")
def written() -> set[str]:
    """The French texts that the code and the templates hold."""
    with (LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's own
    found = extract_from_dir(ROOT, methods, options, KEYWORDS, directory_filter=only_the_tool)
    return {ids[0] if isinstance(ids, tuple) else ids for _, _, ids, _, _ in found}


def only_the_tool(folder: str) -> bool:
    relative = Path(folder).relative_to(ROOT)
    return relative.parts[:1] in {(), ("lti_tool",)} and relative.name not in {
        "static",
        "migrations",
    }


@lru_cache(maxsize=1)
def english() -> Catalog:
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_text_is_translated_into_english(written: set[str]) -> None:
    assert len(written) > 50
    assert [text for text in sorted(written) if not english().get(text)] == []
    assert [text for text in sorted(written) if not english()[text].string] == []


def test_no_translation_is_left_of_a_text_that_is_gone(written: set[str]) -> None:
    kept = {message.id[0] if message.pluralizable else message.id for message in english()}
    assert kept - written - {""} == set()


def test_translations_keep_the_placeholders() -> None:
    problems = [error for message in english() for error in message.check(english())]
    assert problems == []


def test_the_compiled_catalogue_is_the_one_that_is_written() -> None:
    with (ENGLISH / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert texts(compiled) == texts(english())


def texts(catalogue: Catalog) -> dict[str, object]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            [message.string] if isinstance(message.string, str) else list(message.string or ())
        )
        for message in catalogue
        if message.id
    }


def test_french_texts_have_french_spaces(written: set[str]) -> None:
    assert [text for text in sorted(written) if WRONG_SPACE.search(text)] == []


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_cause_a_remedy_and_somebody_who_can_mend_it(fault: Fault) -> None:
    explanation = EXPLANATIONS[fault]
    assert explanation.cause
    assert explanation.remedy
    assert explanation.mender
    assert 400 <= explanation.status <= 403
