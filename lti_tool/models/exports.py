"""Packages that are asked for, packages that were made, and whom they were sent to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now


class JobState(StrEnum):
    """Waiting for a worker, in one's hands, or over in one of three ways."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExportPackage(Base):
    """A package that was made and kept. Its line stays when its file is removed.

    The file is in the store of ``services.export_store``, under its ``checksum``.
    """

    __tablename__ = "export_package"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    """The file's name, as whoever downloads it gets it."""
    checksum: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256, in hexadecimal."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    course: Mapped[str] = mapped_column(String(200), index=True)
    course_title: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(100))
    """The course's."""
    language: Mapped[str] = mapped_column(String(35))
    format: Mapped[str] = mapped_column(String(40))
    partner: Mapped[str] = mapped_column(String(100), default="")
    """The name of the partner's profile; empty where it is for nobody in particular."""
    partner_title: Mapped[str] = mapped_column(Text, default="")
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Every option that means something to the format, with its value."""
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the check said (``scorm_packages.checks.findings.Report.as_json``)."""
    made_by: Mapped[str] = mapped_column(Text, default="")
    """A designer's name, as their platform tells it; empty for an administrator."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when the file is no longer kept, if so."""

    sends: Mapped[list[ExportSend]] = relationship(
        back_populates="package",
        cascade="all, delete-orphan",
        order_by="(ExportSend.sent_on, ExportSend.id)",
    )


class ExportSend(Base):
    """That somebody was sent a package, as whoever sent it notes it."""

    __tablename__ = "export_send"

    id: Mapped[int] = mapped_column(primary_key=True)
    package_pk: Mapped[int] = mapped_column(
        ForeignKey("export_package.id", ondelete="CASCADE"), index=True
    )
    recipient: Mapped[str] = mapped_column(String(255))
    sent_on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(Text, default="")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    package: Mapped[ExportPackage] = relationship(back_populates="sends")


class ExportJob(Base):
    """An order for a package, and how far it has come.

    The rows are the queue. ``claim`` tells whose hands a running one is in, until
    ``claimed_until``: a worker that dies leaves a row that another takes up.
    """

    __tablename__ = "export_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(40))
    partner: Mapped[str] = mapped_column(String(100), default="")
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The options that were chosen; the others follow from the partner's profile."""
    asked_by: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING, index=True)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of the package is written, and how much there is; 0 as long as nobody knows."""
    tries: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str | None] = mapped_column(Text)
    """What the exporter said of the fault."""
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the check said of a package that was not sound."""
    package_pk: Mapped[int | None] = mapped_column(
        ForeignKey("export_package.id", ondelete="SET NULL")
    )
    was_there: Mapped[bool] = mapped_column(default=False)
    """Whether the very same package had been kept before."""

    package: Mapped[ExportPackage | None] = relationship()
