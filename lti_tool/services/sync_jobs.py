"""Synchronisations: what the gradebook lacks is sent again, what somebody gave there is not.

The rows of ``GradeSync`` are the queue (docs/adr/0031). A worker takes one under a lease, reads
the columns of its link one after the other, outside any transaction, and settles each grade that
differs in a transaction of its own: the score goes back to the outbox, or the hand-made grade is
noted. A worker that dies leaves a row that another takes up at the first column that is not
through: a grade that was settled before is found settled. The sending is the outbox's, so that
it obeys what the outbox obeys.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import ServiceError, ServiceFault
from lti_tool.models import (
    Context,
    Decision,
    DeliveryState,
    GradeDelivery,
    GradeSync,
    GradeSyncLine,
    HandMadeGrade,
    JobState,
    Learner,
    LineItem,
    PlatformHealth,
    ResourceLink,
    now,
)
from lti_tool.services.columns import LIVING, activities_of, ready_for_scores
from lti_tool.services.comparison import (
    BY_HAND,
    Readable,
    ReadableColumn,
    ResultReader,
    deliveries_of,
    difference,
    is_moving,
    readable,
    side_by_side,
)
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.delivery import pause
from lti_tool.services.errands import USUAL_LIMIT, callers
from lti_tool.services.grades import bring_up_to_date, link_score
from lti_tool.services.hand_made import (
    forget_hand_made,
    held_delivery,
    note_hand_made,
    send_again,
)
from lti_tool.services.outbox import note_due
from lti_tool.services.platform_health import Failure, note_answer, note_failure, room
from lti_tool.services.progress import Seat, insert_into, insert_unless_there
from lti_tool.services.results import results_of_class
from lti_tool.services.tokens import new_token

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=90)
"""Longer than a column may take to be read; renewed before each one and with each grade."""
MOST_TRIES: Final = 12
MOST_LOOKED_AT: Final = 200
ERROR_LENGTH: Final = 500
SYNCS_KEPT: Final = timedelta(days=90)
OPEN: Final = (JobState.WAITING, JobState.RUNNING)
WHOLESALE: Final = frozenset(
    {
        ServiceFault.UNREACHABLE,
        ServiceFault.BUSY,
        ServiceFault.PLATFORM_ERROR,
        ServiceFault.ACCESS_REFUSED,
    }
)
"""What says something about the platform, and not about one column: it is read again later."""
UNASKED: Final = frozenset({ServiceFault.FOREIGN_ADDRESS, ServiceFault.INTERNAL})


@dataclass(frozen=True, slots=True)
class SyncDesk:
    """What it takes to synchronise. Safe to share among threads.

    ``limit`` is how many calls to one platform may be under way at once, in all processes.
    """

    database: Database
    reader: ResultReader
    courses: CourseShelf
    limit: int = USUAL_LIMIT
    clock: Callable[[], datetime] = now


@dataclass(frozen=True, slots=True)
class _Hold:
    """A worker's hold on a synchronisation."""

    sync_id: int
    link_pk: int
    platform_id: int
    token: str
    claimed_at: datetime


class _Lost(Exception):
    """The synchronisation is in somebody else's hands."""


class _Stopped(Exception):
    """The worker is asked to end."""


# -- asking ---------------------------------------------------------------------------------


def ask(db: Session, link: ResourceLink, by: str, moment: datetime) -> GradeSync:
    """Queue a synchronisation of a link for somebody, or return the one that is open.

    One that waits for its turn in the night becomes theirs, and waits no more. Nor does one that
    was put off: whoever presses again may know that the platform is back.
    """
    found = _open(db, link, {"asked_by": by}, moment)
    if found.state == JobState.WAITING:
        found.due_at = min(found.due_at, moment)
        if found.is_nightly:
            found.is_nightly, found.asked_by, found.asked_at = False, by, moment
    return found


def ask_for_the_night(db: Session, link: ResourceLink, due_at: datetime, moment: datetime) -> None:
    """Queue a synchronisation that nobody waits for, unless one is open."""
    _open(db, link, {"is_nightly": True, "due_at": due_at}, moment)


