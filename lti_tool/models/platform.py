"""The learning platforms that may launch the tool, and the proofs of a launch under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.models.base import Base, UtcDateTime, now


class Platform(Base):
    """One registration: an issuer together with the client id that it gave us.

    The same issuer may register the tool several times, each under its own client id.
    """

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(255))
    authorization_url: Mapped[str] = mapped_column(Text)
    token_url: Mapped[str] = mapped_column(Text)
    jwks_url: Mapped[str] = mapped_column(Text)
    token_audience: Mapped[str | None] = mapped_column(Text)
    """The ``aud`` of our client assertion where the platform wants another than ``token_url``."""
    service_origins: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Origins of its services, besides those of the addresses above.

    An access token goes nowhere else: a line item's address comes from a launch.
    """
    awaits_deployment: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its first verified launch may tell which deployment we are.

    Only so after a Dynamic Registration whose answer named none (docs/adr/0009).
    """
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when nobody gets in from there, if so. What was done before is kept."""
    admits_administrators: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its administrators may administer the tool, by a launch."""
    admits_designers: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its course designers may export the tool's courses, by a launch."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    deployments: Mapped[list[Deployment]] = relationship(
        back_populates="platform", cascade="all, delete-orphan"
    )


class Deployment(Base):
    """A place in a platform where the tool is installed (LTI 1.3 core, 3.1.3)."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255), default="", server_default="")
    """What the tool's administrators call it, to tell it from others."""

    platform: Mapped[Platform] = relationship(back_populates="deployments")


@dataclass(frozen=True, slots=True)
class KnownPlatform:
    """What a login and a launch need of a registration: read once, and shared among threads."""

    id: int
    issuer: str
    client_id: str
    authorization_url: str
    jwks_url: str
    awaits_deployment: bool
    suspended: bool
    deployment_ids: frozenset[str]

    @classmethod
    def of(cls, platform: Platform) -> KnownPlatform:
        """Return what there is to know of a row and its deployments."""
        return cls(
            id=platform.id,
            issuer=platform.issuer,
            client_id=platform.client_id,
            authorization_url=platform.authorization_url,
            jwks_url=platform.jwks_url,
            awaits_deployment=platform.awaits_deployment,
            suspended=platform.suspended_at is not None,
            deployment_ids=frozenset(each.deployment_id for each in platform.deployments),
        )


class ConsumerKey(Base):
    """A key and a secret that a platform shared with its LTI 1.1 tools.

    The secret proves a migration claim, so it must be readable here. It opens nothing else:
    the tool takes no LTI 1.1 launch.
    """

    __tablename__ = "consumer_key"
    __table_args__ = (UniqueConstraint("platform_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Invitation(Base):
    """A permission to register one platform by Dynamic Registration.

    Its token is in the address that the platform's administrator pastes; only its hash is
    here. It is used up in the transaction that keeps the registration.
    """

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(255))
    """What to call the platform here. Without one, its host's name does."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A registration is under way until then at most: another one has to wait."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToolKey(Base):
    """An RSA key of ours. ``services/keys.py`` says which one signs, and which are published.

    ``serial`` counts up from 1 and is unique: of two processes that make a key at the
    same moment, one gives way.
    """

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    serial: Mapped[int] = mapped_column(unique=True)
    private_pem: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class KeptToken(Base):
    """An access token that a platform gave us, shared by our processes until it is over.

    ``place`` is a fingerprint of the registration and of the exact set of scopes.
    ``claimed_until`` is the lease of the process that is asking for one.
    """

    __tablename__ = "kept_token"

    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    platform_id: Mapped[int] = mapped_column(
        ForeignKey("platform.id", ondelete="CASCADE"), index=True
    )
    token: Mapped[str | None] = mapped_column(Text)
    good_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToolSecret(Base):
    """A secret that the tool made for itself, under the name of its use."""

    __tablename__ = "tool_secret"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(64))


class UsedLogin(Base):
    """An OpenID Connect login that a launch has used up.

    A login under way is nowhere but in its own signed state (docs/adr/0014). Its number is
    written here by the launch that it serves: the primary key lets it be written once.
    """

    __tablename__ = "used_login"

    login_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From when on its state is refused anyway."""


class ContentSelection(Base):
    """A teacher choosing what to link to: the answer that a platform waits for.

    Its token travels in the picker's form, in the request's body; only its hash is here.
    It serves until it expires: where a platform posts our answer twice, so may the picker.
    """

    __tablename__ = "content_selection"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    deployment_pk: Mapped[int] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    return_url: Mapped[str] = mapped_column(Text)
    data: Mapped[str | None] = mapped_column(Text)
    """What the platform wants to see again (LTI deep linking 2.0, 4.5.6)."""
    accepts_links: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether it takes links to us at all: we have nothing else to give."""
    accepts_several: Mapped[bool] = mapped_column(default=False, server_default=false())
    accepts_line_item: Mapped[bool] = mapped_column(default=True)
    openings: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Where it lets a link say that it opens (``lti.deep_linking.OPENINGS``)."""
    language: Mapped[str] = mapped_column(String(8))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    deployment: Mapped[Deployment] = relationship()


class Refusal(Base):
    """What went wrong before a visitor, under the reference number that their page showed.

    ``code`` is a ``Fault``, a ``RegistrationFault``, one of ``services.page_refusals``, or
    ``internal`` for an error of ours.
    ``detail`` holds no token and nothing about a person.
    """

    __tablename__ = "refusal"

    reference: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
