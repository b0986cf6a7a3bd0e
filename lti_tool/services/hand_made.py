"""Grades that somebody gave in the platform's gradebook: never replaced without being asked.

A synchronisation finds them when it reads a column (``services.sync_jobs``). From then on our
scores for that person and column are held back, later ones too, until an instructor decides.
That a grade is kept is remembered for the two values that were seen: it is asked again when the
gradebook's changes, and when the student earns another score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.models import (
    Decision,
    DeliveryState,
    GradeDelivery,
    HandMadeGrade,
    Learner,
    LineItem,
    now,
)
from lti_tool.services.comparison import TOLERANCE, near
from lti_tool.services.outbox import note_due
from lti_tool.services.progress import insert_unless_there


class Hold(StrEnum):
    """Why a score of ours stays here: an instructor is to decide, or has kept the other one."""

    UNDECIDED = "undecided"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class HandMade:
    """A grade given by hand, beside ours. ``seen`` tells these two values from any others.

    ``ours`` is ``None`` for somebody who has no score here.
    """

    id: int
    seen: str
    name: str
    column: str
    ours: float | None
    theirs: float
    found_at: datetime
    resisted: bool
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an instructor decided about a grade, as they saw it."""

    grade_id: int
    seen: str
    decision: Decision


def is_held() -> ColumnElement[bool]:
    """Whether a delivery's score must stay here."""
    return exists().where(
        HandMadeGrade.line_item_pk == GradeDelivery.line_item_pk,
        HandMadeGrade.learner_id == GradeDelivery.learner_id,
        _stands(),
    )


def note_hand_made(
    db: Session, column: int, learner_id: int, theirs: float, row: GradeDelivery | None
) -> HandMadeGrade:
    """Note that a column holds a grade that did not come from us, and return it.

    ``row`` is our score, held by the caller. A decision that the platform took note of and did
    not follow is asked for again: some lock a grade that was given by hand.
    """
    place = {"line_item_pk": column, "learner_id": learner_id}
    insert_unless_there(db, HandMadeGrade, {**place, "theirs": theirs})
    found = db.scalars(select(HandMadeGrade).filter_by(**place).with_for_update()).one()
    if not near(found.theirs, theirs):
        _ask_again(found, resisted=False)
        found.theirs = theirs
    elif found.decision == Decision.REPLACE and _arrived_after(row, found.decided_at):
        _ask_again(found, resisted=True)
    return found


def forget_hand_made(db: Session, column: int, learner_id: int) -> None:
    """Note that a column holds nothing but what came from us, or nothing at all."""
    db.execute(
        delete(HandMadeGrade).where(
            HandMadeGrade.line_item_pk == column, HandMadeGrade.learner_id == learner_id
        )
    )


def send_again(db: Session, row: GradeDelivery, moment: datetime) -> None:
    """Queue a score that the platform had, or refused, in the caller's transaction.

    The version is new, so that the end of an older delivery does not pass for the end of
    this one.
    """
    row.state = DeliveryState.PENDING
    row.version += 1
    row.tries = 0
    row.due_at = moment
    row.error = None
    note_due(db, row.platform_id)


def decide(database: Database, link_pk: int, verdicts: Sequence[Verdict], by: str) -> int:
    """Carry out decisions about grades of a link, and return how many were.

    One of which either value has changed since it was shown is left undecided. Each has its
    own transaction: whoever holds several scores at once could wait for somebody who does, too.
    """
    taken = 0
    for verdict in verdicts:
        with database.transaction() as db:
            taken += _decide(db, link_pk, verdict, by)
    return taken


def undecided(db: Session, items: Collection[int]) -> int:
    """Return how many grades in these columns an instructor is to decide about."""
    return db.scalar(_joined(func.count(), items).where(_asks())) or 0


def undecided_grades(db: Session, items: Collection[int], most: int) -> list[HandMade]:
    """Return the grades that an instructor is to decide about, by name."""
    return _listed(db, items, _asks(), most)


def standing_grades(db: Session, items: Collection[int], most: int) -> list[HandMade]:
    """Return the grades that stay as somebody gave them: kept, or beside no score of ours."""
    return _listed(db, items, and_(_stands(), ~_asks()), most)


def holds(
    db: Session, items: Collection[int], learner_ids: Collection[int]
) -> Mapping[tuple[int, int], Hold]:
    """Return which scores of these learners stay here, and why, by column and learner."""
    rows = db.execute(
        _joined(HandMadeGrade.line_item_pk, items)
        .add_columns(HandMadeGrade.learner_id, _asks().label("asks"))
        .where(HandMadeGrade.learner_id.in_(learner_ids), GradeDelivery.id.is_not(None), _stands())
    )
    return {
        (item_id, learner_id): Hold.UNDECIDED if asks else Hold.KEPT
        for item_id, learner_id, asks in rows
    }


