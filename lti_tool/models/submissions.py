"""Works that were handed in, and what an instructor says of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.learning import Learner


class SubmissionState(StrEnum):
    """Waiting for an instructor, given back to be worked on, or accepted."""

    HANDED_IN = "handed_in"
    RETURNED = "returned"
    ACCEPTED = "accepted"


def holder_of(learner_id: int, group_id: str | None) -> str:
    """Return whose works are numbered together: a group's, or else a learner's."""
    return f"learner:{learner_id}" if group_id is None else f"group:{group_id}"


def _holder(context: Any) -> str:
    """Return the holder of a row that is being written (SQLAlchemy types no such context)."""
    row = context.get_current_parameters()
    return holder_of(row["learner_id"], row.get("group_id"))


class Submission(Base):
    """A copy of a work as it was when its learner handed it in for the ``number``-th time.

    It never changes and is never removed: only what is said of it does. A group's work is
    handed in by one member for all: ``members`` are those who were in the group then, ``holder``
    says whose works are numbered together. ``records`` are the
    workshop's own work and those that it reads, by workshop. ``draft`` is a review that is
    being written, which the learner does not see; ``decision`` the one that they were told.
    Both have ``marks``, points by criterion, and a ``comment``; a decision has its
    ``points`` and the ``maximum`` too.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("context_pk", "holder", "course", "workshop", "number"),
        Index("ix_submission_in_state", "context_pk", "course", "state", "handed_in_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(300), default=_holder)
    """As ``holder_of`` writes it: one learner, or one group of the class."""
    group_id: Mapped[str | None] = mapped_column(String(255))
    """The platform's name for the group whose work it is, if it is a group's."""
    group_name: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What the group was called then."""
    course: Mapped[str] = mapped_column(String(200))
    workshop: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]
    resource_link_pk: Mapped[int | None] = mapped_column(
        ForeignKey("resource_link.id", ondelete="SET NULL")
    )
    """The link through which it was handed in: its column gets the grade."""
    records: Mapped[dict[str, Any]] = mapped_column(JSON)
    handed_in_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    state: Mapped[str] = mapped_column(String(16), default=SubmissionState.HANDED_IN)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    revision: Mapped[int] = mapped_column(default=0)
    """Grows with every change of the review: an instructor learns that another was faster."""
    drafted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drafter_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    score: Mapped[float | None]
    """The share of the rubric's points, between 0 and 1, of a work that was accepted."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    learner: Mapped[Learner] = relationship(foreign_keys=[learner_id])
    drafter: Mapped[Learner | None] = relationship(foreign_keys=[drafter_id])
    members: Mapped[list[Learner]] = relationship(
        secondary="submission_member", order_by="Learner.id", viewonly=True
    )


class SubmissionMember(Base):
    """Somebody for whom a group's work was handed in: its grade is theirs too."""

    __tablename__ = "submission_member"

    submission_pk: Mapped[int] = mapped_column(
        ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True
    )
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True, index=True
    )
