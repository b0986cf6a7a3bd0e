"""Rows that many tests begin with: a platform, a class, its links and its people."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.lti import Role
from lti_tool.models import (
    Context,
    Deployment,
    Learner,
    Membership,
    Platform,
    ResourceLink,
    WindowSession,
    now,
)
from lti_tool.services.sessions import SessionLimits
from lti_tool.services.tokens import hashed, new_token

COURSE = "deux-unites"


@dataclass(frozen=True)
class SeededClass:
    """The keys of the rows of one class."""

    platform_id: int
    context_pk: int
    link_pk: int
    learner_ids: tuple[int, ...]


def seed_class(
    db: Session,
    *,
    line_item_url: str | None = "https://lms.example.org/items/1/lineitem?type_id=3",
    platform_url: str = "https://lms.example.org",
    names: tuple[str, ...] = ("Alex Martin",),
    course: str = COURSE,
) -> SeededClass:
    """Write a class with one link to the whole course, opened by learners of those names."""
    platform = Platform(
        name="LMS",
        issuer=platform_url,
        client_id="client",
        authorization_url=f"{platform_url}/auth",
        token_url=f"{platform_url}/token",
        jwks_url=f"{platform_url}/jwks",
        service_origins=[],
    )
    context = Context(
        deployment=Deployment(platform=platform, deployment_id="1"),
        context_id="classe-1",
        title="Groupe A",
    )
    link = ResourceLink(
        context=context, resource_link_id="lien-1", course=course, line_item_url=line_item_url
    )
    learners = [
        Learner(platform=platform, sub=f"user-{number}", name=name)
        for number, name in enumerate(names, start=1)
    ]
    db.add_all([link, *learners])
    db.add_all(Membership(context=context, learner=one, role="learner") for one in learners)
    db.flush()
    return SeededClass(platform.id, context.id, link.id, tuple(one.id for one in learners))


def add_link(db: Session, seeded: SeededClass, number: int, *, target: str = "") -> int:
    """Write another link of the class, with a column of its own; return its key."""
    link = ResourceLink(
        context_pk=seeded.context_pk,
        resource_link_id=f"lien-{number}",
        course=COURSE,
        target=target,
        line_item_url=f"https://lms.example.org/items/{number}/lineitem?type_id=3",
    )
    db.add(link)
    db.flush()
    return link.id


@dataclass(frozen=True, kw_only=True)
class Entrant:
    """Who comes in by which link; no learner makes the window anonymous."""

    link_pk: int
    learner_id: int | None = None
    role: Role = Role.LEARNER
    language: str = "fr"


def open_window(db: Session, entrant: Entrant, limits: SessionLimits) -> str:
    """Write the session of a window, as a launch does, and return its token."""
    token, opened = new_token(), now()
    db.add(
        WindowSession(
            token_hash=hashed(token),
            resource_link_pk=entrant.link_pk,
            learner_id=entrant.learner_id,
            role=entrant.role.value,
            language=entrant.language,
            return_url="https://lms.example.org/",
            created_at=opened,
            expires_at=limits.first_end(opened),
        )
    )
    return token
