"""From a platform's launch to the page of the role, and on to the gradebook: every part real."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import GradeDelivery, Progress
from lti_tool.services.delivery import deliver_due
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.conftest import COURSES
from tests.functional.grades.gradebook import Gradebook
from tests.functional.launch.lms import (
    ABSENT,
    AGS,
    INSTRUCTOR,
    SCORE_SCOPE,
    Answer,
    Asked,
    Key,
    Lms,
    Server,
)
from tests.functional.school import Window
from tests.seeding import COURSE


@pytest.fixture(scope="session")
def lms_key() -> Key:
    return Key("lms-key")


@pytest.fixture
def lms(lms_key: Key) -> Iterator[Lms]:
    with Server().running() as server:
        yield Lms(server, lms_key)


@pytest.fixture
def app(database_url: str, lms: Lms) -> Iterator[Flask]:
    app = create_app(
        Settings(database_url=database_url, course_roots=(COURSES,), default_course=COURSE)
    )
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        keep_platform(db, lms.registration)
    yield app
    tool.close()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def gradebook(lms: Lms) -> Gradebook:
    """A gradebook on the platform's own server, with columns 1 and 2."""
    gradebook = Gradebook()
    gradebook.url = lms.server.url
    gradebook.students = {"person-1"}

    def token(_asked: Asked) -> Answer:
        return Answer(body=gradebook.issue_token().body.encode())

    def scores(asked: Asked) -> Answer:
        sent = {"Authorization": asked.headers["authorization"]}
        sent["Content-Type"] = asked.headers["content-type"]
        reply = gradebook.take(asked.path, sent, asked.body)
        return Answer(reply.status, reply.body.encode(), reply.headers)

    lms.server.answers["/token"] = token
    for number in (1, 2):
        lms.server.answers[f"/items/{number}/lineitem/scores"] = scores
    return gradebook


def embedded(page: str, element: str) -> dict[str, Any]:
    found = re.search(rf'<script type="application/json" id="{element}">(.*?)</script>', page)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def column(gradebook: Gradebook, number: int = 1) -> dict[str, Any]:
    return {AGS: {"scope": [SCORE_SCOPE], "lineitem": gradebook.line_item(number)}}


def test_a_learner_s_launch_is_answered_with_the_player(lms: Lms, browser: FlaskClient) -> None:
    page = lms.enter(browser)

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    boot = embedded(page.text, "boot")
    assert boot["role"] == "learner"
    assert boot["learner"] == {"name": "Camille Exemple"}
    window = Window(browser, boot.pop("session"))
    assert window.get("/api/boot").get_json() == boot, "a reload begins with the same"


def test_the_token_is_in_no_address_and_in_no_cookie(lms: Lms, browser: FlaskClient) -> None:
    page = lms.enter(browser)
    token = embedded(page.text, "boot")["session"]

    assert page.text.count(token) == 1
    assert token not in str(page.headers)
    assert page.location is None


def test_an_instructor_s_launch_is_answered_with_the_class(lms: Lms, browser: FlaskClient) -> None:
    lms.enter(browser)

    page = lms.enter(
        browser,
        sub="teacher-1",
        name="Professeure Exemple",
        lti_roles=[INSTRUCTOR],
    )

    assert page.status_code == 200
    assert "Gestion de projet" in page.text
    assert "Camille Exemple" in page.text
    window = Window(browser, embedded(page.text, "session")["session"])
    assert "Camille Exemple" in window.get("/api/class").text
    preview = window.get("/api/boot").get_json()
    assert preview["role"] == "instructor"
    assert preview["classPage"] == "/class"


@pytest.mark.parametrize("roles", [[], [INSTRUCTOR]])
def test_a_hostile_name_stays_text(lms: Lms, browser: FlaskClient, roles: list[str]) -> None:
    name = "</script><script>alert(1)</script><!-- & \u2028"
    lms.enter(browser, name=name)

    page = lms.enter(browser, name=name, lti_roles=roles).text

    assert "<script>alert" not in page
    assert "</script><script" not in page


def test_a_score_goes_from_the_answer_to_the_gradebook(
    app: Flask, lms: Lms, browser: FlaskClient, gradebook: Gradebook
) -> None:
    tool: Tool = app.extensions["arrimage"]
    boot = embedded(lms.enter(browser, **column(gradebook)).text, "boot")
    window = Window(browser, boot["session"])
    window.do_quiz_one()
    assert window.get("/api/grade").get_json()["state"] == "pending"

    assert deliver_due(tool.database, tool.scores) == 1

    assert gradebook.grade("person-1") == 0.5
    assert window.get("/api/grade").get_json() == {"state": "sent", "score": 0.5, "error": None}


def test_work_done_through_one_link_counts_in_a_column_opened_later(
    app: Flask, lms: Lms, browser: FlaskClient, gradebook: Gradebook
) -> None:
    tool: Tool = app.extensions["arrimage"]
    first = embedded(lms.enter(browser, **column(gradebook)).text, "boot")
    Window(browser, first["session"]).do_quiz_one()

    lms.enter(
        browser,
        lti_resource_link={"id": "link-2", "title": "Unité 1"},
        lti_custom={"course": COURSE, "unit": "un"},
        **column(gradebook, 2),
    )

    assert deliver_due(tool.database, tool.scores) == 2
    assert gradebook.grade("person-1", 1) == 0.5
    assert gradebook.grade("person-1", 2) == 1


def test_a_refused_grade_gets_another_chance_when_the_activity_is_opened_again(
    app: Flask, lms: Lms, browser: FlaskClient, gradebook: Gradebook
) -> None:
    tool: Tool = app.extensions["arrimage"]
    gradebook.students.clear()
    boot = embedded(lms.enter(browser, **column(gradebook)).text, "boot")
    Window(browser, boot["session"]).do_quiz_one()
    deliver_due(tool.database, tool.scores)
    window = Window(browser, boot["session"])
    grade = window.get("/api/grade").get_json()
    assert grade["state"] == "refused"
    assert grade["error"] == "La plateforme refuse la note de cette personne."

    gradebook.students.add("person-1")
    lms.enter(browser, **column(gradebook))

    assert window.get("/api/grade").get_json()["state"] == "pending"


def test_opening_again_without_anything_new_sends_nothing(
    app: Flask, lms: Lms, browser: FlaskClient, gradebook: Gradebook
) -> None:
    tool: Tool = app.extensions["arrimage"]
    boot = embedded(lms.enter(browser, **column(gradebook)).text, "boot")
    Window(browser, boot["session"]).do_quiz_one()
    deliver_due(tool.database, tool.scores)

    lms.enter(browser, **column(gradebook))

    assert deliver_due(tool.database, tool.scores) == 0
    assert len(gradebook.received) == 1


def test_somebody_the_platform_does_not_name_gets_a_preview(
    app: Flask, lms: Lms, browser: FlaskClient, gradebook: Gradebook
) -> None:
    tool: Tool = app.extensions["arrimage"]
    nobody = {"sub": ABSENT, "name": ABSENT}
    boot = embedded(lms.enter(browser, **nobody, **column(gradebook)).text, "boot")

    Window(browser, boot["session"]).do_quiz_one()

    assert boot["learner"] == {"name": ""}
    assert boot["classPage"] is None
    with tool.database.reading() as db:
        for table in (Progress, GradeDelivery):
            assert db.scalar(select(func.count()).select_from(table)) == 0
