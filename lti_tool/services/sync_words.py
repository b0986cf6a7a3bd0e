"""What stands in the way of a synchronisation, in words: the cause and the remedy.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Mapping

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
