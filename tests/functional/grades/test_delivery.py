"""Scores on their way to a gradebook that follows Moodle's rules, over real HTTP."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Update, update

from lti_tool.lti import Score, ScoreClient
from lti_tool.models import DeliveryState, GradeDelivery, Platform
from lti_tool.services import delivery
from lti_tool.services.delivery import DeliveryFault, deliver_due, fault_of
from lti_tool.services.errands import LEASE, claim
from tests.functional.grades.conftest import NOON, Outbox
from tests.functional.grades.gradebook import Gradebook, Reply


def test_a_score_reaches_the_gradebook_in_full(outbox: Outbox, gradebook: Gradebook) -> None:
    outbox.put(0.85)

    assert outbox.deliver() == 1

    assert gradebook.grade("user-1") == 0.85
    assert gradebook.received == [
        {
            "scoreGiven": 85.0,
            "scoreMaximum": 100.0,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": "2026-11-23T12:00:00.000Z",
            "userId": "user-1",
        }
    ]
    assert outbox.row().state == DeliveryState.SENT
    assert outbox.row().sent_at == NOON
    assert outbox.row().claimed_until is None


def test_work_in_progress_is_a_grade_that_the_gradebook_keeps(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.4, completed=False)

    outbox.deliver()

    assert gradebook.received[0]["activityProgress"] == "InProgress"
    assert gradebook.received[0]["gradingProgress"] == "FullyGraded"
    assert gradebook.grade("user-1") == 0.4


def test_a_score_that_was_sent_is_not_sent_again(outbox: Outbox, gradebook: Gradebook) -> None:
    outbox.put(0.5)
    outbox.deliver()
    outbox.wait(3600)

    assert outbox.deliver() == 0
    assert len(gradebook.received) == 1


def test_a_newer_score_of_the_same_second_waits_for_the_next_one(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    outbox.deliver()
    outbox.supersede(0.9)

    assert outbox.deliver() == 0, "the second of the first score is not over"
    outbox.wait(1)
    assert outbox.deliver() == 1

    first, second = gradebook.seconds
    assert second == first + 1
    assert gradebook.grade("user-1") == 0.9


def test_one_token_serves_the_whole_class(outbox: Outbox, gradebook: Gradebook) -> None:
    for learner in range(3):
        outbox.put(0.5, learner=learner)

    assert outbox.deliver() == 3
    assert gradebook.tokens_issued == 1


def test_a_score_that_the_gradebook_has_from_the_same_second_is_sent_once_more(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.last_second["/items/1/lineitem/scores", "user-1"] = int(NOON.timestamp())
    outbox.put(0.7)

    outbox.deliver()
    assert outbox.row().state == DeliveryState.PENDING
    assert fault_of(outbox.row().error) is DeliveryFault.OUT_OF_ORDER
    outbox.wait(1)
    outbox.deliver()

    assert gradebook.grade("user-1") == 0.7
    assert outbox.row().state == DeliveryState.SENT
    assert outbox.row().error is None


def test_a_gradebook_whose_clock_is_ahead_gets_the_score_once_ours_has_caught_up(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.last_second["/items/1/lineitem/scores", "user-1"] = int(NOON.timestamp()) + 600
    outbox.put(0.7)

    while outbox.row().state == DeliveryState.PENDING:
        outbox.time = max(outbox.row().due_at, outbox.time + timedelta(seconds=1))
        outbox.deliver()
        assert gradebook.seconds[-1] <= outbox.time.timestamp(), "no timestamp from the future"

    assert gradebook.grade("user-1") == 0.7
    assert gradebook.seconds == sorted(set(gradebook.seconds))
    assert len(gradebook.received) < 12


def test_a_busy_gradebook_is_left_alone_for_as_long_as_it_asks(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.append(Reply(429, "Too many requests", {"Retry-After": "90"}))
    outbox.put(0.6)
    outbox.deliver()

    outbox.wait(89)
    assert outbox.deliver() == 0
    outbox.wait(1)
    assert outbox.deliver() == 1
    assert gradebook.grade("user-1") == 0.6


def test_a_failing_gradebook_is_tried_less_and_less_often(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.extend([Reply(500, "Exception")] * 8)
    outbox.put(0.6)
    pauses = []
    for _ in range(8):
        assert outbox.deliver() == 1
        row = outbox.row()
        assert fault_of(row.error) is DeliveryFault.PLATFORM_ERROR
        pauses.append((row.due_at - outbox.time).total_seconds())
        outbox.time = row.due_at

    for tries, pause in enumerate(pauses):
        assert 2.5 * 2**tries <= pause <= 5 * 2**tries
    outbox.deliver()
    assert gradebook.grade("user-1") == 0.6


def test_no_pause_is_longer_than_an_hour() -> None:
    pauses = [delivery.pause(tries) for tries in (20, 100, 180)]

    assert all(timedelta(minutes=30) <= pause <= timedelta(hours=1) for pause in pauses)


def test_a_gradebook_that_is_away_gets_the_score_when_it_is_back(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.6)
    with outbox.database.transaction() as db:
        row = db.merge(outbox.row())
        row.line_item.resource_link.context.deployment.platform.token_url = (
            "http://127.0.0.1:9/token"
        )

    outbox.deliver()
    assert outbox.row().state == DeliveryState.PENDING
    assert fault_of(outbox.row().error) is DeliveryFault.UNREACHABLE

    with outbox.database.transaction() as db:
        row = db.merge(outbox.row())
        row.line_item.resource_link.context.deployment.platform.token_url = f"{gradebook.url}/token"
    outbox.time = outbox.row().due_at
    outbox.deliver()
    assert gradebook.grade("user-1") == 0.6


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Reply(400, "Incorrect score received"), DeliveryFault.SCORE_REFUSED),
        (Reply(403, "Not allowed"), DeliveryFault.NOT_ALLOWED),
        (Reply(404, "Line item not found"), DeliveryFault.COLUMN_GONE),
    ],
)
def test_a_refusal_is_kept_with_its_cause_and_not_repeated(
    outbox: Outbox, gradebook: Gradebook, reply: Reply, fault: DeliveryFault
) -> None:
    gradebook.replies.append(reply)
    outbox.put(0.6)
    outbox.deliver()

    row = outbox.row()
    assert row.state == DeliveryState.REFUSED
    assert fault_of(row.error) is fault
    assert reply.body in (row.error or "")
    outbox.wait(7 * 24 * 3600)
    assert outbox.deliver() == 0


def test_somebody_who_left_the_class_does_not_hold_up_the_others(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.students.remove("user-1")
    for learner in range(3):
        outbox.put(0.5, learner=learner)

    outbox.deliver()

    assert outbox.row(0).state == DeliveryState.REFUSED
    assert gradebook.grade("user-2") == gradebook.grade("user-3") == 0.5


def test_a_score_that_never_gets_through_is_given_up_in_the_end_and_stays_visible(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    gradebook.replies.append(Reply(500))
    outbox.put(0.5)
    with outbox.database.transaction() as db:
        db.merge(outbox.row()).tries = delivery.MOST_TRIES - 1

    outbox.deliver()

    assert outbox.row().state == DeliveryState.REFUSED
    assert fault_of(outbox.row().error) is DeliveryFault.PLATFORM_ERROR


def test_a_column_on_a_foreign_host_gets_neither_score_nor_token(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    with outbox.database.transaction() as db:
        db.merge(
            outbox.row()
        ).line_item.resource_link.line_item_url = "https://elsewhere.example/lineitem"

    outbox.deliver()

    assert fault_of(outbox.row().error) is DeliveryFault.FOREIGN_COLUMN
    assert gradebook.tokens_issued == 0


def test_a_link_that_lost_its_column_is_said_to_have_none(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    with outbox.database.transaction() as db:
        db.merge(outbox.row()).line_item.resource_link.line_item_url = None

    outbox.deliver()

    assert fault_of(outbox.row().error) is DeliveryFault.COLUMN_GONE
    assert gradebook.received == []


def test_a_score_that_comes_in_during_a_delivery_is_delivered_next(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    gradebook.before_reply = lambda: outbox.supersede(0.8)
    outbox.deliver()
    gradebook.before_reply = None

    assert outbox.row().state == DeliveryState.PENDING, "the newer score is not taken for sent"
    outbox.wait(1)
    outbox.deliver()
    assert gradebook.grade("user-1") == 0.8
    assert outbox.row().state == DeliveryState.SENT


def test_a_score_that_comes_in_during_a_refusal_is_delivered_next(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    gradebook.replies.append(Reply(400, "Incorrect score received"))
    gradebook.before_reply = lambda: outbox.supersede(0.8)
    outbox.deliver()
    gradebook.before_reply = None

    outbox.wait(1)
    outbox.deliver()
    assert gradebook.grade("user-1") == 0.8


def test_several_workers_send_each_score_once(outbox: Outbox, gradebook: Gradebook) -> None:
    outbox.enrol(27)
    gradebook.students |= {f"user-{number}" for number in range(4, 31)}
    for learner in range(30):
        outbox.put(learner / 30, learner=learner)
    barrier = threading.Barrier(4)

    def worker() -> None:
        barrier.wait()
        deliver_due(outbox.database, outbox.scores, clock=lambda: NOON)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one["userId"] for one in gradebook.received) == sorted(gradebook.students)
    assert all(outbox.row(learner).state == DeliveryState.SENT for learner in range(30))


def test_the_score_of_a_worker_that_died_is_taken_up_when_its_lease_ends(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    assert claim(outbox.database, outbox.seeded.platform_id, outbox.time)

    outbox.wait(LEASE.total_seconds() - 1)
    assert outbox.deliver() == 0, "the lease still holds"
    outbox.wait(LEASE.total_seconds())
    assert outbox.deliver() == 1
    assert gradebook.grade("user-1") == 0.5


def test_a_worker_that_overslept_its_lease_leaves_the_row_to_the_other(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    gradebook.replies.append(Reply(500))

    def meanwhile() -> None:
        gradebook.before_reply = None
        outbox.wait(LEASE.total_seconds())
        assert outbox.deliver() == 1

    gradebook.before_reply = meanwhile
    outbox.deliver()

    assert gradebook.grade("user-1") == 0.5
    assert outbox.row().state == DeliveryState.SENT, "the late failure changes nothing"


class Fragile:
    """Breaks on one person's score, and takes the others to the gradebook."""

    def __init__(self, scores: ScoreClient) -> None:
        self._scores = scores

    def post_score(self, platform: Platform, line_item_url: str, score: Score) -> None:
        if score.user_id == "user-1":
            raise RuntimeError("nobody saw this coming")
        self._scores.post_score(platform, line_item_url, score)


