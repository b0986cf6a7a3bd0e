"""Makes, changes and removes the tool's columns on the platforms, outside any transaction.

The rows of ``LineItem`` are the list of what is to be done, and a lease keeps two workers
from doing the same. Before a column is made, the platform is asked for one with our mark: a
process that died between making a column and noting its address leaves no second one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import Column, NewColumn, ServiceError, ServiceFault
from lti_tool.models import (
    Context,
    DeliveryState,
    Deployment,
    GradeDelivery,
    HandMadeGrade,
    LineItem,
    LineItemState,
    Platform,
    ResourceLink,
    now,
)
from lti_tool.services.columns import coupled_url, is_ours, line_items_of
from lti_tool.services.delivery import pause
from lti_tool.services.regrading import FROM_THE_FIRST, held

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
"""Longer than a list of columns, a column made and its change may take together."""
MOST_TRIES = 60
POLL_SECONDS = 1.0
ERROR_LENGTH = 500
NOT_OURS = "not_ours"
"""What an ``error`` begins with when the platform says that a column is not the tool's."""
LASTING = frozenset({ServiceFault.NOT_ALLOWED, ServiceFault.REFUSED, ServiceFault.FOREIGN_ADDRESS})
"""What trying again would not mend; somebody has to do something first."""


class ColumnKeeper(Protocol):
    """What changes a platform's columns: ``lti_tool.lti.LineItemClient``.

    Every method raises ``ServiceError``.
    """

    def columns(
        self,
        platform: Platform,
        line_items_url: str,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> tuple[Column, ...]:
        """List the columns that answer to every filter."""

    def column(self, platform: Platform, url: str) -> Column:
        """Describe one column."""

    def create(self, platform: Platform, line_items_url: str, new: NewColumn) -> Column:
        """Make a column."""

    def update(self, platform: Platform, column: Column, label: str, maximum: float) -> None:
        """Change a column."""

    def remove(self, platform: Platform, url: str) -> None:
        """Delete a column."""


class NotOurs(Exception):
    """The platform's column is not one that the tool made: it is left alone."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A column to make, change or remove, as it stood when it was claimed."""

    item: LineItem
    lease: datetime
    platform: Platform
    line_items_url: str | None
    resource_link_id: str
    coupled_url: str | None

    @property
    def is_removal(self) -> bool:
        return self.item.state == LineItemState.UNWANTED

    @property
    def new(self) -> NewColumn:
        item = self.item
        return NewColumn(
            item.label, item.maximum, self.resource_link_id, item.resource_id, item.tag
        )


def settle_due(
    database: Database,
    keeper: ColumnKeeper,
    *,
    link_pk: int | None = None,
    clock: Callable[[], datetime] = now,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Do what is due with columns, of one link or of all; return how many were tried.

    Each is tried once: one that fails is due again later. Whatever goes wrong is noted and
    logged, never raised.
    """
    tried = 0
    while not stopping() and (job := _claim(database, clock(), link_pk)) is not None:
        url: str | None = None
        error: Exception | None = None
        try:
            url = _carry(keeper, job)
        except (ServiceError, NotOurs) as raised:
            error = raised
        except Exception as raised:
            # One column that cannot be made must not keep the others from being made.
            log.exception("Column %s could not be settled.", job.item.id)
            error = ServiceError(ServiceFault.INTERNAL, type(raised).__name__)
        with database.transaction() as db:
            if error is None:
                _note(db, job, url, clock())
            else:
                _note_failure(db, job, error, clock())
        tried += 1
    return tried


def run_columns(
    database: Database,
    keeper: ColumnKeeper,
    stop: threading.Event,
    *,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Do what is due with columns until ``stop`` is set.

    Whatever goes wrong, a database that is away included, is logged and tried again.
    """
    while not stop.is_set():
        try:
            settle_due(database, keeper, stopping=stop.is_set)
        except Exception:
            log.exception("The columns were interrupted; they go on in %s s.", poll_seconds)
        stop.wait(poll_seconds)


def _claim(database: Database, moment: datetime, link_pk: int | None) -> _Job | None:
    due = (
        select(LineItem.id)
        .where(
            LineItem.state.in_([LineItemState.WANTED, LineItemState.UNWANTED]),
            LineItem.due_at <= moment,
            or_(LineItem.claimed_until.is_(None), LineItem.claimed_until <= moment),
        )
        .order_by(LineItem.due_at, LineItem.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if link_pk is not None:
        due = due.where(LineItem.resource_link_pk == link_pk)
    statement = (
        update(LineItem)
        .where(LineItem.id == due.scalar_subquery())
        .values(claimed_until=moment + LEASE, tries=LineItem.tries + 1)
        .returning(LineItem.id)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as db:
        found = db.execute(statement).scalar_one_or_none()
        if found is None:
            return None
        item = db.scalars(
            select(LineItem)
            .where(LineItem.id == found)
            .options(
                joinedload(LineItem.resource_link)
                .joinedload(ResourceLink.context)
                .joinedload(Context.deployment)
                .joinedload(Deployment.platform)
            )
        ).one()
        link = item.resource_link
        return _Job(
            item=item,
            lease=moment + LEASE,
            platform=link.context.deployment.platform,
            line_items_url=link.line_items_url,
            resource_link_id=link.resource_link_id,
            coupled_url=coupled_url(link, line_items_of(db, [link.id])),
        )


def _carry(keeper: ColumnKeeper, job: _Job) -> str | None:
    """Do what is to be done; return where the column is then, if anywhere."""
    found = _known(keeper, job) or _marked(keeper, job)
    if job.is_removal:
        if found is not None:
            _remove(keeper, job, found)
        return None
    if found is None:
        if job.line_items_url is None:
            raise ServiceError(ServiceFault.GONE, "the platform no longer says where columns are")
        return keeper.create(job.platform, job.line_items_url, job.new).url
    if (found.label, found.maximum) != (job.item.label, job.item.maximum):
        keeper.update(job.platform, found, job.item.label, job.item.maximum)
    return found.url


def _known(keeper: ColumnKeeper, job: _Job) -> Column | None:
    """Return the column at the address that we noted, if it is still there."""
    if job.item.url is None:
        return None
    try:
        return keeper.column(job.platform, job.item.url)
    except ServiceError as error:
        if error.fault is not ServiceFault.GONE:
            raise
        return None


def _marked(keeper: ColumnKeeper, job: _Job) -> Column | None:
    """Return the column that has our mark, if the platform has one."""
    if job.line_items_url is None:
        return None
    found = keeper.columns(
        job.platform,
        job.line_items_url,
        resource_link_id=job.resource_link_id,
        resource_id=job.item.resource_id,
        tag=job.item.tag,
    )
    return next(iter(found), None)


def _remove(keeper: ColumnKeeper, job: _Job, found: Column) -> None:
    """Delete a column: the one place from which any is deleted. Raise ``NotOurs``.

    On Moodle, to delete the line item of an activity deletes the activity's own column.
    """
    if not is_ours(job.item, found, job.coupled_url):
        raise NotOurs(f"tag {found.tag!r}, resource id {found.resource_id!r}")
    keeper.remove(job.platform, found.url)


def _note(db: Session, job: _Job, url: str | None, moment: datetime) -> None:
    """Write down where a column is now. An instructor may have changed their mind meanwhile."""
    ours = (LineItem.id == job.item.id, LineItem.claimed_until == job.lease)
    if job.is_removal:
        gone = db.execute(delete(LineItem).where(*ours, LineItem.state == LineItemState.UNWANTED))
        if cast("CursorResult[Any]", gone).rowcount == 0:
            db.execute(update(LineItem).where(*ours).values(url=None, claimed_until=None))
        return
    if url != job.item.url:
        _take_over(db, job.item.resource_link_pk, url)
    db.execute(
        update(LineItem)
        .where(
            *ours,
            LineItem.state == LineItemState.WANTED,
            LineItem.label == job.item.label,
            LineItem.maximum == job.item.maximum,
        )
        .values(state=LineItemState.READY, due_at=None, tries=0, error=None)
    )
    db.execute(update(LineItem).where(*ours).values(url=url, claimed_until=None))
    if url != job.item.url:
        its_scores = GradeDelivery.line_item_pk == job.item.id
        # By learner, as a group's grades are written: else each could wait for the other's rows.
        db.execute(
            select(GradeDelivery.id)
            .where(its_scores)
            .order_by(GradeDelivery.learner_id)
            .with_for_update()
        )
        # A column that is new to us has none of the scores, whatever an older one had.
        db.execute(
            update(GradeDelivery)
            .where(its_scores)
            .values(
                state=DeliveryState.PENDING,
                version=GradeDelivery.version + 1,
                tries=0,
                due_at=moment,
                error=None,
                sent_score=None,
                tried_score=None,
            )
        )
        # Nor any of the grades that somebody gave in the older one.
        db.execute(delete(HandMadeGrade).where(HandMadeGrade.line_item_pk == job.item.id))


def _take_over(db: Session, link_pk: int, url: str | None) -> None:
    """Have a column that is new to us get what was earned while launches named it already.

    Until we know its address, it passes for one that the platform coupled with the link: answers
    wrote their scores there (``services.columns``), and ours would be older. The link's row is
    held, as by whoever decides, before any row of its columns.
    """
    link = held(db, link_pk)
    if link.line_item_url == url:
        link.regrade_after = FROM_THE_FIRST


def _note_failure(db: Session, job: _Job, error: Exception, moment: datetime) -> None:
    log.warning("Column %s is not settled (try %s): %s", job.item.id, job.item.tries, error)
    ours = update(LineItem).where(LineItem.id == job.item.id, LineItem.claimed_until == job.lease)
    values: dict[str, object] = {"claimed_until": None}
    if isinstance(error, ServiceError):
        lasting = error.fault in LASTING or job.item.tries >= MOST_TRIES
        values["error"] = str(error)[:ERROR_LENGTH]
        values["due_at"] = None if lasting else moment + pause(job.item.tries, error.retry_after)
    else:
        values["error"] = f"{NOT_OURS}: {error}"[:ERROR_LENGTH]
        values["state"] = LineItemState.RETIRED
        values["due_at"] = None
    db.execute(ours.values(**values))
