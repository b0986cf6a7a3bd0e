"""The names that people, classes and links had in LTI 1.1, where a platform proves them.

They are kept beside the present ones, so that older gradebooks and records can be joined
to ours. Nothing is ever opened by them (docs/adr/0015).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import Launch, OlderIds
from lti_tool.models import ConsumerKey, Context, Deployment, Learner, ResourceLink
from lti_tool.services.links import class_of
from lti_tool.services.progress import insert_into

log = logging.getLogger(__name__)

MOST_REMEMBERED = 10_000
LONGEST_KEY = 255
LONGEST_SECRET = 1_000


@dataclass(frozen=True, slots=True)
class Renamed:
    """One who, or which, has another name now. ``kind`` is user, context or resource_link."""

    kind: str
    lti13_id: str
    lti11_id: str
    context_id: str = ""


def keep_consumer_key(db: Session, platform_id: int, key: str, secret: str) -> None:
    """Keep an LTI 1.1 key of a platform, or give it another secret."""
    row = insert_into(db, ConsumerKey).values(platform_id=platform_id, key=key, secret=secret)
    db.execute(
        row.on_conflict_do_update(index_elements=["platform_id", "key"], set_={"secret": secret})
    )


def proved(db: Session, platform_id: int, claim: OlderIds | None) -> OlderIds | None:
    """Return a migration claim if a secret that we know proves it; log it if it does not."""
    if claim is None:
        return None
    secret = db.scalars(
        select(ConsumerKey.secret).where(
            ConsumerKey.platform_id == platform_id, ConsumerKey.key == claim.consumer_key
        )
    ).one_or_none()
    if secret is not None and claim.is_signed_with(secret):
        return claim
    log.warning(
        "A migration claim is not believed: %s.",
        "its key is unknown" if secret is None else "its signature is wrong",
        extra={"platform": platform_id, "consumer_key": claim.consumer_key},
    )
    return None


def link_of_older_id(
    db: Session, platform_id: int, context: Context, launch: Launch
) -> ResourceLink | None:
    """Return the link of the class that had, in LTI 1.1, the same name as a new link's.

    A platform that gives a link another name thus does not have its choices made anew.
    """
    claim = proved(db, platform_id, launch.older_ids)
    if claim is None or claim.resource_link_id is None:
        return None
    return db.scalars(
        select(ResourceLink)
        .where(
            ResourceLink.context_pk == context.id,
            or_(
                ResourceLink.lti11_resource_link_id == claim.resource_link_id,
                ResourceLink.resource_link_id == claim.resource_link_id,
            ),
        )
        .order_by(ResourceLink.id.desc())
    ).first()


class OlderIdBook:
    """Notes proved older names, each once. Safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: set[tuple[str | int | None, ...]] = set()

    def note(self, platform_id: int, launch: Launch) -> None:
        """Note what a launch that was let in claims, in a transaction of its own."""
        claim = launch.older_ids
        if claim is None:
            return
        said = (
            platform_id,
            launch.deployment_id,
            launch.sub,
            class_of(launch),
            launch.resource_link_id,
            claim.consumer_key,
            claim.user_id,
            claim.context_id,
            claim.resource_link_id,
        )
        if said in self._noted:
            return
        with self._database.transaction() as db:
            if proved(db, platform_id, claim) is None:
                return
            _note(db, platform_id, launch, claim)
        if len(self._noted) >= MOST_REMEMBERED:
            self._noted.clear()
        self._noted.add(said)


def renamed(db: Session, platform_id: int) -> Iterator[Renamed]:
    """Return everybody and everything of a platform whose older name is known."""
    people = select(Learner.sub, Learner.lti11_user_id).where(
        Learner.platform_id == platform_id, Learner.lti11_user_id.is_not(None)
    )
    for now_called, older in db.execute(people.order_by(Learner.id)):
        yield Renamed("user", now_called, older or "")
    ours = Context.deployment.has(Deployment.platform_id == platform_id)
    classes = select(Context.context_id, Context.lti11_context_id).where(
        ours, Context.lti11_context_id.is_not(None)
    )
    for now_called, older in db.execute(classes.order_by(Context.id)):
        yield Renamed("context", now_called, older or "")
    links = (
        select(
            ResourceLink.resource_link_id, ResourceLink.lti11_resource_link_id, Context.context_id
        )
        .join(ResourceLink.context)
        .where(ours, ResourceLink.lti11_resource_link_id.is_not(None))
    )
    for now_called, older, context_id in db.execute(links.order_by(ResourceLink.id)):
        yield Renamed("resource_link", now_called, older or "", context_id)


def _note(db: Session, platform_id: int, launch: Launch, claim: OlderIds) -> None:
    if claim.user_id is not None and launch.sub is not None:
        db.execute(
            update(Learner)
            .where(Learner.platform_id == platform_id, Learner.sub == launch.sub)
            .values(lti11_user_id=claim.user_id)
        )
    context_pk = db.scalars(
        select(Context.id)
        .join(Context.deployment)
        .where(
            Deployment.platform_id == platform_id,
            Deployment.deployment_id == launch.deployment_id,
            Context.context_id == class_of(launch),
        )
    ).one()
    if claim.context_id is not None:
        db.execute(
            update(Context)
            .where(Context.id == context_pk)
            .values(lti11_context_id=claim.context_id)
        )
    if claim.resource_link_id is not None:
        db.execute(
            update(ResourceLink)
            .where(
                ResourceLink.context_pk == context_pk,
                ResourceLink.resource_link_id == launch.resource_link_id,
            )
            .values(lti11_resource_link_id=claim.resource_link_id)
        )
