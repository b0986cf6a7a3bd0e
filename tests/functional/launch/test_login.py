"""How a login begins: what the platform and the browser get from us."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import UsedLogin
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.launch.lms import ABSENT, CLIENT_ID, ISSUER, LAUNCH_URL, Lms

IN_A_FRAME = {"Sec-Fetch-Dest": "iframe"}


class Attributes(HTMLParser):
    """The attributes of a page's elements, unescaped, by element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def first(self, attribute: str) -> str:
        return next(a[attribute] or "" for _, a in self.found if attribute in a)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_sends_the_browser_to_the_platform(
    method: str, lms: Lms, browser: FlaskClient
) -> None:
    hints = {
        "iss": ISSUER,
        "login_hint": "a b&c",
        "target_link_uri": LAUNCH_URL,
        "client_id": CLIENT_ID,
        "lti_message_hint": '{"cmid": 7}',
    }
    if method == "GET":
        answer = browser.get("/lti/login", query_string=hints)
    else:
        answer = browser.post("/lti/login", data=hints)
    assert answer.status_code == 302
    assert answer.location.startswith(lms.registration.authorization_url)
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    state, nonce = query.pop("state"), query.pop("nonce")
    assert query == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": CLIENT_ID,
        "redirect_uri": LAUNCH_URL,
        "login_hint": "a b&c",
        "lti_message_hint": '{"cmid": 7}',
    }
    assert min(len(state), len(nonce)) >= 43, "256 random bits"
    assert state != nonce


def test_a_login_under_way_is_stored_nowhere(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    lms.begin(browser)
    with tool.database.reading() as db:
        assert db.scalars(select(UsedLogin)).all() == []


def test_a_login_that_is_used_up_is_kept_without_its_state_nonce_and_cookie(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    login = lms.begin(browser)
    cookie = login.cookie(browser)[1]
    assert lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state).status_code == 200
    with tool.database.reading() as db:
        stored = str(vars(db.scalars(select(UsedLogin)).one()))
    for proof in (login.state, login.nonce, cookie):
        assert proof not in stored


def test_a_state_stays_short_whatever_the_platform_s_frame_is_called(
    lms: Lms, browser: FlaskClient
) -> None:
    assert len(lms.begin(browser).state) < 100
    assert len(lms.begin(browser, lti_storage_target="é" * 64).state) < 300


def test_the_login_s_cookie_lives_in_a_frame_and_out_of_reach_of_scripts(
    lms: Lms, browser: FlaskClient
) -> None:
    (cookie,) = lms.log_in(browser).headers.getlist("Set-Cookie")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"} <= attributes
    assert "Max-Age=900" in attributes


def test_over_https_the_cookie_is_bound_to_the_very_host(database_url: str, lms: Lms) -> None:
    app = create_app(Settings(public_url="https://tool.example", database_url=database_url))
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        keep_platform(db, lms.registration)
    answer = lms.log_in(app.test_client(), target_link_uri="https://tool.example/lti/launch")
    assert answer.headers["Set-Cookie"].startswith("__Host-arrimage-login-")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    tool.close()


def test_several_logins_can_be_under_way_in_one_browser(lms: Lms, browser: FlaskClient) -> None:
    logins = [lms.begin(browser) for _ in range(3)]
    for login in reversed(logins):
        answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state)
        assert answer.status_code == 200


def test_without_a_client_id_the_only_registration_is_meant(lms: Lms, browser: FlaskClient) -> None:
    assert lms.log_in(browser, client_id=ABSENT).status_code == 302


