"""The database: SQLite unless a setting says PostgreSQL, and how its tables come to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

SQLITE_WAIT_MS = 15_000
"""How long a writer waits for another one before it gives up."""
MIGRATIONS = Path(__file__).parent / "migrations"


class OutdatedSchema(Exception):
    """The database's tables are not those that this version of the program needs."""


class BrokenReferences(Exception):
    """A migration would have left rows that refer to nothing: it is undone."""


class Database:
    """Where everything is kept. One for each process; it is safe to share among threads."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(sqlite_begin="BEGIN DEFERRED"),
            expire_on_commit=False,
            autoflush=False,
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is kept when the block ends, and undone when it raises."""
        with self._writers() as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: whatever is changed in it is forgotten."""
        with self._readers() as db:
            yield db

    def upgrade(self) -> None:
        """Bring the tables to what this version of the program needs."""
        with self.migrating() as connection:
            command.upgrade(migration_config(connection), "head")

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A connection in a transaction in which tables may be made anew.

        SQLite cannot change a column in place: the table is copied, and the old one dropped.
        Were foreign keys on, all that refers to its rows would be deleted with it. That they
        still hold is checked at the end.
        """
        with self.engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                with connection.begin():
                    yield connection
                return
            driver = connection.connection.cursor()
            # No effect inside a transaction: SQLAlchemy has begun none yet.
            driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    if broken:
                        raise BrokenReferences(f"{len(broken)} rows refer to rows that are gone")
            finally:
                driver.execute("PRAGMA foreign_keys = ON")
                driver.close()

    def check_schema(self) -> None:
        """Raise ``OutdatedSchema`` unless every migration has been applied."""
        head = ScriptDirectory.from_config(migration_config(None)).get_current_head()
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current != head:
            raise OutdatedSchema(
                f"The database is at version {current or 'none'} and the program needs {head}. "
                "Run: arrimage db upgrade"
            )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def migration_config(connection: Connection | None) -> Config:
    """Return Alembic's configuration, on an open connection where there is one."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(url, pool_pre_ping=True)


def _sqlite_engine(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SQLITE_WAIT_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver would begin a transaction only at the first write, too late for a
        # check-then-write to be safe: transactions begin where SQLAlchemy says so, below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_WAIT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once, so that it never finds out half way that it cannot.
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("sqlite_begin", "BEGIN IMMEDIATE"))

    return engine
