"""Where things are: one frozen ``Settings``, read once from the environment.

Every variable begins with ``ARRIMAGE_``. A wrong value stops the program with a message
that says what is wrong, why it matters and how to mend it; all mistakes come at once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

PREFIX = "ARRIMAGE_"
DEFAULT_DATABASE = "sqlite:///var/arrimage.db"
DATABASE_KINDS = ("sqlite", "postgresql")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
HIGHEST_PORT = 65_535

T = TypeVar("T")


class SettingsError(Exception):
    """One or more settings cannot be used. ``problems`` holds a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is set up. Nothing here changes while the program runs."""

    public_url: str = "http://localhost:8000"
    """``ARRIMAGE_PUBLIC_URL``: the origin under which browsers and platforms reach the tool."""
    database_url: str = DEFAULT_DATABASE
    """``ARRIMAGE_DATABASE_URL``: an SQLAlchemy address, ``sqlite:`` or ``postgresql:``."""
    course_roots: tuple[Path, ...] = ()
    """``ARRIMAGE_COURSES``: folders that hold courses, besides those that come with the tool."""
    default_course: str | None = None
    """``ARRIMAGE_DEFAULT_COURSE``: what a link that names no course opens."""
    institution_file: Path | None = None
    """``ARRIMAGE_INSTITUTION``: a TOML file with what only the institution can say."""
    proxy_hops: int = 0
    """``ARRIMAGE_PROXY_HOPS``: how many reverse proxies of ours stand before the tool."""
    bind: tuple[str, int] = ("127.0.0.1", 8000)
    """``ARRIMAGE_BIND``: the address and port to listen on."""
    workers: int = 2
    """``ARRIMAGE_WORKERS``: processes."""
    threads: int = 8
    """``ARRIMAGE_THREADS``: threads in each process.

    At least two: a platform reads our key set while we ask it for a token, and it must be
    answered by another thread than the one that waits.
    """
    log_level: str = "INFO"
    """``ARRIMAGE_LOG_LEVEL``."""
    session_idle: timedelta = field(default=timedelta(hours=4))
    """``ARRIMAGE_SESSION_IDLE_MINUTES``: a window left alone for that long must be reopened."""
    session_lifetime: timedelta = field(default=timedelta(hours=12))
    """``ARRIMAGE_SESSION_HOURS``: the longest that one launch may serve."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raise ``SettingsError`` with every mistake found."""
        return _Reader(os.environ if environ is None else environ).settings()

    @property
    def secure(self) -> bool:
        """Whether browsers reach the tool over https."""
        return self.public_url.startswith("https://")


class _Reader:
    """Reads variables one by one and gathers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def settings(self) -> Settings:
        plain = Settings()
        settings = Settings(
            public_url=self._read("PUBLIC_URL", origin, plain.public_url),
            database_url=self._read("DATABASE_URL", database_url, plain.database_url),
            course_roots=self._read("COURSES", folders, plain.course_roots),
            default_course=self._read("DEFAULT_COURSE", str, plain.default_course),
            institution_file=self._read("INSTITUTION", existing_file, plain.institution_file),
            proxy_hops=self._read("PROXY_HOPS", between(0, 10), plain.proxy_hops),
            bind=self._read("BIND", address, plain.bind),
            workers=self._read("WORKERS", between(1, 64), plain.workers),
            threads=self._read("THREADS", between(2, 256), plain.threads),
            log_level=self._read("LOG_LEVEL", log_level, plain.log_level),
            session_idle=self._read("SESSION_IDLE_MINUTES", minutes, plain.session_idle),
            session_lifetime=self._read("SESSION_HOURS", hours, plain.session_lifetime),
        )
        if self._problems:
            raise SettingsError(tuple(self._problems))
        return settings

    def _read(self, name: str, convert: Callable[[str], T], default: T) -> T:
        text = self._environ.get(PREFIX + name, "").strip()
        if not text:
            return default
        try:
            return convert(text)
        except ValueError as error:
            self._problems.append(f"{PREFIX}{name} is {text!r}: {error}")
            return default


def origin(text: str) -> str:
    """Return a scheme, host and port, without a final slash; raise ``ValueError``."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _has_good_port(text):
        raise ValueError("write the whole address, such as https://cours.example.org.")
    if parts.path.rstrip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(
            "the tool needs an origin of its own: leave only the scheme, the host and the port."
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(
            "browsers keep no cookie in an LMS's frame without https. Use an https address; "
            "plain http is for localhost only."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this very machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def database_url(text: str) -> str:
    """Return an address that SQLAlchemy takes; raise ``ValueError``."""
    kind = text.partition(":")[0].partition("+")[0]
    if kind == "postgres":
        kind, text = "postgresql", "postgresql" + text.removeprefix("postgres")
    if kind not in DATABASE_KINDS:
        raise ValueError(
            "only SQLite and PostgreSQL are supported. Write sqlite:///folder/file.db or "
            "postgresql://user:password@host/name."
        )
    if text.startswith("postgresql:"):
        return "postgresql+psycopg" + text.removeprefix("postgresql")
    return text


def folders(text: str) -> tuple[Path, ...]:
    """Return the folders of a list separated as ``PATH`` is; raise ``ValueError``."""
    found = tuple(Path(part).expanduser() for part in text.split(os.pathsep) if part)
    for folder in found:
        if not folder.is_dir():
            raise ValueError(f"there is no folder {folder}. Make it, or take it off the list.")
    return found


def existing_file(text: str) -> Path:
    """Return the path of a file that is there; raise ``ValueError``."""
    path = Path(text).expanduser()
    if not path.is_file():
        raise ValueError("there is no such file. Write it, or unset the variable.")
    return path


def address(text: str) -> tuple[str, int]:
    """Return a host and a port, from ``host:port``; raise ``ValueError``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        raise ValueError("write an address and a port, such as 127.0.0.1:8000.")
    return host.strip("[]"), int(port)


def between(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds, which raises ``ValueError``."""

    def whole_number(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ValueError(f"write a whole number from {lowest} to {highest}.")
        return int(text)

    return whole_number


def minutes(text: str) -> timedelta:
    """Return a length of time given in minutes; raise ``ValueError``."""
    return timedelta(minutes=between(5, 1440)(text))


def hours(text: str) -> timedelta:
    """Return a length of time given in hours; raise ``ValueError``."""
    return timedelta(hours=between(1, 72)(text))


def log_level(text: str) -> str:
    """Return the name of a logging level; raise ``ValueError``."""
    level = text.upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"write one of {', '.join(LOG_LEVELS)}.")
    return logging.getLevelName(logging.getLevelNamesMapping()[level])
