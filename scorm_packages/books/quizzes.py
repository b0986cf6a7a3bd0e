"""Quizzes on paper: the questions, and at the end of the unit the answers with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, Final, TypeAlias

from lxml import etree

from scorm_packages.books.markup import Node, copies, inline, made, prose
from scorm_packages.books.words import Words

Json: TypeAlias = Mapping[str, Any]


def question_id(quiz: str, question: str) -> str:
    return f"question-{quiz}.{question}"


def answer_id(quiz: str, question: str) -> str:
    return f"answer-{quiz}.{question}"


# --- The questions -------------------------------------------------------------------------


def questions(activity: Json, words: Words) -> list[Node]:
    """Return a quiz as one answers it with a pen; each question leads to its answer."""
    listed = made("ol", class_="questions")
    for question in activity["questions"]:
        own = (activity["id"], question["id"])
        listed.append(
            made(
                "li",
                *prose(question["prompt"], 2),
                *_SHOWN[question["kind"]](question, words),
                made(
                    "p",
                    made("a", words("answers.go"), href=f"#{answer_id(*own)}"),
                    class_="way",
                ),
                id=question_id(*own),
            )
        )
    return [*prose(activity["instructions"], 2), listed]


def _lettered(items: Sequence[Json]) -> etree._Element:
    """Return items under letters, by which the answers name them."""
    letters = dict(zip((item["id"] for item in items), ascii_uppercase, strict=False))
    listed = made("ul", class_="lettered")
    for item in items:
        letter = made("span", f"{letters.get(item['id'], '·')}.", class_="letter")
        listed.append(made("li", letter, " ", *inline(item["text"])))
    return listed


def _choices(question: Json, _words: Words) -> list[Node]:
    return [_lettered(question["choices"])]


def _true_or_false(_question: Json, words: Words) -> list[Node]:
    return [made("ul", made("li", words("true")), made("li", words("false")), class_="boxes")]


def _ordering(question: Json, _words: Words) -> list[Node]:
    return [_lettered(question["items"])]


def _matching(question: Json, _words: Words) -> list[Node]:
    left = made("ul", class_="boxes")
    for item in question["left"]:
        left.append(made("li", *inline(item["text"])))
    return [left, _lettered(question["options"])]


def _room(question: Json, words: Words) -> list[Node]:
    unit = question.get("unit")
    room = made("span", " ", class_="room")
    return [made("p", words("answers.room"), " ", room, f" {unit}" if unit else None)]


_SHOWN: Final[Mapping[str, Callable[[Json, Words], list[Node]]]] = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_or_false,
    "ordering": _ordering,
    "matching": _matching,
    "numeric": _room,
    "text": _room,
}


# --- The answers ---------------------------------------------------------------------------


def answers(activity: Json, keys: Mapping[str, Json], words: Words) -> list[Node]:
    """Return what is right and why, and what is said to those who answered something else."""
    listed = made("ol", class_="answers")
    for question in activity["questions"]:
        own = (activity["id"], question["id"])
        key = keys[question["id"]]
        said = key.get("feedback", {})
        listed.append(
            made(
                "li",
                *_EXPECTED[key["kind"]](question, key, words),
                *_general(said, words),
                made(
                    "p",
                    made("a", words("answers.back"), href=f"#{question_id(*own)}"),
                    class_="way",
                ),
                id=answer_id(*own),
            )
        )
    return [listed]


def _general(said: Json, words: Words) -> list[Node]:
    """Return what is said of the whole answer: the reason, then help for the others."""
    nodes: list[Node] = prose(said.get("correct", ""), 2)
    for name, heading in (("partial", "answers.partly"), ("incorrect", "answers.else")):
        if name in said:
            nodes += [made("p", made("em", words(heading))), *prose(said[name], 2)]
    return nodes


def _expected(words: Words, *content: Node) -> Node:
    label = words("answer.expected.is", expected="").rstrip()
    return made("p", made("strong", label), " ", *content)


def _remarks(entries: list[tuple[list[Node], str]]) -> list[Node]:
    """Return what is said to particular answers, each under the answer."""
    listed = made("dl", class_="remarks")
    for term, said in entries:
        listed.append(made("dt", *term))
        listed.append(made("dd", *prose(said, 2)))
    return [listed] if entries else []


def _with_letters(items: Sequence[Json]) -> dict[str, list[Node]]:
    """Return by id what an item is called in answers: its letter and its text."""
    letters = (*ascii_uppercase, *("·" for _ in items))
    return {
        item["id"]: [f"{letter}. ", *inline(item["text"])]
        for item, letter in zip(items, letters, strict=False)
    }


def _listed(entries: list[list[Node]]) -> Node:
    listed = made("ul")
    for entry in entries:
        listed.append(made("li", *entry))
    return listed


def _right_choices(question: Json, key: Json, words: Words) -> list[Node]:
    called = _with_letters(question["choices"])
    right = key["correct"] if isinstance(key["correct"], list) else [key["correct"]]
    said = key.get("feedback", {}).get("choices", {})
    remarks = [(copies(called[choice]), text) for choice, text in said.items()]
    if len(right) == 1:
        return [_expected(words, *copies(called[right[0]])), *_remarks(remarks)]
    return [_expected(words), _listed([copies(called[each]) for each in right]), *_remarks(remarks)]


def _truth(_question: Json, key: Json, words: Words) -> list[Node]:
    said = key.get("feedback", {})
    remarks: list[tuple[list[Node], str]] = [
        ([words("answers.when", answer=words(value))], said[value])
        for value in ("true", "false")
        if value in said
    ]
    return [_expected(words, words("true" if key["correct"] else "false")), *_remarks(remarks)]


def _right_order(question: Json, key: Json, words: Words) -> list[Node]:
    called = _with_letters(question["items"])
    listed = made("ol")
    for item in key["correct"]:
        listed.append(made("li", *called[item]))
    return [_expected(words), listed]


def _right_pairs(question: Json, key: Json, words: Words) -> list[Node]:
    options = _with_letters(question["options"])
    said = key.get("feedback", {}).get("pairs", {})
    listed = made("dl", class_="remarks")
    for item in question["left"]:
        right = copies(options[key["correct"][item["id"]]])
        listed.append(made("dt", *inline(item["text"])))
        listed.append(made("dd", made("p", "→ ", *right), *prose(said.get(item["id"], ""), 2)))
    return [_expected(words), listed]


def _right_number(question: Json, key: Json, words: Words) -> list[Node]:
    unit = question.get("unit")
    value = words.number(key["correct"]) + (f"\u00a0{unit}" if unit else "")
    if key["tolerance"]:
        value = words("answers.tolerance", value=value, tolerance=words.number(key["tolerance"]))
    return [_expected(words, value), *_anticipated(key, words)]


def _right_words(_question: Json, key: Json, words: Words) -> list[Node]:
    several = f" {words('answers.accepted')} "
    return [_expected(words, several.join(key["accepted"])), *_anticipated(key, words)]


def _anticipated(key: Json, words: Words) -> list[Node]:
    said = key.get("feedback", {}).get("anticipated", [])
    return _remarks(
        [([words("answers.when", answer=each["answer"])], each["html"]) for each in said]
    )


_EXPECTED: Final[Mapping[str, Callable[[Json, Json, Words], list[Node]]]] = {
    "single": _right_choices,
    "multiple": _right_choices,
    "true_false": _truth,
    "ordering": _right_order,
    "matching": _right_pairs,
    "numeric": _right_number,
    "text": _right_words,
}
