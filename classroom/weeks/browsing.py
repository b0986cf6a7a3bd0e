"""A browser without a screen, before the classroom and the tool of this process."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

from classroom.accounts import Account
from classroom.options import Options

Application = Callable[..., Any]
SESSION: Final = re.compile(r'"session":\s*("[^"]+")')


class DoorClosed(Exception):
    """The classroom or the tool did not answer as it answers a browser."""


class Form(HTMLParser):
    """The form of a page that sends itself: where to, and with which hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = said["action"]
        elif tag == "input":
            self.fields[said["name"]] = said["value"]


class Window:
    """An activity that somebody opened: what they do in it goes to the tool with its token."""

    def __init__(self, tool: Client, options: Options, page: str) -> None:
        found = SESSION.search(page)
        if found is None:
            raise DoorClosed(f"The tool opened no window: {page[:400]}")
        self._tool = tool
        self._options = options
        self._headers = {"Authorization": f"Bearer {json.loads(found[1])}"}

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the tool answers: JSON, or the text of a page."""
        answer = self._tool.open(
            path,
            method=method,
            json=body,
            headers=self._headers,
            base_url=self._options.tool_url,
        )
        if answer.status_code != HTTPStatus.OK:
            raise DoorClosed(f"{method} {path}: {answer.status} {answer.text[:400]}")
        return answer.json if answer.is_json else answer.text


class Browser:
    """One person's browser. The two applications are asked directly, with no port between."""

    def __init__(self, classroom: Application, tool: Application, options: Options) -> None:
        self._classroom = Client(classroom)
        self._tool = Client(tool)
        self._options = options

    def enter(self, account: Account) -> None:
        """Choose an account in the classroom."""
        self._visit(self._classroom, "POST", "/sign-in", {"account": account.user_id})

    def open(self, link_id: str) -> Window:
        """Launch an activity (LTI Security Framework 1.0, 5.1.1). Raise ``DoorClosed``."""
        login = self._form(self._visit(self._classroom, "GET", f"/launch/{link_id}"))
        asked = self._visit(self._tool, "POST", login.action, login.fields)
        message = self._form(self._visit(self._classroom, "GET", asked.headers["Location"]))
        page = self._visit(self._tool, "POST", message.action, message.fields)
        return Window(self._tool, self._options, page.text)

    def _form(self, answer: TestResponse) -> Form:
        return Form(answer.text)

    def _visit(
        self, client: Client, method: str, address: str, fields: Mapping[str, str] | None = None
    ) -> TestResponse:
        parts = urlsplit(address)
        origin = self._options.url if client is self._classroom else self._options.tool_url
        answer = client.open(
            parts._replace(scheme="", netloc="").geturl(),
            method=method,
            data=fields,
            base_url=origin,
        )
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise DoorClosed(f"{method} {parts.path}: {answer.status} {answer.text[:400]}")
        return answer
