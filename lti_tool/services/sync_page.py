"""What the page of the gradebook says: the last synchronisation, what is to be decided, failures.

Everything is told as it stands now: a score that a synchronisation had sent again counts as
sent once its delivery says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from lti_tool.lti import ServiceFault
from lti_tool.models import (
    DeliveryState,
    GradeDelivery,
    GradeSync,
    GradeSyncLine,
    JobState,
    Learner,
    LineItem,
    NightlySync,
    ResourceLink,
)
from lti_tool.services.columns import LIVING, has_column, in_use, line_items_of
from lti_tool.services.columns import may_read_results as may_read
from lti_tool.services.errands import callers
from lti_tool.services.grades import GradeStatus
from lti_tool.services.hand_made import (
    HandMade,
    is_held,
    standing_grades,
    undecided,
    undecided_grades,
)
from lti_tool.services.platform_health import Trouble, troubles
from lti_tool.services.sync_jobs import OPEN

MOST_LISTED: Final = 200
"""Lines of a list; the others follow once these are dealt with."""
SOON: Final = timedelta(seconds=20)
"""A synchronisation that nobody took for that long is waiting in vain, as a rule."""


class Obstacle(StrEnum):
    """Why a link's gradebook cannot be synchronised. ``views.sync_words`` says it in words."""

    NO_COLUMN = "no_column"
    NOT_READABLE = "not_readable"


@dataclass(frozen=True, slots=True)
class ColumnFault:
    """A column that could not be read, and why."""

    label: str
    fault: ServiceFault


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a synchronisation is, and what came of it.

    ``done`` of ``total`` grades are through: the same, sent, refused or left to a decision.
    ``sending`` are on their way, ``failing`` those of them that did not arrive at the first try.
    ``is_under_way`` says that this will change by itself within moments; ``is_left_alone`` that
    no worker seems to be there.
    """

    id: int
    asked_by: str
    is_nightly: bool
    asked_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    same: int
    sent: int
    sending: int
    failing: int
    refused: int
    faults: tuple[ColumnFault, ...]
    fault: ServiceFault | None
    is_open: bool
    is_under_way: bool
    is_left_alone: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A score that is not in the gradebook, and what the platform objected."""

    learner_id: int
    name: str
    column: str
    score: float
    status: GradeStatus


@dataclass(frozen=True, slots=True)
class GradebookPage:
    """Everything that the page says. ``undecided`` counts what ``to_decide`` may cut."""

    columns: Sequence[LineItem]
    obstacle: Obstacle | None
    sync: Standing | None
    undecided: int
    to_decide: Sequence[HandMade]
    standing: Sequence[HandMade]
    failures: Sequence[Failure]
    nightly: NightlySync | None
    trouble: Trouble | None


def gradebook_page(db: Session, link: ResourceLink, moment: datetime) -> GradebookPage:
    """Return what there is to say of the gradebook of a link."""
    items = line_items_of(db, [link.id])
    columns = in_use(link, items)
    used = [item.id for item in columns]
    platform_id = link.context.deployment.platform_id
    return GradebookPage(
        columns=columns,
        obstacle=_obstacle(link, items),
        sync=sync_standing(db, link, moment),
        undecided=undecided(db, used),
        to_decide=undecided_grades(db, used, MOST_LISTED),
        standing=standing_grades(db, used, MOST_LISTED),
        failures=_failures(db, used),
        nightly=db.get(NightlySync, link.context_pk),
        trouble=troubles(db, [platform_id]).get(platform_id),
    )


