"""A platform's columns on a real HTTP server, with Moodle's ways: made, changed, removed, read."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.functional.launch.lms import Answer, Asked, Server

ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
TYPE_ID = "type_id=3"


class Columns:
    """``items`` by number, ``results`` by number and user; ``replies`` are given first."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.items: dict[int, dict[str, Any]] = {}
        self.results: dict[int, list[dict[str, Any]]] = {}
        self.replies: deque[Answer] = deque()
        self.after: Callable[[Asked], object] = lambda _asked: None
        self.page_size = 100
        self.link = "<{url}>; rel=“next”"
        self.reads_filters = True
        self._lock = threading.Lock()
        server.answers["/token"] = Answer(
            body=json.dumps({"access_token": "token-1", "expires_in": 3600}).encode()
        )
        server.answers["/7/lineitems"] = self._take
        for number in range(1, 10):
            for ending in ("", "/results", "/scores"):
                server.answers[f"/7/lineitems/{number}/lineitem{ending}"] = self._take

    @property
    def url(self) -> str:
        return f"{self.server.url}/7/lineitems?{TYPE_ID}"

    def address(self, number: int) -> str:
        return f"{self.server.url}/7/lineitems/{number}/lineitem?{TYPE_ID}"

    def add(self, **members: object) -> str:
        """Put a column there, as the platform would; return its address."""
        number = max(self.items, default=0) + 1
        self.items[number] = {
            "id": self.address(number),
            "label": f"Colonne {number}",
            "scoreMaximum": 100,
            **members,
        }
        return self.address(number)

    def labels(self) -> list[str]:
        return [item["label"] for item in self.items.values()]

    def calls(self, method: str) -> list[Asked]:
        return [
            asked
            for asked in self.server.asked
            if asked.method == method and asked.path.startswith("/7/")
        ]

    def grade(self, number: int, user_id: str) -> float | None:
        """The share of the maximum that a column holds for somebody."""
        for result in self.results.get(number, []):
            if result["userId"] == user_id:
                return float(result["resultScore"] / result["resultMaximum"])
        return None

    def _take(self, asked: Asked) -> Answer:
        with self._lock:
            answer = self.replies.popleft() if self.replies else self._answered(asked)
        self.after(asked)
        return answer

    def _answered(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if asked.headers.get("authorization") != "Bearer token-1" or query.get("type_id") != "3":
            return Answer(403, b"No token, or request missing type_id")
        if parts.path == "/7/lineitems":
            return self._list(asked, query) if asked.method == "GET" else self._create(asked)
        _empty, _course, _items, number, *_path, ending = parts.path.split("/")
        if int(number) not in self.items:
            return Answer(404, b"Line item not found")
        if ending == "results":
            return self._results(asked, int(number), query)
        return (self._score if ending == "scores" else self._one)(asked, int(number))

    def _list(self, asked: Asked, query: dict[str, str]) -> Answer:
        if asked.headers.get("accept") != ITEMS_TYPE:
            return Answer(400, b"No handler found")
        names = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
        found = [
            item
            for item in self.items.values()
            if not self.reads_filters
            or all(item.get(names[name]) == query[name] for name in names if name in query)
        ]
        return self._page(found, self.url, query)

    def _page(self, found: list[dict[str, Any]], url: str, query: dict[str, str]) -> Answer:
        start = int(query.get("from", "0"))
        end = start + self.page_size
        headers = {}
        if end < len(found):
            # As Moodle writes it: an ampersand as in HTML, and round quotes.
            link = self.link.format(url=f"{url}&amp;from={end}")
            headers["Link"] = link.encode().decode("latin-1")
        return Answer(200, json.dumps(found[start:end]).encode(), headers)

    def _create(self, asked: Asked) -> Answer:
        if asked.headers.get("content-type") != ITEM_TYPE:
            return Answer(400, b"No handler found")
        url = self.add(**json.loads(asked.body))
        made = next(item for item in self.items.values() if item["id"] == url)
        return Answer(201, json.dumps(made).encode())

    def _one(self, asked: Asked, number: int) -> Answer:
        if asked.method == "DELETE":
            del self.items[number]
            self.results.pop(number, None)
            return Answer(204)
        if asked.method == "PUT":
            if asked.headers.get("content-type") != ITEM_TYPE:
                return Answer(400, b"No handler found")
            self.items[number] = json.loads(asked.body)
        return Answer(200, json.dumps(self.items[number]).encode())

    def _results(self, asked: Asked, number: int, query: dict[str, str]) -> Answer:
        if asked.headers.get("accept") != RESULTS_TYPE:
            return Answer(400, b"No handler found")
        found = [
            result
            for result in self.results.get(number, [])
            if query.get("user_id") in {None, result.get("userId")}
        ]
        url = self.address(number).replace("?", "/results?")
        return self._page(found, url, query)

    def _score(self, asked: Asked, number: int) -> Answer:
        if asked.headers.get("content-type") != SCORE_TYPE:
            return Answer(400, b"No handler found")
        score = json.loads(asked.body)
        kept = [one for one in self.results.get(number, []) if one["userId"] != score["userId"]]
        maximum = self.items[number]["scoreMaximum"]
        given = score["scoreGiven"] / score["scoreMaximum"] * maximum
        kept.append({"userId": score["userId"], "resultScore": given, "resultMaximum": maximum})
        self.results[number] = kept
        return Answer(200)
