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
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import available_timezones

PREFIX = "ARRIMAGE_"
DATABASE_KINDS = ("sqlite", "postgresql")
QUEUE_KINDS = ("sqlite", "redis", "rediss", "postgresql")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
WAYS_IN = ("password", "lti")
HIGHEST_PORT = 65_535


class SettingsError(Exception):
    """One or more settings cannot be used. ``problems`` holds a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


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


def supported_database(text: str) -> str:
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


def queue_address(text: str) -> str:
    """Return the address of a queue that the tool can use; raise ``ValueError``."""
    kind, _, rest = text.partition("://")
    if kind == "postgres":
        kind = "postgresql"
    if kind not in QUEUE_KINDS or not rest.strip("/"):
        raise ValueError(
            "write redis://host:6379/0, rediss://… with encryption, postgresql://user:password@"
            "host/name or sqlite:///folder/file.db, or unset the variable: a file will do."
        )
    return f"{kind}://{rest}"


def folders(text: str) -> tuple[Path, ...]:
    """Return the folders of a list separated as ``PATH`` is; raise ``ValueError``."""
    found = tuple(Path(part).expanduser() for part in text.split(os.pathsep) if part)
    for folder in found:
        if not folder.is_dir():
            raise ValueError(f"there is no folder {folder}. Make it, or take it off the list.")
    return found


def folder(text: str) -> Path:
    """Return the path of a folder, which need not be there yet; raise ``ValueError``."""
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError("that is no folder. Name one, or unset the variable.")
    return path


def cache_home() -> Path:
    """Return where the account that runs this keeps what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


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


def yes_or_no(text: str) -> bool:
    """Return a choice written in words or as a digit; raise ``ValueError``."""
    choices = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if text.lower() not in choices:
        raise ValueError("write yes or no.")
    return choices[text.lower()]


def time_zone(text: str) -> str:
    """Return the name of a time zone; raise ``ValueError``."""
    if text not in available_timezones():
        raise ValueError("write a name of the IANA's, such as Europe/Paris or America/Martinique.")
    return text


def ways_in(text: str) -> frozenset[str]:
    """Return the ways into the administration, from a list; raise ``ValueError``."""
    named = {part.strip().lower() for part in text.split(",")} - {""}
    if not named or not named <= {*WAYS_IN, "none"} or ("none" in named and len(named) > 1):
        raise ValueError(f"write {', '.join(WAYS_IN)}, both with a comma between them, or none.")
    return frozenset(named - {"none"})


def minutes(text: str) -> timedelta:
    """Return a length of time given in minutes; raise ``ValueError``."""
    return timedelta(minutes=between(5, 1440)(text))


def hours(text: str) -> timedelta:
    """Return a length of time given in hours; raise ``ValueError``."""
    return timedelta(hours=between(1, 72)(text))


