"""The connection with a platform, tried step by step: what works, what does not, who mends it.

Each step is a call of its own, so that a page can show one after the other; none of them
waits for a platform in a transaction, changes anything there, or keeps what it reads. The
texts are in French, the language in which the catalogues are kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from lti_tool.database import Database
from lti_tool.lti import (
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    ROSTER_SCOPE,
    SCORE_SCOPE,
    KeySets,
    LaunchRefused,
    LineItemClient,
    NoToken,
    RosterClient,
    ScoreError,
    ServiceError,
    TokenClient,
    Unreachable,
    call,
)
from lti_tool.models import Context, Deployment, Platform, ResourceLink
from lti_tool.services.keys import KeyRing
from lti_tool.services.links import OWN_CONTEXT
from lti_tool.services.refusals import N_, Mender

log = logging.getLogger(__name__)


class Step(StrEnum):
    """What is tried, in this order. The value is in addresses and in JSON."""

    DEPLOYMENTS = "deployments"
    PLATFORM_KEYS = "platform-keys"
    OWN_KEYS = "own-keys"
    SCORE_TOKEN = "score-token"  # noqa: S105 -- a step's name
    LINE_ITEM_TOKEN = "line-item-token"  # noqa: S105 -- a step's name
    RESULT_TOKEN = "result-token"  # noqa: S105 -- a step's name
    ROSTER_TOKEN = "roster-token"  # noqa: S105 -- a step's name
    LINE_ITEMS = "line-items"
    ROSTER = "roster"


STEP_NAMES: Mapping[Step, str] = {
    Step.DEPLOYMENTS: N_("Déploiements connus"),
    Step.PLATFORM_KEYS: N_("Clés publiques de la plateforme"),
    Step.OWN_KEYS: N_("Nos clés publiques, à notre adresse publique"),
    Step.SCORE_TOKEN: N_("Jeton d’accès pour envoyer des notes"),
    Step.LINE_ITEM_TOKEN: N_("Jeton d’accès aux colonnes du carnet de notes"),
    Step.RESULT_TOKEN: N_("Jeton d’accès pour relire des notes"),
    Step.ROSTER_TOKEN: N_("Jeton d’accès à la liste d’une classe"),
    Step.LINE_ITEMS: N_("Lecture des colonnes d’une classe"),
    Step.ROSTER: N_("Lecture de la liste d’une classe"),
}


class Outcome(StrEnum):
    """How a step ended. ``WAITING`` says that something else must happen first."""

    OK = "ok"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a step.

    ``said`` is a text that takes ``values``; ``detail`` is what the platform or the
    network said, as it stands. Without a failure there is nothing to mend.
    """

    step: Step
    outcome: Outcome
    said: str
    remedy: str = ""
    mender: Mender | None = None
    detail: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class PlatformGone(Exception):
    """There is no such platform (any more)."""


