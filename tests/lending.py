"""PostgreSQL databases that one test after the other works in, each as if it were new.

To make a database and drop it takes many times as long as to empty one of few rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, LiteralString

import psycopg
from sqlalchemy import make_url

SHAPE = """
    SELECT
        (SELECT array_agg(version_num) FROM alembic_version),
        (SELECT sum(hashtext(xmin::text)) FROM pg_class),
        (SELECT sum(hashtext(xmin::text)) FROM pg_attribute),
        (SELECT sum(hashtext(xmin::text)) FROM pg_constraint)
"""
"""The migration that a database is at, and the transactions that made its tables.

Each row of the catalogue names the transaction that wrote it. So whatever a test changes of a
table, an index or a constraint is seen, without reading what they all are.
"""
OTHERS_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
ROWS_LEAVE = """
    SELECT string_agg(format('DELETE FROM %I;', tablename), '') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
"""Writes the statements that remove all rows but that which names the migration."""
NUMBERS_BEGIN_AGAIN = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"


class Lending:
    """Lends databases that are as ``template`` is, which has every table and no row."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        with self._inside(template) as connection:
            self._shape = _only(connection, SHAPE)
            (self._rows_leave,) = _only(connection, ROWS_LEAVE)
        self._free: list[str] = []
        self._numbers = count(1)

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Yield the address of an empty database, which nobody else has meanwhile."""
        name = self._free.pop() if self._free else self._make()
        yield at(self._server, name)
        if self._empty(name):
            self._free.append(name)
        else:
            run(self._server, f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self) -> str:
        name = f"test_{next(self._numbers)}"
        run(self._server, f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _empty(self, name: str) -> bool:
        """Empty a database, unless a test changed what it is made of; return whether it is."""
        with self._inside(name) as connection:
            connection.execute(OTHERS_LEAVE)
            if _only(connection, SHAPE) != self._shape:
                return False
            # Rows go in any order: nothing asks for what they refer to.
            connection.execute("SET session_replication_role = replica")
            connection.execute(self._rows_leave)
            connection.execute(NUMBERS_BEGIN_AGAIN)
        return True

    def _inside(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        address = make_url(self._server).set(database=name)
        return psycopg.connect(address.render_as_string(hide_password=False))


def _only(connection: psycopg.Connection[tuple[Any, ...]], query: LiteralString) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return row


def run(server: str, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def at(server: str, name: str) -> str:
    """Return the address of a database of that server, as the tool is told it."""
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
