"""The worker asks platforms for the notices that their launches have offered."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.lti import NoticeOffer
from lti_tool.models import Platform, now
from lti_tool.services.platform_care import resume, suspend
from lti_tool.services.subscriptions import (
    NoticeStatus,
    keep_offer,
    notice_statuses,
    run_subscriptions,
    subscribe_due,
)
from lti_tool.tool import Tool
from tests.functional.launch.lms import DEPLOYMENT, Answer, Asked, Lms

HELLO = "LtiHelloWorldNotice"
COPY = "LtiContextCopyNotice"
SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
HANDLER = "https://tool.example/lti/notices"
TOKEN = Answer(body=b'{"access_token": "t-1", "expires_in": 3600}')


@pytest.fixture
def platform_id(tool: Tool, lms: Lms) -> int:
    lms.server.answers["/token"] = TOKEN
    lms.server.answers["/pns"] = lambda asked: Answer(body=asked.body)
    with tool.database.reading() as db:
        return db.scalars(select(Platform.id)).one()


def offer(tool: Tool, platform_id: int, url: str, *kinds: str) -> None:
    with tool.database.transaction() as db:
        keep_offer(db, platform_id, DEPLOYMENT, NoticeOffer(url, kinds or (COPY, HELLO)))


def ask(tool: Tool, *, later: timedelta = timedelta(0), handler: str = HANDLER) -> int:
    return subscribe_due(tool.database, tool.notice_client, handler, clock=lambda: now() + later)


def status(tool: Tool, platform_id: int) -> NoticeStatus:
    with tool.database.reading() as db:
        (one,) = notice_statuses(db, platform_id)
    return one


def asked_for(requests: Sequence[Asked]) -> list[tuple[str, str]]:
    bodies = [json.loads(each.body) for each in requests]
    return [(body["notice_type"], body["handler"]) for body in bodies]


def test_every_kind_that_is_offered_is_asked_for_with_a_token(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    offer(tool, platform_id, f"{lms.server.url}/pns?type_id=3")
    assert ask(tool) == 1
    requests = lms.server.asked_at("/pns")
    assert asked_for(requests) == [(COPY, HANDLER), (HELLO, HANDLER)]
    for request in requests:
        assert request.method == "PUT"
        assert request.path == "/pns?type_id=3"
        assert request.headers["authorization"] == "Bearer t-1"
        assert request.headers["content-type"] == "application/json"
    (token,) = lms.server.asked_at("/token")
    assert token.form["scope"] == SCOPE
    assert status(tool, platform_id).subscribed_at is not None
    assert status(tool, platform_id).error is None


def test_a_launch_that_offers_notices_has_the_platform_asked(
    lms: Lms, browser: FlaskClient, tool: Tool, platform_id: int
) -> None:
    service = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": f"{lms.server.url}/pns",
        "scope": [SCOPE],
        "notice_types_supported": [HELLO, "LtiSomethingNotice", COPY],
    }
    for _ in range(2):
        answer = lms.enter(browser, lti_platformnotificationservice=service)
        assert answer.status_code == 200
    assert status(tool, platform_id).offered == (COPY, HELLO)
    assert ask(tool) == 1
    assert lms.enter(browser, lti_platformnotificationservice=service).status_code == 200
    assert ask(tool) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"service_versions": ["2.0"]},
        {"service_versions": "1.0"},
        {"platform_notification_service_url": "javascript:alert(1)"},
        {"platform_notification_service_url": None},
        {"scope": ["another"]},
        {"notice_types_supported": ["LtiSomethingNotice"]},
        {"notice_types_supported": {COPY: 1}},
        {"notice_types_supported": None},
    ],
)
def test_an_offer_that_we_cannot_use_is_none_and_the_launch_goes_on(
    lms: Lms, browser: FlaskClient, tool: Tool, platform_id: int, changes: dict[str, object]
) -> None:
    service = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": f"{lms.server.url}/pns",
        "scope": [SCOPE],
        "notice_types_supported": [HELLO],
        **changes,
    }
    answer = lms.enter(browser, lti_platformnotificationservice=service)
    assert answer.status_code == 200
    assert lms.enter(browser, lti_platformnotificationservice="service").status_code == 200
    with tool.database.reading() as db:
        assert notice_statuses(db, platform_id) == []


def test_a_platform_is_asked_once(tool: Tool, lms: Lms, platform_id: int) -> None:
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool) == 1
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool, later=timedelta(days=30)) == 0
    assert len(lms.server.asked_at("/pns")) == 1


def test_a_suspended_platform_is_asked_once_it_is_resumed(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    offer(tool, platform_id, f"{lms.server.url}/pns", HELLO)
    with tool.database.transaction() as db:
        suspend(db, db.get_one(Platform, platform_id))
    assert ask(tool) == 0
    assert lms.server.asked == []
    with tool.database.transaction() as db:
        resume(db.get_one(Platform, platform_id))
    assert ask(tool) == 1


def test_a_platform_that_offers_something_else_is_asked_anew(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    offer(tool, platform_id, f"{lms.server.url}/pns", HELLO)
    ask(tool)
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY, HELLO)
    assert ask(tool) == 1
    assert [kind for kind, _ in asked_for(lms.server.asked_at("/pns"))] == [HELLO, COPY, HELLO]


def test_platforms_are_told_when_the_tool_has_moved(tool: Tool, lms: Lms, platform_id: int) -> None:
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    ask(tool)
    moved = "https://elsewhere.example/lti/notices"
    assert ask(tool, handler=moved) == 1
    assert ask(tool, handler=moved) == 0
    assert asked_for(lms.server.asked_at("/pns")) == [(COPY, HANDLER), (COPY, moved)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(503, b"busy"), "HTTP 503 busy"),
        (Answer(403, b'{"error": "no"}'), 'HTTP 403 {"error": "no"}'),
        (Answer(302, headers={"Location": "/elsewhere"}), "HTTP 302"),
    ],
    ids=["busy", "refused", "redirected"],
)
def test_a_platform_that_refuses_is_asked_again_later(
    tool: Tool, lms: Lms, platform_id: int, answer: Answer, said: str
) -> None:
    lms.server.answers["/pns"] = answer
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool) == 1
    assert status(tool, platform_id).error == said
    assert status(tool, platform_id).subscribed_at is None
    assert ask(tool, later=timedelta(seconds=50)) == 0
    lms.server.answers["/pns"] = Answer(204)
    assert ask(tool, later=timedelta(seconds=70)) == 1
    assert status(tool, platform_id).error is None


def test_each_refusal_makes_the_wait_longer_up_to_a_day(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    lms.server.answers["/pns"] = Answer(500)
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    later = timedelta(0)
    waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]
    for minutes in waits:
        assert ask(tool, later=later) == 1
        assert ask(tool, later=later + timedelta(minutes=minutes, seconds=-10)) == 0
        later += timedelta(minutes=minutes, seconds=10)


def test_what_a_platform_asks_for_is_waited_for(tool: Tool, lms: Lms, platform_id: int) -> None:
    lms.server.answers["/pns"] = Answer(429, headers={"Retry-After": "600"})
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    ask(tool)
    assert ask(tool, later=timedelta(seconds=590)) == 0
    assert ask(tool, later=timedelta(seconds=610)) == 1


def test_no_token_is_a_reason_to_ask_later(tool: Tool, lms: Lms, platform_id: int) -> None:
    lms.server.answers["/token"] = Answer(400, b'{"error": "invalid_scope"}')
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool) == 1
    assert "invalid_scope" in (status(tool, platform_id).error or "")
    assert lms.server.asked_at("/pns") == []


def test_no_token_goes_to_a_host_that_is_not_the_platform_s(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    offer(tool, platform_id, "https://attacker.example/pns", COPY)
    assert ask(tool) == 1
    assert "https://attacker.example" in (status(tool, platform_id).error or "")
    assert lms.server.asked_at("/token") == []


def test_two_workers_do_not_ask_the_same_platform_at_once(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    nested: list[int] = []

    def answer(asked: Asked) -> Answer:
        nested.append(ask(tool))
        return Answer(body=asked.body)

    lms.server.answers["/pns"] = answer
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool) == 1
    assert nested == [0]


def test_a_worker_that_died_is_followed_by_another(tool: Tool, lms: Lms, platform_id: int) -> None:
    class Died(BaseException):
        pass

    class Dying:
        def subscribe(self, *_: object) -> None:
            raise Died

    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    with pytest.raises(Died):
        subscribe_due(tool.database, Dying(), HANDLER)
    assert ask(tool) == 0
    assert ask(tool, later=timedelta(minutes=3)) == 1
    assert status(tool, platform_id).subscribed_at is not None


def test_an_offer_that_changes_meanwhile_is_not_marked_as_taken(
    tool: Tool, lms: Lms, platform_id: int
) -> None:
    def answer(asked: Asked) -> Answer:
        offer(tool, platform_id, f"{lms.server.url}/other", COPY)
        return Answer(body=asked.body)

    lms.server.answers["/pns"] = answer
    lms.server.answers["/other"] = Answer(200)
    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert ask(tool) == 2
    assert len(lms.server.asked_at("/other")) == 1


def test_one_platform_that_cannot_be_asked_keeps_nobody_waiting(
    tool: Tool, lms: Lms, platform_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def subscribe(self, *_: object) -> None:
            raise LookupError("of ours")

    offer(tool, platform_id, f"{lms.server.url}/pns", COPY)
    assert subscribe_due(tool.database, Broken(), HANDLER) == 1
    assert status(tool, platform_id).error == "LookupError"
    assert "of ours" in caplog.text


def test_the_worker_goes_on_until_it_is_stopped(tool: Tool, lms: Lms, platform_id: int) -> None:
    stop = threading.Event()

    def answer(asked: Asked) -> Answer:
        stop.set()
        return Answer(body=asked.body)

    lms.server.answers["/pns"] = answer
    offer(tool, platform_id, f"{lms.server.url}/pns", HELLO)
    run_subscriptions(tool.database, tool.notice_client, HANDLER, stop)
    assert status(tool, platform_id).subscribed_at is not None
