"""A platform's list of one class on a real HTTP server, page after page."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lti_tool.lti.rosters import MEMBERS_TYPE
from tests.functional.launch.lms import Answer, Asked, Server

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"


def person(number: int, **changes: object) -> dict[str, Any]:
    """Somebody as a platform describes them: with more than we want to know."""
    return {
        "user_id": f"user-{number}",
        "name": f"Personne {number}",
        "email": f"personne-{number}@lms.example",
        "picture": "https://lms.example/face.png",
        "roles": ["Learner"],
        "status": "Active",
        **changes,
    }


class Registrar:
    """``members`` are on the list; ``replies`` are given first, whatever was asked."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.members: list[dict[str, Any]] = []
        self.page_size = 100
        self.link = '<{url}>; rel="next"'
        self.replies: deque[Answer] = deque()
        self.before_answer: Callable[[], object] = lambda: None
        self.tokens = 0
        server.answers["/token"] = self._token
        server.answers["/members"] = self._page

    @property
    def url(self) -> str:
        return f"{self.server.url}/members?class=7"

    @property
    def calls(self) -> list[Asked]:
        return self.server.asked_at("/members")

    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(asked.path).query) for asked in self.calls]

    def _token(self, _asked: Asked) -> Answer:
        self.tokens += 1
        return given({"access_token": f"token-{self.tokens}", "expires_in": 3600})

    def _page(self, asked: Asked) -> Answer:
        self.before_answer()
        if self.replies:
            return self.replies.popleft()
        if asked.headers.get("authorization") != f"Bearer token-{self.tokens}":
            return Answer(401, b"Unauthorized")
        if asked.headers.get("accept") != MEMBERS_TYPE:
            return Answer(400, b"No handler found")
        start = int(parse_qs(urlsplit(asked.path).query).get("from", ["0"])[0])
        end = start + self.page_size
        page = given({"id": self.url, "members": self.members[start:end]})
        if end < len(self.members):
            page.headers = {"Link": self.link.format(url=f"{self.url}&from={end}")}
        return page


def given(body: object, **headers: str) -> Answer:
    return Answer(200, json.dumps(body).encode(), headers)
