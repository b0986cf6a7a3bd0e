from pathlib import Path
from typing import Any

import pytest

from course_content.check import check_course
from course_content.loader import BUILTIN_COURSES
from tests.unit.course_content.conftest import COURSES, edit, problems_of


def warnings_of(folder: Path) -> list[tuple[str, str]]:
    report = check_course(folder)
    assert report.problems == ()
    return [(warning.path, warning.message) for warning in report.warnings]


def test_a_course_in_which_nothing_is_forgotten_gets_no_warning() -> None:
    assert warnings_of(COURSES / "every-kind") == []


def test_a_course_with_mistakes_gets_those_and_no_warnings() -> None:
    report = check_course(COURSES / "many-mistakes")
    assert report.problems == problems_of(COURSES / "many-mistakes")
    assert report.warnings == ()


def test_values_of_the_institution_are_checked_too() -> None:
    assert check_course(COURSES / "every-kind", {"inconnu": "x"}).problems


def test_a_page_without_translation_is_told() -> None:
    assert warnings_of(COURSES / "bilingual") == [
        ("partie/unite/unit.yaml", "The page “seule” is not there in “en”.")
    ]


def test_what_lies_in_the_folder_and_is_not_used_is_told(copy_of: Any) -> None:
    folder = copy_of("every-kind")
    (folder / "tout/oubliee").mkdir()
    (folder / "tout/oubliee/unit.yaml").touch()
    (folder / "tout/textes/03-oubliee.md").write_text("# Oubliée\n", encoding="utf-8")
    (folder / "media/oubliee.png").touch()
    assert warnings_of(folder) == [
        ("media/oubliee.png", "No text shows this file or links to it."),
        ("tout/oubliee/unit.yaml", "This unit is in no part."),
        ("tout/textes/03-oubliee.md", "This file is no step of its unit."),
    ]


def test_what_is_declared_and_not_used_is_told(copy_of: Any) -> None:
    folder = copy_of("every-kind")
    edit(
        folder / "course.yaml",
        "parts:",
        '  - {key: oubliee, url: "https://oubli.example/", text: Oubliée.}\nparts:',
    )
    edit(folder / "course.yaml", "references:", "  - {id: c2, title: Oublier}\nreferences:")
    assert warnings_of(folder) == [
        ("course.yaml", "The competency “c2” is served by no outcome and no question."),
        ("course.yaml", "The reference “oubliee” is cited nowhere."),
    ]


BRIEF = "This lesson announces 5 minutes only."
"""What the smallest course is told: its unit is shorter than a lesson."""

LESSON = "debut/bonjour/01-lecon.md"
UNIT = "debut/bonjour/unit.yaml"


def remarks_on(folder: Path) -> list[tuple[str, int | None, str]]:
    """The warnings but the one that the smallest course always gets."""
    warnings = check_course(folder).warnings
    return [(each.path, each.line, each.message) for each in warnings if each.message != BRIEF]


def test_a_heading_that_skips_a_level_is_told_with_its_line(minimal: Path) -> None:
    edit(minimal / LESSON, "On dit", "Un\n\n### Loin\n\nOn dit")
    assert remarks_on(minimal) == [(LESSON, 5, "This heading skips a level.")]


def test_a_lesson_that_announces_too_little_is_told(minimal: Path) -> None:
    assert [(each.path, each.line, each.message) for each in check_course(minimal).warnings] == [
        (UNIT, 2, BRIEF)
    ]


def test_a_unit_that_announces_too_much_is_told(minimal: Path) -> None:
    edit(minimal / UNIT, "minutes: 5", "minutes: 41")
    assert remarks_on(minimal) == [
        (UNIT, 2, "This unit announces 41 minutes and seems to take 1."),
        (UNIT, 2, "This unit announces 41 minutes."),
    ]


