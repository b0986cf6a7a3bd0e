"""A proxy before the platform that misbehaves, in every way of which platforms are capable.

What goes wrong is drawn from a deck that the seed shuffles: so often each, and then no more.
"""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANDED_ON = ("Authorization", "Content-Type", "Accept")
SILENCE_SECONDS = 20.0
"""Longer than any client waits: it ends when the client goes away."""


class Fault(StrEnum):
    """What becomes of a call."""

    ERROR = "answered with an error of its own"
    OVERLOADED = "answered with 503 and nothing more"
    RESET = "cut off before the platform had it"
    ACCEPTED_RESET = "cut off after the platform took it"
    ACCEPTED_SILENT = "taken by the platform, and never answered"
    BUSY = "told to come back in a second"
    BUSY_AHEAD = "told to come back at a time, by a clock that is ahead"
    BUSY_BEHIND = "told to come back at a time, by a clock that is behind"
    SLOW = "answered late"
    WRONG_JSON = "answered with a page instead of JSON"
    UNAUTHORIZED = "told that its token is not good any more"


USUAL: Mapping[Fault, int] = {
    Fault.ERROR: 4,
    Fault.OVERLOADED: 3,
    Fault.RESET: 3,
    Fault.ACCEPTED_RESET: 3,
    Fault.ACCEPTED_SILENT: 1,
    Fault.BUSY: 2,
    Fault.BUSY_AHEAD: 1,
    Fault.BUSY_BEHIND: 1,
    Fault.SLOW: 4,
    Fault.WRONG_JSON: 3,
    Fault.UNAUTHORIZED: 2,
}
"""How often each is in a deck of one size."""
TAKEN = frozenset({Fault.ACCEPTED_RESET, Fault.ACCEPTED_SILENT, Fault.WRONG_JSON})
CLOCK_ERROR = timedelta(seconds=3)
SLOW_SECONDS = 0.5


@dataclass
class Deck:
    """The faults that there are to come, and those that there were."""

    seed: int
    size: int
    share: float = 0.25
    """How many calls meet one, as long as there are any."""
    met: Counter[Fault] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 -- repeatable
        self._faults = [fault for fault, often in USUAL.items() for _ in range(often * self.size)]
        self._chance.shuffle(self._faults)
        self._lock = threading.Lock()

    def draw(self) -> Fault | None:
        with self._lock:
            if not self._faults or self._chance.random() > self.share:
                return None
            fault = self._faults.pop()
            self.met[fault] += 1
            return fault


@contextmanager
def misbehaving(port: int, platform_port: int, deck: Deck) -> Iterator[None]:
    """Stand before a platform. Only what is posted meets faults."""
    server = _Server(port, platform_port, deck)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection from the tool, with one of its own to the platform."""

    protocol_version = "HTTP/1.1"
    # Otherwise each small answer waits for the other side's acknowledgement.
    disable_nagle_algorithm = True
    server: _Server
    _platform: http.client.HTTPConnection | None = None

    def do_GET(self) -> None:
        self._hand_on(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.deck.draw()
        if fault in REPLIES:
            status, headers = REPLIES[fault]()
            self._say(status, b"<p>Something is wrong.</p>", "text/html", headers)
        elif fault in TAKEN:
            self._take(fault, body)
        elif fault is Fault.RESET:
            self._cut_off()
        else:
            if fault is Fault.SLOW:
                threading.Event().wait(SLOW_SECONDS)
            self._hand_on(body)

    def _take(self, fault: Fault, body: bytes) -> None:
        """Have the platform take it, and tell the tool nothing of use."""
        status, _, _ = self._ask(body)
        if fault is Fault.WRONG_JSON:
            self._say(status, b"<p>Thank you.</p>", "text/html")
            return
        if fault is Fault.ACCEPTED_SILENT:
            self.connection.settimeout(SILENCE_SECONDS)
            self.connection.recv(1)
        self._cut_off()

    def _hand_on(self, body: bytes) -> None:
        status, media_type, said = self._ask(body)
        self._say(status, said, media_type)

    def _ask(self, body: bytes) -> tuple[int, str, bytes]:
        if self._platform is None:
            port = self.server.platform_port
            self._platform = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        kept = {name: self.headers[name] for name in HANDED_ON if name in self.headers}
        self._platform.request(self.command, self.path, body or None, kept)
        answer = self._platform.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()

    def _say(
        self, status: int, said: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _cut_off(self) -> None:
        # With no time to linger, the other side is told that the connection was reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def finish(self) -> None:
        super().finish()
        if self._platform is not None:
            self._platform.close()

    def log_message(self, *_: object) -> None:
        """Say nothing: the deck knows what was met."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, platform_port: int, deck: Deck) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.platform_port = platform_port
        self.deck = deck

    def handle_error(self, *_: object) -> None:
        """Say nothing: who calls is killed now and then."""

    def shutdown_request(self, request: Any) -> None:
        # Closed at once, without the farewell that a reset does not have.
        self.close_request(request)


def _at(clock_error: timedelta) -> dict[str, str]:
    moment = datetime.now(UTC) + timedelta(seconds=1) + clock_error
    return {"Retry-After": format_datetime(moment, usegmt=True)}


REPLIES = {
    Fault.ERROR: lambda: (500, {}),
    Fault.OVERLOADED: lambda: (503, {}),
    Fault.BUSY: lambda: (429, {"Retry-After": "1"}),
    Fault.BUSY_AHEAD: lambda: (429, _at(CLOCK_ERROR)),
    Fault.BUSY_BEHIND: lambda: (503, _at(-CLOCK_ERROR)),
    Fault.UNAUTHORIZED: lambda: (401, {}),
}
