"""Scores on their way to a platform's gradebook."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.learning import Learner, ResourceLink


class DeliveryState(StrEnum):
    """Waiting to be sent, received by the platform, or refused by it for good."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"


class GradeDelivery(Base):
    """The latest score of one learner for one line item, and whether the platform has it.

    It is written in the same transaction as the answer that earned it. A newer score
    replaces an older one: only the latest is ever sent. ``claimed_until`` is a lease: a
    worker that dies leaves a row that another takes up.
    """

    __tablename__ = "grade_delivery"
    __table_args__ = (UniqueConstraint("resource_link_pk", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_pk: Mapped[int] = mapped_column(
        ForeignKey("resource_link.id", ondelete="CASCADE")
    )
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    score: Mapped[float]
    """Between 0 and 1."""
    completed: Mapped[bool] = mapped_column(default=False)
    """Whether every graded activity of the link is done."""
    scored_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every new score, so that a slow delivery cannot mark a newer one as sent."""
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_timestamp: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The timestamp of the last score sent: the next one must be strictly later."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)

    resource_link: Mapped[ResourceLink] = relationship()
    learner: Mapped[Learner] = relationship()
