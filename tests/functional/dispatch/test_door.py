"""A package at the tool's door: what it posts, what its frame may ask for, and who is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lti_tool.models import DispatchLicence, now
from lti_tool.services.dispatch_licences import Offer, Terms, revoke
from lti_tool.tool import Tool
from tests.functional.administration.conftest import COURSE, make_app

LMS = "https://lms.example"


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = make_app(database_url, "password")
    yield app
    app.extensions["arrimage"].close()


@pytest.fixture
def tool(app: Flask) -> Tool:
    tool: Tool = app.extensions["arrimage"]
    return tool


def licence(tool: Tool, *origins: str) -> DispatchLicence:
    today = now().date()
    terms = Terms("cnam", COURSE, "fr", 2, today, today + timedelta(days=9), origins)
    number = tool.licences.make(terms, Offer(("cnam",), {COURSE: ("fr",)}))
    with tool.database.reading() as db:
        return db.get_one(DispatchLicence, number)


def knock(app: Flask, tool: Tool, one: DispatchLicence, **form: str) -> TestResponse:
    said = {
        "licence": tool.licences.address(one).partition("#")[2],
        "learner": "0" * 64,
        "completion": "both",
        "mastery": "75",
        "statuses": "completed-failed",
        **form,
    }
    return app.test_client().post("/dispatch/launch", data=said, headers={"Origin": LMS})


def boot_of(answer: TestResponse) -> dict[str, Any]:
    found = re.search(r'id="boot">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    boot: dict[str, Any] = json.loads(found[1])
    return boot


def ask(app: Flask, path: str, token: str) -> TestResponse:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_package_opens_the_course_by_its_own_rules(app: Flask, tool: Tool) -> None:
    answer = knock(app, tool, licence(tool))
    assert answer.status_code == 200
    boot = boot_of(answer)
    assert boot["delivery"] == "dispatch"
    assert boot["options"]["completion"] == "both"
    assert boot["options"]["mastery"] == 75
    assert boot["options"]["statuses"] == "completed-failed"
    assert boot["units"] == {}
    assert set(boot["keys"]) == set(boot["quizzes"]) != set()
    assert "Set-Cookie" not in answer.headers
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]


def test_a_licence_for_one_platform_says_so_to_the_browser(app: Flask, tool: Tool) -> None:
    answer = knock(app, tool, licence(tool, LMS))
    assert answer.headers["Content-Security-Policy"].endswith(f"; frame-ancestors {LMS}")
    assert boot_of(answer)["options"]["places"] == [LMS]
    elsewhere = knock(app, tool, licence(tool, "https://other.example"))
    assert elsewhere.status_code == 403
    assert "ne vaut pas pour la plateforme" in elsewhere.text


def test_units_come_to_a_visit_and_to_nobody_else(app: Flask, tool: Tool) -> None:
    one = licence(tool)
    session = boot_of(knock(app, tool, one))["session"]
    unit = ask(app, "/dispatch/units/un", session)
    assert unit.status_code == 200
    assert unit.json is not None
    assert f"/content/{COURSE}/media/" in json.dumps(unit.json["content"])
    assert unit.json["feedback"] != {}
    assert ask(app, "/dispatch/units/nowhere", session).status_code == 404
    nobody = ask(app, "/dispatch/units/un", "")
    assert (nobody.status_code, nobody.json["error"]["code"]) == (401, "dispatch_visit_over")
    with tool.database.transaction() as db:
        revoke(db, one.id)
    late = ask(app, "/dispatch/units/un", session)
    assert late.status_code == 403
    assert "révoquée" in late.json["error"]["message"]


@pytest.mark.parametrize(
    "form",
    [
        {"completion": "never"},
        {"mastery": "101"},
        {"statuses": "passed"},
        {"learner": "ada@example.org"},
    ],
)
def test_what_no_package_of_ours_says_opens_nothing(
    app: Flask, tool: Tool, form: dict[str, str]
) -> None:
    answer = knock(app, tool, licence(tool), **form)
    assert answer.status_code == 400
    assert "ada@example.org" not in answer.text


def test_a_refusal_tells_the_learner_in_the_course_s_language_and_the_package(
    app: Flask, tool: Tool
) -> None:
    one = licence(tool)
    with tool.database.transaction() as db:
        revoke(db, one.id)
    answer = knock(app, tool, one)
    assert answer.status_code == 403
    assert '<html lang="fr">' in answer.text
    found = re.search(r'id="refusal">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    told = json.loads(found[1])
    assert told["code"] == "dispatch_revoked"
    assert re.fullmatch("[0-9A-Z]{4}-[0-9A-Z]{4}", told["reference"])
    assert "dispatch-refused.js" in answer.text


def test_the_address_alone_opens_nothing(app: Flask) -> None:
    answer = app.test_client().get("/dispatch/launch")
    assert answer.status_code == 400
    assert "s’ouvre depuis un cours" in answer.text
