"""Every fault that a launch can have ends in a clear page, and never in a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti_tool.database import Database
from lti_tool.models import (
    Context,
    Learner,
    Membership,
    Refusal,
    ResourceLink,
    WindowSession,
    now,
)
from lti_tool.services import logins
from lti_tool.tool import Tool
from tests.functional.launch.lms import (
    ABSENT,
    AGS,
    CLIENT_ID,
    DEEP_LINKING,
    INSTRUCTOR,
    ISSUER,
    LTI,
    TOOL,
    Answer,
    Key,
    Lms,
    Login,
)

Claims = dict[str, object]


def assert_refused(answer: TestResponse, code: str, database: Database) -> None:
    """Check the page, the record, and that nobody got in."""
    assert 400 <= answer.status_code <= 403
    assert answer.mimetype == "text/html"
    with database.reading() as db:
        refusal = db.scalars(select(Refusal)).one()
        for table in (WindowSession, Learner, Membership, ResourceLink, Context):
            assert db.scalar(select(func.count()).select_from(table)) == 0, table
    assert refusal.code == code, refusal.detail
    assert refusal.reference in answer.text
    assert "Que faire" in answer.text
    assert "Qui peut agir" in answer.text


def later(passed: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have so much time passed for the logins that are under way."""
    monkeypatch.setattr(logins, "now", lambda: now() + passed)


@dataclass(frozen=True)
class In:
    """So many seconds from the launch, whenever that is."""

    seconds: int


def timely(claims: Claims) -> Claims:
    """Return the claims with moments that count from now, not from when tests were collected."""
    moment = int(time.time())
    return {
        name: moment + value.seconds if isinstance(value, In) else value
        for name, value in claims.items()
    }


