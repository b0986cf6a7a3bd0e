"""A gradebook is brought up to date, and what somebody gave there by hand is left to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lti_tool.lti import RESULT_SCOPE, SCORE_SCOPE, ServiceFault, SigningKey
from lti_tool.models import (
    Decision,
    DeliveryState,
    GradeSync,
    HandMadeGrade,
    JobState,
    PlatformHealth,
    ResourceLink,
)
from lti_tool.services.delivery import deliver_due
from lti_tool.services.errands import claim
from lti_tool.services.hand_made import Verdict, decide, undecided_grades
from lti_tool.services.sync_jobs import LEASE, MOST_TRIES, ask, sync_next
from lti_tool.services.sync_nights import forget_old_syncs
from lti_tool.services.sync_page import Obstacle
from tests.functional.grades.synchronising import (
    FULL,
    ON_ONE_DATABASE,
    PARTIAL,
    Office,
    synchronising,
)
from tests.functional.launch.lms import Answer
from tests.functional.school import School
from tests.seeding import add_link


class Killed(BaseException):
    """The worker was killed: nothing of ours catches it, and nothing is cleaned up."""


@pytest.fixture
def office(school: School, signing_key: SigningKey) -> Iterator[Office]:
    with synchronising(school, signing_key) as office:
        yield office


def test_what_the_gradebook_lacks_is_sent_again_and_the_rest_is_left(office: Office) -> None:
    for learner in (0, 1):
        office.earn(learner)
    office.deliver()
    office.hold(0, None)
    sent = len(office.columns.calls("POST"))

    office.synchronise()

    assert (office.grade(0), office.grade(1)) == (FULL, FULL)
    assert len(office.columns.calls("POST")) == sent + 1
    standing = office.page().sync
    assert standing is not None
    assert (standing.done, standing.total, standing.same, standing.sent) == (2, 2, 1, 1)
    assert not standing.is_under_way
    assert standing.asked_by == "Zoé Martin"


def test_a_score_sent_again_is_strictly_later_than_the_one_before(office: Office) -> None:
    office.earn(0)
    office.deliver()
    before = office.row(0).last_sent_timestamp
    office.hold(0, None)
    office.ask()
    assert sync_next(office.desk)

    same_second = deliver_due(office.school.database, office.scores, clock=lambda: office.moment)

    assert same_second == 0
    assert office.deliver() == 1
    after = office.row(0).last_sent_timestamp
    assert before is not None
    assert after is not None
    assert after > before


@ON_ONE_DATABASE
def test_a_refused_score_is_tried_again_and_says_why_it_is_refused_again(office: Office) -> None:
    office.earn(0)
    office.columns.replies.append(Answer(404, b"gone"))
    office.deliver()
    assert office.row(0).state == DeliveryState.REFUSED

    office.ask()
    assert sync_next(office.desk)
    office.columns.replies.append(Answer(403, b"no"))
    office.deliver()

    (failure,) = office.page().failures
    assert (failure.name, failure.status.state) == ("Zoé Martin", "refused")
    assert str(failure.status.error).startswith("not_allowed")
    office.synchronise()
    assert office.grade(0) == FULL
    assert office.page().failures == []


@ON_ONE_DATABASE
def test_work_done_before_there_was_a_column_gets_its_grade(office: Office) -> None:
    with office.school.database.transaction() as db:
        link = db.get_one(ResourceLink, office.school.seeded.link_pk)
        coupled, link.line_item_url = link.line_item_url, None
    office.earn(0)
    with office.school.database.transaction() as db:
        db.get_one(ResourceLink, office.school.seeded.link_pk).line_item_url = coupled

    office.synchronise()

    assert office.grade(0) == FULL


def test_a_grade_changed_by_hand_stays_until_the_instructor_decides(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)

    office.synchronise()

    assert office.grade(0) == 0.8
    (one,) = office.page().to_decide
    assert (one.name, one.theirs) == ("Zoé Martin", 0.8)
    assert one.ours == pytest.approx(PARTIAL, abs=0.001)
    assert office.decide(Decision.REPLACE) == 1
    office.deliver()
    assert office.grade(0) == pytest.approx(PARTIAL, abs=0.001)
    office.synchronise()
    assert office.page().undecided == 0
    with office.school.database.reading() as db:
        assert db.scalars(select(HandMadeGrade)).all() == []


def test_a_better_score_does_not_overwrite_a_grade_that_was_kept(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    assert office.decide(Decision.KEEP) == 1
    assert office.page().undecided == 0

    office.synchronise()
    assert office.page().undecided == 0, "the same two values are not asked about again"
    office.earn(0, attempt=2)
    office.deliver()

    assert office.grade(0) == 0.8
    (one,) = office.page().to_decide
    assert (one.ours, one.theirs) == (FULL, 0.8)
    office.decide(Decision.REPLACE)
    office.deliver()
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_kept_grade_that_is_changed_again_is_asked_about_again(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    office.decide(Decision.KEEP)
    office.hold(0, 0.6)

    office.synchronise()

    (one,) = office.page().to_decide
    assert one.theirs == 0.6
    assert office.grade(0) == 0.6


def test_a_grade_of_somebody_without_a_score_stays_when_they_earn_one(office: Office) -> None:
    office.hold(2, 0.6)
    office.synchronise()
    (standing,) = office.page().standing
    assert (standing.ours, standing.theirs) == (None, 0.6)
    assert office.page().undecided == 0, "there is nothing to put in its place"

    office.earn(2)
    office.deliver()

    assert office.grade(2) == 0.6
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_an_older_score_of_ours_is_not_taken_for_somebody_else_s(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.columns.replies.append(Answer(503))
    office.earn(0, attempt=2)
    office.deliver()
    assert office.row(0).state == DeliveryState.PENDING

    office.synchronise()

    assert office.page().undecided == 0
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_score_that_arrived_although_its_answer_was_lost_is_ours(office: Office) -> None:
    office.earn(0, vrai=False)
    office.later(seconds=1)
    (errand,) = claim(office.school.database, office.school.seeded.platform_id, office.moment)
    office.scores.post_score(errand.platform, errand.line_item_url or "", errand.as_score())
    office.earn(0, attempt=2)
    office.later(seconds=30)

    office.synchronise()

    assert office.page().undecided == 0
    office.deliver()
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_decision_about_what_has_changed_since_is_not_carried_out(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    (seen,) = office.page().to_decide
    office.earn(0, attempt=2)

    old = Verdict(seen.id, seen.seen, Decision.REPLACE)
    link_pk = office.school.seeded.link_pk
    assert decide(office.school.database, link_pk, [old], "Zoé Martin") == 0
    office.deliver()

    assert office.grade(0) == 0.8
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_nobody_decides_about_another_link_s_grades(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    (one,) = office.page().to_decide
    with office.school.database.transaction() as db:
        other = add_link(db, office.school.seeded, 2)

    assert (
        decide(office.school.database, other, [Verdict(one.id, one.seen, Decision.KEEP)], "") == 0
    )
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_a_platform_that_keeps_the_hand_made_grade_all_the_same_is_told_of(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    office.decide(Decision.REPLACE)
    office.deliver()
    # As Moodle does with a grade that somebody overrode: it takes the score, and shows the other.
    office.hold(0, 0.8)

    office.synchronise()

    (one,) = office.page().to_decide
    assert one.resisted
    assert office.grade(0) == 0.8


def test_a_score_that_leaves_while_the_column_is_read_is_not_judged_by_it(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.earn(0, attempt=2)
    office.reader.then = office.deliver

    office.synchronise()

    assert office.grade(0) == FULL
    assert office.page().undecided == 0


def test_a_worker_killed_between_reading_and_sending_loses_nothing(office: Office) -> None:
    for learner in (0, 1, 2):
        office.earn(learner)
    office.deliver()
    for learner, share in ((0, None), (1, 0.4), (2, None)):
        office.hold(learner, share)
    office.ask()

    def kill() -> None:
        raise Killed

    office.reader.then = kill
    with pytest.raises(Killed):
        sync_next(office.desk)
    assert not sync_next(office.desk), "its lease is not over"
    office.reader.then = lambda: None
    office.later(seconds=LEASE.total_seconds())
    sent = len(office.columns.calls("POST"))

    assert sync_next(office.desk)
    office.deliver()

    assert [office.grade(learner) for learner in (0, 1, 2)] == [FULL, 0.4, FULL]
    assert len(office.columns.calls("POST")) == sent + 2
    standing = office.page().sync
    assert standing is not None
    assert (standing.sent, standing.done, standing.total) == (2, 3, 3)


@ON_ONE_DATABASE
def test_a_worker_asked_to_end_among_the_grades_sends_none_twice(office: Office) -> None:
    for learner in (0, 1, 2):
        office.earn(learner)
    office.deliver()
    for learner in (0, 1, 2):
        office.hold(learner, None)
    office.ask()
    stops = iter([False, False, False, True])
    assert sync_next(office.desk, lambda: next(stops))
    with office.school.database.reading() as db:
        (row,) = db.scalars(select(GradeSync)).all()
        assert (row.state, row.claim, row.tries) == (JobState.WAITING, None, 0)
    office.deliver()
    sent = len(office.columns.calls("POST"))

    assert sync_next(office.desk)
    office.deliver()

    assert [office.grade(learner) for learner in (0, 1, 2)] == [FULL, FULL, FULL]
    assert len(office.columns.calls("POST")) < sent + 3
    versions = [office.row(learner).version for learner in (0, 1, 2)]
    assert versions == [versions[0]] * 3


@ON_ONE_DATABASE
def test_a_platform_that_does_not_answer_is_read_again_later(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.ask()
    office.columns.replies.append(Answer(503, b"", {"Retry-After": "40"}))
    assert sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_open, standing.fault) == (True, ServiceFault.PLATFORM_ERROR)
    office.later(seconds=39)
    assert not sync_next(office.desk), "the platform asked to be left alone"

    office.later(seconds=2)
    assert sync_next(office.desk)

    standing = office.page().sync
    assert standing is not None
    assert (standing.same, standing.is_open, standing.fault) == (1, False, None)


@ON_ONE_DATABASE
def test_a_platform_that_never_answers_is_given_up_and_said_so(office: Office) -> None:
    office.ask()
    office.columns.replies.extend([Answer(500)] * MOST_TRIES)
    for _ in range(MOST_TRIES):
        assert sync_next(office.desk)
        with office.school.database.transaction() as db:
            db.execute(update(PlatformHealth).values(paused_until=None))
        office.later(hours=2)

    assert not sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_open, standing.fault) == (False, ServiceFault.PLATFORM_ERROR)


@ON_ONE_DATABASE
def test_a_platform_that_is_left_alone_is_not_read(office: Office) -> None:
    office.ask()
    until = office.moment + timedelta(minutes=1)
    with office.school.database.transaction() as db:
        db.add(
            PlatformHealth(
                platform_id=office.school.seeded.platform_id,
                failures=5,
                failing_since=office.moment,
                paused_at=office.moment,
                paused_until=until,
                error="unreachable: no answer",
            )
        )

    assert not sync_next(office.desk)
    assert office.columns.server.asked == []
    trouble = office.page().trouble
    assert trouble is not None
    assert trouble.next_try_at == until
    office.moment = until
    assert sync_next(office.desk)
    assert office.page().trouble is None


@ON_ONE_DATABASE
def test_a_column_that_is_gone_is_named(office: Office) -> None:
    office.earn(0)
    office.deliver()
    del office.columns.items[1]

    office.ask()
    assert sync_next(office.desk)

    standing = office.page().sync
    assert standing is not None
    assert [each.fault for each in standing.faults] == [ServiceFault.GONE]
    assert not standing.is_under_way


def test_one_column_of_a_platform_is_read_at_a_time_and_counts_among_its_calls(
    office: Office,
) -> None:
    office.earn(0)
    with office.school.database.transaction() as db:
        other = db.get_one(ResourceLink, add_link(db, office.school.seeded, 2))
        other.grade_scopes = [RESULT_SCOPE]
        ask(db, other, "", office.moment)
    office.ask()
    meanwhile: list[object] = []

    def look() -> None:
        meanwhile.append(sync_next(office.desk))
        platform_id = office.school.seeded.platform_id
        meanwhile.append(claim(office.school.database, platform_id, office.moment, limit=1))

    office.reader.then = look
    with office.school.database.transaction() as db:
        db.execute(update(ResourceLink).values(line_item_url=office.columns.address(1)))
    assert sync_next(office.desk)

    assert meanwhile == [False, ()]


def test_a_second_press_finds_the_synchronisation_that_is_open(office: Office) -> None:
    assert office.ask() == office.ask()
    assert sync_next(office.desk)
    first = office.page().sync
    assert office.ask() != (first and first.id)


@ON_ONE_DATABASE
def test_a_link_without_a_column_or_without_the_right_to_read_says_so(office: Office) -> None:
    assert office.page().obstacle is None
    for values, obstacle in (
        ({"grade_scopes": [SCORE_SCOPE]}, Obstacle.NOT_READABLE),
        ({"line_item_url": None}, Obstacle.NO_COLUMN),
    ):
        with office.school.database.transaction() as db:
            db.execute(update(ResourceLink).values(values))
        assert office.page().obstacle is obstacle


def test_old_synchronisations_are_forgotten_but_for_the_last(office: Office) -> None:
    for _ in range(2):
        office.synchronise()
    office.later(days=200)
    with office.school.database.transaction() as db:
        forget_old_syncs(db, office.moment)
        assert len(db.scalars(select(GradeSync)).all()) == 1


@ON_ONE_DATABASE
def test_decisions_are_listed_by_name(office: Office) -> None:
    for learner in (0, 1):
        office.earn(learner)
    office.deliver()
    for learner in (0, 1):
        office.hold(learner, 0.2)
    office.synchronise()

    with office.school.database.reading() as db:
        items = [row.line_item_pk for row in db.scalars(select(HandMadeGrade))]
        assert [one.name for one in undecided_grades(db, items, 10)] == ["Émile Noël", "Zoé Martin"]
        assert len(undecided_grades(db, items, 1)) == 1
