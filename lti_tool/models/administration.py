"""Who may administer the tool or export its courses: the password, the ways in, the door.

Only hashes are here. Whoever reads these tables cannot enter by what they hold.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base, UtcDateTime, now

THE_PASSWORD = 1
"""The key of the only row that ``administrator_password`` has."""


class AdministratorPassword(Base):
    """The one password of the administration, as a slow and salted hash."""

    __tablename__ = "administrator_password"

    id: Mapped[int] = mapped_column(primary_key=True, default=THE_PASSWORD)
    password_hash: Mapped[str] = mapped_column(String(300))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AdministratorSession(Base):
    """A browser that is in. Its cookie holds the token; ``way`` says how it came in.

    ``holder`` is the name of a designer, as their platform tells it; nobody knows the others'.
    """

    __tablename__ = "administrator_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    way: Mapped[str] = mapped_column(String(16))
    holder: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AdministratorTicket(Base):
    """A permission to enter once, within minutes: of a launch, or of the command line."""

    __tablename__ = "administrator_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    way: Mapped[str] = mapped_column(String(16))
    holder: Mapped[str] = mapped_column(Text, default="", server_default="")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class KnownBrowser(Base):
    """A browser that entered by the password before: no stranger's tries hold it up."""

    __tablename__ = "known_browser"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignInTries(Base):
    """How often a password was tried from one source without success, and when last.

    ``source`` is a hash of an address or of a known browser, or stands for all strangers.
    """

    __tablename__ = "sign_in_tries"

    source: Mapped[str] = mapped_column(String(80), primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
