"""A course made for the export benchmark: forty pages, and twenty megabytes of photographs.

Its text is made of common French words, its photographs of noise: what deflation gains on
them is what it gains on a real course's. Both are drawn from a seed, so that every run
exports the same bytes.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Final

PAGES: Final = 40
PAGES_PER_UNIT: Final = 5
WORDS_PER_PAGE: Final = 600
SEED: Final = 20_261_123
WORDS: Final = tuple(
    """acteur action alliance association besoin bilan commune conseil coopération décision
    dialogue durable effet engagement enjeu entreprise équipe exemple fondation habitant
    intérêt légitimité locale méthode mission objectif organisation partage partenariat
    pouvoir pratique projet public question relation réseau résultat social soutien
    structure territoire travail urgence usage valeur vision""".split()  # noqa: SIM905 -- words
)

COMMENT_BYTES: Final = 65_533
"""As many bytes as one comment of a JPEG file can hold (ITU-T T.81, B.2.4.5)."""
JPEG_START: Final = b"\xff\xd8"
JPEG_PICTURE: Final = b"".join(
    (
        b"\xff\xdb\x00\x43\x00" + b"\x01" * 64,
        b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00",
        b"\xff\xc4\x00\x14\x00\x01" + b"\x00" * 16,
        b"\xff\xc4\x00\x14\x10\x01" + b"\x00" * 16,
        b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f",
        b"\xff\xd9",
    )
)
"""Eight grey pixels by eight, in one component, each code of one bit."""


def write_course(folder: Path, media_bytes: int) -> None:
    """Write the course into ``folder``, with so many bytes of photographs together."""
    chance = random.Random(SEED)  # noqa: S311 -- the same course each time, no secret
    for number in range(PAGES):
        _write(folder / f"media/photo-{number}.jpg", _photo(chance, media_bytes // PAGES))
    units = [f"unite-{number}" for number in range(PAGES // PAGES_PER_UNIT)]
    for position, unit in enumerate(units):
        _write_unit(folder / "apprendre" / unit, chance, position)
    _write(folder / "syllabus.md", "# Syllabus\n\nCe cours sert à mesurer.\n")
    listed = ", ".join(units)
    _write(
        folder / "course.yaml",
        "title: Quarante pages\nversion: '1'\nlanguages: [fr]\nsummary: Un cours qui sert à "
        "mesurer.\nlicence: CC BY 4.0\nsyllabus:\n  page: syllabus.md\n  fields: []\n"
        "competencies:\n  - {id: mesurer, title: Mesurer}\nreferences: []\nparts:\n"
        f"  - {{id: apprendre, title: Apprendre, summary: Tout., units: [{listed}]}}\n",
    )


def _write_unit(folder: Path, chance: random.Random, position: int) -> None:
    pages = range(PAGES_PER_UNIT)
    for page in pages:
        photo = f"media/photo-{position * PAGES_PER_UNIT + page}.jpg"
        body = "\n\n".join(_paragraph(chance) for _ in range(WORDS_PER_PAGE // 60))
        text = f"# Leçon {page + 1}\n\n![Une photographie]({photo})\n\n{body}\n"
        _write(folder / f"page-{page}.md", text)
    steps = "".join(f"  - page: page-{page}.md\n" for page in pages)
    _write(
        folder / "unit.yaml",
        f"title: Unité {position + 1}\nminutes: 30\noutcomes:\n"
        "  - {text: Savoir mesurer, competency: mesurer}\n"
        f"steps:\n{steps}  - quiz: quiz.yaml\nreferences: []\n",
    )
    _write(
        folder / "quiz.yaml",
        f"id: quiz-{position + 1}\ntitle: Quiz\ninstructions: Répondez.\ngraded: true\n"
        "attempts: 2\npass_mark: 60\nquestions:\n"
        + "".join(_question(chance, number) for number in range(5)),
    )


def _question(chance: random.Random, number: int) -> str:
    right, wrong = chance.sample(WORDS, 2)
    return (
        f"  - id: question-{number}\n    kind: single\n    prompt: Quel mot ?\n"
        "    competencies: [mesurer]\n    points: 1\n"
        "    feedback: {correct: Oui., incorrect: Non.}\n    choices:\n"
        f"      - {{text: {right}, correct: true, feedback: Juste.}}\n"
        f"      - {{text: {wrong}, feedback: Relisez.}}\n"
    )


def _paragraph(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=60)).capitalize() + "."


def _photo(chance: random.Random, size: int) -> bytes:
    """Return a small picture that a long comment of noise makes as heavy as a photograph."""
    noise = chance.randbytes(size)
    comments = (noise[start : start + COMMENT_BYTES] for start in range(0, size, COMMENT_BYTES))
    segments = (b"\xff\xfe" + struct.pack(">H", len(one) + 2) + one for one in comments)
    return b"".join((JPEG_START, *segments, JPEG_PICTURE))


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
