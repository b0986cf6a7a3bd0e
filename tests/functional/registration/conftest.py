"""The tool, told to allow this machine, and a platform on it that registers tools."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import Invitation, Platform
from lti_tool.services.registrations import invite
from lti_tool.tool import Tool
from tests.functional.launch.lms import TOOL, Answer, Asked, Server

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "deux-unites"
TOKEN = "registration-token-1"
DEPLOYMENT = "deployment-7"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@dataclass
class Registrar:
    """A platform's side of Dynamic Registration. ``tools`` is what was registered."""

    server: Server
    client_id: str = "client-7"
    deployment: object = DEPLOYMENT
    changes: dict[str, Any] = field(default_factory=dict)
    tools: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.answers["/configuration"] = self.describe
        self.server.answers["/register"] = self.register

    @property
    def url(self) -> str:
        return f"{self.server.url}/configuration"

    @property
    def issuer(self) -> str:
        return self.server.url

    def describe(self, _asked: Asked) -> Answer:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.server.url}/auth",
            "token_endpoint": f"{self.server.url}/token",
            "jwks_uri": f"{self.server.url}/jwks",
            "registration_endpoint": f"{self.server.url}/register",
            PLATFORM_CONFIGURATION: {
                "product_family_code": "exemple",
                "messages_supported": [
                    {"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest"},
                ],
            },
            **self.changes,
        }
        kept = {name: value for name, value in said.items() if value is not None}
        return Answer(body=json.dumps(kept).encode())

    def register(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, b'{"error": "invalid_token"}')
        tool = json.loads(asked.body)
        self.tools.append(tool)
        said = {**tool, "client_id": self.client_id}
        if self.deployment is not None:
            said[TOOL_CONFIGURATION] = {
                **tool[TOOL_CONFIGURATION],
                "deployment_id": self.deployment,
            }
        return Answer(201, json.dumps(said).encode())


@dataclass
class Desk:
    """What an administrator does with an address of ours."""

    browser: FlaskClient
    tool: Tool
    registrar: Registrar

    def invite(self, hours: float = 72, name: str | None = None) -> str:
        with self.tool.database.transaction() as db:
            return invite(db, timedelta(hours=hours), name)

    def asked(self, invitation: str, /, **changes: str) -> dict[str, str]:
        return {
            "invitation": invitation,
            "openid_configuration": self.registrar.url,
            "registration_token": TOKEN,
            **changes,
        }

    def open(self, invitation: str, /, **changes: str) -> TestResponse:
        return self.browser.get("/lti/register", query_string=self.asked(invitation, **changes))

    def confirm(self, invitation: str, /, **changes: str) -> TestResponse:
        return self.browser.post("/lti/register", data=self.asked(invitation, **changes))

    def platforms(self) -> list[Platform]:
        with self.tool.database.reading() as db:
            found = list(db.scalars(select(Platform).order_by(Platform.id)))
            for each in found:
                each.deployments.sort(key=lambda one: one.deployment_id)
            return found

    def invitations(self) -> list[Invitation]:
        with self.tool.database.reading() as db:
            return list(db.scalars(select(Invitation)))

    def serves_still(self, invitation: str) -> bool:
        """Whether an invitation can be used, by using it for a platform that is as it should."""
        self.registrar.changes.clear()
        Registrar.__post_init__(self.registrar)
        return self.confirm(invitation).status_code == 200


def fields(page: str) -> Mapping[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def registrar(server: Server) -> Registrar:
    return Registrar(server)


def settings_for(database_url: str, *, allow_loopback: bool) -> Settings:
    return Settings(
        public_url=TOOL,
        database_url=database_url,
        course_roots=(COURSES,),
        default_course=COURSE,
        allow_loopback=allow_loopback,
    )


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, allow_loopback=True))
    yield app
    app.extensions["arrimage"].close()


@pytest.fixture
def desk(app: Flask, registrar: Registrar) -> Desk:
    return Desk(app.test_client(), app.extensions["arrimage"], registrar)


@pytest.fixture
def strict_desk(database_url: str, registrar: Registrar) -> Iterator[Desk]:
    """The tool as it is in production: nothing of this machine may be called."""
    app = create_app(settings_for(database_url, allow_loopback=False))
    tool: Tool = app.extensions["arrimage"]
    yield Desk(app.test_client(), tool, registrar)
    tool.close()
