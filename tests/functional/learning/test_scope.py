"""What a link points at is what its windows get: no more, and in the right place."""

from __future__ import annotations

import pytest

from lti_tool.lti import Role
from tests.functional.school import School, Window
from tests.seeding import add_link


def window_at(school: School, target: str, role: Role = Role.LEARNER) -> Window:
    with school.database.transaction() as db:
        link_pk = add_link(db, school.seeded, 2, target=target)
    return school.open(role=role, link_pk=link_pk)


def scores(school: School, window: Window) -> dict[int, tuple[float, bool, str]]:
    window.do_quiz_one()
    return school.grades()


@pytest.mark.parametrize(
    ("target", "scope", "unit", "steps"),
    [
        ("", [], "syllabus", ["syllabus"]),
        ("syllabus", ["syllabus"], "syllabus", ["syllabus"]),
        ("part:apprendre", ["un", "deux"], "un", ["lecon", "quiz-un"]),
        ("deux", ["deux"], "deux", ["lecon", "quiz-deux"]),
        ("activity:quiz-deux", ["deux/quiz-deux"], "deux", ["quiz-deux"]),
        ("activity:gone", [], "syllabus", ["syllabus"]),
    ],
)
def test_a_link_begins_with_what_it_points_at(
    target: str, scope: list[str], unit: str, steps: list[str], school: School
) -> None:
    boot = window_at(school, target).get("/api/boot").get_json()
    assert boot["options"]["scope"] == scope
    assert {name: list(content["steps"]) for name, content in boot["units"].items()} == {
        unit: steps
    }


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_a_link_to_an_activity_gives_out_nothing_else(role: Role, school: School) -> None:
    window = window_at(school, "activity:quiz-un", role)
    assert list(window.get("/api/units/un").get_json()["steps"]) == ["quiz-un"]
    for unit in ("deux", "syllabus", "nowhere"):
        assert window.get(f"/api/units/{unit}").status_code == 404
    assert window.answer("quiz-un", "choix", "b").status_code == 200
    refused = window.answer("quiz-deux", "nombre", "1")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (404, "unknown_activity")
    assert window.post("/api/activities/quiz-deux/attempts", {}).status_code == 404


def test_a_reload_cannot_ask_for_a_unit_outside_the_link(school: School) -> None:
    boot = window_at(school, "un").get("/api/boot?unit=deux").get_json()
    assert list(boot["units"]) == ["un"]


def test_an_activity_s_column_counts_that_activity_alone(school: School) -> None:
    window = window_at(school, "activity:quiz-un")
    assert [grade[:2] for grade in scores(school, window).values()] == [(1.0, True)]


def test_a_part_s_column_counts_all_of_its_units(school: School) -> None:
    window = window_at(school, "part:apprendre")
    assert [grade[:2] for grade in scores(school, window).values()] == [(0.5, False)]


@pytest.mark.parametrize(
    ("target", "title"),
    [
        ("part:apprendre", "Apprendre"),
        ("un", "Première unité"),
        ("activity:quiz-deux", "Quiz de la deuxième unité"),
    ],
)
def test_the_instructor_s_table_says_what_the_link_points_at(
    target: str, title: str, school: School
) -> None:
    page = window_at(school, target, Role.INSTRUCTOR).get("/api/class").text
    assert f"Deux unités – {title}</p>" in page