# What is wrong with the claims of an otherwise good launch, and how it is called.
WRONG_CLAIMS: dict[str, tuple[Claims, str]] = {
    "no iss": ({"iss": ABSENT}, "claim_wrong"),
    "iss of another platform": ({"iss": "https://evil.example"}, "issuer_wrong"),
    "iss that is a number": ({"iss": 7}, "issuer_wrong"),
    "no aud": ({"aud": ABSENT}, "claim_wrong"),
    "aud of another tool": ({"aud": "somebody-else"}, "audience_wrong"),
    "aud list without the tool": ({"aud": ["a", "b"]}, "audience_wrong"),
    "aud that is an object": ({"aud": {"id": CLIENT_ID}}, "audience_wrong"),
    "several aud without azp": ({"aud": [CLIENT_ID, "another"]}, "audience_wrong"),
    "azp of another tool": (
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        "audience_wrong",
    ),
    "azp of another tool with one aud": ({"azp": "another"}, "audience_wrong"),
    "no exp": ({"exp": ABSENT}, "time_missing"),
    "no iat": ({"iat": ABSENT}, "time_missing"),
    "exp that is null": ({"exp": None}, "time_missing"),
    "exp in the past": (
        {"iat": In(-7200), "exp": In(-3600)},
        "expired",
    ),
    "iat in the future": (
        {"iat": In(3600), "exp": In(7200)},
        "early",
    ),
    "iat of last week with an exp of next year": (
        {"iat": In(-7 * 86400), "exp": In(365 * 86400)},
        "expired",
    ),
    "exp before iat": (
        {"iat": In(30), "exp": In(-20)},
        "expired",
    ),
    "exp that is a text": ({"exp": str(2**33)}, "time_missing"),
    "iat that is true": ({"iat": True}, "time_missing"),
    "exp that is infinite": ({"exp": float("inf")}, "unreadable"),
    "nbf in the future": ({"nbf": In(3600)}, "early"),
    "no nonce": ({"nonce": ABSENT}, "claim_wrong"),
    "wrong nonce": ({"nonce": "not-the-nonce"}, "nonce_different"),
    "nonce that is a list": ({"nonce": ["a"]}, "claim_wrong"),
    "empty sub": ({"sub": ""}, "claim_wrong"),
    "sub that is a number": ({"sub": 12}, "claim_wrong"),
    "sub that is too long": ({"sub": "x" * 256}, "claim_wrong"),
    "sub with a null character": ({"sub": "a\x00b"}, "claim_wrong"),
    "sub with half a character": ({"sub": "a\ud800"}, "claim_wrong"),
    "no version": ({"lti_version": ABSENT}, "version_wrong"),
    "wrong version": ({"lti_version": "1.2.0"}, "version_wrong"),
    "version that is a list": ({"lti_version": ["1.3.0"]}, "version_wrong"),
    "not an LTI token": (
        {
            f"lti_{name}": ABSENT
            for name in (
                "version",
                "message_type",
                "deployment_id",
                "roles",
                "resource_link",
                "target_link_uri",
                "context",
            )
        },
        "claim_wrong",
    ),
    "no message type": ({"lti_message_type": ABSENT}, "message_unknown"),
    "unknown message type": ({"lti_message_type": "LtiDance"}, "message_unknown"),
    "message type that is a list": ({"lti_message_type": []}, "message_unknown"),
    "no deployment id": ({"lti_deployment_id": ABSENT}, "claim_wrong"),
    "unknown deployment id": ({"lti_deployment_id": "other"}, "deployment_unknown"),
    "deployment id that is a number": ({"lti_deployment_id": 1}, "claim_wrong"),
    "no target link uri": ({"lti_target_link_uri": ABSENT}, "claim_wrong"),
    "foreign target link uri": (
        {"lti_target_link_uri": "https://evil.example/lti/launch"},
        "target_foreign",
    ),
    "target link uri that only begins like ours": (
        {"lti_target_link_uri": f"{TOOL}.evil.example/"},
        "target_foreign",
    ),
    "target link uri that is a script": (
        {"lti_target_link_uri": "javascript:alert(1)"},
        "target_foreign",
    ),
    "no roles": ({"lti_roles": ABSENT}, "claim_wrong"),
    "roles that are a text": ({"lti_roles": INSTRUCTOR}, "claim_wrong"),
    "roles that are objects": ({"lti_roles": [{"a": 1}]}, "claim_wrong"),
    "no resource link": ({"lti_resource_link": ABSENT}, "claim_wrong"),
    "resource link without id": ({"lti_resource_link": {"title": "x"}}, "claim_wrong"),
    "resource link that is a list": ({"lti_resource_link": ["link"]}, "claim_wrong"),
    "resource link whose id is a number": ({"lti_resource_link": {"id": 4}}, "claim_wrong"),
    "resource link whose id is too long": ({"lti_resource_link": {"id": "x" * 256}}, "claim_wrong"),
    "context that is a text": ({"lti_context": "class"}, "claim_wrong"),
    "context whose id is a list": ({"lti_context": {"id": []}}, "claim_wrong"),
    "custom that is a list": ({"lti_custom": ["course"]}, "claim_wrong"),
    "AGS endpoint that is a text": ({AGS: "https://lms.example/items"}, "claim_wrong"),
    "presentation that is a text": ({"lti_launch_presentation": "iframe"}, "claim_wrong"),
    "unknown course": ({"lti_custom": {"course": "no-such-course"}}, "course_unknown"),
    "course that is a path": ({"lti_custom": {"course": "../../etc"}}, "course_unknown"),
    "deep linking without settings": (
        {"lti_message_type": "LtiDeepLinkingRequest", "lti_roles": [INSTRUCTOR]},
        "claim_wrong",
    ),
    "deep linking back to a script": (
        {
            "lti_message_type": "LtiDeepLinkingRequest",
            "lti_roles": [INSTRUCTOR],
            DEEP_LINKING: {
                "deep_link_return_url": "javascript:alert(1)",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe"],
            },
        },
        "claim_wrong",
    ),
    "deep linking by a student": (
        {
            "lti_message_type": "LtiDeepLinkingRequest",
            DEEP_LINKING: {
                "deep_link_return_url": f"{ISSUER}/return",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe"],
            },
        },
        "teachers_only",
    ),
}


