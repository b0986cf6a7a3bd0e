"""The data model of SCORM 2004 as the tests hold the player to it (4th Edition RTE, chapter 4).

The 3rd Edition's is the same for everything that is named here. scorm-again lets pass what the
specification, and Moodle with it, does not: where Moodle is narrower, its reading counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tests.browser.scorm.strict import (
    Call,
    DataModel,
    StrictSession,
    ValueRule,
    ascii_text,
    free_text,
    matching,
    one_of,
)

SUSPEND_DATA_LIMIT: Final = 64_000
LOCATION_LIMIT: Final = 1000
SHORT_TEXT: Final = 250

REAL = r"-?\d+(\.\d{1,7})?"
SHORT = r"[A-Za-z0-9_-]{1,250}"
LONG = r"[A-Za-z0-9_:.-]{1,4000}"
CHOICES = rf"{SHORT}(\[,\]{SHORT})*"
PAIRS = rf"{SHORT}\[\.\]{SHORT}(\[,\]{SHORT}\[\.\]{SHORT})*"
NAVIGATION = "continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_"

NUMBER = matching(REAL)
IDENTIFIER = matching(LONG)
COMPLETION = one_of("completed", "incomplete", "not attempted", "unknown")
SUCCESS = one_of("passed", "failed", "unknown")


def duration(value: str) -> bool:
    """timeinterval(second,10,2), which says at least one of hours, minutes and seconds."""
    found = re.fullmatch(r"PT(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?", value, re.ASCII)
    return bool(found) and value != "PT"


def instant(value: str) -> bool:
    """time(second,10,0), to the second and without a zone: as much as Moodle takes."""
    day = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    time = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    return bool(re.fullmatch(f"{day}T{time}", value, re.ASCII))


def within(low: float, high: float) -> ValueRule:
    """real(10,7) from `low` to `high`."""
    return lambda value: bool(re.fullmatch(REAL, value, re.ASCII)) and low <= float(value) <= high


def each_once(rule: ValueRule) -> ValueRule:
    """A set: in no order, and nothing in it twice (4.2.9.2: choice)."""

    def is_set(value: str) -> bool:
        parts = value.split("[,]")
        return rule(value) and len(parts) == len(set(parts))

    return is_set


def number_range(value: str) -> bool:
    """The right numbers: from one to another, either of which may be left open."""
    found = re.fullmatch(rf"({REAL})?\[:\]({REAL})?", value, re.ASCII)
    if not found:
        return False
    low, high = value.split("[:]")
    return not low or not high or float(low) <= float(high)


RESPONSES: Final[dict[str, ValueRule]] = {
    "choice": each_once(matching(CHOICES)),
    "true-false": one_of("true", "false"),
    "sequencing": matching(CHOICES),
    "matching": matching(PAIRS),
    "numeric": NUMBER,
    "fill-in": free_text(SHORT_TEXT),
}
PATTERNS: Final[dict[str, ValueRule]] = {
    **RESPONSES,
    "numeric": number_range,
    "fill-in": matching(r"(\{case_matters=(true|false)\})?[^\x00-\x1f\x7f]{0,250}"),
}

WRITABLE: Final[dict[str, ValueRule]] = {
    "cmi.completion_status": COMPLETION,
    "cmi.success_status": SUCCESS,
    "cmi.progress_measure": within(0, 1),
    "cmi.score.raw": NUMBER,
    "cmi.score.min": NUMBER,
    "cmi.score.max": NUMBER,
    "cmi.score.scaled": within(-1, 1),
    "cmi.exit": one_of("suspend", "normal", "time-out", "logout", ""),
    "cmi.session_time": duration,
    "cmi.location": ascii_text(LOCATION_LIMIT),
    "cmi.suspend_data": ascii_text(SUSPEND_DATA_LIMIT),
    "cmi.objectives.n.id": IDENTIFIER,
    "cmi.objectives.n.score.scaled": within(-1, 1),
    "cmi.objectives.n.score.raw": NUMBER,
    "cmi.objectives.n.score.min": NUMBER,
    "cmi.objectives.n.score.max": NUMBER,
    "cmi.objectives.n.success_status": SUCCESS,
    "cmi.objectives.n.completion_status": COMPLETION,
    "cmi.objectives.n.progress_measure": within(0, 1),
    "cmi.objectives.n.description": free_text(SHORT_TEXT),
    "cmi.interactions.n.id": IDENTIFIER,
    "cmi.interactions.n.type": lambda value: value in RESPONSES,
    "cmi.interactions.n.objectives.n.id": IDENTIFIER,
    "cmi.interactions.n.timestamp": instant,
    "cmi.interactions.n.weighting": NUMBER,
    "cmi.interactions.n.result": matching(rf"correct|incorrect|unanticipated|neutral|{REAL}"),
    "cmi.interactions.n.latency": duration,
    "cmi.interactions.n.description": free_text(SHORT_TEXT),
    "adl.nav.request": matching(rf"{NAVIGATION}|\{{target={LONG}\}}(choice|jump)"),
}
RESPONSE = "cmi.interactions.n.learner_response"
PATTERN = "cmi.interactions.n.correct_responses.n.pattern"

WRITE_ONLY: Final = {"cmi.exit", "cmi.session_time"}
READABLE: Final = (
    {
        "cmi._version",
        "cmi.completion_threshold",
        "cmi.credit",
        "cmi.entry",
        "cmi.interactions._children",
        "cmi.interactions._count",
        "cmi.launch_data",
        "cmi.learner_id",
        "cmi.learner_name",
        "cmi.max_time_allowed",
        "cmi.mode",
        "cmi.objectives._children",
        "cmi.objectives._count",
        "cmi.scaled_passing_score",
        "cmi.time_limit_action",
        "cmi.total_time",
        "adl.nav.request_valid.continue",
        "adl.nav.request_valid.previous",
    }
    | {name for name in WRITABLE if name not in WRITE_ONLY}
    | {RESPONSE, PATTERN}
)

SCORM2004: Final = DataModel(
    initialize="Initialize",
    terminate="Terminate",
    get="GetValue",
    set="SetValue",
    commit="Commit",
    asks_for_errors=frozenset({"GetLastError", "GetErrorString", "GetDiagnostic"}),
    readable=frozenset(READABLE),
    writable=WRITABLE,
    by_type={RESPONSE: RESPONSES, PATTERN: PATTERNS},
    # An error 408, Data Model Dependency Not Established, says the specification.
    needs={
        **{
            name: ("id",)
            for name in WRITABLE
            if re.match(r"cmi\.(objectives|interactions)\.n\.", name) and name.count(".") > 2
            if name not in {"cmi.objectives.n.id", "cmi.interactions.n.id"}
        },
        RESPONSE: ("id", "type"),
        PATTERN: ("id", "type"),
    },
    whole={"cmi.interactions": ("id", "type"), "cmi.objectives": ("id",)},
    owed=("cmi.session_time", "cmi.exit", "cmi.completion_status"),
    keys=frozenset({"cmi.objectives.n.id"}),
)


def violations(calls: Iterable[Call]) -> list[str]:
    """Everything in these calls that SCORM 2004 does not allow; ``[]`` when all is well."""
    return StrictSession(SCORM2004).hold(calls).violations
