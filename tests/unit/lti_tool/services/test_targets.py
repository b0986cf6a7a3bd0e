"""What a link points at: read from anything, and never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from lti_tool.services.targets import (
    WHOLE,
    Target,
    TargetKind,
    asked_for,
    extent_of,
    parameters_of,
    targets_of,
)

COURSES = Path(__file__).parents[3] / "courses"
SMALL = load_course(COURSES / "deux-unites")
MODULE = load_course(BUILTIN_COURSES / "engagement-parties-prenantes")
FIRST_UNIT = ("un/lecon", "un/quiz-un")


@pytest.fixture(params=["deux-unites", "engagement-parties-prenantes"])
def course(request: pytest.FixtureRequest) -> Course:
    root = COURSES if request.param == "deux-unites" else BUILTIN_COURSES
    return load_course(root / request.param)


def paths(target: Target) -> tuple[str, ...]:
    return extent_of(SMALL, target).steps


def graded(target: Target) -> list[str]:
    return [activity.id for activity in extent_of(SMALL, target).graded_activities]


def test_everything_that_can_be_placed_is_in_reading_order() -> None:
    assert [str(target) for target in targets_of(SMALL)] == [
        "",
        "syllabus",
        "part:apprendre",
        "un",
        "activity:quiz-un",
        "deux",
        "activity:quiz-deux",
    ]


def test_a_part_that_has_no_unit_yet_is_not_offered() -> None:
    empty = replace(SMALL.parts[0], id="vide", units=())
    course = replace(SMALL, parts=(*SMALL.parts, empty))
    assert list(targets_of(course)) == list(targets_of(SMALL))
    assert extent_of(course, Target(TargetKind.PART, "vide")).target == WHOLE


def test_a_target_is_the_same_after_it_was_kept(course: Course) -> None:
    for target in targets_of(course):
        assert Target.parse(str(target)) == target


def test_a_target_is_the_same_after_it_went_through_a_platform(course: Course) -> None:
    for target in targets_of(course):
        assert asked_for(course, parameters_of(course, target)) == target


def test_an_activity_opens_alone_and_counts_alone() -> None:
    target = Target(TargetKind.ACTIVITY, "quiz-un")
    assert paths(target) == ("un/quiz-un",)
    assert graded(target) == ["quiz-un"]
    assert extent_of(SMALL, target).scope == ("un/quiz-un",)


@pytest.mark.parametrize("target", ["", "syllabus", "part:apprendre", "saillance"])
def test_what_one_looks_up_is_open_from_everything_but_does_not_count(target: str) -> None:
    extent = extent_of(MODULE, Target.parse(target))
    pages = ("glossaire/glossaire", "bibliographie/bibliographie")
    assert extent.open_paths == (*extent.steps, *pages)
    assert not set(pages) & set(extent.steps)
    assert (extent.scope[-2:] == ("glossaire", "bibliographie")) is bool(extent.scope)


def test_an_activity_alone_comes_without_anything_to_look_up() -> None:
    extent = extent_of(MODULE, Target.parse("activity:quiz-saillance"))
    assert extent.open_paths == extent.steps == extent.scope == ("saillance/quiz-saillance",)


def test_a_unit_opens_its_steps_and_not_the_syllabus() -> None:
    target = Target(TargetKind.UNIT, "un")
    assert paths(target) == FIRST_UNIT
    assert graded(target) == ["quiz-un"]


def test_a_part_opens_its_units() -> None:
    target = Target(TargetKind.PART, "apprendre")
    assert paths(target)[:2] == FIRST_UNIT
    assert graded(target) == ["quiz-un", "quiz-deux"]
    assert extent_of(SMALL, target).scope == ("un", "deux")


def test_the_syllabus_opens_alone_and_counts_for_nothing() -> None:
    target = Target(TargetKind.SYLLABUS)
    assert paths(target) == ("syllabus/syllabus",)
    assert graded(target) == []


def test_the_whole_course_begins_with_the_syllabus() -> None:
    assert paths(WHOLE)[0] == "syllabus/syllabus"
    assert extent_of(SMALL, WHOLE).scope == ()
    assert graded(WHOLE) == ["quiz-un", "quiz-deux"]


@pytest.mark.parametrize(
    ("parameters", "target"),
    [
        ({"course": "deux-unites"}, ""),
        ({"unit": "deux"}, "deux"),
        ({"unit": "gone"}, ""),
        ({"unit": "deux", "activity": "gone"}, "deux"),
        ({"unit": "deux", "activity": "quiz-un"}, "activity:quiz-un"),
        ({"part": "apprendre", "unit": "un"}, "un"),
        ({"part": "gone", "syllabus": "yes"}, "syllabus"),
        ({"syllabus": ""}, ""),
        ({"whole": "x"}, ""),
    ],
    ids=str,
)
def test_parameters_name_the_narrowest_thing_that_the_course_has(
    parameters: dict[str, str], target: str
) -> None:
    assert str(asked_for(SMALL, parameters)) == target


@pytest.mark.parametrize(
    "kept", ["gone", "part:gone", "activity:gone", "part:", ":", "a:b", "x" * 200]
)
def test_what_the_course_has_lost_opens_the_whole_course(kept: str) -> None:
    assert extent_of(SMALL, Target.parse(kept)).target == WHOLE


@given(st.text(max_size=60))
def test_no_text_at_all_is_too_strange(text: str) -> None:
    assert paths(Target.parse(text))
    assert paths(asked_for(SMALL, dict.fromkeys(("part", "unit", "activity", "syllabus"), text)))
