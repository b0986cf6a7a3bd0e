"""Launches without a cookie, whose proof the platform's own window keeps.

Here the server's side: which page goes where, and what gets nobody in. The browser's side is
in tests/browser/lti/test_without_cookies.py.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti_tool.models import Refusal, WindowSession
from lti_tool.services.logins import LIFETIME
from lti_tool.tool import Tool
from tests.functional.launch.lms import CLIENT_ID, ISSUER, LAUNCH_URL, TOOL, Lms
from tests.functional.launch.test_login import Attributes
from tests.functional.launch.test_refused import assert_refused, later

A_PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HINTS = {
    "iss": ISSUER,
    "login_hint": "hint-42",
    "target_link_uri": LAUNCH_URL,
    "client_id": CLIENT_ID,
}


@dataclass(frozen=True)
class FramedLogin:
    """A login that began in a frame of a browser that will lose its cookie."""

    state: str
    nonce: str
    storage: dict[str, str]


def begin_in_frame(app: Flask, **hints: str) -> FramedLogin:
    answer = app.test_client().post(
        "/lti/login",
        data={**HINTS, "lti_storage_target": "_parent", **hints},
        headers={"Sec-Fetch-Dest": "iframe"},
    )
    assert answer.status_code == 200, answer.text
    page = element(answer, "login")
    query = parse_qs(urlsplit(page["data-continue"]).query)
    return FramedLogin(query["state"][0], query["nonce"][0], page)


def element(answer: TestResponse, name: str) -> dict[str, str]:
    """The attributes of the element of that id."""
    found = Attributes(answer.text).found
    return next(
        {key: value or "" for key, value in attributes.items()}
        for _, attributes in found
        if attributes.get("id") == name
    )


def hidden_fields(answer: TestResponse) -> dict[str, str]:
    found = Attributes(answer.text).found
    return {a["name"] or "": a["value"] or "" for tag, a in found if tag == "input"}


def bring(
    browser: FlaskClient,
    token: str,
    login: FramedLogin,
    secret: str | None = None,
    origin: str | None = TOOL,
) -> TestResponse:
    """Post what our own page posts when the platform gave the secret back."""
    brought = login.storage.get("data-secret", "") if secret is None else secret
    form = {"id_token": token, "state": login.state, "browser": brought}
    headers = {} if origin is None else {"Origin": origin}
    return browser.post("/lti/launch/stored", data=form, headers=headers)


def windows(tool: Tool) -> int:
    with tool.database.reading() as db:
        return db.scalar(select(func.count()).select_from(WindowSession)) or 0


def test_in_a_frame_the_page_knows_whom_to_entrust_with_the_secret(lms: Lms, app: Flask) -> None:
    login = begin_in_frame(app, lti_storage_target="storage_frame")
    assert login.storage["data-target"] == "storage_frame"
    assert login.storage["data-origin"] == lms.server.url
    secret = login.storage["data-secret"]
    assert len(secret) >= 43, "256 random bits"
    assert secret not in login.storage["data-continue"]
    assert secret not in login.storage["data-key"]
    assert secret not in login.state


def test_the_new_window_s_address_holds_neither_secret_nor_frame(app: Flask) -> None:
    answer = app.test_client().post(
        "/lti/login",
        data={**HINTS, "lti_storage_target": "_parent"},
        headers={"Sec-Fetch-Dest": "iframe"},
    )
    again = next(a["href"] or "" for tag, a in Attributes(answer.text).found if tag == "a")
    assert set(parse_qs(urlsplit(again).query)) == set(HINTS)


@pytest.mark.parametrize("target", ["", "x" * 256, "a\x00b", "a\nb"])
def test_without_a_frame_to_speak_to_the_page_holds_no_secret(target: str, app: Flask) -> None:
    login = begin_in_frame(app, lti_storage_target=target)
    assert {"data-secret", "data-target", "data-origin"}.isdisjoint(login.storage)


def test_without_the_cookie_a_page_asks_the_platform_and_nothing_is_used_up(
    lms: Lms, app: Flask, tool: Tool
) -> None:
    login = begin_in_frame(app)
    token = lms.sign(lms.claims(login.nonce))
    for _ in range(2):
        answer = lms.launch(app.test_client(), token, login.state)
        assert answer.status_code == 200
        assert hidden_fields(answer) == {"id_token": token, "state": login.state, "browser": ""}
        page = element(answer, "launch")
        assert page["action"] == "/lti/launch/stored"
        for name in ("data-target", "data-origin", "data-key"):
            assert page[name] == login.storage[name]
        assert login.storage["data-secret"] not in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
    assert windows(tool) == 0
    assert bring(app.test_client(), token, login).status_code == 200


def test_what_comes_with_a_launch_is_shown_to_no_parser(lms: Lms, app: Flask) -> None:
    login = begin_in_frame(app)
    token = '"><script src="https://evil.example/"></script>'
    answer = lms.launch(app.test_client(), token, login.state)
    assert hidden_fields(answer)["id_token"] == token
    scripts = [a["src"] or "" for tag, a in Attributes(answer.text).found if tag == "script"]
    assert [source.partition("?")[0] for source in scripts] == ["/static/login.js"]


def test_a_launch_whose_secret_came_back_gets_in_once(lms: Lms, app: Flask, tool: Tool) -> None:
    login = begin_in_frame(app)
    token = lms.sign(lms.claims(login.nonce))
    answer = bring(app.test_client(), token, login)
    assert answer.status_code == 200, answer.text
    assert windows(tool) == 1
    assert bring(app.test_client(), token, login).status_code == 401
    assert lms.launch(app.test_client(), token, login.state).status_code == 401
    assert windows(tool) == 1
    with tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["state_used", "state_used"]


def test_a_secret_brought_by_six_windows_at_once_lets_one_in(
    lms: Lms, app: Flask, tool: Tool
) -> None:
    login = begin_in_frame(app)
    token = lms.sign(lms.claims(login.nonce))
    statuses: list[int] = []
    together = threading.Barrier(6)

    def launch() -> None:
        own = app.test_client()
        together.wait()
        statuses.append(bring(own, token, login).status_code)

    threads = [threading.Thread(target=launch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401, 401, 401, 401]
    assert windows(tool) == 1


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", None, "", ISSUER, f"{TOOL}.evil.example", "http://localhost"],
)
def test_another_site_cannot_bring_the_secret_of_its_own_login(
    origin: str | None, lms: Lms, app: Flask, tool: Tool
) -> None:
    login = begin_in_frame(app)
    token = lms.sign(lms.claims(login.nonce))
    answer = bring(app.test_client(), token, login, origin=origin)
    assert_refused(answer, "browser_different", tool.database)
    assert bring(app.test_client(), token, login).status_code == 200


def test_a_forged_secret_is_refused(lms: Lms, app: Flask, tool: Tool) -> None:
    login = begin_in_frame(app)
    answer = bring(app.test_client(), lms.sign(lms.claims(login.nonce)), login, "forged")
    assert_refused(answer, "browser_different", tool.database)


def test_the_secret_of_another_login_is_refused(lms: Lms, app: Flask, tool: Tool) -> None:
    login, other = begin_in_frame(app), begin_in_frame(app)
    token = lms.sign(lms.claims(login.nonce))
    answer = bring(app.test_client(), token, login, other.storage["data-secret"])
    assert_refused(answer, "browser_different", tool.database)


def test_the_nonce_of_another_login_is_refused(lms: Lms, app: Flask, tool: Tool) -> None:
    login, other = begin_in_frame(app), begin_in_frame(app)
    answer = bring(app.test_client(), lms.sign(lms.claims(other.nonce)), login)
    assert_refused(answer, "nonce_different", tool.database)


def test_a_platform_that_gives_nothing_back_leads_to_a_page_with_a_remedy(
    lms: Lms, app: Flask, tool: Tool
) -> None:
    login = begin_in_frame(app)
    answer = bring(app.test_client(), lms.sign(lms.claims(login.nonce)), login, "")
    assert_refused(answer, "storage_silent", tool.database)
    assert "autorisez les témoins" in answer.text


def test_a_login_without_storage_is_proved_by_its_cookie_only(
    lms: Lms, app: Flask, browser: FlaskClient, tool: Tool
) -> None:
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce))
    secret = login.cookie(browser)[1]
    answer = bring(app.test_client(), token, FramedLogin(login.state, login.nonce, {}), secret)
    assert_refused(answer, "browser_different", tool.database)
    assert lms.launch(browser, token, login.state).status_code == 200


def test_a_login_with_storage_is_proved_by_its_cookie_where_there_is_one(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    login = lms.begin(browser, lti_storage_target="_parent")
    assert lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state).status_code == 200
    assert windows(tool) == 1


def test_an_expired_login_does_not_ask_the_platform_any_more(
    lms: Lms, app: Flask, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = begin_in_frame(app)
    later(LIFETIME, monkeypatch)
    answer = lms.launch(app.test_client(), lms.sign(lms.claims(login.nonce)), login.state)
    assert_refused(answer, "state_expired", tool.database)


def test_the_address_where_a_secret_is_brought_opens_nothing(app: Flask, tool: Tool) -> None:
    assert_refused(app.test_client().get("/lti/launch/stored"), "launch_incomplete", tool.database)


def test_a_browser_that_does_not_say_where_it_is_gets_the_page_whose_script_knows(
    browser: FlaskClient,
) -> None:
    answer = browser.post("/lti/login", data=HINTS, headers={"Accept": A_PAGE})
    assert answer.status_code == 200
    assert element(answer, "login")["data-continue"]


@pytest.mark.parametrize(
    "headers", [{"Accept": A_PAGE, "Sec-Fetch-Dest": "document"}, {"Accept": "*/*"}, {}]
)
def test_a_window_of_its_own_and_other_programs_are_sent_on_at_once(
    headers: dict[str, str], browser: FlaskClient
) -> None:
    assert browser.post("/lti/login", data=HINTS, headers=headers).status_code == 302
