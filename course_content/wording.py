"""The words that rendering adds to a course: labels of callouts, tables, notes, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from course_content.addresses import GLOSSARY
from course_content.model import BIBLIOGRAPHY


@dataclass(frozen=True, slots=True)
class Wording:
    """``table``, ``note`` and ``back_to_text`` have ``{number}``."""

    callouts: Mapping[str, str]
    table: str
    notes: str
    note: str
    back_to_text: str
    new_window: str
    left_to_institution: str
    module_sheet: str
    home: str
    references: str
    appendices: Mapping[str, str]
    cited_in: str
    needs_javascript: str
    without_files: str


_FRENCH = Wording(
    callouts={
        "retenir": "À retenir",
        "exemple": "Exemple",
        "definition": "Définition",
        "attention": "Attention",
        "exercice": "Exercice",
        "fiche": "Fiche",
    },
    table="Tableau {number}",
    notes="Notes",
    note="Note {number}",
    back_to_text="Retour à l’appel de note {number}",
    new_window="(nouvelle fenêtre)",
    left_to_institution="À renseigner par l’établissement",
    module_sheet="Fiche du module",
    home="Accueil",
    references="Références",
    appendices={GLOSSARY: "Glossaire", BIBLIOGRAPHY: "Bibliographie"},
    cited_in="Cité dans\u00a0:",
    needs_javascript=(
        "Ce cours a besoin de JavaScript. Autorisez-le pour cette page dans votre navigateur, "
        "puis rechargez la page."
    ),
    without_files=(
        "Les fichiers du cours ne sont pas avec cette page. Décompressez d’abord l’archive "
        "entière, puis ouvrez index.html dans le dossier obtenu."
    ),
)

_ENGLISH = Wording(
    callouts={
        "retenir": "Key point",
        "exemple": "Example",
        "definition": "Definition",
        "attention": "Caution",
        "exercice": "Exercise",
        "fiche": "Sheet",
    },
    table="Table {number}",
    notes="Notes",
    note="Note {number}",
    back_to_text="Back to note {number} in the text",
    new_window="(new window)",
    left_to_institution="To be completed by the institution",
    module_sheet="Module sheet",
    home="Home",
    references="References",
    appendices={GLOSSARY: "Glossary", BIBLIOGRAPHY: "Bibliography"},
    cited_in="Cited in:",
    needs_javascript=(
        "This course needs JavaScript. Allow it for this page in your browser, "
        "then reload the page."
    ),
    without_files=(
        "The files of the course are not with this page. Unpack the whole archive first, then "
        "open index.html in the folder that you get."
    ),
)

_WORDINGS: Mapping[str, Wording] = {"fr": _FRENCH, "en": _ENGLISH}

CALLOUTS = tuple(_FRENCH.callouts)
"""The container names that a course file may use."""


def wording(language: str) -> Wording:
    """Return the words in ``language``, else in English."""
    return _WORDINGS.get(language.partition("-")[0], _ENGLISH)
