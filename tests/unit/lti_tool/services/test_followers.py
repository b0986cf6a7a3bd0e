"""Streams: what they say, how many there are, and when they end. Nobody waits in these tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool.services.followers import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    LONGEST_SECONDS,
    OPENING,
    Followers,
    TooManyFollow,
    change,
)

FOR_LONG = 10 * LONGEST_SECONDS


@dataclass
class Time:
    """A clock that goes on as soon as somebody rests."""

    now: float = 0.0

    def rest(self, over: threading.Event, seconds: float) -> bool:
        self.now += seconds
        return over.is_set()


@dataclass
class Classes:
    """Classes with a pulse each; a look at one takes some time."""

    time: Time
    pulses: dict[int, str] = field(default_factory=lambda: {1: "a", 2: "a"})
    looks: list[int] = field(default_factory=list)
    takes: float = 0.0

    def look(self, link_pk: int) -> str:
        self.looks.append(link_pk)
        self.time.now += self.takes
        return self.pulses[link_pk]


@pytest.fixture
def classes() -> Classes:
    return Classes(Time())


def followers_of(classes: Classes, most: int = 3) -> Followers:
    time = classes.time
    return Followers(classes.look, most, clock=lambda: time.now, rest=time.rest)


def follow(
    followers: Followers, window: str = "one", link_pk: int = 1, seconds: float = FOR_LONG
) -> Iterator[str]:
    return followers.events(followers.join(window, link_pk, seconds), "a")


def test_an_event_is_written_as_the_standard_says() -> None:
    assert OPENING == "retry: 3000\n: the table is followed\n\n"
    assert change("0f") == "event: change\nid: 0f\ndata: 0f\n\n"
    assert HEARTBEAT.startswith(":")
    assert HEARTBEAT.endswith("\n\n")


def test_a_page_that_is_behind_hears_of_it_at_once(classes: Classes) -> None:
    classes.pulses[1] = "b"

    assert list(islice(follow(followers_of(classes)), 2)) == [OPENING, change("b")]
    assert classes.time.now == 0


def test_each_change_is_said_once(classes: Classes) -> None:
    stream = follow(followers_of(classes))

    next(stream)
    said = []
    for pulse in ("b", "c"):
        classes.pulses[1] = pulse
        said.append(next(stream))
    said.append(next(stream))

    assert said == [change("b"), change("c"), HEARTBEAT]


def test_a_stream_with_nothing_to_say_shows_that_it_lives(classes: Classes) -> None:
    stream = follow(followers_of(classes))

    assert list(islice(stream, 1, 3)) == [HEARTBEAT, HEARTBEAT]
    assert classes.time.now == pytest.approx(2 * HEARTBEAT_SECONDS, abs=2)


@pytest.mark.parametrize(("left", "lasts"), [(FOR_LONG, LONGEST_SECONDS), (30, 30), (-5, 0)])
def test_a_stream_ends_by_itself_and_with_its_session(
    classes: Classes, left: float, lasts: float
) -> None:
    list(follow(followers_of(classes), seconds=left))

    assert classes.time.now == pytest.approx(lasts, abs=1)


def test_a_process_that_stops_ends_its_streams_and_takes_no_more(classes: Classes) -> None:
    followers = followers_of(classes)
    stream = follow(followers)
    next(stream)

    followers.is_stopping = lambda: True

    assert list(stream) == []
    with pytest.raises(TooManyFollow):
        followers.join("another", 1, FOR_LONG)


def test_no_more_streams_are_open_than_there_are_threads_for(classes: Classes) -> None:
    followers = followers_of(classes, most=2)
    first = followers.join("one", 1, FOR_LONG)
    followers.join("two", 1, FOR_LONG)

    with pytest.raises(TooManyFollow):
        followers.join("three", 1, FOR_LONG)

    for _time in range(2):
        followers.leave(first)
    followers.join("three", 2, FOR_LONG)
    with pytest.raises(TooManyFollow):
        followers.join("four", 2, FOR_LONG)


def test_a_window_that_comes_again_takes_its_own_place(classes: Classes) -> None:
    followers = followers_of(classes, most=1)
    earlier = followers.join("one", 1, FOR_LONG)
    stream = followers.events(earlier, "a")
    next(stream)

    later = followers.join("one", 1, FOR_LONG)

    assert list(stream) == []
    followers.leave(earlier)
    with pytest.raises(TooManyFollow):
        followers.join("two", 1, FOR_LONG)
    followers.leave(later)
    followers.join("two", 1, FOR_LONG)


def test_many_who_follow_a_class_look_at_it_as_often_as_one(classes: Classes) -> None:
    followers = followers_of(classes)
    streams = [follow(followers, window) for window in ("one", "two", "three")]
    for stream in streams:
        next(stream)
    classes.pulses[1] = "b"

    assert [next(stream) for stream in streams] == [change("b")] * 3
    assert classes.looks == [1]


def test_a_class_that_takes_long_to_look_at_is_looked_at_less_often(classes: Classes) -> None:
    classes.takes = 0.5
    stream = follow(followers_of(classes))

    list(islice(stream, 5))

    assert len(classes.looks) <= 1 + classes.time.now * 0.05


def test_a_database_that_is_away_ends_the_stream(classes: Classes) -> None:
    def fail(_link_pk: int) -> str:
        raise OperationalError("SELECT", {}, Exception("away"))

    time = classes.time
    followers = Followers(fail, 1, clock=lambda: time.now, rest=time.rest)

    assert list(follow(followers)) == [OPENING]
