"""Platforms' keys: kept, renewed, and never waited for by everybody in turn."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator

import pytest

from lti_tool.lti import Fault, KeySets, LaunchRefused, http
from tests.functional.launch.lms import Answer, Asked, Key, Server

KEY = Key("key-1")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        running.answers["/jwks"] = Answer(body=json.dumps({"keys": [KEY.jwk()]}).encode())
        yield running


def test_a_key_set_is_asked_for_again_when_it_is_an_hour_old(server: Server) -> None:
    clock = [0.0]
    key_sets = KeySets(lambda: clock[0])
    for clock[0] in (0.0, 3_500.0, 3_700.0):
        key_sets.key(f"{server.url}/jwks", KEY.kid)
    assert len(server.asked) == 2


def test_keys_of_two_platforms_with_the_same_name_are_kept_apart(server: Server) -> None:
    other = Key("key-1")
    server.answers["/other"] = Answer(body=json.dumps({"keys": [other.jwk()]}).encode())
    key_sets = KeySets()
    first = key_sets.key(f"{server.url}/jwks", "key-1")
    second = key_sets.key(f"{server.url}/other", "key-1")
    assert first.public_numbers() != second.public_numbers()


def test_those_who_waited_for_a_platform_that_failed_do_not_ask_in_turn(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 60)
    everybody_came = threading.Event()
    looks = itertools.count(1)

    def clock() -> float:
        # Each of the four looks at the clock as it comes, and the one who asks once more.
        if next(looks) == 5:
            everybody_came.set()
        return time.monotonic()

    def hang(_asked: Asked) -> Answer:
        everybody_came.wait(60)
        return Answer(503)

    server.answers["/jwks"] = hang
    key_sets = KeySets(clock)
    faults: list[Fault] = []

    def ask() -> None:
        with pytest.raises(LaunchRefused) as raised:
            key_sets.key(f"{server.url}/jwks", KEY.kid)
        faults.append(raised.value.fault)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [Fault.KEYS_UNREACHABLE] * 4
    assert len(server.asked) == 1


def test_who_comes_after_a_failure_asks_again(server: Server) -> None:
    good = server.answers["/jwks"]
    server.answers["/jwks"] = Answer(503)
    key_sets = KeySets()
    with pytest.raises(LaunchRefused):
        key_sets.key(f"{server.url}/jwks", KEY.kid)
    server.answers["/jwks"] = good
    assert key_sets.key(f"{server.url}/jwks", KEY.kid)


def test_an_unknown_key_has_a_failing_platform_asked_once_a_minute(server: Server) -> None:
    clock = [0.0]
    key_sets = KeySets(lambda: clock[0])
    url = f"{server.url}/jwks"
    key_sets.key(url, KEY.kid)
    server.answers["/jwks"] = Answer(503)
    clock[0] = 100.0
    faults = []
    for _ in range(4):
        with pytest.raises(LaunchRefused) as raised:
            key_sets.key(url, "forged")
        faults.append(raised.value.fault)
    assert faults == [Fault.KEYS_UNREACHABLE, *[Fault.KEY_UNKNOWN] * 3]
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer", [Answer(503), Answer(200, b"no keys"), Answer(200, b'{"keys": 7}')]
)
def test_an_error_does_not_cost_the_keys_that_we_have(server: Server, answer: Answer) -> None:
    clock = [0.0]
    key_sets = KeySets(lambda: clock[0])
    url = f"{server.url}/jwks"
    kept = key_sets.key(url, KEY.kid)
    server.answers["/jwks"] = answer
    clock[0] = 100.0
    with pytest.raises(LaunchRefused):
        key_sets.key(url, "another")
    assert key_sets.key(url, KEY.kid) is kept
