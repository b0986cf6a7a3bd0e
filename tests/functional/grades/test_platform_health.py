"""A platform that fails is left alone for a while, and harms no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.lti import Role
from lti_tool.models import DeliveryState, GradeDelivery, Platform, PlatformHealth, now
from lti_tool.services.delivery import DeliveryFault, fault_of
from lti_tool.services.errands import claim, platforms_due
from lti_tool.services.overview import overview
from lti_tool.services.platform_health import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    TRIP,
    Failure,
    note_failure,
    troubles,
)
from tests.functional.grades.conftest import Outbox
from tests.functional.grades.gradebook import Gradebook, Reply, serving
from tests.functional.school import School
from tests.seeding import seed_class


@pytest.fixture
def busy(outbox: Outbox, gradebook: Gradebook) -> Outbox:
    """A class of twenty, each with a score that is due."""
    outbox.enrol(17)
    gradebook.students |= {f"user-{number}" for number in range(1, 21)}
    for learner in range(20):
        outbox.put(0.5, learner=learner)
    return outbox


@pytest.fixture
def other(outbox: Outbox) -> Iterator[Gradebook]:
    """Another platform, with a score that is due for it."""
    with serving(Gradebook()) as gradebook:
        with outbox.database.transaction() as db:
            seeded = seed_class(db, line_item_url=gradebook.line_item(), platform_url=gradebook.url)
        here = Outbox(outbox.database, outbox.scores, seeded)
        here.put(0.9)
        yield gradebook


def health(outbox: Outbox) -> PlatformHealth:
    with outbox.database.reading() as db:
        return db.get_one(PlatformHealth, outbox.seeded.platform_id)


def end_of_pause(outbox: Outbox) -> None:
    until = health(outbox).paused_until
    assert until is not None
    outbox.time = until


def test_a_platform_that_fails_several_times_in_a_row_is_left_alone(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.extend([Reply(500)] * 20)

    assert busy.deliver() == TRIP

    with busy.database.reading() as db:
        (trouble,) = troubles(db).values()
    assert fault_of(trouble.error) is DeliveryFault.PLATFORM_ERROR
    assert trouble.since == busy.time
    assert FIRST_PAUSE / 2 <= trouble.next_try_at - busy.time <= FIRST_PAUSE
    assert busy.deliver() == 0


def test_after_the_pause_one_score_goes_first_and_the_others_follow_it(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.extend([Reply(500)] * TRIP)
    busy.deliver()
    end_of_pause(busy)
    platform = busy.seeded.platform_id

    assert claim(busy.database, platform, busy.time)
    assert not claim(busy.database, platform, busy.time), "nobody follows before it is through"
    busy.wait(60)
    busy.deliver()

    with busy.database.reading() as db:
        assert troubles(db) == {}
        sent = db.scalars(select(GradeDelivery.state)).all()
    assert set(sent) == {DeliveryState.SENT}


def test_a_platform_that_still_fails_is_left_alone_for_longer_but_not_for_long(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.extend([Reply(500)] * 40)
    busy.deliver()
    pauses = []
    for _ in range(10):
        end_of_pause(busy)
        assert busy.deliver() == 1
        pauses.append((health(busy).paused_until or busy.time) - busy.time)

    for tries, pause in enumerate(pauses, start=1):
        assert min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE) / 2 <= pause <= LONGEST_PAUSE


def test_failures_that_are_not_in_a_row_are_no_reason_to_leave_a_platform_alone(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.extend([Reply(500), Reply(500), Reply(400, "Incorrect score received")] * 6)

    assert busy.deliver() == 20
    with busy.database.reading() as db:
        assert troubles(db) == {}


def test_what_one_platform_asks_for_holds_for_all_its_scores(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.append(Reply(429, "Too many requests", {"Retry-After": "90"}))

    assert busy.deliver() == 1
    busy.wait(89)
    assert busy.deliver() == 0
    busy.wait(1)
    assert busy.deliver() == 20


def test_a_dead_platform_does_not_keep_another_waiting(
    busy: Outbox, gradebook: Gradebook, other: Gradebook
) -> None:
    gradebook.token_replies.extend([Reply(500)] * TRIP)

    busy.deliver()

    assert other.grade("user-1") == 0.9
    with busy.database.reading() as db:
        assert set(troubles(db)) == {busy.seeded.platform_id}
        assert list(platforms_due(db, busy.time)) == []


def test_an_answer_to_what_was_asked_before_a_pause_does_not_end_it(
    busy: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.append(Reply(200))

    def meanwhile() -> None:
        gradebook.before_reply = None
        busy.wait(1)
        gradebook.replies.append(Reply(429, "", {"Retry-After": "600"}))
        assert busy.deliver() == 1

    gradebook.before_reply = meanwhile
    busy.deliver()

    assert health(busy).paused_until == busy.time + timedelta(seconds=600)


def test_no_more_calls_than_may_be_are_under_way_to_one_platform(busy: Outbox) -> None:
    platform = busy.seeded.platform_id
    claimed = [claim(busy.database, platform, busy.time, limit=3) for _ in range(5)]

    assert [len(one) for one in claimed] == [1, 1, 1, 0, 0]
    busy.wait(60)
    assert claim(busy.database, platform, busy.time, limit=3), "their leases are over"


def test_the_health_of_a_platform_goes_with_it(busy: Outbox) -> None:
    busy.deliver()
    with busy.database.transaction() as db:
        db.delete(db.get_one(Platform, busy.seeded.platform_id))

    with busy.database.reading() as db:
        assert db.scalars(select(PlatformHealth)).all() == []


def in_trouble(school: School, fault: str) -> None:
    """Note that nothing goes to the school's platform."""
    moment = now()
    with school.database.transaction() as db:
        failure = Failure(f"{fault}: HTTP", moment)
        for _ in range(TRIP):
            note_failure(db, school.seeded.platform_id, failure, moment)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("unreachable", "La plateforme de cours ne répond plus"),
        ("busy", "La plateforme de cours demande de patienter"),
        ("platform_error", "La plateforme de cours ne répond que par des erreurs"),
        ("access_refused", "La plateforme de cours refuse l’accès à son carnet"),
    ],
)
def test_the_class_page_says_why_no_grade_leaves(school: School, fault: str, said: str) -> None:
    window = school.open(role=Role.INSTRUCTOR)
    assert "les notes attendent" not in window.get("/api/class").text

    in_trouble(school, fault)

    page = window.get("/api/class").text
    assert said in page
    assert "Aucune n’est perdue." in page
    assert "Prochain essai" in page


def test_the_administration_sees_which_platform_gets_no_grades(school: School) -> None:
    in_trouble(school, "unreachable")

    with school.database.reading() as db:
        (concern,) = [one for one in overview(db).concerns if "notes" in one.said]
    assert concern.platform_id == school.seeded.platform_id
    assert "attendent" in concern.said
