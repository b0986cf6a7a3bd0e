"""What a class's answers say of an activity's questions: classical item analysis.

Everything is of *first* attempts, because later ones were made knowing the corrections; what
is compared between attempts says so. Everything here is pure.

- **Difficulty** is the facility index: the mean score of the question, from 0 (nobody) to 1
  (everybody). It says how easy a question is.
- **Discrimination** is told in two ways. The *corrected item-total correlation* is Pearson's
  correlation (point-biserial for a question that is right or wrong) between the question's score
  and the score of all *other* questions: with the question itself in the total, short
  activities would flatter each of their questions. The *upper-lower index* is the mean score of
  the best 27 % of the class, by total, less that of the lowest 27 % (Kelley, 1939). Who is tied
  at either border shares the places that are left there, so that the order of rows does not
  count.

A figure of too few people is none: it is left out, and how many there are is always said. So is
a correlation where all answered alike.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

from course_content.model import Activity, MultipleChoice, Question, SingleChoice

LEAST_FOR_DIFFICULTY: Final = 5
LEAST_FOR_DISCRIMINATION: Final = 20
EXTREME_SHARE: Final = 0.27
MOST_ANSWERS: Final = 12
"""Different answers to a question that are told; the others are counted together."""
MOST_PATHS: Final = 5
LEAST_FOR_PATH: Final = 3
"""Attempts in which two wrong answers come together before that is worth telling."""
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class GivenOnce:
    """An answer: what answers that mean the same have in common, as text, and its score."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class Sitting:
    """A completed attempt. A question that was added to the course later has no answer."""

    learner: int
    number: int
    score: float
    answers: Mapping[str, GivenOnce]


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many gave an answer at their first attempt, and what it is worth."""

    key: str
    count: int
    score: float


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one question; ``None`` where there are too few, or all answered alike."""

    question: str
    answered: int
    difficulty: float | None
    correlation: float | None
    upper_lower: float | None
    answers: list[AnswerCount]
    others: int
    parts: dict[str, int]
    """Of questions with several choices: how many chose each, alone or among others."""


@dataclass(frozen=True, slots=True)
class WrongPath:
    """Two wrong answers that were given together, and in how many attempts."""

    first: str
    first_key: str
    second: str
    second_key: str
    count: int


@dataclass(frozen=True, slots=True)
class ActivityFigures:
    """The analysis of an activity. Scores are counted in ``BINS`` equal steps up to 1."""

    people: int
    attempts: int
    first_mean: float | None
    best_mean: float | None
    retried: int
    improved: int
    passed_first: int
    passed: int
    first_scores: list[int]
    best_scores: list[int]
    items: list[ItemFigures]
    paths: list[WrongPath]

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept, and as a page takes it."""
        return asdict(self)


def analyse(activity: Activity, sittings: Sequence[Sitting]) -> ActivityFigures:
    """Return the analysis of an activity from all completed attempts of a class."""
    first: dict[int, Sitting] = {}
    best: dict[int, float] = {}
    tries: Counter[int] = Counter()
    for sitting in sorted(sittings, key=lambda one: (one.learner, one.number)):
        first.setdefault(sitting.learner, sitting)
        best[sitting.learner] = max(best.get(sitting.learner, 0.0), sitting.score)
        tries[sitting.learner] += 1
    firsts = list(first.values())
    mark = activity.pass_mark / 100
    first_scores = [one.score for one in firsts]
    enough = len(firsts) >= LEAST_FOR_DIFFICULTY
    return ActivityFigures(
        people=len(firsts),
        attempts=len(sittings),
        first_mean=mean(first_scores) if enough else None,
        best_mean=mean(best.values()) if enough else None,
        retried=sum(count > 1 for count in tries.values()),
        improved=sum(best[one.learner] > one.score for one in firsts),
        passed_first=sum(score >= mark for score in first_scores),
        passed=sum(score >= mark for score in best.values()),
        first_scores=in_bins(first_scores),
        best_scores=in_bins(best.values()),
        items=[_item(question, activity, firsts) for question in activity.questions],
        paths=_paths(activity, sittings),
    )


def mean(values: Iterable[float]) -> float:
    """Return the mean of some values: there is one at least."""
    listed = list(values)
    return math.fsum(listed) / len(listed)


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Return Pearson's correlation; ``None`` where one of the two does not vary."""
    x_mean, y_mean = mean(xs), mean(ys)
    x_off, y_off = [x - x_mean for x in xs], [y - y_mean for y in ys]
    x_size = math.sqrt(math.fsum(x * x for x in x_off))
    y_size = math.sqrt(math.fsum(y * y for y in y_off))
    # Means of equal numbers may differ from them by a rounding.
    if min(x_size, y_size) <= 1e-9 * math.sqrt(len(xs)):
        return None
    together = math.fsum(x * y for x, y in zip(x_off, y_off, strict=True))
    return max(-1.0, min(1.0, together / (x_size * y_size)))


