"""Until when work is awaited in a class, and for whom there is more time or another attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.learning import Learner

OF_CLASS: Final = "class"


class Term(Base):
    """What holds for a class, one group of it or one learner, at a target of a course.

    ``target`` is a text as ``services.targets`` writes it: an empty one for the whole course.
    ``holder`` is ``OF_CLASS``, or a group or a learner as ``models.submissions.holder_of`` writes
    them; a group goes by the platform's name for it. Of a field that is empty nothing is said.
    ``due_at`` and ``closes_at`` are minutes, which belong to the time that there is. One that was
    withdrawn holds no more, and can be given back.
    """

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("context_pk", "course", "target", "holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    course: Mapped[str] = mapped_column(String(200))
    target: Mapped[str] = mapped_column(String(200))
    holder: Mapped[str] = mapped_column(String(300), default=OF_CLASS)
    learner_id: Mapped[int | None] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[str | None] = mapped_column(String(255))
    group_name: Mapped[str] = mapped_column(Text, default="")
    """What the group was called then."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on, work is accepted and marked as late."""
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on, no work is accepted."""
    extra_attempts: Mapped[int | None]
    """Attempts besides those that the course allows."""
    note: Mapped[str] = mapped_column(Text, default="")
    """Why: for instructors alone."""
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    withdrawn_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("learner.id", ondelete="SET NULL")
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    learner: Mapped[Learner | None] = relationship(foreign_keys=[learner_id])
    given_by: Mapped[Learner | None] = relationship(foreign_keys=[given_by_id])
    withdrawn_by: Mapped[Learner | None] = relationship(foreign_keys=[withdrawn_by_id])
