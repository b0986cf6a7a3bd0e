"""A platform's list of one class on a real HTTP server, page after page."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lti_tool.lti.groups import GROUPS_TYPE, SETS_TYPE
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
    """``members`` are on the list; ``replies`` are given first, whatever was asked.

    With ``changed``, the list comes with an address at which just those are told.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.members: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] | None = None
        self.groups: list[dict[str, Any]] = []
        self.sets: list[dict[str, Any]] = []
        self.page_size = 100
        self.link = '<{url}>; rel="next"'
        self.replies: deque[Answer] = deque()
        self.before_answer: Callable[[], object] = lambda: None
        self.tokens = 0
        server.answers["/token"] = self._token
        server.answers["/members"] = self._page
        server.answers["/groups"] = self._groups
        server.answers["/sets"] = self._sets

    @property
    def url(self) -> str:
        return f"{self.server.url}/members?class=7"

    @property
    def calls(self) -> list[Asked]:
        return self.server.asked_at("/members")

    @property
    def groups_url(self) -> str:
        return f"{self.server.url}/groups?class=7"

    @property
    def sets_url(self) -> str:
        return f"{self.server.url}/sets?class=7"

    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(asked.path).query) for asked in self.calls]

    def _token(self, _asked: Asked) -> Answer:
        self.tokens += 1
        return given({"access_token": f"token-{self.tokens}", "expires_in": 3600})

    def _page(self, asked: Asked) -> Answer:
        self.before_answer()
        if self.replies:
            return self.replies.popleft()
        query = parse_qs(urlsplit(asked.path).query)
        told = self.members
        if self.changed is not None and "since" in query:
            told = self.changed
        page = self._part(asked, MEMBERS_TYPE, "members", told, self.url)
        if self.changed is not None and "from" not in query:
            links = filter(
                None, (page.headers.get("Link"), f'<{self.url}&since=1>; rel="differences"')
            )
            page.headers = {"Link": ", ".join(links)}
        return page

    def _groups(self, asked: Asked) -> Answer:
        return self._part(asked, GROUPS_TYPE, "groups", self.groups, self.groups_url)

    def _sets(self, asked: Asked) -> Answer:
        return self._part(asked, SETS_TYPE, "sets", self.sets, self.sets_url)

    def _part(
        self, asked: Asked, media_type: str, name: str, told: list[dict[str, Any]], url: str
    ) -> Answer:
        if asked.headers.get("authorization") != f"Bearer token-{self.tokens}":
            return Answer(401, b"Unauthorized")
        if asked.headers.get("accept") != media_type:
            return Answer(400, b"No handler found")
        start = int(parse_qs(urlsplit(asked.path).query).get("from", ["0"])[0])
        end = start + self.page_size
        page = given({"id": url, name: told[start:end]})
        if end < len(told):
            page.headers = {"Link": self.link.format(url=f"{url}&from={end}")}
        return page


def given(body: object, **headers: str) -> Answer:
    return Answer(200, json.dumps(body).encode(), headers)
