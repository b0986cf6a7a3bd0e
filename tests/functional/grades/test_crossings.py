"""What others do while a gradebook is synchronised: nothing is lost, nor said to go on for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from lti_tool.lti import LINE_ITEM_SCOPE, RESULT_SCOPE, SigningKey
from lti_tool.models import GradeSync, Grading, NightlySync, ResourceLink
from lti_tool.services.column_choice import Choice, choose, proposed
from lti_tool.services.column_making import settle_due
from lti_tool.services.columns import line_items_of
from lti_tool.services.delivery import Carrier, deliver_batch
from lti_tool.services.errands import Leases, claim
from lti_tool.services.sync_jobs import ask, sync_next
from lti_tool.services.sync_nights import wishes_nights
from tests.functional.grades.synchronising import ON_ONE_DATABASE, Office, synchronising
from tests.functional.launch.lms import Answer
from tests.functional.school import School
from tests.seeding import COURSE, add_link

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""What needs several writers at once: SQLite has one."""


@pytest.fixture
def office(school: School, signing_key: SigningKey) -> Iterator[Office]:
    with synchronising(school, signing_key) as office:
        with school.database.transaction() as db:
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_items_url = office.columns.url
            link.grade_scopes = [*link.grade_scopes, LINE_ITEM_SCOPE]
        yield office


def choose_columns(
    office: Office, grading: Grading, *, remove: bool = False, maximum: float = 100.0
) -> None:
    """Choose what the page proposes, and have the platform follow as far as it does."""
    course = office.school.tool.courses.course(COURSE)
    link_pk = office.school.seeded.link_pk
    with office.school.database.transaction() as db:
        link = db.get_one(ResourceLink, link_pk)
        offered = proposed(course, link, line_items_of(db, [link_pk]), "fr")
        columns = {one.activity: replace(one, maximum=maximum) for one in offered}
        choose(db, course, link_pk, Choice(grading, columns, remove))
    office.later(seconds=1)
    settle_due(office.school.database, office.reader.client, clock=lambda: office.moment)


def test_columns_that_are_removed_while_they_are_read_do_not_break_a_synchronisation(
    office: Office,
) -> None:
    office.earn(0)
    choose_columns(office, Grading.ACTIVITIES)
    office.deliver()
    by_hand = {"userId": "user-3", "resultScore": 60, "resultMaximum": 100}
    office.columns.results[2].append(by_hand)
    office.ask()

    def remove() -> None:
        office.reader.then = lambda: None
        choose_columns(office, Grading.WHOLE, remove=True)

    office.reader.then = remove
    assert sync_next(office.desk)

    standing = office.page().sync
    assert standing is not None
    assert (standing.is_open, standing.fault) == (False, None)


def test_a_synchronisation_does_not_go_on_for_ever_about_a_column_that_is_let_go(
    office: Office,
) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, None)
    office.ask()
    assert sync_next(office.desk)

    choose_columns(office, Grading.ACTIVITIES)
    office.deliver()

    standing = office.page().sync
    assert standing is not None
    assert not standing.is_under_way


@ON_ONE_DATABASE
def test_a_column_that_the_platform_does_not_change_gets_its_scores_all_the_same(
    office: Office,
) -> None:
    choose_columns(office, Grading.ACTIVITIES)
    for number in (2, 3):
        there = json.dumps(office.columns.items[number]).encode()
        office.columns.replies.extend([Answer(200, there), Answer(403)])
    choose_columns(office, Grading.ACTIVITIES, maximum=20.0)
    assert [item["scoreMaximum"] for item in office.columns.items.values()] == [100.0] * 3

    office.earn(0)
    office.deliver()

    assert office.columns.grade(2, "user-1") == 1.0


@ON_ONE_DATABASE
def test_a_score_that_did_not_leave_is_not_taken_for_one_that_did(office: Office) -> None:
    """The answer to the first one was lost: it is what the gradebook has, and it is ours."""
    database, platform_id = office.school.database, office.school.seeded.platform_id
    office.earn(0, vrai=False)
    office.later(seconds=1)
    (errand,) = claim(database, platform_id, office.moment)
    office.scores.post_score(errand.platform, errand.line_item_url or "", errand.as_score())
    office.earn(1)
    office.earn(0, attempt=2)
    office.columns.replies.append(Answer(503))
    office.later(minutes=1)
    carrier = Carrier(database, office.scores, Leases(database), clock=lambda: office.moment)
    batch = deliver_batch(carrier, platform_id)
    assert (batch.sent, batch.left) == (1, 1), "the second score stayed here"

    office.ask()
    assert sync_next(office.desk)

    assert office.page().undecided == 0


@ON_ONE_DATABASE
def test_a_class_that_waits_for_another_one_s_turn_is_not_said_to_be_left_alone(
    office: Office,
) -> None:
    with office.school.database.transaction() as db:
        other = db.get_one(ResourceLink, add_link(db, office.school.seeded, 2))
        other.grade_scopes = [RESULT_SCOPE]
        other.line_item_url = office.columns.address(1)
        ask(db, other, "", office.moment - timedelta(seconds=1))
    office.ask()
    said: list[bool] = []

    def look() -> None:
        office.later(minutes=1)
        standing = office.page().sync
        assert standing is not None
        said.append(standing.is_left_alone)

    office.reader.then = look
    assert sync_next(office.desk)
    assert said == [False]
    office.later(hours=1)
    standing = office.page().sync
    assert standing is not None
    assert standing.is_left_alone, "nobody does anything any more"


@ON_ONE_DATABASE
def test_a_synchronisation_that_was_put_off_is_tried_when_somebody_presses_again(
    office: Office,
) -> None:
    office.ask()
    for _ in range(4):
        office.columns.replies.append(Answer(500))
        assert sync_next(office.desk)
        office.later(minutes=2)
    with office.school.database.reading() as db:
        [row] = db.scalars(select(GradeSync))
    office.moment = row.due_at - timedelta(seconds=1)
    assert not sync_next(office.desk)

    office.ask()

    assert sync_next(office.desk)


@ON_POSTGRESQL
def test_two_who_choose_the_nights_at_once_are_both_served(office: Office) -> None:
    database, context_pk = office.school.database, office.school.seeded.context_pk
    others: list[bool] = [True, False]

    def be_second(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "nightly_sync" in statement and not statement.startswith("SELECT") and others:
            wished = others.pop(0)
            with database.transaction() as db:
                wishes_nights(db, context_pk, "Émile Noël", wished=wished)

    event.listen(database.engine, "before_cursor_execute", be_second)
    for wished in (True, False):
        with database.transaction() as db:
            wishes_nights(db, context_pk, "Zoé Martin", wished=wished)
        with database.reading() as db:
            assert (db.get(NightlySync, context_pk) is not None) is wished
