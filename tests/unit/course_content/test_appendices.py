"""The glossary and the bibliography: pages beside the way through a course."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course_content import render
from course_content.check import check_course
from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course, Page, texts_of
from tests.unit.course_content.conftest import COURSES, edit, problems_of


def page_of(course: Course, name: str) -> str:
    html: str = render.unit_content(course, name, "fr")["steps"][name]["html"]
    return html


@pytest.fixture
def with_glossary(minimal: Path) -> Path:
    """The smallest course, with a glossary of one word."""
    edit(minimal / "course.yaml", "parts:", "glossary: mots.yaml\nparts:")
    words = "terms:\n  - {id: mot, term: Mot, text: Un mot.}\n"
    (minimal / "mots.yaml").write_text(words, encoding="utf-8")
    return minimal


def test_the_glossary_is_in_alphabetical_order_whatever_the_accents(every_kind: Course) -> None:
    html = page_of(every_kind, "glossaire")
    assert re.findall(r"<dt[^>]*>(.*?)</dt>", html) == [
        *("Acteur", "Effet subi", "Épreuve", "Saillance")
    ]
    assert re.findall(r"<h2>(.)</h2>", html) == ["A", "E", "S"]


def test_an_entry_has_an_address_leads_to_pages_and_other_entries_and_cites(
    every_kind: Course,
) -> None:
    html = page_of(every_kind, "glossaire")
    assert '<dt id="term-saillance">Saillance</dt>' in html
    assert '<a href="#/textes/tout">le texte</a>' in html
    assert '<a class="term" href="#/glossaire/acteur">Acteur</a>' in html
    assert 'href="#ref-glossaire-freeman1984"' in html
    assert 'id="ref-glossaire-freeman1984"' in html


def test_the_bibliography_has_all_references_in_alphabetical_order(every_kind: Course) -> None:
    html = page_of(every_kind, "bibliographie")
    assert re.findall(r'<li id="ref-bibliographie-(\w+)">', html) == [
        *("donaldson1995", "freeman1984", "loi", "mitchell1997", "iso")
    ]
    assert "<em>Strategic Management</em>" in html
    assert 'href="https://doi.org/10.1017/CBO9781139192675"' in html


def test_a_reference_says_where_it_is_cited(every_kind: Course) -> None:
    entry = page_of(every_kind, "bibliographie").partition("ref-bibliographie-mitchell1997")[2]
    place = '<p class="cited-in">Cité dans\u00a0: <a href="#/textes/tout">'
    assert place in entry.partition("</li>")[0]


def test_the_syllabus_and_the_units_own_lists_count_as_places(minimal: Path) -> None:
    reference = "references:\n  - {key: une, text: Une source.}\nparts:"
    edit(minimal / "course.yaml", "parts:", reference)
    edit(minimal / "syllabus.md", "essayer.", "essayer [@une].")
    unit = minimal / "debut/bonjour/unit.yaml"
    unit.write_text(unit.read_text(encoding="utf-8") + "references: [une]\n", encoding="utf-8")
    course = load_course(minimal)
    first = course.units[0].steps[0].id
    assert re.findall(r'href="#/([^"]+)"', page_of(course, "bibliographie")) == [
        "syllabus/syllabus",
        f"bonjour/{first}",
    ]


def test_a_course_without_words_or_sources_has_no_such_pages() -> None:
    course = load_course(COURSES / "minimal")
    for name in ("glossaire", "bibliographie"):
        with pytest.raises(KeyError):
            render.unit_content(course, name, "fr")


def test_a_word_without_an_entry_is_reported_where_it_stands(with_glossary: Path) -> None:
    page = with_glossary / "syllabus.md"
    edit(page, "essayer.", "essayer un [mot](glossaire/mot) et un [autre](glossaire/mots).")
    (problem,) = problems_of(with_glossary)
    assert (problem.path, problem.line) == ("syllabus.md", 3)
    assert "“glossaire/mots” is not an entry of the glossary" in problem.message
    assert "glossaire/mot" in problem.remedy


def test_the_pages_themselves_may_be_linked_to_where_there_are_any(with_glossary: Path) -> None:
    page = with_glossary / "syllabus.md"
    edit(page, "essayer.", "essayer [les mots](glossaire/glossaire).")
    assert check_course(with_glossary).problems == ()
    edit(page, "glossaire/glossaire", "bibliographie/bibliographie")
    assert "is not a step" in problems_of(with_glossary)[0].message


def test_words_are_not_reported_while_the_glossary_itself_cannot_be_read(
    with_glossary: Path,
) -> None:
    edit(with_glossary / "syllabus.md", "essayer.", "essayer un [mot](glossaire/mot).")
    (with_glossary / "mots.yaml").write_text("terms: [", encoding="utf-8")
    (problem,) = problems_of(with_glossary)
    assert problem.path == "mots.yaml"
    (with_glossary / "mots.yaml").unlink()
    (problem,) = problems_of(with_glossary)
    assert "“mots.yaml” does not exist" in problem.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: mot", "id: glossaire", "“terms[1].id” is “glossaire”"),
        ("term: Mot, ", "", "“terms[1].term” is missing"),
        ("text: Un mot.", "text: 'Un [@absent].'", "“@absent” is not a reference"),
        ("text: Un mot.", "text: 'Voir [là](nulle/part).'", "“nulle/part” is not a step"),
        ("Un mot.}", "Un mot.}\n  - {id: mot, term: Bis, text: Bis.}", "repeats “mot”"),
    ],
)
def test_a_mistake_in_the_glossary_is_reported(
    with_glossary: Path, old: str, new: str, message: str
) -> None:
    edit(with_glossary / "mots.yaml", old, new)
    problems = problems_of(with_glossary)
    assert [message in problem.message for problem in problems] == [True], problems


@pytest.mark.parametrize("name", ["glossaire", "bibliographie"])
def test_no_unit_may_take_the_name_of_such_a_page(minimal: Path, name: str) -> None:
    edit(minimal / "course.yaml", "[bonjour]", f"[{name}]")
    (minimal / "debut/bonjour").rename(minimal / "debut" / name)
    assert "a name that the player uses itself" in problems_of(minimal)[0].message


def test_every_unit_of_the_module_names_words_of_the_glossary() -> None:
    course = load_course(BUILTIN_COURSES / "engagement-parties-prenantes")
    lessons = [unit for unit in course.units if unit.activities]
    assert len(lessons) == 13
    for unit in lessons:
        pages = [step for step in unit.steps if isinstance(step, Page)]
        texts = [text for page in pages for text in texts_of(page)]
        assert any("](glossaire/" in text for text in texts), unit.id
