"""The time between two signs of activity counts, as long as somebody can have been there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import Progress, now
from lti_tool.services.progress import Seat, note_sign, save
from lti_tool.services.time_spent import LONGEST_SILENCE, counted

STATE = {"position": "un/lecon", "visited": ["un/lecon"], "made": [], "drafts": {}}
MINUTES = timedelta(minutes=1)


def row_of(database: Database) -> Progress:
    with database.reading() as db:
        return db.scalars(select(Progress)).one()


def rest(database: Database, silence: timedelta) -> None:
    """Let the last sign of activity be that long ago."""
    with database.transaction() as db:
        db.execute(update(Progress).values(updated_at=now() - silence))


@pytest.fixture
def begun(database: Database, seat: Seat, course: Course) -> Database:
    """Somebody has opened a first page just now."""
    with database.transaction() as db:
        save(db, seat, course, 0, STATE)
    return database


def test_a_silence_counts_whole_or_not_at_all() -> None:
    begin = now()

    assert counted(begin, begin + timedelta(seconds=0.4)) == 0.4
    assert counted(begin, begin + LONGEST_SILENCE) == LONGEST_SILENCE.total_seconds()
    assert counted(begin, begin + LONGEST_SILENCE + timedelta(seconds=1)) == 0


def test_two_machines_whose_clocks_differ_take_no_time_away() -> None:
    begin = now()

    assert counted(begin, begin - 3 * MINUTES) == 0


def test_the_first_page_takes_no_time_yet(begun: Database) -> None:
    assert row_of(begun).active_seconds == pytest.approx(0, abs=30)


def test_each_save_adds_the_time_since_the_last_one(
    begun: Database, seat: Seat, course: Course
) -> None:
    for silence, together in ((8, 8), (60, 8), (12, 20)):
        rest(begun, silence * MINUTES)
        with begun.transaction() as db:
            save(db, seat, course, 1, STATE)

        assert row_of(begun).active_seconds == pytest.approx(together * 60, abs=30)


def test_the_database_reckons_a_sign_the_same(begun: Database, seat: Seat) -> None:
    for silence, together in ((8, 8), (60, 8), (-5, 8), (12, 20)):
        rest(begun, silence * MINUTES)
        version = row_of(begun).version
        with begun.transaction() as db:
            note_sign(db, seat)

        row = row_of(begun)
        assert row.active_seconds == pytest.approx(together * 60, abs=30)
        assert row.version == version + 1
        assert now() - row.updated_at < MINUTES


def test_a_sign_of_somebody_who_opened_nothing_makes_no_row(database: Database, seat: Seat) -> None:
    with database.transaction() as db:
        note_sign(db, seat)

    with database.reading() as db:
        assert db.scalars(select(Progress)).all() == []