def upper_lower(scores: Sequence[float], totals: Sequence[float]) -> float | None:
    """Return the upper-lower index of a question; ``None`` where all totals are equal."""
    if max(totals) == min(totals):
        return None
    places = max(1, round(EXTREME_SHARE * len(totals)))
    by_total: dict[float, list[float]] = {}
    for score, total in zip(scores, totals, strict=True):
        by_total.setdefault(total, []).append(score)
    rising = [by_total[total] for total in sorted(by_total)]
    return _mean_of_places(reversed(rising), places) - _mean_of_places(rising, places)


def _mean_of_places(tied: Iterable[Sequence[float]], places: int) -> float:
    """Return the mean score of so many places, filled by one group of equals after the other."""
    left, earned = places, 0.0
    for scores in tied:
        taken = min(left, len(scores))
        earned += taken * mean(scores)
        left -= taken
        if not left:
            break
    return earned / places


def in_bins(scores: Iterable[float]) -> list[int]:
    """Return how many scores lie in each tenth: 1 itself is in the last."""
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, int(score * BINS + 1e-9))] += 1
    return counts


def _item(question: Question, activity: Activity, firsts: Sequence[Sitting]) -> ItemFigures:
    asked = [one for one in firsts if question.id in one.answers]
    scores = [one.answers[question.id].score for one in asked]
    count = len(asked)
    difficulty = mean(scores) if count >= LEAST_FOR_DIFFICULTY else None
    correlation = index = None
    if count >= LEAST_FOR_DISCRIMINATION:
        if len(activity.questions) > 1:
            correlation = pearson(scores, [_rest(one, question, activity) for one in asked])
        index = upper_lower(scores, [one.score for one in asked])
    given = Counter(one.answers[question.id].key for one in asked)
    worth = {one.answers[question.id].key: one.answers[question.id].score for one in asked}
    common = sorted(given.items(), key=lambda one: (-one[1], one[0]))[:MOST_ANSWERS]
    return ItemFigures(
        question=question.id,
        answered=count,
        difficulty=difficulty,
        correlation=correlation,
        upper_lower=index,
        answers=[AnswerCount(key, times, worth[key]) for key, times in common],
        others=count - sum(times for _key, times in common),
        parts=_parts(question, given),
    )


def _parts(question: Question, given: Counter[str]) -> dict[str, int]:
    if not isinstance(question, SingleChoice | MultipleChoice):
        return {}
    counts = dict.fromkeys((choice.id for choice in question.choices), 0)
    for key, times in given.items():
        chosen = json.loads(key)
        for choice in chosen if isinstance(chosen, list) else [chosen]:
            # An answer to what was another kind of question then may be of any shape.
            if isinstance(choice, str) and choice in counts:
                counts[choice] += times
    return counts


def _rest(sitting: Sitting, question: Question, activity: Activity) -> float:
    """Return the mean score of the other questions that were asked, each by its points."""
    others = [
        (other.points, sitting.answers[other.id].score)
        for other in activity.questions
        if other.id != question.id and other.id in sitting.answers
    ]
    points = sum(points for points, _score in others)
    earned = math.fsum(points * score for points, score in others)
    return earned / points if points else 0.0


def _paths(activity: Activity, sittings: Sequence[Sitting]) -> list[WrongPath]:
    """Return the wrong answers that come together most often, two by two."""
    together: Counter[tuple[tuple[str, str], tuple[str, str]]] = Counter()
    order = [question.id for question in activity.questions]
    for sitting in sittings:
        wrong = [
            (name, sitting.answers[name].key)
            for name in order
            if name in sitting.answers and sitting.answers[name].score == 0
        ]
        together.update(combinations(wrong, 2))
    common = sorted(together.items(), key=lambda one: (-one[1], one[0]))[:MOST_PATHS]
    return [
        WrongPath(*first, *second, count)
        for (first, second), count in common
        if count >= LEAST_FOR_PATH
    ]