def _open(
    db: Session, link: ResourceLink, values: Mapping[str, Any], moment: datetime
) -> GradeSync:
    new = {
        "resource_link_pk": link.id,
        "platform_id": link.context.deployment.platform_id,
        "asked_at": moment,
        "due_at": moment,
        **values,
    }
    wanted = select(GradeSync).where(
        GradeSync.resource_link_pk == link.id, GradeSync.state.in_(OPEN)
    )
    found = db.scalars(wanted.with_for_update()).one_or_none()
    while found is None:
        # Two may ask at once: the index lets one of them in, and the other finds it.
        db.execute(insert_into(db, GradeSync).values(**new).on_conflict_do_nothing())
        found = db.scalars(wanted.with_for_update()).one_or_none()
    return found


# -- carrying out ---------------------------------------------------------------------------


def sync_next(desk: SyncDesk, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Carry out the synchronisation that is due first; return whether there was one.

    What goes wrong with the platform is noted, never raised.
    """
    hold = _claim(desk)
    if hold is None:
        return False
    try:
        _carry_out(desk, hold, stopping)
    except _Lost:
        log.info("Synchronisation %s is in other hands.", hold.sync_id)
    except _Stopped:
        _change(desk, hold, **_RELEASED, tries=GradeSync.tries - 1)
    except ServiceError as error:
        _put_off(desk, hold, error)
    except Exception as error:
        log.exception("Synchronisation %s failed.", hold.sync_id)
        internal = ServiceError(ServiceFault.INTERNAL, type(error).__name__)
        _change(desk, hold, **_over(JobState.FAILED, desk.clock()), error=str(internal))
    return True


_RELEASED: Final = {"state": JobState.WAITING, "claim": None, "claimed_until": None}


def _over(state: JobState, moment: datetime) -> dict[str, Any]:
    return {"state": state, "claim": None, "claimed_until": None, "finished_at": moment}


def _claim(desk: SyncDesk) -> _Hold | None:
    """Take the synchronisation that has been due for longest on a platform that has room.

    What somebody waits for goes before what the night asks for.
    """
    moment = desk.clock()
    with desk.database.reading() as db:
        due = db.execute(_due(moment)).all()
    seen: set[int] = set()
    for sync_id, platform_id in due:
        # The first one of a platform tells whether it has room.
        if platform_id not in seen:
            seen.add(platform_id)
            hold = _take(desk, sync_id, platform_id, moment)
            if hold is not None:
                return hold
    return None


def _due(moment: datetime) -> Any:
    paused = exists().where(
        PlatformHealth.platform_id == GradeSync.platform_id, PlatformHealth.paused_until > moment
    )
    return (
        select(GradeSync.id, GradeSync.platform_id)
        .where(_is_due(moment), ~paused)
        .order_by(GradeSync.is_nightly, GradeSync.due_at, GradeSync.id)
        .limit(MOST_LOOKED_AT)
    )


def _is_due(moment: datetime) -> Any:
    waiting = and_(GradeSync.state == JobState.WAITING, GradeSync.due_at <= moment)
    left = and_(GradeSync.state == JobState.RUNNING, GradeSync.claimed_until <= moment)
    return or_(waiting, left)


def _take(desk: SyncDesk, sync_id: int, platform_id: int, moment: datetime) -> _Hold | None:
    read = select(GradeSync.id).where(
        GradeSync.platform_id == platform_id, GradeSync.claimed_until > moment
    )
    with desk.database.transaction() as db:
        # The platform's row is held: whoever counts its callers counts us, or waits.
        free = room(db, platform_id, desk.limit, moment)
        if callers(db, platform_id, moment) >= free or db.scalars(read.limit(1)).first():
            return None
        row = db.scalars(
            select(GradeSync).where(GradeSync.id == sync_id, _is_due(moment)).with_for_update()
        ).one_or_none()
        if row is None:
            return None
        row.tries += 1
        if row.tries > MOST_TRIES:
            row.state, row.claim, row.claimed_until = JobState.FAILED, None, None
            row.finished_at = moment
            row.error = row.error or str(ServiceError(ServiceFault.INTERNAL, "interrupted"))
            return None
        row.state, row.claim, row.claimed_until = JobState.RUNNING, new_token(), moment + LEASE
        return _Hold(row.id, row.resource_link_pk, platform_id, row.claim, moment)


def _carry_out(desk: SyncDesk, hold: _Hold, stopping: Callable[[], bool]) -> None:
    try:
        _write_what_was_earned(desk, hold, stopping)
    except UnknownCourse as error:
        log.warning("Synchronisation %s compares what was earned before: %s", hold.sync_id, error)
    with desk.database.reading() as db:
        found = readable(db, hold.link_pk)
        columns = dict(db.get_one(GradeSync, hold.sync_id).columns)
        total = db.scalar(
            select(func.count(GradeDelivery.id)).where(
                GradeDelivery.line_item_pk.in_([column.item_id for column in found.columns])
            )
        )
    _renew(desk, hold, total=total or 0)
    for column in found.columns:
        key = str(column.item_id)
        if key not in columns:
            columns[key] = _synchronise(desk, hold, found, column, stopping)
            _renew(desk, hold, columns=dict(columns))
    is_whole = not any("fault" in result for result in columns.values())
    state = JobState.DONE if is_whole else JobState.FAILED
    _change(desk, hold, **_over(state, desk.clock()), error=None)


def _write_what_was_earned(desk: SyncDesk, hold: _Hold, stopping: Callable[[], bool]) -> None:
    """Write the grades that somebody's work is worth and that no column was there to get.

    A platform may couple a column with a link long after the first quiz was done.
    """
    with desk.database.transaction() as db:
        link = db.scalars(
            select(ResourceLink)
            .where(ResourceLink.id == hold.link_pk)
            .options(joinedload(ResourceLink.context).joinedload(Context.deployment))
        ).one()
        items = ready_for_scores(db, link)
    course = desk.courses.course(link.course)
    with desk.database.reading() as db:
        results = results_of_class(db, link)
        known = {item.id: deliveries_of(db, item.id) for item in items}
        tests = frozenset(db.scalars(select(Learner.id).where(Learner.is_test_user)))
    for learner_id, achieved in results.items():
        if learner_id in tests:
            continue
        worth = {item.id: link_score(activities_of(item, course, link), achieved) for item in items}
        if all(_says(known[item].get(learner_id), worth[item]) for item in worth):
            continue
        _check(stopping)
        _renew(desk, hold)
        with desk.database.transaction() as db:
            bring_up_to_date(db, Seat(link.context_pk, learner_id, link.course), course, link)


def _says(row: GradeDelivery | None, worth: Any) -> bool:
    """Whether a row is about what somebody's work is worth; work worth nothing needs none."""
    if worth is None:
        return True
    return row is not None and (row.score, row.completed) == (worth.score, worth.completed)


def _synchronise(
    desk: SyncDesk,
    hold: _Hold,
    found: Readable,
    column: ReadableColumn,
    stopping: Callable[[], bool],
) -> dict[str, Any]:
    """Read a column, settle what differs in it, and return what is to be noted of it.

    Raise ``ServiceError`` for what concerns the whole platform.
    """
    _check(stopping)
    _renew(desk, hold)
    with desk.database.reading() as db:
        before = deliveries_of(db, column.item_id)
        by_hand = frozenset(
            db.scalars(
                select(HandMadeGrade.learner_id).where(HandMadeGrade.line_item_pk == column.item_id)
            )
        )
    asked_at = desk.clock()
    try:
        results = desk.reader.results(found.platform, column.url)
    except ServiceError as error:
        if error.fault in WHOLESALE:
            raise
        log.warning("The results of column %s did not come: %s", column.item_id, error)
        _note_answer(desk, hold, asked_at, error.fault)
        return {"fault": error.fault, "same": 0, "compared": len(before)}
    _note_answer(desk, hold, asked_at)
    compared = side_by_side(found.people, before, results)
    same = 0
    for learner, theirs in compared:
        row = before.get(learner.id)
        is_settled = difference(row, theirs) is None and learner.id not in by_hand
        if is_settled and row is not None and row.state != DeliveryState.REFUSED:
            same += 1
            continue
        _check(stopping)
        grade = _Grade(column.item_id, learner.id, theirs, row)
        same += _settle(desk, hold, grade)
    return {"same": same, "compared": len(compared)}


@dataclass(frozen=True, slots=True)
class _Grade:
    """One person's grade in a column as it was read, and our row as it was before that."""

    column: int
    learner_id: int
    theirs: float | None
    before: GradeDelivery | None


def _settle(desk: SyncDesk, hold: _Hold, grade: _Grade) -> bool:
    """Have one grade sent again, note that it was given by hand, or leave it as it is.

    Return whether it is the same. Our row is looked at anew: where a score left while the column
    was being read, what was read says nothing about it.
    """
    moment = desk.clock()
    with desk.database.transaction() as db:
        _keep(db, hold, moment)
        if not _is_in_use(db, grade.column):
            return False
        row = held_delivery(db, grade.column, grade.learner_id)
        if row is not None and is_moving(grade.before, row):
            _note_line(db, hold, row)
            return False
        differing = difference(row, grade.theirs)
        if differing in BY_HAND and grade.theirs is not None:
            found = note_hand_made(db, grade.column, grade.learner_id, grade.theirs, row)
            is_ours = found.decision == Decision.REPLACE and row is not None
            if not is_ours:
                return False
        else:
            forget_hand_made(db, grade.column, grade.learner_id)
        if row is None:
            return False
        if differing is None and row.state != DeliveryState.REFUSED:
            return True
        if row.state == DeliveryState.PENDING:
            row.due_at = min(row.due_at, moment)
            note_due(db, row.platform_id)
        else:
            send_again(db, row, moment)
        _note_line(db, hold, row)
        return False


def _is_in_use(db: Session, column: int) -> bool:
    """Whether a column still gets scores. It is not removed until the transaction ends.

    It is held before any score in it, as by whoever removes it.
    """
    return (
        db.scalars(
            select(LineItem.id)
            .where(LineItem.id == column, LineItem.state.in_(LIVING))
            .with_for_update(read=True, key_share=True)
        ).one_or_none()
        is not None
    )


def _note_line(db: Session, hold: _Hold, row: GradeDelivery) -> None:
    db.flush()
    insert_unless_there(
        db,
        GradeSyncLine,
        {
            "sync_pk": hold.sync_id,
            "line_item_pk": row.line_item_pk,
            "learner_id": row.learner_id,
            "version": row.version,
        },
    )


def _note_answer(
    desk: SyncDesk, hold: _Hold, asked_at: datetime, fault: ServiceFault | None = None
) -> None:
    if fault not in UNASKED:
        with desk.database.transaction() as db:
            note_answer(db, hold.platform_id, asked_at)


def _put_off(desk: SyncDesk, hold: _Hold, error: ServiceError) -> None:
    """Note that the platform does not answer; it is read again later, from where it was."""
    log.warning("Synchronisation %s is put off: %s", hold.sync_id, error)
    moment = desk.clock()
    said = str(error)[:ERROR_LENGTH]
    with desk.database.transaction() as db:
        note_failure(
            db, hold.platform_id, Failure(said, hold.claimed_at, error.retry_after), moment
        )
        row = db.get_one(GradeSync, hold.sync_id, with_for_update=True)
        if row.claim != hold.token:
            return
        row.error = said
        row.claim, row.claimed_until = None, None
        if row.tries >= MOST_TRIES:
            row.state, row.finished_at = JobState.FAILED, moment
        else:
            row.state, row.due_at = JobState.WAITING, moment + pause(row.tries, error.retry_after)


def _check(stopping: Callable[[], bool]) -> None:
    if stopping():
        raise _Stopped


def _renew(desk: SyncDesk, hold: _Hold, **news: Any) -> None:
    with desk.database.transaction() as db:
        _keep(db, hold, desk.clock(), **news)


def _keep(db: Session, hold: _Hold, moment: datetime, **news: Any) -> None:
    """Renew a hold in a transaction, with what is new. Raise ``_Lost`` when it is not ours."""
    ours = (GradeSync.id == hold.sync_id, GradeSync.claim == hold.token)
    renewed = db.execute(
        update(GradeSync).where(*ours).values(claimed_until=moment + LEASE, **news)
    )
    if cast("CursorResult[Any]", renewed).rowcount == 0:
        raise _Lost


def _change(desk: SyncDesk, hold: _Hold, **values: Any) -> None:
    with desk.database.transaction() as db:
        ours = (GradeSync.id == hold.sync_id, GradeSync.claim == hold.token)
        db.execute(update(GradeSync).where(*ours).values(**values))
