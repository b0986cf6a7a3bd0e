"""Logins and launches of every hostile kind, with real keys and real signatures.

Nobody gets in without all that makes a launch right; who gets in is the person that the token
names; and a refusal leaves nothing behind but its record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.functional.launch.lms import (
    ABSENT,
    AGS,
    CLIENT_ID,
    DEEP_LINKING,
    DEPLOYMENT,
    INSTRUCTOR,
    ISSUER,
    LAUNCH_URL,
    LTI,
    SCORE_SCOPE,
    TOOL,
)
from tests.fuzzing.attempts import ATTEMPTS, NRPS, Attempt, is_right, teaches
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import NOT_OBJECTS, TEXTS, UNKEEPABLE, signed, written
from tests.fuzzing.world import REFERENCE, Proof, World


def claims_of(world: World, attempt: Attempt, nonce: str) -> dict[str, Any]:
    """Return the claims of a right launch of that kind, with the attempt's changes."""
    kind: dict[str, object] = {
        f"{LTI}roles": [INSTRUCTOR] if attempt.teacher or attempt.choosing else ["Learner"],
        AGS: {"scope": [SCORE_SCOPE], "lineitem": f"{world.lms.server.url}/items/1/lineitem"},
        NRPS: {
            "context_memberships_url": f"{world.lms.server.url}/members",
            "service_versions": ["2.0"],
        },
    }
    if attempt.choosing:
        kind[f"{LTI}message_type"] = "LtiDeepLinkingRequest"
        kind[DEEP_LINKING] = {
            "deep_link_return_url": "https://lms.example/return",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        }
    right = {**world.lms.claims(nonce), **kind}
    merged = {
        name: {**right[name], **value}
        if isinstance(value, dict) and isinstance(right.get(name), dict)
        else value
        for name, value in attempt.claims.items()
    }
    return {name: value for name, value in {**right, **merged}.items() if value is not ABSENT}


def token_of(world: World, attempt: Attempt, claims: Mapping[str, Any]) -> str:
    header = {"alg": "RS256", "typ": "JWT", "kid": "lms-key", **attempt.header}
    kept = {name: value for name, value in header.items() if value is not ABSENT}
    key = world.stranger if attempt.foreign_key else world.lms.key
    payload = written(claims) if attempt.payload is None else attempt.payload
    token = signed(kept, payload, key.private)
    return token[: len(token) - attempt.cut]


def knock(world: World, attempt: Attempt, proof: Proof, token: str) -> TestResponse:
    """Post the launch as the attempt has it: with a cookie, or by the platform's storage."""
    browser = world.app.test_client()
    another = world.begin(storage=attempt.storage)
    secrets = {"own": proof.secret, "another login's": another.secret}
    shown = secrets.get(attempt.cookie, attempt.cookie)
    state = {None: proof.login.state, "another login's": another.login.state}.get(
        attempt.state, attempt.state
    )
    form = {"id_token": token, "state": flipped(state, attempt.flip)}
    if attempt.storage:
        secret = {} if attempt.cookie == "none" else {"browser": shown}
        return browser.post("/lti/launch/stored", data={**form, **secret}, headers={"Origin": TOOL})
    if attempt.cookie != "none" and shown.isprintable():
        browser.set_cookie(cookie_of(form["state"]), shown)
    return browser.post("/lti/launch", data=form)


def flipped(state: str, position: int | None) -> str:
    """Return a state with another character at a position, which may go round several times.

    How long a state is depends on its login's number: whatever the position, one is another.
    """
    if position is None or not state:
        return state
    at = position % len(state)
    return state[:at] + ("B" if state[at] == "A" else "A") + state[at + 1 :]


def cookie_of(state: str) -> str:
    """Return the name of a login's cookie."""
    return f"arrimage-login-{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def check_who_got_in(world: World, claims: Mapping[str, Any]) -> None:
    window, learner, link, context = world.newest()
    assert (learner.sub if learner else None) == claims.get("sub")
    assert link.resource_link_id == claims[f"{LTI}resource_link"]["id"]
    group = claims.get(f"{LTI}context") or {}
    if group.get("id") is not None:
        assert context.context_id == group["id"]
    assert (window.role == "instructor") == teaches(claims)
    assert window.role != "mentor" or "Mentor" in str(claims[f"{LTI}roles"])


@effort(100)
@given(attempt=ATTEMPTS)
@example(Attempt())
@example(Attempt(storage=True))
@example(Attempt(teacher=True))
@example(Attempt(choosing=True))
@example(Attempt(claims={"sub": ABSENT}))
@example(Attempt(header={"alg": "none"}))
@example(Attempt(flip=80))
@example(Attempt(flip=-1))
@example(Attempt(claims={"aud": [CLIENT_ID, "other"]}))
def test_nobody_gets_in_but_by_a_launch_that_is_right(world: World, attempt: Attempt) -> None:
    proof = world.begin(storage=attempt.storage)
    nonce = proof.login.nonce
    claims = claims_of(world, attempt, nonce)
    token = token_of(world, attempt, claims)
    before = world.rows()

    answer = knock(world, attempt, proof, token)
    event(f"answered {answer.status_code}")

    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    after = world.rows()
    if answer.status_code != 200:
        assert after == before
        assert REFERENCE.search(answer.text)
        return
    assert is_right(attempt, claims, nonce)
    if claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest":
        assert teaches(claims)
        new = ("content_selection", "used_login")
        assert after == {**before, **{table: before[table] + 1 for table in new}}
        return
    assert after["window_session"] == before["window_session"] + 1
    check_who_got_in(world, claims)
    assert knock(world, attempt, proof, token).status_code == 401
    assert world.rows() == after


