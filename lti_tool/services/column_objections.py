"""What stands in the way of a column, in words: the cause and the remedy.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lti_tool.lti import ServiceFault
from lti_tool.models import LineItem
from lti_tool.services.column_choice import ChoiceFault
from lti_tool.services.column_making import NOT_OURS
from lti_tool.services.objections import Objection
from lti_tool.services.refusals import N_

_WAIT = N_("L’outil réessaie de lui-même. Rien à faire pour l’instant.")
_JOURNAL = N_("Si cela dure, prévenez l’administration de l’outil, qui en a le journal.")
_PERMIT = N_(
    "L’administration de la plateforme doit permettre à l’outil de gérer les colonnes du carnet "
    "de notes. Enregistrez ensuite votre choix de nouveau."
)

CHOICE_OBJECTIONS: Mapping[ChoiceFault, Objection] = {
    ChoiceFault.NOTHING_GRADED: Objection(
        N_("Ce lien n’ouvre aucune activité notée."),
        N_("Placez dans votre cours un lien vers une partie, une unité ou une activité notée."),
    ),
    ChoiceFault.NO_ADDRESS: Objection(
        N_("La plateforme n’indique pas à l’outil où se trouvent les colonnes de ce cours."),
        N_(
            "L’administration de la plateforme doit activer pour cet outil le service des notes "
            "(Assignment and Grade Services). Rouvrez ensuite l’activité."
        ),
    ),
    ChoiceFault.NOT_GRANTED: Objection(
        N_("La plateforme ne permet pas à l’outil de créer des colonnes dans ce cours."),
        N_(
            "L’administration de la plateforme peut l’accorder dans les réglages de cet "
            "outil\u00a0: il s’agit du droit de gérer les colonnes, en plus de celui d’envoyer "
            "des notes. Rouvrez ensuite l’activité."
        ),
    ),
    ChoiceFault.LABEL_WRONG: Objection(
        N_("Il manque un nom de colonne, ou il est trop long."),
        N_("Donnez à chaque colonne un nom d’au plus 200 caractères."),
    ),
    ChoiceFault.MAXIMUM_WRONG: Objection(
        N_("La note maximale d’une colonne n’est pas un nombre utilisable."),
        N_("Donnez un nombre de points supérieur à 0 et d’au plus 10\u00a0000."),
    ),
    ChoiceFault.COUNTING_UNKNOWN: Objection(
        N_("Il n’est pas dit quel essai compte."),
        N_("Choisissez une des quatre façons de compter."),
    ),
    ChoiceFault.MARK_WRONG: Objection(
        N_("Le seuil de réussite n’est pas un pourcentage utilisable."),
        N_("Donnez un nombre entier de 0 à 100, ou gardez les seuils du module."),
    ),
    ChoiceFault.NOTHING_BEFORE: Objection(
        N_("Il n’y a pas de notation précédente à laquelle revenir."),
        N_("Choisissez la notation que vous voulez, puis regardez ce qui changerait."),
    ),
}

COLUMN_OBJECTIONS: Mapping[str, Objection] = {
    ServiceFault.UNREACHABLE: Objection(N_("La plateforme de cours ne répond pas."), _WAIT),
    ServiceFault.BUSY: Objection(N_("La plateforme de cours demande de patienter."), _WAIT),
    ServiceFault.PLATFORM_ERROR: Objection(
        N_("La plateforme de cours a rencontré une erreur."), _WAIT
    ),
    ServiceFault.ACCESS_REFUSED: Objection(
        N_("La plateforme ne donne pas à l’outil l’accès au carnet de notes."),
        N_(
            "L’administration de l’outil peut en chercher la cause\u00a0: sa page teste la "
            "connexion. L’outil réessaie de lui-même."
        ),
    ),
    ServiceFault.NOT_ALLOWED: Objection(
        N_("La plateforme n’autorise pas l’outil à agir sur cette colonne."), _PERMIT
    ),
    ServiceFault.GONE: Objection(
        N_("La colonne n’est plus à l’adresse que la plateforme a indiquée."),
        N_("Rouvrez l’activité depuis votre cours, puis enregistrez votre choix de nouveau."),
    ),
    ServiceFault.REFUSED: Objection(
        N_("La plateforme a refusé la demande de l’outil."),
        N_("Vérifiez le nom et la note maximale, puis enregistrez votre choix de nouveau."),
    ),
    ServiceFault.FOREIGN_ADDRESS: Objection(
        N_("La colonne se trouve à une adresse qui n’est pas celle de la plateforme."),
        N_(
            "L’administration de l’outil doit enregistrer cette adresse si elle lui fait "
            "confiance. Enregistrez ensuite votre choix de nouveau."
        ),
    ),
    ServiceFault.UNREADABLE: Objection(
        N_("L’outil n’a pas compris la réponse de la plateforme."), _JOURNAL
    ),
    ServiceFault.TOO_LONG: Objection(
        N_("Le carnet de notes est trop long pour être lu."), _JOURNAL
    ),
    ServiceFault.INTERNAL: Objection(N_("L’outil a rencontré une erreur."), _JOURNAL),
    NOT_OURS: Objection(
        N_("La plateforme dit que cette colonne n’est pas de l’outil\u00a0: il n’y touche pas."),
        N_("Si elle est de trop, supprimez-la vous-même dans le carnet de notes."),
    ),
}


def objections_to_missing(items: Iterable[LineItem]) -> tuple[Objection, ...]:
    """Return what keeps columns from being made, each once: their scores wait for it."""
    missing = (objection_to_column(item) for item in items if item.url is None and item.error)
    return tuple(dict.fromkeys(each for each in missing if each is not None))


def objection_to_column(item: LineItem) -> Objection | None:
    """Return what stands in the way of a column, if anything is known to."""
    return COLUMN_OBJECTIONS.get((item.error or "").partition(":")[0])
