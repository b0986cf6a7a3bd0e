"""What the administration's first page says: how much there is, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models import (
    Context,
    DeliveryState,
    Deployment,
    GradeDelivery,
    Invitation,
    Platform,
    Refusal,
    ToolKey,
    WindowSession,
    now,
)
from lti_tool.services.dispatch_licences import Standing, usages
from lti_tool.services.objections import objection_to_platform
from lti_tool.services.platform_health import troubles
from lti_tool.services.platforms import list_platforms
from lti_tool.services.refusals import N_

RECENT = timedelta(days=1)
OLD_KEY = timedelta(days=365)
ENDING = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody should look at. The texts take ``values``.

    ``place`` is the page of the administration that helps; ``platform_id`` says of which
    platform, where it is one's.
    """

    said: str
    remedy: str
    place: str
    platform_id: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the tool at a moment. Launches and refusals are those of the last day."""

    platforms: int
    launches: int
    refusals: int
    open_invitations: int
    concerns: Sequence[Concern]


def overview(db: Session) -> Overview:
    """Return how the tool is doing now."""
    moment = now()
    since = moment - RECENT
    platforms = list_platforms(db)
    return Overview(
        platforms=len(platforms),
        launches=_count(db, select(func.count()).where(WindowSession.created_at >= since)),
        refusals=_count(db, select(func.count()).where(Refusal.created_at >= since)),
        open_invitations=_count(
            db,
            select(func.count()).where(
                Invitation.used_at.is_(None), Invitation.expires_at > moment
            ),
        ),
        concerns=[
            *_of_platforms(db, platforms),
            *_of_health(db, platforms),
            *_of_grades(db),
            *_of_keys(db, moment),
            *_of_licences(db, moment),
        ],
    )


def _of_platforms(db: Session, platforms: Sequence[Platform]) -> Iterator[Concern]:
    if not platforms:
        yield Concern(
            N_("Aucune plateforme n’est encore inscrite."),
            N_("Invitez l’administration d’une plateforme, ou inscrivez-en une à la main."),
            "invitations",
        )
    launched = set(
        db.scalars(
            select(Deployment.platform_id)
            .join(Context, Context.deployment_id == Deployment.id)
            .distinct()
        )
    )
    for platform in platforms:
        concern = _of_platform(platform, launched=platform.id in launched)
        if concern is not None:
            said, remedy = concern
            yield Concern(said, remedy, "platform", platform.id, {"name": platform.name})


def _of_platform(platform: Platform, *, launched: bool) -> tuple[str, str] | None:
    if platform.suspended_at is not None:
        return (
            N_("%(name)s est suspendue\u00a0: personne n’en vient."),
            N_("Rétablissez-la quand ce qui l’a fait suspendre est réglé."),
        )
    if not platform.deployments and not platform.awaits_deployment:
        return (
            N_("%(name)s n’a aucun déploiement\u00a0: toutes ses ouvertures sont refusées."),
            N_("Ajoutez l’identifiant de déploiement que montre la plateforme."),
        )
    if not launched:
        return (
            N_("Personne n’a encore ouvert d’activité depuis %(name)s."),
            N_("Testez la connexion, puis ouvrez une activité depuis un cours."),
        )
    return None


def _of_health(db: Session, platforms: Sequence[Platform]) -> Iterator[Concern]:
    """Say to which platforms no score goes: its own page says why."""
    found = troubles(db)
    for platform in platforms:
        if platform.id in found:
            yield Concern(
                N_("Les notes n’arrivent plus à %(name)s\u00a0: elles attendent."),
                objection_to_platform(found[platform.id]).remedy,
                "platform",
                platform.id,
                {"name": platform.name},
            )


def _of_grades(db: Session) -> Iterator[Concern]:
    refused = _count(
        db, select(func.count()).where(GradeDelivery.state == DeliveryState.REFUSED.value)
    )
    if refused:
        yield Concern(
            N_("Notes que leur plateforme a refusées\u00a0: %(count)s."),
            N_(
                "Le tableau de chaque classe dit pourquoi. Le test de connexion trouve les causes "
                "communes à toute une plateforme."
            ),
            "platforms",
            values={"count": refused},
        )


def _of_keys(db: Session, moment: datetime) -> Iterator[Concern]:
    newest = db.scalar(select(func.max(ToolKey.created_at)))
    if newest is not None and newest < moment - OLD_KEY:
        yield Concern(
            N_("La clé de l’outil a plus d’un an."),
            N_("Remplacez-la\u00a0: les plateformes ne s’en aperçoivent pas."),
            "keys",
        )


def _of_licences(db: Session, moment: datetime) -> Iterator[Concern]:
    for usage in usages(db, moment):
        one = usage.licence
        values = {"partner": one.partner, "course": one.course}
        if usage.standing is Standing.FULL:
            yield Concern(
                N_("Toutes les places de %(partner)s sont prises pour %(course)s."),
                N_("Donnez-lui-en d’autres, ou libérez-les si la promotion a changé."),
                "licences",
                values=values,
            )
        ends_soon = timedelta() <= one.valid_until - moment.date() <= ENDING
        if usage.standing in (Standing.OPEN, Standing.FULL) and ends_soon and one.launches:
            yield Concern(
                N_("La licence de %(partner)s pour %(course)s se termine bientôt."),
                N_("Convenez de la suite avec le partenaire, puis renouvelez-la."),
                "licences",
                values=values,
            )


def _count(db: Session, query: object) -> int:
    return int(db.scalar(query) or 0)  # type: ignore[call-overload]  # a count of some table
