"""What the tool returns from its picker, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from classroom.options import Options
from classroom.texts import FRENCH
from tests.functional.classroom.stranger import DEEP_LINKING, LTI
from tests.functional.classroom.visitor import Visitor, form_of

AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


@pytest.fixture
def instructor(visitor: Visitor) -> Visitor:
    visitor.sign_in(INSTRUCTOR)
    return visitor


def return_url(instructor: Visitor) -> str:
    claims = instructor.launch("/launch-picker")
    settings = claims[f"{DEEP_LINKING}deep_linking_settings"]
    return str(settings["deep_link_return_url"]).removeprefix(instructor.options.url)


def send(visitor: Visitor, *items: dict[str, Any], **changes: Any) -> TestResponse:
    """Return ``items`` as a tool does, at the address that it was given."""
    token = visitor.tool.deep_linking_response(visitor.options.url, list(items), **changes)
    return visitor.post(return_url(visitor), data={"JWT": token})


def item(options: Options, **changes: Any) -> dict[str, Any]:
    return {
        "type": "ltiResourceLink",
        "title": "Unité 2",
        "text": "La deuxième unité",
        "url": f"{options.launch_url}?unit=u2",
        "custom": {"course": "c", "unit": "u2"},
        "lineItem": {"scoreMaximum": 20, "label": "Unité 2", "resourceId": "c/u2", "tag": "t"},
        **changes,
    }


def test_a_returned_item_becomes_an_activity_with_its_column(
    instructor: Visitor, options: Options
) -> None:
    response = send(instructor, item(options))
    assert response.status_code == 200
    assert FRENCH["added_one"] in instructor.get("/").text
    assert instructor.titles() == ["Unité 1", "Module 3 (entier)", "Unité 2"]
    claims = instructor.launch(f"/launch/{instructor.link_id('Unité 2')}")
    assert claims[f"{LTI}target_link_uri"] == f"{options.launch_url}?unit=u2"
    custom = claims[f"{LTI}custom"]
    assert (custom["course"], custom["unit"]) == ("c", "u2")
    column = instructor.call("GET", claims[AGS_CLAIM]["lineitem"]).json
    assert column["scoreMaximum"] == 20  # type: ignore[index]  # just answered
    assert column["resourceId"] == "c/u2"  # type: ignore[index]  # just answered


def test_an_item_without_a_line_item_gets_no_column(instructor: Visitor, options: Options) -> None:
    new = item(options)
    del new["lineItem"]
    send(instructor, new)
    claims = instructor.launch(f"/launch/{instructor.link_id('Unité 2')}")
    assert "lineitem" not in claims[AGS_CLAIM]
    assert "lineitems" in claims[AGS_CLAIM]


def test_several_items_come_at_once(instructor: Visitor, options: Options) -> None:
    send(instructor, item(options, title="A"), item(options, title="B"))
    assert f"{FRENCH['added_many']} 2" in instructor.get("/").text
    assert instructor.titles()[2:] == ["A", "B"]


def test_the_dates_of_an_item_are_listed_and_told_to_its_launches(
    instructor: Visitor, options: Options
) -> None:
    dated = item(
        options,
        available={"startDateTime": "2026-11-02T08:00:00+01:00"},
        submission={"endDateTime": "2026-11-30T23:59:00+01:00"},
        window={"targetName": "_blank"},
        custom={"due": "$ResourceLink.submission.endDateTime", "other": "$Unknown"},
    )
    send(instructor, dated, item(options, title="Sans date", custom=dated["custom"]))
    page = instructor.get("/").text
    assert f'{FRENCH["due_at"]} <time datetime="2026-11-30T23:59:00+01:00">' in page
    assert f'{FRENCH["opens_at"]} <time datetime="2026-11-02T08:00:00+01:00">' in page
    custom = instructor.launch(f"/launch/{instructor.link_id('Unité 2')}")[f"{LTI}custom"]
    assert (custom["due"], custom["other"]) == ("2026-11-30T23:59:00+01:00", "$Unknown")
    undated = instructor.launch(f"/launch/{instructor.link_id('Sans date')}")[f"{LTI}custom"]
    assert undated["due"] == "$ResourceLink.submission.endDateTime"


def test_no_item_and_a_message_are_told(instructor: Visitor) -> None:
    send(instructor, **{f"{DEEP_LINKING}msg": "Rien choisi"})
    page = instructor.get("/").text
    assert FRENCH["added_none"] in page
    assert "Rien choisi" in page


def test_an_activity_survives_a_tool_that_comes_back_on_another_port(
    instructor: Visitor, options: Options
) -> None:
    send(instructor, item(options))
    assert "localhost" not in str(
        [
            link.address
            for link in instructor.client.application.extensions["classroom"].store.links()
        ]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://attacker.test/"},
        {"url": 3},
        {"type": "html"},
        {"type": None},
        {"custom": {"a": 1}},
        {"custom": []},
        {"lineItem": "100"},
        {"lineItem": {"scoreMaximum": 0}},
        {"lineItem": {"scoreMaximum": True}},
        {"title": ["no"]},
        {"available": "soon"},
        {"available": {"startDateTime": "soon"}},
        {"submission": {"endDateTime": "2026-11-30T23:59:00"}},
        {"window": "yes"},
    ],
)
def test_an_item_that_cannot_be_trusted_adds_nothing(
    instructor: Visitor, options: Options, changes: dict[str, Any]
) -> None:
    response = send(instructor, item(options), item(options, **changes))
    assert response.status_code == 400
    assert FRENCH["error_deep_linking"] in response.text
    assert len(instructor.titles()) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"aud": "http://attacker.test"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": None},
        {f"{LTI}deployment_id": "9"},
        {f"{LTI}version": "1.1"},
        {f"{LTI}message_type": "LtiResourceLinkRequest"},
        {f"{DEEP_LINKING}content_items": 5},
        {f"{DEEP_LINKING}content_items": ["x"]},
    ],
    ids=str,
)
def test_a_response_with_a_wrong_claim_adds_nothing(
    instructor: Visitor, options: Options, changes: dict[str, Any]
) -> None:
    assert send(instructor, item(options), **changes).status_code == 400
    assert len(instructor.titles()) == 2


def test_a_response_is_taken_once(instructor: Visitor, options: Options) -> None:
    url = return_url(instructor)
    token = instructor.tool.deep_linking_response(options.url, [item(options)])
    assert instructor.post(url, data={"JWT": token}).status_code == 200
    assert instructor.post(url, data={"JWT": token}).status_code == 400
    assert len(instructor.titles()) == 3


def test_a_response_without_our_cookie_is_posted_again(
    instructor: Visitor, options: Options
) -> None:
    url = return_url(instructor)
    token = instructor.tool.deep_linking_response(options.url, [item(options)])
    instructor.post("/sign-out")
    again = form_of(instructor.post(url, data={"JWT": token}))
    assert again.action == f"{options.url}{url}"
    instructor.sign_in(INSTRUCTOR)
    assert instructor.post(url, data=again.fields).status_code == 200
    assert len(instructor.titles()) == 3


@pytest.mark.parametrize("account", [STUDENT, ADMINISTRATOR], ids=lambda account: account.role)
def test_nobody_but_the_person_who_was_choosing_brings_items_back(
    instructor: Visitor, options: Options, account: Any
) -> None:
    url = return_url(instructor)
    token = instructor.tool.deep_linking_response(options.url, [item(options)])
    instructor.sign_in(account)
    assert instructor.post(url, data={"JWT": token}).status_code == 403
    assert len(instructor.titles()) == 2


def test_a_return_address_that_we_did_not_make_is_refused(
    instructor: Visitor, options: Options
) -> None:
    token = instructor.tool.deep_linking_response(options.url, [item(options)])
    url = "/lti/deep-linking/return?picking=e30.forged"
    assert instructor.post(url, data={"JWT": token}).status_code == 400
