"""A course's questions as the Common Cartridge profile of QTI knows them.

It has six kinds: one of several answers, several of several, true or false, a word to write,
a pattern, a text that somebody reads. What it lacks becomes what it has; what is lost by that
is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, Final, Literal, TypeAlias

from scorm_packages.books.words import Words

Json: TypeAlias = Mapping[str, Any]
Profile: TypeAlias = Literal["multiple_choice", "multiple_response", "true_false", "fib", "essay"]

LEAST_CHOICES: Final = 3
"""Of a question with one right answer: with two, the profile calls it true or false."""

MOST_NUMBERS: Final = 99
"""How many right numbers are listed one by one, where a tolerance cannot be said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Something to choose, or to write. Texts are HTML; ``feedback`` answers who gave it."""

    id: str
    text: str
    right: bool
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the profile. Texts are HTML.

    ``right`` and ``wrong`` are said after an answer, ``solution`` after an essay. ``weight``
    is in the points of the course's question.
    """

    id: str
    profile: Profile
    prompt: str
    answers: tuple[Answer, ...]
    weight: Fraction
    right: str = ""
    wrong: str = ""
    solution: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a question, and what was lost: sentences."""

    items: tuple[Item, ...]
    losses: tuple[str, ...] = ()


def convert(question: Json, key: Json, words: Words) -> Conversion:
    """Return a question of the course as the profile has it."""
    return _CONVERTERS[question["kind"]](question, key, words)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One of the ``count`` items that a question becomes; ``ask`` is added to its prompt."""

    name: str = ""
    ask: str = ""
    count: int = 1


WHOLE: Final = _Piece()


def _item(
    question: Json, key: Json, profile: Profile, answers: Iterable[Answer], piece: _Piece = WHOLE
) -> Item:
    said = key.get("feedback", {})
    return Item(
        f"{question['id']}.{piece.name}" if piece.name else question["id"],
        profile,
        question["prompt"] + piece.ask,
        tuple(answers),
        Fraction(question["points"], piece.count),
        said.get("correct", ""),
        said.get("incorrect", ""),
    )


def _choice_profile(answers: Sequence[Answer]) -> tuple[Profile, tuple[str, ...]]:
    if len(answers) >= LEAST_CHOICES:
        return "multiple_choice", ()
    return "true_false", (
        "it has two choices, which cartridges know as true or false only: some platforms show "
        "these words instead of the choices.",
    )


def _single(question: Json, key: Json, _words: Words) -> Conversion:
    said = key.get("feedback", {}).get("choices", {})
    answers = [
        Answer(each["id"], each["text"], each["id"] == key["correct"], said.get(each["id"], ""))
        for each in question["choices"]
    ]
    profile, losses = _choice_profile(answers)
    return Conversion((_item(question, key, profile, answers),), losses)


def _multiple(question: Json, key: Json, _words: Words) -> Conversion:
    said = key.get("feedback", {}).get("choices", {})
    answers = [
        Answer(each["id"], each["text"], each["id"] in key["correct"], said.get(each["id"], ""))
        for each in question["choices"]
    ]
    losses = ("only a wholly right answer scores: cartridges have no partial credit.",)
    return Conversion((_item(question, key, "multiple_response", answers),), losses)


def _truth(question: Json, key: Json, words: Words) -> Conversion:
    said = key.get("feedback", {})
    answers = [
        Answer(name, escape(words(name)), (name == "true") == key["correct"], said.get(name, ""))
        for name in ("true", "false")
    ]
    return Conversion((_item(question, key, "true_false", answers),))


def _ordering(question: Json, key: Json, words: Words) -> Conversion:
    """Ask of each thing in which place it comes."""
    count = len(key["correct"])
    items = []
    profile: Profile = "multiple_choice"
    losses: tuple[str, ...] = ()
    for each in question["items"]:
        place = key["correct"].index(each["id"])
        answers = [Answer(f"{at + 1}", f"{at + 1}", at == place) for at in range(count)]
        profile, losses = _choice_profile(answers)
        ask = f"<p><strong>{each['text']}</strong></p><p>{escape(words('cartridge.place'))}</p>"
        items.append(_item(question, key, profile, answers, _Piece(each["id"], ask, count)))
    parted = f"cartridges cannot ask for an order: it became {count} questions, one for each thing."
    return Conversion(tuple(items), (parted, *losses))


