"""A platform as a process of its own: ``python -m tests.faults.campus`` and a JSON configuration.

Tokens are given and checked by lti1p3platform, through the demonstration classroom's platform;
nothing of the tool is here. Its gradebook is as strict as Moodle's: a score whose timestamp is
not strictly later, to the second, is a conflict; any grading progress but ``FullyGraded`` erases
the grade; media types are exact, and line items carry a query. ``/gradebook`` shows a test what
it holds.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from jwt.algorithms import RSAAlgorithm
from lti1p3platform.exceptions import LtiException, LtiServiceException

from classroom.keys import Secrets, load_secrets
from classroom.options import Options
from classroom.platform import SCORE_SCOPE, ClassroomPlatform
from classroom.store import Store
from classroom.tools import KnownTool

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
SCORES = re.compile(r"/columns/(\w+)/lineitem/scores")
KEY_ID = "campus"
AHEAD_SECONDS = 5


@dataclass(frozen=True)
class Configuration:
    """``url`` is what the tool calls, ``port`` where we listen: a proxy may be between.

    ``delay`` is what each score takes, in seconds. The gradebook already holds a score from
    ``AHEAD_SECONDS`` later for one student in ``ahead``, as if a clock had been wrong.
    """

    port: int
    url: str
    tool_url: str
    folder: str
    columns: tuple[str, ...]
    delay: float = 0.0
    ahead: int = 0

    def options(self) -> Options:
        return Options(self.url, self.tool_url, Path(self.folder))

    def secrets(self) -> Secrets:
        return load_secrets(Path(self.folder))


@dataclass
class Gradebook:
    """Grades by column and user, and what was counted."""

    ahead: int = 0
    grades: dict[str, float] = field(default_factory=dict)
    last_second: dict[str, int] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, column: str, score: dict[str, Any]) -> int:
        """Keep a score; return the HTTP status that says what became of it."""
        place = f"{column} {score['userId']}"
        second = int(datetime.fromisoformat(score["timestamp"]).timestamp())
        with self.lock:
            if self._is_ahead(score["userId"]):
                self.last_second.setdefault(place, int(time.time()) + AHEAD_SECONDS)
            if second <= self.last_second.get(place, 0):
                self.counted["conflicts"] += 1
                return 409
            self.last_second[place] = second
            self.counted["taken"] += 1
            self.grades.pop(place, None)
            if score["gradingProgress"] == "FullyGraded":
                self.grades[place] = score["scoreGiven"] / score["scoreMaximum"]
        return 200

    def _is_ahead(self, user_id: str) -> bool:
        return bool(self.ahead) and int(user_id.rpartition("-")[2]) % self.ahead == 0


class Campus:
    """What the platform answers, whatever the server."""

    def __init__(self, configuration: Configuration) -> None:
        self._options = configuration.options()
        self._secrets = configuration.secrets()
        self._store = Store(Path(configuration.folder) / "campus.db", ())
        self._tool = KnownTool.of(self._options)
        self._columns = frozenset(configuration.columns)
        self._delay = configuration.delay
        self.gradebook = Gradebook(configuration.ahead)

    def get(self, path: str) -> tuple[int, Any]:
        if path == "/lti/jwks":
            public = jwt.algorithms.RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(
                self._secrets.public_key
            )
            key = RSAAlgorithm.to_jwk(public, as_dict=True)  # type: ignore[arg-type]  # a public one
            return 200, {"keys": [{**key, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}
        if path == "/gradebook":
            with self.gradebook.lock:
                return 200, {
                    "grades": dict(self.gradebook.grades),
                    "counted": dict(self.gradebook.counted),
                }
        return 404, {}

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        with self.gradebook.lock:
            self.gradebook.counted["tokens"] += 1
        try:
            return 200, self._platform().get_access_token(form)
        except LtiException as error:
            return 401, {"error": "invalid_client", "error_description": str(error)}

    def score(self, target: str, authorization: str, media_type: str, body: bytes) -> int:
        parts = urlsplit(target)
        found = SCORES.fullmatch(parts.path)
        if found is None or found[1] not in self._columns:
            return 404
        if dict(parse_qsl(parts.query)) != {"type_id": "1"}:
            return 403
        try:
            self._platform().validate_token(authorization.removeprefix("Bearer "), [SCORE_SCOPE])
        except LtiServiceException:
            return 401
        if media_type != SCORE_TYPE:
            return 400
        if self._delay:
            time.sleep(self._delay)
        score = json.loads(body)
        known = isinstance(score, dict) and str(score.get("userId", "")).startswith("student-")
        return self.gradebook.take(found[1], score) if known else 400

    def _platform(self) -> ClassroomPlatform:
        return ClassroomPlatform(self._options, self._secrets, self._store, self._tool)


def serve(configuration: Configuration) -> None:
    """Answer until the process ends."""
    campus = Campus(configuration)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise each small answer waits for the other side's acknowledgement.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(*campus.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/lti/token":
                self._answer(*campus.token(dict(parse_qsl(body.decode()))))
                return
            authorization = self.headers.get("Authorization", "")
            media_type = self.headers.get("Content-Type", "")
            self._answer(campus.score(self.path, authorization, media_type, body), None)

        def _answer(self, status: int, said: Any) -> None:
            body = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: ``/gradebook`` says what there is to know."""

    server = ThreadingHTTPServer(("127.0.0.1", configuration.port), Handler)
    server.daemon_threads = True
    server.serve_forever()


def command(configuration: Configuration) -> list[str]:
    """Return the command that starts a campus."""
    return [sys.executable, "-m", "tests.faults.campus", json.dumps(asdict(configuration))]


if __name__ == "__main__":
    serve(Configuration(**json.loads(sys.argv[1])))