@pytest.mark.parametrize("fault", WRONG_CLAIMS)
def test_a_launch_with_wrong_claims_is_refused(
    fault: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    changes, code = WRONG_CLAIMS[fault]
    assert_refused(lms.enter(browser, **timely(changes)), code, tool.database)


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unsigned(lms: Lms, login: Login, _other: Key) -> str:
    header = {"alg": "none", "typ": "JWT", "kid": lms.key.kid}
    return f"{encoded(header)}.{encoded(lms.claims(login.nonce))}."


def signed_with_the_public_key(lms: Lms, login: Login, _other: Key) -> str:
    """HS256 with the platform's public key as the secret, which everybody knows."""
    header = {"alg": "HS256", "typ": "JWT", "kid": lms.key.kid}
    body = f"{encoded(header)}.{encoded(lms.claims(login.nonce))}"
    signature = hmac.new(lms.key.public_pem, body.encode(), hashlib.sha256).digest()
    return f"{body}.{encoded(signature)}"


def signed_with_another_algorithm(lms: Lms, login: Login, _other: Key) -> str:
    _, body, signature = lms.sign(lms.claims(login.nonce)).split(".")
    header = {"alg": "RS512", "typ": "JWT", "kid": lms.key.kid}
    return f"{encoded(header)}.{body}.{signature}"


def signed_by_somebody_else(lms: Lms, login: Login, other: Key) -> str:
    forger = Lms(lms.server, Key(lms.key.kid))
    forger.key.__dict__["private"] = other.private
    lms.publish(lms.key.jwk())
    return forger.sign(forger.claims(login.nonce))


def with_claims_changed_after_signing(lms: Lms, login: Login, _other: Key) -> str:
    header, _, signature = lms.sign(lms.claims(login.nonce)).split(".")
    raised = lms.claims(login.nonce, lti_roles=[INSTRUCTOR])
    return f"{header}.{encoded(raised)}.{signature}"


def whose_unsigned_body_would_be_read(lms: Lms, login: Login, _other: Key) -> str:
    """A body that is no JSON: who reads it before its signature stumbles over it."""
    header, _, signature = lms.sign(lms.claims(login.nonce)).split(".")
    return f"{header}.{encoded(b'{')}.{signature}"


def without_a_key_name(lms: Lms, login: Login, _other: Key) -> str:
    return lms.sign(lms.claims(login.nonce), kid=ABSENT)


def with_an_unknown_key_name(lms: Lms, login: Login, _other: Key) -> str:
    return lms.sign(lms.claims(login.nonce), kid="no-such-key")


def that_brings_its_own_key(lms: Lms, login: Login, other: Key) -> str:
    forger = Lms(lms.server, other)
    lms.publish(lms.key.jwk())
    return forger.sign(forger.claims(login.nonce), jwk=other.jwk(), jku="https://evil.example")


def that_is_no_token(_lms: Lms, _login: Login, _other: Key) -> str:
    return "passport"


def of_two_parts(lms: Lms, login: Login, _other: Key) -> str:
    return lms.sign(lms.claims(login.nonce)).rpartition(".")[0]


def whose_header_is_a_list(lms: Lms, login: Login, _other: Key) -> str:
    return f"{encoded([1, 2])}.{encoded(lms.claims(login.nonce))}.AAAA"


def whose_header_is_no_text(_lms: Lms, _login: Login, _other: Key) -> str:
    return f"{encoded(bytes([255, 254]))}.{encoded({})}.AAAA"


def that_is_too_long(lms: Lms, login: Login, _other: Key) -> str:
    return lms.sign(lms.claims(login.nonce, padding="x" * 250_000))


def that_is_nested_too_deeply(lms: Lms, _login: Login, _other: Key) -> str:
    header = {"alg": "RS256", "kid": lms.key.kid}
    return f"{encoded(('[' * 50_000).encode())}.{encoded(header)}.AAAA"


WRONG_TOKENS: dict[Callable[[Lms, Login, Key], str], str] = {
    unsigned: "algorithm_refused",
    signed_with_the_public_key: "algorithm_refused",
    signed_with_another_algorithm: "algorithm_refused",
    signed_by_somebody_else: "signature_wrong",
    with_claims_changed_after_signing: "signature_wrong",
    whose_unsigned_body_would_be_read: "signature_wrong",
    without_a_key_name: "key_unnamed",
    with_an_unknown_key_name: "key_unknown",
    that_brings_its_own_key: "key_unknown",
    that_is_no_token: "unreadable",
    of_two_parts: "unreadable",
    whose_header_is_a_list: "unreadable",
    whose_header_is_no_text: "unreadable",
    that_is_too_long: "unreadable",
    that_is_nested_too_deeply: "unreadable",
}


@pytest.mark.parametrize("forge", WRONG_TOKENS, ids=lambda forge: forge.__name__)
def test_a_token_that_the_platform_did_not_sign_well_is_refused(
    forge: Callable[[Lms, Login, Key], str],
    lms: Lms,
    other_key: Key,
    browser: FlaskClient,
    tool: Tool,
) -> None:
    login = lms.begin(browser)
    answer = lms.launch(browser, forge(lms, login, other_key), login.state)
    assert_refused(answer, WRONG_TOKENS[forge], tool.database)


@pytest.mark.parametrize(
    "jwk",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"kty": "EC"},
        {"n": "AQAB"},
        {"n": None},
        {"kid": 7},
        {"use": ["sig"]},
        {"alg": {"RS256": True}},
    ],
    ids=[
        "for encryption",
        "for RS512",
        "of another kind",
        "tiny",
        "broken",
        "badly named",
        "with a list of uses",
        "with an object of algorithms",
    ],
)
def test_a_published_key_that_is_not_fit_to_sign_is_not_trusted(
    jwk: dict[str, object], lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.publish(lms.key.jwk(**jwk))
    assert_refused(lms.enter(browser), "key_unknown", tool.database)


@pytest.mark.parametrize(
    "served",
    [
        Answer(500, b"{}"),
        Answer(404, b"{}"),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b'{"keys": {}}'),
        Answer(200, b"[" * 50_000),
        Answer(200, b" " * 300_000),
        Answer(302, b"", {"Location": "http://127.0.0.1:9/jwks"}),
    ],
    ids=["error", "absent", "page", "list", "object", "nested", "huge", "redirect"],
)
def test_a_launch_is_refused_while_the_platform_s_keys_cannot_be_read(
    served: Answer, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.server.answers["/jwks"] = served
    assert_refused(lms.enter(browser), "keys_unreachable", tool.database)


def test_a_key_set_that_failed_is_asked_for_again_at_the_next_launch(
    lms: Lms, browser: FlaskClient
) -> None:
    lms.server.answers["/jwks"] = Answer(503)
    assert lms.enter(browser).status_code == 403
    lms.publish(lms.key.jwk())
    assert lms.enter(browser).status_code == 200


def test_a_launch_serves_once(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce))
    cookie = login.cookie(browser)
    assert lms.launch(browser, token, login.state).status_code == 200
    browser.set_cookie(*cookie)
    again = lms.launch(browser, token, login.state)
    assert again.status_code == 401
    with tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["state_used"]
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 1


