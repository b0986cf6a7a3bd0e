"""Dynamic Registration: invitations, and platforms that register by one.

An invitation serves once. The platform is asked outside any transaction, as it may take its
time, so the invitation is first *claimed* for a while, in one statement: of two at once, one
waits. It is *used up* in the transaction that keeps the registration, and otherwise given
back.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import (
    GivenRegistration,
    Guard,
    PlatformConfiguration,
    RegistrationFault,
    RegistrationRefused,
    ToolAddresses,
    read_configuration,
    register,
)
from lti_tool.models import Deployment, Invitation, KnownPlatform, Platform, now
from lti_tool.services.platforms import PlatformInvalid, Registration, keep_platform
from lti_tool.services.tokens import hashed, new_token

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=3)
"""Longer than two calls to a platform and the look-ups of its names can take."""
LONGEST_PARAMETER = 4_000
LONGEST_INVITATION = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    """What comes with the browser (Dynamic Registration 1.0, 3.3), and our invitation."""

    invitation: str
    configuration_url: str
    registration_token: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a registration, in the words of the page that says it."""

    name: str
    issuer: str
    updated: bool
    awaits_deployment: bool


def invite(db: Session, lifetime: timedelta, name: str | None = None) -> str:
    """Make an invitation and return its token, which nobody can read again."""
    token = new_token()
    db.add(Invitation(token_hash=hashed(token), name=name, expires_at=now() + lifetime))
    return token


@dataclass(frozen=True, slots=True)
class RegistrationDesk:
    """Lets invited platforms register. Safe to share among threads."""

    database: Database
    guard: Guard
    addresses: ToolAddresses

    def look(self, request: RegistrationRequest) -> PlatformConfiguration:
        """Return who asks, having changed nothing. Raise ``RegistrationRefused``."""
        _check(request)
        with self.database.reading() as db:
            _require_usable(db, request.invitation)
        return read_configuration(request.configuration_url, self.guard)

    def register(self, request: RegistrationRequest) -> Registered:
        """Register the tool with the platform, and the platform here.

        Raise ``RegistrationRefused``; the invitation then serves again.
        """
        _check(request)
        claim = self._claim(request.invitation)
        try:
            return self._register(request, claim)
        except Exception:
            self._give_back(request.invitation, claim)
            raise

    def _register(self, request: RegistrationRequest, claim: datetime) -> Registered:
        configuration = read_configuration(request.configuration_url, self.guard)
        try:
            given = register(configuration, request.registration_token, self.addresses, self.guard)
            with self.database.transaction() as db:
                name = _use_up(db, request.invitation, claim)
                kept = _keep(db, configuration, given, name)
        except RegistrationRefused as refused:
            refused.issuer = configuration.issuer
            raise
        log.info("A platform registered.", extra={"issuer": kept.issuer, "updated": kept.updated})
        return kept

    def _claim(self, invitation: str) -> datetime:
        """Keep everybody else from using an invitation for a while, and return until when."""
        moment = now()
        until = moment + CLAIM
        with self.database.transaction() as db:
            claimed = db.execute(
                update(Invitation)
                .where(
                    Invitation.token_hash == hashed(invitation),
                    Invitation.used_at.is_(None),
                    Invitation.expires_at > moment,
                    or_(Invitation.claimed_until.is_(None), Invitation.claimed_until <= moment),
                )
                .values(claimed_until=until)
                .returning(Invitation.token_hash)
                .execution_options(synchronize_session=False)
            ).all()
            if not claimed:
                _require_usable(db, invitation)
                raise RegistrationRefused(RegistrationFault.INVITATION_BUSY)
        return until

    def _give_back(self, invitation: str, claim: datetime) -> None:
        with self.database.transaction() as db:
            db.execute(
                update(Invitation)
                .where(
                    Invitation.token_hash == hashed(invitation), Invitation.claimed_until == claim
                )
                .values(claimed_until=None)
                .execution_options(synchronize_session=False)
            )