_SCOPES: Mapping[Step, str] = {
    Step.SCORE_TOKEN: SCORE_SCOPE,
    Step.LINE_ITEM_TOKEN: LINE_ITEM_SCOPE,
    Step.RESULT_TOKEN: RESULT_SCOPE,
    Step.ROSTER_TOKEN: ROSTER_SCOPE,
}
_LAUNCH_FIRST = N_(
    "Ouvrez une fois une activité de l’outil depuis un cours de cette plateforme, puis recommencez."
)


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Tries what launches, grades and class lists need. Safe to share among threads."""

    database: Database
    key_sets: KeySets
    keys: KeyRing
    own_key_set_url: str

    def run(self, platform_id: int) -> Iterator[Finding]:
        """Try every step, one after the other. Raise ``PlatformGone``."""
        for step in Step:
            yield self.try_step(platform_id, step)

    def try_step(self, platform_id: int, step: Step) -> Finding:
        """Try one step. Raise ``PlatformGone``; whatever else goes wrong is the finding."""
        platform = self._platform(platform_id)
        tries: Mapping[Step, Callable[[Platform], Finding]] = {
            Step.DEPLOYMENTS: _deployments,
            Step.PLATFORM_KEYS: self._platform_keys,
            Step.OWN_KEYS: self._own_keys,
            Step.LINE_ITEMS: self._line_items,
            Step.ROSTER: self._roster,
        }
        try:
            if step in _SCOPES:
                return self._token(platform, step)
            return tries[step](platform)
        except Exception as error:
            log.exception("A step of the connection test failed.", extra={"platform": platform_id})
            return Finding(
                step,
                Outcome.FAILED,
                N_("L’outil a rencontré une erreur qui vient de lui."),
                N_("Transmettez ce que dit le journal du serveur à cette heure-ci."),
                Mender.MAINTAINER,
                type(error).__name__,
            )

    def _platform(self, platform_id: int) -> Platform:
        with self.database.reading() as db:
            platform = db.get(Platform, platform_id, options=[selectinload(Platform.deployments)])
        if platform is None:
            raise PlatformGone(platform_id)
        return platform

    def _fresh_tokens(self) -> TokenClient:
        """A client that holds no token yet: one that we have kept would prove nothing."""
        return TokenClient(self.keys.signing_key)

    def _platform_keys(self, platform: Platform) -> Finding:
        try:
            keys = self.key_sets.fetch(platform.jwks_url)
        except LaunchRefused as refused:
            return Finding(
                Step.PLATFORM_KEYS,
                Outcome.FAILED,
                N_("L’outil n’arrive pas à lire les clés publiques de la plateforme."),
                N_(
                    "Ouvrez l’adresse des clés (JWKS) depuis le serveur de l’outil. Corrigez-la si "
                    "elle a changé, ou laissez ce serveur l’atteindre."
                ),
                Mender.BOTH,
                refused.detail,
            )
        if not keys:
            return Finding(
                Step.PLATFORM_KEYS,
                Outcome.FAILED,
                N_("La plateforme ne publie aucune clé que l’outil puisse employer."),
                N_("Publiez une clé RSA d’au moins 2048 bits, avec un nom (kid)."),
                Mender.PLATFORM,
                platform.jwks_url,
            )
        return Finding(
            Step.PLATFORM_KEYS,
            Outcome.OK,
            N_("L’outil lit les clés de la plateforme. Clés utilisables\u00a0: %(count)s."),
            values={"count": len(keys)},
        )

    def _own_keys(self, _platform: Platform) -> Finding:
        """Read our key set where platforms read it, which also proves the public address."""
        try:
            answer = call("GET", self.own_key_set_url, headers={"Accept": "application/json"})
        except Unreachable as error:
            return self._own_keys_unread(str(error))
        if not answer.ok:
            return self._own_keys_unread(f"HTTP {answer.status}")
        published = {each.kid for each in self.keys.known_keys()}
        if _kids(answer.body) != published:
            return Finding(
                Step.OWN_KEYS,
                Outcome.FAILED,
                N_("À cette adresse, ce ne sont pas les clés de cet outil."),
                N_(
                    "Vérifiez ARRIMAGE_PUBLIC_URL, et que le serveur mandataire (proxy) mène à cet "
                    "outil sans garder d’anciennes réponses."
                ),
                Mender.TOOL,
                self.own_key_set_url,
            )
        return Finding(
            Step.OWN_KEYS,
            Outcome.OK,
            N_("Nos clés se lisent à l’adresse que la plateforme connaît."),
            detail=self.own_key_set_url,
        )

    def _own_keys_unread(self, detail: str) -> Finding:
        return Finding(
            Step.OWN_KEYS,
            Outcome.FAILED,
            N_("Depuis son propre serveur, l’outil ne lit pas ses clés à son adresse publique."),
            N_(
                "Ouvrez cette adresse depuis une autre machine. Si elle s’ouvre, la plateforme la "
                "lit sans doute aussi, et la ligne suivante le dira. Sinon, vérifiez "
                "ARRIMAGE_PUBLIC_URL, le nom de domaine et le serveur mandataire (proxy)."
            ),
            Mender.TOOL,
            f"{self.own_key_set_url} {detail}",
        )

    def _token(self, platform: Platform, step: Step) -> Finding:
        scope = _SCOPES[step]
        try:
            self._fresh_tokens().token(platform, [scope])
        except NoToken as error:
            return Finding(
                step,
                Outcome.FAILED,
                N_("La plateforme refuse ce jeton à l’outil."),
                N_(
                    "Dans la plateforme, vérifiez l’adresse de nos clés (JWKS) et autorisez ce "
                    "service pour l’outil. Dans l’outil, comparez l’identifiant client et, si la "
                    "plateforme en veut un autre, le destinataire (audience) des demandes de jeton."
                ),
                Mender.BOTH,
                f"{error} ({scope})",
            )
        except ScoreError as error:
            return Finding(
                step,
                Outcome.FAILED,
                N_("L’adresse des jetons ne répond pas comme il faut."),
                N_(
                    "Réessayez dans quelques minutes. Si cela dure, vérifiez que le serveur de "
                    "l’outil atteint cette adresse, et qu’elle n’a pas changé."
                ),
                Mender.BOTH,
                f"{platform.token_url} {error}",
            )
        return Finding(step, Outcome.OK, N_("La plateforme donne ce jeton."), detail=scope)

    def _line_items(self, platform: Platform) -> Finding:
        """Read the columns of a link that was launched; nothing is made or changed."""
        with self.database.reading() as db:
            link = _last_graded_link(db, platform)
            launched = _last_class(db, platform) is not None
        if link is None:
            return _waiting(
                Step.LINE_ITEMS,
                N_("Aucune activité ouverte n’a de colonne dans le carnet de notes."),
                N_(
                    "Autorisez pour l’outil le service des notes (AGS), placez une activité notée "
                    "dans un cours, puis ouvrez-la."
                ),
                launched=launched,
            )
        try:
            count = self._count_columns(platform, link)
        except ServiceError as error:
            return Finding(
                Step.LINE_ITEMS,
                Outcome.FAILED,
                N_("La plateforme ne laisse pas lire les colonnes du carnet de notes."),
                N_(
                    "Autorisez pour l’outil le service des notes (AGS), colonnes comprises. Si "
                    "l’activité n’existe plus, ouvrez-en une autre, puis recommencez."
                ),
                Mender.PLATFORM,
                str(error),
            )
        return Finding(
            Step.LINE_ITEMS,
            Outcome.OK,
            N_("Les colonnes de la dernière activité notée se lisent. Colonnes\u00a0: %(count)s."),
            values={"count": count},
        )

    def _count_columns(self, platform: Platform, link: ResourceLink) -> int:
        client = LineItemClient(self._fresh_tokens())
        allowed = set(link.grade_scopes)
        only_reads = LINE_ITEM_READ_SCOPE in allowed and LINE_ITEM_SCOPE not in allowed
        scope = LINE_ITEM_READ_SCOPE if only_reads else LINE_ITEM_SCOPE
        if link.line_item_url is not None:
            client.column(platform, link.line_item_url, scope=scope)
            return 1
        found = client.columns(
            platform,
            link.line_items_url or "",
            resource_link_id=link.resource_link_id,
            scope=scope,
        )
        return len(found)

    def _roster(self, platform: Platform) -> Finding:
        """Read the first page of a class's list; nothing of it is kept."""
        with self.database.reading() as db:
            newest = _last_class(db, platform)
        url = newest.memberships_url if newest is not None else None
        if url is None:
            return _waiting(
                Step.ROSTER,
                N_("Aucune classe connue n’a donné l’adresse de sa liste."),
                N_(
                    "Autorisez pour l’outil le service des noms et des rôles (NRPS), puis rouvrez "
                    "une activité depuis le cours."
                ),
                launched=newest is not None,
            )
        try:
            count = RosterClient(self._fresh_tokens()).look(platform, url)
        except ServiceError as error:
            return Finding(
                Step.ROSTER,
                Outcome.FAILED,
                N_("La plateforme ne donne pas la liste de cette classe."),
                N_(
                    "Autorisez pour l’outil le service des noms et des rôles (NRPS). Si la classe "
                    "n’existe plus, ouvrez une activité depuis une autre, puis recommencez."
                ),
                Mender.PLATFORM,
                str(error),
            )
        return Finding(
            Step.ROSTER,
            Outcome.OK,
            N_("Le début de la liste d’une classe se lit. Personnes lues\u00a0: %(count)s."),
            values={"count": count},
        )


