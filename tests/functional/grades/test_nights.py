"""A class that wishes it has its gradebook synchronised each night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lti_tool.lti import SigningKey
from lti_tool.models import NightlySync
from lti_tool.services.sync_jobs import sync_next
from lti_tool.services.sync_nights import SPREAD, Night, plan_the_night, wishes_nights
from tests.functional.grades.synchronising import ON_ONE_DATABASE, Office, synchronising
from tests.functional.school import School

NIGHT = Night(3, ZoneInfo("Europe/Paris"))


@pytest.fixture
def office(school: School, signing_key: SigningKey) -> Iterator[Office]:
    with synchronising(school, signing_key) as office:
        yield office


@pytest.mark.parametrize(
    ("moment", "began"),
    [
        ("2026-01-15T02:00+00:00", "2026-01-15T02:00+00:00"),
        ("2026-01-15T01:59+00:00", "2026-01-14T02:00+00:00"),
        ("2026-07-15T01:00+00:00", "2026-07-15T01:00+00:00"),
        # The clocks go back on 25 October: the night before was one hour closer to UTC.
        ("2026-10-25T01:30+00:00", "2026-10-24T01:00+00:00"),
    ],
)
def test_a_night_begins_at_an_hour_of_the_zone_in_winter_and_in_summer(
    moment: str, began: str
) -> None:
    assert NIGHT.last(datetime.fromisoformat(moment)) == datetime.fromisoformat(began)


def test_an_hour_that_comes_twice_begins_one_night() -> None:
    night = Night(2, ZoneInfo("Europe/Paris"))
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert [night.zone.fromutc(one.replace(tzinfo=night.zone)).hour for one in (first, second)] == [
        2,
        2,
    ]

    assert night.last(second) == night.last(first) == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)


def test_a_class_that_wishes_it_is_synchronised_once_each_night(office: Office) -> None:
    office.earn(0)
    database, context_pk = office.school.database, office.school.seeded.context_pk
    with database.transaction() as db:
        wishes_nights(db, context_pk, "Zoé Martin", wished=True)
    assert plan_the_night(database, NIGHT, office.moment) == 0, "from the next night on"
    office.moment = NIGHT.last(office.moment) + timedelta(days=1, minutes=5)

    assert plan_the_night(database, NIGHT, office.moment) == 1
    assert plan_the_night(database, NIGHT, office.moment) == 0

    office.later(seconds=SPREAD.total_seconds())
    assert sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert standing.is_nightly
    with database.transaction() as db:
        wishes_nights(db, context_pk, "Zoé Martin", wished=False)
        assert db.scalars(select(NightlySync)).all() == []


@ON_ONE_DATABASE
def test_a_class_that_nobody_opens_any_more_is_left_alone_at_night(office: Office) -> None:
    database = office.school.database
    with database.transaction() as db:
        wishes_nights(db, office.school.seeded.context_pk, "", wished=True)
    office.later(days=2)

    assert plan_the_night(database, NIGHT, office.moment) == 0
    assert not sync_next(office.desk)


def test_somebody_who_asks_goes_before_the_night(office: Office) -> None:
    office.earn(0)
    database = office.school.database
    with database.transaction() as db:
        wishes_nights(db, office.school.seeded.context_pk, "", wished=True)
    office.later(days=2)
    plan_the_night(database, NIGHT, office.moment)

    office.ask()

    assert sync_next(office.desk), "nobody waits for the hour of the night"
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_nightly, standing.asked_by) == (False, "Zoé Martin")
