"""Scores that a worker takes upon itself: claimed with a lease, which it renews while it lives.

The rows of ``GradeDelivery`` are the truth. A claim takes the row of a platform that has been
due for longest, unless as many calls as may be are under way there, in whatever process. A
worker that dies renews nothing, and others take its rows up when their leases run out.

The timestamp of a score is the second in which it is claimed, and is written down before the
score leaves. A row whose last timestamp is the present second waits for the next one: platforms
compare timestamps by the second, refuse one that is not strictly later, and take one from the
future as a reason to refuse all that follow (AGS 2.0, 3.4.4).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import Score
from lti_tool.models import (
    DeliveryState,
    GradeDelivery,
    GradeSync,
    Learner,
    LineItem,
    LineItemState,
    Platform,
    PlatformHealth,
)
from lti_tool.services.columns import address_of, line_items_of
from lti_tool.services.hand_made import is_held
from lti_tool.services.platform_health import room

LEASE = timedelta(seconds=20)
"""How long a row stays with a worker that gives no sign of life."""
RENEWAL_SECONDS = 5.0
USUAL_LIMIT = 4
"""Calls to one platform at once, in all our processes together."""
SCORE_MAXIMUM = 100.0
"""Scores are sent as percentages; the platform rescales them to its column."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One score on its way, as it stood when it was claimed.

    ``score`` runs from 0 to 1. ``claim`` tells this claim from any other; those that were
    claimed together share it. ``earlier_timestamp`` is that of the last score sent before, and
    ``earlier_score`` what it was.
    """

    delivery_id: int
    version: int
    tries: int
    claim: str
    claimed_at: datetime
    platform: Platform
    line_item_url: str | None
    user_id: str
    score: float
    completed: bool
    comment: str | None
    timestamp: datetime
    earlier_timestamp: datetime | None
    earlier_score: float | None

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


class Leases:
    """The claims of the errands that this process is on. Safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claims: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, token: str) -> Iterator[None]:
        """Keep a claim's lease alive, as long as ``renew`` is called in time."""
        with self._lock:
            self._claims.add(token)
        try:
            yield
        finally:
            with self._lock:
                self._claims.discard(token)

    def renew(self, moment: datetime) -> None:
        """Say that this process still is on its errands."""
        with self._lock:
            claims = sorted(self._claims)
        if not claims:
            return
        # A row that somebody holds is being noted: to wait for it could be a deadlock.
        free = (
            select(GradeDelivery.id)
            .where(GradeDelivery.claimed_by.in_(claims))
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction() as db:
            db.execute(
                update(GradeDelivery)
                .where(GradeDelivery.id.in_(db.scalars(free).all()))
                .values(claimed_until=moment + LEASE)
            )


def platforms_due(db: Session, moment: datetime) -> Sequence[int]:
    """Return the platforms that have scores due and are not to be left alone."""
    paused = exists().where(
        PlatformHealth.platform_id == GradeDelivery.platform_id,
        PlatformHealth.paused_until > moment,
    )
    return db.scalars(
        select(GradeDelivery.platform_id).where(_is_due(moment), ~paused).distinct()
    ).all()


def claim(
    database: Database,
    platform_id: int,
    moment: datetime,
    limit: int = USUAL_LIMIT,
    size: int = 1,
) -> tuple[Errand, ...]:
    """Take the scores of a platform that have been due for longest, ``size`` at most.

    They are sent one after the other, and stay ours for as long as ``LEASE``. There is none
    when nothing is due, when ``limit`` others are calling, or while the platform is left alone.
    The timestamp is written down before a score leaves: were the worker to die once the
    platform has it, the next timestamp would still be later.
    """
    token = secrets.token_hex(16)
    with database.transaction() as db:
        free = room(db, platform_id, limit, moment)
        if free == 0 or callers(db, platform_id, moment) >= free:
            return ()
        rows = _still_due(db, db.scalars(_first_due(platform_id, moment, size)).all(), moment)
        items = line_items_of(db, {row.line_item.resource_link_pk for row in rows})
        errands = tuple(_errand(row, items, token, moment) for row in rows)
        for row in rows:
            row.claimed_until = moment + LEASE
            row.claimed_by = token
            row.last_sent_timestamp = moment.replace(microsecond=0)
            row.tried_score = row.score
            row.tries += 1
    return errands


def _is_due(moment: datetime) -> ColumnElement[bool]:
    # A column that is still to be made has no address to send anything to. One that is to be
    # changed has, and its scores do not depend on whether the platform lets us change it.
    is_changing = and_(LineItem.state == LineItemState.WANTED, LineItem.url.is_not(None))
    ready = exists().where(
        LineItem.id == GradeDelivery.line_item_pk,
        or_(LineItem.state == LineItemState.READY, is_changing),
    )
    return and_(
        # A literal, not a parameter: only then is the index of what is on its way used.
        GradeDelivery.state == literal_column(f"'{DeliveryState.PENDING}'"),
        GradeDelivery.due_at <= moment,
        ~is_held(),
        or_(GradeDelivery.claimed_until.is_(None), GradeDelivery.claimed_until <= moment),
        or_(
            GradeDelivery.last_sent_timestamp.is_(None),
            GradeDelivery.last_sent_timestamp < moment.replace(microsecond=0),
        ),
        ready,
    )


def _still_due(
    db: Session, rows: Sequence[GradeDelivery], moment: datetime
) -> Sequence[GradeDelivery]:
    """Return those of the rows, held by now, that are due as the database is by now.

    PostgreSQL looks for rows as the database was when it began, and locks them afterwards
    (Read Committed): a grade given by hand may have been noted in between.
    """
    if not rows:
        return rows
    wanted = select(GradeDelivery.id).where(
        GradeDelivery.id.in_([row.id for row in rows]), _is_due(moment)
    )
    still = frozenset(db.scalars(wanted))
    return [row for row in rows if row.id in still]


def _first_due(platform_id: int, moment: datetime, size: int) -> Select[GradeDelivery]:
    return (
        select(GradeDelivery)
        .where(GradeDelivery.platform_id == platform_id, _is_due(moment))
        .order_by(GradeDelivery.due_at, GradeDelivery.id)
        .limit(size)
        .options(
            joinedload(GradeDelivery.learner, innerjoin=True).joinedload(
                Learner.platform, innerjoin=True
            ),
            joinedload(GradeDelivery.line_item, innerjoin=True).joinedload(
                LineItem.resource_link, innerjoin=True
            ),
        )
        .with_for_update(skip_locked=True, of=GradeDelivery)
    )


def callers(db: Session, platform_id: int, moment: datetime) -> int:
    """Return how many are calling a platform's gradebook, each for one thing after the other.

    They send scores, or read what is there for a synchronisation.
    """
    senders = select(func.count(GradeDelivery.claimed_by.distinct())).where(
        GradeDelivery.platform_id == platform_id, GradeDelivery.claimed_until > moment
    )
    readers = select(func.count(GradeSync.id)).where(
        GradeSync.platform_id == platform_id, GradeSync.claimed_until > moment
    )
    both = db.execute(select(senders.scalar_subquery(), readers.scalar_subquery())).one()
    return int(both[0]) + int(both[1])


def _errand(row: GradeDelivery, items: Sequence[LineItem], token: str, moment: datetime) -> Errand:
    link = row.line_item.resource_link
    its_items = [item for item in items if item.resource_link_pk == link.id]
    return Errand(
        delivery_id=row.id,
        version=row.version,
        tries=row.tries + 1,
        claim=token,
        claimed_at=moment,
        platform=row.learner.platform,
        line_item_url=address_of(row.line_item, link, its_items),
        user_id=row.learner.sub,
        score=row.score,
        completed=row.completed,
        comment=row.comment,
        timestamp=moment.replace(microsecond=0),
        earlier_timestamp=row.last_sent_timestamp,
        earlier_score=row.tried_score,
    )
