from pathlib import Path
from typing import Any

from course_content.check import check_course
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
    edit(folder / "course.yaml", "parts:", "  - {key: oubliee, text: Oubliée.}\nparts:")
    edit(folder / "course.yaml", "references:", "  - {id: c2, title: Oublier}\nreferences:")
    assert warnings_of(folder) == [
        ("course.yaml", "The competency “c2” is served by no outcome and no question."),
        ("course.yaml", "The reference “oubliee” is cited nowhere."),
    ]


def test_a_heading_that_skips_a_level_is_told(minimal: Path) -> None:
    edit(minimal / "debut/bonjour/01-lecon.md", "On dit", "### Loin\n\nOn dit")
    assert warnings_of(minimal) == [
        ("debut/bonjour/unit.yaml", "A heading of the page “lecon” skips a level.")
    ]
