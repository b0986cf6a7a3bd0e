"""What platforms tell of by themselves (LTI Platform Notification Service 1.0)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.platform import Deployment


class NoticeSubscription(Base):
    """What a deployment offers to tell us, and whether we have asked it to.

    ``due_at`` is when to ask (again), empty once the platform has said yes. A worker that
    asks puts it off first, so that several never ask at once, and one that dies is followed.
    """

    __tablename__ = "notice_subscription"

    deployment_pk: Mapped[int] = mapped_column(
        ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    service_url: Mapped[str] = mapped_column(Text)
    notice_types: Mapped[str] = mapped_column(Text)
    """Those that it offers and we want, separated by spaces."""
    handler: Mapped[str | None] = mapped_column(Text)
    """The address of ours that the platform knows."""
    subscribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    deployment: Mapped[Deployment] = relationship()


class Notice(Base):
    """A notice that was received. It is acted upon once, however often it comes.

    Another notice under the same nonce is a forgery.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("deployment_pk", "notice_id"),
        UniqueConstraint("deployment_pk", "nonce_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_pk: Mapped[int] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    notice_id: Mapped[str] = mapped_column(String(255))
    nonce_hash: Mapped[str] = mapped_column(String(64))
    notice_type: Mapped[str] = mapped_column(String(255))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
