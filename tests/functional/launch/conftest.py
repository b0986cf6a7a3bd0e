"""The tool behind its HTTP door, a platform that it knows, and a browser between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.launch.lms import TOOL, Key, Lms, Server

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "deux-unites"


@pytest.fixture(scope="session")
def lms_key() -> Key:
    return Key("lms-key-1")


@pytest.fixture(scope="session")
def other_key() -> Key:
    return Key("lms-key-2")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture
def lms(server: Server, lms_key: Key) -> Lms:
    return Lms(server, lms_key)


@pytest.fixture
def app(database_url: str, lms: Lms) -> Iterator[Flask]:
    """The application, which knows the platform and one deployment of it."""
    app = create_app(
        Settings(
            public_url=TOOL,
            database_url=database_url,
            course_roots=(COURSES,),
            default_course=COURSE,
        )
    )
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        keep_platform(db, lms.registration)
    yield app
    tool.close()


@pytest.fixture
def tool(app: Flask) -> Tool:
    tool: Tool = app.extensions["arrimage"]
    return tool


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()
