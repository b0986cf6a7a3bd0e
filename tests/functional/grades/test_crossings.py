"""What others do while a gradebook is synchronised: nothing is lost, nor said to go on for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lti_tool.lti import LINE_ITEM_SCOPE, SigningKey
from lti_tool.models import Grading, ResourceLink
from lti_tool.services.column_choice import Choice, choose, proposed
from lti_tool.services.column_making import settle_due
from lti_tool.services.columns import line_items_of
from lti_tool.services.delivery import Carrier, deliver_batch
from lti_tool.services.errands import Leases, claim
from lti_tool.services.sync_jobs import sync_next
from tests.functional.grades.synchronising import ON_ONE_DATABASE, Office, synchronising
from tests.functional.launch.lms import Answer
from tests.functional.school import School
from tests.seeding import COURSE

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
