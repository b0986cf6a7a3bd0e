"""Notices that a platform sends by itself (LTI Platform Notification Service 1.0)."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import NoticeOffer
from lti_tool.models import Context, Notice, Platform, Refusal, now
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.platform_care import suspend
from lti_tool.services.platforms import keep_platform
from lti_tool.services.subscriptions import keep_offer, notice_statuses
from lti_tool.tool import Tool
from tests.functional.launch.lms import ABSENT, CLIENT_ID, DEPLOYMENT, ISSUER, LTI, Answer, Key, Lms

HELLO = "LtiHelloWorldNotice"
COPY = "LtiContextCopyNotice"


def claims(kind: str = HELLO, /, **changes: object) -> dict[str, object]:
    """Return a notice's claims; ``lti_…`` names an LTI claim."""
    issued = int(time.time())
    said: dict[str, object] = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "iat": issued,
        "exp": issued + 3600,
        "nonce": uuid.uuid4().hex,
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": DEPLOYMENT,
        f"{LTI}notice": {
            "id": uuid.uuid4().hex,
            "timestamp": "2026-11-23T08:00:00Z",
            "type": kind,
        },
    }
    for name, value in changes.items():
        said[LTI + name.removeprefix("lti_") if name.startswith("lti_") else name] = value
    return {name: value for name, value in said.items() if value is not ABSENT}


def copied(context_id: str, *origins: str, title: str = "Copie") -> dict[str, object]:
    """Return the claims of a notice that a class was copied."""
    context = {"id": context_id, "title": title}
    return claims(COPY, lti_context=context, lti_origin_contexts=list(origins))


def send(browser: FlaskClient, *tokens: object) -> TestResponse:
    return browser.post("/lti/notices", json={"notices": [{"jwt": token} for token in tokens]})


def code(answer: TestResponse) -> str:
    error: str = answer.get_json()["error"]["code"]
    return error


def kept(tool: Tool) -> list[str]:
    with tool.database.reading() as db:
        return list(db.scalars(select(Notice.notice_type).order_by(Notice.id)))


def classes(tool: Tool) -> dict[str, str | None]:
    """Return every class that we know, and which class it was copied from."""
    with tool.database.reading() as db:
        return {
            row.context_id: row.copied_from.context_id if row.copied_from else None
            for row in db.scalars(select(Context))
        }


