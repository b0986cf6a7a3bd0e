"""Notices received: each verified, kept under its number, and acted upon once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import (
    CONTEXT_COPY,
    Fault,
    KeySets,
    LaunchRefused,
    Notice,
    parties_of,
    verify_notice,
)
from lti_tool.models import Deployment, Platform
from lti_tool.models import Notice as KeptNotice
from lti_tool.services.copies import note_class_copy
from lti_tool.services.platforms import deployments_of
from lti_tool.services.progress import insert_into
from lti_tool.services.tokens import hashed

log = logging.getLogger(__name__)

MOST_NOTICES = 200
"""In one request; nobody is told to send more than one at a time."""


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """Receives platforms' notices. Safe to share among threads."""

    database: Database
    key_sets: KeySets

    def receive(self, tokens: Sequence[str]) -> None:
        """Take in a request's notices. Raise ``LaunchRefused`` for the first that is refused.

        The others are taken in all the same, each in a transaction of its own; but where a
        platform's keys cannot be had, nobody waits for them again. The platform may send all
        of them once more: what was taken in is not acted upon again.
        """
        if not 0 < len(tokens) <= MOST_NOTICES:
            raise LaunchRefused(Fault.NOTICE_UNREADABLE, f"{len(tokens)} notices at once")
        first: LaunchRefused | None = None
        for token in tokens:
            refused = self._take(token)
            first = first or refused
            if refused is not None and refused.fault is Fault.KEYS_UNREACHABLE:
                break
        if first is not None:
            raise first

    def _take(self, token: str) -> LaunchRefused | None:
        issuer: str | None = None
        try:
            issuer, audiences = parties_of(token)
            with self.database.reading() as db:
                platform = _platform(db, issuer, audiences)
            notice = verify_notice(token, platform, deployments_of(platform), self.key_sets)
            with self.database.transaction() as db:
                _keep(db, platform, notice)
        except LaunchRefused as refused:
            refused.issuer = issuer
            return refused
        return None


def _platform(db: Session, issuer: str, audiences: Sequence[str]) -> Platform:
    """Return whom a notice says to come from. Raise ``LaunchRefused``."""
    known = (
        db.scalars(
            select(Platform)
            .where(Platform.issuer == issuer)
            .options(joinedload(Platform.deployments))
        )
        .unique()
        .all()
    )
    if not known:
        raise LaunchRefused(Fault.PLATFORM_UNKNOWN, f"issuer {issuer!r}")
    for platform in known:
        if platform.client_id in audiences:
            if platform.suspended_at is not None:
                raise LaunchRefused(Fault.PLATFORM_SUSPENDED, f"platform {platform.id}")
            return platform
    raise LaunchRefused(Fault.CLIENT_UNKNOWN, "aud names none of the platform's client ids")


def _keep(db: Session, platform: Platform, notice: Notice) -> None:
    """Keep a notice and act upon it, unless it is here already. Raise ``LaunchRefused``."""
    deployment = db.scalars(
        select(Deployment).where(
            Deployment.platform_id == platform.id,
            Deployment.deployment_id == notice.deployment_id,
        )
    ).one()
    new = db.execute(
        insert_into(db, KeptNotice)
        .values(
            deployment_pk=deployment.id,
            notice_id=notice.id,
            nonce_hash=hashed(notice.nonce),
            notice_type=notice.kind,
        )
        .on_conflict_do_nothing()
        .returning(KeptNotice.id)
    ).all()
    if new:
        _act(db, deployment, notice)
        return
    known = select(KeptNotice.id).where(
        KeptNotice.deployment_pk == deployment.id, KeptNotice.notice_id == notice.id
    )
    if db.scalars(known).one_or_none() is None:
        raise LaunchRefused(Fault.NOTICE_FORGED, f"notice {notice.id!r}")


def _act(db: Session, deployment: Deployment, notice: Notice) -> None:
    """Do what a new notice calls for. A greeting, or a kind unknown to us, is only kept."""
    log.info("A notice came.", extra={"notice_type": notice.kind})
    if notice.kind == CONTEXT_COPY and notice.context_id is not None:
        note_class_copy(
            db, deployment.id, notice.context_id, notice.context_title, notice.origin_context_ids
        )
