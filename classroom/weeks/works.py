"""What the class makes in the workshops: three projects, in the words of those who learn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from classroom.weeks.pupils import PLAN, PORTFOLIO

Records = Mapping[str, Mapping[str, Any]]

ACTORS: Final = (
    ("Mairie", "Association de quartier", "Familles hébergées", "Bailleur social", "Rivière"),
    ("Ressourcerie", "Collège", "Personnes âgées isolées", "Intercommunalité", "Commerçantes"),
    (
        "Coopérative maraîchère",
        "Lycée agricole",
        "Saisonnières",
        "Syndicat de l’eau",
        "Rivière",
    ),
)
TOLD: Final = ("Familles hébergées", "Personnes âgées isolées", "Saisonnières")
PURPOSES: Final = (
    "Choisir avec elles les horaires et l’entrée de l’accueil.",
    "Décider avec elles où et quand s’arrête la tournée de réparation.",
    "Écrire avec elles la règle d’attribution des logements d’été.",
)
SHEET: Final[Mapping[str, str]] = {
    "type": "promise",
    "scope": "Les horaires et le lieu ; ni le budget, ni le personnel.",
    "mandate": "Le comité du projet suit l’avis, ou dit par écrit pourquoi il s’en écarte.",
    "level": "involve",
    "promise": "Ce que vous direz sera repris mot pour mot dans la décision.",
    "method": "workshop",
    "how": "Trois soirées sur place, avec une médiatrice et une garde d’enfants.",
    "means": "Deux personnes, six heures chacune ; les repas.",
    "risks": "Que seules viennent celles qui viennent toujours.",
    "feedback": "Une page affichée sur place sous quinze jours.",
    "indicator": "La moitié des personnes a parlé au moins une fois.",
}
BEFORE_DECISION: Final = timedelta(days=21)


def made(workshop: str, project: int, number: int, moment: datetime) -> Mapping[str, Records]:
    """What is made before a work is handed in, by workshop. A second one is mended."""
    actors = {
        f"acteur-{place}": {
            "type": "actor",
            "label": label,
            "nature": "organisation",
            "presence": "present",
        }
        for place, label in enumerate(ACTORS[project], 1)
    }
    plans = {**SHEET, "who": TOLD[project], "purpose": PURPOSES[project]}
    plans |= {
        "lastMeeting": f"{moment + BEFORE_DECISION / 2:%Y-%m-%d}",
        "decision": f"{moment + BEFORE_DECISION:%Y-%m-%d}",
    }
    if number > 1:
        plans |= {"level": "collaborate", "method": "drafting"}
    if workshop == PLAN:
        return {"carte-du-projet": actors, PLAN: {"promesse-1": plans}}
    return {PORTFOLIO: _portfolio()}


def _portfolio() -> Records:
    return {
        "on-carte-du-projet": {
            "type": "remark",
            "text": "Ma première carte oubliait travaille la nuit. Je montre les deux.",
        },
        "on-plan-du-projet": {
            "type": "remark",
            "text": "Le mandat a été réécrit après relecture : la promesse y gagne une décision.",
        },
        "review": {
            "surprise": "Les plus affectés ne sont presque jamais dans la salle.",
            "next": "Demander, avant chaque réunion, ce qui reste ouvert à la discussion.",
        },
    }