def _matching(question: Json, key: Json, _words: Words) -> Conversion:
    """Ask of each left side which right side belongs to it."""
    count = len(question["left"])
    said = key.get("feedback", {}).get("pairs", {})
    items = []
    losses: tuple[str, ...] = ()
    for left in question["left"]:
        right = key["correct"][left["id"]]
        answers = [
            Answer(
                each["id"],
                each["text"],
                each["id"] == right,
                said.get(left["id"], "") if each["id"] == right else "",
            )
            for each in question["options"]
        ]
        profile, losses = _choice_profile(answers)
        ask = f"<p><strong>{left['text']}</strong></p>"
        items.append(_item(question, key, profile, answers, _Piece(left["id"], ask, count)))
    parted = f"cartridges cannot ask for pairs: it became {count} questions, one for each pair."
    return Conversion(tuple(items), (parted, *losses))


def _text(question: Json, key: Json, _words: Words) -> Conversion:
    accepted = [
        Answer(f"{number}", text, right=True) for number, text in enumerate(key["accepted"], 1)
    ]
    answers = [*accepted, *_anticipated(key, len(accepted))]
    losses = ("accents and spaces have to be exact: cartridges disregard nothing but case.",)
    return Conversion((_item(question, key, "fib", answers),), losses)


def _anticipated(key: Json, known: int) -> Iterable[Answer]:
    said = key.get("feedback", {}).get("anticipated", ())
    for number, each in enumerate(said, known + 1):
        yield Answer(f"{number}", each["answer"], right=False, feedback=each["html"])


def _numeric(question: Json, key: Json, words: Words) -> Conversion:
    """Ask for a number by listing how it may be written, or to be read by somebody."""
    value, tolerance = (Decimal(str(key[name])) for name in ("correct", "tolerance"))
    unit = question.get("unit", "")
    ask = f"<p>{escape(words('cartridge.number', unit=unit))}</p>" if unit else ""
    decimals = max(0, *(-int(each.normalize().as_tuple().exponent) for each in (value, tolerance)))
    step = Decimal(1).scaleb(-decimals)
    count = int(2 * tolerance / step) + 1
    if count > MOST_NUMBERS:
        number, margin = (words.number(key[name]) for name in ("correct", "tolerance"))
        expected = words("answers.tolerance", value=number, tolerance=margin)
        item = _item(question, key, "essay", (), _Piece(ask=ask))
        solution = f"<p>{escape(expected)}</p>{item.right}"
        essay = Item(item.id, "essay", item.prompt, (), item.weight, solution=solution)
        return Conversion(
            (essay,),
            ("cartridges know no tolerance: it became an open question, which somebody marks.",),
        )
    spelt = dict.fromkeys(
        text
        for number in range(count)
        for text in _spellings(value - tolerance + number * step, decimals)
    )
    right = [Answer(f"{at}", text, right=True) for at, text in enumerate(spelt, 1)]
    losses: tuple[str, ...] = ()
    if tolerance:
        losses = (
            "cartridges know no tolerance: what is accepted are the numbers from "
            f"{value - tolerance:f} to {value + tolerance:f} with at most {decimals} decimals.",
        )
    answers = [*right, *_anticipated(key, len(right))]
    return Conversion((_item(question, key, "fib", answers, _Piece(ask=ask)),), losses)


def _spellings(value: Decimal, decimals: int) -> Iterable[str]:
    """Yield a number with a point and with a comma, with and without its last zeros."""
    for text in (f"{value:.{decimals}f}", f"{value.normalize():f}"):
        yield text
        yield text.replace(".", ",")


_CONVERTERS: Final[Mapping[str, Callable[[Json, Json, Words], Conversion]]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _truth,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _numeric,
    "text": _text,
}
