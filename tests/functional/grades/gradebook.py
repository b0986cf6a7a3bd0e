"""A small gradebook on a real HTTP server, as strict as Moodle's, that notes what it receives."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"


@dataclass(frozen=True)
class Reply:
    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Gradebook:
    """Columns by address, grades by user. ``replies`` are given first, whatever was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.students = {"user-1", "user-2", "user-3"}
        self.grades: dict[tuple[str, str], float] = {}
        self.last_second: dict[tuple[str, str], int] = {}
        self.received: list[dict[str, Any]] = []
        self.replies: deque[Reply] = deque()
        self.token_replies: deque[Reply] = deque()
        self.tokens_issued = 0
        self.before_reply: Any = None
        self._lock = threading.Lock()

    def line_item(self, number: int = 1) -> str:
        return f"{self.url}/items/{number}/lineitem?type_id=3"

    def issue_token(self) -> Reply:
        with self._lock:
            if self.token_replies:
                return self.token_replies.popleft()
            self.tokens_issued += 1
            token = f"token-{self.tokens_issued}"
        return Reply(200, json.dumps({"access_token": token, "expires_in": 3600}))

    def take(self, target: str, headers: Any, body: bytes) -> Reply:
        score = json.loads(body)
        with self._lock:
            self.received.append(score)
            planned = self.replies.popleft() if self.replies else None
        if self.before_reply is not None:
            self.before_reply()
        if planned is not None:
            return planned
        with self._lock:
            return self._judged(target, headers, score)

    def _judged(self, target: str, headers: Any, score: dict[str, Any]) -> Reply:
        parts = urlsplit(target)
        refusals = (
            (not parts.path.endswith("/lineitem/scores"), Reply(404, "No handler found")),
            (parse_qs(parts.query) != {"type_id": ["3"]}, Reply(403, "Request missing type_id")),
            (headers["Authorization"] not in self._tokens(), Reply(401, "Invalid token")),
            (headers["Content-Type"] != SCORE_TYPE, Reply(400, "Invalid content type")),
            (score["userId"] not in self.students, Reply(400, "Incorrect score received")),
        )
        for refused, reply in refusals:
            if refused:
                return reply
        return self._kept((parts.path, score["userId"]), score)

    def _kept(self, place: tuple[str, str], score: dict[str, Any]) -> Reply:
        second = int(datetime.fromisoformat(score["timestamp"]).timestamp())
        if second <= self.last_second.get(place, 0):
            return Reply(409, "Refusing score with an earlier timestamp")
        self.last_second[place] = second
        if score["gradingProgress"] == "FullyGraded" and "scoreGiven" in score:
            self.grades[place] = score["scoreGiven"] / score["scoreMaximum"]
        else:
            self.grades.pop(place, None)
        return Reply(200)

    def _tokens(self) -> set[str]:
        return {f"Bearer token-{number}" for number in range(1, self.tokens_issued + 1)}

    def grade(self, user: str, number: int = 1) -> float | None:
        return self.grades.get((f"/items/{number}/lineitem/scores", user))

    @property
    def seconds(self) -> list[int]:
        """The timestamps received, in whole seconds."""
        return [int(datetime.fromisoformat(one["timestamp"]).timestamp()) for one in self.received]


@contextmanager
def serving(gradebook: Gradebook) -> Iterator[Gradebook]:
    """Serve the gradebook on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path = urlsplit(self.path).path
            reply = (
                gradebook.issue_token()
                if path == "/token"
                else gradebook.take(self.path, self.headers, body)
            )
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body.encode())))
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests read ``received``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gradebook.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gradebook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
