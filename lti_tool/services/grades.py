"""What a learner's work is worth in each column of the platform's gradebook.

A column (line item) belongs to a resource link. It is for one activity, whose score it gets,
or for all that the link covers: its score is then the mean of the scores of the graded
activities, and one not done yet counts for 0. Which attempt makes the score of a quiz, the
link's policy says: so a score may also go down. A workshop's score is what an instructor
accepted its work with, and what they wrote goes along. A score is written to
``GradeDelivery`` in the transaction of the answer or the review that earned it, so that
there is never an answer whose grade is forgotten, nor a grade without its answer. A test
user's work has no grade: platforms refuse it, or show it among the students'.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable, localized
from course_content.scoring import activity_score
from lti_tool.models import (
    DeliveryState,
    GradeDelivery,
    Learner,
    LineItem,
    ResourceLink,
    WindowSession,
    now,
)
from lti_tool.services.batches import batches
from lti_tool.services.columns import activities_of, in_use, line_items_of, ready_for_scores
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.hand_made import Hold, is_held
from lti_tool.services.outbox import note_due
from lti_tool.services.progress import Seat, insert_into, lock_seat
from lti_tool.services.results import Results, achieved_by, achieved_in_class

NO_GRADE = "none"
"""The state of a link that has no column, or of a learner without a score in it."""
HELD = "held"
"""What learners are told of a score that stays here: the gradebook's grade is not ours to set."""
NO_HOLDS: Mapping[tuple[int, int], Hold] = MappingProxyType({})
LEAST_FIRST: Sequence[str] = [
    DeliveryState.REFUSED, DeliveryState.PENDING, HELD, DeliveryState.SENT
]  # fmt: skip


NEWS: Sequence[str] = [
    "score", "completed", "comment", "scored_at", "state", "tries", "due_at"
]  # fmt: skip
"""What a new score replaces of a row."""


@dataclass(frozen=True, slots=True)
class LinkScore:
    """What the work done is worth to one link. ``score`` runs from 0 to 1."""

    score: float
    completed: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class GradeStatus:
    """What became of a grade: ``none``, a ``DeliveryState`` or ``HELD``, and the score it is about.

    ``error`` is what the platform or the way to it last objected, as ``delivery`` wrote it.
    ``hold`` is why the score stays here although nothing objects: the gradebook has a grade that
    somebody gave by hand (``services.hand_made``).
    """

    state: str
    score: float | None = None
    error: str | None = None
    hold: Hold | None = None

    @classmethod
    def least_of(
        cls, rows: Iterable[GradeDelivery], holds: Mapping[tuple[int, int], Hold] = NO_HOLDS
    ) -> GradeStatus:
        """Return the status of the grade that is furthest from the gradebook, if there is one.

        ``holds`` are those of ``services.hand_made``: one that awaits a decision goes before all.
        """
        rows = list(rows)
        found = {holds.get((row.line_item_pk, row.learner_id)) for row in rows}
        hold = next((each for each in (Hold.UNDECIDED, Hold.KEPT) if each in found), None)
        row = min(rows, key=lambda one: LEAST_FIRST.index(one.state), default=None)
        return cls(NO_GRADE) if row is None else cls(str(row.state), row.score, row.error, hold)


def link_score(activities: Sequence[Gradable], results: Results) -> LinkScore | None:
    """Return the score of a column for those graded activities.

    ``None`` when none of them is done: there is nothing to tell the platform yet.
    """
    scores = results.scores
    done = [activity for activity in activities if activity.id in scores]
    if not done:
        return None
    score = activity_score([(1, scores.get(activity.id, 0.0)) for activity in activities])
    completed = len(done) == len(activities)
    return LinkScore(score, completed, _comment(activities, results.comments))


def _comment(activities: Sequence[Gradable], comments: Mapping[str, str]) -> str | None:
    """Return what was written about the works of a column, each under its title if need be."""
    written = [activity for activity in activities if comments.get(activity.id)]
    if len(activities) == 1 and written:
        return comments[written[0].id]
    titled = [f"{localized(one.title, '')}\n{comments[one.id]}" for one in written]
    return "\n\n".join(titled) or None


def record(
    db: Session, seat: Seat, course: Course, link_pks: Collection[int | None], activity: Gradable
) -> None:
    """Write the grades that a completed activity changes, in the caller's transaction.

    Every link of the class to the same course counts, when it covers the activity, has a
    column, and is one of those at work or one that this learner has opened.
    """
    if seat.is_test_user or not activity.graded:
        return
    achieved = achieved_by(db, seat)
    for other in _links_at_work(db, seat, link_pks):
        results = achieved.results(GradingPolicy.of(other).counting)
        for item in ready_for_scores(db, other):
            activities = activities_of(item, course, other)
            if activity in activities:
                _write(db, item, [(seat.learner_id, link_score(activities, results))])


def bring_up_to_date(db: Session, seat: Seat, course: Course, link: ResourceLink) -> None:
    """Write the grades of a link that a learner opens, from work done through other links.

    It also gives another chance to a grade that the platform refused: what stood in the
    way may have been mended since. Nothing is written when nothing is new.
    """
    items = () if seat.is_test_user else ready_for_scores(db, link)
    if not items:
        return
    lock_seat(db, seat)
    [link] = db.scalars(_shared(ResourceLink.id == link.id))
    results = achieved_by(db, seat).results(GradingPolicy.of(link).counting)
    for item in items:
        score = link_score(activities_of(item, course, link), results)
        _write(db, item, [(seat.learner_id, score)])