def sync_standing(db: Session, link: ResourceLink, moment: datetime) -> Standing | None:
    """Return how far the last synchronisation of a link is; ``None`` before the first one."""
    row = db.scalars(
        select(GradeSync)
        .where(GradeSync.resource_link_pk == link.id)
        .order_by(GradeSync.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _standing(db, row, moment)


@dataclass(frozen=True, slots=True)
class Glance:
    """What the class page says of the gradebook, in a line."""

    undecided: int
    finished_at: datetime | None
    is_open: bool


def glance(db: Session, link: ResourceLink, items: Collection[LineItem]) -> Glance | None:
    """Return what the class page says of a link's gradebook; ``None`` for a link without."""
    if not items:
        return None
    finished = select(func.max(GradeSync.finished_at)).where(
        GradeSync.resource_link_pk == link.id, GradeSync.state == JobState.DONE
    )
    opened = select(func.count(GradeSync.id)).where(
        GradeSync.resource_link_pk == link.id, GradeSync.state.in_(OPEN)
    )
    return Glance(
        undecided=undecided(db, [item.id for item in items]),
        finished_at=db.scalar(finished),
        is_open=bool(db.scalar(opened)),
    )


def _obstacle(link: ResourceLink, items: Sequence[LineItem]) -> Obstacle | None:
    if not has_column(link, items):
        return Obstacle.NO_COLUMN
    return None if may_read(link) else Obstacle.NOT_READABLE


def _standing(db: Session, row: GradeSync, moment: datetime) -> Standing:
    tally = db.execute(
        select(*(func.sum(case((each, 1), else_=0)) for each in _TALLY))
        .select_from(GradeSyncLine)
        .join(
            GradeDelivery,
            and_(
                GradeDelivery.line_item_pk == GradeSyncLine.line_item_pk,
                GradeDelivery.learner_id == GradeSyncLine.learner_id,
            ),
        )
        .join(LineItem, LineItem.id == GradeSyncLine.line_item_pk)
        .where(GradeSyncLine.sync_pk == row.id)
    ).one()
    sent, sending, failing, refused = (int(count or 0) for count in tally)
    results = row.columns.values()
    compared = sum(result["compared"] for result in results)
    is_open = row.state in OPEN
    return Standing(
        id=row.id,
        asked_by=row.asked_by,
        is_nightly=row.is_nightly,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        done=max(0, compared - sending),
        total=max(row.total, compared) if is_open else compared,
        same=sum(result["same"] for result in results),
        sent=sent,
        sending=sending,
        failing=failing,
        refused=refused,
        faults=_faults(db, row),
        fault=_fault(row.error),
        is_open=is_open,
        is_under_way=is_open or sending > failing,
        is_left_alone=_is_left_alone(db, row, moment),
    )


_IS_LATER: Final[ColumnElement[bool]] = GradeDelivery.version > GradeSyncLine.version
_IS_SENDING: Final[ColumnElement[bool]] = and_(
    ~_IS_LATER,
    GradeDelivery.state == DeliveryState.PENDING,
    ~is_held(),
    # A column that was let go meanwhile gets nothing more: nobody is to wait for it.
    LineItem.state.in_(LIVING),
)
_TALLY: Final[tuple[ColumnElement[bool], ...]] = (
    # A newer score is none of the synchronisation's: the one that it had sent is of the past.
    (_IS_LATER | (GradeDelivery.state == DeliveryState.SENT)),
    _IS_SENDING,
    and_(_IS_SENDING, GradeDelivery.error.is_not(None)),
    and_(~_IS_LATER, GradeDelivery.state == DeliveryState.REFUSED),
)
"""Sent, on their way, on their way in vain so far, refused."""


def _faults(db: Session, row: GradeSync) -> tuple[ColumnFault, ...]:
    faults = {int(key): said["fault"] for key, said in row.columns.items() if "fault" in said}
    labels = db.execute(
        select(LineItem.id, LineItem.label).where(LineItem.id.in_(faults)).order_by(LineItem.id)
    )
    return tuple(ColumnFault(label, ServiceFault(faults[item_id])) for item_id, label in labels)


def _fault(error: str | None) -> ServiceFault | None:
    code = (error or "").partition(":")[0]
    return ServiceFault(code) if code in set(ServiceFault) else None


def _is_left_alone(db: Session, row: GradeSync, moment: datetime) -> bool:
    """Whether it waits for a worker that does not seem to be there.

    Workers synchronise one link after the other, read a platform for one link at a time, and
    leave a platform alone that fails: who waits for that does not wait in vain.
    """
    if row.state == JobState.RUNNING:
        return row.claimed_until is not None and row.claimed_until < moment - SOON
    if row.state != JobState.WAITING or row.due_at >= moment - SOON:
        return False
    others = select(GradeSync.id).where(GradeSync.claimed_until > moment).limit(1)
    return not (
        db.scalar(others) or callers(db, row.platform_id, moment) or troubles(db, [row.platform_id])
    )


def _failures(db: Session, items: Collection[int]) -> list[Failure]:
    """Return the scores that were refused for good, or did not arrive so far, by name."""
    is_late = and_(
        GradeDelivery.state == DeliveryState.PENDING, GradeDelivery.error.is_not(None), ~is_held()
    )
    rows = db.execute(
        select(GradeDelivery, Learner.name, LineItem.label)
        .join(Learner, Learner.id == GradeDelivery.learner_id)
        .join(LineItem, LineItem.id == GradeDelivery.line_item_pk)
        .where(
            GradeDelivery.line_item_pk.in_(items),
            (GradeDelivery.state == DeliveryState.REFUSED) | is_late,
        )
        .order_by(Learner.sort_name, Learner.id, LineItem.id)
        .limit(MOST_LISTED)
    )
    return [
        Failure(row.learner_id, name, label, row.score, GradeStatus.least_of([row]))
        for row, name, label in rows
    ]