def test_a_greeting_is_kept_for_whoever_tests_the_connection(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        platform_id = db.scalars(select(Platform.id)).one()
        keep_offer(db, platform_id, DEPLOYMENT, NoticeOffer(f"{lms.server.url}/pns", (HELLO,)))
    answer = send(browser, lms.sign(claims()))
    assert (answer.status_code, answer.get_json()) == (200, {"received": 1})
    with tool.database.reading() as db:
        (status,) = notice_statuses(db, platform_id)
    assert status.deployment_id == DEPLOYMENT
    assert status.offered == (HELLO,)
    assert list(status.received) == [HELLO]


def test_a_copied_class_is_known_as_a_copy_before_anybody_opens_it(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    assert lms.enter(browser).status_code == 200
    assert send(browser, lms.sign(copied("class-2", "class-0", "class-1"))).status_code == 200
    assert classes(tool) == {"class-1": None, "class-2": "class-1"}


def test_a_copy_of_a_copy_is_known_by_its_own_origin(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    lms.enter(browser)
    tokens = [lms.sign(copied("class-2", "class-1")), lms.sign(copied("class-3", "class-2"))]
    assert send(browser, *tokens).status_code == 200
    assert classes(tool) == {"class-1": None, "class-2": "class-1", "class-3": "class-2"}


def test_a_copy_of_a_class_that_never_opened_a_link_leaves_no_trace(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    assert send(browser, lms.sign(copied("class-2", "class-1"))).status_code == 200
    assert send(browser, lms.sign(copied("class-2"))).status_code == 200
    assert classes(tool) == {}


def test_what_is_imported_later_does_not_change_the_origin(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    for context_id in ("class-1", "class-9"):
        lms.enter(browser, lti_context={"id": context_id})
    send(browser, lms.sign(copied("class-2", "class-1")))
    assert send(browser, lms.sign(copied("class-2", "class-9"))).status_code == 200
    assert classes(tool)["class-2"] == "class-1"


def test_no_class_is_its_own_copy(browser: FlaskClient, lms: Lms, tool: Tool) -> None:
    lms.enter(browser)
    assert send(browser, lms.sign(copied("class-1", "class-1"))).status_code == 200
    assert classes(tool) == {"class-1": None}


def test_two_classes_that_say_to_be_each_other_s_copies_are_believed_once(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    for context_id in ("class-1", "class-2"):
        lms.enter(browser, lti_context={"id": context_id})
    tokens = [lms.sign(copied("class-1", "class-2")), lms.sign(copied("class-2", "class-1"))]
    assert send(browser, *tokens).status_code == 200
    assert classes(tool) == {"class-1": "class-2", "class-2": "class-1"}


def test_a_class_of_another_deployment_is_nobody_s_origin(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        keep_platform(db, replace(lms.registration, deployment_ids=("other",)))
    lms.enter(browser)
    said = {**copied("class-2", "class-1"), f"{LTI}deployment_id": "other"}
    assert send(browser, lms.sign(said)).status_code == 200
    assert classes(tool) == {"class-1": None}


def test_a_notice_that_comes_again_is_acted_upon_once(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    said = claims()
    same_token = lms.sign(said)
    for token in (same_token, same_token, lms.sign({**said, "nonce": "another"})):
        assert send(browser, token).status_code == 200
    assert kept(tool) == [HELLO]


def test_another_notice_under_a_used_nonce_is_refused(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    assert send(browser, lms.sign(claims(nonce="n"))).status_code == 200
    answer = send(browser, lms.sign(claims(COPY, nonce="n", lti_context={"id": "class-1"})))
    assert (answer.status_code, code(answer)) == (401, "notice_forged")
    assert kept(tool) == [HELLO]


def test_a_kind_that_we_do_not_know_is_kept_and_nothing_comes_of_it(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    assert send(browser, lms.sign(claims("LtiSomethingNotice"))).status_code == 200
    assert kept(tool) == ["LtiSomethingNotice"]


def test_the_others_are_taken_in_where_one_is_refused(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    good, bad = claims(), claims(exp=1, iat=0)
    answer = send(browser, lms.sign(good), lms.sign(bad), lms.sign(claims(COPY)))
    assert (answer.status_code, code(answer)) == (401, "expired")
    assert kept(tool) == [HELLO]
    with tool.database.reading() as db:
        (refusal,) = db.scalars(select(Refusal)).all()
    assert (refusal.code, refusal.issuer) == ("expired", ISSUER)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"iss": "https://stranger.example"}, "platform_unknown"),
        ({"iss": ABSENT}, "claim_wrong"),
        ({"aud": "somebody-else"}, "client_unknown"),
        ({"aud": [7, CLIENT_ID], "azp": "somebody-else"}, "audience_wrong"),
        ({"exp": ABSENT}, "time_missing"),
        ({"iat": ABSENT}, "time_missing"),
        ({"iat": 0}, "expired"),
        ({"nonce": ABSENT}, "claim_wrong"),
        ({"lti_version": "2.0"}, "version_wrong"),
        ({"lti_deployment_id": "other"}, "deployment_unknown"),
        ({"lti_deployment_id": ABSENT}, "claim_wrong"),
        ({"lti_notice": ABSENT}, "claim_wrong"),
        ({"lti_notice": "hello"}, "claim_wrong"),
        ({"lti_notice": {"type": HELLO}}, "claim_wrong"),
        ({"lti_notice": {"id": "1"}}, "claim_wrong"),
        ({"lti_notice": {"id": "x" * 256, "type": HELLO}}, "claim_wrong"),
        ({"lti_notice": {"id": "1", "type": COPY}}, "claim_wrong"),
        ({"lti_context": "class-1"}, "claim_wrong"),
        ({"lti_origin_contexts": "class-1"}, "claim_wrong"),
    ],
)
def test_a_notice_is_checked_as_a_launch_is(
    browser: FlaskClient, lms: Lms, tool: Tool, changes: dict[str, Any], expected: str
) -> None:
    answer = send(browser, lms.sign(claims(**changes)))
    assert code(answer) == expected
    assert 400 <= answer.status_code < 500
    assert kept(tool) == []


def test_what_cannot_be_an_origin_is_left_out(browser: FlaskClient, lms: Lms, tool: Tool) -> None:
    lms.enter(browser)
    said = copied("class-2")
    said[f"{LTI}origin_contexts"] = [7, "", "x" * 300, "nul\x00", {"id": "class-1"}, "class-1"]
    assert send(browser, lms.sign(said)).status_code == 200
    assert classes(tool)["class-2"] == "class-1"


def test_a_suspended_platform_s_notices_are_refused(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        suspend(db, db.scalars(select(Platform)).one())
    answer = send(browser, lms.sign(claims()))
    assert code(answer) == "platform_suspended"
    assert kept(tool) == []


def test_a_notice_signed_by_somebody_else_is_refused(
    browser: FlaskClient, lms: Lms, other_key: Key, tool: Tool
) -> None:
    forged = Lms.__new__(Lms)
    forged.key = Key(lms.key.kid)
    forged.key.__dict__["private"] = other_key.private
    answer = send(browser, forged.sign(claims()))
    assert (answer.status_code, code(answer)) == (401, "signature_wrong")
    assert kept(tool) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"notices",
        b"[]",
        b"{}",
        b'{"notices": {}}',
        b'{"notices": []}',
        b'{"notices": 7}',
        b'{"notices": [7]}',
        b'{"notices": ["jwt"]}',
        b'{"notices": [{}]}',
        b'{"notices": [{"jwt": 7}]}',
        b"[" * 100_000,
        b"\xff\xfe",
        json.dumps({"notices": [{"jwt": "x"}] * 201}).encode(),
    ],
    ids=lambda body: body[:30].decode("latin-1") or "nothing",
)
def test_what_is_no_notice_is_refused_in_json(browser: FlaskClient, body: bytes) -> None:
    answer = browser.post("/lti/notices", data=body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (400, "notice_unreadable")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 200_001])
def test_what_is_no_token_is_refused_in_json(browser: FlaskClient, token: str) -> None:
    answer = send(browser, token)
    assert answer.status_code == 400
    assert code(answer) in {"unreadable", "claim_wrong"}


def test_an_unsigned_notice_is_refused(browser: FlaskClient, tool: Tool) -> None:
    answer = send(browser, jwt.encode(claims(), None, algorithm="none"))
    assert code(answer) == "algorithm_refused"
    assert kept(tool) == []


def test_many_notices_wait_once_for_a_platform_whose_keys_cannot_be_had(
    browser: FlaskClient, lms: Lms
) -> None:
    lms.server.answers["/jwks"] = Answer(503)
    answer = send(browser, *[lms.sign(claims()) for _ in range(3)])
    assert (answer.status_code, code(answer)) == (403, "keys_unreachable")
    assert len(lms.server.asked_at("/jwks")) == 1


def test_a_body_without_measure_is_refused_unread(browser: FlaskClient) -> None:
    answer = send(browser, "x" * 600_000)
    assert (answer.status_code, answer.mimetype) == (413, "application/json")


def test_the_door_is_for_posts_only(browser: FlaskClient) -> None:
    answer = browser.get("/lti/notices")
    assert (answer.status_code, answer.mimetype) == (405, "application/json")


def test_notices_are_forgotten_when_their_tokens_are_long_over(
    browser: FlaskClient, lms: Lms, tool: Tool
) -> None:
    send(browser, lms.sign(claims()))
    forget_what_is_over(tool.database)
    assert kept(tool) == [HELLO]
    with tool.database.transaction() as db:
        db.scalars(select(Notice)).one().received_at = now() - timedelta(days=91)
    forget_what_is_over(tool.database)
    assert kept(tool) == []
