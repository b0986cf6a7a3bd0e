"""Logins and messages: what the tool receives, and what is refused to it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from classroom.app import create_app
from classroom.options import Options
from classroom.texts import FRENCH
from tests.functional.classroom.stranger import DEEP_LINKING, LTI, Stranger
from tests.functional.classroom.visitor import Visitor, form_of

AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


@pytest.fixture
def student(visitor: Visitor) -> Visitor:
    visitor.sign_in(STUDENT)
    return visitor


@pytest.fixture
def path(student: Visitor) -> str:
    """Where the student launches the first activity."""
    return f"/launch/{student.link_id('Unité 1')}"


def test_a_login_is_initiated_by_post_with_all_that_moodle_sends_and_a_storage(
    student: Visitor, path: str, options: Options
) -> None:
    login = student.login_of(path)
    assert login.action == options.login_url
    hint = json.loads(login.fields.pop("lti_message_hint"))
    assert hint == {"link": path.rpartition("/")[2], "target": "iframe"}
    assert login.fields == {
        "iss": options.url,
        "target_link_uri": options.launch_url,
        "login_hint": STUDENT.user_id,
        "client_id": "arrimage-demonstration",
        "lti_deployment_id": "1",
        "lti_storage_target": "_parent",
    }


@pytest.mark.parametrize("storage", [True, False])
def test_only_a_page_around_the_frame_that_keeps_things_for_the_tool_says_so(
    storage: bool, options: Options, tool: Stranger
) -> None:
    somebody = Visitor(create_app(replace(options, storage=storage)).test_client(), options, tool)
    somebody.sign_in(INSTRUCTOR)
    link = somebody.link_id("Unité 1")
    frames = {f"/activities/{link}": f"/launch/{link}", "/activities/new": "/launch-picker"}
    for page, login in frames.items():
        assert ("storage.js" in somebody.get(page).text) is storage
        assert ("lti_storage_target" in somebody.login_of(login).fields) is storage
        in_window = somebody.login_of(f"{login}?target=window")
        assert "lti_storage_target" not in in_window.fields


def test_a_launch_says_who_where_and_what(student: Visitor, path: str, options: Options) -> None:
    claims = student.launch(path)
    assert claims["sub"] == STUDENT.user_id
    assert claims["azp"] == claims["aud"] == "arrimage-demonstration"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["name"] == "Alix Fictive"
    assert claims[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}deployment_id"] == "1"
    assert claims[f"{LTI}target_link_uri"] == options.launch_url
    assert f"{MEMBERSHIP}Learner" in claims[f"{LTI}roles"]
    assert all(role.startswith("http://purl.imsglobal.org/") for role in claims[f"{LTI}roles"])
    assert claims[f"{LTI}resource_link"]["id"] == path.rpartition("/")[2]
    assert claims[f"{LTI}resource_link"]["title"] == "Unité 1"
    assert claims[f"{LTI}context"]["title"] == "Classe de démonstration"
    assert claims[f"{LTI}custom"]["unit"] == "metier-sim"
    assert claims[f"{LTI}lis"]["person_sourcedid"] == ""
    assert claims[f"{LTI}ext"]["user_username"] == "alix.fictive"
    assert claims[f"{LTI}tool_platform"]["product_family_code"] == "arrimage-classroom"
    assert claims[f"{LTI}launch_presentation"] == {
        "locale": "fr",
        "document_target": "iframe",
        "return_url": f"{options.url}/return",
    }


def test_a_launch_carries_a_line_item_with_a_query_as_moodle_s_do(
    student: Visitor, path: str, options: Options
) -> None:
    claims = student.launch(path)
    course = claims[f"{LTI}context"]["id"]
    services = f"{options.url}/services/{course}"
    assert claims[AGS_CLAIM]["lineitem"] == f"{services}/lineitems/1/lineitem?type_id=1"
    assert claims[AGS_CLAIM]["lineitems"] == f"{services}/lineitems?type_id=1"
    assert len(claims[AGS_CLAIM]["scope"]) == 4
    assert claims[NRPS_CLAIM]["context_memberships_url"] == f"{services}/memberships"


def test_a_new_window_is_announced(student: Visitor, path: str) -> None:
    claims = student.launch(f"{path}?target=window")
    assert claims[f"{LTI}launch_presentation"]["document_target"] == "window"


def test_the_language_of_the_class_goes_along(student: Visitor, path: str) -> None:
    student.get("/?lang=en")
    assert student.launch(path)[f"{LTI}launch_presentation"]["locale"] == "en"


@pytest.mark.parametrize("account", [INSTRUCTOR, ADMINISTRATOR], ids=lambda account: account.role)
def test_teachers_and_administrators_launch_as_instructors(
    student: Visitor, path: str, account: type
) -> None:
    student.sign_in(account)
    assert f"{MEMBERSHIP}Instructor" in student.launch(path)[f"{LTI}roles"]


def test_the_state_comes_back_and_the_nonce_is_signed(student: Visitor, path: str) -> None:
    sent = form_of(student.authorize(student.login_of(path), state="s-1", nonce="n-1"))
    assert sent.fields["state"] == "s-1"
    assert student.verified(sent.fields["id_token"])["nonce"] == "n-1"


def test_an_authentication_request_may_come_by_post(student: Visitor, path: str) -> None:
    asked = student.asked_by_tool(student.login_of(path))
    assert "id_token" in form_of(student.post("/lti/auth", data=asked)).fields


def test_an_unknown_client_gets_a_page_and_no_token(student: Visitor, path: str) -> None:
    response = student.authorize(student.login_of(path), client_id="another")
    assert response.status_code == 400
    assert FRENCH["error_client"] in response.text


def test_an_address_that_is_not_registered_gets_a_page_and_no_token(
    student: Visitor, path: str
) -> None:
    response = student.authorize(student.login_of(path), redirect_uri="http://attacker.test/")
    assert response.status_code == 400
    assert FRENCH["error_redirect"] in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "code"}, "invalid_request"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"nonce": ""}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"lti_message_hint": "not JSON"}, "invalid_request"),
        ({"lti_message_hint": "[]"}, "invalid_request"),
        ({"login_hint": INSTRUCTOR.user_id}, "login_required"),
        ({"lti_message_hint": '{"picking": true}'}, "access_denied"),
    ],
)
def test_any_other_refusal_goes_to_the_tool(
    student: Visitor, path: str, changes: dict[str, str], error: str
) -> None:
    sent = form_of(student.authorize(student.login_of(path), **changes))
    assert sent.action == student.options.launch_url
    assert sent.fields["error"] == error
    assert sent.fields["state"] == changes.get("state", "the-state")
    assert "id_token" not in sent.fields


def test_a_request_without_our_cookie_is_posted_again_from_our_own_site(
    student: Visitor, path: str, options: Options
) -> None:
    login = student.login_of(path)
    student.post("/sign-out")
    again = form_of(student.authorize(login, nonce="n-2"))
    assert again.action == options.authorization_url
    assert again.fields["nonce"] == "n-2"
    student.sign_in(STUDENT)
    sent = form_of(student.post("/lti/auth", data=again.fields))
    assert "id_token" in sent.fields


def test_somebody_who_is_not_signed_in_is_reported_after_that(student: Visitor, path: str) -> None:
    login = student.login_of(path)
    student.post("/sign-out")
    again = form_of(student.authorize(login))
    sent = form_of(student.post("/lti/auth", data=again.fields))
    assert sent.fields["error"] == "login_required"


def test_the_picker_opens_with_deep_linking_settings_like_moodle_s(
    visitor: Visitor, options: Options
) -> None:
    visitor.sign_in(INSTRUCTOR)
    claims = visitor.launch("/launch-picker")
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest"
    assert f"{LTI}resource_link" not in claims
    settings = claims[f"{DEEP_LINKING}deep_linking_settings"]
    assert settings["accept_types"] == ["ltiResourceLink"]
    assert settings["accept_multiple"] is True
    assert "data" not in settings
    assert settings["deep_link_return_url"].startswith(f"{options.url}/lti/deep-linking/return?")