def bring_class_up_to_date(
    db: Session,
    course: Course,
    link: ResourceLink,
    items: Sequence[LineItem],
    only: Collection[int] | None = None,
) -> None:
    """Write the grades of these columns of a link, from all the work of its class.

    ``only`` are some of its learners. The caller holds the link's row, so that no answer is
    being recorded meanwhile.
    """
    achieved = achieved_in_class(db, link, only)
    # In one order, always: two who write to the same rows then wait, and never for each other.
    graded = db.scalars(
        select(Learner.id)
        .where(Learner.id.in_(achieved), ~Learner.is_test_user)
        .order_by(Learner.id)
    ).all()
    counting = GradingPolicy.of(link).counting
    results = {learner_id: achieved[learner_id].results(counting) for learner_id in graded}
    for item in items:
        activities = activities_of(item, course, link)
        _write(db, item, ((one, link_score(activities, results[one])) for one in graded))


def status(db: Session, seat: Seat | None, link: ResourceLink) -> GradeStatus:
    """Return what the seat's learner is told of their grades in the columns of a link."""
    if seat is None:
        return GradeStatus(NO_GRADE)
    items = in_use(link, line_items_of(db, [link.id]))
    return told_status(
        db,
        GradeDelivery.line_item_pk.in_([item.id for item in items]),
        GradeDelivery.learner_id == seat.learner_id,
    )


def told_status(db: Session, *whose: ColumnElement[bool]) -> GradeStatus:
    """Return what a learner is told: of their scores, the one that is furthest from the gradebook.

    That one stays here because of a grade given by hand is told as ``HELD`` and no more: what the
    gradebook has, and what an instructor decided about it, is for the gradebook to show.
    """
    rows = db.execute(select(GradeDelivery, is_held().label("held")).where(*whose))
    told = [
        GradeStatus(HELD, row.score) if held else GradeStatus(str(row.state), row.score, row.error)
        for row, held in rows
    ]
    return min(told, key=lambda one: LEAST_FIRST.index(one.state), default=GradeStatus(NO_GRADE))


def _links_at_work(
    db: Session, seat: Seat, link_pks: Collection[int | None]
) -> Sequence[ResourceLink]:
    """Return the links that an answer counts for: those named, and those opened before.

    Their rows are shared until the transaction ends: an instructor who changes a link's
    columns meanwhile waits, and then finds this answer.
    """
    opened = exists().where(
        WindowSession.resource_link_pk == ResourceLink.id,
        WindowSession.learner_id == seat.learner_id,
    )
    graded_before = exists().where(
        GradeDelivery.line_item_pk == LineItem.id,
        LineItem.resource_link_pk == ResourceLink.id,
        GradeDelivery.learner_id == seat.learner_id,
    )
    return db.scalars(
        _shared(
            ResourceLink.context_pk == seat.context_pk,
            ResourceLink.course == seat.course,
            or_(ResourceLink.id.in_(link_pks), opened, graded_before),
        )
    ).all()


def _shared(*conditions: ColumnElement[bool]) -> Select[ResourceLink]:
    """Return a query of links that nobody decides about until the transaction ends."""
    return (
        select(ResourceLink)
        .where(*conditions)
        .order_by(ResourceLink.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


def _write(db: Session, item: LineItem, scores: Iterable[tuple[int, LinkScore | None]]) -> None:
    """Put scores of a column in the queue, by learner, unless their rows say the same already.

    The latest score wins, also where it is lower. One statement for each batch, because a
    worker may be writing to the same rows: a new version makes sure that the end of an older
    delivery does not pass for the end of this one.
    """
    moment = now()
    told = [(learner_id, score) for learner_id, score in scores if score is not None]
    for batch in batches(told):
        _write_batch(db, item, batch, moment)


def _write_batch(
    db: Session, item: LineItem, batch: Sequence[tuple[int, LinkScore]], moment: datetime
) -> None:
    # All learners of a column are of the platform that has it.
    platform = select(Learner.platform_id).where(Learner.id == batch[0][0]).scalar_subquery()
    made = insert_into(db, GradeDelivery).values(
        [
            {
                "line_item_pk": item.id,
                "learner_id": learner_id,
                "platform_id": platform,
                "score": score.score,
                "completed": score.completed,
                "comment": score.comment,
                "scored_at": moment,
                "state": DeliveryState.PENDING,
                "tries": 0,
                "due_at": moment,
                "version": 1,
            }
            for learner_id, score in batch
        ]
    )
    news = made.excluded
    written = db.scalars(
        made.on_conflict_do_update(
            index_elements=["line_item_pk", "learner_id"],
            set_={
                **{name: news[name] for name in NEWS},
                "error": None,
                "version": GradeDelivery.version + 1,
            },
            where=or_(
                GradeDelivery.score != news.score,
                GradeDelivery.completed != news.completed,
                GradeDelivery.comment.is_distinct_from(news.comment),
                GradeDelivery.state == DeliveryState.REFUSED,
            ),
        ).returning(GradeDelivery.platform_id)
    )
    for platform_id in set(written):
        note_due(db, platform_id)
