"""Jobs in a queue of each kind, and workers who do them, on a real database and a real Redis."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from lti_tool.models import DeliveryState, GradeDelivery
from lti_tool.models import now as present
from lti_tool.services import courier
from lti_tool.services.courier import run_courier, sweep
from lti_tool.services.delivery import Carrier
from lti_tool.services.errands import LEASE, Leases, claim
from lti_tool.services.queue import JobQueue
from tests.functional.grades.conftest import Outbox
from tests.functional.grades.gradebook import Gradebook
from tests.functional.school import School
from tests.lending import Lending
from tests.servers import free_ports, redis_server


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of this module's, which keeps nothing."""
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield f"{address}/0"


@pytest.fixture(params=["sqlite", "redis", "postgresql"])
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'queue.db'}"
    elif request.param == "redis":
        yield request.getfixturevalue("redis_url")
    else:
        databases: Lending = request.getfixturevalue("_postgresql_databases")
        with databases.lend() as address:
            yield address.replace("postgresql+psycopg", "postgresql")


@pytest.fixture
def opened() -> Iterator[Callable[[str], JobQueue]]:
    """Open queues, as other processes would."""
    queues: list[JobQueue] = []

    def open_queue(url: str) -> JobQueue:
        queues.append(JobQueue(url))
        return queues[-1]

    yield open_queue
    for queue in queues:
        queue.close()


@pytest.fixture
def embedded(tmp_path: Path, opened: Callable[[str], JobQueue]) -> JobQueue:
    return opened(f"sqlite:///{tmp_path / 'queue.db'}")


def carrier_of(outbox: Outbox) -> Carrier:
    return Carrier(outbox.database, outbox.scores, Leases(outbox.database))


def test_what_one_process_announces_another_does(
    queue_url: str, opened: Callable[[str], JobQueue]
) -> None:
    announcing, doing = opened(queue_url), opened(queue_url)
    done: list[int] = []
    stop = threading.Event()

    def work(platform_id: int) -> None:
        done.append(platform_id)
        if len(done) == 3:
            stop.set()

    assert announcing.announce([3, 5])
    assert announcing.waiting() == {3, 5}
    assert announcing.announce([7])
    doing.consume(work, 1, stop)

    assert sorted(done) == [3, 5, 7]
    assert announcing.waiting() == frozenset()


def test_a_queue_that_is_away_is_no_trouble_to_whoever_announces(
    opened: Callable[[str], JobQueue], caplog: pytest.LogCaptureFixture
) -> None:
    (port,) = free_ports(1)
    queue = opened(f"redis://127.0.0.1:{port}/0")

    assert not queue.announce([1])
    assert not queue.announce([1])
    assert queue.waiting() is None
    assert caplog.text.count("The queue does not answer") == 1, "it is not asked at once again"


def test_a_message_that_is_none_of_ours_is_not_run(
    redis_url: str, opened: Callable[[str], JobQueue]
) -> None:
    stop = threading.Event()
    queue = opened(redis_url)
    with redis.Redis.from_url(redis_url) as client:
        client.lpush("huey.redis.arrimage", b"cos\nsystem\n(S'exit 1'\ntR.")
    queue.announce([4])

    queue.consume(lambda _platform_id: stop.set(), 1, stop)

    assert stop.is_set(), "the job behind it is done"


def test_a_class_is_delivered_side_by_side_with_one_token(
    outbox: Outbox, gradebook: Gradebook, embedded: JobQueue
) -> None:
    outbox.time = present()
    outbox.enrol(21)
    gradebook.students |= {f"user-{number}" for number in range(1, 25)}
    for learner in range(24):
        outbox.put(learner / 24, learner=learner)
    stop = stop_when_all_is_sent(outbox, gradebook)

    run_courier(carrier_of(outbox), embedded, stop, threads=4, poll_seconds=0.02)

    assert gradebook.tokens_issued == 1
    assert sorted(one["userId"] for one in gradebook.received) == sorted(gradebook.students)


