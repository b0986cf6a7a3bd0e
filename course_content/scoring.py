"""Answers in, result out; nothing else.

Everything here is pure and takes plain JSON data, because the same rules run
twice: here for LTI, where the server scores, and in ``player/scoring.js`` for
SCORM and the local preview, where the browser does. ``tests/vectors`` holds
both to the same results; change a rule there first.

A *key* is what :func:`course_content.render.answer_keys` makes of a question; a
*response* is what the player sends, and is not to be trusted.
"""

from __future__ import annotations

import math
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

Key: TypeAlias = Mapping[str, Any]
Response: TypeAlias = Any
Verdict: TypeAlias = dict[str, Any]

LONGEST_RESPONSE = 500
"""Longest typed answer that is looked at, in Unicode code points."""

NUMERIC_SLACK = 1e-9
"""Added to every tolerance, so that 0.1 + 0.2 is within 0 of 0.3."""


class InvalidResponse(ValueError):
    """The response is not one that this question can have: it is no answer at all.

    Not to be confused with a wrong answer. Nothing is recorded for it, and the
    learner may answer again.
    """


@dataclass(frozen=True, slots=True)
class Mark:
    """``score`` runs from 0 to 1, with four decimals; ``correct`` means full score."""

    score: float
    correct: bool


def rounded(value: float) -> float:
    """Round half up to four decimals, the way JavaScript can repeat to the bit."""
    return math.floor(value * 10000 + 0.5) / 10000


# JavaScript's \s. Python's differs: it knows \x1c to \x1f and \x85 but not U+FEFF.
_SPACE = r"[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]"
_SPACES = re.compile(_SPACE + "+")
_EDGE_SPACES = re.compile(f"^{_SPACE}+|{_SPACE}+\\Z")
_FINAL_PUNCTUATION = re.compile(r"[ .,;:!?]+\Z")
_NUMBER = re.compile(
    r"(?P<sign>[+\-\u2212]?)"
    r"(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]+)"
    r"(?:[.,](?P<decimals>[0-9]+))?"
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})


def normalized_text(text: str) -> str:
    """Reduce a short text to what counts in it.

    Case, accents, ligatures, the kind of apostrophe, runs of spaces and final
    punctuation do not count.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    plain = _SPACES.sub(" ", letters.lower().translate(_LETTERS)).strip(" ")
    return _FINAL_PUNCTUATION.sub("", plain)


def parsed_number(text: str) -> float | None:
    """Read a number as people type it, in French or English; ``None`` when it is none.

    The decimal mark is a comma or a dot; thousands may be separated by (no-break,
    narrow) spaces; the minus sign may be U+2212. There is no exponent.
    """
    found = _NUMBER.fullmatch(_EDGE_SPACES.sub("", text))
    if found is None:
        return None
    digits = _SPACES.sub("", found["whole"])
    value = float(f"{digits}.{found['decimals'] or '0'}")
    return -value if found["sign"] in ("-", "\u2212") else value


def number_text(value: float) -> str:
    """Write ``value`` as JavaScript's ``String`` would, without an exponent."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Scorer(ABC):
    """How one kind of question is scored and answered back."""

    kind: ClassVar[str]

    @abstractmethod
    def score(self, key: Key, response: Response) -> float:
        """Return 0 to 1, or raise ``InvalidResponse``."""

    def remark(self, key: Key, response: Response) -> str | None:
        """Return the HTML written for those who answered just this, if any."""
        del key, response
        return None

    def beside(self, key: Key) -> Mapping[str, str]:
        """Return the HTML to show beside each choice or left side, by its id."""
        del key
        return {}

    @abstractmethod
    def solution(self, key: Key) -> Response:
        """Return a response that is right."""


def _feedback(key: Key) -> Mapping[str, Any]:
    feedback: Mapping[str, Any] = key.get("feedback", {})
    return feedback


def _require_known(candidate: object, known: Iterable[str], what: str) -> None:
    if not isinstance(candidate, str) or candidate not in known:
        raise InvalidResponse(f"Not {what} of this question.")


def _require_ids(response: Response, known: Sequence[str], what: str) -> None:
    """Refuse what is not a list of distinct known ids."""
    if not isinstance(response, list):
        raise InvalidResponse(f"Expected a list, each entry {what}.")
    for candidate in response:
        _require_known(candidate, known, what)
    if len(set(response)) != len(response):
        raise InvalidResponse("The same entry is there twice.")


class _Single(_Scorer):
    kind = "single"

    def score(self, key: Key, response: Response) -> float:
        _require_known(response, key["choices"], "a choice")
        return float(response == key["correct"])

    def remark(self, key: Key, response: Response) -> str | None:
        choices: Mapping[str, str] = _feedback(key).get("choices", {})
        return choices.get(response)

    def solution(self, key: Key) -> Response:
        return key["correct"]


class _Multiple(_Scorer):
    """Right picks less wrong picks, out of the right ones, never below 0."""

    kind = "multiple"

    def score(self, key: Key, response: Response) -> float:
        _require_ids(response, key["choices"], "a choice")
        if not response:
            raise InvalidResponse("Choose at least one.")
        hits = len(set(response) & set(key["correct"]))
        return max(0, hits - (len(response) - hits)) / len(key["correct"])

    def beside(self, key: Key) -> Mapping[str, str]:
        choices: Mapping[str, str] = _feedback(key).get("choices", {})
        return choices

    def solution(self, key: Key) -> Response:
        return list(key["correct"])