def level_name(text: str) -> str:
    """Return the name of a logging level; raise ``ValueError``."""
    level = text.upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"write one of {', '.join(LOG_LEVELS)}.")
    return logging.getLevelName(logging.getLevelNamesMapping()[level])


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable: its name less the prefix, how it is read, what it means.

    ``read`` turns the variable's text into the value, or raises ``ValueError`` with a
    sentence that says how to mend it.
    """

    name: str
    read: Callable[[str], Any]
    meaning: str


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation is set up. Nothing here changes while the program runs."""

    public_url: Annotated[
        str,
        Variable(
            "PUBLIC_URL", origin, "The origin under which browsers and platforms reach the tool."
        ),
    ] = "http://localhost:8000"
    database_url: Annotated[
        str,
        Variable(
            "DATABASE_URL", supported_database, "An SQLAlchemy address, sqlite: or postgresql:."
        ),
    ] = "sqlite:///var/arrimage.db"
    queue_url: Annotated[
        str | None,
        Variable(
            "QUEUE",
            queue_address,
            "Where workers hear of scores to send: redis:, rediss:, postgresql: or sqlite:. "
            "Without it, a file on this machine.",
        ),
    ] = None
    delivery_threads: Annotated[
        int, Variable("DELIVERY_THREADS", between(1, 64), "Scores that a worker sends at once.")
    ] = 8
    calls_per_platform: Annotated[
        int,
        Variable(
            "CALLS_PER_PLATFORM",
            between(1, 64),
            "Scores that all workers together send to one platform at once.",
        ),
    ] = 4
    sync_hour: Annotated[
        int,
        Variable(
            "SYNC_HOUR",
            between(0, 23),
            "At what hour of TIME_ZONE classes that wish it are synchronised each night.",
        ),
    ] = 3
    course_roots: Annotated[
        tuple[Path, ...],
        Variable(
            "COURSES", folders, "Folders that hold courses, besides those that come with the tool."
        ),
    ] = ()
    default_course: Annotated[
        str | None, Variable("DEFAULT_COURSE", str, "What a link that names no course opens.")
    ] = None
    institution_file: Annotated[
        Path | None,
        Variable(
            "INSTITUTION",
            existing_file,
            "The profile of the institution that runs the tool, a TOML file as partners have.",
        ),
    ] = None
    partners: Annotated[
        tuple[Path, ...],
        Variable(
            "PARTNERS", folders, "Folders of partners' profiles, besides the examples that come."
        ),
    ] = ()
    cache: Annotated[
        Path, Variable("CACHE", folder, "Where what exports made is kept, to be used again.")
    ] = field(default_factory=lambda: cache_home() / "arrimage")
    packages: Annotated[
        Path | None,
        Variable(
            "PACKAGES",
            folder,
            "Where packages of the export page are kept: one folder for all machines that serve. "
            "Beside the database's file, unless it says otherwise.",
        ),
    ] = None
    time_zone: Annotated[
        str,
        Variable(
            "TIME_ZONE",
            time_zone,
            "In which the dates of a class are written, until its instructor chooses another.",
        ),
    ] = "Europe/Paris"
    proxy_hops: Annotated[
        int,
        Variable(
            "PROXY_HOPS", between(0, 10), "How many reverse proxies of yours stand before the tool."
        ),
    ] = 0
    bind: Annotated[
        tuple[str, int], Variable("BIND", address, "The address and port to listen on.")
    ] = ("127.0.0.1", 8000)
    workers: Annotated[int, Variable("WORKERS", between(1, 64), "Processes.")] = 2
    # At least two threads: a platform reads our key set while we ask it for a token, and it
    # must be answered by another thread than the one that waits.
    threads: Annotated[int, Variable("THREADS", between(2, 256), "Threads in each process.")] = 8
    streams: Annotated[
        int,
        Variable(
            "STREAMS",
            between(0, 1024),
            "Class tables that a process keeps up to date at once, each by a thread of its own "
            "beside those of ARRIMAGE_THREADS. The others look for news every half minute.",
        ),
    ] = 32
    log_level: Annotated[str, Variable("LOG_LEVEL", level_name, "How much the log tells.")] = "INFO"
    # Otherwise an invited stranger could make the tool call programs on its own machine.
    allow_loopback: Annotated[
        bool,
        Variable(
            "ALLOW_LOOPBACK",
            yes_or_no,
            "Let a platform on this very machine register the tool: for development only.",
        ),
    ] = False
    # A page that does what only the command line could do is opened by a decision.
    administration: Annotated[
        frozenset[str],
        Variable(
            "ADMINISTRATION",
            ways_in,
            "How administrators enter /admin: password, lti (a launch from a platform that may), "
            "both with a comma between them, or none.",
        ),
    ] = frozenset()
    session_idle: Annotated[
        timedelta,
        Variable(
            "SESSION_IDLE_MINUTES", minutes, "A window left alone for that long must be reopened."
        ),
    ] = field(default=timedelta(hours=4))
    session_lifetime: Annotated[
        timedelta, Variable("SESSION_HOURS", hours, "The longest that one launch may serve.")
    ] = field(default=timedelta(hours=12))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings. Raise ``SettingsError`` with every mistake found."""
        texts = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        problems: list[str] = []
        for attribute, variable in cls.variables().items():
            name = PREFIX + variable.name
            text = texts.get(name, "").strip()
            try:
                if text:
                    values[attribute] = variable.read(text)
            except ValueError as error:
                problems.append(f"{name} is {text!r}: {error}")
        if problems:
            raise SettingsError(tuple(problems))
        return cls(**values)

    @classmethod
    def variables(cls) -> Mapping[str, Variable]:
        """Return the environment variable of each attribute."""
        declared = get_type_hints(cls, include_extras=True)
        return {name: hint.__metadata__[0] for name, hint in declared.items()}

    @property
    def queue(self) -> str:
        """The queue's address. Without a setting it is a file, for this database's alone.

        It lies beside a database that is a file, else with what can be made again.
        """
        if self.queue_url is not None:
            return self.queue_url
        kind, _, file = self.database_url.partition(":///")
        if kind.startswith("sqlite") and file:
            path = Path(file.partition("?")[0])
            return f"sqlite:///{path.with_name(f'{path.stem}-queue{path.suffix}')}"
        mark = sha256(self.database_url.encode()).hexdigest()[:16]
        return f"sqlite:///{self.cache / 'queues' / f'{mark}.db'}"

    @property
    def packages_folder(self) -> Path:
        """Where packages of the export page are kept: ``packages``, beside the database's file.

        A database that is no file says nothing of where: then it is the usual place.
        """
        if self.packages is not None:
            return self.packages
        kind, _, file = self.database_url.partition(":///")
        beside = kind == "sqlite" and file and file != ":memory:"
        return (Path(file.partition("?")[0]).parent if beside else Path("var")) / "packages"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the tool over https."""
        return self.public_url.startswith("https://")
