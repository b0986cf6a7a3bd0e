"""Answers in words, as a teacher reads them: of each kind of question, what was chosen or typed.

A course may have changed since somebody answered. What it does not know any more is shown as it
was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from course_content.markdown import plain
from course_content.model import (
    Localized,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
    localized,
)
from course_content.scoring import normalized_text, number_text, parsed_number

KEPT: Final = 8192
UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""What JSON can hold and no page: a browser may send half a character."""


def plain_words(text: Localized, language: str) -> str:
    """Return a text of a course without its markup."""
    return _plain(localized(text, language), language)


@lru_cache(KEPT)
def _plain(text: str, language: str) -> str:
    """Return each paragraph's words. A class's answers are to the same few questions."""
    return " ".join(plain(line, language) for line in text.split("\n") if line.strip())


def in_words(question: Question, response: Any, language: str) -> tuple[str, ...]:
    """Return an answer as lines to read; none for true and false, which are a page's own words.

    Of an ordering the lines are in the order given, of a matching each is a pair.
    """
    if isinstance(question, TrueFalse):
        return ()
    names = _names(question, language)
    try:
        lines = _LINES[question.kind](_in_order(question, response), names)
    except (TypeError, AttributeError):
        lines = (str(response),)
    return tuple(map(readable, lines))


def readable(text: str) -> str:
    """Return a text as a page can show it."""
    return UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def solution(question: Question) -> Any:
    """Return a response that is right: of a typed answer, the first that is accepted."""
    return _SOLUTIONS[question.kind](question)


def canonical(question: Question, response: Any) -> Any:
    """Return what answers that mean the same have in common.

    Choices come in the question's order, typed words without case and accents, numbers as
    numbers.
    """
    match question:
        case MultipleChoice() if isinstance(response, list):
            return [one.id for one in question.choices if one.id in response]
        case Matching() if isinstance(response, Mapping):
            return {pair.left.id: response.get(pair.left.id) for pair in question.pairs}
        case ShortText() if isinstance(response, str):
            return normalized_text(response)
        case Numeric() if isinstance(response, str):
            value = parsed_number(response)
            return response if value is None else number_text(value)
    return response


def _names(question: Question, language: str) -> Mapping[str, str]:
    """Return the words of all that can be chosen in a question, by its id."""

    def named(things: Iterable[Any]) -> dict[str, str]:
        return {one.id: plain_words(one.text, language) for one in things}

    match question:
        case SingleChoice() | MultipleChoice():
            return named(question.choices)
        case Ordering():
            return named(question.items)
        case Matching():
            sides = [side for pair in question.pairs for side in (pair.left, pair.right)]
            return named([*sides, *question.distractors])
        case Numeric():
            return {"unit": plain_words(question.unit, language)}
    return {}


def _in_order(question: Question, response: Any) -> Any:
    """Return pairs in the question's order: JSON has none."""
    return canonical(question, response) if isinstance(question, Matching) else response


def _listed(response: Any, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(one, str(one)) for one in response)


def _paired(response: Any, names: Mapping[str, str]) -> tuple[str, ...]:
    pairs = response.items()
    return tuple(f"{names.get(one, one)} → {names.get(other, other)}" for one, other in pairs)


_LINES: Final[Mapping[str, Callable[[Any, Mapping[str, str]], tuple[str, ...]]]] = {
    "single": lambda response, names: (names.get(response, str(response)),),
    "multiple": _listed,
    "ordering": _listed,
    "matching": _paired,
    "numeric": lambda response, names: (f"{response} {names['unit']}".strip(),),
    "text": lambda response, _names: (str(response),),
}
_SOLUTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "single": lambda asked: next((one.id for one in asked.choices if one.correct), None),
    "multiple": lambda asked: [one.id for one in asked.choices if one.correct],
    "true_false": lambda asked: asked.answer,
    "ordering": lambda asked: [one.id for one in asked.items],
    "matching": lambda asked: {pair.left.id: pair.right.id for pair in asked.pairs},
    "numeric": lambda asked: number_text(asked.answer),
    "text": lambda asked: asked.accepted[0],
}
