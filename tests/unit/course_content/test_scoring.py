"""Python's half of the shared vectors, and what no single case can say."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_content.scoring import (
    InvalidResponse,
    activity_score,
    mark,
    normalized_text,
    number_text,
    parsed_number,
    verdict,
)

VECTORS = Path(__file__).parents[2] / "vectors"
KINDS = ("single", "multiple", "true_false", "ordering", "matching", "numeric", "text")


def cases(*names: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{name}: {case['name']}")
        for name in names
        for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", cases(*KINDS))
def test_a_response_gets_the_verdict_of_the_shared_vectors(case: dict[str, Any]) -> None:
    if case.get("error"):
        with pytest.raises(InvalidResponse):
            verdict(case["key"], case["response"])
    else:
        assert verdict(case["key"], case["response"]) == case["verdict"]


@pytest.mark.parametrize("case", cases(*KINDS))
def test_the_solution_of_every_key_is_right(case: dict[str, Any]) -> None:
    key = case["key"]
    solution = verdict(key, case["response"])["solution"] if not case.get("error") else None
    if solution is not None:
        assert mark(key, solution).correct


@pytest.mark.parametrize("case", cases("activity"))
def test_an_activity_gets_the_score_of_the_shared_vectors(case: dict[str, Any]) -> None:
    assert activity_score(case["answers"]) == case["score"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(response=JSON_VALUES, kind=st.sampled_from(KINDS))
def test_whatever_is_sent_is_scored_between_0_and_1_or_refused(response: Any, kind: str) -> None:
    key = cases(kind)[0].values[0]["key"]
    try:
        result = mark(key, response)
    except InvalidResponse:
        return
    assert 0 <= result.score <= 1
    assert result.correct == (result.score == 1)


@given(picks=st.sets(st.sampled_from("abcde"), min_size=1))
def test_a_wrong_pick_never_raises_the_score_of_a_multiple_choice(picks: set[str]) -> None:
    key = {"kind": "multiple", "choices": list("abcde"), "correct": ["a", "c"]}
    without = mark(key, sorted(picks))
    assert mark(key, sorted(picks | {"e"})).score <= without.score


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 10_000)), min_size=1))
def test_an_activity_scores_between_its_worst_and_its_best_question(
    answers: list[tuple[int, int]],
) -> None:
    scores = [score / 10_000 for _points, score in answers]
    total = activity_score([(points, score / 10_000) for points, score in answers])
    assert min(scores) <= total <= max(scores)


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_number_that_is_written_out_reads_back(digits: int, decimals: int) -> None:
    number = digits / 10**decimals
    assert parsed_number(number_text(number)) == number


@given(st.text(max_size=40))
def test_reducing_a_text_twice_changes_nothing_more(text: str) -> None:
    once = normalized_text(text)
    assert normalized_text(once) == once
