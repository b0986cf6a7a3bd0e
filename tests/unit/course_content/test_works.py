"""Python's half of the shared vectors of works, and the limits that no vector can show."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_content.works import (
    LARGEST_WORK,
    LONGEST_TEXT,
    MOST_FIELDS,
    MOST_RECORDS,
    InvalidWork,
    WorkTooLarge,
    changed,
    checked_changes,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "works.json"
CASES = [
    pytest.param(case, id=case["name"]) for case in json.loads(VECTORS.read_text(encoding="utf-8"))
]

VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3)
CHANGES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(st.sampled_from(["label", "note", "x"]), VALUES, max_size=3),
)


@pytest.mark.parametrize("case", CASES)
def test_changes_make_of_a_work_what_the_shared_vectors_say(case: dict[str, Any]) -> None:
    if case.get("error"):
        with pytest.raises(InvalidWork):
            checked_changes(case["changes"])
    else:
        assert changed(case["work"], checked_changes(case["changes"])) == case["after"]


def test_a_text_is_as_long_as_its_limit_and_no_longer() -> None:
    checked_changes({"a": {"label": "é" * LONGEST_TEXT}})
    with pytest.raises(InvalidWork):
        checked_changes({"a": {"label": "é" * (LONGEST_TEXT + 1)}})


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(InvalidWork):
        checked_changes({"a": {"label": "\ud800"}})


@pytest.mark.parametrize("number", [2**53 + 1, 10**400, -(10**400), math.inf, math.nan])
def test_a_number_that_javascript_cannot_count_to_is_refused(number: float) -> None:
    with pytest.raises(InvalidWork):
        checked_changes({"a": {"x": number}})


def test_a_work_does_not_grow_beyond_its_records() -> None:
    full = {f"r{number}": {"type": "actor"} for number in range(MOST_RECORDS)}
    with pytest.raises(WorkTooLarge):
        changed(full, {"another": {"type": "actor"}})


def test_what_was_removed_makes_room_for_what_is_new() -> None:
    full = {f"r{number}": {"type": "actor"} for number in range(MOST_RECORDS)}
    without = changed(full, {"r0": {"removed": True}})

    grown = changed(without, {"another": {"type": "actor"}})

    assert "another" in grown
    assert "r0" not in grown


def test_a_record_does_not_grow_beyond_its_fields() -> None:
    full = {"a": {f"x{number}": 1 for number in range(MOST_FIELDS)}}
    with pytest.raises(WorkTooLarge):
        changed(full, {"a": {"another": 1}})


def test_a_work_does_not_grow_beyond_its_bytes() -> None:
    texts = {f"r{number}": {"note": "é" * LONGEST_TEXT} for number in range(40)}
    assert sum(len(record["note"].encode()) for record in texts.values()) > LARGEST_WORK
    with pytest.raises(WorkTooLarge):
        changed({}, texts)


@given(CHANGES, CHANGES, CHANGES)
def test_changes_one_after_the_other_are_as_good_as_together(
    work: dict[str, Any], earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    both = {name: {**earlier.get(name, {}), **later.get(name, {})} for name in {**earlier, **later}}
    begun = changed({}, work)
    assert changed(changed(begun, earlier), later) == changed(begun, both)
