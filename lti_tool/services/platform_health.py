"""How the way to each platform's gradebook is: a breaker, shared by all our processes.

A platform that fails as a whole is left alone for a while, so that neither its scores nor our
workers are spent on it. Then one score goes first: were it taken, the others follow, else the
next pause is longer. What a platform asks for itself (``Retry-After``) is a pause, too.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.models import PlatformHealth
from lti_tool.services.progress import insert_unless_there

TRIP = 5
"""Failures in a row after which a platform is left alone."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)
"""A platform that comes back is found out within that time."""
LONGEST_ASKED = timedelta(days=1)

_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Failure:
    """What a platform failed, asked at a time, and how long it asks to be left alone."""

    error: str
    asked_at: datetime
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing goes to a platform, since when, and when it is tried next.

    ``error`` is what was last wrong, as ``services.delivery`` writes it.
    """

    error: str
    since: datetime
    next_try_at: datetime


def room(db: Session, platform_id: int, limit: int, moment: datetime) -> int:
    """Return how many calls a platform may be sent at once now, ``limit`` at most.

    Its row is held until the transaction ends: two processes do not count at once.
    """
    health = _held(db, platform_id)
    if health.paused_until is None:
        return limit
    return 0 if moment < health.paused_until else 1


def note_answer(db: Session, platform_id: int, asked_at: datetime) -> None:
    """Note that a platform answered what it was asked at a time.

    An answer to what was asked before the present pause began says nothing about it.
    """
    db.execute(
        update(PlatformHealth)
        .where(
            PlatformHealth.platform_id == platform_id,
            PlatformHealth.failures > 0,
            or_(PlatformHealth.paused_at.is_(None), PlatformHealth.paused_at <= asked_at),
        )
        .values(failures=0, failing_since=None, paused_at=None, paused_until=None, error=None)
    )


def note_failure(db: Session, platform_id: int, failure: Failure, moment: datetime) -> None:
    """Note that a platform as a whole failed what it was asked.

    Calls that were under way when a pause began fail together: they count once.
    """
    health = _held(db, platform_id)
    if health.paused_at is not None and failure.asked_at < health.paused_at:
        return
    health.failures += 1
    health.failing_since = health.failing_since or moment
    health.error = failure.error
    asked = min(failure.retry_after or timedelta(0), LONGEST_ASKED)
    length = max(_pause(health.failures), asked)
    if length > timedelta(0):
        health.paused_at = moment
        health.paused_until = moment + length


def troubles(db: Session, platform_ids: Iterable[int] | None = None) -> Mapping[int, Trouble]:
    """Return what is wrong with the platforms that are left alone, of these or of all."""
    paused = select(PlatformHealth).where(PlatformHealth.paused_until.is_not(None))
    if platform_ids is not None:
        paused = paused.where(PlatformHealth.platform_id.in_(list(platform_ids)))
    return {
        row.platform_id: Trouble(row.error or "", row.failing_since, row.paused_until)
        for row in db.scalars(paused)
        if row.failing_since is not None and row.paused_until is not None
    }


def _pause(failures: int) -> timedelta:
    """Return how long to leave a platform alone: twice as long each time, half of it by chance."""
    if failures < TRIP:
        return timedelta(0)
    longest = min(FIRST_PAUSE * (1 << min(failures - TRIP, 20)), LONGEST_PAUSE)
    return longest * _chance.uniform(0.5, 1.0)


def _held(db: Session, platform_id: int) -> PlatformHealth:
    wanted = (
        select(PlatformHealth)
        .where(PlatformHealth.platform_id == platform_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = db.scalars(wanted).one_or_none()
    if found is None:
        insert_unless_there(db, PlatformHealth, {"platform_id": platform_id, "failures": 0})
        found = db.scalars(wanted).one()
    return found
