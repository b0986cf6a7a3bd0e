"""A mentor sees where those stand whom the platform names, and nobody and nothing else."""

from __future__ import annotations

import lxml.html
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import Attempt, Membership, Progress, Standing, WindowSession
from lti_tool.services.tokens import hashed
from tests.functional.instructor.test_class import rows
from tests.functional.school import School, Window


def mentor(school: School, *mentored: str) -> Window:
    window = school.open(2, role=Role.MENTOR)
    with school.database.transaction() as db:
        db.get_one(WindowSession, hashed(window.token)).mentored = list(mentored)
    return window


def names(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line[0] for line in rows(answer.text)]


def test_a_mentor_sees_those_whom_the_platform_names(school: School) -> None:
    school.open(0).do_quiz_one()
    school.open(1).do_quiz_one(choix="a")

    answer = mentor(school, "user-1", "stranger").get("/api/mentored")

    assert names(answer) == ["Zoé Martin"]
    assert "Émile" not in answer.text
    assert [cell.replace("\u202f", " ") for cell in rows(answer.text)[0][2:5]] == [
        "100 %",
        "–",
        "50 %",
    ]


@pytest.mark.parametrize("mentored", [(), ("stranger",)])
def test_a_mentor_of_nobody_here_is_told_what_a_mentor_may_see(
    school: School, mentored: tuple[str, ...]
) -> None:
    answer = mentor(school, *mentored).get("/api/mentored")

    page = lxml.html.fromstring(answer.text).text_content()
    assert "Personne à afficher pour l’instant" in page
    assert "vérifier qui vous accompagnez" in page
    assert "<table" not in answer.text


def test_who_left_the_class_is_shown_no_more(school: School) -> None:
    with school.database.transaction() as db:
        place = db.scalars(
            select(Membership).where(Membership.learner_id == school.seeded.learner_ids[0])
        ).one()
        place.standing = Standing.LEFT

    assert "Zoé" not in mentor(school, "user-1").get("/api/mentored").text


def test_a_mentor_never_sees_the_class(school: School) -> None:
    window = mentor(school, "user-1")

    for answer in (window.get("/api/class"), window.post("/api/class/roster", {})):
        assert answer.status_code == 403
        assert "Émile" not in answer.text
        assert "Zoé" not in answer.text


@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_a_mentor_s_page_is_for_mentors(school: School, role: Role) -> None:
    answer = school.open(0, role=role).get("/api/mentored")

    assert answer.status_code == 403
    assert answer.get_json()["error"]["code"] == "mentors_only"


def test_a_mentor_s_work_is_never_recorded(school: School) -> None:
    window = mentor(school, "user-1")

    window.answer("quiz-un", "choix", "b")
    window.put("/api/state", {"revision": 0, "state": {"visited": ["un/lecon"]}})
    window.post("/api/activities/quiz-un/attempts", {})

    with school.database.reading() as db:
        assert db.scalars(select(Attempt)).all() == []
        assert db.scalars(select(Progress)).all() == []
    assert school.grades() == {}


def test_a_reload_brings_a_page_that_knows_nobody(school: School) -> None:
    page = school.app.test_client().get("/mentored")

    assert page.status_code == 200
    assert "Zoé" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
