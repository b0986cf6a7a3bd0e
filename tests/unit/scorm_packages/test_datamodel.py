"""The strict model that the browser tests hold the player to is itself held to the standard."""

import pytest

from tests.browser.scorm.datamodel import violations
from tests.browser.scorm.strict import Call

BEGIN = Call("LMSInitialize", ("",))
LEAVE = (
    Call("LMSSetValue", ("cmi.core.lesson_status", "incomplete")),
    Call("LMSSetValue", ("cmi.core.exit", "suspend")),
    Call("LMSSetValue", ("cmi.core.session_time", "00:01:02.03")),
    Call("LMSCommit", ("",)),
    Call("LMSFinish", ("",)),
)


def setting(*pairs):
    return violations([BEGIN, *(Call("LMSSetValue", pair) for pair in pairs), *LEAVE])


def interaction(kind, response, index=0):
    prefix = f"cmi.interactions.{index}"
    return setting(
        (f"{prefix}.id", "quiz.q1"),
        (f"{prefix}.type", kind),
        (f"{prefix}.student_response", response),
    )


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("cmi.core.lesson_status", "passed"),
        ("cmi.core.lesson_location", "unit/step"),
        ("cmi.core.score.raw", "0"),
        ("cmi.core.score.raw", "66.67"),
        ("cmi.core.score.max", "100"),
        ("cmi.core.exit", ""),
        ("cmi.core.session_time", "0123:59:59.9"),
        ("cmi.suspend_data", "x" * 4096),
        ("cmi.comments", "Une idée en passant"),
        ("cmi.interactions.0.weighting", "2"),
        ("cmi.interactions.0.time", "23:59:59"),
        ("cmi.interactions.0.latency", "00:00:07.25"),
        ("cmi.interactions.0.result", "0.5"),
        ("cmi.objectives.0.id", "c1"),
    ],
)
def test_a_value_in_its_format_is_allowed(element, value):
    faults = setting((element, value))
    assert [fault for fault in faults if "leaves cmi." not in fault] == []


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ("cmi.core.lesson_status", "not attempted"),
        ("cmi.core.lesson_status", "Passed"),
        ("cmi.core.lesson_location", "x" * 256),
        ("cmi.core.lesson_location", "unité/pas"),
        ("cmi.core.score.raw", "66,67"),
        ("cmi.core.score.raw", "100.1"),
        ("cmi.core.score.raw", "-1"),
        ("cmi.core.score.raw", ""),
        ("cmi.core.score.raw", "66.666666666666671"),
        ("cmi.core.exit", "normal"),
        ("cmi.core.session_time", "0:01:02"),
        ("cmi.core.session_time", "00:60:00"),
        ("cmi.core.session_time", "00:01:02.345"),
        ("cmi.core.session_time", "PT1M"),
        ("cmi.suspend_data", "x" * 4097),
        ("cmi.suspend_data", "é"),
        ("cmi.comments", "x" * 4097),
        ("cmi.interactions.0.result", "incorrect"),
        ("cmi.interactions.0.time", "24:00:00"),
        ("cmi.interactions.0.type", "multiple"),
        ("cmi.interactions.0.id", "quiz q1"),
        ("cmi.interactions.0.id", "é"),
        ("cmi.interactions.0.weighting", "1,5"),
    ],
)
def test_a_value_out_of_its_format_is_caught(element, value):
    assert any("breaks the format" in fault for fault in setting((element, value)))


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("true-false", "t"),
        ("choice", "b"),
        ("choice", "a,c"),
        ("choice", "{a,c}"),
        ("sequencing", "c,a,b"),
        ("matching", "a.2,b.1"),
        ("numeric", "-3.5"),
        ("fill-in", "partie prenante oubliée"),
        ("likert", ""),
    ],
)
def test_a_response_in_the_form_of_its_type_is_allowed(kind, response):
    assert interaction(kind, response) == []


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("true-false", "true"),
        ("choice", "ab"),
        ("choice", "{a,c"),
        ("choice", ""),
        ("sequencing", "a;b"),
        ("matching", "a-2"),
        ("matching", "left1.right2"),
        ("numeric", "3,5"),
        ("numeric", ""),
        ("fill-in", "x" * 256),
        ("fill-in", "two\nlines"),
    ],
)
def test_a_response_in_another_form_is_caught(kind, response):
    assert any("breaks the format" in fault for fault in interaction(kind, response))


