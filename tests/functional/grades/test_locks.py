"""Several at once at the rows of one column, on a database that has several writers.

Locks are taken in one order: seats, the link, its columns, their scores by learner, and what
somebody gave by hand. Nobody who holds a score waits for anything before it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text, update

from lti_tool.database import Database
from lti_tool.lti import LINE_ITEM_SCOPE, SigningKey
from lti_tool.models import Attempt, LineItem, LineItemState, ResourceLink, now
from lti_tool.services import grades
from lti_tool.services.column_making import settle_due
from lti_tool.services.columns import ready_for_scores
from lti_tool.services.errands import Errand, claim
from lti_tool.services.progress import Seat
from lti_tool.services.sync_jobs import sync_next
from tests.functional.grades.synchronising import Office, synchronising
from tests.functional.school import School
from tests.seeding import COURSE

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def office(school: School, signing_key: SigningKey) -> Iterator[Office]:
    with synchronising(school, signing_key) as office:
        with school.database.transaction() as db:
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_items_url = office.columns.url
            link.grade_scopes = [*link.grade_scopes, LINE_ITEM_SCOPE]
        yield office


@contextmanager
def connected(database: Database, options: str) -> Iterator[Database]:
    """Open the same database once more, with settings of the server's."""
    address = database.engine.url.update_query_dict({"options": options})
    opened = Database(address.render_as_string(hide_password=False))
    yield opened
    opened.close()


def wait_until_blocked(database: Database, thread: threading.Thread) -> None:
    """Return once a transaction waits for another one's lock, or the thread has ended."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while thread.is_alive():
        with database.reading() as db:
            if db.scalar(waiting):
                return


def test_a_group_s_grades_and_a_column_that_is_made_anew_do_not_block_each_other(
    office: Office,
) -> None:
    database, seeded = office.school.database, office.school.seeded
    course = office.school.tool.courses.course(COURSE)
    # The later learner's row is the first one in the table.
    for learner in (1, 0):
        office.earn(learner, vrai=False)
    with database.transaction() as db:
        [item] = ready_for_scores(db, db.get_one(ResourceLink, seeded.link_pk))
        item.made_by, item.state, item.due_at = "tool", LineItemState.WANTED, now()
        db.get_one(ResourceLink, seeded.link_pk).line_item_url = None
        db.execute(update(Attempt).values(score=1.0))
    failures: list[BaseException] = []

    def make() -> None:
        # As the server does where most of a table is wanted: it reads it from its beginning.
        with connected(database, "-c enable_indexscan=off -c enable_bitmapscan=off") as worker:
            try:
                settle_due(worker, office.reader.client, clock=lambda: office.moment)
            except BaseException as error:
                failures.append(error)

    maker = threading.Thread(target=make)
    with database.transaction() as db:
        for learner_id in seeded.learner_ids[:2]:
            seat = Seat(seeded.context_pk, learner_id, COURSE)
            grades.record(db, seat, course, {seeded.link_pk}, course.activity("quiz-un"))
            if not maker.is_alive():
                maker.start()
                wait_until_blocked(database, maker)
    maker.join()

    assert failures == []
    with database.reading() as db:
        assert db.scalars(select(LineItem.state)).one() == LineItemState.READY


PAUSE = """
ALTER TABLE hand_made_grade RENAME TO hand_made_grade_kept;
CREATE FUNCTION pause() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('arrimage.is_slow', true) = 'yes' THEN
        PERFORM pg_advisory_xact_lock(1);
    END IF;
    RETURN true;
END $$;
CREATE VIEW hand_made_grade AS SELECT * FROM hand_made_grade_kept WHERE pause();
"""
"""A slow sender looks for grades given by hand, and waits before it takes any score."""


def test_a_grade_found_to_be_made_by_hand_is_not_overwritten_by_who_looked_before(
    office: Office,
) -> None:
    database, platform_id = office.school.database, office.school.seeded.platform_id
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(2, 0.9)
    office.synchronise()
    office.earn(0, attempt=2)
    office.hold(0, 0.8)
    office.ask()
    office.later(minutes=1)
    with database.transaction() as db:
        db.execute(text(PAUSE))
    claimed: list[Errand] = []
    waited: list[bool] = []

    def send() -> None:
        # Every grade given by hand is looked at, as where there are many.
        options = "-c arrimage.is_slow=yes -c enable_nestloop=off -c enable_mergejoin=off"
        with connected(database, options) as sender:
            claimed.extend(claim(sender, platform_id, office.moment))

    sending = threading.Thread(target=send)

    def begin() -> None:
        sending.start()
        wait_until_blocked(database, sending)
        waited.append(sending.is_alive())

    office.reader.then = begin
    with database.transaction() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(1)"))
        assert sync_next(office.desk)
    sending.join()

    assert waited == [True], "it looked, and took nothing yet"
    assert office.page().undecided == 1
    assert claimed == []
