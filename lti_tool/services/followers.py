"""Those who follow a class while it works, in one process: how many, how long, and what they hear.

Each follower is a stream of server-sent events (HTML Standard, 9.2) that holds a thread and, at
rest, nothing else: no connection to the database, no session. Whoever of a class wakes first
looks for its pulse (``services.pulse``), and the others hear of it: a class is asked about once
in so many seconds, however many follow it. A stream says that something changed, and never what:
the page asks for that, as it always does, and proves again who asks (ADR 0034).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
SHARE_OF_TIME: Final = 50
"""A look that takes long is followed by a pause so many times as long."""
HEARTBEAT_SECONDS: Final = 10.0
"""A stream that says nothing for longer is taken for dead, by proxies and by our page."""
LONGEST_SECONDS: Final = 240.0
"""Then the page comes again: a stream outlives no deployment by more."""
RETRY_MS: Final = 3000

OPENING: Final = f"retry: {RETRY_MS}\n: the table is followed\n\n"
HEARTBEAT: Final = ": nothing new\n\n"


class TooManyFollow(Exception):
    """This process has no thread left for another stream."""


def change(pulse: str) -> str:
    """Return the event that a class changed. Its id comes back as ``Last-Event-ID``."""
    return f"event: change\nid: {pulse}\ndata: {pulse}\n\n"


@dataclass(eq=False)
class _Watched:
    """A class that somebody follows. The lock is held while it is looked at."""

    followers: int = 0
    pulse: str = ""
    look_again_at: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(eq=False)
class Follower:
    """One stream: of which link, for how long, and whether another one takes its place."""

    window: str
    link_pk: int
    ends_at: float
    over: threading.Event = field(default_factory=threading.Event)


class Followers:
    """All streams of a process, ``most`` at once. Safe to share among threads."""

    def __init__(
        self,
        look: Callable[[int], str],
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        rest: Callable[[threading.Event, float], bool] = threading.Event.wait,
    ) -> None:
        """``look`` returns a link's pulse. ``rest`` waits, and says whether it was woken."""
        self.is_stopping: Callable[[], bool] = lambda: False
        self._look = look
        self._most = most
        self._clock = clock
        self._rest = rest
        self._lock = threading.Lock()
        self._followers: dict[str, Follower] = {}
        self._watched: dict[int, _Watched] = {}

    def join(self, window: str, link_pk: int, seconds: float) -> Follower:
        """Take a place for a window's stream, for so many seconds at most.

        A window has one stream: an earlier one, that its page has let go of, makes room. Raise
        ``TooManyFollow``.
        """
        ends_at = self._clock() + min(seconds, LONGEST_SECONDS)
        follower = Follower(window, link_pk, ends_at)
        with self._lock:
            earlier = self._followers.get(window)
            if earlier is None and (len(self._followers) >= self._most or self.is_stopping()):
                raise TooManyFollow(f"{self._most} streams are open")
            if earlier is not None:
                self._forget(earlier)
            self._followers[window] = follower
            self._watched.setdefault(link_pk, _Watched()).followers += 1
        return follower

    def leave(self, follower: Follower) -> None:
        """Give the place back. Twice does no harm."""
        with self._lock:
            if self._followers.get(follower.window) is follower:
                del self._followers[follower.window]
                self._forget(follower)

    def events(self, follower: Follower, known: str) -> Iterator[str]:
        """Yield what a stream says, while it lasts. ``known`` is the pulse that the page has."""
        yield OPENING
        said_at = self._clock()
        while not self._is_over(follower):
            try:
                pulse = self._pulse(follower.link_pk)
            except SQLAlchemyError as error:
                log.warning("A class can no longer be followed: %s", error)
                return
            if pulse != known:
                yield change(pulse)
                known, said_at = pulse, self._clock()
            elif self._clock() - said_at >= HEARTBEAT_SECONDS:
                yield HEARTBEAT
                said_at = self._clock()
            if self._rest(follower.over, LOOK_SECONDS):
                return

    def _is_over(self, follower: Follower) -> bool:
        return follower.over.is_set() or self.is_stopping() or self._clock() >= follower.ends_at

    def _forget(self, follower: Follower) -> None:
        follower.over.set()
        watched = self._watched[follower.link_pk]
        watched.followers -= 1
        if not watched.followers:
            del self._watched[follower.link_pk]

    def _pulse(self, link_pk: int) -> str:
        with self._lock:
            watched = self._watched.get(link_pk) or _Watched()
        with watched.lock:
            began = self._clock()
            if began >= watched.look_again_at:
                watched.pulse = self._look(link_pk)
                ended = self._clock()
                pause = max(LOOK_SECONDS, SHARE_OF_TIME * (ended - began))
                # Those who woke together take the same look.
                watched.look_again_at = ended + pause * 0.9
            return watched.pulse