def test_characters_are_counted_as_runtimes_count_them():
    assert interaction("fill-in", "🙂" * 127) == []
    assert interaction("fill-in", "🙂" * 128) != []


@pytest.mark.parametrize(
    "element",
    ["cmi.core.student_name", "cmi.core.entry", "cmi.core.total_time", "cmi.nonsense", "cmi"],
)
def test_what_only_the_platform_writes_is_not_written(element):
    assert any("cannot be written" in fault for fault in setting((element, "x")))


@pytest.mark.parametrize(
    "element", ["cmi.core.exit", "cmi.core.session_time", "cmi.interactions.0.id", "cmi.score"]
)
def test_what_cannot_be_read_is_not_asked_for(element):
    faults = violations([BEGIN, Call("LMSGetValue", (element,), ""), *LEAVE])
    assert any("cannot be read" in fault for fault in faults)


def test_nothing_is_said_before_the_session_begins():
    faults = violations([Call("LMSGetValue", ("cmi.core.entry",), ""), BEGIN, *LEAVE])
    assert any("before LMSInitialize" in fault for fault in faults)


@pytest.mark.parametrize(
    "late",
    [
        Call("LMSSetValue", ("cmi.core.lesson_location", "x")),
        Call("LMSGetValue", ("cmi.core.entry",), ""),
        Call("LMSCommit", ("",)),
        Call("LMSFinish", ("",)),
    ],
)
def test_nothing_is_said_after_the_session_ended(late):
    assert any("after LMSFinish" in fault for fault in violations([BEGIN, *LEAVE, late]))


def test_the_session_begins_once():
    assert any("twice" in fault for fault in violations([BEGIN, BEGIN, *LEAVE]))


def test_errors_may_be_asked_for_at_any_time():
    asking = Call("LMSGetLastError", (), "0")
    assert violations([asking, BEGIN, asking, *LEAVE, asking]) == []


def test_every_argument_is_a_string():
    assert any("strings" in fault for fault in setting(("cmi.core.score.raw", 50)))
    assert any("empty string" in fault for fault in violations([Call("LMSInitialize", ())]))


def test_an_unknown_function_is_caught():
    assert violations([BEGIN, Call("Terminate", ("",)), *LEAVE])


def test_a_value_that_the_runtime_refuses_is_caught():
    refused = Call("LMSSetValue", ("cmi.core.lesson_location", "x"), "false")
    assert any("refused" in fault for fault in violations([BEGIN, refused, *LEAVE]))


def test_interactions_are_numbered_without_a_gap():
    assert any("gap" in fault for fault in interaction("choice", "a", index=1))


def test_interactions_go_on_after_those_that_the_runtime_has():
    count = Call("LMSGetValue", ("cmi.interactions._count",), "3")
    added = [
        Call("LMSSetValue", ("cmi.interactions.3.id", "quiz.q4")),
        Call("LMSSetValue", ("cmi.interactions.3.type", "choice")),
    ]
    assert violations([BEGIN, count, *added, *LEAVE]) == []


def test_a_response_waits_for_its_type():
    faults = setting(
        ("cmi.interactions.0.id", "quiz.q1"),
        ("cmi.interactions.0.student_response", "a"),
        ("cmi.interactions.0.type", "choice"),
    )
    assert any("before the interaction's type" in fault for fault in faults)


def test_an_interaction_is_not_left_nameless():
    assert any("without id" in fault for fault in setting(("cmi.interactions.0.type", "choice")))


def test_correct_responses_are_held_to_the_same_form():
    faults = setting(
        ("cmi.interactions.0.id", "quiz.q1"),
        ("cmi.interactions.0.type", "numeric"),
        ("cmi.interactions.0.correct_responses.0.pattern", "vingt"),
    )
    assert any("breaks the format" in fault for fault in faults)


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_a_session_that_wrote_does_not_end_without_status_exit_and_time(left_out):
    leave = [call for index, call in enumerate(LEAVE) if index != left_out]
    assert any("comes without" in fault for fault in violations([BEGIN, *leave]))


def test_a_session_that_wrote_nothing_may_just_end():
    assert violations([BEGIN, Call("LMSFinish", ("",))]) == []


def test_a_page_that_is_loaded_anew_begins_anew():
    assert violations([BEGIN, *LEAVE, BEGIN, *LEAVE]) == []