def test_with_several_registrations_the_deployment_tells_which(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    another = replace(lms.registration, client_id="client-2", deployment_ids=("deployment-2",))
    with tool.database.transaction() as db:
        keep_platform(db, another)
    assert lms.log_in(browser, client_id=ABSENT).status_code == 400
    login = lms.begin(browser, client_id=ABSENT, lti_deployment_id="deployment-2")
    assert login.query["client_id"] == "client-2"
    login = lms.begin(browser, client_id="client-1", lti_deployment_id="deployment-2")
    assert login.query["client_id"] == CLIENT_ID


def test_a_token_for_one_registration_does_not_enter_by_another(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    another = replace(lms.registration, client_id="client-2")
    with tool.database.transaction() as db:
        keep_platform(db, another)
    login = lms.begin(browser, client_id="client-2")
    answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state)
    assert answer.status_code == 401


def test_in_a_frame_a_page_makes_sure_of_the_cookie_before_the_hints_are_used(
    lms: Lms, browser: FlaskClient
) -> None:
    hint = '{"a": "<b>&\\""}'
    answer = browser.post(
        "/lti/login",
        data={
            "iss": ISSUER,
            "login_hint": "hint",
            "target_link_uri": LAUNCH_URL,
            "client_id": CLIENT_ID,
            "lti_message_hint": hint,
        },
        headers=IN_A_FRAME,
    )
    assert answer.status_code == 200
    page = Attributes(answer.text)
    onward = urlsplit(page.first("data-continue"))
    assert f"{onward.scheme}://{onward.netloc}" == lms.server.url
    assert parse_qs(onward.query)["lti_message_hint"] == [hint]
    readable = [c for c in answer.headers.getlist("Set-Cookie") if "HttpOnly" not in c]
    assert [c.split(";")[0] for c in readable] == [page.first("data-check")]
    again = next(a for tag, a in page.found if tag == "a")
    assert again["target"] == "_blank"
    assert again["rel"] == "noopener"
    restarted = browser.get(again["href"] or "", headers={"Sec-Fetch-Dest": "document"})
    assert restarted.status_code == 302
    assert parse_qs(urlsplit(restarted.location).query)["lti_message_hint"] == [hint]


def test_a_launch_goes_on_from_the_framed_page(lms: Lms, browser: FlaskClient) -> None:
    answer = browser.post(
        "/lti/login",
        data={"iss": ISSUER, "login_hint": "h", "target_link_uri": LAUNCH_URL},
        headers=IN_A_FRAME,
    )
    query = parse_qs(urlsplit(Attributes(answer.text).first("data-continue")).query)
    token = lms.sign(lms.claims(query["nonce"][0]))
    assert lms.launch(browser, token, query["state"][0]).status_code == 200


def test_an_authorization_address_keeps_its_own_parameters(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        keep_platform(
            db, replace(lms.registration, authorization_url=f"{lms.server.url}/auth?tenant=a%20b")
        )
    login = lms.begin(browser)
    assert login.query["tenant"] == "a b"
    assert login.query["client_id"] == CLIENT_ID


def test_the_public_keys_can_be_used_to_check_our_signature(
    browser: FlaskClient, tool: Tool
) -> None:
    for path in ("/.well-known/jwks.json", "/lti/jwks"):
        answer = browser.get(path)
        (jwk,) = answer.get_json()["keys"]
        assert {name: jwk[name] for name in ("kty", "alg", "use")} == {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
        }
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(jwk)
        assert "max-age=600" in answer.headers["Cache-Control"]
        signed = tool.keys.signing_key().sign({"hello": "platform"})
        assert jwt.get_unverified_header(signed)["kid"] == jwk["kid"]
        assert jwt.decode(signed, jwt.PyJWK(jwk).key, algorithms=["RS256"]) == {"hello": "platform"}


def test_the_home_page_shows_the_addresses_that_a_platform_needs(browser: FlaskClient) -> None:
    page = browser.get("/").text
    for path in ("/lti/login", "/lti/launch", "/.well-known/jwks.json"):
        assert f"http://localhost:8000{path}" in page


def test_the_tool_says_that_it_is_well(browser: FlaskClient) -> None:
    assert browser.get("/healthz").get_json() == {"status": "ok"}


def test_an_unknown_address_gets_a_clear_page(browser: FlaskClient) -> None:
    answer = browser.get("/no/such/page")
    assert answer.status_code == 404
    assert "Cette page n’existe pas." in answer.text


def test_an_unknown_address_under_api_gets_json(browser: FlaskClient) -> None:
    answer = browser.get("/api/no-such-thing")
    assert answer.status_code == 404
    assert set(answer.get_json()["error"]) == {"code", "message", "remedy", "reference"}


def test_a_request_that_is_too_large_is_not_read(browser: FlaskClient) -> None:
    answer = browser.post("/lti/launch", data={"id_token": "x" * 600_000})
    assert answer.status_code == 413
    assert "trop volumineux" in answer.text
