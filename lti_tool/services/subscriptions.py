"""Asks platforms for their notices, when a launch has said that they have some.

The platform is asked by the worker, outside any launch: nobody waits for it. What it does
not grant is asked for again, later and later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import NoticeOffer, NoticeServiceError
from lti_tool.lti.notice_offers import CONTEXT_COPY, HELLO
from lti_tool.models import Deployment, Notice, NoticeSubscription, Platform, now
from lti_tool.services.progress import insert_into
from lti_tool.services.refusals import N_

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""Longer than the calls to a platform may take, token included."""
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(days=1)
POLL_SECONDS = 10.0
ERROR_LENGTH = 500
NOTICE_NAMES: Mapping[str, str] = {
    HELLO: N_("Salutation (essai de la plateforme)"),
    CONTEXT_COPY: N_("Copie d’un cours"),
}
"""What the types of notice that we ask for are called on a page."""


class NoticeSource(Protocol):
    """What asks a platform for its notices: ``lti_tool.lti.NoticeClient``."""

    def subscribe(self, platform: Platform, service_url: str, kind: str, handler: str) -> None:
        """Raise ``NoticeServiceError``."""


@dataclass(frozen=True, slots=True)
class NoticeStatus:
    """What became of a deployment's notices, for whoever tests the connection.

    ``received`` has the time of the last notice of each type that ever came: a greeting
    (``LtiHelloWorldNotice``) proves the whole way from the platform to us.
    """

    deployment_id: str
    offered: tuple[str, ...]
    subscribed_at: datetime | None
    error: str | None
    received: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class _Errand:
    """A platform to ask, as things stood when it was claimed."""

    deployment_pk: int
    platform: Platform
    service_url: str
    notice_types: str
    tries: int
    lease: datetime


class OfferBook:
    """Remembers which offers are noted, so that a launch that says the same costs nothing.

    Safe to share among threads; each process has its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[int, str], NoticeOffer] = {}

    def note(self, platform_id: int, deployment_id: str, offer: NoticeOffer | None) -> None:
        """Note what a verified launch offered, in a transaction of its own."""
        place = (platform_id, deployment_id)
        if offer is None or self._noted.get(place) == offer:
            return
        with self._database.transaction() as db:
            keep_offer(db, platform_id, deployment_id, offer)
        self._noted[place] = offer


def keep_offer(db: Session, platform_id: int, deployment_id: str, offer: NoticeOffer) -> None:
    """Keep a deployment's offer; one that is new or has changed is due at once."""
    moment = now()
    values = {"service_url": offer.service_url, "notice_types": " ".join(offer.notice_types)}
    deployment_pk = db.scalars(
        select(Deployment.id).where(
            Deployment.platform_id == platform_id, Deployment.deployment_id == deployment_id
        )
    ).one()
    row = insert_into(db, NoticeSubscription).values(
        deployment_pk=deployment_pk, due_at=moment, tries=0, **values
    )
    db.execute(
        row.on_conflict_do_update(
            index_elements=["deployment_pk"],
            set_={**values, "due_at": moment, "tries": 0},
            where=or_(
                NoticeSubscription.service_url != values["service_url"],
                NoticeSubscription.notice_types != values["notice_types"],
            ),
        )
    )


