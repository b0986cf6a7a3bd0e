"""Why dates and grants cannot be kept as they were written, in words for who wrote them.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.services.refusals import N_
from lti_tool.services.term_desk import TermFault
from lti_tool.services.zones import DateFault

TERM_OBJECTIONS: Mapping[TermFault | DateFault, str] = {
    DateFault.UNREADABLE_DATE: N_("Cette date n’existe pas. Écrivez-la avec le calendrier."),
    DateFault.UNREADABLE_TIME: N_("Cette heure n’existe pas. Écrivez-la de 00:00 à 23:59."),
    DateFault.DATE_MISSING: N_("Il manque la date de cette heure."),
    DateFault.FAR_AWAY: N_("Cette année est trop éloignée. Vérifiez la date."),
    DateFault.NO_SUCH_HOUR: N_(
        "Cette heure n’existe pas ce jour-là\u00a0: les horloges avancent d’une heure. Choisissez "
        "une heure plus tard."
    ),
    DateFault.UNKNOWN_ZONE: N_("Ce fuseau horaire n’existe pas. Choisissez-en un dans la liste."),
    TermFault.UNKNOWN_TARGET: N_(
        "Ce lien n’ouvre pas, ou plus, cette activité. Actualisez la page."
    ),
    TermFault.UNKNOWN_HOLDER: N_("Choisissez une personne ou un groupe de la classe."),
    TermFault.UNKNOWN_TERM: N_("Ce délai n’existe plus. Actualisez la page."),
    TermFault.CLOSES_BEFORE_DUE: N_(
        "La clôture tombe avant l’échéance. Choisissez une clôture plus tardive."
    ),
    TermFault.NOTHING_GIVEN: N_(
        "Indiquez un nombre d’essais, une échéance ou une clôture plus tardive."
    ),
    TermFault.NO_DUE_DATE: N_(
        "La classe n’a pas d’échéance ici\u00a0: il n’y a rien à repousser. Fixez-la d’abord pour "
        "la classe."
    ),
    TermFault.NO_CLOSING_DATE: N_(
        "La classe n’a pas de clôture ici\u00a0: rien ne se ferme. Fixez-la d’abord pour la classe."
    ),
    TermFault.NOT_LATER: N_("Cette date n’est pas plus tardive que celle de la classe."),
    TermFault.ATTEMPTS_WRONG: N_("Écrivez un nombre d’essais de 1 à 20."),
    TermFault.ATTEMPTS_UNLIMITED: N_(
        "Les essais n’y sont pas limités\u00a0: il en reste toujours."
    ),
    TermFault.NOTE_TOO_LONG: N_("Ce motif est trop long. Raccourcissez-le à 500 caractères."),
}
