"""The queue of the workers' jobs: Huey, on a file, on Redis or on PostgreSQL (docs/adr/0029).

A job names a platform that has scores due, and nothing else: which ones, the rows say. So it
does no harm when a job comes twice, and little when it is lost: a sweep finds the rows and
queues their platform again. Messages are JSON: whoever can write into the queue can make a
worker look at a platform, and no more.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Worker
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import PostgresStorage
from typing_extensions import override

log = logging.getLogger(__name__)

NAME = "arrimage"
IDLE_SECONDS = 0.5
"""How often a worker at rest looks into a file; other queues wake it."""
PATIENCE_SECONDS = 1.0
"""How long somebody who queues a job waits for the queue."""
RETREAT_SECONDS = 5.0
"""For how long a queue that was away is not asked again: the sweep does its work meanwhile."""
HEALTH_SECONDS = 5.0
"""How often a worker's threads are looked after."""


class JobQueue:
    """Platforms that have scores due. One for each process; safe to share among threads.

    It is opened when it is first used, so that a queue that is away keeps nobody from working.
    """

    def __init__(self, address: str) -> None:
        """Take an address: ``sqlite:///file``, ``redis://…`` or ``postgresql://…``."""
        self._address = address
        self._lock = threading.Lock()
        self._huey: Huey | None = None
        self._job: Callable[[int], object] = self._do
        self._work: Callable[[int], object] = lambda _platform_id: None
        self._away_until = 0.0

    def announce(self, platform_ids: Collection[int]) -> bool:
        """Queue a job for each platform; return whether the queue took them. Never raise."""
        if time.monotonic() < self._away_until:
            return False
        try:
            self._open()
            for platform_id in platform_ids:
                self._job(platform_id)
        except Exception as error:
            self._retreat(error)
            return False
        return True

    def waiting(self) -> frozenset[int] | None:
        """Return the platforms that have a job in the queue; ``None`` when it cannot tell."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return frozenset(task.args[0] for task in self._open().pending())
        except Exception as error:
            self._retreat(error)
            return None

    def consume(self, work: Callable[[int], object], threads: int, stop: threading.Event) -> None:
        """Do the jobs of the queue, each by ``work``, until ``stop`` is set.

        Jobs under way are finished first. A queue that is away is asked until it is back.
        """
        self._work = work
        while not stop.is_set():
            try:
                consumer = _Consumer(
                    self._open(),
                    workers=threads,
                    periodic=False,
                    initial_delay=IDLE_SECONDS / 10,
                    max_delay=IDLE_SECONDS,
                )
                break
            except Exception as error:
                self._retreat(error)
                stop.wait(RETREAT_SECONDS)
        else:
            return
        consumer.start()
        while not stop.wait(HEALTH_SECONDS):
            consumer.check_worker_health()
        consumer.stop(graceful=True)

    def clear(self) -> None:
        """Forget every job. The sweep queues anew what is needed."""
        self._open().storage.flush_queue()

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            if self._huey is not None:
                self._huey.storage.close()
                self._huey = None

    def _open(self) -> Huey:
        with self._lock:
            if self._huey is None:
                opened = _open(self._address)
                # Called, it does nothing but queue a job.
                self._job = opened.task(name="deliver")(self._do)
                self._huey = opened
            return self._huey

    def _do(self, platform_id: int) -> None:
        self._work(platform_id)

    def _retreat(self, error: Exception) -> None:
        self._away_until = time.monotonic() + RETREAT_SECONDS
        log.warning(
            "The queue does not answer (%s: %s). Scores are found in the database meanwhile.",
            type(error).__name__,
            error,
        )


class _Json(Serializer):  # type: ignore[misc]  # Huey ships no types
    """Messages as JSON: what comes out of the queue is never run."""

    @override
    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name, data.args]).encode()

    @override
    def _deserialize(self, data: bytes) -> Message:
        number, name, (platform_id,) = json.loads(data)
        return Message(str(number), str(name), args=(int(platform_id),), kwargs={})


class _Worker(Worker):  # type: ignore[misc]  # Huey ships no types
    """Says once, and not at each look, that the queue is away."""

    _is_away = False

    @override
    def loop(self, now: Any = None) -> None:
        try:
            task = self.huey.dequeue()
        except Exception as error:
            if not self._is_away:
                log.warning("The queue is away (%s: %s).", type(error).__name__, error)
            self._is_away = True
            self.sleep()
            return
        self._is_away = False
        if task is not None:
            self.delay = self.default_delay
            self.huey.execute(task, now)
        elif not self.huey.storage.blocking:
            self.sleep()

    @override
    def shutdown(self) -> None:
        super().shutdown()
        if isinstance(self.huey.storage, _Postgres):
            self.huey.storage.hang_up()


class _Postgres(PostgresStorage):  # type: ignore[misc]  # Huey ships no types
    """Closes what a thread listens on when the thread ends: Huey leaves it to be collected."""

    def hang_up(self) -> None:
        listening = getattr(self._listen_local, "conn", None)
        if listening is not None:
            listening.close()


class _Consumer(Consumer):  # type: ignore[misc]  # Huey ships no types
    """Leaves the signals to the program that runs it."""

    worker_class = _Worker

    @override
    def _set_signal_handlers(self) -> None:
        """Set none."""


def _open(address: str) -> Huey:
    options: dict[str, Any] = {"results": False, "serializer": _Json()}
    kind, _, rest = address.partition(":")
    if kind == "sqlite":
        file = Path(rest.removeprefix("///"))
        file.parent.mkdir(parents=True, exist_ok=True)
        # Nothing is lost that the rows do not hold: the disk need not be waited for.
        return SqliteHuey(
            NAME, filename=str(file), fsync=False, timeout=PATIENCE_SECONDS, **options
        )
    if kind == "postgresql":
        options["storage_class"] = _Postgres
        return Huey(NAME, dsn=address, connect_timeout=round(2 * PATIENCE_SECONDS), **options)
    separator = "&" if "?" in address else "?"
    limits = f"socket_connect_timeout={PATIENCE_SECONDS}&socket_timeout={2 * PATIENCE_SECONDS}"
    return RedisHuey(NAME, url=f"{address}{separator}{limits}", **options)
