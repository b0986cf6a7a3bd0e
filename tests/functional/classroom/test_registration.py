"""The classroom registers a tool that it has never met (LTI Dynamic Registration 1.0)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from lxml import html
from werkzeug.test import TestResponse

from classroom import registration_views
from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from classroom.options import CLIENT_ID, DEPLOYMENT_ID, Options
from classroom.texts import FRENCH
from tests.functional.classroom.visitor import Visitor, form_of

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def open_page(visitor: Visitor, url: str) -> TestResponse:
    return visitor.post("/administration/register-tool", data={"url": url})


def given_to_tool(visitor: Visitor) -> dict[str, str]:
    """What the tool finds in the address that the administrator's page opens."""
    visitor.sign_in(ADMINISTRATOR)
    page = open_page(visitor, f"{visitor.options.tool_url}/register?invitation=a%26b")
    address = str(html.fromstring(page.text).xpath("//iframe/@src")[0])
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def described(options: Options, **changes: Any) -> dict[str, Any]:
    """What a tool says of itself."""
    tool = options.tool_url
    said: dict[str, Any] = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{tool}/start",
        "redirect_uris": [f"{tool}/enter"],
        "client_name": "Étranger",
        "jwks_uri": f"{tool}/.well-known/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        TOOL_CONFIGURATION: {
            "target_link_uri": f"{tool}/enter",
            "messages": [{"type": "LtiResourceLinkRequest"}],
        },
    }
    return {**said, **changes}


def register(visitor: Visitor, token: str, said: object) -> TestResponse:
    endpoint = visitor.get("/.well-known/openid-configuration").json
    assert endpoint is not None
    headers = {"Authorization": f"Bearer {token}"}
    return visitor.post(
        urlsplit(endpoint["registration_endpoint"]).path, json=said, headers=headers
    )


def new_token(visitor: Visitor) -> str:
    return given_to_tool(visitor)["registration_token"]


def test_the_platform_says_what_it_is(visitor: Visitor, options: Options) -> None:
    said = visitor.get("/.well-known/openid-configuration").json or {}
    assert said["issuer"] == options.url
    assert said["jwks_uri"] == options.jwks_url
    lti = said["https://purl.imsglobal.org/spec/lti-platform-configuration"]
    assert {each["type"] for each in lti["messages_supported"]} == {
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
        "LtiSubmissionReviewRequest",
    }


def test_the_tool_s_page_is_opened_with_all_that_it_needs(
    visitor: Visitor, options: Options
) -> None:
    given = given_to_tool(visitor)
    assert given["invitation"] == "a&b"
    assert given["openid_configuration"] == f"{options.url}/.well-known/openid-configuration"
    assert given["registration_token"]


def test_a_registered_tool_is_launched_under_its_own_client_id(
    visitor: Visitor, options: Options
) -> None:
    answer = register(visitor, new_token(visitor), described(options))
    assert answer.status_code == 201
    client_id = (answer.json or {})["client_id"]
    deployment = (answer.json or {})[TOOL_CONFIGURATION]["deployment_id"]
    assert (client_id, deployment) != (CLIENT_ID, DEPLOYMENT_ID)
    assert client_id in visitor.get("/administration").text

    visitor.sign_in(STUDENT)
    login = visitor.login_of(f"/launch/{visitor.link_id('Unité 1')}")
    assert login.action == f"{options.tool_url}/start"
    assert login.fields["client_id"] == client_id
    sent = form_of(visitor.authorize(login, redirect_uri=f"{options.tool_url}/enter"))
    assert sent.action.startswith(options.tool_url)
    claims = jwt.decode(sent.fields["id_token"], options={"verify_signature": False})
    assert claims["aud"] in (client_id, [client_id])
    assert claims[f"{LTI}deployment_id"] == deployment

    assertion = visitor.tool.assertion(options.token_url, iss=client_id, sub=client_id)
    assert visitor.ask_token(assertion).status_code == 200
    assert visitor.ask_token().status_code == 200, "the former registration still serves"


def test_a_second_registration_updates_the_first(visitor: Visitor, options: Options) -> None:
    first = register(visitor, new_token(visitor), described(options)).json or {}
    said = described(options, initiate_login_uri=f"{options.tool_url}/begin")
    second = register(visitor, new_token(visitor), said).json or {}
    assert second["client_id"] == first["client_id"]
    assert visitor.login_of(f"/launch/{visitor.link_id('Unité 1')}").action.endswith("/begin")


def test_a_registration_token_serves_once(visitor: Visitor, options: Options) -> None:
    token = new_token(visitor)
    assert register(visitor, token, described(options)).status_code == 201
    again = register(visitor, token, described(options))
    assert (again.status_code, (again.json or {})["error"]) == (401, "invalid_token")


def test_a_registration_token_is_over_after_an_hour(
    visitor: Visitor, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registration_views.TOKEN_SECONDS == 3600
    token = new_token(visitor)
    monkeypatch.setattr(registration_views, "TOKEN_SECONDS", -1)
    assert register(visitor, token, described(options)).status_code == 401


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_forged_registration_token_is_refused(
    visitor: Visitor, options: Options, token: str
) -> None:
    assert register(visitor, token, described(options)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"response_types": ["code"]},
        {"grant_types": ["implicit"]},
        {"application_type": "native"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"client_name": None},
        {"redirect_uris": ["https://attacker.example/"]},
        {"redirect_uris": None},
        {"initiate_login_uri": "https://attacker.example/"},
        {"jwks_uri": None},
        {TOOL_CONFIGURATION: None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_description_that_no_launch_can_follow_is_refused_and_the_token_still_serves(
    visitor: Visitor, options: Options, changes: dict[str, Any]
) -> None:
    token = new_token(visitor)
    refused = register(visitor, token, described(options, **changes))
    assert (refused.status_code, (refused.json or {})["error"]) == (400, "invalid_client_metadata")
    assert register(visitor, token, described(options)).status_code == 201


@pytest.mark.parametrize(
    "messages", [None, ["LtiResourceLinkRequest"], [{"type": "LtiSomethingElse"}]]
)
def test_a_message_that_the_classroom_never_sends_is_refused(
    visitor: Visitor, options: Options, messages: object
) -> None:
    lti = {**described(options)[TOOL_CONFIGURATION], "messages": messages}
    said = described(options, **{TOOL_CONFIGURATION: lti})
    assert register(visitor, new_token(visitor), said).status_code == 400


def test_what_is_no_description_is_refused(visitor: Visitor) -> None:
    assert register(visitor, new_token(visitor), ["nothing"]).status_code == 400


def test_only_an_administrator_registers_a_tool(visitor: Visitor, options: Options) -> None:
    url = f"{options.tool_url}/register"
    assert open_page(visitor, url).status_code == 403
    visitor.sign_in(INSTRUCTOR)
    assert open_page(visitor, url).status_code == 403


@pytest.mark.parametrize("url", ["https://attacker.example/register", "javascript:alert(1)", ""])
def test_no_other_site_is_opened_with_a_token(visitor: Visitor, url: str) -> None:
    visitor.sign_in(ADMINISTRATOR)
    page = open_page(visitor, url)
    assert page.status_code == 400
    assert FRENCH["error_registration_address"] in page.text
