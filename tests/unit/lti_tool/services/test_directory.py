"""What a process remembers of the platforms, for how long, and what it never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import delete, event, update

from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused
from lti_tool.models import Deployment, Platform, now
from lti_tool.services.directory import LIFETIME, PlatformDirectory
from lti_tool.services.platforms import Registration, keep_platform

ISSUER = "https://lms.example"
REGISTRATION = Registration(
    name="LMS",
    issuer=ISSUER,
    client_id="client-1",
    authorization_url=f"{ISSUER}/auth",
    token_url=f"{ISSUER}/token",
    jwks_url=f"{ISSUER}/jwks",
    deployment_ids=("1",),
)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def other_process(database_url: str) -> Iterator[Database]:
    """The same database, written to by somebody who tells us nothing."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def directory(database: Database, other_process: Database, clock: Clock) -> PlatformDirectory:
    register(other_process)
    return PlatformDirectory(database, clock)


def register(database: Database, **changes: object) -> None:
    with database.transaction() as db:
        keep_platform(db, replace(REGISTRATION, **changes))  # type: ignore[arg-type]  # any field


def fault_of(find: Callable[[], object]) -> Fault:
    with pytest.raises(LaunchRefused) as refused:
        find()
    return refused.value.fault


def test_a_platform_is_read_once_for_the_logins_of_some_seconds(
    directory: PlatformDirectory, database: Database, clock: Clock
) -> None:
    asked: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    first = directory.find(ISSUER, "client-1", None)
    questions = len(asked)
    for _ in range(3):
        assert directory.find(ISSUER, "client-1", None) == first
    assert len(asked) == questions
    clock.seconds += LIFETIME
    assert directory.find(ISSUER, "client-1", None) == first
    assert len(asked) == 2 * questions


def test_what_this_process_writes_is_seen_at_once(
    directory: PlatformDirectory, database: Database
) -> None:
    directory.find(ISSUER, None, None)
    register(database, jwks_url=f"{ISSUER}/new-keys", deployment_ids=("2",))
    changed = directory.find(ISSUER, None, None)
    assert changed.jwks_url == f"{ISSUER}/new-keys"
    assert changed.deployment_ids == {"1", "2"}
    with database.transaction() as db:
        db.execute(update(Platform).values(suspended_at=now()))
    assert fault_of(lambda: directory.find(ISSUER, None, None)) is Fault.PLATFORM_SUSPENDED
    with database.transaction() as db:
        db.execute(delete(Deployment))
        db.execute(delete(Platform))
    assert fault_of(lambda: directory.find(ISSUER, None, None)) is Fault.PLATFORM_UNKNOWN
    assert directory.known(changed.id) is None


def test_what_is_undone_changes_nothing(directory: PlatformDirectory, database: Database) -> None:
    def fail() -> None:
        with database.transaction() as db:
            db.execute(update(Platform).values(suspended_at=now()))
            raise LookupError

    before = directory.find(ISSUER, None, None)
    with pytest.raises(LookupError):
        fail()
    assert directory.find(ISSUER, None, None) == before


def test_what_another_process_takes_away_is_seen_within_seconds(
    directory: PlatformDirectory, other_process: Database, clock: Clock
) -> None:
    directory.find(ISSUER, "client-1", None)
    with other_process.transaction() as db:
        db.execute(update(Platform).values(suspended_at=now()))
    clock.seconds += LIFETIME
    assert fault_of(lambda: directory.find(ISSUER, "client-1", None)) is Fault.PLATFORM_SUSPENDED


def test_nobody_is_refused_for_what_was_remembered(
    directory: PlatformDirectory, other_process: Database
) -> None:
    assert fault_of(lambda: directory.find("https://new.example", None, None)) is (
        Fault.PLATFORM_UNKNOWN
    )
    register(other_process, issuer="https://new.example")
    assert directory.find("https://new.example", None, None).client_id == "client-1"
    assert fault_of(lambda: directory.find(ISSUER, "client-2", None)) is Fault.CLIENT_UNKNOWN
    register(other_process, client_id="client-2", deployment_ids=("2",))
    assert directory.find(ISSUER, "client-2", None).deployment_ids == {"2"}
    assert directory.find(ISSUER, None, "2").client_id == "client-2"
