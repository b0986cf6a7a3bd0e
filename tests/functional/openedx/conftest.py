"""The tool on a port of this machine, Open edX on another, and a browser between them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import Platform
from lti_tool.services.platforms import Registration, keep_platform
from lti_tool.tool import Tool
from tests.functional.conftest import COURSES
from tests.seeding import COURSE
from tests.servers import PATIENCE_SECONDS, free_ports, wait_for

REPOSITORY = Path(__file__).parents[3]
PYTHON = REPOSITORY / ".cache" / "openedx" / "bin" / "python"
CAMPUS = Path(__file__).parent / "campus.py"


class Form(HTMLParser):
    """The first form of a page: where it goes, and the names and values of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = found["action"]
        if tag == "input" and "name" in found:
            self.fields.append((found["name"], found.get("value", ""), found.get("type", "hidden")))

    @property
    def hidden(self) -> dict[str, str]:
        return {name: value for name, value, kind in self.fields if kind == "hidden"}

    def name_of(self, choice: str) -> str:
        """Return the name of the field that has this value."""
        (name,) = {name for name, value, _ in self.fields if value == choice}
        return name


@dataclass
class Campus:
    """Open edX, with one course and one activity in it that launches the tool."""

    url: str
    tool_url: str

    @property
    def registration(self) -> Registration:
        """What the tool's administrator is told."""
        told = requests.get(f"{self.url}/campus/registration", timeout=PATIENCE_SECONDS).json()
        return Registration(**{**told, "deployment_ids": tuple(told["deployment_ids"])})

    def items(self) -> list[dict[str, Any]]:
        """Return the content items that Open edX keeps."""
        answer = requests.get(f"{self.url}/campus/content", timeout=PATIENCE_SECONDS)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def grades(self, person: str) -> list[tuple[float, int]]:
        """Return the grades of somebody, from 0 to 1, with what they are out of."""
        given = requests.get(f"{self.url}/campus/grades", timeout=PATIENCE_SECONDS).json()["grades"]
        return [(one["score"], one["possible"]) for one in given if one["user"] == person]

    def message(self, browser: FlaskClient, person: str, role: str | None, **clicked: Any) -> Form:
        """Have somebody click on the activity; return the form that Open edX sends us."""
        answer = requests.post(
            f"{self.url}/campus/click",
            data=json.dumps({"user_id": person, "user_role": role, **clicked}),
            timeout=PATIENCE_SECONDS,
        )
        address = urlsplit(answer.json()["url"])
        login = browser.get(f"{address.path}?{address.query}")
        assert login.status_code == 302, login.text
        message = requests.get(login.location, timeout=PATIENCE_SECONDS)
        assert message.status_code == 200, message.text
        return Form(message.text)

    def launch(
        self, browser: FlaskClient, person: str, role: str | None, **clicked: Any
    ) -> TestResponse:
        """Have somebody click on the activity, and return our first page."""
        form = self.message(browser, person, role, **clicked)
        return browser.post(urlsplit(form.action).path, data=form.hidden)


@pytest.fixture(scope="session")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    """Open edX in an environment of its own, for all the tests of this process."""
    if not PYTHON.exists():
        pytest.fail("Open edX's environment is not there: run “make openedx” once.")
    port, tool_port = free_ports(2)
    folder = tmp_path_factory.mktemp("campus")
    campus = Campus(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{tool_port}")
    command = [PYTHON, "-I", CAMPUS, str(port), folder, campus.tool_url]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_for(f"{campus.url}/campus/grades")
        yield campus
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


@pytest.fixture
def app(database_url: str, campus: Campus) -> Iterator[Flask]:
    """The tool, which knows the campus, and which the campus can reach."""
    app = create_app(
        Settings(
            public_url=campus.tool_url,
            database_url=database_url,
            course_roots=(COURSES,),
            default_course=COURSE,
        )
    )
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        keep_platform(db, campus.registration)
    port = urlsplit(campus.tool_url).port
    assert port is not None
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()
    tool.close()


@pytest.fixture
def tool(app: Flask) -> Tool:
    tool: Tool = app.extensions["arrimage"]
    return tool


@pytest.fixture
def platform(tool: Tool) -> Platform:
    with tool.database.reading() as db:
        return db.scalars(select(Platform)).one()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()
