"""A window's session: how long it lasts, and what the database knows of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.models import WindowSession, now
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.sessions import (
    SessionExpired,
    SessionLimits,
    SessionUnknown,
    session_of,
)
from tests.seeding import Entrant, open_window, seed_class

LIMITS = SessionLimits(idle=timedelta(hours=1), lifetime=timedelta(hours=3))


@pytest.fixture
def token(database: Database) -> str:
    with database.transaction() as db:
        seeded = seed_class(db)
        return open_window(db, Entrant(link_pk=seeded.link_pk), LIMITS)


def test_a_session_is_found_by_its_token_which_is_not_stored(
    database: Database, token: str
) -> None:
    with database.reading() as db:
        window = session_of(db, token, LIMITS)
        assert window.resource_link.context.deployment.platform.issuer
        assert token not in str(vars(db.scalars(select(WindowSession)).one()))


@pytest.mark.parametrize("shown", [None, "", "made-up", "\ud800"])
def test_no_other_token_opens_it(shown: str | None, database: Database, token: str) -> None:
    assert token
    with database.reading() as db, pytest.raises(SessionUnknown):
        session_of(db, shown, LIMITS)


def test_a_window_left_alone_too_long_must_be_reopened(database: Database, token: str) -> None:
    with database.reading() as db, pytest.raises(SessionExpired):
        session_of(db, token, LIMITS, now() + timedelta(hours=1, seconds=1))


def test_a_window_in_use_goes_on_until_its_launch_is_too_old(
    database: Database, token: str
) -> None:
    for minutes in range(50, 180, 50):
        with database.transaction() as db:
            session_of(db, token, LIMITS, now() + timedelta(minutes=minutes))
    with database.transaction() as db, pytest.raises(SessionExpired):
        session_of(db, token, LIMITS, now() + timedelta(hours=3))


def test_a_session_is_not_written_to_at_every_request(database: Database, token: str) -> None:
    with database.transaction() as db:
        before = session_of(db, token, LIMITS).expires_at
    with database.transaction() as db:
        session_of(db, token, LIMITS, now() + timedelta(minutes=2))
    with database.reading() as db:
        assert db.scalars(select(WindowSession)).one().expires_at == before


def test_what_is_long_over_is_forgotten_and_the_rest_kept(database: Database, token: str) -> None:
    forget_what_is_over(database)
    with database.transaction() as db:
        window = session_of(db, token, LIMITS)
        window.expires_at = now() - timedelta(days=31)
    forget_what_is_over(database)
    with database.reading() as db:
        assert db.scalars(select(WindowSession)).all() == []
