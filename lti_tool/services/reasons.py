"""Why each of a few people needs attention: what the rules found, with what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz
from lti_tool.models import ResourceLink, Submission, SubmissionMember
from lti_tool.services.attention import (
    NEVER_OPENED_AFTER,
    Reason,
    Rule,
    returned_works,
    untouched,
)
from lti_tool.services.awaited import Awaited
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.submissions import is_for_any

Returned: TypeAlias = Mapping[int, tuple[str, datetime]]


def reasons_of(
    db: Session, awaited: Awaited, rows: Sequence[Row[Any]], moment: datetime
) -> Mapping[int, tuple[Reason, ...]]:
    """Return the reasons of those lines, by learner, the most urgent first."""
    course, link = awaited.course, awaited.link
    overdue = [row.id for row in rows if getattr(row, f"rule_{Rule.OVERDUE}")]
    first_left = awaited.first_left(db, overdue) if overdue else {}
    waiting = [row.id for row in rows if getattr(row, f"rule_{Rule.WORK_RETURNED}")]
    returned = _returned(db, course, link, waiting) if waiting else {}
    policy = GradingPolicy.of(link)
    marks = {
        one.id: policy.applied_to(one).pass_mark
        for one in course.activities
        if isinstance(one, Quiz)
    }

    def failed(row: Row[Any]) -> Reason:
        rule = Rule.STUCK if getattr(row, f"rule_{Rule.STUCK}") else Rule.NOT_PASSED
        values = {"count": row.failed_tries, "mark": marks.get(row.failed_at, 0)}
        return Reason(rule, row.failed_at, values)

    def left_lying(row: Row[Any]) -> Reason:
        workshop, decided_at = returned[row.id]
        return Reason(Rule.WORK_RETURNED, workshop, {"days": (moment - decided_at).days})

    tellers: Mapping[Rule, Callable[[Row[Any]], Reason]] = {
        Rule.GRADE_REFUSED: lambda _row: Reason(Rule.GRADE_REFUSED, None, {}),
        Rule.OVERDUE: lambda row: Reason(Rule.OVERDUE, first_left.get(row.id), {}),
        Rule.WORK_RETURNED: left_lying,
        Rule.STUCK: failed,
        Rule.NEVER_OPENED: lambda _row: Reason(
            Rule.NEVER_OPENED, None, {"days": NEVER_OPENED_AFTER.days}
        ),
        Rule.INACTIVE: lambda row: Reason(
            Rule.INACTIVE, None, {"days": (moment - row.last_activity).days}
        ),
        Rule.NOT_PASSED: failed,
    }
    return {
        row.id: tuple(tell(row) for rule, tell in tellers.items() if getattr(row, f"rule_{rule}"))
        for row in rows
    }


def _returned(
    db: Session, course: Course, link: ResourceLink, learner_ids: Sequence[int]
) -> Returned:
    """Return the work of each that has been lying for longest, and since when."""
    works = returned_works(course, link).where(untouched(), is_for_any(learner_ids)).subquery()
    rows = db.execute(
        select(
            works.c.workshop, works.c.decided_at, Submission.learner_id, SubmissionMember.learner_id
        )
        .select_from(works)
        .join(Submission, Submission.id == works.c.id)
        .outerjoin(SubmissionMember, SubmissionMember.submission_pk == works.c.id)
        .where(
            or_(
                Submission.learner_id.in_(learner_ids),
                SubmissionMember.learner_id.in_(learner_ids),
            )
        )
        .order_by(works.c.decided_at)
    )
    found: dict[int, tuple[str, datetime]] = {}
    for workshop, decided_at, owner, member in rows:
        found.setdefault(member or owner, (workshop, decided_at))
    return found