class _TrueFalse(_Scorer):
    kind = "true_false"

    def score(self, key: Key, response: Response) -> float:
        if not isinstance(response, bool):
            raise InvalidResponse("Expected true or false.")
        return float(response == key["correct"])

    def remark(self, key: Key, response: Response) -> str | None:
        return _feedback(key).get("true" if response else "false")

    def solution(self, key: Key) -> Response:
        return key["correct"]


class _Ordering(_Scorer):
    """The share of items that stand at their right place."""

    kind = "ordering"

    def score(self, key: Key, response: Response) -> float:
        right = key["correct"]
        _require_ids(response, right, "an item")
        if len(response) != len(right):
            raise InvalidResponse("Every item must be placed.")
        return sum(map(str.__eq__, right, response)) / len(right)

    def solution(self, key: Key) -> Response:
        return list(key["correct"])


class _Matching(_Scorer):
    """The share of left sides that have their right side."""

    kind = "matching"

    def score(self, key: Key, response: Response) -> float:
        right = key["correct"]
        if not isinstance(response, dict) or response.keys() != right.keys():
            raise InvalidResponse("Every left side must be matched, and nothing else.")
        for option in response.values():
            _require_known(option, key["options"], "an option")
        hits = [left for left, option in right.items() if response[left] == option]
        return len(hits) / len(right)

    def beside(self, key: Key) -> Mapping[str, str]:
        pairs: Mapping[str, str] = _feedback(key).get("pairs", {})
        return pairs

    def solution(self, key: Key) -> Response:
        return dict(key["correct"])


class _Typed(_Scorer):
    """An answer typed by the learner, with remarks for some that were seen coming."""

    @abstractmethod
    def _read(self, text: str) -> Any:
        """Return what the text means, or ``None`` when it is no answer."""

    def _meaning(self, response: Response) -> Any:
        if not isinstance(response, str):
            raise InvalidResponse("Expected a text.")
        if len(response) > LONGEST_RESPONSE:
            raise InvalidResponse(f"Longer than {LONGEST_RESPONSE} characters.")
        meaning = self._read(response)
        if meaning is None:
            raise InvalidResponse("Not an answer to this kind of question.")
        return meaning

    def _same(self, one: Any, other: Any) -> bool:
        return bool(one == other)

    def remark(self, key: Key, response: Response) -> str | None:
        meaning = self._meaning(response)
        for anticipated in _feedback(key).get("anticipated", ()):
            if self._same(meaning, self._read(anticipated["answer"])):
                html: str = anticipated["html"]
                return html
        return None


class _Numeric(_Typed):
    kind = "numeric"

    def _read(self, text: str) -> float | None:
        return parsed_number(text)

    def _same(self, one: Any, other: Any) -> bool:
        return other is not None and abs(one - other) <= NUMERIC_SLACK

    def score(self, key: Key, response: Response) -> float:
        distance: float = abs(self._meaning(response) - key["correct"])
        return float(distance <= key.get("tolerance", 0) + NUMERIC_SLACK)

    def solution(self, key: Key) -> Response:
        return number_text(key["correct"])


class _ShortText(_Typed):
    kind = "text"

    def _read(self, text: str) -> str | None:
        return normalized_text(text) or None

    def score(self, key: Key, response: Response) -> float:
        meaning = self._meaning(response)
        return float(any(meaning == self._read(accepted) for accepted in key["accepted"]))

    def solution(self, key: Key) -> Response:
        return key["accepted"][0]


_SCORERS: Mapping[str, _Scorer] = {
    scorer.kind: scorer
    for scorer in (
        _Single(),
        _Multiple(),
        _TrueFalse(),
        _Ordering(),
        _Matching(),
        _Numeric(),
        _ShortText(),
    )
}


def mark(key: Key, response: Response) -> Mark:
    """Score one response. Raise ``InvalidResponse`` when it is no answer to this question."""
    score = rounded(_SCORERS[key["kind"]].score(key, response))
    return Mark(score=score, correct=score == 1)


def _general_feedback(key: Key, score: float) -> str | None:
    """Return what is said whatever the answer was; a partial score may borrow ``incorrect``."""
    feedback = _feedback(key)
    if score == 1:
        return feedback.get("correct")
    if score > 0 and "partial" in feedback:
        return feedback.get("partial")
    return feedback.get("incorrect")


def verdict(key: Key, response: Response) -> Verdict:
    """Score one response and say why.

    ``feedback`` lists HTML to read in order: first what was written for this very
    answer, then what is said in general. ``solution`` is a response that is right.
    ``choices`` is there when feedback belongs beside each choice (multiple) or left
    side (matching): HTML by id.

    Raise ``InvalidResponse`` when it is no answer to this question.
    """
    scorer = _SCORERS[key["kind"]]
    result = mark(key, response)
    said = (scorer.remark(key, response), _general_feedback(key, result.score))
    answer: Verdict = {
        "score": result.score,
        "correct": result.correct,
        "feedback": [html for html in said if html],
        "solution": scorer.solution(key),
    }
    beside = scorer.beside(key)
    if beside:
        answer["choices"] = dict(beside)
    return answer


def activity_score(points_and_scores: Iterable[tuple[float, float]]) -> float:
    """Return the weighted mean of the scores, 0 to 1; 0 when there is nothing to weigh.

    A question without an answer is to be given with the score 0.
    """
    earned = total = 0.0
    # A plain loop: since Python 3.12 sum() compensates rounding, and JavaScript does not.
    for points, score in points_and_scores:
        earned += points * score
        total += points
    return rounded(earned / total) if total else 0.0
