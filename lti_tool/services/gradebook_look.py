"""A look at the gradebook: what differs is shown, and sent again where an instructor wants it.

Unlike a synchronisation (``services.sync_jobs``), a look sends nothing. It leaves one trace: a
grade that somebody gave by hand, once it was seen, is noted, so that no score of ours takes its
place before an instructor has decided.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.lti import ServiceError, ServiceFault
from lti_tool.models import DeliveryState, GradeDelivery, Learner, LineItem, now
from lti_tool.services.comparison import (
    BY_HAND,
    Difference,
    ReadableColumn,
    ResultReader,
    deliveries_of,
    difference,
    is_moving,
    near,
    readable,
    side_by_side,
)
from lti_tool.services.hand_made import given_by_hand, held_delivery, note_hand_made, send_again
from lti_tool.services.sync_jobs import WHOLESALE

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SeenScore:
    """A score of ours as an instructor saw it: a newer one has another version."""

    delivery_id: int
    version: int


@dataclass(frozen=True, slots=True)
class DifferentGrade:
    """One grade that differs. Shares run from 0 to 1, and beyond where a teacher gave more.

    ``missing`` is our score where the gradebook lacks it and nothing sends it by itself: an
    instructor may have it sent again. ``is_on_its_way``: it is about to be sent anyhow.
    """

    name: str
    column: str
    ours: float | None
    theirs: float | None
    difference: Difference
    missing: SeenScore | None
    is_on_its_way: bool

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody else gave the gradebook's, as far as can be told."""
        return self.difference in BY_HAND


@dataclass(frozen=True, slots=True)
class Look:
    """What came of it: column by column, by name.

    ``same`` is how many grades agree; ``fault`` why no more was read.
    """

    differences: tuple[DifferentGrade, ...]
    same: int
    fault: ServiceFault | None = None

    @property
    def may_pass(self) -> bool:
        """Whether the platform as a whole stood in the way: nothing looks again by itself."""
        return self.fault in WHOLESALE


def look(database: Database, reader: ResultReader, link_pk: int) -> Look:
    """Compare the columns that get a link's scores with what we know of them.

    The platform is asked outside any transaction. People whom we do not know are left out:
    they never opened the link, nor are they on the class's list.
    """
    with database.reading() as db:
        found = readable(db, link_pk)
    differences: list[DifferentGrade] = []
    same = 0
    fault = None
    for column in found.columns:
        with database.reading() as db:
            rows = deliveries_of(db, column.item_id)
        try:
            results = reader.results(found.platform, column.url)
        except ServiceError as error:
            log.warning("The results of column %s did not come: %s", column.item_id, error)
            fault = error.fault
            break
        compared = side_by_side(found.people, rows, results)
        by_hand = _note_hand_made(database, column, compared, rows)
        found_here = list(_differences(column, compared, rows, by_hand))
        differences.extend(found_here)
        same += len(compared) - len(found_here)
    return Look(tuple(differences), same, fault)


def resend(database: Database, link_pk: int, chosen: Sequence[SeenScore]) -> int:
    """Send scores of a link again, and return how many.

    One that is on its way by now, or is another one than was shown, is left alone. Each has
    its own transaction: whoever holds several scores at once could wait for somebody who does.
    """
    sent = 0
    for score in chosen:
        with database.transaction() as db:
            row = db.scalars(
                select(GradeDelivery)
                .join(LineItem, LineItem.id == GradeDelivery.line_item_pk)
                .where(
                    GradeDelivery.id == score.delivery_id,
                    GradeDelivery.version == score.version,
                    GradeDelivery.state != DeliveryState.PENDING,
                    LineItem.resource_link_pk == link_pk,
                )
                .with_for_update(of=GradeDelivery)
            ).one_or_none()
            if row is not None:
                send_again(db, row, now())
                sent += 1
    return sent


def _note_hand_made(
    database: Database,
    column: ReadableColumn,
    compared: Sequence[tuple[Learner, float | None]],
    rows: Mapping[int, GradeDelivery],
) -> Mapping[int, float]:
    """Note the grades of a column that somebody gave by hand; return those that stay, by learner.

    Our rows are looked at anew, one after the other, as a synchronisation does.
    """
    with database.reading() as db:
        known = given_by_hand(db, [column.item_id])
    for learner, theirs in compared:
        before = rows.get(learner.id)
        if theirs is None or difference(before, theirs) not in BY_HAND:
            continue
        noted = known.get((column.item_id, learner.id))
        if noted is not None and near(noted, theirs):
            continue
        with database.transaction() as db:
            row = held_delivery(db, column.item_id, learner.id)
            is_settled = row is None or not is_moving(before, row)
            if is_settled and difference(row, theirs) in BY_HAND:
                note_hand_made(db, column.item_id, learner.id, theirs, row)
    with database.reading() as db:
        staying = given_by_hand(db, [column.item_id])
    return {learner_id: theirs for (_item, learner_id), theirs in staying.items()}


def _differences(
    column: ReadableColumn,
    compared: Sequence[tuple[Learner, float | None]],
    rows: Mapping[int, GradeDelivery],
    by_hand: Mapping[int, float],
) -> Iterator[DifferentGrade]:
    for learner, theirs in compared:
        row = rows.get(learner.id)
        differing = difference(row, theirs)
        if differing is None:
            continue
        is_free = row is not None and learner.id not in by_hand
        is_pending = row is not None and row.state == DeliveryState.PENDING
        may_resend = is_free and not is_pending and differing not in BY_HAND
        yield DifferentGrade(
            name=learner.name,
            column=column.label,
            ours=None if row is None else row.score,
            theirs=theirs,
            difference=differing,
            missing=SeenScore(row.id, row.version) if row is not None and may_resend else None,
            is_on_its_way=is_free and is_pending,
        )
