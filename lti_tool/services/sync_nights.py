"""The worker's synchronisations: those that instructors ask for, and each night's.

A class whose instructor wants it is synchronised each night: its links are queued once the hour
has come, spread over an hour. A class that nobody has opened for a month is left alone until
somebody does.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.models import (
    Context,
    GradeSync,
    NightlySync,
    ResourceLink,
    WindowSession,
    now,
)
from lti_tool.services.columns import has_column, line_items_of, may_read_results
from lti_tool.services.progress import insert_unless_there
from lti_tool.services.sync_jobs import OPEN, SYNCS_KEPT, SyncDesk, ask_for_the_night, sync_next

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
SPREAD: Final = timedelta(hours=1)
"""Over how long the classes of a night are spread, by chance."""

_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Night:
    """When the night's synchronisations begin: a full hour of a zone."""

    hour: int
    zone: ZoneInfo

    def last(self, moment: datetime) -> datetime:
        """Return when the hour last came, before a moment or at it.

        Of an hour that comes twice, when clocks are put back, the first one begins the night.
        """
        local = moment.astimezone(self.zone)
        began = local.replace(hour=self.hour, minute=0, second=0, microsecond=0, fold=0)
        return (began if began <= local else began - timedelta(days=1)).astimezone(UTC)


def run_syncs(
    desk: SyncDesk, night: Night, stop: threading.Event, *, poll_seconds: float = POLL_SECONDS
) -> None:
    """Synchronise until ``stop`` is set; what is under way then is left to others.

    Whatever goes wrong, a database that is away included, is logged and tried again.
    """
    while not stop.is_set():
        try:
            plan_the_night(desk.database, night, desk.clock())
            while not stop.is_set() and sync_next(desk, stop.is_set):
                pass
        except Exception:
            log.exception("Synchronisations were interrupted; they go on in %s s.", poll_seconds)
        stop.wait(poll_seconds)


def plan_the_night(database: Database, night: Night, moment: datetime) -> int:
    """Queue the night's synchronisations, once each night; return how many classes had theirs.

    Where several workers look at once, one queues.
    """
    began = night.last(moment)
    with database.reading() as db:
        due = db.scalars(select(NightlySync.context_pk).where(NightlySync.planned_at < began)).all()
    return sum(_plan(database, context_pk, began, moment) for context_pk in due)


def wishes_nights(db: Session, context_pk: int, by: str, *, wished: bool) -> None:
    """Have a class synchronised each night from the next one on, or no more."""
    if wished:
        wish = {"context_pk": context_pk, "chosen_by": by, "planned_at": now()}
        insert_unless_there(db, NightlySync, wish)
    else:
        db.execute(delete(NightlySync).where(NightlySync.context_pk == context_pk))


def forget_old_syncs(db: Session, moment: datetime) -> None:
    """Delete synchronisations that have long been over, but for the last of each link."""
    later = GradeSync.__table__.alias()
    has_later = exists().where(
        later.c.resource_link_pk == GradeSync.resource_link_pk, later.c.id > GradeSync.id
    )
    old = GradeSync.finished_at < moment - SYNCS_KEPT
    db.execute(
        delete(GradeSync)
        .where(old, GradeSync.state.not_in(OPEN), has_later)
        .execution_options(synchronize_session=False)
    )


def _plan(database: Database, context_pk: int, began: datetime, moment: datetime) -> bool:
    with database.transaction() as db:
        planned = db.execute(
            update(NightlySync)
            .where(NightlySync.context_pk == context_pk, NightlySync.planned_at < began)
            .values(planned_at=moment)
        )
        if cast("CursorResult[Any]", planned).rowcount == 0:
            return False
        if not _is_alive(db, context_pk):
            return False
        due_at = moment + SPREAD * _chance.random()
        for link in _links(db, context_pk):
            ask_for_the_night(db, link, due_at, moment)
        return True


def _is_alive(db: Session, context_pk: int) -> bool:
    """Whether somebody opened a link of the class of late: sessions are forgotten after a month."""
    opened = (
        select(WindowSession.token_hash)
        .join(ResourceLink, ResourceLink.id == WindowSession.resource_link_pk)
        .where(ResourceLink.context_pk == context_pk)
        .limit(1)
    )
    return db.scalar(opened) is not None


def _links(db: Session, context_pk: int) -> list[ResourceLink]:
    """Return the links of a class whose columns the platform lets us read."""
    links = db.scalars(
        select(ResourceLink)
        .where(ResourceLink.context_pk == context_pk)
        .options(joinedload(ResourceLink.context).joinedload(Context.deployment))
        .order_by(ResourceLink.id)
    )
    return [
        link
        for link in links
        if may_read_results(link) and has_column(link, line_items_of(db, [link.id]))
    ]
