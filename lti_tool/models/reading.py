"""What is kept for reading alone: it can be made anew from the other tables at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base, UtcDateTime, now


class ClassLine(Base):
    """What a learner's work comes to at one resource link: their line of the class table.

    It holds for the ``version`` of their ``Progress`` and for a ``scope``, the fingerprint of
    what the link covers of the course: whoever finds another one there makes the line anew
    (``services.class_lines``). Who never opened the course has none.
    """

    __tablename__ = "class_line"

    resource_link_pk: Mapped[int] = mapped_column(
        ForeignKey("resource_link.id", ondelete="CASCADE"), primary_key=True
    )
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    version: Mapped[int]
    scope: Mapped[str] = mapped_column(String(64))
    worked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When they last did something in the course."""
    active_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    """How long they worked in the course, as far as it was counted."""
    visited: Mapped[int]
    """How many of the link's steps they visited."""
    done: Mapped[int]
    """How many of its graded activities they completed."""
    score: Mapped[float | None]
    """From 0 to 1, as the column for all of the link gets it; none before anything is done."""
    scores: Mapped[dict[str, float]] = mapped_column(JSON)
    """By activity."""
    failed_at: Mapped[str | None] = mapped_column(String(200))
    """The graded activity at which they tried most often without passing, if there is one."""
    failed_tries: Mapped[int]
    awaited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The earliest due date of what they have not done yet, if any of that has one."""


class ActivityAnalysis(Base):
    """The item analysis of an activity in a class, as it was at a moment.

    ``figures`` is what ``services.item_analysis`` made of ``attempts`` completed attempts;
    ``scope`` the fingerprint of the activity's questions then.
    """

    __tablename__ = "activity_analysis"

    context_pk: Mapped[int] = mapped_column(
        ForeignKey("context.id", ondelete="CASCADE"), primary_key=True
    )
    course: Mapped[str] = mapped_column(String(200), primary_key=True)
    activity: Mapped[str] = mapped_column(String(200), primary_key=True)
    scope: Mapped[str] = mapped_column(String(64))
    attempts: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
