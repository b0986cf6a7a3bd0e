"""What learners make in workshops."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base, UtcDateTime, now


class LearnerWork(Base):
    """The work of one learner, in one class, at one workshop of a course.

    ``records`` is a work as ``course_content.works`` describes it. ``revision`` grows with
    every change, so that a window learns that another one changed it too.
    """

    __tablename__ = "learner_work"
    __table_args__ = (UniqueConstraint("context_pk", "learner_id", "course", "workshop"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    course: Mapped[str] = mapped_column(String(200))
    workshop: Mapped[str] = mapped_column(String(200))
    records: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
