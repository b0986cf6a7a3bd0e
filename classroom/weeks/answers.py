"""What somebody answers: right by their skill, wrong as people are. Nothing is left to chance:
the same person always answers the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from classroom.weeks.preview import Question

USUAL_MISTAKE: Final = 0.65
"""How many of those who are wrong at a question make the mistake that is usual there."""
LEARNT: Final = 0.7
"""How much of what was wrong is known the next time, the answer having been explained."""
WITHOUT_A_CLUE: Final = 0.2
MISLEADING: Final = frozenset({"quiz-cadres-et-droit/financiere"})
"""Where those who know most are wrong most: such questions are to be reworded."""
WRONG_WORDS: Final = (
    "partie prenante",
    "porte-parole",
    "définitive",
    "partenariat",
    "consultation",
)


Mistake = Callable[[Question, Random], Any]


def chance(*names: object) -> Random:
    """Dice that always fall the same for the same names."""
    return Random("/".join(map(str, names)))  # noqa: S311 - no secret


def likelihood(skill: float, quiz: str, question: Question) -> float:
    """How likely somebody of that skill is right the first time."""
    if f"{quiz}/{question.id}" in MISLEADING:
        return 1.15 - skill
    hardness = chance("hardness", quiz, question.id).uniform(-0.18, 0.3)
    return min(max(skill - hardness, 0.08), 0.98)


def mistake(question: Question, dice: Random) -> Any:
    """A wrong answer, the usual one more often than any other."""
    usual = chance("mistake", question.id)
    return WRONG[question.kind](question, usual if dice.random() < USUAL_MISTAKE else dice)


def _single(question: Question, dice: Random) -> str:
    return str(dice.choice([id_ for id_ in _ids(question, "choices") if id_ != question.right]))


def _multiple(question: Question, dice: Random) -> Sequence[str]:
    picked = list(question.right)
    others = [id_ for id_ in _ids(question, "choices") if id_ not in picked]
    if len(picked) > 1:
        picked.remove(dice.choice(picked))
    return [*picked, *([dice.choice(others)] if others and dice.random() < USUAL_MISTAKE else [])]


def _ordering(question: Question, dice: Random) -> Sequence[str]:
    order = list(question.right)
    place = dice.randrange(len(order) - 1)
    order[place], order[place + 1] = order[place + 1], order[place]
    return order


def _matching(question: Question, dice: Random) -> Mapping[str, str]:
    pairs = dict(question.right)
    left = dice.choice(sorted(pairs))
    pairs[left] = dice.choice([id_ for id_ in _ids(question, "options") if id_ != pairs[left]])
    return pairs


def _number(question: Question, dice: Random) -> str:
    right = float(str(question.right))
    return f"{dice.choice((right + 1, right * 2, right + 2, right * 10)):g}"


def _ids(question: Question, name: str) -> list[str]:
    return [one["id"] for one in question.asked[name]]


WRONG: Final[Mapping[str, Mistake]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": lambda question, _dice: not question.right,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _number,
    "text": lambda _question, dice: dice.choice(WRONG_WORDS),
}
