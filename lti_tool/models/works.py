"""What learners make in workshops, alone or with their group."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.learning import Learner


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


class GroupWork(Base):
    """The work of one group, in one class, at one workshop of a course.

    ``group_id`` is the platform's name for the group, not a row of ours: the work outlives a
    list of groups that came without this one, and is there when the group is again.
    ``authors`` says who wrote each field last, and at which revision:
    ``{record: {field: [learner_id, revision]}}``.
    """

    __tablename__ = "group_work"
    __table_args__ = (UniqueConstraint("context_pk", "group_id", "course", "workshop"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    group_id: Mapped[str] = mapped_column(String(255))
    course: Mapped[str] = mapped_column(String(200))
    workshop: Mapped[str] = mapped_column(String(200))
    records: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    authors: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Replacement(Base):
    """Words of one member of a group that another member wrote over, or a record removed.

    ``value`` is what stood there, empty for a record that was removed (``field`` is then
    ``removed``). ``is_unseen`` says that whoever replaced it had not seen it.
    """

    __tablename__ = "replacement"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_work_pk: Mapped[int] = mapped_column(
        ForeignKey("group_work.id", ondelete="CASCADE"), index=True
    )
    record: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    replacer_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    is_unseen: Mapped[bool] = mapped_column(default=False, server_default=false())
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    author: Mapped[Learner | None] = relationship(foreign_keys=[author_id])
    replacer: Mapped[Learner | None] = relationship(foreign_keys=[replacer_id])


class GroupChoice(Base):
    """With which of their groups somebody in several makes a course's works."""

    __tablename__ = "group_choice"

    context_pk: Mapped[int] = mapped_column(
        ForeignKey("context.id", ondelete="CASCADE"), primary_key=True
    )
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True
    )
    course: Mapped[str] = mapped_column(String(200), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(255))
