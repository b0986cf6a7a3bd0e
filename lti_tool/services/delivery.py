"""Carries scores to the platforms' gradebooks, and notes what came of each.

``services.errands`` says which score goes next, ``services.platform_health`` which platforms
are left alone for a while, ``services.courier`` when to look. What a platform answers is judged
here: it took the score, it never will, or it may later.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Protocol

from sqlalchemy import Update, case, select, tuple_, update
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import NoToken, Outdated, Refused, Score, ScoreError
from lti_tool.models import DeliveryState, GradeDelivery, Platform, now
from lti_tool.services.errands import USUAL_LIMIT, Errand, Leases, claim, platforms_due
from lti_tool.services.platform_health import Failure, note_answer, note_failure

log = logging.getLogger(__name__)

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_RETRY_AFTER = timedelta(days=1)
MOST_TRIES = 180
"""About a week of trying: ten tries in the first hour and a half, then one an hour."""
BATCH_SIZE = 8
"""Scores that are claimed together: one transaction before them, and one after."""
BATCH_SECONDS = 1.0
"""A platform that takes longer over them than that is sent fewer at a time."""
SLICE_SECONDS = 5.0
"""How long one platform's scores are sent before other platforms have their turn."""
ERROR_LENGTH = 500

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
WHOLESALE = frozenset(
    {
        DeliveryFault.UNREACHABLE,
        DeliveryFault.BUSY,
        DeliveryFault.PLATFORM_ERROR,
        DeliveryFault.ACCESS_REFUSED,
    }
)
"""What says something about the platform, and not about one score."""
UNASKED = frozenset({DeliveryFault.FOREIGN_COLUMN, DeliveryFault.INTERNAL})
"""What says nothing about the platform: it was not asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an errand: nothing wrong, or a fault and what was said about it.

    ``retry_after`` is how long the platform asked to be left alone.
    """

    fault: DeliveryFault | None = None
    detail: str = ""
    retry_after: timedelta | None = None

    @property
    def error(self) -> str:
        """The fault and what was said about it, as a row keeps them."""
        return f"{self.fault}: {self.detail}"[:ERROR_LENGTH]


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


@dataclass(frozen=True, slots=True)
class Carrier:
    """What it takes to send scores. Safe to share among threads.

    ``limit`` is how many calls to one platform may be under way at once, in all processes.
    """

    database: Database
    scores: ScorePoster
    leases: Leases
    limit: int = USUAL_LIMIT
    clock: Callable[[], datetime] = now


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
    return drain(Carrier(database, scores, Leases(database), clock=clock), stopping)


def drain(carrier: Carrier, stopping: Callable[[], bool]) -> int:
    """Send every score that is due, without a queue; return how many were tried."""
    with carrier.database.reading() as db:
        due = platforms_due(db, carrier.clock())
    tried = 0
    for platform_id in due:
        while not stopping() and (batch := deliver_batch(carrier, platform_id)).sent:
            tried += batch.sent
    return tried


