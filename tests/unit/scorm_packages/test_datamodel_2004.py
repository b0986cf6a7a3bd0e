"""The strict model of SCORM 2004 is held to the standard, too."""

import pytest

from tests.browser.scorm.datamodel_2004 import violations
from tests.browser.scorm.strict import Call

BEGIN = Call("Initialize", ("",))
LEAVE = (
    Call("SetValue", ("cmi.completion_status", "incomplete")),
    Call("SetValue", ("cmi.exit", "suspend")),
    Call("SetValue", ("cmi.session_time", "PT1M2.03S")),
    Call("Commit", ("",)),
    Call("Terminate", ("",)),
)


def setting(*pairs):
    return violations([BEGIN, *(Call("SetValue", pair) for pair in pairs), *LEAVE])


def interaction(kind, response, element="learner_response"):
    return setting(
        ("cmi.interactions.0.id", "quiz.q1"),
        ("cmi.interactions.0.type", kind),
        (f"cmi.interactions.0.{element}", response),
    )


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("cmi.completion_status", "not attempted"),
        ("cmi.success_status", "unknown"),
        ("cmi.progress_measure", "0.3333333"),
        ("cmi.score.raw", "66.67"),
        ("cmi.score.scaled", "-1"),
        ("cmi.location", "u/" + "x" * 998),
        ("cmi.suspend_data", "x" * 64_000),
        ("cmi.session_time", "PT100H0M0S"),
        ("cmi.objectives.0.id", "urn:c1"),
        ("adl.nav.request", "continue"),
        ("adl.nav.request", "{target=item-1}choice"),
    ],
)
def test_a_value_in_its_format_is_allowed(element, value):
    assert setting((element, value)) == []


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("cmi.completion_status", "passed"),
        ("cmi.success_status", "completed"),
        ("cmi.progress_measure", "1.1"),
        ("cmi.score.raw", "66,67"),
        ("cmi.score.raw", "1e2"),
        ("cmi.score.scaled", "66.67"),
        ("cmi.score.scaled", "0.33333333"),
        ("cmi.location", "x" * 1001),
        ("cmi.location", "unité"),
        ("cmi.suspend_data", "x" * 64_001),
        ("cmi.session_time", "00:01:02"),
        ("cmi.session_time", "PT"),
        ("cmi.session_time", "PT1.234S"),
        ("cmi.session_time", "PT1,5S"),
        ("cmi.objectives.0.id", "une compétence"),
        ("cmi.objectives.0.id", ""),
        ("adl.nav.request", "next"),
        ("cmi.exit", "leave"),
    ],
)
def test_a_value_out_of_its_format_is_caught(element, value):
    assert any("breaks the format" in fault for fault in setting((element, value)))


@pytest.mark.parametrize(
    "instant",
    ["2026-11-23T10:00:00.000", "2026-11-23T10:00:00Z", "2026-11-23", "2026-13-01T00:00:00"],
)
def test_an_instant_that_moodle_refuses_is_caught(instant):
    faults = setting(
        ("cmi.interactions.0.id", "quiz.q1"),
        ("cmi.interactions.0.type", "choice"),
        ("cmi.interactions.0.timestamp", instant),
    )
    assert any("breaks the format" in fault for fault in faults)


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("choice", "a[,]b"),
        ("true-false", "true"),
        ("sequencing", "x[,]y"),
        ("matching", "l1[.]r2[,]l2[.]r1"),
        ("numeric", "2.45"),
        ("fill-in", "Partie prenante, été"),
    ],
)
def test_a_response_in_the_form_of_its_type_is_allowed(kind, response):
    assert interaction(kind, response) == []


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("choice", "a,b"),
        ("choice", "a[,]a"),
        ("true-false", "t"),
        ("sequencing", "x,y"),
        ("matching", "l1.r2"),
        ("numeric", "2,45"),
        ("fill-in", "x" * 251),
        ("essay", "x"),
    ],
)
def test_a_response_in_another_form_is_caught(kind, response):
    assert interaction(kind, response) != []


@pytest.mark.parametrize(
    ("kind", "pattern", "is_right"),
    [
        ("numeric", "2.4[:]2.6", True),
        ("numeric", "[:]2.6", True),
        ("numeric", "2.5", False),
        ("numeric", "3[:]2", False),
        ("fill-in", "{case_matters=false}partie prenante", True),
        ("fill-in", "x" * 251, False),
    ],
)
def test_a_correct_response_has_a_form_of_its_own(kind, pattern, is_right):
    assert (interaction(kind, pattern, "correct_responses.0.pattern") == []) is is_right


def test_an_interaction_is_named_before_anything_is_said_of_it():
    faults = setting(("cmi.interactions.0.type", "choice"), ("cmi.interactions.0.id", "q1"))
    assert any("before the interaction's id" in fault for fault in faults)


def test_an_objective_is_named_before_anything_is_said_of_it():
    faults = setting(("cmi.objectives.0.success_status", "passed"), ("cmi.objectives.0.id", "c1"))
    assert any("before the objective's id" in fault for fault in faults)


def test_two_objectives_do_not_have_the_same_name():
    faults = setting(("cmi.objectives.0.id", "c1"), ("cmi.objectives.1.id", "c1"))
    assert any("the same as cmi.objectives.0.id" in fault for fault in faults)


def test_an_objective_that_the_platform_has_is_known_by_the_name_that_it_was_asked():
    asked = [
        Call("GetValue", ("cmi.objectives._count",), "1"),
        Call("GetValue", ("cmi.objectives.0.id",), "c1"),
        Call("SetValue", ("cmi.objectives.0.success_status", "passed")),
    ]
    assert violations([BEGIN, *asked, *LEAVE]) == []


def test_nothing_is_asked_beyond_the_end_of_a_collection():
    asked = Call("GetValue", ("cmi.objectives.0.id",), "")
    assert any("beyond the end" in fault for fault in violations([BEGIN, asked, *LEAVE]))


@pytest.mark.parametrize("element", ["cmi.exit", "cmi.session_time", "cmi.core.lesson_status"])
def test_what_cannot_be_read_is_not_asked_for(element):
    faults = violations([BEGIN, Call("GetValue", (element,), ""), *LEAVE])
    assert any("cannot be read" in fault for fault in faults)


@pytest.mark.parametrize(
    "element", ["cmi.learner_id", "cmi.mode", "cmi.credit", "cmi.core.lesson_status"]
)
def test_what_only_the_platform_writes_is_not_written(element):
    assert any("cannot be written" in fault for fault in setting((element, "x")))


def test_the_functions_of_scorm_1_2_are_none_of_2004():
    assert violations([BEGIN, Call("LMSCommit", ("",)), *LEAVE])
