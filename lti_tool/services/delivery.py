"""Carries scores to the platforms' gradebooks: claims what is due, sends it, notes the end.

The rows of ``GradeDelivery`` are the queue, and the only truth about it. A worker claims
one with a lease, so that several never send the same at once, and one that dies leaves
its row to the others when the lease runs out.

The timestamp of a score is the second in which it is sent, and is written down before the
score leaves. A row whose last timestamp is the present second waits for the next one:
platforms compare timestamps by the second, refuse one that is not strictly later, and
take one from the future as a reason to refuse all that follow (AGS 2.0, 3.4.4).
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import NoToken, Outdated, Refused, Score, ScoreError
from lti_tool.models import (
    DeliveryState,
    GradeDelivery,
    Learner,
    LineItem,
    LineItemState,
    Platform,
    now,
)
from lti_tool.services.columns import address_of, line_items_of

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than any call to a platform may take, token included."""
ONE_SECOND = timedelta(seconds=1)
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_RETRY_AFTER = timedelta(days=1)
MOST_TRIES = 180
"""About a week of trying: ten tries in the first hour and a half, then one an hour."""
POLL_SECONDS = 1.0
ERROR_LENGTH = 500
SCORE_MAXIMUM = 100.0
"""Scores are sent as percentages; the platform rescales them to its column."""

_chance = random.SystemRandom()


class DeliveryFault(StrEnum):
    """What stands between a score and the gradebook. The pages say it in words."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    PLATFORM_ERROR = "platform_error"
    OUT_OF_ORDER = "out_of_order"
    ACCESS_REFUSED = "access_refused"
    NOT_ALLOWED = "not_allowed"
    COLUMN_GONE = "column_gone"
    SCORE_REFUSED = "score_refused"
    FOREIGN_COLUMN = "foreign_column"
    INTERNAL = "internal"


PERMANENT = frozenset(
    {
        DeliveryFault.NOT_ALLOWED,
        DeliveryFault.COLUMN_GONE,
        DeliveryFault.SCORE_REFUSED,
        DeliveryFault.FOREIGN_COLUMN,
    }
)
"""What trying again would not mend; somebody has to do something first."""
REFUSALS: Mapping[int | None, DeliveryFault] = {
    None: DeliveryFault.FOREIGN_COLUMN,
    403: DeliveryFault.NOT_ALLOWED,
    404: DeliveryFault.COLUMN_GONE,
    410: DeliveryFault.COLUMN_GONE,
}
"""What a final refusal means by its HTTP status; without one, no score was sent at all."""
OBSTACLES: Mapping[int | None, DeliveryFault] = {
    None: DeliveryFault.UNREACHABLE,
    425: DeliveryFault.BUSY,
    429: DeliveryFault.BUSY,
    503: DeliveryFault.BUSY,
}
"""What a passing trouble means by its HTTP status; without one, no answer came."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One score on its way, as it stood when it was claimed.

    ``score`` runs from 0 to 1. ``lease`` tells this claim from any other of the same row.
    """

    delivery_id: int
    version: int
    tries: int
    lease: datetime
    platform: Platform
    line_item_url: str | None
    user_id: str
    score: float
    completed: bool
    comment: str | None
    timestamp: datetime

    def as_score(self) -> Score:
        """Return it as the platform takes it.

        ``FullyGraded`` even while activities are left to do: Moodle erases the grade that
        comes with any other gradingProgress.
        """
        return Score(
            user_id=self.user_id,
            score_given=round(self.score * SCORE_MAXIMUM, 2),
            score_maximum=SCORE_MAXIMUM,
            timestamp=self.timestamp,
            activity_progress="Completed" if self.completed else "InProgress",
            grading_progress="FullyGraded",
            comment=self.comment,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand: nothing wrong, or a fault and what was said about it.

    ``retry_after`` is how long the platform asked to be left alone.
    """

    fault: DeliveryFault | None = None
    detail: str = ""
    retry_after: timedelta | None = None


class ScorePoster(Protocol):
    """What takes a score to its platform: ``lti_tool.lti.ScoreClient``."""

    def post_score(self, platform: Platform, line_item_url: str, score: Score) -> None:
        """Raise ``ScoreError``."""


def judge(error: ScoreError) -> Outcome:
    """Tell what a platform's objection means (AGS 2.0, 3.4).

    Moodle says 400 to a score for a teacher as to one for somebody who left the class,
    404 when the column is gone, and 403 when the tool lacks the permission.
    """
    if isinstance(error, Outdated):
        fault = DeliveryFault.OUT_OF_ORDER
    elif isinstance(error, NoToken):
        fault = DeliveryFault.ACCESS_REFUSED
    elif isinstance(error, Refused):
        fault = REFUSALS.get(error.status, DeliveryFault.SCORE_REFUSED)
    else:
        fault = OBSTACLES.get(error.status, DeliveryFault.PLATFORM_ERROR)
    return Outcome(fault, str(error), error.retry_after)


def fault_of(error: str | None) -> DeliveryFault | None:
    """Return the fault that a row's ``error`` begins with."""
    code = (error or "").partition(":")[0]
    return DeliveryFault(code) if code in set(DeliveryFault) else None


