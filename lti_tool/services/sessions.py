"""What a launched window may do, and until when: the session that needs no cookie.

The window shows its token with each request. It is renewed as it is used, and ends when
it was left alone for too long or, at the latest, a fixed time after the launch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.lti import Role
from lti_tool.models import Context, Deployment, ResourceLink, WindowSession, now
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.tokens import hashed

RENEW_EVERY = timedelta(minutes=5)
"""A session is not written to more often than that."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """``idle``: how long a window may rest. ``lifetime``: how long a launch may serve."""

    idle: timedelta
    lifetime: timedelta

    def first_end(self, opened: datetime) -> datetime:
        """Return when a window that is opened then ends, if nobody uses it."""
        return opened + min(self.idle, self.lifetime)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever has a window, as far as the player is concerned.

    ``recorded``: what they do is kept. It is not for an instructor, who looks at the course
    as a preview, nor for somebody whom the platform does not name (LTI 1.3 core, 5.3.6.1):
    the player shows both the same.
    """

    course: str
    target: str
    language: str
    role: str
    name: str
    recorded: bool
    return_url: str | None
    due_at: datetime | None
    policy: GradingPolicy

    @classmethod
    def of(cls, window: WindowSession) -> Visitor:
        """Return who has a window."""
        return cls(
            course=window.resource_link.course,
            target=window.resource_link.target,
            language=window.language,
            role=window.role,
            name=window.learner.name if window.learner else "",
            recorded=window.role == Role.LEARNER and window.learner_id is not None,
            return_url=window.return_url,
            due_at=window.due_at,
            policy=GradingPolicy.of(window.resource_link),
        )


class SessionRefused(Exception):
    """The token gives no access: the activity must be opened again from the course."""


class SessionUnknown(SessionRefused):
    """There is no token, or no session of that token."""


class SessionExpired(SessionRefused):
    """The session is over."""


def session_of(
    db: Session, token: str | None, limits: SessionLimits, moment: datetime | None = None
) -> WindowSession:
    """Return the session of a token, with its link, class, platform and person.

    In a transaction it is renewed; in a reading session it is only read. Raise
    ``SessionUnknown`` or ``SessionExpired``.
    """
    if not token:
        raise SessionUnknown("no session token was shown")
    window = db.scalars(
        select(WindowSession)
        .where(WindowSession.token_hash == hashed(token))
        .options(
            joinedload(WindowSession.learner),
            joinedload(WindowSession.resource_link)
            .joinedload(ResourceLink.context)
            .joinedload(Context.deployment)
            .joinedload(Deployment.platform),
        )
    ).one_or_none()
    if window is None:
        raise SessionUnknown("no session has this token")
    at = moment or now()
    if at >= window.expires_at:
        raise SessionExpired("the session is over")
    _renew(window, limits, at)
    return window


def _renew(window: WindowSession, limits: SessionLimits, at: datetime) -> None:
    renewed = min(at + limits.idle, window.created_at + limits.lifetime)
    if renewed - window.expires_at >= RENEW_EVERY:
        window.expires_at = renewed