def test_what_a_queue_lost_is_queued_again(
    outbox: Outbox, gradebook: Gradebook, embedded: JobQueue
) -> None:
    outbox.time = present()
    outbox.put(0.5)
    embedded.announce([outbox.seeded.platform_id])
    embedded.clear()

    sweep(carrier_of(outbox), embedded, threading.Event())

    assert embedded.waiting() == {outbox.seeded.platform_id}
    sweep(carrier_of(outbox), embedded, threading.Event())
    run_courier(
        carrier_of(outbox),
        embedded,
        stop_when_all_is_sent(outbox, gradebook),
        threads=1,
        poll_seconds=0.02,
    )
    assert gradebook.grade("user-1") == 0.5


def test_without_its_queue_the_worker_finds_the_scores_itself(
    outbox: Outbox, gradebook: Gradebook, opened: Callable[[str], JobQueue]
) -> None:
    outbox.time = present()
    outbox.put(0.5)
    (port,) = free_ports(1)

    sweep(carrier_of(outbox), opened(f"redis://127.0.0.1:{port}/0"), threading.Event())

    assert gradebook.grade("user-1") == 0.5


def test_the_worker_ends_though_its_queue_never_came(
    outbox: Outbox, opened: Callable[[str], JobQueue]
) -> None:
    stop = threading.Event()
    stop.set()
    (port,) = free_ports(1)

    run_courier(carrier_of(outbox), opened(f"redis://127.0.0.1:{port}/0"), stop, threads=1)

    assert outbox.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a pool's


def test_a_database_that_is_away_for_a_while_does_not_end_the_worker(
    outbox: Outbox,
    gradebook: Gradebook,
    embedded: JobQueue,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outbox.time = present()
    outbox.put(0.5)
    rename("grade_delivery", "away", outbox)
    looked = courier.sweep

    def look(*given: object) -> None:
        try:
            looked(*given)  # type: ignore[arg-type]  # as it was called
        except Exception:
            rename("away", "grade_delivery", outbox)
            raise

    monkeypatch.setattr(courier, "sweep", look)
    stop = stop_when_all_is_sent(outbox, gradebook)
    run_courier(carrier_of(outbox), embedded, stop, threads=1, poll_seconds=0.02)

    assert gradebook.grade("user-1") == 0.5
    assert "Delivery was interrupted" in caplog.text


def test_a_worker_that_lives_keeps_what_it_claimed(outbox: Outbox) -> None:
    outbox.put(0.5)
    platform = outbox.seeded.platform_id
    leases = Leases(outbox.database)
    (errand,) = claim(outbox.database, platform, outbox.time)
    with leases.held(errand.claim):
        outbox.wait(LEASE.total_seconds() - 1)
        leases.renew(outbox.time)
        outbox.wait(LEASE.total_seconds() - 1)
        assert not claim(outbox.database, platform, outbox.time)

    leases.renew(outbox.time)
    outbox.wait(1)
    assert claim(outbox.database, platform, outbox.time)


def test_an_answer_wakes_the_workers_once_it_is_kept(school: School) -> None:
    window = school.open()
    for question, response in (("choix", "b"), ("plusieurs", ["a", "b"])):
        window.answer("quiz-un", question, response)
    assert school.tool.queue.waiting() == frozenset()

    window.answer("quiz-un", "vrai", True)

    assert school.tool.queue.waiting() == {school.seeded.platform_id}
    with school.database.reading() as db:
        assert db.scalars(select(GradeDelivery.state)).all() == [DeliveryState.PENDING]


def rename(name: str, new: str, outbox: Outbox) -> None:
    with outbox.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {new}")


def stop_when_all_is_sent(outbox: Outbox, gradebook: Gradebook) -> threading.Event:
    """Return an event that is set when the gradebook is about to answer for the last score."""
    stop = threading.Event()
    with outbox.database.reading() as db:
        wanted = len(db.scalars(select(GradeDelivery.id)).all()) if _is_there(outbox) else 1

    def look() -> None:
        if len(gradebook.received) >= wanted:
            stop.set()

    gradebook.before_reply = look
    return stop


def _is_there(outbox: Outbox) -> bool:
    with outbox.database.engine.connect() as connection:
        return outbox.database.engine.dialect.has_table(connection, "grade_delivery")
