"""What Open edX's own code says of our launches, tokens, choices, grades and lists."""

from __future__ import annotations

import json
import re
import uuid

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.lti import NoToken, SigningKey, TokenClient
from lti_tool.models import Context, Membership, Platform, WindowSession
from lti_tool.services.delivery import deliver_due
from lti_tool.tool import Tool
from tests.functional.openedx.conftest import Campus, Form
from tests.functional.school import Window
from tests.seeding import COURSE
from tests.servers import PATIENCE_SECONDS

# The protocol is what is judged here, not the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AGS_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPES = [
    f"{AGS_SCOPE}score",
    f"{AGS_SCOPE}lineitem",
    f"{AGS_SCOPE}result.readonly",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
]
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


def someone() -> str:
    """Return the identifier of a person whom Open edX has not graded yet."""
    return f"person-{uuid.uuid4().hex}"


def student_window(app: Flask, campus: Campus, person: str, **clicked: object) -> Window:
    """Launch a student, and return the window that they work in."""
    browser = app.test_client()
    page = campus.launch(browser, person, "student", **clicked)
    assert page.status_code == 200, page.text
    boot = re.search(r'id="boot">(.*?)</script>', page.text, re.DOTALL)
    assert boot is not None
    return Window(browser, json.loads(boot[1])["session"])


def choose(campus: Campus, browser: FlaskClient, choice: str) -> Form:
    """Choose what to place in the course, as a teacher; return the form for Open edX."""
    picker = campus.launch(browser, "teacher-1", "staff", message_type="LtiDeepLinkingRequest")
    assert picker.status_code == 200, picker.text
    form = Form(picker.text)
    answer = browser.post(form.action, data={**form.hidden, form.name_of(choice): choice})
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


@pytest.mark.parametrize(
    ("role", "ours"),
    [
        ("student", "learner"),
        ("staff", "instructor"),
        ("instructor", "instructor"),
        ("global_staff", "instructor"),
        ("Moderator", "learner"),
        (None, "learner"),
    ],
)
def test_whom_open_edx_launches_gets_in_as_what_they_are_in_the_course(
    role: str | None, ours: str, campus: Campus, browser: FlaskClient, tool: Tool
) -> None:
    answer = campus.launch(browser, someone(), role, name="Camille Noël")
    assert answer.status_code == 200, answer.text
    with tool.database.reading() as db:
        window = db.scalars(select(WindowSession)).one()
        assert window.role == ours
        assert window.learner is not None
        assert window.learner.name == "Camille Noël"
        assert window.resource_link.context.title == "Gestion de projet"


def test_a_launch_of_open_edx_s_is_accepted_once(
    campus: Campus, browser: FlaskClient, tool: Tool
) -> None:
    form = campus.message(browser, someone(), "student")
    assert form.action == f"{campus.tool_url}/lti/launch"
    answers = [browser.post("/lti/launch", data=form.hidden) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    with tool.database.reading() as db:
        assert len(db.scalars(select(WindowSession)).all()) == 1


@pytest.mark.parametrize("scope", SCOPES)
def test_open_edx_gives_us_a_token_for_each_service(
    scope: str, campus: Campus, tool: Tool, platform: Platform
) -> None:
    token = tool.tokens.token(platform, (scope,))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["sub"] == platform.client_id
    assert claims["iss"] == campus.url
    assert claims["scopes"].split() == [scope]


def test_open_edx_gives_no_token_for_a_signature_that_is_not_ours(platform: Platform) -> None:
    stranger = SigningKey("kid", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with pytest.raises(NoToken) as refused:
        TokenClient(lambda: stranger).token(platform, SCOPES[:1])
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("choice", "custom"),
    [(COURSE, {"course": COURSE}), (f"{COURSE}/deux", {"course": COURSE, "unit": "deux"})],
)
def test_open_edx_keeps_what_a_teacher_chose(
    choice: str, custom: dict[str, str], campus: Campus, browser: FlaskClient
) -> None:
    form = choose(campus, browser, choice)
    answer = requests.post(form.action, data=form.hidden, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text
    (item,) = campus.items()
    assert item["type"] == "ltiResourceLink"
    assert item["url"].startswith(f"{campus.tool_url}/lti/launch")
    assert custom.items() <= item["custom"].items()
    assert item["lineItem"]["scoreMaximum"] == 100
    assert item["lineItem"]["label"] == item["title"]


def test_what_open_edx_keeps_opens_straight_there(
    campus: Campus, browser: FlaskClient, tool: Tool
) -> None:
    form = choose(campus, browser, f"{COURSE}/deux")
    requests.post(form.action, data=form.hidden, timeout=PATIENCE_SECONDS)
    (item,) = campus.items()
    answer = campus.launch(browser, someone(), "student", deep_linking_content_item_id=item["id"])
    assert answer.status_code == 200, answer.text
    with tool.database.reading() as db:
        assert db.scalars(select(WindowSession)).one().resource_link.target == "deux"


def test_open_edx_refuses_a_choice_that_was_changed_on_the_way(
    campus: Campus, browser: FlaskClient
) -> None:
    form = choose(campus, browser, COURSE)
    header, _, signature = form.hidden["JWT"].split(".")
    claims = jwt.decode(form.hidden["JWT"], options={"verify_signature": False})
    claims[f"{DL}content_items"][0]["url"] = "https://elsewhere.example/"
    body = jwt.utils.base64url_encode(json.dumps(claims).encode()).decode()
    changed = {"JWT": f"{header}.{body}.{signature}"}
    assert requests.post(form.action, data=changed, timeout=PATIENCE_SECONDS).status_code == 403


def test_finished_work_becomes_a_grade_in_open_edx(campus: Campus, app: Flask, tool: Tool) -> None:
    person = someone()
    window = student_window(app, campus, person)
    window.do_quiz_one(choix="a")
    window.answer("quiz-deux", "nombre", "25")
    while deliver_due(tool.database, tool.scores):
        pass
    (grade,) = campus.grades(person)
    assert grade == (pytest.approx(window.get("/api/grade").json["score"]), 20)


def test_the_class_that_open_edx_tells_of_is_the_instructor_s_table(
    campus: Campus, app: Flask, tool: Tool
) -> None:
    browser = app.test_client()
    page = campus.launch(browser, "person-3", "staff", name="Dominique Roy")
    token = re.search(r'"session":\s*"([^"]+)"', page.text)
    assert token is not None
    answer = Window(browser, token[1]).post("/api/class/roster", {})
    assert answer.status_code == 200, answer.text
    with tool.database.reading() as db:
        assert db.scalars(select(Context)).one().roster_error is None
        known = {(one.learner.name, one.role) for one in db.scalars(select(Membership))}
    assert {("Alex Martin", "learner"), ("Camille Noël", "learner")} <= known