def subscribe_due(
    database: Database,
    source: NoticeSource,
    handler: str,
    *,
    clock: Callable[[], datetime] = now,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Ask every platform that is due, each once; return how many were asked.

    ``handler`` is our address for notices. Who knows another one is due, too.
    """
    asked = 0
    while not stopping() and (errand := _claim(database, handler, clock())) is not None:
        error = _ask(source, errand, handler)
        with database.transaction() as db:
            _note(db, errand, handler, error, clock())
        asked += 1
    return asked


def run_subscriptions(
    database: Database, source: NoticeSource, handler: str, stop: threading.Event
) -> None:
    """Ask whoever is due until ``stop`` is set. Whatever goes wrong is logged."""
    while not stop.is_set():
        try:
            subscribe_due(database, source, handler, stopping=stop.is_set)
        except Exception:
            log.exception("Subscribing was interrupted; it goes on in %s s.", POLL_SECONDS)
        stop.wait(POLL_SECONDS)


def notice_statuses(db: Session, platform_id: int) -> Sequence[NoticeStatus]:
    """Return what became of the notices of each deployment that offers some."""
    rows = db.scalars(
        select(NoticeSubscription)
        .join(NoticeSubscription.deployment)
        .where(Deployment.platform_id == platform_id)
        .options(joinedload(NoticeSubscription.deployment))
        .order_by(NoticeSubscription.deployment_pk)
    ).all()
    return [
        NoticeStatus(
            deployment_id=row.deployment.deployment_id,
            offered=tuple(row.notice_types.split()),
            subscribed_at=row.subscribed_at,
            error=row.error,
            received=_received(db, row.deployment_pk),
        )
        for row in rows
    ]


def _received(db: Session, deployment_pk: int) -> dict[str, datetime]:
    rows = db.execute(
        select(Notice.notice_type, func.max(Notice.received_at).label("at"))
        .where(Notice.deployment_pk == deployment_pk)
        .group_by(Notice.notice_type)
    )
    return {row.notice_type: row.at for row in rows}


def _claim(database: Database, handler: str, moment: datetime) -> _Errand | None:
    """Take it upon us to ask one that is due. Until the lease is over, nobody else does.

    A suspended platform is not asked: its turn comes when it is resumed.
    """
    active = (
        select(Deployment.id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .where(Platform.suspended_at.is_(None))
    )
    is_due = or_(
        NoticeSubscription.due_at <= moment,
        and_(NoticeSubscription.due_at.is_(None), NoticeSubscription.handler != handler),
    )
    due = (
        select(NoticeSubscription.deployment_pk)
        .where(is_due, NoticeSubscription.deployment_pk.in_(active))
        .limit(1)
    )
    with database.reading() as db:
        if db.scalars(due).first() is None:
            return None
    lease = moment + LEASE
    statement = (
        update(NoticeSubscription)
        .where(
            NoticeSubscription.deployment_pk
            == due.order_by(NoticeSubscription.due_at)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        .values(due_at=lease, tries=NoticeSubscription.tries + 1)
        .returning(NoticeSubscription.deployment_pk)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as db:
        claimed = db.execute(statement).scalar_one_or_none()
        if claimed is None:
            return None
        row = db.scalars(
            select(NoticeSubscription)
            .where(NoticeSubscription.deployment_pk == claimed)
            .options(
                joinedload(NoticeSubscription.deployment).joinedload(Deployment.platform),
            )
        ).one()
        return _Errand(
            deployment_pk=row.deployment_pk,
            platform=row.deployment.platform,
            service_url=row.service_url,
            notice_types=row.notice_types,
            tries=row.tries,
            lease=lease,
        )


def _ask(source: NoticeSource, errand: _Errand, handler: str) -> NoticeServiceError | None:
    try:
        for kind in errand.notice_types.split():
            source.subscribe(errand.platform, errand.service_url, kind, handler)
    except NoticeServiceError as error:
        return error
    except Exception as error:
        # One platform that cannot be asked must not keep the others from being asked.
        log.exception("Deployment %s could not be asked for notices.", errand.deployment_pk)
        return NoticeServiceError(type(error).__name__)
    return None


def _note(
    db: Session,
    errand: _Errand,
    handler: str,
    error: NoticeServiceError | None,
    moment: datetime,
) -> None:
    """Write down what came of it, unless the offer has changed meanwhile: it is due anew."""
    ours = update(NoticeSubscription).where(
        NoticeSubscription.deployment_pk == errand.deployment_pk,
        NoticeSubscription.due_at == errand.lease,
    )
    if error is None:
        db.execute(
            ours.values(due_at=None, tries=0, handler=handler, subscribed_at=moment, error=None)
        )
        return
    log.warning("Deployment %s gives no notices: %s", errand.deployment_pk, error)
    wait = _pause(errand.tries, error.retry_after)
    db.execute(ours.values(due_at=moment + wait, error=str(error)[:ERROR_LENGTH]))


def _pause(tries: int, asked: timedelta | None) -> timedelta:
    """Return how long to wait after that many tries: longer each time, a day at most."""
    doublings = min(max(tries - 1, 0), 12)
    return min(max(FIRST_DELAY * (1 << doublings), asked or timedelta(0)), LONGEST_DELAY)
