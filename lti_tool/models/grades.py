"""Gradebook columns, and scores on their way to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.learning import Learner, ResourceLink


class DeliveryState(StrEnum):
    """Waiting to be sent, received by the platform, or refused by it for good."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"


class Maker(StrEnum):
    """Who made a column. Only those that the tool made may ever be removed by it."""

    PLATFORM = "platform"
    TOOL = "tool"


class LineItemState(StrEnum):
    """What becomes of a column: to be made or changed, in use, kept as it is, to be removed."""

    WANTED = "wanted"
    READY = "ready"
    RETIRED = "retired"
    UNWANTED = "unwanted"


class LineItem(Base):
    """A column of the platform's gradebook for a resource link (AGS 2.0, 3.1).

    ``activity`` is the one that it is for; an empty text stands for all that the link
    covers. ``resource_id`` and ``tag`` are those under which the platform knows a column of
    ours: a process that died before it could note an address finds the column again.

    The column that the platform coupled with the link is at the link's own
    ``line_item_url``; ``url`` only remembers it, for when columns of ours join it: launches
    name no column where a link has several (AGS 2.0, 4.1.1).
    """

    __tablename__ = "line_item"
    __table_args__ = (UniqueConstraint("resource_link_pk", "made_by", "activity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_pk: Mapped[int] = mapped_column(
        ForeignKey("resource_link.id", ondelete="CASCADE")
    )
    made_by: Mapped[str] = mapped_column(String(16))
    activity: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(16), default=LineItemState.READY)
    url: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, default="")
    maximum: Mapped[float] = mapped_column(default=100.0)
    """Points of a full score."""
    resource_id: Mapped[str] = mapped_column(String(255), default="")
    tag: Mapped[str] = mapped_column(String(64), default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When the platform is to be asked to make, change or remove it; never, without a time."""
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    resource_link: Mapped[ResourceLink] = relationship()


def _platform_of_learner(context: DefaultExecutionContext) -> Any:
    """Return the platform that a new row's learner comes from."""
    given = context.get_current_parameters()  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    learner_id = given["learner_id"]
    return context.connection.scalar(select(Learner.platform_id).where(Learner.id == learner_id))


_ON_ITS_WAY = text("state = 'pending'")


class GradeDelivery(Base):
    """The latest score of one learner for one line item, and whether the platform has it.

    It is written in the same transaction as the answer that earned it. A newer score
    replaces an older one: only the latest is ever sent. ``claimed_until`` is a lease, which
    the worker that holds it renews: one that dies leaves a row that another takes up.
    """

    __tablename__ = "grade_delivery"
    __table_args__ = (
        UniqueConstraint("line_item_pk", "learner_id"),
        Index(
            "ix_grade_delivery_on_its_way",
            "platform_id",
            "due_at",
            sqlite_where=_ON_ITS_WAY,
            postgresql_where=_ON_ITS_WAY,
        ),
        Index("ix_grade_delivery_claimed", "platform_id", "claimed_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_item_pk: Mapped[int] = mapped_column(ForeignKey("line_item.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    platform_id: Mapped[int] = mapped_column(
        ForeignKey("platform.id", ondelete="CASCADE"), default=_platform_of_learner
    )
    """The learner's, once more: what is due is looked for platform by platform."""
    score: Mapped[float]
    """Between 0 and 1."""
    completed: Mapped[bool] = mapped_column(default=False)
    """Whether every graded activity of the column is done."""
    comment: Mapped[str | None] = mapped_column(Text)
    """What instructors wrote about the works that make up the score."""
    scored_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every new score, so that a slow delivery cannot mark a newer one as sent."""
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    """Tells this claim of the row from any other."""
    last_sent_timestamp: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The timestamp of the last score sent: the next one must be strictly later."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_score: Mapped[float | None]
    """The last score that the platform said it took."""
    tried_score: Mapped[float | None]
    """The last score that left. The platform may have it even if its answer was lost."""
    error: Mapped[str | None] = mapped_column(Text)

    line_item: Mapped[LineItem] = relationship()
    learner: Mapped[Learner] = relationship()


class PlatformHealth(Base):
    """How the way to a platform's gradebook is, as all our processes find it together.

    ``failures`` counts the calls in a row that the platform as a whole failed. Until
    ``paused_until`` nothing is sent there; afterwards one score goes first, to see. A row
    without any of it is that of a platform that answers.
    """

    __tablename__ = "platform_health"

    platform_id: Mapped[int] = mapped_column(
        ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True
    )
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    """What was last wrong, as in ``GradeDelivery``."""
