"""The guide for those who teach: its words are those of the pages, its links lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from babel.messages.pofile import read_po

from lti_tool.services import attention, item_analysis
from lti_tool.services.attention import RULE_WORDS
from lti_tool.services.delivery import DeliveryFault
from lti_tool.services.objections import DELIVERY_OBJECTIONS
from tests.unit.docs.test_lti import REPOSITORY

DOCS = REPOSITORY / "docs"
TEXT = (DOCS / "guide-enseignement.md").read_text(encoding="utf-8")
PROSE = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", TEXT)
QUOTED = sorted({" ".join(words.split()) for words in re.findall(r"«([^»]+)»", PROSE)})
LINKS = sorted(set(re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", TEXT)))
NUMBERS = {2: "deux", 3: "trois", 5: "cinq", 7: "sept", 14: "quatorze", 20: "vingt"}
ESSENTIAL = {DeliveryFault.SCORE_REFUSED, DeliveryFault.COLUMN_GONE, DeliveryFault.NOT_ALLOWED}


def texts_of_the_pages() -> Iterator[str]:
    """All that the pages may say in French, the player's included, their spaces made alike."""
    catalogue = REPOSITORY / "lti_tool" / "locale" / "en" / "LC_MESSAGES" / "messages.po"
    with catalogue.open("rb") as file:
        for message in read_po(file):
            forms = (message.id,) if isinstance(message.id, str) else message.id
            yield from (" ".join(form.replace("%%", "%").split()) for form in forms)
    player = REPOSITORY / "course_content" / "player" / "locale" / "fr.json"
    for text in json.loads(player.read_text(encoding="utf-8")).values():
        forms = (text,) if isinstance(text, str) else tuple(text.values())
        yield from (" ".join(form.split()) for form in forms)


SAID = frozenset(texts_of_the_pages())


def anchor(heading: str) -> str:
    """The address that a heading gets in its page."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("words", QUOTED)
def test_what_the_guide_quotes_is_written_on_a_page(words: str) -> None:
    assert words in SAID


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_the_guide_leads_somewhere(link: str) -> None:
    name, _, part = link.partition("#")
    page = DOCS / name if name else DOCS / "guide-enseignement.md"
    assert page.is_file()
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert not part or part in {anchor(heading) for heading in headings}


def test_the_guide_tells_every_reason_to_look_at_somebody_and_when() -> None:
    for words in RULE_WORDS.values():
        assert words.label in QUOTED, words.label
    table = TEXT[TEXT.index("| raison |") : TEXT.index("Ces raisons")].lower()
    for days in (attention.RETURNED_AFTER, attention.NEVER_OPENED_AFTER, attention.INACTIVE_AFTER):
        assert f"{NUMBERS[days // timedelta(days=1)]} jours" in table
    assert f"{NUMBERS[attention.NOT_PASSED_AFTER // timedelta(days=1)]} jours" in table
    assert f"{NUMBERS[attention.STUCK_TRIES]} essais" in table


def test_the_guide_says_from_how_many_answers_on_there_are_figures() -> None:
    needed = (item_analysis.LEAST_FOR_DIFFICULTY, item_analysis.LEAST_FOR_DISCRIMINATION)
    few, many = (NUMBERS[count] for count in needed)
    assert f"{few} pour la difficulté, {many} pour la discrimination" in TEXT


@pytest.mark.parametrize("fault", sorted(ESSENTIAL))
def test_the_guide_says_who_mends_what_keeps_a_grade_away(fault: DeliveryFault) -> None:
    assert " ".join(DELIVERY_OBJECTIONS[fault].cause.split()) in QUOTED
