"""The classroom goes on in a copy of its course, and tells the tool of it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from classroom.platform import AGS_SCOPES, NOTICE_SCOPE
from tests.functional.classroom.stranger import Stranger
from tests.functional.classroom.visitor import Visitor

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SERVICE = f"{LTI}platformnotificationservice"
HELLO = "LtiHelloWorldNotice"
COPY = "LtiContextCopyNotice"


@pytest.fixture
def heard(tool: Stranger) -> list[dict[str, Any]]:
    """The notices that the tool has received."""
    tool.heard = []
    return tool.heard


def launched(visitor: Visitor) -> dict[str, Any]:
    visitor.sign_in(STUDENT)
    return visitor.launch(f"/launch/{visitor.link_id('Unité 1')}")


def copy(visitor: Visitor) -> None:
    visitor.sign_in(ADMINISTRATOR)
    assert visitor.post("/copy").status_code == 302


def subscribe(visitor: Visitor, kind: object, handler: object, **how: Any) -> TestResponse:
    url = launched(visitor)[SERVICE]["platform_notification_service_url"]
    how = {"token": visitor.token(NOTICE_SCOPE), **how}
    body = {"notice_type": kind, "handler": handler}
    return visitor.call("PUT", url, body, "application/json", **how)


def test_a_copy_has_new_names_and_tells_the_former_ones(visitor: Visitor) -> None:
    first = launched(visitor)
    assert first[f"{LTI}custom"]["context_id_history"] == ""
    assert first[f"{LTI}custom"]["resource_link_id_history"] == ""
    copy(visitor)
    second = launched(visitor)
    copy(visitor)
    third = launched(visitor)
    classes = [claims[f"{LTI}context"]["id"] for claims in (first, second, third)]
    links = [claims[f"{LTI}resource_link"]["id"] for claims in (first, second, third)]
    assert len({*classes, *links}) == 6
    assert third[f"{LTI}custom"]["context_id_history"] == f"{classes[1]},{classes[0]}"
    assert third[f"{LTI}custom"]["resource_link_id_history"] == f"{links[1]},{links[0]}"
    assert third[f"{LTI}custom"]["unit"] == "metier-sim"


def test_a_copied_activity_has_its_column(visitor: Visitor) -> None:
    copy(visitor)
    endpoint = launched(visitor)["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert visitor.call("GET", endpoint["lineitem"]).status_code == 200


@pytest.mark.parametrize("account", [STUDENT, INSTRUCTOR])
def test_only_an_administrator_copies_the_course(visitor: Visitor, account: Any) -> None:
    visitor.sign_in(account)
    assert visitor.post("/copy").status_code == 403


def test_a_subscriber_is_greeted_and_told_of_a_copy(
    visitor: Visitor, tool: Stranger, heard: list[dict[str, Any]]
) -> None:
    origin = launched(visitor)[f"{LTI}context"]["id"]
    for kind in (HELLO, COPY):
        assert subscribe(visitor, kind, f"{tool.url}/notices").json == {
            "notice_type": kind,
            "handler": f"{tool.url}/notices",
        }
    copy(visitor)
    hello, copied = (visitor.verified_notice(body["notices"][0]["jwt"]) for body in heard)
    assert hello[f"{LTI}notice"]["type"] == HELLO
    assert copied[f"{LTI}notice"]["type"] == COPY
    assert copied[f"{LTI}origin_contexts"] == [origin]
    assert copied[f"{LTI}context"]["id"] == launched(visitor)[f"{LTI}context"]["id"]
    assert copied[f"{LTI}deployment_id"] == "1"
    url = launched(visitor)[SERVICE]["platform_notification_service_url"]
    listed = visitor.call("GET", url, token=visitor.token(NOTICE_SCOPE)).json or {}
    assert {each["handler"] for each in listed["notice_handlers"]} == {f"{tool.url}/notices"}


def test_who_subscribes_to_nowhere_hears_nothing_any_more(
    visitor: Visitor, tool: Stranger, heard: list[dict[str, Any]]
) -> None:
    subscribe(visitor, COPY, f"{tool.url}/notices")
    assert subscribe(visitor, COPY, "").status_code == 200
    copy(visitor)
    assert heard == []


@pytest.mark.parametrize(
    ("kind", "handler"),
    [
        ("LtiSomethingNotice", "TOOL/notices"),
        (None, "TOOL/notices"),
        (COPY, None),
        (COPY, "https://attacker.example/notices"),
        (COPY, "TOOL" + "/x" * 1000),
    ],
)
def test_a_wrong_subscription_is_refused(
    visitor: Visitor, tool: Stranger, kind: object, handler: object
) -> None:
    address = handler.replace("TOOL", tool.url) if isinstance(handler, str) else handler
    assert subscribe(visitor, kind, address).status_code == 400


def test_notices_need_a_token_of_their_own(visitor: Visitor, tool: Stranger) -> None:
    handler = f"{tool.url}/notices"
    other = visitor.token(AGS_SCOPES[0])
    assert subscribe(visitor, COPY, handler, token=other).status_code == 403
    assert subscribe(visitor, COPY, handler, token="forged").status_code == 401
    unknown = f"{visitor.options.url}/services/notice-handlers/{uuid.uuid4().hex}"
    assert visitor.call("GET", unknown, token=visitor.token(NOTICE_SCOPE)).status_code == 404


def test_a_tool_that_does_not_take_a_notice_keeps_nobody_from_copying(
    visitor: Visitor, tool: Stranger, caplog: pytest.LogCaptureFixture
) -> None:
    subscribe(visitor, COPY, f"{tool.url}/nobody-here")
    copy(visitor)
    assert "The tool refused LtiContextCopyNotice: 404" in caplog.text
