"""Where a person stands in a course: the player's own state, saved with a revision.

``lock_seat`` is the one lock of everything that a person does in a course: answers, new
attempts, saves and grades of one seat wait for one another, on SQLite as on PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz
from lti_tool.models import Base, Progress, WindowSession, now
from lti_tool.services.courses import Json, steps_in_scope
from lti_tool.services.time_spent import counted, counted_since

STATE_LIMIT = 64 * 1024
"""Bytes of JSON that a saved state may take."""
DRAFT_LIMIT = 4 * 1024
"""Bytes of JSON that one unfinished answer may take."""

State: TypeAlias = Mapping[str, Any]


class InvalidState(ValueError):
    """What the browser sent is not a state of the player's."""


class StateTooLarge(InvalidState):
    """The state is of the right kind, but longer than ``STATE_LIMIT``."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in one class, at one course: whose work is recorded, and where.

    A test user's work is recorded as anybody's, and counts for nothing.
    """

    context_pk: int
    learner_id: int
    course: str
    is_test_user: bool = False

    @classmethod
    def of(cls, window: WindowSession) -> Seat | None:
        """Return the seat of a launched window; ``None`` for an anonymous one."""
        if window.learner_id is None:
            return None
        link = window.resource_link
        is_test_user = window.learner is not None and window.learner.is_test_user
        return cls(link.context_pk, window.learner_id, link.course, is_test_user)


@dataclass(frozen=True, slots=True)
class Saved:
    """A state as it stands in the database."""

    state: Json | None
    revision: int


def insert_into(db: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do on conflict, for the database in use.

    When another transaction is inserting the same row, it waits for that one's end.
    """
    postgres = db.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if postgres else sqlite.insert(model)


def insert_unless_there(db: Session, model: type[Base], values: Mapping[str, Any]) -> None:
    """Insert a row, or do nothing when a unique constraint says that it is there already."""
    db.execute(insert_into(db, model).values(**values).on_conflict_do_nothing())


def lock_seat(db: Session, seat: Seat) -> Progress:
    """Take the seat's progress row, made if need be, until the transaction ends.

    SQLite has no row locks and needs none here: a transaction takes its one write lock
    when it begins.
    """
    place = {
        "context_pk": seat.context_pk,
        "learner_id": seat.learner_id,
        "course": seat.course,
    }
    first = {"state": {}, "revision": 0, "version": 1, "updated_at": now()}
    insert_unless_there(db, Progress, {**place, **first})
    return db.scalars(_at(seat).with_for_update().execution_options(populate_existing=True)).one()


def change_seat(db: Session, seat: Seat) -> Progress:
    """Take the row as ``lock_seat`` does, for something that changes what a class shows of it."""
    row = lock_seat(db, seat)
    row.version += 1
    return row


def work_in_seat(db: Session, seat: Seat) -> Progress:
    """Take the row as ``change_seat`` does, for something that its learner does just now."""
    row = change_seat(db, seat)
    moment = now()
    row.active_seconds += counted(row.updated_at, moment)
    row.updated_at = moment
    return row


def note_sign(db: Session, seat: Seat) -> None:
    """Note that the seat's learner does something that is kept elsewhere, in one statement.

    Whoever has opened no page yet has no row, and none is made.
    """
    # SQLite reckons in whole seconds: parts of them would add up with every sign.
    moment = now().replace(microsecond=0)
    db.execute(
        update(Progress)
        .where(
            Progress.context_pk == seat.context_pk,
            Progress.learner_id == seat.learner_id,
            Progress.course == seat.course,
        )
        .values(
            active_seconds=Progress.active_seconds + counted_since(Progress.updated_at, moment),
            updated_at=moment,
            version=Progress.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def load(db: Session, seat: Seat) -> Saved:
    """Return the saved state; revision 0 and ``None`` when nothing was saved yet."""
    row = db.scalars(_at(seat)).one_or_none()
    if row is None or row.revision == 0:
        return Saved(None, 0)
    return Saved(row.state, row.revision)


def save(db: Session, seat: Seat, course: Course, revision: int, state: object) -> Saved:
    """Store what the player sent, and return what is stored now.

    A visited step stays visited, a finished workshop finished. When ``revision`` is not
    the stored one, another window saved in between: its drafts are kept beside those of
    this one, which wins where both wrote. Steps, workshops and questions that the course
    does not have are dropped. Raise ``InvalidState`` for anything that is not a state, and
    ``StateTooLarge``.
    """
    sent = checked(course, state)
    row = work_in_seat(db, seat)
    merged = _merge(row.state, sent, stale=revision != row.revision)
    row.state = checked(course, merged)
    row.revision += 1
    db.flush()
    return Saved(row.state, row.revision)


def checked(course: Course, state: object) -> Json:
    """Return a state with nothing in it but what the course knows.

    Raise ``InvalidState`` or ``StateTooLarge``.
    """
    if not isinstance(state, Mapping):
        raise InvalidState("a state is an object")
    if _size(state) > STATE_LIMIT:
        raise StateTooLarge(f"a state takes at most {STATE_LIMIT} bytes")
    position = state.get("position")
    visited = state.get("visited", [])
    made = state.get("made", [])
    drafts = state.get("drafts", {})
    if position is not None and not isinstance(position, str):
        raise InvalidState("position is a text or null")
    for name, texts in (("visited", visited), ("made", made)):
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InvalidState(f"{name} is a list of texts")
    if not isinstance(drafts, Mapping):
        raise InvalidState("drafts is an object")
    steps = frozenset(steps_in_scope(course, target=""))
    workshops = {workshop.id for workshop in course.workshops}
    questions = _questions(course)
    return {
        "position": position if position in steps else None,
        "visited": [step for step in dict.fromkeys(visited) if step in steps],
        "made": [workshop for workshop in dict.fromkeys(made) if workshop in workshops],
        "drafts": {
            name: draft
            for name, draft in drafts.items()
            if name in questions and _size(draft) <= DRAFT_LIMIT
        },
    }


def _merge(stored: State, sent: Json, *, stale: bool) -> Json:
    visited = [*stored.get("visited", ()), *sent["visited"]]
    made = [*stored.get("made", ()), *sent["made"]]
    drafts = {**stored.get("drafts", {}), **sent["drafts"]} if stale else sent["drafts"]
    return {
        "position": sent["position"] or stored.get("position"),
        "visited": list(dict.fromkeys(visited)),
        "made": list(dict.fromkeys(made)),
        "drafts": drafts,
    }


def _at(seat: Seat) -> Select[Progress]:
    return select(Progress).where(
        Progress.context_pk == seat.context_pk,
        Progress.learner_id == seat.learner_id,
        Progress.course == seat.course,
    )


def _questions(course: Course) -> set[str]:
    return {
        f"{step.id}/{question.id}"
        for unit in course.units
        for step in unit.steps
        if isinstance(step, Quiz)
        for question in step.questions
    }


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
