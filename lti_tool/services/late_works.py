"""Which works came late, and by how much (docs/adr/0033).

The first time that a work is handed in decides, by the terms that there are now of whoever handed
it in then: a group's work has one of its members to go by, and a work that was returned is not
late because it comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.orm import aliased

from course_content.model import Course
from lti_tool.models import Submission
from lti_tool.services.awaited import Awaited
from lti_tool.services.terms import ClassTerms, bounds_of, lateness

FIRST: Final = 1
"""The number of a work that is handed in for the first time."""


def lateness_of(course: Course, terms: ClassTerms, first: Submission) -> timedelta | None:
    """Return by how much a work is late that was first handed in like that.

    The course has its workshop.
    """
    bounds = bounds_of(course, terms.book(first.learner_id), course.workshop(first.workshop))
    return bounds.lateness(first.handed_in_at)


def with_first() -> Select[Submission, int, datetime]:
    """Return what selects works with who first handed them in, and when.

    That is looked up work by work: of a long queue the database needs it for those alone that
    are listed.
    """
    first = aliased(Submission)
    is_first = and_(is_same_work(Submission, first), first.number == FIRST)
    learner_id = select(first.learner_id).where(is_first).scalar_subquery()
    handed_in_at = select(first.handed_in_at).where(is_first).scalar_subquery()
    return select(Submission, learner_id, handed_in_at)


def with_lateness(
    awaited: Awaited, rows: Sequence[Row[Submission, int, datetime]]
) -> list[tuple[Submission, timedelta | None]]:
    """Return by how much each of these works is late; ``with_first`` selects such rows."""
    dates = awaited.due_dates_of({learner_id for _work, learner_id, _at in rows})
    return [
        (work, lateness(dates[learner_id].get(work.workshop), at)) for work, learner_id, at in rows
    ]


def is_same_work(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition that two hand-ins are of one work: ``Submission`` or an alias of it."""
    return and_(
        one.context_pk == other.context_pk,
        one.holder == other.holder,
        one.course == other.course,
        one.workshop == other.workshop,
    )