def _deployments(platform: Platform) -> Finding:
    if platform.suspended_at is not None:
        return Finding(
            Step.DEPLOYMENTS,
            Outcome.FAILED,
            N_("La plateforme est suspendue\u00a0: ses ouvertures sont refusées."),
            N_("Rétablissez-la dans sa page d’administration."),
            Mender.TOOL,
        )
    if platform.deployments:
        return Finding(
            Step.DEPLOYMENTS,
            Outcome.OK,
            N_("Déploiements connus\u00a0: %(count)s."),
            values={"count": len(platform.deployments)},
        )
    if platform.awaits_deployment:
        return Finding(
            Step.DEPLOYMENTS,
            Outcome.WAITING,
            N_("La première ouverture vérifiée dira de quel déploiement il s’agit."),
            _LAUNCH_FIRST,
            Mender.PLATFORM,
        )
    return Finding(
        Step.DEPLOYMENTS,
        Outcome.FAILED,
        N_("Aucun déploiement n’est connu\u00a0: toutes les ouvertures sont refusées."),
        N_("Ajoutez l’identifiant de déploiement que montre la plateforme."),
        Mender.TOOL,
    )


def _waiting(step: Step, said: str, remedy: str, *, launched: bool) -> Finding:
    """Say what must happen first: a launch, or else a service that the platform offers."""
    if launched:
        return Finding(step, Outcome.WAITING, said, remedy, Mender.PLATFORM)
    return Finding(step, Outcome.WAITING, said, _LAUNCH_FIRST, Mender.TEACHER)


def _last_class(db: Session, platform: Platform) -> Context | None:
    """Return the newest class that was launched, one that told where its list is if any did."""
    return db.scalars(
        select(Context)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(
            Deployment.platform_id == platform.id,
            Context.context_id.not_like(f"{OWN_CONTEXT}%"),
        )
        .order_by(Context.memberships_url.is_(None), Context.id.desc())
        .limit(1)
    ).first()


def _last_graded_link(db: Session, platform: Platform) -> ResourceLink | None:
    """Return the newest link that told where its column is, or else where its class's are."""
    return db.scalars(
        select(ResourceLink)
        .join(Context, Context.id == ResourceLink.context_pk)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(
            Deployment.platform_id == platform.id,
            or_(ResourceLink.line_item_url.is_not(None), ResourceLink.line_items_url.is_not(None)),
        )
        .order_by(ResourceLink.line_item_url.is_(None), ResourceLink.id.desc())
        .limit(1)
    ).first()


def _kids(body: bytes) -> set[object]:
    try:
        return {key["kid"] for key in json.loads(body)["keys"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return set()
