"""What is said of a course that does not open by a dispatch package: cause, remedy, and for whom.

The texts are in French, the language in which the catalogues are kept; a page translates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from lti_tool.services.refusals import BAD_REQUEST, FORBIDDEN, N_, Explanation, Mender


class DispatchFault(StrEnum):
    """Why a dispatched course does not open."""

    INCOMPLETE = "dispatch_incomplete"
    FORGED = "dispatch_forged"
    UNKNOWN = "dispatch_unknown"
    REVOKED = "dispatch_revoked"
    NOT_YET = "dispatch_not_yet"
    OVER = "dispatch_over"
    NO_SEAT = "dispatch_no_seat"
    PLACE_FOREIGN = "dispatch_place_foreign"
    COURSE_MISSING = "dispatch_course_missing"
    VISIT_OVER = "dispatch_visit_over"


class DispatchRefused(Exception):
    """A dispatched course does not open. ``detail`` is for the log and says nothing of anybody."""

    def __init__(self, fault: DispatchFault, detail: str = "", language: str | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.detail = detail
        self.language = language
        """The course's, where it is known."""


_AGAIN = N_("Fermez cette page, puis rouvrez l’activité depuis votre cours.")
_NEW_PACKAGE = N_(
    "Demandez à l’université qui propose ce cours un nouveau paquet, puis mettez-le à la place de "
    "l’ancien. Transmettez le numéro de référence."
)
_ASK = N_(
    "Écrivez à l’université qui propose ce cours, avec le numéro de référence. Ce que votre "
    "plateforme a enregistré de votre travail n’a pas changé."
)

DISPATCH_EXPLANATIONS: Mapping[DispatchFault, Explanation] = {
    DispatchFault.INCOMPLETE: Explanation(
        BAD_REQUEST,
        N_("Cette page s’ouvre depuis un cours de votre plateforme, pas directement."),
        _AGAIN,
        Mender.VISITOR,
    ),
    DispatchFault.FORGED: Explanation(
        FORBIDDEN,
        N_("La licence de ce paquet n’a pas été faite par cet outil, ou a été modifiée."),
        _NEW_PACKAGE,
        Mender.PLATFORM,
    ),
    DispatchFault.UNKNOWN: Explanation(
        FORBIDDEN,
        N_("La licence de ce paquet n’existe plus."),
        _NEW_PACKAGE,
        Mender.PLATFORM,
    ),
    DispatchFault.REVOKED: Explanation(
        FORBIDDEN,
        N_("La licence de votre université pour ce cours a été révoquée."),
        _ASK,
        Mender.HOST,
    ),
    DispatchFault.NOT_YET: Explanation(
        FORBIDDEN,
        N_("La licence de votre université pour ce cours n’a pas encore commencé."),
        N_("Revenez le jour où le cours ouvre. L’université qui le propose connaît la date."),
        Mender.HOST,
    ),
    DispatchFault.OVER: Explanation(
        FORBIDDEN,
        N_("La licence de votre université pour ce cours est arrivée à son terme."),
        _ASK,
        Mender.HOST,
    ),
    DispatchFault.NO_SEAT: Explanation(
        FORBIDDEN,
        N_("Toutes les places de votre université pour ce cours sont prises."),
        _ASK,
        Mender.HOST,
    ),
    DispatchFault.PLACE_FOREIGN: Explanation(
        FORBIDDEN,
        N_("La licence de ce paquet ne vaut pas pour la plateforme qui l’ouvre."),
        N_(
            "Faites ajouter l’adresse de la plateforme à la licence, ou importez le paquet dans "
            "la plateforme pour laquelle il a été fait."
        ),
        Mender.BOTH,
    ),
    DispatchFault.COURSE_MISSING: Explanation(
        FORBIDDEN,
        N_("L’outil ne trouve plus ce cours, ou le profil de votre université."),
        N_("Le journal de l’outil dit ce qui manque, sous le numéro de référence."),
        Mender.HOST,
    ),
    DispatchFault.VISIT_OVER: Explanation(
        401,
        N_("Cette visite a duré trop longtemps, ou n’a jamais commencé."),
        _AGAIN,
        Mender.VISITOR,
    ),
}