def deliver_slice(
    carrier: Carrier,
    platform_id: int,
    call_others: Callable[[], object],
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Send scores of a platform for a while, together with whoever else does.

    Others are called when the first ones are on their way, as there may be more, when some
    were let go of again, and when the time is over: in between, other platforms have their turn.
    """
    end = time.monotonic() + SLICE_SECONDS
    batch = deliver_batch(carrier, platform_id, call_others)
    while batch.sent and not stopping():
        if batch.left or time.monotonic() > end:
            call_others()
        if time.monotonic() > end:
            return
        batch = deliver_batch(carrier, platform_id)


@dataclass(frozen=True, slots=True)
class Batch:
    """How many scores of a claim were sent, and how many let go of as they were."""

    sent: int
    left: int


def deliver_batch(
    carrier: Carrier, platform_id: int, claimed: Callable[[], object] = lambda: None
) -> Batch:
    """Send some scores of a platform, those that have been due for longest, one by one.

    ``claimed`` is called between taking them and sending them. A platform that fails, or is
    slow, is not sent the rest: others may have been told more about it meanwhile.
    """
    errands = claim(carrier.database, platform_id, carrier.clock(), carrier.limit, BATCH_SIZE)
    if not errands:
        return Batch(0, 0)
    end = time.monotonic() + BATCH_SECONDS
    outcomes: list[Outcome] = []
    with carrier.leases.held(errands[0].claim):
        claimed()
        for errand in errands:
            outcomes.append(_carry(carrier.scores, errand))
            if outcomes[-1].fault in WHOLESALE or time.monotonic() > end:
                break
        _note(carrier.database, errands, outcomes, carrier.clock())
    return Batch(len(outcomes), len(errands) - len(outcomes))


def pause(tries: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after that many tries: longer each time, and never the same.

    Half of it is left to chance, so that a class whose scores failed together does not
    come back together. What the platform asked for is the least.
    """
    doublings = min(max(tries - 1, 0), 20)
    longest = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
    delay = longest * _chance.uniform(0.5, 1.0)
    return max(delay, min(asked or timedelta(0), LONGEST_RETRY_AFTER))


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


def _note(
    database: Database, errands: Sequence[Errand], outcomes: Sequence[Outcome], moment: datetime
) -> None:
    """Write down what came of errands, those without an outcome included, and let them go.

    Rows that somebody else is writing to are noted afterwards, one by one. So nobody waits for
    a row while holding another: that could be a deadlock with an answer that is being kept.
    """
    ends = list(zip_longest(errands, outcomes))
    free = (
        select(GradeDelivery.id)
        .where(GradeDelivery.claimed_by == errands[0].claim)
        .with_for_update(skip_locked=True)
    )
    with database.transaction() as db:
        for errand, outcome in zip(errands, outcomes, strict=False):
            _note_health(db, errand, outcome, moment)
        held = frozenset(db.scalars(free))
        _write_down(db, [end for end in ends if end[0].delivery_id in held], moment)
    for end in ends:
        if end[0].delivery_id not in held:
            with database.transaction() as db:
                _write_down(db, [end], moment)


def _write_down(
    db: Session, ends: Sequence[tuple[Errand, Outcome | None]], moment: datetime
) -> None:
    """Note the ends of errands.

    When a newer score came in meanwhile, the row is only let go of: that one is due now.
    """
    sent: list[Errand] = []
    for errand, outcome in ends:
        if outcome is None:
            untried = {
                "tries": errand.tries - 1,
                "last_sent_timestamp": errand.earlier_timestamp,
                "tried_score": errand.earlier_score,
            }
            db.execute(_same_score([errand]).values(untried))
        elif outcome.fault is None:
            sent.append(errand)
        else:
            _log(errand, outcome)
            db.execute(_same_score([errand]).values(_news(errand, outcome, moment)))
    arrived = [errand.delivery_id for errand in sent]
    taken = {"state": DeliveryState.SENT, "sent_at": moment, "tries": 0, "error": None}
    db.execute(_same_score(sent).values(taken))
    db.execute(
        update(GradeDelivery)
        .where(
            GradeDelivery.id.in_([errand.delivery_id for errand, _ in ends]),
            GradeDelivery.claimed_by.in_({errand.claim for errand, _ in ends}),
        )
        .values(
            claimed_until=None,
            claimed_by=None,
            # Told of an older score than the row's, the platform has that one all the same.
            sent_score=case(
                (GradeDelivery.id.in_(arrived), GradeDelivery.tried_score),
                else_=GradeDelivery.sent_score,
            ),
        )
    )


def _same_score(errands: Sequence[Errand]) -> Update:
    """Change the rows of errands that still are ours, and about the same score."""
    wanted = [(errand.delivery_id, errand.version) for errand in errands]
    return (
        update(GradeDelivery)
        .where(
            tuple_(GradeDelivery.id, GradeDelivery.version).in_(wanted),
            GradeDelivery.claimed_by.in_({errand.claim for errand in errands}),
        )
        .execution_options(synchronize_session=False)
    )


def _log(errand: Errand, outcome: Outcome) -> None:
    log.warning(
        "Score %s was not taken (%s, try %s): %s",
        errand.delivery_id,
        outcome.fault,
        errand.tries,
        outcome.detail,
    )


def _note_health(db: Session, errand: Errand, outcome: Outcome, moment: datetime) -> None:
    if outcome.fault in WHOLESALE:
        failure = Failure(outcome.error, errand.claimed_at, outcome.retry_after)
        note_failure(db, errand.platform.id, failure, moment)
    elif outcome.fault not in UNASKED:
        note_answer(db, errand.platform.id, errand.claimed_at)


def _news(errand: Errand, outcome: Outcome, moment: datetime) -> dict[str, Any]:
    """Return what a failure changes of a row."""
    error = outcome.error
    if outcome.fault in PERMANENT or errand.tries >= MOST_TRIES:
        return {"state": DeliveryState.REFUSED, "error": error}
    if outcome.fault is DeliveryFault.OUT_OF_ORDER and errand.tries == 1:
        # The platform has a score of this very second: the next second will do.
        return {"due_at": moment, "error": error}
    return {"due_at": moment + pause(errand.tries, outcome.retry_after), "error": error}