def take_deployment(db: Session, platform: KnownPlatform, deployment_id: str) -> bool:
    """Let a verified launch say which deployment we are; return whether it is ours now.

    Dynamic Registration lets a platform leave the deployment out of its answer. The client
    id was then made for this one registration, and a launch under it is signed by the
    platform: the first deployment that it names is the one that its administrator has just
    made. Only the first: what comes later, perhaps from another customer of the same
    platform, is added by the tool's administrator or not at all.
    """
    awaited = db.execute(
        update(Platform)
        .where(Platform.id == platform.id, Platform.awaits_deployment.is_(True))
        .values(awaits_deployment=False)
        .returning(Platform.id)
        .execution_options(synchronize_session=False)
    ).all()
    if awaited:
        db.add(Deployment(platform_id=platform.id, deployment_id=deployment_id))
        db.flush()
        log.info("A deployment was told by a launch.", extra={"issuer": platform.issuer})
        return True
    # Another launch may have been the first, a moment ago.
    known = select(Deployment.id).where(
        Deployment.platform_id == platform.id, Deployment.deployment_id == deployment_id
    )
    return db.scalars(known).one_or_none() is not None


def _check(request: RegistrationRequest) -> None:
    given = (request.invitation, request.configuration_url, request.registration_token)
    if not request.invitation or not request.configuration_url:
        raise RegistrationRefused(
            RegistrationFault.INCOMPLETE, "invitation or openid_configuration is missing"
        )
    if any(len(each) > LONGEST_PARAMETER or not each.isprintable() for each in given):
        raise RegistrationRefused(RegistrationFault.INCOMPLETE, "a parameter is unreadable")
    if not request.registration_token.isascii():
        raise RegistrationRefused(RegistrationFault.INCOMPLETE, "registration_token is unreadable")


def _require_usable(db: Session, token: str) -> None:
    """Say what is wrong with an invitation, if anything is. Raise ``RegistrationRefused``."""
    invitation = db.get(Invitation, hashed(token))
    if invitation is None:
        raise RegistrationRefused(RegistrationFault.INVITATION_UNKNOWN)
    if invitation.used_at is not None:
        raise RegistrationRefused(RegistrationFault.INVITATION_USED)
    if invitation.expires_at <= now():
        raise RegistrationRefused(RegistrationFault.INVITATION_EXPIRED)


def _use_up(db: Session, token: str, claim: datetime) -> str | None:
    """Use up an invitation that we hold, and return its name. Raise ``RegistrationRefused``."""
    used = db.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == hashed(token),
            Invitation.used_at.is_(None),
            Invitation.claimed_until == claim,
        )
        .values(used_at=now())
        .returning(Invitation.name)
        .execution_options(synchronize_session=False)
    ).all()
    if not used:
        raise RegistrationRefused(RegistrationFault.INVITATION_USED, "the claim has run out")
    name: str | None = used[0].name
    return name


def _keep(
    db: Session, configuration: PlatformConfiguration, given: GivenRegistration, name: str | None
) -> Registered:
    """Keep the registration, or bring the one that we have up to date."""
    known = db.scalars(
        select(Platform).where(
            Platform.issuer == configuration.issuer, Platform.client_id == given.client_id
        )
    ).one_or_none()
    registration = Registration(
        name=name or (known.name if known else configuration.host),
        issuer=configuration.issuer,
        client_id=given.client_id,
        authorization_url=configuration.authorization_url,
        token_url=configuration.token_url,
        jwks_url=configuration.jwks_url,
        token_audience=configuration.token_audience,
        deployment_ids=(given.deployment_id,) if given.deployment_id else (),
        service_origins=tuple(known.service_origins) if known else (),
    )
    try:
        platform = keep_platform(db, registration)
    except PlatformInvalid as error:
        raise RegistrationRefused(RegistrationFault.ANSWER_WRONG, str(error)) from error
    platform.awaits_deployment = not platform.deployments
    return Registered(
        name=platform.name,
        issuer=platform.issuer,
        updated=known is not None,
        awaits_deployment=platform.awaits_deployment,
    )
