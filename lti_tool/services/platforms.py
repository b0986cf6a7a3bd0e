"""The platforms that may launch the tool: found, registered, listed and tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config.settings import is_loopback
from lti_tool.lti import (
    SCORE_SCOPE,
    Fault,
    KeySets,
    LaunchRefused,
    NoToken,
    ScoreError,
    TokenClient,
    origin_of,
)
from lti_tool.models import Deployment, Platform

LONGEST_NAME = 255
LONGEST_ISSUER = 500


class PlatformInvalid(Exception):
    """A registration cannot be kept. ``problems`` holds a sentence for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
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


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried with a platform. ``remedy`` says who mends what."""

    name: str
    passed: bool
    detail: str
    remedy: str = ""


def find_platform(
    db: Session, issuer: str, client_id: str | None, deployment_id: str | None = None
) -> Platform:
    """Return the registration that a login speaks of. Raise ``LaunchRefused``.

    Without a client id the issuer's only registration is meant, or the only one that has
    the deployment (LTI Security Framework 1.0, 5.1.1.1; LTI 1.3 core, 4.1.3).
    """
    known = db.scalars(select(Platform).where(Platform.issuer == issuer)).all()
    if not known:
        raise LaunchRefused(Fault.PLATFORM_UNKNOWN, f"issuer {issuer!r}")
    if client_id is not None:
        for platform in known:
            if platform.client_id == client_id:
                return platform
        raise LaunchRefused(Fault.CLIENT_UNKNOWN, f"client_id {client_id!r}")
    if len(known) > 1 and deployment_id is not None:
        known = [each for each in known if deployment_id in deployments_of(each)]
    if len(known) != 1:
        raise LaunchRefused(Fault.CLIENT_AMBIGUOUS, f"issuer {issuer!r} has several client ids")
    return known[0]


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
    problems = tuple(_problems(registration))
    if problems:
        raise PlatformInvalid(problems)
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


def check_platform(
    platform: Platform, key_sets: KeySets, tokens: TokenClient, scope: str = SCORE_SCOPE
) -> list[Check]:
    """Try what a launch and a grade need; return what passed and what did not."""
    return [
        _check_deployments(platform),
        _check_keys(platform, key_sets),
        _check_token(platform, tokens, scope),
    ]


def _check_deployments(platform: Platform) -> Check:
    count = len(platform.deployments)
    if platform.awaits_deployment:
        return Check("deployments", True, "the first launch will tell which deployment it is")
    return Check(
        "deployments",
        count > 0,
        f"{count} deployment(s) known",
        ""
        if count
        else "The tool's administrator: add one with `arrimage platform add … --deployment ID`.",
    )


def _check_keys(platform: Platform, key_sets: KeySets) -> Check:
    try:
        keys = key_sets.fetch(platform.jwks_url)
    except LaunchRefused as refused:
        return Check(
            "platform keys",
            False,
            refused.detail,
            "The platform's administrator: check that the key set's address is right and can "
            "be reached from the tool's server.",
        )
    return Check(
        "platform keys",
        bool(keys),
        f"{len(keys)} usable RSA key(s) at {platform.jwks_url}",
        "" if keys else "The platform's administrator: publish an RSA signing key with a kid.",
    )


def _check_token(platform: Platform, tokens: TokenClient, scope: str) -> Check:
    try:
        tokens.token(platform, [scope])
    except NoToken as error:
        remedy = (
            "The platform's administrator: check that the platform knows the tool's key set "
            "address and allows the scores service. The tool's administrator: compare the "
            "client id, and the token audience if the platform wants another one."
        )
        return Check("access token", False, str(error), remedy)
    except ScoreError as error:
        remedy = "The platform's administrator: the token address does not answer as it should."
        return Check("access token", False, str(error), remedy)
    return Check("access token", True, f"given for {scope}")


def _problems(registration: Registration) -> list[str]:
    problems = [
        f"{name} is empty. Give what the platform shows."
        for name in ("name", "issuer", "client_id")
        if not getattr(registration, name).strip()
    ]
    problems += [
        f"{name} is longer than {limit} characters. Copy it again from the platform."
        for name, limit in (
            ("name", LONGEST_NAME),
            ("issuer", LONGEST_ISSUER),
            ("client_id", LONGEST_NAME),
        )
        if len(getattr(registration, name)) > limit
    ]
    addresses: list[tuple[str, str]] = [
        (name, getattr(registration, name))
        for name in ("authorization_url", "token_url", "jwks_url")
    ]
    addresses += [("service origin", url) for url in registration.service_origins]
    problems += [problem for name, url in addresses if (problem := _address_problem(name, url))]
    problems += [
        f"deployment {each!r} is empty or longer than {LONGEST_NAME} characters."
        for each in registration.deployment_ids
        if not 0 < len(each.strip()) <= LONGEST_NAME
    ]
    return problems


def _address_problem(name: str, url: str) -> str | None:
    if not origin_of(url):
        return f"{name} is {url!r}, which is no web address. Copy it whole from the platform."
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return (
            f"{name} is {url!r}, without https: anybody on the way could forge launches. "
            "Plain http is for a platform on this very machine only."
        )
    return None
