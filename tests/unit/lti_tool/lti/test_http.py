"""Calls to platforms end, however slowly they answer."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import ExitStack

import pytest

from lti_tool.lti import Unreachable, http
from tests.functional.launch.lms import Answer, Asked, Server
from tests.unit.lti_tool.lti.test_guard import dripping


@pytest.mark.parametrize("status", ["200 OK", "302 Found\r\nLocation: /elsewhere"])
def test_an_answer_that_drips_is_given_up(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)
    head = f"HTTP/1.1 {status}\r\nContent-Length: 100000\r\n\r\n{{"

    with dripping(head.encode()) as url, pytest.raises(Unreachable, match="after the time limit"):
        http.call("GET", url)


def test_an_answer_that_cannot_be_unpacked_is_none() -> None:
    with Server().running() as server:
        server.answers["/"] = Answer(200, b"{}", {"Content-Encoding": "gzip"})

        with pytest.raises(Unreachable):
            http.call("GET", f"{server.url}/")


def test_an_answer_that_grows_when_unpacked_is_given_up() -> None:
    with Server().running() as server:
        bomb = gzip.compress(b"x" * (2 * http.SIZE_LIMIT))
        server.answers["/"] = Answer(200, bomb, {"Content-Encoding": "gzip"})

        with pytest.raises(Unreachable, match="more than"):
            http.call("GET", f"{server.url}/")


def test_a_packed_answer_is_read() -> None:
    with Server().running() as server:
        body = b"x" * 100_000
        server.answers["/"] = Answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})

        assert http.call("GET", f"{server.url}/").body == body


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.1)
    given_up = threading.Event()

    def think(_asked: Asked) -> Answer:
        given_up.wait(60)
        return Answer(200, b"too late")

    with Server().running() as server:
        server.answers["/"] = think

        with pytest.raises(Unreachable, match="Timeout"):
            http.call("GET", f"{server.url}/")
        given_up.set()


def test_a_server_that_takes_no_connection_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.1)
    with ExitStack() as sockets:
        door = sockets.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        host, port = door.getsockname()
        for _ in range(3):  # Nobody opens: who stands there first leaves no room for others.
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((host, port))

        with pytest.raises(Unreachable, match="ConnectTimeout"):
            http.call("GET", f"http://{host}:{port}/")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with Server().running() as server:
        server.answers["/"] = Answer(302, headers={"Location": f"{server.url}/elsewhere"})

        assert http.call("GET", f"{server.url}/", token="secret").status == 302
        assert server.asked_at("/elsewhere") == []
