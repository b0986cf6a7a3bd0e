"""The item analysis, beside figures that SciPy and hand calculation come to by themselves."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from scipy import stats

from course_content.model import Choice, Quiz, SingleChoice
from course_content.model import Feedback as Said
from lti_tool.services.item_analysis import (
    LEAST_FOR_DIFFICULTY,
    LEAST_FOR_DISCRIMINATION,
    GivenOnce,
    ItemFigures,
    Sitting,
    analyse,
    in_bins,
    pearson,
    upper_lower,
)

CLOSE = 1e-12


def quiz(count: int, points: Sequence[int] | None = None) -> Quiz:
    choices = tuple(Choice(name, {"fr": name}, name == "a", {}) for name in "abc")
    return Quiz(
        id="quiz",
        title={"fr": "Quiz"},
        instructions={},
        questions=tuple(
            SingleChoice(
                id=f"q{number}",
                prompt={"fr": "?"},
                feedback=Said(),
                points=1 if points is None else points[number],
                choices=choices,
            )
            for number in range(count)
        ),
    )


def sitting(learner: int, scores: Mapping[str, float], number: int = 1) -> Sitting:
    answers = {name: GivenOnce('"a"' if score else '"b"', score) for name, score in scores.items()}
    return Sitting(learner, number, sum(scores.values()) / len(scores), answers)


def a_class(people: int, questions: int, levels: Sequence[float], seed: int) -> list[Sitting]:
    """Return first attempts of people of different ability. With few levels many are tied."""
    chance = random.Random(seed)  # noqa: S311  # the same class each time
    made = []
    for learner in range(people):
        ability = chance.random()
        scores = {
            f"q{number}": max(levels) if chance.random() < ability else chance.choice(levels)
            for number in range(questions)
        }
        made.append(sitting(learner, scores))
    return made


def column(made: Sequence[Sitting], name: str) -> list[float]:
    return [one.answers[name].score for one in made]


def rest(made: Sequence[Sitting], name: str) -> list[float]:
    return [
        sum(given.score for other, given in one.answers.items() if other != name) for one in made
    ]


def items(asked: Quiz, made: Sequence[Sitting]) -> dict[str, ItemFigures]:
    return {item.question: item for item in analyse(asked, made).items}


@pytest.mark.parametrize("seed", range(5))
def test_the_correlation_of_right_and_wrong_is_scipy_s_point_biserial(seed: int) -> None:
    made = a_class(60, 6, (0.0, 1.0), seed)

    for name, item in items(quiz(6), made).items():
        expected = stats.pointbiserialr(column(made, name), rest(made, name))
        assert item.correlation == pytest.approx(expected.statistic, abs=CLOSE)
        assert item.difficulty == pytest.approx(stats.tmean(column(made, name)), abs=CLOSE)


@pytest.mark.parametrize("seed", range(5))
def test_the_correlation_of_partial_scores_is_scipy_s_pearson(seed: int) -> None:
    made = a_class(45, 4, (0.0, 0.3333, 0.5, 1.0), seed)

    for name, item in items(quiz(4), made).items():
        expected = stats.pearsonr(column(made, name), rest(made, name))
        assert item.correlation == pytest.approx(expected.statistic, abs=CLOSE)


def test_the_rest_is_weighted_by_points() -> None:
    made = a_class(50, 3, (0.0, 0.5, 1.0), seed=9)
    asked = quiz(3, points=(1, 2, 5))
    others = [2 * one.answers["q1"].score + 5 * one.answers["q2"].score for one in made]

    expected = stats.pearsonr(column(made, "q0"), others)

    assert items(asked, made)["q0"].correlation == pytest.approx(expected.statistic, abs=CLOSE)


def test_a_question_added_later_is_about_those_who_were_asked() -> None:
    made = a_class(60, 4, (0.0, 1.0), seed=3)
    before = [
        Sitting(one.learner, 1, one.score, {k: v for k, v in one.answers.items() if k != "q3"})
        if one.learner < 25
        else one
        for one in made
    ]

    late = items(quiz(4), before)["q3"]

    asked = made[25:]
    expected = stats.pointbiserialr(column(asked, "q3"), rest(asked, "q3"))
    assert late.answered == 35
    assert late.correlation == pytest.approx(expected.statistic, abs=CLOSE)


def test_where_all_answer_alike_there_is_no_correlation() -> None:
    made = [sitting(n, {"q0": 0.7, "q1": float(n % 2), "q2": float(n % 3 == 0)}) for n in range(30)]

    figures = items(quiz(3), made)

    assert figures["q0"].correlation is None
    assert figures["q0"].difficulty == pytest.approx(0.7)
    assert figures["q0"].upper_lower == pytest.approx(0)
    assert pearson([0.1] * 30, [0.1 + 0.2] * 30) is None
    assert upper_lower([1.0, 0.0], [0.5, 0.5]) is None


def test_the_upper_lower_index_of_a_worked_example() -> None:
    """Thirty people: 27 % are eight. All totals differ, so that the eight are eight people."""
    totals = [float(number) for number in range(30)]
    scores = [1.0 if number in {1, 5} or number >= 20 else 0.0 for number in range(30)]

    # The best eight are 22 to 29, all right; of the lowest eight, 0 to 7, two are right.
    assert upper_lower(scores, totals) == pytest.approx(8 / 8 - 2 / 8)


def test_who_is_tied_at_the_border_shares_the_places_that_are_left() -> None:
    """Eleven people: three places. Two at the top, then four tied for the third."""
    totals = [9, 9, 7, 7, 7, 7, 4, 2, 2, 2, 2]
    scores = [1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0]

    # Above: both of the two, and one place worth the mean of the tied, 3/4. Below: three
    # places among four tied, of whom one is right.
    expected = (1 + 1 + 3 / 4) / 3 - 1 / 4

    assert upper_lower(scores, totals) == pytest.approx(expected)
    backwards = upper_lower(scores[::-1], totals[::-1])
    assert backwards == pytest.approx(expected)


@pytest.mark.parametrize(
    ("people", "has_difficulty", "has_discrimination"),
    [
        (LEAST_FOR_DIFFICULTY - 1, False, False),
        (LEAST_FOR_DIFFICULTY, True, False),
        (LEAST_FOR_DISCRIMINATION - 1, True, False),
        (LEAST_FOR_DISCRIMINATION, True, True),
    ],
)
def test_a_figure_of_too_few_is_none(
    people: int, has_difficulty: bool, has_discrimination: bool
) -> None:
    made = [sitting(n, {"q0": float(n % 2), "q1": float(n % 3 == 0)}) for n in range(people)]

    item = items(quiz(2), made)["q0"]

    assert item.answered == people
    assert (item.difficulty is not None) is has_difficulty
    assert (item.correlation is not None) is has_discrimination
    assert (item.upper_lower is not None) is has_discrimination


def test_only_first_attempts_make_the_figures_and_the_best_is_told_beside() -> None:
    made = [sitting(n, {"q0": 0.0, "q1": 1.0}) for n in range(6)]
    made += [sitting(n, {"q0": 1.0, "q1": 1.0}, number=2) for n in range(4)]

    figures = analyse(quiz(2), made)

    assert (figures.people, figures.attempts) == (6, 10)
    assert (figures.retried, figures.improved) == (4, 4)
    assert figures.first_mean == 0.5
    assert figures.best_mean == pytest.approx((4 * 1 + 2 * 0.5) / 6)
    assert (figures.passed_first, figures.passed) == (0, 4)
    assert figures.items[0].difficulty == 0
    assert [(one.key, one.count) for one in figures.items[0].answers] == [('"b"', 6)]
    assert figures.items[0].parts == {"a": 0, "b": 6, "c": 0}


def test_wrong_answers_that_come_together_are_counted_over_all_attempts() -> None:
    made = [sitting(n, {"q0": 0.0, "q1": 0.0, "q2": 1.0}) for n in range(3)]
    made += [sitting(n, {"q0": 0.0, "q1": 1.0, "q2": 0.0}, number=2) for n in range(2)]

    (path,) = analyse(quiz(3), made).paths

    assert (path.first, path.second, path.count) == ("q0", "q1", 3)


def test_nobody_makes_no_figures() -> None:
    figures = analyse(quiz(2), [])

    assert (figures.people, figures.first_mean) == (0, None)
    assert [item.difficulty for item in figures.items] == [None, None]


def test_scores_are_counted_by_tenths_and_a_full_one_is_in_the_last() -> None:
    assert in_bins([0, 0.05, 0.3, 0.5999999999999, 0.6, 0.99, 1]) == [2, 0, 0, 1, 0, 0, 2, 0, 0, 2]