def test_words_exercises_and_questions_are_what_a_unit_takes(minimal: Path) -> None:
    exercise = "::: exercice À vous (14 minutes)\nÉcrivez.\n:::"
    edit(minimal / LESSON, "On dit bonjour.", f"{'mot ' * 1800}\n\n{exercise}")
    edit(minimal / UNIT, "minutes: 5", "minutes: 25")
    assert remarks_on(minimal) == []
    edit(minimal / UNIT, "minutes: 25", "minutes: 39")
    assert remarks_on(minimal) == [
        (UNIT, 2, "This unit announces 39 minutes and seems to take 25.")
    ]


@pytest.mark.parametrize(
    ("reference", "is_told"),
    [
        ("{key: r, text: Livre.}", True),
        ("{key: r, text: Un livre dont on ne dit ni qui ni quand mais longuement.}", True),
        ("{key: r, text: Livre., doi: 10.1000/182}", False),
        ('{key: r, text: Livre., url: "https://livre.example/"}', False),
        ("{key: r, text: 'Autrice, A. (1999). Un livre. Maison des livres.'}", False),
    ],
)
def test_a_reference_that_nobody_could_find_is_told(
    minimal: Path, reference: str, is_told: bool
) -> None:
    edit(minimal / "course.yaml", "parts:", f"references:\n  - {reference}\nparts:")
    edit(minimal / LESSON, "On dit bonjour.", "On dit bonjour [@r].")
    message = "The reference “r” cannot be found by what it says."
    assert remarks_on(minimal) == ([("course.yaml", 9, message)] if is_told else [])


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('Il dit "oui".', 'A straight quotation mark stands here: “Il dit "oui".”.'),
        ("Il attend...", "Three dots stand for an ellipsis: “Il attend...”."),
        ("Les amis' livres", "A straight apostrophe stands here: “Les amis' livres”."),
        ("Le **but**: dire", "A space is missing before a high mark: “Le but: dire”."),
        ("Vraiment ? L'autre : « oui » à 9:30.", None),
        ('`"code..."`, [it\'s "so": yes...]{lang=en} et <https://a.example/x...>', None),
    ],
)
def test_typography_that_no_renderer_mends_is_told_with_its_line(
    minimal: Path, written: str, told: str | None
) -> None:
    edit(minimal / LESSON, "On dit bonjour.", f"On dit bonjour\nà tous.\n{written}")
    assert remarks_on(minimal) == ([(LESSON, 5, told)] if told else [])


def test_typography_is_looked_at_in_questions_too(minimal: Path) -> None:
    edit(minimal / "debut/bonjour/quiz.yaml", "feedback: Oui.", "feedback: Oui...")
    message = "Three dots stand for an ellipsis: “Oui...”."
    assert remarks_on(minimal) == [("debut/bonjour/quiz.yaml", 9, message)]


def drawing(folder: Path, inside: str) -> None:
    """Have the lesson show a drawing."""
    (folder / "media").mkdir()
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    (folder / "media/dessin.svg").write_text(svg, encoding="utf-8")
    edit(folder / LESSON, "On dit bonjour.", "![Un dessin](media/dessin.svg)")


def test_the_words_of_a_drawing_are_read(minimal: Path) -> None:
    drawing(minimal, "<text>Qui manque ?</text><text>Et qui\u202f?</text>")
    message = "An ordinary space stands at a high mark: “Qui manque ?”."
    assert remarks_on(minimal) == [("media/dessin.svg", None, message)]


def test_an_image_that_weighs_too_much_is_told(minimal: Path) -> None:
    drawing(minimal, f"<desc>{'x' * 210 * 1024}</desc>")
    assert remarks_on(minimal) == [("media/dessin.svg", None, "This image weighs 210 KiB.")]


def test_the_course_that_comes_with_arrimage_is_clean() -> None:
    report = check_course(BUILTIN_COURSES / "engagement-parties-prenantes")
    assert (report.problems, report.warnings) == ((), ())
