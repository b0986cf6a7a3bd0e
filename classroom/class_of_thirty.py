"""Thirty people who do not exist: with the two students, a class as a lecturer meets it.

Their family names say in their own languages that they are made up: « mirage », « légende »,
« conte ». Some names have accents, some another script, because those of real classes do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from classroom.accounts import INSTITUTION, MEMBERSHIP, Account, Role

A, B, C, D = "11", "12", "13", "14"


def _student(
    number: int, given_name: str, family_name: str, username: str, *groups: str
) -> Account:
    return Account(
        user_id=str(number),
        role=Role.STUDENT,
        given_name=given_name,
        family_name=family_name,
        username=username,
        roles=(f"{INSTITUTION}Student", f"{MEMBERSHIP}Learner"),
        groups=groups,
    )


LISTENER: Final = replace(
    _student(128, "Pénélope", "Allégorie", "penelope.allegorie", B), graded=False
)
"""She attends without being examined: the gradebook refuses her score."""
DEPARTED: Final = replace(_student(129, "Virgile", "Parabole", "virgile.parabole", A), left=True)
"""He began, and then gave the course up."""

CLASSMATES: Final = (
    _student(101, "Anaïs", "Songe", "anais.songe", A),
    _student(102, "Benoît", "Mirage", "benoit.mirage", A),
    _student(103, "Chloé", "Fable", "chloe.fable", B),
    _student(104, "Đặng", "Huyền Thoại", "dang.huyenthoai", B),
    _student(105, "Eléonore", "Utopie", "eleonore.utopie", C),
    _student(106, "Ελένη", "Μυθική", "eleni.mythiki", C),
    _student(107, "Florent", "Légende", "florent.legende", D),
    _student(108, "Gaëlle", "Rêverie", "gaelle.reverie", D),
    _student(109, "Hugo", "Prétexte", "hugo.pretexte", A),
    _student(110, "İpek", "Masal", "ipek.masal", B),
    _student(111, "Íñigo", "Fábula", "inigo.fabula", C),
    _student(112, "João", "Ficção", "joao.ficcao", D),
    _student(113, "Юлия", "Выдумкина", "youlia.vydoumkina", A),
    _student(114, "Jörg", "Märchen", "jorg.marchen", B),
    _student(115, "Kadiatou", "Conte", "kadiatou.conte", C),
    _student(116, "Lœïza", "Énigme", "loeiza.enigme", D),
    _student(117, "Łucja", "Zmyślona", "lucja.zmyslona", A),
    _student(118, "Maël", "Hypothèse", "mael.hypothese", B),
    _student(119, "نور", "خيال", "nour.khayal", C),
    _student(120, "Noémie", "Fantaisie", "noemie.fantaisie", D),
    _student(121, "Océane", "Chimérique", "oceane.chimerique", A),
    _student(122, "Raphaël", "Prologue", "raphael.prologue", B),
    _student(123, "虚构", "明", "ming.xugou", C),
    _student(124, "Ștefan", "Închipuit", "stefan.inchipuit", D),
    _student(125, "Søren", "Eventyr", "soren.eventyr"),
    _student(126, "Théo", "Virtuel", "theo.virtuel", B),
    _student(127, "Zoé", "Épilogue", "zoe.epilogue"),
    LISTENER,
    DEPARTED,
)
