"""A teacher in the student view is nobody: what they do is kept, shown apart and never counted."""

from __future__ import annotations

import pytest

from lti_tool.lti import Role
from lti_tool.models import Learner
from tests.functional.instructor.registrar import Registrar, person
from tests.functional.instructor.test_class import class_html, rows
from tests.functional.instructor.test_roster import ask, figures, names
from tests.functional.school import School

TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


@pytest.fixture
def tried(school: School) -> School:
    """The school, in which the first of the three is a test user who has done a quiz."""
    with school.database.transaction() as db:
        db.get_one(Learner, school.seeded.learner_ids[0]).is_test_user = True
    school.open(0).do_quiz_one()
    return school


def test_a_test_user_s_work_is_kept_as_a_student_s_would_be(tried: School) -> None:
    attempts = tried.open(0).get("/api/boot").get_json()["snapshot"]["attempts"]

    assert attempts["quiz-un"]["completed"]


def test_a_test_user_s_grade_is_never_sent(tried: School) -> None:
    assert tried.grades() == {}

    tried.open(1).do_quiz_one()
    assert len(tried.grades()) == 1


def test_a_test_user_is_shown_last_marked_and_not_counted(tried: School) -> None:
    answer = tried.open(2, role=Role.INSTRUCTOR).get("/api/class")

    line = rows(class_html(tried))[-1]
    assert line[0] == "Zoé Martin Compte d’essai"
    assert line[5] == "Jamais envoyée"
    assert figures(answer)["Personnes"] == "2"
    assert figures(answer)["Note moyenne"] == "–"
    assert "les comptes d’essai ne comptent pas" in answer.text


def test_a_test_user_of_the_platform_s_list_is_known_as_one(
    school: School, registrar: Registrar
) -> None:
    registrar.members[0]["roles"] = ["Learner", TEST_USER]
    registrar.members.append(person(4, name="Aperçu", roles=[TEST_USER]))

    answer = ask(school)

    assert names(answer)[-2:] == ["Aperçu Compte d’essai", "Zoé Martin Compte d’essai"]
    assert figures(answer)["Personnes"] == "2"
