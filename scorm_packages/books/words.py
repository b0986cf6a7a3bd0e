"""The words that a book or a cartridge adds to a course."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import course_content
from course_content.render import PLAYER_LANGUAGES
from course_content.typography import typographic

_LOCALES: Final = Path(course_content.__file__).parent / "player" / "locale"


@dataclass(frozen=True, slots=True)
class Words:
    """``player`` are those of the course on a screen: a sheet says the same on paper."""

    language: str
    player: Mapping[str, Any]
    book: Mapping[str, str]

    def __call__(self, name: str, **values: object) -> str:
        """Return a text; ``count`` chooses between one and several. Raise ``KeyError``."""
        text = self.book[name] if name in self.book else self.player[name]
        if isinstance(text, Mapping):
            text = text["one" if self._is_one(int(str(values["count"]))) else "other"]
        return typographic(str(text).format(**values), self.language)

    def _is_one(self, count: int) -> bool:
        """Nothing is singular in French, plural in English."""
        return count in ((0, 1) if self.language.startswith("fr") else (1,))

    def number(self, value: float) -> str:
        """Write a number as the language does."""
        text = f"{value:g}" if abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - all digits
        return text.replace(".", ",") if self.language.startswith("fr") else text


_FRENCH: Final = {
    "cartridge.number": "Répondez par un nombre ({unit}).",
    "cartridge.place": "À quelle place ?",
    "cartridge.question": "Question {number}",
    "answers": "Réponses et explications",
    "answers.go": "Voir la réponse",
    "answers.back": "Revenir à la question",
    "answers.when": "Si vous avez répondu « {answer} »",
    "answers.else": "Si vous n’avez pas trouvé",
    "answers.partly": "Si vous avez trouvé en partie",
    "answers.room": "Votre réponse :",
    "answers.tolerance": "{value} (à {tolerance} près)",
    "answers.accepted": "ou",
    "attached": "(fichier joint au cours en ligne)",
    "contents": "Sommaire",
    "cover": "Couverture",
    "cover.alt": "Couverture : {title}.",
    "figures": "Figures",
    "landmarks": "Repères",
    "publication": "À propos de cette publication",
    "sheet.draw": "Dessinez ici.",
    "sheet.categories": "Les catégories",
    "start": "Début du cours",
    "version": "Version {version}",
    "summary.words": (
        "Le texte se lit dans l’ordre, avec une table des matières et des titres à chaque niveau. "
    ),
    "summary.pictures": "Chaque figure a un équivalent textuel. ",
    "summary.bare": "Des figures n’ont pas d’équivalent textuel. ",
    "summary.end": "Il n’y a ni son ni vidéo.",
}

_ENGLISH: Final = {
    "cartridge.number": "Answer with a number ({unit}).",
    "cartridge.place": "In which place?",
    "cartridge.question": "Question {number}",
    "answers": "Answers and explanations",
    "answers.go": "See the answer",
    "answers.back": "Back to the question",
    "answers.when": "If you answered “{answer}”",
    "answers.else": "If you did not find it",
    "answers.partly": "If you found part of it",
    "answers.room": "Your answer:",
    "answers.tolerance": "{value} (give or take {tolerance})",
    "answers.accepted": "or",
    "attached": "(file that comes with the course online)",
    "contents": "Contents",
    "cover": "Cover",
    "cover.alt": "Cover: {title}.",
    "figures": "Figures",
    "landmarks": "Landmarks",
    "publication": "About this publication",
    "sheet.draw": "Draw here.",
    "sheet.categories": "The categories",
    "start": "Start of the course",
    "version": "Version {version}",
    "summary.words": (
        "The text can be read in order, with a table of contents and headings at every level. "
    ),
    "summary.pictures": "Every figure has a text alternative. ",
    "summary.bare": "Some figures have no text alternative. ",
    "summary.end": "There is no sound and no video.",
}


@lru_cache(maxsize=8)
def words(language: str) -> Words:
    """Return the words in a language, else in English."""
    spoken = language.partition("-")[0]
    book = _FRENCH if spoken == "fr" else _ENGLISH
    known = spoken if spoken in PLAYER_LANGUAGES else "en"
    player = json.loads((_LOCALES / f"{known}.json").read_text(encoding="utf-8"))
    return Words(language, player, book)