def given_by_hand(db: Session, items: Collection[int]) -> Mapping[tuple[int, int], float]:
    """Return the grades that no score of ours may replace, by column and learner."""
    rows = db.execute(
        select(HandMadeGrade.line_item_pk, HandMadeGrade.learner_id, HandMadeGrade.theirs).where(
            HandMadeGrade.line_item_pk.in_(items), _stands()
        )
    )
    return {(item_id, learner_id): theirs for item_id, learner_id, theirs in rows}


def _decide(db: Session, link_pk: int, verdict: Verdict, by: str) -> bool:
    place = db.execute(
        select(HandMadeGrade.line_item_pk, HandMadeGrade.learner_id)
        .join(LineItem, LineItem.id == HandMadeGrade.line_item_pk)
        .where(HandMadeGrade.id == verdict.grade_id, LineItem.resource_link_pk == link_pk)
    ).one_or_none()
    if place is None:
        return False
    # In the order in which a synchronisation takes them: the score, then the other's grade.
    row = held_delivery(db, place.line_item_pk, place.learner_id)
    found = db.scalars(
        select(HandMadeGrade).where(HandMadeGrade.id == verdict.grade_id).with_for_update()
    ).one_or_none()
    if row is None or found is None or verdict.seen != _seen(found.revision, row.version):
        return False
    moment = now()
    found.decision, found.ours = verdict.decision, row.score
    found.decided_by, found.decided_at = by, moment
    if verdict.decision is Decision.REPLACE:
        send_again(db, row, moment)
    return True


def held_delivery(db: Session, column: int, learner_id: int) -> GradeDelivery | None:
    """Return somebody's score in a column, and hold its row until the transaction ends."""
    return db.scalars(
        select(GradeDelivery)
        .where(GradeDelivery.line_item_pk == column, GradeDelivery.learner_id == learner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _ask_again(found: HandMadeGrade, *, resisted: bool) -> None:
    found.decision = None
    found.resisted = resisted
    found.revision += 1
    found.found_at = now()


def _arrived_after(row: GradeDelivery | None, moment: datetime | None) -> bool:
    if row is None or row.state != DeliveryState.SENT or row.sent_at is None:
        return False
    return moment is not None and row.sent_at >= moment


def _seen(revision: int, version: int | None) -> str:
    return f"{revision}.{version or 0}"


def _stands() -> ColumnElement[bool]:
    """Whether nobody said that the grade may be replaced."""
    return or_(HandMadeGrade.decision.is_(None), HandMadeGrade.decision != Decision.REPLACE)


def _asks() -> ColumnElement[bool]:
    """Whether an instructor is to decide: there is a score of ours that they did not judge yet."""
    other_score = or_(
        HandMadeGrade.ours.is_(None),
        func.abs(GradeDelivery.score - HandMadeGrade.ours) > TOLERANCE,
    )
    return and_(
        GradeDelivery.id.is_not(None),
        or_(
            HandMadeGrade.decision.is_(None),
            and_(HandMadeGrade.decision == Decision.KEEP, other_score),
        ),
    )


def _joined(wanted: Any, items: Collection[int]) -> Select[Any]:
    return (
        select(wanted)
        .select_from(HandMadeGrade)
        .outerjoin(
            GradeDelivery,
            and_(
                GradeDelivery.line_item_pk == HandMadeGrade.line_item_pk,
                GradeDelivery.learner_id == HandMadeGrade.learner_id,
            ),
        )
        .where(HandMadeGrade.line_item_pk.in_(items))
    )


def _listed(
    db: Session, items: Collection[int], wanted: ColumnElement[bool], most: int
) -> list[HandMade]:
    rows = db.execute(
        _joined(HandMadeGrade, items)
        .add_columns(GradeDelivery.score, GradeDelivery.version, Learner.name, LineItem.label)
        .join(Learner, Learner.id == HandMadeGrade.learner_id)
        .join(LineItem, LineItem.id == HandMadeGrade.line_item_pk)
        .where(wanted)
        .order_by(Learner.sort_name, Learner.id, LineItem.id)
        .limit(most)
    )
    return [
        HandMade(
            id=row.id,
            seen=_seen(row.revision, version),
            name=name,
            column=label,
            ours=score,
            theirs=row.theirs,
            found_at=row.found_at,
            resisted=row.resisted,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row, score, version, name, label in rows
    ]
