"""The platforms that may launch the tool: registered and listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config.settings import is_loopback
from lti_tool.lti import UNSTORABLE, origin_of, web_address
from lti_tool.models import Deployment, Platform
from lti_tool.services.refusals import N_

ADDRESS_FIELDS = ("authorization_url", "token_url", "jwks_url")
LONGEST_ADDRESS = 2_000
LONGEST_NAME = 255
LONGEST_ISSUER = 500


class FieldFault(StrEnum):
    """What can be wrong with a field of a registration, in words."""

    EMPTY = N_("Ce champ est vide. Reportez ce qu’affiche la plateforme.")
    TOO_LONG = N_("Ce texte dépasse %(limit)s caractères. Copiez-le à nouveau.")
    UNREADABLE = N_("Ce texte contient des caractères qui n’en sont pas. Copiez-le à nouveau.")
    NO_ADDRESS = N_("Ce n’est pas une adresse du web. Copiez-la tout entière depuis la plateforme.")
    NOT_HTTPS = N_(
        "Cette adresse est sans https\u00a0: sur le trajet, n’importe qui pourrait forger des "
        "ouvertures. Seule une plateforme sur cette même machine peut s’en passer."
    )


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A mistake in one field of a ``Registration``. The text takes ``limit``."""

    field: str
    fault: FieldFault
    value: str
    limit: int = 0


class PlatformInvalid(Exception):
    """A registration cannot be kept. ``problems`` holds every mistake."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.fault.name}" for each in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Registration:
    """What a platform's administrator gives us."""

    name: str
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None
    deployment_ids: tuple[str, ...] = ()
    service_origins: tuple[str, ...] = field(default=())


def deployments_of(platform: Platform) -> frozenset[str]:
    """Return the identifiers of a platform's deployments."""
    return frozenset(each.deployment_id for each in platform.deployments)


def list_platforms(db: Session) -> Sequence[Platform]:
    """Return every registration with its deployments, by name."""
    return db.scalars(
        select(Platform)
        .options(selectinload(Platform.deployments))
        .order_by(Platform.name, Platform.id)
    ).all()


def keep_platform(db: Session, registration: Registration) -> Platform:
    """Register a platform, or bring its registration up to date.

    Issuer and client id say which one it is. Deployments are added, never taken away.
    Raise ``PlatformInvalid`` with every mistake.
    """
    require_valid(registration)
    platform = db.scalars(
        select(Platform).where(
            Platform.issuer == registration.issuer, Platform.client_id == registration.client_id
        )
    ).one_or_none()
    if platform is None:
        platform = Platform(issuer=registration.issuer, client_id=registration.client_id)
        db.add(platform)
    platform.name = registration.name
    platform.authorization_url = registration.authorization_url
    platform.token_url = registration.token_url
    platform.jwks_url = registration.jwks_url
    platform.token_audience = registration.token_audience
    platform.service_origins = sorted({origin_of(url) for url in registration.service_origins})
    new = set(registration.deployment_ids) - deployments_of(platform)
    platform.deployments += [Deployment(deployment_id=each) for each in sorted(new)]
    if new:
        platform.awaits_deployment = False
    db.flush()
    return platform


def require_valid(registration: Registration) -> None:
    """Raise ``PlatformInvalid``, with every mistake, for what cannot be kept."""
    problems = tuple(_field_problems(registration))
    if problems:
        raise PlatformInvalid(problems)


def _field_problems(registration: Registration) -> Iterator[FieldProblem]:
    """Look at every field of a registration; the addresses must be whole, and https."""
    limits = {"name": LONGEST_NAME, "issuer": LONGEST_ISSUER, "client_id": LONGEST_NAME}
    for name, limit in limits.items():
        yield from text_problems(name, getattr(registration, name), limit)
    addresses = [(name, getattr(registration, name)) for name in ADDRESS_FIELDS]
    addresses += [("service_origins", url) for url in registration.service_origins]
    for name, url in addresses:
        yield from _address_problems(name, url)
    if registration.token_audience:
        yield from text_problems("token_audience", registration.token_audience, LONGEST_ADDRESS)
    for each in registration.deployment_ids:
        yield from text_problems("deployment_ids", each, LONGEST_NAME)


def text_problems(name: str, text: str, limit: int) -> Iterator[FieldProblem]:
    """Look at a text that must be there, short enough, and fit to be stored."""
    if not text.strip():
        yield FieldProblem(name, FieldFault.EMPTY, text)
    elif len(text) > limit:
        yield FieldProblem(name, FieldFault.TOO_LONG, text, limit)
    elif UNSTORABLE.search(text):
        yield FieldProblem(name, FieldFault.UNREADABLE, text)


def _address_problems(name: str, url: str) -> Iterator[FieldProblem]:
    if not url.strip():
        yield FieldProblem(name, FieldFault.EMPTY, url)
    elif len(url) > LONGEST_ADDRESS:
        yield FieldProblem(name, FieldFault.TOO_LONG, url, LONGEST_ADDRESS)
    elif web_address(url) is None or not origin_of(url):
        yield FieldProblem(name, FieldFault.NO_ADDRESS, url)
    else:
        parts = urlsplit(url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            yield FieldProblem(name, FieldFault.NOT_HTTPS, url)
