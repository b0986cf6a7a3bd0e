"""The pulse of a class: a text that changes whenever its table would say something else.

It is asked of the database, which is the truth for all processes, in one statement of sums over
the rows of one class, each found by an index. Nothing is written for it and nobody is told of
anything: learners do not pay for being watched (ADR 0034).
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Select, Subquery, case, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from lti_tool.models import (
    Context,
    DeliveryState,
    GradeDelivery,
    HandMadeGrade,
    LineItem,
    Membership,
    Progress,
    ResourceLink,
    Standing,
    Submission,
    SubmissionState,
    Term,
)


def pulse_of(db: Session, link_pk: int) -> str:
    """Return the pulse of a link's class; an empty text when the link is gone."""
    row = db.execute(_sums(link_pk)).one_or_none()
    return "" if row is None else hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:16]


def _sums(link_pk: int) -> Select[Any]:
    link = ResourceLink.__table__.join(Context.__table__, Context.id == ResourceLink.context_pk)
    parts = (
        _work(link_pk),
        _people(link_pk),
        _grades(link_pk),
        _hand_made(link_pk),
        _hand_ins(link_pk),
        _terms(link_pk),
    )
    source: Any = link
    for part in parts:
        source = source.join(part, ResourceLink.id == link_pk)
    return (
        select(
            ResourceLink.target,
            ResourceLink.grading,
            ResourceLink.grading_version,
            Context.roster_received_at,
            Context.roster_error,
            *(column for part in parts for column in part.c),
        )
        .select_from(source)
        .where(ResourceLink.id == link_pk)
    )


def _work(link_pk: int) -> Subquery:
    """All that is done in a course adds to a version."""
    return (
        select(func.count().label("seats"), func.sum(Progress.version).label("acts"))
        .join(ResourceLink, ResourceLink.context_pk == Progress.context_pk)
        .where(ResourceLink.id == link_pk, Progress.course == ResourceLink.course)
        .subquery("work")
    )


def _people(link_pk: int) -> Subquery:
    return (
        select(
            func.count().label("members"),
            _how_many(Membership.standing == Standing.ACTIVE).label("active"),
            func.max(Membership.last_seen_at).label("last_launch"),
        )
        .join(ResourceLink, ResourceLink.context_pk == Membership.context_pk)
        .where(ResourceLink.id == link_pk)
        .subquery("people")
    )


def _grades(link_pk: int) -> Subquery:
    return (
        select(
            func.count(LineItem.id.distinct()).label("columns"),
            func.sum(GradeDelivery.version).label("scores"),
            _how_many(GradeDelivery.state == DeliveryState.SENT).label("sent"),
            _how_many(GradeDelivery.state == DeliveryState.REFUSED).label("refused"),
            func.max(GradeDelivery.sent_at).label("last_sent"),
        )
        .select_from(LineItem)
        .outerjoin(GradeDelivery, GradeDelivery.line_item_pk == LineItem.id)
        .where(LineItem.resource_link_pk == link_pk)
        .subquery("grades")
    )


def _hand_made(link_pk: int) -> Subquery:
    """A score that waits for a decision, or has had it, is shown as such."""
    return (
        select(
            func.count().label("hand_made"),
            func.max(HandMadeGrade.found_at).label("last_found"),
            func.max(HandMadeGrade.decided_at).label("last_judged"),
        )
        .join(LineItem, LineItem.id == HandMadeGrade.line_item_pk)
        .where(LineItem.resource_link_pk == link_pk)
        .subquery("hand_made")
    )


def _hand_ins(link_pk: int) -> Subquery:
    return (
        select(
            func.count().label("handed_in"),
            _how_many(Submission.state == SubmissionState.ACCEPTED).label("accepted"),
            func.max(Submission.decided_at).label("last_decided"),
        )
        .join(ResourceLink, ResourceLink.context_pk == Submission.context_pk)
        .where(ResourceLink.id == link_pk, Submission.course == ResourceLink.course)
        .subquery("hand_ins")
    )


def _terms(link_pk: int) -> Subquery:
    """Who is late depends on them: what was given and what was taken back."""
    return (
        select(
            func.count().label("terms"),
            func.count(Term.withdrawn_at).label("withdrawn"),
            func.max(Term.given_at).label("last_given"),
            func.max(Term.withdrawn_at).label("last_withdrawn"),
        )
        .join(ResourceLink, ResourceLink.context_pk == Term.context_pk)
        .where(ResourceLink.id == link_pk, Term.course == ResourceLink.course)
        .subquery("terms")
    )


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
