"""A person in front of the classroom, and the tool's calls to it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from classroom.accounts import Account
from classroom.options import Options
from classroom.platform import AGS_SCOPES, ASSERTION_TYPE, GROUP_SCOPE, MEMBERS_SCOPE
from tests.functional.classroom.stranger import Stranger

ALL_SCOPES = " ".join([*AGS_SCOPES, MEMBERS_SCOPE, GROUP_SCOPE])


@dataclass(frozen=True)
class Form:
    """A form that a page sends by itself."""

    action: str
    fields: dict[str, str]


def form_of(response: TestResponse) -> Form:
    (form,) = html.fromstring(response.text).forms
    fields = {name: value for name, value in form.form_values() if name}
    return Form(form.action, fields)


@dataclass
class Visitor:
    client: FlaskClient
    options: Options
    tool: Stranger

    def get(self, url: str, **options: Any) -> TestResponse:
        return self.client.get(url, base_url=self.options.url, **options)

    def post(self, url: str, **options: Any) -> TestResponse:
        return self.client.post(url, base_url=self.options.url, **options)

    def sign_in(self, account: Account) -> None:
        assert self.post("/sign-in", data={"account": account.user_id}).status_code == 302

    def link_id(self, title: str) -> str:
        """The id of the link of that title, read from the course page."""
        page = html.fromstring(self.get("/").text)
        card = next(
            card
            for card in page.find_class("link")
            if card.find_class("link-text")[0].find("h3").text == title
        )
        return str(card.xpath(".//a/@href")[0]).rpartition("/")[2]

    def titles(self) -> list[str]:
        page = html.fromstring(self.get("/").text)
        return [str(title) for title in page.xpath("//*[@class='link-text']/h3/text()")]

    def login_of(self, path: str) -> Form:
        """What the classroom sends to the tool's login when that page is opened."""
        return form_of(self.get(path))

    def asked_by_tool(self, login: Form, **changes: str) -> dict[str, str]:
        """The authentication request of a tool that was sent ``login``."""
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login.fields["client_id"],
            "redirect_uri": self.options.launch_url,
            "login_hint": login.fields["login_hint"],
            "lti_message_hint": login.fields["lti_message_hint"],
            "state": "the-state",
            "nonce": uuid.uuid4().hex,
            **changes,
        }

    def authorize(self, login: Form, **changes: str) -> TestResponse:
        return self.get("/lti/auth", query_string=self.asked_by_tool(login, **changes))

    def launch(self, path: str) -> dict[str, Any]:
        """The claims that the tool receives, their signature verified."""
        sent = form_of(self.authorize(self.login_of(path)))
        assert sent.action == self.options.launch_url
        return self.verified(sent.fields["id_token"])

    def verified(self, token: str) -> dict[str, Any]:
        """The claims of a launch, which names somebody."""
        claims = self.verified_notice(token)
        assert "sub" in claims
        return claims

    def verified_notice(self, token: str) -> dict[str, Any]:
        """The claims of whatever the classroom has signed for its tool."""
        keys = jwt.PyJWKSet.from_dict(self.get("/lti/jwks").json or {})
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            ["RS256"],
            audience="arrimage-demonstration",
            issuer=self.options.url,
            options={"require": ["exp", "iat", "nonce"]},
        )
        return claims

    def ask_token(self, assertion: str | None = None, **changes: str | None) -> TestResponse:
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.tool.assertion(self.options.token_url),
            "scope": ALL_SCOPES,
            **changes,
        }
        data = {name: value for name, value in fields.items() if value is not None}
        return self.post("/lti/token", data=data)

    def token(self, scope: str = ALL_SCOPES) -> str:
        response = self.ask_token(scope=scope)
        assert response.status_code == 200, response.text
        return str(response.json["access_token"])  # type: ignore[index]  # just answered

    def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        media_type: str | None = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """A service call, as a tool makes it: to a whole URL, with a token."""
        authorization = f"Bearer {self.token() if token is None else token}"
        parts = urlsplit(url)
        return self.client.open(
            parts._replace(scheme="", netloc="").geturl(),
            method=method,
            base_url=self.options.url,
            headers={"Authorization": authorization, **headers},
            json=body,
            content_type=media_type,
        )