def test_an_unexpected_error_with_one_score_does_not_keep_the_others(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    outbox.put(0.5)
    outbox.put(0.5, learner=1)

    deliver_due(outbox.database, Fragile(outbox.scores), clock=lambda: outbox.time)

    assert gradebook.grade("user-2") == 0.5
    assert outbox.row().state == DeliveryState.PENDING
    assert fault_of(outbox.row().error) is DeliveryFault.INTERNAL


def test_a_note_waits_for_no_row_while_it_holds_another(
    outbox: Outbox, gradebook: Gradebook
) -> None:
    """SQLite has one writer at a time, and nobody to wait for."""
    for learner in range(3):
        outbox.put(0.5, learner=learner)
    kept = outbox.row(2).id
    writing, noted = threading.Event(), threading.Event()

    def keep_an_answer() -> None:
        """Hold the last row until the others are noted: in vain, if the note waits for it."""
        pause = threading.Event()
        with outbox.database.transaction() as db:
            db.execute(touch(kept))
            writing.set()
            for _ in range(500):
                if outbox.row(0).state == outbox.row(1).state == DeliveryState.SENT:
                    noted.set()
                    break
                pause.wait(0.02)

    keeper = threading.Thread(target=keep_an_answer)

    def meanwhile() -> None:
        if len(gradebook.received) == 1 and outbox.database.is_postgresql:
            keeper.start()
            writing.wait(60)

    gradebook.before_reply = meanwhile
    outbox.deliver()

    if outbox.database.is_postgresql:
        keeper.join()
        assert noted.is_set()
    assert [outbox.row(learner).state for learner in range(3)] == [DeliveryState.SENT] * 3
    assert [outbox.row(learner).claimed_by for learner in range(3)] == [None] * 3


def touch(delivery_id: int) -> Update:
    return (
        update(GradeDelivery)
        .where(GradeDelivery.id == delivery_id)
        .values(version=GradeDelivery.version)
    )
