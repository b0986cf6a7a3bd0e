"""Writes the grades of a class anew after a decision about them, a batch of learners at a time.

That a class is to be regraded is in the link's own row, in the transaction of the decision; how
far it is, too. Each batch is a transaction that holds the link's row: an answer waits for a
batch at most, and is graded by the new policy. Whoever dies in the midst of a class leaves
a row that says after whom another one goes on (docs/adr/0032).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import CompoundSelect, func, select, union
from sqlalchemy.orm import Session

from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import (
    Attempt,
    LineItem,
    ResourceLink,
    Submission,
    SubmissionMember,
    SubmissionState,
)
from lti_tool.services.batches import BATCH
from lti_tool.services.columns import ready_for_scores
from lti_tool.services.courses import CourseShelf
from lti_tool.services.grades import bring_class_up_to_date

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
FROM_THE_FIRST: Final = 0
"""Keys of learners begin with 1."""


def held(db: Session, link_pk: int) -> ResourceLink:
    """Return a link as it is now. Nobody grades by it or decides about it meanwhile.

    That is until the caller's transaction ends.
    """
    return db.scalars(
        select(ResourceLink)
        .where(ResourceLink.id == link_pk)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def begin(db: Session, course: Course, link: ResourceLink) -> None:
    """Order that a class is regraded, and do the first batch: that is all of most classes.

    The caller holds the link's row.
    """
    link.regrade_after = FROM_THE_FIRST
    go_on(db, course, link)


def go_on(db: Session, course: Course, link: ResourceLink) -> None:
    """Do one batch. The caller holds the link's row."""
    batch = _next_learners(db, link)
    items = ready_for_scores(db, link)
    if batch and items:
        # Whoever notes a column's new address writes to its grades after its own row.
        db.execute(
            select(LineItem.id)
            .where(LineItem.id.in_([item.id for item in items]))
            .order_by(LineItem.id)
            .with_for_update(key_share=True)
        )
        bring_class_up_to_date(db, course, link, items, frozenset(batch))
    link.regrade_after = batch[-1] if items and len(batch) == BATCH else None
    db.flush()


def waiting(db: Session, link: ResourceLink) -> int:
    """Return how many learners of a link's class are still to be regraded."""
    if link.regrade_after is None:
        return 0
    return db.scalars(select(func.count()).select_from(_with_work(link).subquery())).one()


def regrade_due(
    database: Database,
    courses: CourseShelf,
    *,
    link_pk: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Regrade what is to be regraded, of one link or of all.

    Whatever goes wrong with a class is logged and tried again later, never raised: the other
    classes do not wait for it.
    """
    due = select(ResourceLink.id).where(ResourceLink.regrade_after.is_not(None))
    if link_pk is not None:
        due = due.where(ResourceLink.id == link_pk)
    with database.reading() as db:
        found = db.scalars(due.order_by(ResourceLink.id)).all()
    for one in found:
        try:
            while not stopping() and _regrade_some(database, courses, one):
                pass
        except Exception:
            log.exception("The class of link %s could not be regraded; it is tried again.", one)


def run_regrading(
    database: Database,
    courses: CourseShelf,
    stop: threading.Event,
    *,
    poll_seconds: float = POLL_SECONDS,
) -> None:
    """Regrade classes until ``stop`` is set. A database that is away is tried again."""
    while not stop.is_set():
        try:
            regrade_due(database, courses, stopping=stop.is_set)
        except Exception:
            log.exception("Regrading was interrupted; it goes on in %s s.", poll_seconds)
        stop.wait(poll_seconds)


def _regrade_some(database: Database, courses: CourseShelf, link_pk: int) -> bool:
    """Do one batch of a link's class; return whether there is more to do."""
    with database.transaction() as db:
        link = held(db, link_pk)
        if link.regrade_after is None:
            return False
        go_on(db, courses.course(link.course), link)
        return link.regrade_after is not None


def _next_learners(db: Session, link: ResourceLink) -> Sequence[int]:
    learners = _with_work(link).subquery()
    wanted = select(learners.c.learner_id).order_by(learners.c.learner_id).limit(BATCH)
    return db.scalars(wanted).all()


def _with_work(link: ResourceLink) -> CompoundSelect[int]:
    """Return a query of those after the last one done who may have a score: once each."""
    after = link.regrade_after or FROM_THE_FIRST
    attempted = select(Attempt.learner_id.label("learner_id")).where(
        Attempt.context_pk == link.context_pk,
        Attempt.course == link.course,
        Attempt.learner_id > after,
    )
    accepted = (
        Submission.context_pk == link.context_pk,
        Submission.course == link.course,
        Submission.state == SubmissionState.ACCEPTED,
    )
    handed_in = select(Submission.learner_id).where(*accepted, Submission.learner_id > after)
    together = (
        select(SubmissionMember.learner_id)
        .join(Submission, Submission.id == SubmissionMember.submission_pk)
        .where(*accepted, SubmissionMember.learner_id > after)
    )
    return union(attempted, handed_in, together)
