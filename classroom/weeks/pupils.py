"""What each of the class did: when they came, how far they got, and what they know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from classroom.accounts import Account
from classroom.class_of_thirty import CLASSMATES


@dataclass(frozen=True, slots=True)
class Course:
    """How somebody went through the module.

    ``first`` and ``last`` say how many days ago they began and were last seen, ``quizzes`` how
    many they did, ``skill`` how likely they are right (0 to 1). ``stuck`` is a quiz that they
    try in vain as often as it lets them, ``failed`` one that they fail and leave at that.
    """

    first: float
    last: float
    quizzes: int
    skill: float
    stuck: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Handing:
    """A work that somebody hands in, and what a teacher says of it, days ago both.

    ``points`` are given criterion by criterion; without a full set the work is returned.
    """

    username: str
    workshop: str
    days: float
    project: int
    reviewed: float | None = None
    points: tuple[int, ...] = ()
    comment: str = ""


PLAN: Final = "plan-du-projet"
PORTFOLIO: Final = "portfolio-du-module"
SALIENCE: Final = "quiz-saillance"
STAKEHOLDERS: Final = "quiz-parties-prenantes"
DEGREES: Final = "quiz-degres-engagement"

COURSES: Final[Mapping[str, Course]] = {
    "anais.songe": Course(33, 1.1, 13, 0.94),
    "benoit.mirage": Course(32, 2.3, 9, 0.76),
    "chloe.fable": Course(33, 3.2, 13, 0.89),
    "dang.huyenthoai": Course(31, 1.4, 10, 0.83),
    "eleonore.utopie": Course(30, 4.1, 8, 0.66),
    "eleni.mythiki": Course(33, 1.8, 13, 0.97),
    "florent.legende": Course(29, 17, 3, 0.57),
    "gaelle.reverie": Course(31, 1.2, 7, 0.62),
    "hugo.pretexte": Course(28, 1.5, 3, 0.6, stuck=SALIENCE),
    "ipek.masal": Course(30, 2.1, 11, 0.86),
    "inigo.fabula": Course(27, 1.3, 6, 0.71),
    "joao.ficcao": Course(27, 20, 2, 0.62),
    "youlia.vydoumkina": Course(33, 6.2, 13, 0.91),
    "jorg.marchen": Course(25, 3.1, 5, 0.63, failed=DEGREES),
    "kadiatou.conte": Course(30, 0.9, 9, 0.79),
    "lucja.zmyslona": Course(26, 2.2, 9, 0.73),
    "mael.hypothese": Course(24, 1.7, 3, 0.58, stuck=SALIENCE),
    "nour.khayal": Course(29, 1.6, 9, 0.81),
    "noemie.fantaisie": Course(22, 5.3, 3, 0.6, failed=SALIENCE),
    "oceane.chimerique": Course(20, 16, 1, 0.7),
    "raphael.prologue": Course(33, 8.4, 12, 0.82),
    "ming.xugou": Course(28, 2.6, 8, 0.87),
    "soren.eventyr": Course(18, 1.9, 5, 0.69),
    "zoe.epilogue": Course(12, 0.7, 3, 0.77),
    "penelope.allegorie": Course(30, 2.7, 9, 0.87),
    "virgile.parabole": Course(31, 26, 2, 0.52),
}
"""The others never came."""

HANDED: Final = (
    Handing(
        "anais.songe",
        PLAN,
        14,
        0,
        11,
        (3, 2, 3, 2),
        "Un plan solide : la promesse dit qui décide, et de quoi. Datez le retour aux familles.",
    ),
    Handing(
        "chloe.fable",
        PLAN,
        13,
        1,
        11,
        (3, 3, 2, 3),
        "Méthode et calendrier tiennent la promesse. Qui parlera pour les personnes absentes ?",
    ),
    Handing("youlia.vydoumkina", PLAN, 12.5, 2, 10, (2, 3, 3, 3), "Beau travail sur les absents."),
    Handing("ipek.masal", PLAN, 9, 0, 6, (2, 2, 2, 1), "L’indicateur compte des présences."),
    Handing(
        "kadiatou.conte",
        PLAN,
        12,
        1,
        10.5,
        (1, 1),
        "La promesse ne dit pas sur quelle décision elle porte : reprenez la fiche « Le mandat ».",
    ),
    Handing(
        "eleni.mythiki",
        PLAN,
        13,
        2,
        11,
        (2, 1),
        "La méthode annoncée ne peut pas tenir la promesse : changez l’une ou l’autre.",
    ),
    Handing("eleni.mythiki", PLAN, 5, 2),
    Handing("benoit.mirage", PLAN, 2.4, 0),
    Handing("dang.huyenthoai", PLAN, 4.2, 1),
    Handing("lucja.zmyslona", PLAN, 2.25, 2),
    Handing("nour.khayal", PLAN, 1.65, 1),
    Handing("anais.songe", PORTFOLIO, 1.15, 0),
    Handing("chloe.fable", PORTFOLIO, 3.25, 1),
)


RAISED: Final[Mapping[str, float]] = {"gaelle.reverie": 5.0, "inigo.fabula": 8.0}
"""Points that the teacher adds in the gradebook, by hand, for a work that the tool knows not of."""


def pupil(username: str) -> Account:
    """The account of one of the class."""
    return next(one for one in CLASSMATES if one.username == username)
