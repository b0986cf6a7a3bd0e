"""Which date holds for whom, to the second, and what a date is in the zone of a class."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import OF_CLASS, Term, holder_of
from lti_tool.services import attempts
from lti_tool.services.attempts import Desk, WorkRefused
from lti_tool.services.progress import Seat
from lti_tool.services.targets import targets_around
from lti_tool.services.terms import GRACE, Bounds, TermBook, allowed_attempts
from lti_tool.services.zones import DateFault, DateRefused, as_written, known_zones, moment_in
from tests.unit.lti_tool.services.conftest import KEYS

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
TARGETS = ("activity:quiz-un", "un", "part:apprendre", "")
"""Those around the first quiz, the narrowest first."""


def of_class(target: str = "", due: int | None = None, closes: int | None = None) -> Term:
    return Term(target=target, holder=OF_CLASS, due_at=day(due), closes_at=day(closes))


def of_learner(target: str = "", *, extra: int | None = None, **days: int) -> Term:
    term = given(target, extra, days)
    term.learner_id, term.holder = 1, holder_of(1, None)
    return term


def of_group(name: str, target: str = "", *, extra: int | None = None, **days: int) -> Term:
    term = given(target, extra, days)
    term.group_id, term.holder = name, holder_of(0, name)
    return term


def given(target: str, extra: int | None, days: dict[str, int]) -> Term:
    due, closes = day(days.get("due")), day(days.get("closes"))
    return Term(target=target, due_at=due, closes_at=closes, extra_attempts=extra)


def day(number: int | None) -> datetime | None:
    return None if number is None else NOON + number * DAY


def days_of(*rows: Term) -> tuple[float | None, float | None, int]:
    """Due and closing day, and extra attempts, of what holds by these rows."""
    bounds = TermBook(rows).bounds(TARGETS)
    due, closes = (
        None if moment is None else (moment - NOON) / DAY
        for moment in (bounds.due_at, bounds.closes_at)
    )
    return due, closes, bounds.extra_attempts


PRECEDENCE = {
    "nothing": ((), (None, None, 0)),
    "another activity's": ((of_class("activity:quiz-deux", 1, 2),), (None, None, 0)),
    "the whole's": ((of_class("", 1, 2),), (1, 2, 0)),
    "the narrowest": (
        (
            of_class("", 1),
            of_class("part:apprendre", 2),
            of_class("un", 3),
            of_class(TARGETS[0], 4),
        ),
        (4, None, 0),
    ),
    "field by field": ((of_class("", 1, 9), of_class(TARGETS[0], 4)), (4, 9, 0)),
    "a group before the class": ((of_class("", 1, 2), of_group("a", due=3, closes=4)), (3, 4, 0)),
    "the most generous group": (
        (
            of_class("", 1, 2),
            of_group("a", due=3, closes=9, extra=1),
            of_group("b", due=5, closes=6, extra=3),
        ),
        (5, 9, 3),
    ),
    "a learner before their groups": (
        (of_class("", 1, 2), of_group("a", due=9, extra=5), of_learner(due=3, extra=1)),
        (3, 3, 1),
    ),
    "a learner's silence leaves the groups'": (
        (of_class("", 1, 2), of_group("a", due=9, extra=5), of_learner(closes=4)),
        (9, 9, 5),
    ),
    "the narrowest of a learner's": (
        (of_class("", 1), of_learner(due=7, extra=1), of_learner(TARGETS[0], due=3, extra=2)),
        (3, None, 2),
    ),
    "never less than the class": ((of_class("", 5, 6), of_learner(due=3, closes=4)), (5, 6, 0)),
    "nothing to extend": ((of_class("", None, 6), of_learner(due=3)), (None, 6, 0)),
    "the closing gives way to the due date": ((of_class("", 1, 2), of_learner(due=4)), (4, 4, 0)),
    "a later closing alone": ((of_class("", 1, 2), of_learner(closes=4)), (1, 4, 0)),
}


@pytest.mark.parametrize(("rows", "expected"), PRECEDENCE.values(), ids=PRECEDENCE)
def test_what_holds_is_told_by_one_order(
    rows: tuple[Term, ...], expected: tuple[float | None, float | None, int]
) -> None:
    assert days_of(*rows) == expected
    assert days_of(*reversed(rows)) == expected


def test_a_minute_that_is_written_is_in_time_to_its_last_second() -> None:
    bounds = Bounds(due_at=NOON, closes_at=NOON)
    last = NOON + MINUTE - SECOND

    assert bounds.lateness(last) is None
    assert not bounds.is_closed(last)
    assert bounds.lateness(NOON + MINUTE) == MINUTE
    assert bounds.is_closed(NOON + MINUTE)


def test_an_attempt_that_was_begun_in_time_may_be_finished_within_the_grace() -> None:
    bounds = Bounds(closes_at=NOON)
    end = NOON + GRACE + MINUTE

    assert bounds.takes_answers(NOON + MINUTE - SECOND, end - SECOND)
    assert not bounds.takes_answers(NOON + MINUTE - SECOND, end)
    assert not bounds.takes_answers(NOON + MINUTE, NOON + MINUTE + SECOND)


def test_a_work_that_was_returned_after_the_closing_may_be_handed_in_again() -> None:
    bounds = Bounds(closes_at=NOON)
    later = NOON + 9 * DAY

    assert bounds.takes_works(NOON + DAY, later)
    assert not bounds.takes_works(NOON - DAY, later)
    assert not bounds.takes_works(None, later)
    assert bounds.takes_works(None, NOON)


def test_the_targets_around_an_activity_go_from_the_narrowest_to_the_whole(course: Course) -> None:
    narrowest, *_others, widest = targets_around(course, "quiz-un")

    assert narrowest == "activity:quiz-un"
    assert widest == ""
    assert targets_around(course, "nobody-s") == ()


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (("2031-01-15", "08:00"), "2031-01-15T07:00:00+00:00"),
        (("2031-07-15", "08:00"), "2031-07-15T06:00:00+00:00"),
        (("2031-07-15", ""), "2031-07-15T21:59:00+00:00"),
        (("2031-10-26", "01:59"), "2031-10-25T23:59:00+00:00"),
        (("2031-10-26", "02:30"), "2031-10-26T01:30:00+00:00"),
        (("2031-10-26", "03:00"), "2031-10-26T02:00:00+00:00"),
        (("2031-03-30", "01:59"), "2031-03-30T00:59:00+00:00"),
        (("2031-03-30", "03:00"), "2031-03-30T01:00:00+00:00"),
    ],
)
def test_a_date_is_the_moment_that_the_clocks_of_the_class_show(
    written: tuple[str, str], moment: str
) -> None:
    found = moment_in(PARIS, *written)

    assert found is not None
    assert found.isoformat() == moment
    assert as_written(PARIS, found) == (written[0], written[1] or "23:59")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (("2031-03-30", "02:00"), DateFault.NO_SUCH_HOUR),
        (("2031-03-30", "02:59"), DateFault.NO_SUCH_HOUR),
        (("2031-02-29", "08:00"), DateFault.UNREADABLE_DATE),
        (("20310201", "08:00"), DateFault.UNREADABLE_DATE),
        (("2031-02-01", "8h"), DateFault.UNREADABLE_TIME),
        (("2031-02-01", "25:00"), DateFault.UNREADABLE_TIME),
        (("", "08:00"), DateFault.DATE_MISSING),
        (("0001-01-01", "00:00"), DateFault.FAR_AWAY),
        (("9999-12-31", "23:59"), DateFault.FAR_AWAY),
    ],
)
def test_what_is_no_moment_is_refused(written: tuple[str, str], fault: DateFault) -> None:
    with pytest.raises(DateRefused) as caught:
        moment_in(PARIS, *written)
    assert caught.value.fault is fault


def test_no_date_is_no_moment() -> None:
    assert moment_in(PARIS, "", "") is None
    assert moment_in(PARIS, "", "23:59") is None


def test_the_zones_to_choose_from_are_places() -> None:
    assert {"Europe/Paris", "America/Martinique", "Indian/Reunion"} <= set(known_zones())
    assert not any(name.startswith("Etc/") or "/" not in name for name in known_zones())


def test_one_more_attempt_can_be_begun_once_however_many_windows_ask(
    database: Database, seat: Seat, course: Course
) -> None:
    desk = Desk.of(course, KEYS, "quiz-un")
    with database.transaction() as db:
        term = of_learner(extra=1)
        term.context_pk, term.course, term.learner_id = (
            seat.context_pk,
            seat.course,
            seat.learner_id,
        )
        db.add(term)
    numbers: list[int] = []
    for _finished in range(desk.activity.attempts + 1):
        numbers += at_once(database, seat, desk)
        finish(database, seat, desk, max(numbers))

    with pytest.raises(WorkRefused), database.transaction() as db:
        attempts.start_attempt(db, seat, desk)
    bounds = Bounds(extra_attempts=1)
    assert set(numbers) == set(range(1, (allowed_attempts(desk.activity, bounds) or 0) + 1))


def at_once(database: Database, seat: Seat, desk: Desk) -> list[int]:
    """Ask for a new attempt in three windows at once; return the numbers that they got."""
    barrier = threading.Barrier(3)
    numbers: list[int] = []

    def window() -> None:
        barrier.wait()
        with database.transaction() as db:
            numbers.append(attempts.start_attempt(db, seat, desk)["number"])

    threads = [threading.Thread(target=window) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return numbers


def finish(database: Database, seat: Seat, desk: Desk, number: int) -> None:
    with database.transaction() as db:
        for question, response in (("q1", "b"), ("q2", True)):
            attempts.answer(db, seat, desk, attempts.Given(number, question, response))
