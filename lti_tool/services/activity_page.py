"""One activity's page: the item analysis of a class, made of its attempts or kept for a moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from course_content.model import Activity
from lti_tool.database import Database
from lti_tool.models import (
    ActivityAnalysis,
    Answer,
    Attempt,
    Learner,
    Membership,
    ResourceLink,
    Standing,
)
from lti_tool.services.class_people import LEARNER_ROLE
from lti_tool.services.courses import Json
from lti_tool.services.item_analysis import GivenOnce, Sitting, analyse
from lti_tool.services.progress import insert_into
from lti_tool.services.responses import canonical

EDITION: Final = 1
"""To be raised when the analysis of the same answers comes out otherwise."""
FEW: Final = 500
"""Attempts that are analysed anew at each look."""
KEPT_FOR: Final = timedelta(minutes=1)
"""How long the analysis of more than ``FEW`` attempts is shown as it is."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """An item analysis as ``item_analysis.ActivityFigures.as_json`` writes it, and of when."""

    figures: Json
    taken_at: datetime


@dataclass(slots=True)
class _Reading:
    """An attempt while its answers are being read."""

    learner: int
    number: int
    score: float
    answers: dict[str, GivenOnce] = field(default_factory=dict)


def analysis_of(
    database: Database, db: Session, link: ResourceLink, activity: Activity, moment: datetime
) -> Analysis:
    """Return the item analysis of an activity in a link's class.

    It is about those who count in the class's figures. ``db`` is a session that reads.
    """
    scope = _fingerprint(activity)
    key = (link.context_pk, link.course, activity.id)
    kept = db.get(ActivityAnalysis, key)
    if kept is not None and kept.scope == scope and kept.taken_at > moment - KEPT_FOR:
        return Analysis(kept.figures, kept.taken_at)
    sittings = _sittings(db, link, activity)
    figures = analyse(activity, sittings).as_json()
    if len(sittings) > FEW:
        db.commit()
        with database.transaction() as writing:
            _keep(writing, key, {
                "scope": scope,
                "attempts": len(sittings),
                "taken_at": moment,
                "figures": figures,
            })  # fmt: skip
    return Analysis(figures, moment)


def _keep(db: Session, key: tuple[int, str, str], values: Mapping[str, Any]) -> None:
    names = ("context_pk", "course", "activity")
    made = insert_into(db, ActivityAnalysis).values(**dict(zip(names, key, strict=True)), **values)
    db.execute(
        made.on_conflict_do_update(
            index_elements=list(names), set_={name: made.excluded[name] for name in values}
        )
    )


def _sittings(db: Session, link: ResourceLink, activity: Activity) -> list[Sitting]:
    """Return the completed attempts at an activity of all who count, with their answers.

    Few different answers are given many times: each is read once.
    """
    questions = {question.id: question for question in activity.questions}
    keys: dict[tuple[str, str], str] = {}
    found: dict[int, _Reading] = {}
    rows = db.execute(
        select(
            Attempt.id,
            Attempt.learner_id,
            Attempt.number,
            Attempt.score,
            Answer.question,
            cast(Answer.response, Text),
            Answer.score,
        )
        .join(Answer, Answer.attempt_id == Attempt.id)
        .join(
            Membership,
            (Membership.learner_id == Attempt.learner_id)
            & (Membership.context_pk == Attempt.context_pk),
        )
        .join(Learner, Learner.id == Attempt.learner_id)
        .where(
            Attempt.context_pk == link.context_pk,
            Attempt.course == link.course,
            Attempt.activity == activity.id,
            Attempt.completed_at.is_not(None),
            Membership.role == LEARNER_ROLE,
            Membership.standing == Standing.ACTIVE,
            Learner.is_test_user.is_(False),
        )
    )
    for attempt_id, learner_id, number, total, question, text, score in rows:
        reading = found.get(attempt_id)
        if reading is None:
            reading = found[attempt_id] = _Reading(learner_id, number, total or 0.0)
        if question not in questions:
            continue
        key = keys.get((question, text))
        if key is None:
            key = json.dumps(canonical(questions[question], json.loads(text)), ensure_ascii=False)
            keys[question, text] = key
        reading.answers[question] = GivenOnce(key, score)
    return [Sitting(one.learner, one.number, one.score, one.answers) for one in found.values()]


def _fingerprint(activity: Activity) -> str:
    told = [EDITION, activity.pass_mark, repr(activity.questions)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
