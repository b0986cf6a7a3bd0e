"""How the tool runs in the browser tests: small, or as a university runs it.

``ARRIMAGE_TEST_SETUP=several`` has all of them meet several processes on PostgreSQL and Redis
(``make test-several``); without it, only the main job does so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.lending import Lending

REDIS_DATABASES = 16
"""As many as a server has unless told otherwise: each school has one to itself."""


@dataclass(frozen=True)
class Running:
    """What the tool is told by its environment, and how many workers there are."""

    environment: Mapping[str, str]
    workers: int


class Setup(Protocol):
    """A way to run the tool."""

    def begin(self, folder: Path) -> AbstractContextManager[Running]:
        """Have ready what it needs, until the end; ``folder`` is for its files."""


class Small:
    """One process for browsers, one worker, SQLite, and the queue that needs no server."""

    @contextmanager
    def begin(self, folder: Path) -> Iterator[Running]:
        database = f"sqlite:///{folder / 'arrimage.db'}"
        yield Running({"ARRIMAGE_DATABASE_URL": database, "ARRIMAGE_WORKERS": "1"}, 1)


@dataclass
class Several:
    """Two processes for browsers and two workers, which meet on PostgreSQL and Redis."""

    databases: Lending
    redis_url: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(0))

    @contextmanager
    def begin(self, folder: Path) -> Iterator[Running]:
        queue = f"{self.redis_url}/{next(self._numbers) % REDIS_DATABASES}"
        with self.databases.lend() as database:
            yield Running(
                {
                    "ARRIMAGE_DATABASE_URL": database,
                    "ARRIMAGE_QUEUE": queue,
                    "ARRIMAGE_PACKAGES": str(folder / "packages"),
                    "ARRIMAGE_WORKERS": "2",
                },
                2,
            )
