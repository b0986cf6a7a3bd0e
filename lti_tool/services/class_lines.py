"""The lines of a class table, kept beside the work that they are made of.

To sort ten thousand people by what they achieved, the database must know what that is: it is
kept in ``ClassLine``, one row for each learner and link. Nothing is written there while people
learn. Whoever reads a class first makes anew the lines that are behind: those of an older
version of somebody's work, or of another scope of the link, which is what it covers and how it
is graded. A line that is too new does no harm, one that is too old is found; so no lock is
taken that a learner could meet, and the table may be emptied at any time (ADR 0030).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable
from lti_tool.database import Database
from lti_tool.models import ClassLine, Progress, ResourceLink
from lti_tool.services.awaited import Awaited
from lti_tool.services.batches import batches
from lti_tool.services.courses import graded_activities, steps_in_scope
from lti_tool.services.grades import link_score
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.progress import insert_into
from lti_tool.services.results import NOTHING, Achieved, Results, achieved_in_class
from lti_tool.services.terms import ClassTerms

EDITION: Final = 2
"""To be raised when lines are made of the same work in another way."""
MOST_AT_ONCE: Final = 1_000
"""Lines that one request makes: half a second's work, in a class that is looked at first."""
LINES_LOCK: Final = 0x11E5
"""Tells our advisory locks in PostgreSQL from any others."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a link covers of its course and what counts, as far as a line is about it."""

    steps: frozenset[str]
    activities: tuple[Gradable, ...]
    policy: GradingPolicy
    fingerprint: str

    @classmethod
    def of(cls, course: Course, link: ResourceLink, awaited: str = "") -> Scope:
        """Return the scope of a link, by the course as it is now.

        ``awaited`` is the fingerprint of until when its works are.
        """
        steps = frozenset(steps_in_scope(course, link.target))
        activities = graded_activities(course, link.target)
        policy = GradingPolicy.of(link)
        told = [
            EDITION,
            course.slug,
            sorted(steps),
            [(one.id, policy.pass_mark_of(one)) for one in activities],
            policy.counting,
            awaited,
        ]
        return cls(steps, activities, policy, hashlib.sha256(json.dumps(told).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the lines that are behind one request makes, and whose ``first``.

    Nobody waits for all the lines of a very large class: the next requests make the others.
    Without ``most``, all of them are made.
    """

    first: Sequence[int] = ()
    most: int | None = field(default_factory=lambda: MOST_AT_ONCE)


def bring_up_to_date(
    database: Database,
    db: Session,
    course: Course,
    link: ResourceLink,
    share: Share | None = None,
) -> int:
    """Make anew the lines of a link's class that are behind; return how many are left behind.

    ``db`` is a session that reads: what it has read so far is not held against what is
    written here.
    """
    share = share or Share()
    terms = ClassTerms.of(db, link)
    scope = Scope.of(course, link, terms.fingerprint)
    awaited = Awaited(course, link, terms)
    behind = db.scalars(_behind(link, scope).order_by(Progress.learner_id)).all()
    if not behind:
        return 0
    db.commit()
    wanted = _in_turn(behind, share.first)[: share.most]
    for batch in batches(wanted):
        with database.transaction() as writing:
            _take_turn(writing, link)
            still = writing.scalars(_behind(link, scope).where(Progress.learner_id.in_(batch)))
            _write(writing, scope, awaited, still.all())
    return len(behind) - len(wanted)


def _behind(link: ResourceLink, scope: Scope) -> Select[int]:
    """Return a query of the learners whose lines are behind their work, or of another scope."""
    return (
        select(Progress.learner_id)
        .outerjoin(
            ClassLine,
            and_(
                ClassLine.resource_link_pk == link.id,
                ClassLine.learner_id == Progress.learner_id,
            ),
        )
        .where(
            Progress.context_pk == link.context_pk,
            Progress.course == link.course,
            or_(
                ClassLine.version.is_(None),
                ClassLine.version != Progress.version,
                ClassLine.scope != scope.fingerprint,
            ),
        )
    )


def _in_turn(behind: Sequence[int], first: Sequence[int]) -> Sequence[int]:
    urgent = frozenset(first)
    return sorted(behind, key=lambda learner_id: learner_id not in urgent)


def _take_turn(db: Session, link: ResourceLink) -> None:
    """Wait until nobody else makes lines of this link, so that none are made twice.

    Several who look at a class at once share the work, batch by batch. On SQLite, whoever
    writes is alone. The lock is nobody's but ours: learners never meet it.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(LINES_LOCK, link.id)))


def _write(db: Session, scope: Scope, awaited: Awaited, learner_ids: Sequence[int]) -> None:
    rows = list(_lines(db, scope, awaited, learner_ids))
    if not rows:
        return
    made = insert_into(db, ClassLine).values(rows)
    key = ("resource_link_pk", "learner_id")
    news = {name: made.excluded[name] for name in rows[0] if name not in key}
    db.execute(
        made.on_conflict_do_update(
            index_elements=list(key),
            set_=news,
            where=or_(
                ClassLine.version < made.excluded.version, ClassLine.scope != made.excluded.scope
            ),
        )
    )


def _lines(
    db: Session, scope: Scope, awaited: Awaited, learner_ids: Sequence[int]
) -> Iterable[dict[str, Any]]:
    """Yield the lines of some learners. Their versions are read before their work is."""
    link = awaited.link
    seats = db.execute(
        select(
            Progress.learner_id,
            Progress.version,
            Progress.updated_at,
            Progress.active_seconds,
            Progress.state,
        )
        .where(
            Progress.context_pk == link.context_pk,
            Progress.course == link.course,
            Progress.learner_id.in_(learner_ids),
        )
        .order_by(Progress.learner_id)
    ).all()
    achieved = achieved_in_class(db, link, frozenset(learner_ids))
    first_dates = awaited.first_dates(db, learner_ids)
    for learner_id, version, updated_at, active_seconds, state in seats:
        theirs = achieved.get(learner_id, NOTHING)
        results = theirs.results(scope.policy.counting)
        yield {
            "resource_link_pk": link.id,
            "learner_id": learner_id,
            "version": version,
            "scope": scope.fingerprint,
            "worked_at": updated_at,
            "active_seconds": active_seconds,
            **_scored(scope, results),
            "visited": len(scope.steps.intersection(state.get("visited", ()))),
            **_failed(scope, theirs, results),
            "awaited_at": first_dates.get(learner_id),
        }


def _scored(scope: Scope, results: Results) -> dict[str, Any]:
    total = link_score(scope.activities, results)
    scores = {
        one.id: results.scores[one.id] for one in scope.activities if one.id in results.scores
    }
    return {
        "done": len(scores),
        "score": None if total is None else total.score,
        "scores": scores,
    }


def _failed(scope: Scope, achieved: Achieved, results: Results) -> dict[str, Any]:
    """Return the quiz that was failed most often, and how often.

    It counts as failed once where another attempt than the one that counts passed.
    """
    failed = [
        (len(tries) if max(tries) < mark else 1, one.id)
        for one in scope.activities
        if (tries := achieved.tries.get(one.id))
        and results.scores[one.id] < (mark := scope.policy.pass_mark_of(one))
    ]
    count, activity = max(failed, default=(0, None), key=lambda one: one[0])
    return {"failed_at": activity, "failed_tries": count}