def test_a_launch_is_refused_in_another_browser_than_the_one_that_began(
    lms: Lms, browser: FlaskClient, app: Flask, tool: Tool
) -> None:
    login = lms.begin(browser)
    other = app.test_client()
    answer = lms.launch(other, lms.sign(lms.claims(login.nonce)), login.state)
    assert_refused(answer, "browser_different", tool.database)


def test_a_launch_that_was_let_in_is_refused_in_another_browser(
    lms: Lms, browser: FlaskClient, app: Flask, tool: Tool
) -> None:
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce))
    assert lms.launch(browser, token, login.state).status_code == 200
    assert lms.launch(app.test_client(), token, login.state).status_code == 401
    with tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["browser_different"]
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 1


def test_a_launch_is_refused_with_the_cookie_of_another_login(
    lms: Lms, browser: FlaskClient, app: Flask, tool: Tool
) -> None:
    victim, attacker = app.test_client(), browser
    stolen, own = lms.begin(victim), lms.begin(attacker)
    attacker.set_cookie(stolen.cookie(victim)[0], own.cookie(attacker)[1])
    answer = lms.launch(attacker, lms.sign(lms.claims(stolen.nonce)), stolen.state)
    assert_refused(answer, "browser_different", tool.database)


def test_the_state_of_one_login_does_not_go_with_the_nonce_of_another(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    first, second = lms.begin(browser), lms.begin(browser)
    answer = lms.launch(browser, lms.sign(lms.claims(second.nonce)), first.state)
    assert_refused(answer, "nonce_different", tool.database)


def test_a_launch_refused_for_its_nonce_leaves_the_login_to_its_own_launch(
    lms: Lms, browser: FlaskClient
) -> None:
    first, second = lms.begin(browser), lms.begin(browser)
    lms.launch(browser, lms.sign(lms.claims(second.nonce)), first.state)
    for login in (first, second):
        answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state)
        assert answer.status_code == 200


@pytest.mark.parametrize("state", [ABSENT, "", "made-up", "\x00", "é" * 500])
def test_a_launch_without_a_state_of_ours_is_refused(
    state: object, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    login = lms.begin(browser)
    answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), state)
    code = "launch_incomplete" if state in {ABSENT, ""} else "state_unknown"
    assert_refused(answer, code, tool.database)


