"""What learners make in workshops: kept change by change, so that no window undoes another's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from course_content.works import Work, changed, checked_changes
from lti_tool.models import LearnerWork, now
from lti_tool.services.progress import Seat, insert_unless_there


@dataclass(frozen=True, slots=True)
class KeptWork:
    """A work as it stands in the database; revision 0 when nothing was made yet."""

    records: Work
    revision: int


def load_work(db: Session, seat: Seat, workshop: str) -> KeptWork:
    """Return what a learner made in a workshop so far."""
    row = db.scalars(_at(seat, workshop)).one_or_none()
    return KeptWork({}, 0) if row is None else KeptWork(row.records, row.revision)


def change_work(db: Session, seat: Seat, workshop: str, changes: object) -> KeptWork:
    """Apply changes that a browser sent, and return the work after them.

    The same changes sent twice, because an answer was lost, do no harm. Raise
    ``InvalidWork`` or ``WorkTooLarge``, having changed nothing.
    """
    checked = checked_changes(changes)
    place = {
        "context_pk": seat.context_pk,
        "learner_id": seat.learner_id,
        "course": seat.course,
        "workshop": workshop,
    }
    first = {**place, "records": {}, "revision": 0, "updated_at": now()}
    insert_unless_there(db, LearnerWork, first)
    locked = _at(seat, workshop).with_for_update().execution_options(populate_existing=True)
    row = db.scalars(locked).one()
    row.records = dict(changed(row.records, checked))
    row.revision += 1
    row.updated_at = now()
    db.flush()
    return KeptWork(row.records, row.revision)


def _at(seat: Seat, workshop: str) -> Select[LearnerWork]:
    return select(LearnerWork).where(
        LearnerWork.context_pk == seat.context_pk,
        LearnerWork.learner_id == seat.learner_id,
        LearnerWork.course == seat.course,
        LearnerWork.workshop == workshop,
    )