@pytest.mark.parametrize(
    "path",
    [
        ("sub",),
        ("name",),
        ("given_name",),
        ("nonce",),
        (f"{LTI}deployment_id",),
        (f"{LTI}target_link_uri",),
        (f"{LTI}context", "id"),
        (f"{LTI}context", "title"),
        (f"{LTI}resource_link", "id"),
        (f"{LTI}resource_link", "title"),
        (f"{LTI}launch_presentation", "locale"),
        (f"{LTI}launch_presentation", "return_url"),
        (f"{LTI}custom", "unit"),
        (AGS, "lineitem"),
        (NRPS, "context_memberships_url"),
    ],
    ids=".".join,
)
def test_a_text_that_no_database_keeps_breaks_no_launch(
    world: World, path: tuple[str, ...]
) -> None:
    for text in UNKEEPABLE:
        claim = text if len(path) == 1 else {path[1]: text}
        attempt = Attempt(claims={path[0]: claim})
        proof = world.begin(storage=False)
        claims = claims_of(world, attempt, proof.login.nonce)
        before = world.rows()
        answer = knock(world, attempt, proof, token_of(world, attempt, claims))
        if answer.status_code == 200:
            check_who_got_in(world, claims)
        else:
            assert 400 <= answer.status_code < 500, (text, answer.text)
            assert world.rows() == before


@effort(40)
@given(payload=NOT_OBJECTS, storage=st.booleans())
def test_what_is_signed_but_is_no_object_lets_nobody_in(
    world: World, payload: bytes, storage: bool
) -> None:
    proof = world.begin(storage=storage)
    before = world.rows()
    attempt = Attempt(payload=payload, storage=storage)

    answer = knock(world, attempt, proof, token_of(world, attempt, {}))

    assert 400 <= answer.status_code < 500, answer.text
    assert REFERENCE.search(answer.text)
    assert world.rows() == before


@effort(40)
@given(
    token=st.one_of(TEXTS, st.text(st.sampled_from("abeyJ0.-_="), max_size=60)),
    state=TEXTS,
    origin=st.sampled_from([TOOL, "null", "https://evil.example", "\x01"]),
)
def test_what_is_no_token_lets_nobody_in(world: World, token: str, state: str, origin: str) -> None:
    browser = world.app.test_client()
    form = {
        "id_token": token.encode(errors="surrogatepass"),
        "state": state.encode(errors="replace"),
    }
    before = world.rows()
    for door in ("/lti/launch", "/lti/launch/stored"):
        answer = browser.post(door, data=form, headers={"Origin": origin})
        assert 400 <= answer.status_code < 500, answer.text
        assert REFERENCE.search(answer.text)
    assert world.rows() == before


LOGIN = {
    "iss": ISSUER,
    "login_hint": "hint-42",
    "target_link_uri": LAUNCH_URL,
    "client_id": CLIENT_ID,
    "lti_message_hint": "{}",
    "lti_deployment_id": DEPLOYMENT,
    "lti_storage_target": "_parent",
}


@effort(100)
@given(
    changes=st.dictionaries(st.sampled_from(sorted(LOGIN)), st.one_of(st.just(ABSENT), TEXTS)),
    framed=st.booleans(),
    by_address=st.booleans(),
)
def test_a_login_leads_to_the_platform_that_it_names_or_nowhere(
    world: World, changes: Mapping[str, object], framed: bool, by_address: bool
) -> None:
    given_form = {
        name: value.encode(errors="surrogatepass") if isinstance(value, str) else value
        for name, value in {**LOGIN, **changes}.items()
        if value is not ABSENT
    }
    browser = world.app.test_client()
    headers = {"Sec-Fetch-Dest": "iframe" if framed else "document"}
    before = world.rows()

    if by_address:
        answer = browser.get("/lti/login", query_string=given_form, headers=headers)
    else:
        answer = browser.post("/lti/login", data=given_form, headers=headers)

    assert world.rows() == before
    if answer.status_code in {200, 302}:
        assert changes.get("iss", ISSUER) == ISSUER
        assert str(changes.get("target_link_uri", LAUNCH_URL)).startswith(f"{TOOL}/")
        assert changes.get("client_id") in {None, ABSENT, "", CLIENT_ID}
    else:
        assert 400 <= answer.status_code < 500, answer.text
        assert REFERENCE.search(answer.text)
    if answer.status_code == 302:
        assert answer.location.startswith(f"{world.lms.server.url}/auth?")
