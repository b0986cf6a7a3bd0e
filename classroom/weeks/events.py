"""Who does what when: the five weeks as one list, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from classroom.weeks.answers import chance
from classroom.weeks.preview import Unit
from classroom.weeks.pupils import COURSES, HANDED, Course, Handing

FIRST_HOUR: Final = 8
HOURS: Final = 13
"""People work from eight in the morning to nine in the evening, universal time."""
LAST_VISIT: Final = timedelta(hours=6)
"""The latest that anybody was there, before the weeks are over."""


@dataclass(frozen=True, slots=True)
class Study:
    """Somebody reads units and does their quizzes."""

    at: datetime
    username: str
    units: Sequence[Unit]


@dataclass(frozen=True, slots=True)
class HandIn:
    """Somebody makes a work and hands it in, as the ``number``-th of theirs there."""

    at: datetime
    handing: Handing
    number: int


@dataclass(frozen=True, slots=True)
class Review:
    """The teacher says what there is to say of a work."""

    at: datetime
    handing: Handing
    number: int


Event = Study | HandIn | Review


def weeks(units: Sequence[Unit], end: datetime) -> list[Event]:
    """What the class does in the five weeks before ``end``."""
    found: list[Event] = [
        study
        for username, course in COURSES.items()
        for study in _studies(units, username, course, end)
    ]
    numbers: dict[tuple[str, str], int] = {}
    for handing in HANDED:
        key = (handing.username, handing.workshop)
        numbers[key] = numbers.get(key, 0) + 1
        found.extend(_works(handing, numbers[key], end))
    return sorted(found, key=lambda event: event.at)


def _studies(
    units: Sequence[Unit], username: str, course: Course, end: datetime
) -> Iterator[Study]:
    """One visit for each quiz, with the units that lead to it, evenly from first to last."""
    parts = _parts(units)[: course.quizzes]
    step = (course.first - course.last) / max(len(parts) - 1, 1)
    for place, part in enumerate(parts):
        days = course.last if len(parts) == 1 else course.first - step * place
        yield Study(_moment(end, days, username, place), username, part)


def _parts(units: Sequence[Unit]) -> list[list[Unit]]:
    """The units in portions that each end with a quiz; what follows the last goes with it."""
    parts: list[list[Unit]] = [[]]
    for unit in units:
        parts[-1].append(unit)
        if unit.quiz is not None:
            parts.append([])
    tail = parts.pop()
    parts[-1].extend(tail)
    return parts


def _works(handing: Handing, number: int, end: datetime) -> Iterator[Event]:
    yield HandIn(_on(end, handing.days), handing, number)
    if handing.reviewed is not None:
        yield Review(_on(end, handing.reviewed), handing, number)


def _on(end: datetime, days: float) -> datetime:
    return end - timedelta(days=days)


def _moment(end: datetime, days: float, username: str, place: int) -> datetime:
    """A time of that day at which somebody might work, and not after the weeks are over."""
    day = (end - timedelta(days=days)).replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    hours = chance("hour", username, place).uniform(0, HOURS)
    return min(day + timedelta(hours=hours), end - LAST_VISIT)
