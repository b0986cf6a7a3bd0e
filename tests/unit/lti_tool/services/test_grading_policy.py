"""Which attempt counts, and from which score an activity is passed."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.models import Counting
from lti_tool.services.grading_policy import STEPS, USUAL, GradingPolicy, counted
from tests.unit.lti_tool.services.conftest import quiz

SCORES = st.integers(0, STEPS).map(lambda steps: steps / STEPS)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.4, 0.9, 0.8], {"best": 0.9, "last": 0.8, "first": 0.4, "average": 0.7}),
        ([1.0, 0.0], {"best": 1.0, "last": 0.0, "first": 1.0, "average": 0.5}),
        # 0.3333 + 0.6667 + 0.5 = 1.5; a third of 0.1 + 0.2 + 0.2 is 0.16666…
        ([0.3333, 0.6667, 0.5], {"best": 0.6667, "last": 0.5, "first": 0.3333, "average": 0.5}),
        ([0.1, 0.2, 0.2], {"best": 0.2, "last": 0.2, "first": 0.1, "average": 0.1667}),
        # Half a step goes up, as in ``course_content.scoring``.
        ([0.1234, 0.1235], {"best": 0.1235, "last": 0.1235, "first": 0.1234, "average": 0.1235}),
    ],
)
def test_attempts_are_counted_as_worked_out_by_hand(
    scores: list[float], expected: dict[str, float]
) -> None:
    assert {str(way): counted(scores, way) for way in Counting} == expected


@given(SCORES)
def test_of_one_attempt_every_way_to_count_makes_the_same(score: float) -> None:
    assert {counted([score], way) for way in Counting} == {score}


@given(st.lists(SCORES, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_average_is_that_of_fractions_in_any_order(scores: list[float], dice: Random) -> None:
    shuffled = sorted(scores, key=lambda _score: dice.random())
    mean = Fraction(sum(Fraction(round(one * STEPS)) for one in scores), len(scores))

    average = counted(scores, Counting.AVERAGE)

    assert counted(shuffled, Counting.AVERAGE) == average
    assert abs(Fraction(round(average * STEPS)) - mean) <= Fraction(1, 2)
    assert min(scores) <= average <= max(scores)


def test_the_course_says_from_which_score_one_passes_unless_an_instructor_does() -> None:
    graded = quiz("quiz-un")
    strict = GradingPolicy(Counting.LAST, 75)

    assert USUAL.pass_mark_of(graded) == 0.6
    assert strict.pass_mark_of(graded) == 0.75
    assert GradingPolicy(pass_mark=0).pass_mark_of(graded) == 0


def test_a_policy_is_about_what_is_graded_alone() -> None:
    training = quiz("quiz-deux", graded=False)
    strict = GradingPolicy(Counting.LAST, 75)

    assert strict.counting_for(training) is Counting.BEST
    assert strict.pass_mark_of(training) == 0.6
    assert strict.counting_for(quiz("quiz-un")) is Counting.LAST