def deliver_due(
    database: Database,
    scores: ScorePoster,
    *,
    clock: Callable[[], datetime] = now,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send every score that is due, one after the other; return how many were tried.

    Each is tried once: one that fails is due again later, by the clock. ``stopping`` is
    asked before each one.
    """
    tried = 0
    while not stopping() and (errand := claim(database, clock())) is not None:
        outcome = _carry(scores, errand)
        with database.transaction() as db:
            _note(db, errand, outcome, clock())
        tried += 1
    return tried


def claim(database: Database, moment: datetime) -> Errand | None:
    """Take the score that has been due for longest, for as long as ``LEASE``.

    Its timestamp is the present second, written down before the score leaves: were the
    worker to die once the platform has it, the next timestamp would still be later.
    """
    second = moment.replace(microsecond=0)
    ready = select(LineItem.id).where(LineItem.state == LineItemState.READY)
    due = (
        select(GradeDelivery.id)
        .where(
            GradeDelivery.state == DeliveryState.PENDING,
            # A column that is still to be made has no address to send anything to.
            GradeDelivery.line_item_pk.in_(ready),
            GradeDelivery.due_at <= moment,
            or_(GradeDelivery.claimed_until.is_(None), GradeDelivery.claimed_until <= moment),
            or_(
                GradeDelivery.last_sent_timestamp.is_(None),
                GradeDelivery.last_sent_timestamp < second,
            ),
        )
        .order_by(GradeDelivery.due_at, GradeDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(GradeDelivery)
        .where(GradeDelivery.id == due.scalar_subquery())
        .values(
            claimed_until=moment + LEASE,
            last_sent_timestamp=second,
            tries=GradeDelivery.tries + 1,
        )
        .returning(GradeDelivery.id)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as db:
        found = db.execute(statement).scalar_one_or_none()
        return None if found is None else _errand(db, found)


def pause(tries: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after that many tries: longer each time, and never the same.

    Half of it is left to chance, so that a class whose scores failed together does not
    come back together. What the platform asked for is the least.
    """
    doublings = min(max(tries - 1, 0), 20)
    longest = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
    delay = longest * _chance.uniform(0.5, 1.0)
    return max(delay, min(asked or timedelta(0), LONGEST_RETRY_AFTER))


def run_worker(
    database: Database,
    scores: ScorePoster,
    stop: threading.Event,
    *,
    poll_seconds: float = POLL_SECONDS,
    before: Callable[[], object] = lambda: None,
) -> None:
    """Deliver scores until ``stop`` is set. The score being sent is finished first.

    ``before`` is done before each round: the columns that the scores go to are made then.

    Whatever goes wrong, a database that is away included, is logged and tried again.
    """
    while not stop.is_set():
        try:
            before()
            deliver_due(database, scores, stopping=stop.is_set)
        except Exception:
            log.exception("Delivery was interrupted; it goes on in %s s.", poll_seconds)
        stop.wait(poll_seconds)


def _errand(db: Session, delivery_id: int) -> Errand:
    row = db.scalars(
        select(GradeDelivery)
        .where(GradeDelivery.id == delivery_id)
        .options(
            joinedload(GradeDelivery.learner).joinedload(Learner.platform),
            joinedload(GradeDelivery.line_item).joinedload(LineItem.resource_link),
        )
    ).one()
    if row.claimed_until is None or row.last_sent_timestamp is None:
        raise RuntimeError("a score was claimed without a lease or a timestamp")
    link = row.line_item.resource_link
    return Errand(
        delivery_id=row.id,
        version=row.version,
        tries=row.tries,
        lease=row.claimed_until,
        platform=row.learner.platform,
        line_item_url=address_of(row.line_item, link, line_items_of(db, [link.id])),
        user_id=row.learner.sub,
        score=row.score,
        completed=row.completed,
        comment=row.comment,
        timestamp=row.last_sent_timestamp,
    )


def _carry(scores: ScorePoster, errand: Errand) -> Outcome:
    if errand.line_item_url is None:
        return Outcome(DeliveryFault.COLUMN_GONE)
    try:
        scores.post_score(errand.platform, errand.line_item_url, errand.as_score())
    except ScoreError as error:
        return judge(error)
    except Exception as error:
        # One score that cannot be sent must not keep the others from being sent.
        log.exception("Score %s could not be sent.", errand.delivery_id)
        return Outcome(DeliveryFault.INTERNAL, type(error).__name__)
    return Outcome()


def _note(db: Session, errand: Errand, outcome: Outcome, moment: datetime) -> None:
    """Write down what came of an errand, and let go of the row.

    When a newer score came in meanwhile, the row is only let go of: that one is due now.
    """
    ours = update(GradeDelivery).where(
        GradeDelivery.id == errand.delivery_id, GradeDelivery.claimed_until == errand.lease
    )
    same_score = ours.where(GradeDelivery.version == errand.version)
    news = _news(errand, outcome, moment)
    result = db.execute(same_score.values(claimed_until=None, **news))
    if cast("CursorResult[Any]", result).rowcount == 0:
        db.execute(ours.values(claimed_until=None))
    if outcome.fault is not None:
        log.warning(
            "Score %s was not taken (%s, try %s): %s",
            errand.delivery_id,
            outcome.fault,
            errand.tries,
            outcome.detail,
        )


def _news(errand: Errand, outcome: Outcome, moment: datetime) -> dict[str, Any]:
    if outcome.fault is None:
        return {
            "state": DeliveryState.SENT,
            "sent_at": moment,
            "tries": 0,
            "error": None,
        }
    error = f"{outcome.fault}: {outcome.detail}"[:ERROR_LENGTH]
    if outcome.fault in PERMANENT or errand.tries >= MOST_TRIES:
        return {"state": DeliveryState.REFUSED, "error": error}
    if outcome.fault is DeliveryFault.OUT_OF_ORDER and errand.tries == 1:
        # The platform has a score of this very second: the next second will do.
        return {"due_at": moment, "error": error}
    return {"due_at": moment + pause(errand.tries, outcome.retry_after), "error": error}
