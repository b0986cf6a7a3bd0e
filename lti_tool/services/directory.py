"""The platforms as logins and launches see them: remembered for a few seconds.

What is remembered only lets in. Before anything is refused, the database is asked again: a
platform that was registered or mended a moment ago, by whatever process, is never refused for
what was remembered of it. What this process writes about platforms is seen at once; what
another one takes away, after ``LIFETIME`` at the latest. A launch also finds its deployment
in the database (``services.arrivals``), so that a platform that is gone or suspended lets
nobody in.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused
from lti_tool.models import Deployment, KnownPlatform, Platform

LIFETIME = 5.0
"""Seconds during which a registration serves without being read again."""


class PlatformDirectory:
    """Registrations by issuer and by number. Safe to share among threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[str | int, tuple[float, tuple[KnownPlatform, ...]]] = {}
        self._generation = 0
        self._lock = threading.Lock()
        database.when_written((Platform, Deployment), self.forget)

    def find(self, issuer: str, client_id: str | None, deployment_id: str | None) -> KnownPlatform:
        """Return the registration that a login speaks of. Raise ``LaunchRefused``.

        Without a client id the issuer's only registration is meant, or the only one that has
        the deployment (LTI Security Framework 1.0, 5.1.1.1; LTI 1.3 core, 4.1.3).
        """
        try:
            return _choose(self._remembered(issuer), issuer, client_id, deployment_id)
        except LaunchRefused:
            return _choose(self._read(issuer), issuer, client_id, deployment_id)

    def known(self, platform_id: int) -> KnownPlatform | None:
        """Return a registration, as it was a few seconds ago at most."""
        return next(iter(self._remembered(platform_id)), None) or self.fresh(platform_id)

    def fresh(self, platform_id: int) -> KnownPlatform | None:
        """Return a registration as it is now; ``None`` when there is no such any more."""
        return next(iter(self._read(platform_id)), None)

    def forget(self) -> None:
        """Read everything anew from now on."""
        with self._lock:
            self._generation += 1
            self._kept.clear()

    def _remembered(self, key: str | int) -> tuple[KnownPlatform, ...]:
        read_at, platforms = self._kept.get(key, (0.0, ()))
        return platforms if self._clock() - read_at < LIFETIME else ()

    def _read(self, key: str | int) -> tuple[KnownPlatform, ...]:
        """Read the registrations of an issuer, or the one of that number, and keep them.

        Nothing is kept of an issuer that is unknown: a stranger could fill the memory.
        """
        generation, began = self._generation, self._clock()
        wanted: ColumnElement[bool] = (
            Platform.issuer == key if isinstance(key, str) else Platform.id == key
        )
        with self._database.reading() as db:
            rows = db.scalars(
                select(Platform)
                .where(wanted)
                .order_by(Platform.id)
                .options(selectinload(Platform.deployments))
            ).all()
            platforms = tuple(KnownPlatform.of(row) for row in rows)
        with self._lock:
            if platforms and generation == self._generation:
                self._kept[key] = (began, platforms)
            else:
                self._kept.pop(key, None)
        return platforms


def _choose(
    known: Sequence[KnownPlatform], issuer: str, client_id: str | None, deployment_id: str | None
) -> KnownPlatform:
    if not known:
        raise LaunchRefused(Fault.PLATFORM_UNKNOWN, f"issuer {issuer!r}")
    if client_id is not None:
        for platform in known:
            if platform.client_id == client_id:
                return require_active(platform)
        raise LaunchRefused(Fault.CLIENT_UNKNOWN, f"client_id {client_id!r}")
    if len(known) > 1 and deployment_id is not None:
        known = [each for each in known if deployment_id in each.deployment_ids]
    if len(known) != 1:
        raise LaunchRefused(Fault.CLIENT_AMBIGUOUS, f"issuer {issuer!r} has several client ids")
    return require_active(known[0])


def require_active(platform: KnownPlatform) -> KnownPlatform:
    """Return a platform from which people may come in now. Raise ``LaunchRefused``."""
    if platform.suspended:
        raise LaunchRefused(Fault.PLATFORM_SUSPENDED, f"platform {platform.id}")
    return platform
