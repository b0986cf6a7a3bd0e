"""Workshops: what their files say, and what the player gets of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from course_content.loader import load_course
from course_content.model import Course, GridWorkshop, MapWorkshop
from course_content.render import outline, unit_content
from tests.unit.course_content.conftest import COURSES, edit, problems_of

MAP = "prototyper/carte/carte.yaml"
SORTING = "prototyper/suite/tri.yaml"
RADAR = "prototyper/suite/radar.yaml"
GRID = "prototyper/carte/grille.yaml"


@pytest.fixture
def atelier() -> Course:
    return load_course(COURSES / "atelier")


@pytest.fixture
def spoilt(copy_of: Callable[[str], Path]) -> Path:
    return copy_of("atelier")


def test_a_workshop_is_a_step_of_its_unit(atelier: Course) -> None:
    _page, first, second = atelier.units[0].steps
    assert isinstance(first, MapWorkshop)
    assert isinstance(second, GridWorkshop)
    assert second.reads == ("ma-carte",)


def test_a_workshop_is_no_activity_that_is_marked(atelier: Course) -> None:
    assert list(atelier.activities) == []
    assert [workshop.tool for workshop in atelier.workshops] == [
        "map", "grid", "sorting", "plan", "chain", "radar", "portfolio",
    ]  # fmt: skip


def test_a_workshop_is_found_by_its_id(atelier: Course) -> None:
    assert atelier.workshop("ma-grille").id == "ma-grille"
    with pytest.raises(KeyError):
        atelier.workshop("ma-note")


def test_the_table_of_contents_tells_a_workshop_from_a_page(atelier: Course) -> None:
    steps = outline(atelier, "fr")["parts"][1]["units"][0]["steps"]
    assert [(step["id"], step["kind"]) for step in steps] == [
        ("lecon", "page"),
        ("ma-carte", "workshop"),
        ("ma-grille", "workshop"),
    ]


def test_the_player_gets_a_workshop_with_the_works_that_it_reads(atelier: Course) -> None:
    content = unit_content(atelier, "carte", "fr")
    assert content["steps"]["ma-grille"]["workshop"] == {
        "id": "ma-grille",
        "tool": "grid",
        "title": "Ma grille",
        "instructions": "<p>Situez chaque partie prenante.</p>\n",
        "settings": {},
        "review": None,
        "group": False,
        "reads": [
            {
                "id": "ma-carte",
                "tool": "map",
                "title": "Ma carte des parties prenantes",
                "path": "carte/ma-carte",
                "settings": {},
            }
        ],
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (MAP, "tool: map", "tool: mpa", "“tool” is “mpa”, no tool of a workshop."),
        (GRID, "[ma-carte]", "[carte]", "“carte” is not a workshop that comes before this one."),
        (GRID, "[ma-carte]", "[ma-grille]", "“ma-grille” is not a workshop that comes before"),
        (GRID, "id: ma-grille", "id: ma-carte", f"The id “ma-carte” is used in {MAP} already."),
        (MAP, "tool: map", "tool: radar", "“axes” is missing."),
        (RADAR, "tool: radar", "tool: chain", "“axes” is no setting of the tool “chain”."),
        (RADAR, "id: identifier", "id: situer", "“axes[2].id” repeats “situer”."),
        (SORTING, "category: mecenat", "category: mecenas", "“cases[1].category” is “mecenas”"),
        (SORTING, "- category: achat", "- category: achats", "“cases[1].others[1].category” is"),
        (SORTING, "- category: achat", "- category: mecenat", "is where the case belongs."),
        (SORTING, "id: repas", "id: don", "“cases[2].id” repeats “don”."),
    ],
)
def test_a_mistake_in_a_workshop_is_reported(
    spoilt: Path, file: str, old: str, new: str, message: str
) -> None:
    edit(spoilt / file, old, new)
    assert any(each.path == file and message in each.message for each in problems_of(spoilt))


def test_what_instructions_cite_is_looked_up(spoilt: Path) -> None:
    edit(spoilt / MAP, "Placez", "Selon [@personne], placez")
    (problem,) = problems_of(spoilt)
    assert problem.message == "“@personne” is not a reference of this course."
    assert problem.line == 4


def test_a_sorting_comes_with_a_reason_for_every_answer(atelier: Course) -> None:
    settings = unit_content(atelier, "suite", "fr")["steps"]["mon-tri"]["workshop"]["settings"]
    assert [each["id"] for each in settings["categories"]] == ["mecenat", "achat", "recherche"]
    assert settings["cases"][0] == {
        "id": "don",
        "text": "<p>Une entreprise donne un four, sans rien attendre.</p>\n",
        "category": "mecenat",
        "feedback": "<p>Rien ne revient à l’entreprise.</p>\n",
        "others": {"achat": "<p>Un achat suppose un prix et une contrepartie.</p>\n"},
    }


def test_a_radar_comes_with_its_axes(atelier: Course) -> None:
    settings = unit_content(atelier, "suite", "fr")["steps"]["mon-radar"]["workshop"]["settings"]
    assert settings["axes"][1] == {
        "id": "identifier",
        "title": "Identifier les parties prenantes",
        "hint": "Votre carte.",
    }


PLAN = "prototyper/suite/plan.yaml"


def test_a_workshop_says_by_what_it_is_reviewed(atelier: Course) -> None:
    rubric = atelier.workshop("mon-plan").review
    assert rubric is not None
    assert [criterion.maximum for criterion in rubric.criteria] == [5, 3]
    assert rubric.maximum == 8
    assert atelier.workshop("mon-plan").graded
    assert not atelier.workshop("mon-portfolio").graded
    assert not atelier.workshop("ma-carte").graded


def test_the_player_gets_the_rubric(atelier: Course) -> None:
    steps = unit_content(atelier, "suite", "fr")["steps"]
    review = steps["mon-portfolio"]["workshop"]["review"]
    assert review == {
        "graded": False,
        "maximum": 1,
        "criteria": [
            {
                "id": "choix",
                "title": "Le choix",
                "levels": [
                    {"points": 0, "text": "Tout est montré."},
                    {"points": 1, "text": "Il a ses raisons."},
                ],
            }
        ],
    }
    assert steps["mon-tri"]["workshop"]["review"] is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("points: 2", "points: 5", "do not rise in points"),
        ("points: 2", "points: deux", "is not a whole number from"),
        ("id: methode", "id: promesse", "promesse"),
        ("graded: true", "graded: oui", "is neither true nor false"),
        (
            "        - {points: 3, text: Elle tient la promesse.}",
            "",
            "has the wrong number of entries: 1",
        ),
    ],
)
def test_a_rubric_that_cannot_be_used_is_a_mistake(
    spoilt: Path, old: str, new: str, message: str
) -> None:
    edit(spoilt / PLAN, old, new)
    assert any(message in str(problem) for problem in problems_of(spoilt))
