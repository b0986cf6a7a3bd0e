"""What stands in the way of a synchronisation, and how grades differ, in words.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.services.comparison import Difference
from lti_tool.services.objections import Objection
from lti_tool.services.refusals import N_
from lti_tool.services.sync_page import Obstacle

OBSTACLES: Mapping[Obstacle, Objection] = {
    Obstacle.NO_COLUMN: Objection(
        N_("Ce lien n’a pas de colonne de notes\u00a0: il n’y a rien à synchroniser."),
        N_(
            "Placez l’activité dans le cours par le sélecteur de contenu, activez les notes dans "
            "ses réglages, ou laissez l’outil créer des colonnes depuis le tableau de la classe."
        ),
    ),
    Obstacle.NOT_READABLE: Objection(
        N_("La plateforme ne permet pas à l’outil de lire le carnet de notes."),
        N_(
            "L’administration de la plateforme doit accorder à l’outil la lecture des résultats "
            "(result.readonly). Rouvrez ensuite l’activité depuis votre cours. Les notes "
            "continuent d’être envoyées\u00a0: seules leurs modifications dans le carnet restent "
            "invisibles."
        ),
    ),
}

DIFFERENCES: Mapping[Difference, str] = {
    Difference.MISSING: N_("Reçue par la plateforme, puis effacée du carnet."),
    Difference.NOT_SENT: N_("Pas encore arrivée dans le carnet."),
    Difference.OLDER: N_("Le carnet a une note plus ancienne."),
    Difference.CHANGED: N_("Modifiée dans le carnet."),
    Difference.FOREIGN: N_("Donnée dans le carnet, sans que l’outil l’ait envoyée."),
}
