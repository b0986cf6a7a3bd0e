"""How often a launch asks the database, and that what it remembers lets nobody in wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, event, func, select, text, update

from lti_tool.database import Database
from lti_tool.models import Deployment, Learner, Platform, Refusal, UsedLogin, WindowSession, now
from lti_tool.services.arrivals import LONGEST_REMEMBERED
from lti_tool.tool import Tool
from tests.functional.launch.lms import DEEP_LINKING, INSTRUCTOR, Lms
from tests.functional.launch.test_deep_linking import SETTINGS

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def questions(database: Database) -> Iterator[list[str]]:
    """What the database is asked meanwhile, by SQLAlchemy or by the driver itself."""
    asked: list[str] = []

    class NotingCursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **options: Any) -> NotingCursor:
            asked.append(query)
            return super().execute(query, params, **options)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def taken(connection: psycopg.Connection, *_: object) -> None:
        connection.cursor_factory = NotingCursor

    def put_back(connection: psycopg.Connection, *_: object) -> None:
        connection.cursor_factory = psycopg.Cursor

    if database.is_postgresql:
        listeners = [("checkout", taken), ("checkin", put_back)]
    else:
        listeners = [("before_cursor_execute", note)]
    for engine in database.engines:
        for what, listener in listeners:
            event.listen(engine, what, listener)
    yield asked
    for engine in database.engines:
        for what, listener in listeners:
            event.remove(engine, what, listener)


@pytest.fixture
def other_process(database_url: str) -> Iterator[Database]:
    """The same database, written to by somebody who tells the tool nothing."""
    opened = Database(database_url)
    yield opened
    opened.close()


def refusals(tool: Tool) -> list[str]:
    with tool.database.reading() as db:
        return list(db.scalars(select(Refusal.code)))


def test_a_login_asks_the_database_nothing(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    lms.begin(browser)
    with questions(tool.database) as asked:
        lms.begin(browser)
    assert asked == []


@on_postgresql
def test_the_launch_of_somebody_new_asks_postgresql_once(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    assert lms.enter(browser, sub="the first").status_code == 200
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce, sub="the second"))
    with questions(tool.database) as asked:
        assert lms.launch(browser, token, login.state).status_code == 200
    (statement,) = asked
    assert len(statement) <= LONGEST_REMEMBERED, "shorten it: psycopg would read it anew each time"


def test_a_platform_that_another_process_suspends_lets_nobody_in_any_more(
    lms: Lms, browser: FlaskClient, tool: Tool, other_process: Database
) -> None:
    assert lms.enter(browser).status_code == 200
    login = lms.begin(browser)
    with other_process.transaction() as db:
        db.execute(update(Platform).values(suspended_at=now()))
    token = lms.sign(lms.claims(login.nonce))
    assert lms.launch(browser, token, login.state).status_code == 403
    assert refusals(tool) == ["platform_suspended"]
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 1


@pytest.mark.parametrize("message", ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"])
def test_a_deployment_that_another_process_removes_lets_nobody_in_any_more(
    message: str, lms: Lms, browser: FlaskClient, tool: Tool, other_process: Database
) -> None:
    login = lms.begin(browser)
    with other_process.transaction() as db:
        db.execute(delete(Deployment))
    claims = lms.claims(
        login.nonce,
        lti_roles=[INSTRUCTOR],
        lti_message_type=message,
        **{DEEP_LINKING: SETTINGS},
    )
    assert lms.launch(browser, lms.sign(claims), login.state).status_code == 403
    assert refusals(tool) == ["deployment_unknown"]
    with tool.database.reading() as db:
        assert db.scalars(select(UsedLogin)).all() == []


def test_a_platform_that_another_process_removes_begins_no_launch(
    lms: Lms, browser: FlaskClient, tool: Tool, other_process: Database
) -> None:
    login = lms.begin(browser)
    with other_process.transaction() as db:
        db.execute(delete(Deployment))
        db.execute(delete(Platform))
    tool.logins.directory.forget()
    answer = lms.launch(browser, lms.sign(lms.claims(login.nonce)), login.state)
    assert answer.status_code == 401
    assert refusals(tool) == ["state_unknown"]


def test_a_deployment_that_another_process_adds_serves_at_once(
    lms: Lms, browser: FlaskClient, other_process: Database
) -> None:
    login = lms.begin(browser)
    with other_process.transaction() as db:
        platform_id = db.scalars(select(Platform.id)).one()
        db.add(Deployment(platform_id=platform_id, deployment_id="added"))
    token = lms.sign(lms.claims(login.nonce, lti_deployment_id="added"))
    assert lms.launch(browser, token, login.state).status_code == 200


@on_postgresql
def test_a_database_server_that_went_away_and_came_back_is_not_noticed(
    lms: Lms, browser: FlaskClient, tool: Tool, other_process: Database
) -> None:
    """A restart closes every connection, as is done here to those of the tool."""
    assert lms.enter(browser, sub="before").status_code == 200
    name = tool.database.engine.url.database
    with other_process.reading() as db:
        closed = db.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = :name AND pid <> pg_backend_pid()"
            ),
            {"name": name},
        ).all()
    assert closed
    assert all(gone for (gone,) in closed)
    assert lms.enter(browser, sub="after").status_code == 200
    with tool.database.reading() as db:
        assert set(db.scalars(select(Learner.sub))) == {"before", "after"}
