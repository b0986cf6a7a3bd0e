"""What administrators do to a platform after its registration. Learners' work is never lost.

A platform is *suspended*: nobody gets in from there, and everything is kept. It is *removed*
only as long as nobody was ever launched from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from lti_tool.models import (
    Attempt,
    Context,
    Deployment,
    Invitation,
    Learner,
    Platform,
    ResourceLink,
    WindowSession,
    now,
)
from lti_tool.services.platforms import LONGEST_NAME, FieldProblem, PlatformInvalid, text_problems


class StillUsed(Exception):
    """A platform from which people were launched is not removed."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the tool holds of a platform."""

    classes: int
    people: int
    attempts: int

    @property
    def may_be_removed(self) -> bool:
        """Whether nothing of anybody would be lost."""
        return not (self.classes or self.people)


@dataclass(frozen=True, slots=True)
class LastLaunch:
    """A launch that was let in. Who it was is the class's business, not the administrators'."""

    at: datetime
    platform_id: int
    platform: str
    class_title: str
    link_title: str
    course: str
    role: str
    anonymous: bool


def platform_of(db: Session, platform_id: int) -> Platform | None:
    """Return a platform with its deployments."""
    return db.get(Platform, platform_id, options=[selectinload(Platform.deployments)])


def holdings(db: Session, platform: Platform) -> Holdings:
    """Count what the tool holds of a platform."""
    classes = (
        select(func.count())
        .select_from(Context)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(Deployment.platform_id == platform.id)
    )
    people = select(func.count()).select_from(Learner).where(Learner.platform_id == platform.id)
    attempts = (
        select(func.count())
        .select_from(Attempt)
        .join(Learner, Learner.id == Attempt.learner_id)
        .where(Learner.platform_id == platform.id)
    )
    counted = [db.scalar(query) or 0 for query in (classes, people, attempts)]
    return Holdings(*counted)


def suspend(db: Session, platform: Platform) -> None:
    """Let nobody in from a platform, those on their way and those who are in included."""
    moment = now()
    platform.suspended_at = platform.suspended_at or moment
    links = (
        select(ResourceLink.id)
        .join(Context, Context.id == ResourceLink.context_pk)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(Deployment.platform_id == platform.id)
    )
    db.execute(
        update(WindowSession)
        .where(WindowSession.resource_link_pk.in_(links), WindowSession.expires_at > moment)
        .values(expires_at=moment)
        .execution_options(synchronize_session=False)
    )


def resume(platform: Platform) -> None:
    """Let people in again."""
    platform.suspended_at = None


def remove(db: Session, platform: Platform) -> None:
    """Remove a platform that was never used. Raise ``StillUsed``."""
    # The lock holds off a first launch, which refers to the row.
    db.execute(select(Platform.id).where(Platform.id == platform.id).with_for_update())
    if not holdings(db, platform).may_be_removed:
        raise StillUsed
    db.delete(platform)


def add_deployment(platform: Platform, deployment_id: str, name: str) -> None:
    """Add a deployment by hand, or name one that is known. Raise ``PlatformInvalid``."""
    problems: list[FieldProblem] = [
        *text_problems("deployment_id", deployment_id, LONGEST_NAME),
        *(text_problems("name", name, LONGEST_NAME) if name else ()),
    ]
    if problems:
        raise PlatformInvalid(problems)
    known = {each.deployment_id: each for each in platform.deployments}
    if deployment_id in known:
        known[deployment_id].name = name
        return
    platform.deployments.append(Deployment(deployment_id=deployment_id, name=name))
    platform.awaits_deployment = False


def last_launches(db: Session, most: int, platform_id: int | None = None) -> Sequence[LastLaunch]:
    """Return the last launches that were let in, the newest first.

    They are read from the windows that launches open anyway, which are kept for a month.
    """
    rows = (
        select(WindowSession, ResourceLink, Context, Platform)
        .join(ResourceLink, ResourceLink.id == WindowSession.resource_link_pk)
        .join(Context, Context.id == ResourceLink.context_pk)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .order_by(WindowSession.created_at.desc())
        .limit(most)
    )
    if platform_id is not None:
        rows = rows.where(Platform.id == platform_id)
    return [
        LastLaunch(
            at=window.created_at,
            platform_id=platform.id,
            platform=platform.name,
            class_title=context.title,
            link_title=link.title,
            course=link.course,
            role=window.role,
            anonymous=window.learner_id is None,
        )
        for window, link, context, platform in db.execute(rows)
    ]


def list_invitations(db: Session) -> Sequence[Invitation]:
    """Return the invitations that are kept, the newest first."""
    return db.scalars(select(Invitation).order_by(Invitation.created_at.desc())).all()


def revoke_invitation(db: Session, token_hash: str) -> bool:
    """Take an invitation back; ``False`` when it was used, or is not there."""
    if not re.fullmatch("[0-9a-f]{64}", token_hash):
        return False
    gone = db.execute(
        delete(Invitation)
        .where(Invitation.token_hash == token_hash, Invitation.used_at.is_(None))
        .returning(Invitation.token_hash)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(gone)
