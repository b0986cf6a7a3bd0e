"""What a page of ours would never send: refused with a clear answer, and nothing kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.models import Attempt, Progress, WindowSession, now
from tests.functional.school import School, Window

PATHS = [
    ("GET", "/api/boot"),
    ("GET", "/api/units/un"),
    ("PUT", "/api/state"),
    ("POST", "/api/activities/quiz-un/answers"),
    ("POST", "/api/activities/quiz-un/attempts"),
    ("GET", "/api/grade"),
    ("GET", "/api/class"),
]


HEADERS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer \x00\xff"},
    {"Cookie": "session=TOKEN"},
    {"Authorization": "Basic TOKEN"},
]


def test_without_a_good_token_nothing_is_told(school: School) -> None:
    window = school.open()
    for (method, path), headers in product(PATHS, HEADERS):
        shown = {name: value.replace("TOKEN", window.token) for name, value in headers.items()}

        answer = school.app.test_client().open(path, method=method, headers=shown, json={})

        assert answer.status_code == 401, (path, headers)
        assert set(answer.get_json()["error"]) == {"code", "message", "remedy", "reference"}
        assert answer.get_json()["error"]["code"] == "session_unknown"


def test_a_token_in_the_address_opens_nothing(school: School) -> None:
    token = school.open().token

    answer = school.app.test_client().get(f"/api/boot?session={token}&access_token={token}")

    assert answer.status_code == 401


def test_a_session_that_is_over_says_so(school: School) -> None:
    window = school.open()
    with school.database.transaction() as db:
        db.scalars(select(WindowSession)).one().expires_at = now() - timedelta(seconds=1)

    answer = window.get("/api/boot")

    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "session_expired"
    assert "Rouvrez" in answer.get_json()["error"]["remedy"]


NO_ANSWERS: list[tuple[Any, int, str]] = [
    ({"attempt": 1, "question": "choix", "response": "z"}, 400, "invalid_response"),
    ({"attempt": 1, "question": "choix"}, 400, "invalid_response"),
    ({"attempt": 1, "question": "choix", "response": {"a": ["b"]}}, 400, "invalid_response"),
    ({"attempt": 1, "question": "autre", "response": "a"}, 404, "unknown_question"),
    ({"attempt": 7, "question": "choix", "response": "a"}, 409, "unknown_attempt"),
    ({"attempt": -1, "question": "choix", "response": "a"}, 409, "unknown_attempt"),
    ({"attempt": "1", "question": "choix", "response": "a"}, 400, "unreadable_request"),
    ({"attempt": True, "question": "choix", "response": "a"}, 400, "unreadable_request"),
    ({"attempt": 1.5, "question": "choix", "response": "a"}, 400, "unreadable_request"),
    ({"attempt": 10**20, "question": "choix", "response": "a"}, 400, "unreadable_request"),
    ({"attempt": 1, "question": ["choix"], "response": "a"}, 400, "unreadable_request"),
    ({"question": "choix", "response": "a"}, 400, "unreadable_request"),
    ([], 400, "unreadable_request"),
    (None, 400, "unreadable_request"),
    ("choix", 400, "unreadable_request"),
]


def test_an_answer_that_is_none_is_refused_and_not_kept(school: School) -> None:
    window = school.open()
    for body, status, code in NO_ANSWERS:
        answer = window.post("/api/activities/quiz-un/answers", body)

        assert answer.status_code == status, body
        assert answer.get_json()["error"]["code"] == code, body
        assert answer.get_json()["error"]["message"]
        assert answer.get_json()["error"]["remedy"]
    with school.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Attempt)) == 0


NO_JSON = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"attempt": 1, "question": "choix", "response": NaN}',
    b'{"revision": 0, "state": {"drafts": {"quiz-un/choix": Infinity}}}',
    b'{"attempt": 1, "question": "choix", "response": 1e999}',
    b'{"revision": 0, "state": {"drafts": {"quiz-un/choix": 1e999}}}',
    b"[" * 100_000,
    b'{"revision": ' + b"9" * 5000 + b"}",
]


def test_what_is_not_json_is_refused(school: School) -> None:
    window = school.open()
    doors = (("POST", "/api/activities/quiz-un/answers"), ("PUT", "/api/state"))
    for (method, path), text in product(doors, NO_JSON):
        answer = window.client.open(path, method=method, data=text, headers=window.headers)

        assert answer.status_code == 400, text[:80]
        assert answer.get_json()["error"]["code"] == "unreadable_request"


def test_a_state_that_is_none_is_refused(school: School) -> None:
    window = school.open()
    for state in (None, [], {"visited": "un/lecon"}, {"drafts": 3}):
        answer = window.put("/api/state", {"revision": 0, "state": state})

        assert answer.status_code == 400, state
    with school.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Progress)) == 0


def test_a_state_that_is_too_long_is_refused(school: School) -> None:
    state = {"drafts": {"quiz-un/choix": "x" * 70_000}}

    answer = school.open().put("/api/state", {"revision": 0, "state": state})

    assert answer.status_code == 413
    assert answer.get_json()["error"]["code"] == "request_too_large"


def test_a_text_that_no_database_likes_is_kept_or_dropped_but_never_breaks(
    school: School,
) -> None:
    window = school.open()
    odd = "a\x00\ud800\U0001f600"

    state = {"position": odd, "visited": [odd], "drafts": {"quiz-deux/mot": odd}}
    saved = window.put("/api/state", {"revision": 0, "state": state})
    answered = window.answer("quiz-deux", "mot", odd)

    assert saved.status_code == 200
    assert saved.get_json()["state"]["visited"] == []
    assert answered.status_code in {200, 400}
    assert window.get("/api/boot").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/units/trois", "unknown_unit"),
        ("POST", "/api/activities/quiz-trois/attempts", "unknown_activity"),
        ("GET", "/api/nowhere", "not_found"),
    ],
)
def test_what_is_not_there_is_said_in_json(
    school: School, method: str, path: str, code: str
) -> None:
    window = school.open()

    answer = window.client.open(path, method=method, headers=window.headers)

    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == code


def test_no_attempt_is_left_after_the_last_one(school: School) -> None:
    window = school.open()
    window.do_quiz_one()
    window.post("/api/activities/quiz-un/attempts", {})
    window.do_quiz_one(attempt=2)

    answer = window.post("/api/activities/quiz-un/attempts", {})

    assert answer.status_code == 409
    assert answer.get_json()["error"]["code"] == "no_attempt_left"


def test_errors_are_told_in_the_language_of_the_session(school: School) -> None:
    def message(window: Window) -> str:
        text: str = window.get("/api/units/trois").get_json()["error"]["message"]
        return text

    assert "unité" in message(school.open())
    assert "unit" in message(school.open(language="en"))
    assert message(school.open()) != message(school.open(language="en"))


def test_a_course_that_was_taken_away_is_said_to_be_unavailable(school: School) -> None:
    window = school.open()
    with school.database.transaction() as db:
        db.scalars(select(WindowSession)).one().resource_link.course = "parti"

    answer = window.get("/api/boot")

    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == "course_unavailable"
