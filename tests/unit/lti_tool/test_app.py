"""What holds for every page: headers, an answer to our own errors, and what the log says."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.logs import JsonLines

COURSES = Path(__file__).parents[2] / "courses"


def make_app(tmp_path: Path, proxy_hops: int = 0) -> Flask:
    return create_app(
        Settings(
            database_url=f"sqlite:///{tmp_path / 'test.db'}",
            course_roots=(COURSES,),
            default_course="minimal",
            proxy_hops=proxy_hops,
        )
    )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = make_app(tmp_path)
    app.extensions["arrimage"].database.upgrade()
    yield app
    app.extensions["arrimage"].close()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    @app.get("/fail")
    @app.get("/api/fail")
    def fail() -> str:
        raise LookupError("a detail that is nobody's business")

    return app.test_client()


def test_an_error_of_ours_is_owned_up_to_and_found_in_the_log_by_its_number(
    browser: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser.get("/fail?login_hint=person-1")
    assert answer.status_code == 500
    assert "nobody's business" not in answer.text
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    line = json.loads(JsonLines().format(record))
    assert line["reference"] in answer.text
    assert "LookupError" in line["exception"]
    assert line["path"] == "/fail"


def test_an_error_of_ours_is_owned_up_to_when_the_database_is_of_no_use_either(
    tmp_path: Path,
) -> None:
    app = make_app(tmp_path)

    @app.get("/fail")
    def fail() -> str:
        raise LookupError("a detail that is nobody's business")

    answer = app.test_client().get("/fail")
    app.extensions["arrimage"].close()

    assert answer.status_code == 500
    assert "nobody's business" not in answer.text


def test_an_error_of_ours_under_api_is_json(browser: FlaskClient) -> None:
    answer = browser.get("/api/fail")
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "internal"


def test_every_page_forbids_what_it_does_not_need(browser: FlaskClient) -> None:
    for path in ("/", "/no-such-page", "/healthz"):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_of_ours_holds_anything_inline_or_from_elsewhere(browser: FlaskClient) -> None:
    for path in ("/", "/no-such-page"):
        page = browser.get(path).text
        assert "<style" not in page
        assert "<script>" not in page
        assert 'src="http' not in page


def test_static_files_may_be_kept_under_an_address_that_changes_with_them(
    browser: FlaskClient,
) -> None:
    page = browser.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in address
    with browser.get(address) as answer:
        assert answer.status_code == 200
        assert "max-age=3600" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("hops", "expected"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_a_proxy_s_word_is_believed_only_when_it_is_set_so(
    hops: int, expected: str, tmp_path: Path
) -> None:
    app = make_app(tmp_path, proxy_hops=hops)

    @app.get("/who")
    def who() -> str:
        return request.remote_addr or ""

    answer = app.test_client().get("/who", headers={"X-Forwarded-For": "203.0.113.7"})
    assert answer.text == expected
    app.extensions["arrimage"].close()


def test_a_line_of_the_log_stays_one_line_whatever_it_holds() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\nb %s", ("\u2028\r\n",), None)
    record.reference = 'R"\n1'
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line)["reference"] == 'R"\n1'


def test_a_line_of_the_log_holds_only_what_is_listed() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "said", (), None)
    record.id_token = "secret"
    record.code = "state_used"
    assert set(json.loads(JsonLines().format(record))) == {
        "time",
        "level",
        "logger",
        "message",
        "code",
    }