def test_a_launch_without_a_token_is_refused(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    login = lms.begin(browser)
    assert_refused(lms.launch(browser, ABSENT, login.state), "launch_incomplete", tool.database)


def test_a_launch_that_took_too_long_is_refused(
    lms: Lms, browser: FlaskClient, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = lms.begin(browser)
    later(logins.LIFETIME, monkeypatch)
    answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state)
    assert_refused(answer, "state_expired", tool.database)


def test_a_launch_that_is_not_posted_is_refused(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    login = lms.begin(browser)
    query = {"id_token": lms.sign(lms.claims(login.nonce)), "state": login.state}
    answer = browser.get("/lti/launch", query_string=query)
    assert_refused(answer, "launch_incomplete", tool.database)


def test_an_error_from_the_platform_is_shown_in_our_words(browser: FlaskClient, tool: Tool) -> None:
    answer = browser.post(
        "/lti/launch",
        data={"error": "login_required", "error_description": "<script>alert(1)</script>"},
    )
    assert_refused(answer, "platform_error", tool.database)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": ABSENT}, "login_incomplete"),
        ({"login_hint": ABSENT}, "login_incomplete"),
        ({"target_link_uri": ABSENT}, "login_incomplete"),
        ({"login_hint": "x" * 5_000}, "login_incomplete"),
        ({"iss": "https://evil.example"}, "platform_unknown"),
        ({"iss": "'; DROP TABLE platform; --"}, "platform_unknown"),
        ({"iss": "a\x00b"}, "login_incomplete"),
        ({"iss": "\ud800"}, "login_incomplete"),
        ({"client_id": "not-ours"}, "client_unknown"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, "target_foreign"),
        ({"target_link_uri": "//evil.example"}, "target_foreign"),
        ({"target_link_uri": "http://[::1"}, "target_foreign"),
        ({"target_link_uri": f"{TOOL}@evil.example/"}, "target_foreign"),
    ],
)
def test_a_login_that_cannot_be_right_is_refused(
    changes: Claims, code: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    if changes.get("iss") == "\ud800":
        answer = browser.post(
            "/lti/login",
            data=b"iss=%ED%A0%80&login_hint=h&target_link_uri=" + TOOL.encode(),
            content_type="application/x-www-form-urlencoded",
        )
        code = "platform_unknown"  # what no text can hold arrives as a replacement character
    else:
        answer = lms.log_in(browser, **changes)
    assert_refused(answer, code, tool.database)


def test_a_page_repeats_nothing_of_what_a_stranger_sent(lms: Lms, browser: FlaskClient) -> None:
    answer = lms.log_in(browser, iss='"><script>alert(1)</script>')
    assert "<script>" not in answer.text


def test_the_log_has_the_reference_and_neither_tokens_nor_persons(
    lms: Lms, browser: FlaskClient, tool: Tool, caplog: pytest.LogCaptureFixture
) -> None:
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce, lti_version="1.2.0"))
    with caplog.at_level(logging.DEBUG):
        lms.launch(browser, token, login.state)
    with tool.database.reading() as db:
        refusal = db.scalars(select(Refusal)).one()
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert refusal.reference in written
    for secret in (token, login.state, login.nonce, "Camille", "camille@", "person-1"):
        assert secret not in written
        assert secret not in refusal.detail


def test_a_refusal_is_explained_in_english_to_who_reads_english(
    lms: Lms, browser: FlaskClient
) -> None:
    login = lms.begin(browser)
    answer = lms.launch(browser, "passport", login.state, **{"Accept-Language": "en-GB, fr;q=0.5"})
    assert '<html lang="en">' in answer.text
    assert "What to do" in answer.text
    assert "Que faire" not in answer.text


def test_a_refusal_may_not_be_kept_by_a_cache(lms: Lms, browser: FlaskClient) -> None:
    answer = lms.launch(browser, "passport", "made-up")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_claim_that_is_missing_is_named_in_the_record(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.enter(browser, lti_deployment_id=ABSENT)
    with tool.database.reading() as db:
        refusal = db.scalars(select(Refusal)).one()
    assert refusal.detail == f"{LTI}deployment_id is missing"
    assert refusal.issuer == ISSUER
