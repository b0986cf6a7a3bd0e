"""The tool with its administration open, a platform that it knows, and who stands at the door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.services import administration
from lti_tool.services.administration import Way, issue_ticket, set_password
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.launch.lms import TOOL, Key, Lms, Server

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "deux-unites"
PASSWORD = "une longue phrase de passe"


@dataclass
class Visitor:
    """A browser before the door, or behind it. What it posts comes from a page of ours."""

    client: FlaskClient
    address: str = "198.51.100.7"

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.address})

    def post(self, path: str, origin: str | None = TOOL, /, **form: str) -> TestResponse:
        headers = {} if origin is None else {"Origin": origin}
        return self.client.post(
            path, data=form, headers=headers, environ_base={"REMOTE_ADDR": self.address}
        )

    def try_password(self, password: str = PASSWORD) -> TestResponse:
        return self.post("/admin/sign-in", password=password)

    @property
    def is_in(self) -> bool:
        return self.get("/admin").status_code == 200


@pytest.fixture(autouse=True)
def _passwords_hashed_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as in production, with less work: what the hash is for, costs most of a second."""
    monkeypatch.setattr(administration, "SCRYPT", "scrypt:1024:8:1")


@pytest.fixture(scope="session")
def lms_key() -> Key:
    return Key("lms-key-1")


@pytest.fixture
def lms(lms_key: Key) -> Iterator[Lms]:
    with Server().running() as running:
        yield Lms(running, lms_key)


def make_app(database_url: str, *ways: str, public_url: str = TOOL) -> Flask:
    return create_app(
        Settings(
            public_url=public_url,
            database_url=database_url,
            course_roots=(COURSES,),
            default_course=COURSE,
            administration=frozenset(ways),
        )
    )


@pytest.fixture
def app(database_url: str, lms: Lms) -> Iterator[Flask]:
    """The application, which one password and one platform's administrators may enter."""
    app = make_app(database_url, "password", "lti")
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        keep_platform(db, lms.registration).admits_administrators = True
    yield app
    tool.close()


@pytest.fixture
def tool(app: Flask) -> Tool:
    tool: Tool = app.extensions["arrimage"]
    return tool


@pytest.fixture
def password(tool: Tool) -> str:
    with tool.database.transaction() as db:
        set_password(db, PASSWORD)
    return PASSWORD


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


@pytest.fixture
def admin(app: Flask, tool: Tool) -> Visitor:
    """Somebody who is in."""
    with tool.database.transaction() as db:
        ticket = issue_ticket(db, Way.COMMAND)
    entered = Visitor(app.test_client())
    assert entered.post("/admin/enter", ticket=ticket).status_code == 200
    return entered
