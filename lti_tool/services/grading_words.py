"""How a link is graded, in words. French, as the catalogues are kept; a page translates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lti_tool.models import Counting
from lti_tool.services.refusals import N_


@dataclass(frozen=True, slots=True)
class CountingWords:
    """A way to count attempts: to be chosen, as a rule, of a score, and beside a score.

    ``beside`` takes the ``score``. ``example`` is about attempts of 40, 90 and 80 %.
    """

    label: str
    meaning: str
    example: str
    rule: str
    of_score: str
    beside: str


COUNTING_WORDS: Final[Mapping[Counting, CountingWords]] = {
    Counting.BEST: CountingWords(
        N_("Le meilleur essai"),
        N_("Refaire une activité ne peut jamais faire baisser la note."),
        N_("Essais à 40\u00a0%%, 90\u00a0%% et 80\u00a0%%\u00a0: la note est 90\u00a0%%."),
        N_("Le meilleur essai compte."),
        N_("Meilleur essai\u00a0:"),
        N_("le meilleur\u00a0: %(score)s"),
    ),
    Counting.LAST: CountingWords(
        N_("Le dernier essai"),
        N_("La note suit le dernier essai terminé\u00a0: elle monte ou baisse avec lui."),
        N_("Essais à 40\u00a0%%, 90\u00a0%% et 80\u00a0%%\u00a0: la note est 80\u00a0%%."),
        N_("Le dernier essai terminé compte."),
        N_("Dernier essai\u00a0:"),
        N_("le dernier\u00a0: %(score)s"),
    ),
    Counting.FIRST: CountingWords(
        N_("Le premier essai"),
        N_("Les essais suivants servent à s’entraîner\u00a0: la note ne change plus."),
        N_("Essais à 40\u00a0%%, 90\u00a0%% et 80\u00a0%%\u00a0: la note est 40\u00a0%%."),
        N_("Le premier essai terminé compte."),
        N_("Premier essai\u00a0:"),
        N_("le premier\u00a0: %(score)s"),
    ),
    Counting.AVERAGE: CountingWords(
        N_("La moyenne des essais"),
        N_("Tous les essais terminés comptent autant\u00a0: la note peut aussi baisser."),
        N_("Essais à 40\u00a0%%, 90\u00a0%% et 80\u00a0%%\u00a0: la note est 70\u00a0%%."),
        N_("La moyenne des essais terminés compte."),
        N_("Moyenne des essais\u00a0:"),
        N_("la moyenne\u00a0: %(score)s"),
    ),
}
