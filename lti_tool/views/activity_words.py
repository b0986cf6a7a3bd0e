"""An activity's figures beside the words of its questions, as its page shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_content.model import Activity, MultipleChoice, Question, SingleChoice
from lti_tool.services.courses import Json
from lti_tool.services.responses import canonical, in_words, plain_words, solution


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer in words, how many gave it, and its share of those who answered."""

    response: Any
    lines: tuple[str, ...]
    count: int
    share: float
    score: float


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One of the choices of a question, and how many chose it, alone or among others."""

    text: str
    correct: bool
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A question with its figures."""

    number: int
    question: Question
    prompt: str
    figures: Json
    answers: tuple[AnswerLine, ...]
    choices: tuple[ChoiceLine, ...]
    solution: Any
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathLine:
    """Two wrong answers that come together."""

    sides: tuple[tuple[ItemLine, AnswerLine], ...]
    count: int


def item_lines(activity: Activity, figures: Json, language: str) -> tuple[ItemLine, ...]:
    """Return the questions of an activity with what the analysis says of them."""
    by_id = {item["question"]: item for item in figures["items"]}
    return tuple(
        _item(number, question, by_id[question.id], language)
        for number, question in enumerate(activity.questions, start=1)
        if question.id in by_id
    )


def path_lines(items: Sequence[ItemLine], figures: Json, language: str) -> tuple[PathLine, ...]:
    """Return the wrong answers that come together, each beside its question."""
    by_id = {item.question.id: item for item in items}

    def side(path: Json, name: str) -> tuple[ItemLine, AnswerLine]:
        item = by_id[path[name]]
        response = json.loads(path[f"{name}_key"])
        lines = in_words(item.question, response, language)
        return item, AnswerLine(response, lines, path["count"], 0.0, 0.0)

    return tuple(
        PathLine((side(path, "first"), side(path, "second")), path["count"])
        for path in figures["paths"]
        if path["first"] in by_id and path["second"] in by_id
    )


def _item(number: int, question: Question, figures: Json, language: str) -> ItemLine:
    right = solution(question)
    answered = max(1, figures["answered"])
    given = [(json.loads(one["key"]), one) for one in figures["answers"]]
    answers = tuple(
        AnswerLine(
            response=response,
            lines=in_words(question, response, language),
            count=one["count"],
            share=one["count"] / answered,
            score=one["score"],
        )
        for response, one in given
    )
    return ItemLine(
        number=number,
        question=question,
        prompt=plain_words(question.prompt, language),
        figures=figures,
        answers=answers,
        choices=_choices(question, figures, language),
        solution=canonical(question, right),
        expected=in_words(question, right, language),
    )


def _choices(question: Question, figures: Json, language: str) -> tuple[ChoiceLine, ...]:
    """Return each choice, also the ones that nobody chose: a distractor that distracts nobody."""
    if not isinstance(question, SingleChoice | MultipleChoice):
        return ()
    counts = figures["parts"]
    answered = max(1, figures["answered"])
    return tuple(
        ChoiceLine(
            plain_words(one.text, language), one.correct, counts[one.id], counts[one.id] / answered
        )
        for one in question.choices
    )
