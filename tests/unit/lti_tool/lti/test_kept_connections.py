"""Connections to platforms are kept from one call to the next, and carry nothing over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lti_tool.lti import http


class Platform(ThreadingHTTPServer):
    """Answers each call with the number of the connection that it came by."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self.connections = 0
        self.cookies: list[str | None] = []
        self.status = 200


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Platform

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.cookies.append(self.headers.get("Cookie"))
        body = b"hello" * 10_000
        self.send_response(self.server.status)
        self.send_header("Set-Cookie", "tenant=one; Path=/")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("status", [200, 302, 404])
def test_calls_that_follow_one_another_share_a_connection(platform: Platform, status: int) -> None:
    platform.status = status
    for _ in range(3):
        assert http.call("GET", platform.url, token="secret").status == status

    assert platform.connections == 1


def test_a_connection_that_rested_is_not_used_again(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    http.call("GET", platform.url)
    monkeypatch.setattr(http, "REST_SECONDS", -1.0)
    http.call("GET", platform.url)

    assert platform.connections == 2


def test_an_answer_that_was_not_read_to_its_end_does_not_spoil_the_next(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(http, "SIZE_LIMIT", 10)
        with pytest.raises(http.Unreachable):
            http.call("GET", platform.url)

    assert http.call("GET", platform.url).body == b"hello" * 10_000
    assert platform.connections == 2


def test_what_a_platform_gave_us_to_remember_is_forgotten(platform: Platform) -> None:
    http.call("GET", platform.url)
    http.call("GET", platform.url)

    assert platform.cookies == [None, None]


def test_threads_share_no_connection(platform: Platform) -> None:
    http.call("GET", platform.url)
    other = threading.Thread(target=http.call, args=("GET", platform.url))
    other.start()
    other.join()

    assert platform.connections == 2
