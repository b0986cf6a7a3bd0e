"""The database: SQLite unless a setting says PostgreSQL, and how its tables come to be."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from lti_tool.models import Base

SQLITE_WAIT_MS = 15_000
"""How long a writer waits for another one before it gives up."""
USUAL_THREADS = 5
IDLE_SECONDS = 30.0
"""How long a connection may rest without being tried before it is used again."""
_OneShotSelector = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One question to the system, where the usual selector takes four. Windows has no ``poll``."""
MIGRATIONS = Path(__file__).parent / "migrations"


class OutdatedSchema(Exception):
    """The database's tables are not those that this version of the program needs."""


class BrokenReferences(Exception):
    """A migration would have left rows that refer to nothing: it is undone."""


class Database:
    """Where everything is kept. One for each process; it is safe to share among threads."""

    def __init__(self, url: str, threads: int = USUAL_THREADS) -> None:
        """Open the database of an address, for that many threads that will ask it at once."""
        self.engine = _engine(url, threads)
        self._writers = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(
            self.engine.execution_options(sqlite_begin="BEGIN DEFERRED"),
            expire_on_commit=False,
            autoflush=False,
        )
        self._statements = _statements_engine(url, threads) if self.is_postgresql else self.engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is kept when the block ends, and undone when it raises."""
        with self._writers() as db, db.begin():
            yield db

    @contextmanager
    def statement(self) -> Iterator[DBAPICursor]:
        """A cursor of PostgreSQL's driver for one statement, a transaction of its own.

        The server is then asked once, where beginning and committing would be two more
        questions; and the driver is asked directly, which takes half the time.
        """
        connection = self._statements.raw_connection()
        try:
            with closing(connection.cursor()) as cursor:
                yield cursor
        except self._statements.dialect.loaded_dbapi.Error as error:
            if self._statements.dialect.is_disconnect(error, connection, None):
                connection.invalidate(error)
            raise
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: whatever is changed in it is forgotten."""
        with self._readers() as db:
            yield db

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL, and not SQLite."""
        return self.engine.dialect.name == "postgresql"

    def when_written(self, models: tuple[type[Base], ...], then: Callable[[], None]) -> None:
        """Call back after each transaction of this process that wrote to one of these tables."""

        @event.listens_for(self._writers, "after_flush")
        def rows(db: Session, _context: object) -> None:
            if any(isinstance(row, models) for row in chain(db.new, db.dirty, db.deleted)):
                db.info[then] = True

        @event.listens_for(self._writers, "do_orm_execute")
        def statements(state: ORMExecuteState) -> None:
            mapper = None if state.is_select else state.bind_mapper
            if mapper is not None and issubclass(mapper.class_, models):
                state.session.info[then] = True

        @event.listens_for(self._writers, "after_commit")
        def tell(db: Session) -> None:
            if db.info.pop(then, False):
                then()

    def after_commit(self, then: Callable[[Session], None]) -> None:
        """Call back after each transaction of this process, with its session."""
        event.listen(self._writers, "after_commit", then)

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

    @property
    def engines(self) -> tuple[Engine, ...]:
        """Every engine that asks the database, each once."""
        return tuple(dict.fromkeys((self.engine, self._statements)))

    def close(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            engine.dispose()


def migration_config(connection: Connection | None) -> Config:
    """Return Alembic's configuration, on an open connection where there is one."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _engine(url: str, threads: int) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return _postgresql_engine(url, threads)


def _statements_engine(url: str, threads: int) -> Engine:
    """Return an engine whose connections are in no transaction, when taken and when put back.

    Nothing has to be begun, committed, switched or reset around a statement: each of these
    would cost a third of what a short statement costs.
    """
    return _postgresql_engine(url, threads, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def _postgresql_engine(url: str, threads: int, **options: Any) -> Engine:
    """Return an engine that survives a restart of the server.

    A server that goes away closes its connections, and this machine knows: there is
    something to read on the socket. Asking costs no round trip, unlike a try before each use.
    A connection that rested for long is tried all the same: what lies between may have
    forgotten it without a word.
    """
    # A connection beyond the pool's size is closed after each use, and made anew for the next.
    engine = create_engine(url, pool_size=threads, **options)

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_if_doubtful(connection: Any, record: Any, _proxy: Any) -> None:
        rested = time.monotonic() - record.info.get("rests_since", time.monotonic())
        if rested < IDLE_SECONDS and not _has_something_to_say(connection.fileno()):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    return engine


def _has_something_to_say(descriptor: int) -> bool:
    """Whether something can be read that nobody asked for: its last words, as a rule."""
    with _OneShotSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


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
