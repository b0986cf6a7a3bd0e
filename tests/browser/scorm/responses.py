"""How each edition writes an answer and what would have been right, in the tests' own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import ascii_lowercase
from typing import Any, Final, TypeAlias

Key: TypeAlias = Mapping[str, Any]
Words: TypeAlias = Callable[[Key, Any], str]

TYPES: Final = {
    "single": "choice",
    "multiple": "choice",
    "true_false": "true-false",
    "ordering": "sequencing",
    "matching": "matching",
    "numeric": "numeric",
    "text": "fill-in",
}


def _letters(ids: list[str], said: list[str]) -> str:
    return ",".join(ascii_lowercase[ids.index(one)] for one in said)


def _lettered_pairs(key: Key, said: Mapping[str, str]) -> str:
    lefts = list(key["correct"])
    return ",".join(
        f"{_letters(lefts, [left])}.{_letters(key['options'], [said[left]])}" for left in lefts
    )


def _named_pairs(key: Key, said: Mapping[str, str]) -> str:
    return "[,]".join(f"{left}[.]{said[left]}" for left in key["correct"])


SAID_12: Final[Mapping[str, Words]] = {
    "single": lambda key, said: _letters(key["choices"], [said]),
    "multiple": lambda key, said: _letters(key["choices"], said),
    "true_false": lambda _key, said: "t" if said else "f",
    "ordering": lambda key, said: _letters(sorted(key["correct"]), said),
    "matching": _lettered_pairs,
    "numeric": lambda _key, said: said.replace(",", "."),
    "text": lambda _key, said: said,
}
SAID_2004: Final[Mapping[str, Words]] = {
    "single": lambda _key, said: said,
    "multiple": lambda _key, said: "[,]".join(said),
    "true_false": lambda _key, said: "true" if said else "false",
    "ordering": lambda _key, said: "[,]".join(said),
    "matching": _named_pairs,
    "numeric": lambda _key, said: said.replace(",", "."),
    "text": lambda _key, said: said,
}


def pattern_12(key: Key) -> str:
    """Braces say that all of a set are needed."""
    if key["kind"] == "numeric":
        return f"{key['correct']:g}"
    if key["kind"] == "text":
        return str(key["accepted"][0])
    said = SAID_12[key["kind"]](key, key["correct"])
    return f"{{{said}}}" if key["kind"] in {"multiple", "matching"} else said


def pattern_2004(key: Key) -> str:
    """A number is right within a range, a text whatever its case."""
    if key["kind"] == "numeric":
        low, high = key["correct"] - key["tolerance"], key["correct"] + key["tolerance"]
        return f"{low:g}[:]{high:g}"
    if key["kind"] == "text":
        return f"{{case_matters=false}}{key['accepted'][0]}"
    return SAID_2004[key["kind"]](key, key["correct"])


def wrongly_answered(key: Key, response: Any, *, is_2004: bool) -> dict[str, str]:
    """Return what a platform is to have of an answer that earned nothing."""
    said = (SAID_2004 if is_2004 else SAID_12)[key["kind"]]
    return {
        "type": TYPES[key["kind"]],
        "pattern": (pattern_2004 if is_2004 else pattern_12)(key),
        "response": said(key, response),
        "weighting": f"{key['points']:g}",
        "result": "incorrect" if is_2004 else "wrong",
    }


def answered(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the same of what it has, under one name in both editions."""
    response = told["learner_response" if "learner_response" in told else "student_response"]
    return {
        "type": told["type"],
        "pattern": told["correct_responses"]["0"]["pattern"],
        "response": response,
        "weighting": told["weighting"],
        "result": told["result"],
    }
