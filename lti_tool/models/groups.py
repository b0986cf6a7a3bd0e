"""The groups of a class, and who is in them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class GroupOrigin(StrEnum):
    """How we know of a group: the platform lists it, or only puts people into it."""

    LISTED = "listed"
    PEOPLE = "people"


class CourseGroup(Base):
    """A group of a class (LTI Course Groups 1.0). ``group_id`` is the platform's name for it.

    ``name`` is empty where the platform tells none. ``set_name`` is that of the set of groups
    that it belongs to, such as the tutorial groups. ``origin`` is a ``GroupOrigin``: a group
    that is not listed is one for as long as somebody is in it.
    """

    __tablename__ = "course_group"
    __table_args__ = (UniqueConstraint("context_pk", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_pk: Mapped[int] = mapped_column(ForeignKey("context.id", ondelete="CASCADE"))
    group_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text, default="")
    set_id: Mapped[str] = mapped_column(String(255), default="")
    set_name: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(16))


class GroupMembership(Base):
    """A person's place in a group."""

    __tablename__ = "group_membership"

    group_pk: Mapped[int] = mapped_column(
        ForeignKey("course_group.id", ondelete="CASCADE"), primary_key=True
    )
    learner_id: Mapped[int] = mapped_column(
        ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True, index=True
    )
