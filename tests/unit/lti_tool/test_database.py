"""The tables, their migrations, and what a transaction promises."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import MetaData, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from lti_tool.database import BrokenReferences, Database, OutdatedSchema, migration_config
from lti_tool.models import Base, Deployment, GradeDelivery, Platform, Refusal, ResourceLink
from lti_tool.services.columns import note_coupled
from tests.seeding import add_link, seed_class

ROWS_OF_0001: dict[str, dict[str, object]] = {
    "platform": {
        "name": "École",
        "issuer": "https://lms.example",
        "client_id": "client",
        "authorization_url": "https://lms.example/auth",
        "token_url": "https://lms.example/token",
        "jwks_url": "https://lms.example/jwks",
        "service_origins": [],
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
    },
    "deployment": {"platform_id": 1, "deployment_id": "1"},
    "context": {"deployment_id": 1, "context_id": "classe-1", "title": ""},
    "learner": {"platform_id": 1, "sub": "user-1", "name": ""},
    "resource_link": {
        "context_pk": 1,
        "resource_link_id": "lien-1",
        "title": "",
        "course": "cours",
        "target": "",
    },
}


def a_platform(**changes: object) -> Platform:
    values: dict[str, object] = {
        "name": "École",
        "issuer": "https://lms.example",
        "client_id": "client",
        "authorization_url": "https://lms.example/auth",
        "token_url": "https://lms.example/token",
        "jwks_url": "https://lms.example/jwks",
    }
    return Platform(**(values | changes))


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.migrating() as connection:
        command.check(migration_config(connection))


def test_the_migrations_can_be_undone(database: Database) -> None:
    with database.migrating() as connection:
        command.downgrade(migration_config(connection), "base")
    tables = set(inspect(database.engine).get_table_names())
    assert not tables & set(Base.metadata.tables)


def test_an_upgrade_from_the_first_tables_loses_nothing(database: Database) -> None:
    """SQLite makes tables anew: what refers to their rows must not go with the old ones."""
    with database.migrating() as connection:
        command.downgrade(migration_config(connection), "0001")
    with database.engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for name, values in ROWS_OF_0001.items():
            connection.execute(tables.tables[name].insert().values(id=1, **values))

    database.upgrade()

    with database.engine.connect() as connection:
        counts = {
            name: connection.scalar(select(func.count()).select_from(Base.metadata.tables[name]))
            for name in ROWS_OF_0001
        }
    assert counts == dict.fromkeys(ROWS_OF_0001, 1)


def test_a_migration_that_breaks_a_reference_is_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.upgrade()
    orphan = "INSERT INTO deployment (platform_id, deployment_id) VALUES (404, '1')"

    with pytest.raises(BrokenReferences), database.migrating() as connection:
        connection.execute(text(orphan))

    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM deployment")).scalar() == 0
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_scores_from_before_there_were_line_items_stay_with_their_link(
    database: Database,
) -> None:
    """Each had one column; it becomes a row of its own, and back."""
    with database.transaction() as db:
        seeded = seed_class(db, names=("Alex Martin", "Camille Noël"))
        other = add_link(db, seeded, 2)
        for link_pk in (seeded.link_pk, other):
            item = note_coupled(db, db.get_one(ResourceLink, link_pk))
            for number, learner_id in enumerate(seeded.learner_ids, start=1):
                db.add(GradeDelivery(line_item=item, learner_id=learner_id, score=number / 10))
    query = (
        "SELECT id, resource_link_pk, learner_id, score, version, state FROM grade_delivery"
        " ORDER BY id"
    )
    with database.migrating() as connection:
        command.downgrade(migration_config(connection), "0009")
        before = connection.execute(text(query)).all()
        command.upgrade(migration_config(connection), "head")
    assert [row[1] for row in before] == [seeded.link_pk] * 2 + [other] * 2

    with database.reading() as db:
        rows = db.scalars(select(GradeDelivery).order_by(GradeDelivery.id)).all()
        after = [
            (row.id, row.line_item.resource_link_pk, row.learner_id, row.score, row.version)
            for row in rows
        ]
        assert after == [tuple(row)[:5] for row in before]
        assert {row.line_item.made_by for row in rows} == {"platform"}


def test_an_upgrade_can_be_run_again(database: Database) -> None:
    database.upgrade()
    database.check_schema()


def test_a_database_without_tables_is_reported_with_the_remedy(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'empty.db'}")
    with pytest.raises(OutdatedSchema, match="arrimage db upgrade"):
        database.check_schema()
    database.close()


def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    def refuse_and_fail() -> None:
        with database.transaction() as db:
            db.add(Refusal(reference="R1", code="x", detail=""))
            db.flush()
            raise LookupError

    with pytest.raises(LookupError):
        refuse_and_fail()
    with database.reading() as db:
        assert db.scalars(select(Refusal)).all() == []


def test_what_is_changed_while_reading_is_forgotten(database: Database) -> None:
    with database.transaction() as db:
        db.add(Refusal(reference="R1", code="x", detail="before"))
    with database.reading() as db:
        db.get_one(Refusal, "R1").detail = "after"
    with database.reading() as db:
        assert db.get_one(Refusal, "R1").detail == "before"


def test_a_row_cannot_point_to_one_that_is_not_there(database: Database) -> None:
    def orphan() -> None:
        with database.transaction() as db:
            db.add(Deployment(platform_id=404, deployment_id="1"))

    with pytest.raises(IntegrityError):
        orphan()


def test_times_come_back_in_utc(database: Database) -> None:
    with database.transaction() as db:
        platform = a_platform()
        db.add(platform)
        db.flush()
        written = platform.created_at
    with database.reading() as db:
        read = db.scalars(select(Platform)).one().created_at
    assert read == written
    assert read.utcoffset() is not None


def test_writers_wait_for_each_other(database: Database) -> None:
    """Each adds one to a count that it read; none of the additions may be lost."""
    with database.transaction() as db:
        db.add(Refusal(reference="count", code="0", detail=""))

    def add_one() -> None:
        for _ in range(10):
            with database.transaction() as db:
                row = db.scalars(select(Refusal).with_for_update()).one()
                row.code = str(int(row.code) + 1)

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        assert db.get_one(Refusal, "count").code == "40"


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 15_000
    database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_statement_is_kept_at_once_and_by_itself(database: Database) -> None:
    insert = "INSERT INTO refusal (reference, code, detail, created_at) VALUES (%s, 'x', '', now())"

    def write_and_fail() -> None:
        with database.statement() as cursor:
            cursor.execute(insert, ["R1"])
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with database.reading() as db:
        assert db.get(Refusal, "R1") is not None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_ends_under_a_statement_serves_no_other(database: Database) -> None:
    def end() -> None:
        with database.statement() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(psycopg.OperationalError):
        end()
    with database.statement() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_each_thread_finds_its_connection_again(database_url: str) -> None:
    database = Database(database_url, threads=7)

    def backends() -> set[int]:
        with ExitStack() as stack:
            cursors = [stack.enter_context(database.statement()) for _ in range(7)]
            for cursor in cursors:
                cursor.execute("SELECT pg_backend_pid()")
            return {cursor.fetchone()[0] for cursor in cursors}

    first = backends()
    assert len(first) == 7
    assert backends() == first
    database.close()
