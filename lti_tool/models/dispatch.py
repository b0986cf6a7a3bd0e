"""Licences for courses that open here from other universities' platforms, and who uses them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now


class DispatchLicence(Base):
    """What a partner's dispatch packages may open: one course, for some learners and some time.

    The packages name it by ``public_id``, under the tool's seal. All else is here alone, so that
    a licence is renewed or revoked without a new package.
    """

    __tablename__ = "dispatch_licence"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    partner: Mapped[str] = mapped_column(String(100))
    """The name of the partner's profile."""
    course: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(35))
    seats: Mapped[int]
    """How many learners may ever open it."""
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    """The first and the last day on which it is opened."""
    origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The platform's origins, where only these may show it; none for any."""
    note: Mapped[str] = mapped_column(String(500), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    launches: Mapped[int] = mapped_column(default=0)
    last_launch_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class DispatchSeat(Base):
    """A learner who opened a licensed course. Nothing here tells who that is.

    ``learner`` is made of a licence and of the platform's number of a person, in two steps: in
    the package, so that the number never comes here, and here, so that whoever reads this table
    and knows the numbers finds nobody in it (docs/adr/0025-dispatch.md).
    """

    __tablename__ = "dispatch_seat"
    __table_args__ = (UniqueConstraint("licence_id", "learner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey("dispatch_licence.id", ondelete="CASCADE"))
    learner: Mapped[str] = mapped_column(String(64))
    launches: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_launch_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    licence: Mapped[DispatchLicence] = relationship()
