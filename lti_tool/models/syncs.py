"""Synchronisations of the platform's gradebook with our scores, and grades given there by hand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.exports import JobState
from lti_tool.models.grades import LineItem
from lti_tool.models.learning import Learner, ResourceLink

_OPEN = text("state IN ('waiting', 'running')")


class Decision(StrEnum):
    """What an instructor wants of a grade given by hand: ours in its place, or that it stays."""

    REPLACE = "replace"
    KEEP = "keep"


class HandMadeGrade(Base):
    """A grade that a column held when it was last read, and that did not come from us.

    While there is such a row, no score of ours goes to that column for that person, unless
    ``decision`` says that it may. It is deleted once the column holds what we know, or nothing.
    """

    __tablename__ = "hand_made_grade"
    __table_args__ = (UniqueConstraint("line_item_pk", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_item_pk: Mapped[int] = mapped_column(ForeignKey("line_item.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    theirs: Mapped[float]
    """As a part of the column's maximum; beyond 1 where a teacher gave more."""
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revision: Mapped[int] = mapped_column(default=1)
    """Grows when ``theirs`` changes, so that nobody decides about what they did not see."""
    decision: Mapped[str | None] = mapped_column(String(16))
    ours: Mapped[float | None]
    """Our score when it was decided: another one asks for another decision."""
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resisted: Mapped[bool] = mapped_column(default=False)
    """Whether the platform took our score in its place, and still holds the hand-made one."""

    line_item: Mapped[LineItem] = relationship()
    learner: Mapped[Learner] = relationship()


class GradeSync(Base):
    """A synchronisation of one link's columns: asked for, under way, or over.

    The rows are the queue, and a link has one open at most. ``claim`` tells whose hands a
    running one is in, until ``claimed_until``: a worker that dies leaves a row that another
    takes up, from the first column that is not in ``columns``.
    """

    __tablename__ = "grade_sync"
    __table_args__ = (
        Index(
            "uq_grade_sync_open",
            "resource_link_pk",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_grade_sync_claimed", "platform_id", "claimed_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_pk: Mapped[int] = mapped_column(
        ForeignKey("resource_link.id", ondelete="CASCADE"), index=True
    )
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    """The link's, once more: a platform's gradebook is read by one worker at a time."""
    is_nightly: Mapped[bool] = mapped_column(default=False)
    asked_by: Mapped[str] = mapped_column(Text, default="")
    """The instructor's name, as their platform tells it; empty for the night's."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING, index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    tries: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    total: Mapped[int] = mapped_column(default=0)
    """How many grades there are to compare, as far as we know before we have read."""
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What came of each column that is through, by its key: ``same``, ``compared``, ``fault``."""
    error: Mapped[str | None] = mapped_column(Text)
    """The fault of the last try and its detail, as ``ServiceError`` tells them."""

    resource_link: Mapped[ResourceLink] = relationship()


class GradeSyncLine(Base):
    """A grade that a synchronisation had sent again. What became of it, its delivery says."""

    __tablename__ = "grade_sync_line"
    __table_args__ = (UniqueConstraint("sync_pk", "line_item_pk", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sync_pk: Mapped[int] = mapped_column(ForeignKey("grade_sync.id", ondelete="CASCADE"))
    line_item_pk: Mapped[int] = mapped_column(ForeignKey("line_item.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    version: Mapped[int]
    """That of the delivery: a newer one is none of this synchronisation's."""


class NightlySync(Base):
    """That the grades of a class are synchronised each night, by whose wish, and when last."""

    __tablename__ = "nightly_sync"

    context_pk: Mapped[int] = mapped_column(
        ForeignKey("context.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    chosen_by: Mapped[str] = mapped_column(Text, default="")
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When its synchronisations were last queued, or the wish was told."""
