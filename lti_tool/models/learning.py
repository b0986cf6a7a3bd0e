"""Who is in which class, and what they did there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.names import SORT_NAME, folded_name
from lti_tool.models.platform import Deployment, Platform


class Context(Base):
    """A class in the platform (LTI 1.3 core, 5.4.1).

    A launch without a context claim gets one of its own, named after its resource link.
    """

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    context_id: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(Text, default="")
    memberships_url: Mapped[str | None] = mapped_column(Text)
    """Where the platform tells who is in the class (NRPS 2.0, 2.1), if it does."""
    roster_received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roster_tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roster_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the list may be asked for again without anybody wanting it."""
    roster_error: Mapped[str | None] = mapped_column(Text)
    """The last try's fault and its detail, empty when the list was received."""
    roster_whole_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the whole list was received last: since then, only what had changed."""
    differences_url: Mapped[str | None] = mapped_column(Text)
    """Where the platform tells what changed since the list we have (NRPS 2.0, 2.4.3)."""
    groups_url: Mapped[str | None] = mapped_column(Text)
    """Where the platform tells which groups there are (Course Groups 1.0), if it does."""
    group_sets_url: Mapped[str | None] = mapped_column(Text)
    groups_error: Mapped[str | None] = mapped_column(Text)
    """The last try's fault and its detail, empty when the groups were received."""
    copied_from_pk: Mapped[int | None] = mapped_column(
        ForeignKey("context.id", ondelete="SET NULL")
    )
    lti11_context_id: Mapped[str | None] = mapped_column(String(255))
    """What an older tool's records call it (LTI 1.3 migration guide), if that is proved."""
    time_zone: Mapped[str | None] = mapped_column(String(64))
    """In which its dates are written (IANA), if an instructor chose another than the tool's."""

    deployment: Mapped[Deployment] = relationship()
    copied_from: Mapped[Context | None] = relationship(remote_side="Context.id")


class Grading(StrEnum):
    """Which columns a link has: one for all that it covers, or one for each activity."""

    WHOLE = "whole"
    ACTIVITIES = "activities"


class Counting(StrEnum):
    """Which of somebody's completed attempts at an activity makes their score."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    AVERAGE = "average"


_REGRADING = text("regrade_after IS NOT NULL")


class ResourceLink(Base):
    """A link to us that a teacher placed in a class (LTI 1.3 core, 5.3.5).

    ``course`` is a course's slug; ``target`` what of it the link opens, as
    ``services.targets`` writes it: an empty string for all of it. ``line_item_url`` is the
    column coupled with the link.
    """

    __tablename__ = "resource_link"
    __table_args__ = (
        UniqueConstraint("context_pk", "resource_link_id"),
        Index(
            "ix_resource_link_regrading",
            "id",
            sqlite_where=_REGRADING,
            postgresql_where=_REGRADING,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(Text, default="")
    course: Mapped[str] = mapped_column(String(200))
    target: Mapped[str] = mapped_column(String(200), default="")
    line_item_url: Mapped[str | None] = mapped_column(Text)
    copied_from_pk: Mapped[int | None] = mapped_column(
        ForeignKey("resource_link.id", ondelete="SET NULL")
    )
    lti11_resource_link_id: Mapped[str | None] = mapped_column(String(255))
    line_items_url: Mapped[str | None] = mapped_column(Text)
    """Where the platform lists the columns of the class (AGS 2.0, 3.1), if it does."""
    grade_scopes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """What the platform lets us do with its gradebook, by the last launch."""
    grading: Mapped[str] = mapped_column(
        String(16), default=Grading.WHOLE, server_default=Grading.WHOLE
    )
    counting: Mapped[str] = mapped_column(
        String(16), default=Counting.BEST, server_default=Counting.BEST
    )
    pass_mark: Mapped[int | None]
    """In percent, for every graded quiz that the link covers; the course's own, without one."""
    grading_version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Grows with every decision about grades, so that two of them do not cross."""
    grading_before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the last decision replaced, as ``services.decisions`` writes it."""
    regrade_after: Mapped[int | None]
    """The learner after whom grades are still to be written anew; none when all are."""

    context: Mapped[Context] = relationship()


class Learner(Base):
    """A person of a platform, student or not. ``sub`` is the platform's name for them.

    We keep a name to show to their teacher, and nothing else that identifies them. A test
    user is nobody: a teacher who looks at the class as a student would.
    """

    __tablename__ = "learner"
    __table_args__ = (UniqueConstraint("platform_id", "sub"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    sub: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text, default="")
    sort_name: Mapped[str] = mapped_column(SORT_NAME, default="", server_default="")
    """The name as ``folded_name`` writes it: by it people are sorted and searched for."""
    is_test_user: Mapped[bool] = mapped_column(default=False, server_default=false())
    lti11_user_id: Mapped[str | None] = mapped_column(String(255))

    platform: Mapped[Platform] = relationship()

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.sort_name = folded_name(name)
        return name


class Standing(StrEnum):
    """What the platform's list of a class says of a person's place in it."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    LEFT = "left"


class Membership(Base):
    """A person's place in a class: ``learner``, ``instructor`` or ``mentor``, by their roles.

    Who is only known from the platform's list was never seen. ``standing`` is a
    ``Standing``; somebody just launched is active, whatever an older list says.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("context_pk", "learner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    standing: Mapped[str] = mapped_column(
        String(16), default=Standing.ACTIVE, server_default=Standing.ACTIVE
    )
    first_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)

    context: Mapped[Context] = relationship()
    learner: Mapped[Learner] = relationship()


class WindowSession(Base):
    """What a launched window may do, and until when.

    The window holds the token and shows it with each request; only its hash is here.
    ``learner_id`` is empty for an anonymous launch, whose work cannot be kept. ``mentored``
    are those whose progress a mentor may see, by their ``sub``.
    """

    __tablename__ = "window_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    resource_link_pk: Mapped[int] = mapped_column(
        ForeignKey("resource_link.id", ondelete="CASCADE")
    )
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    return_url: Mapped[str | None] = mapped_column(Text)
    mentored: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when the platform awaits this person's work, if it told the launch so."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    resource_link: Mapped[ResourceLink] = relationship()
    learner: Mapped[Learner | None] = relationship()


class Progress(Base):
    """Where a person stands in a course, in one class: the player's own state.

    ``revision`` grows with every save, so that a second window's late save is noticed;
    ``version`` with everything that is done in the course, so that what is kept of it
    elsewhere (``ClassLine``) is known to be old; ``active_seconds`` is what was counted of the
    time between the signs of activity (``services.time_spent``), the last one at ``updated_at``.
    """

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("context_pk", "learner_id", "course"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
    course: Mapped[str] = mapped_column(String(200))
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    active_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")

    learner: Mapped[Learner] = relationship()


class Attempt(Base):
    """One go at an activity. ``score`` is between 0 and 1, set when it is completed."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("context_pk", "learner_id", "course", "activity", "number"),
        Index("ix_attempt_of_activity", "context_pk", "course", "activity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), index=True
    )
    course: Mapped[str] = mapped_column(String(200))
    activity: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[float | None]

    learner: Mapped[Learner] = relationship()
    answers: Mapped[list[Answer]] = relationship(
        back_populates="attempt", cascade="all, delete-orphan"
    )


class Answer(Base):
    """What was answered to one question, and what it was worth (between 0 and 1)."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("attempt_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(200))
    response: Mapped[Any] = mapped_column(JSON)
    score: Mapped[float]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
