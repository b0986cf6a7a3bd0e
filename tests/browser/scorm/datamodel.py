"""SCORM 1.2's own data model, as the tests hold the player to it.

What counts is the SCORM 1.2 Run-Time Environment, chapters 3.3 (API) and 3.4 (data model), and,
where it leaves room, the narrower reading of Moodle's strict option.
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

SUSPEND_DATA_LIMIT: Final = 4096
STRING_LIMIT: Final = 255


def timespan(value: str) -> bool:
    """CMITimespan: HHHH:MM:SS.SS, two to four digits of hours, at most two decimals."""
    return bool(re.fullmatch(r"\d{2,4}:[0-5]\d:[0-5]\d(\.\d{1,2})?", value, re.ASCII))


def percentage(value: str) -> bool:
    """CMIDecimal from 0 to 100, with no more digits than Moodle takes."""
    return bool(re.fullmatch(r"\d{1,3}(\.\d{1,7})?", value, re.ASCII)) and float(value) <= 100


TIME = matching(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?")
DECIMAL = matching(r"-?\d+(\.\d+)?")
IDENTIFIER = matching(r"[A-Za-z0-9._-]{1,255}")
LESSON_STATUS = one_of("passed", "completed", "failed", "incomplete", "browsed")
STRING = ascii_text(STRING_LIMIT)
LETTER = "[0-9a-z]"

RESPONSES: Final[dict[str, ValueRule]] = {
    "true-false": matching("[01tf]"),
    "choice": matching(rf"(\{{)?{LETTER}(,{LETTER})*(?(1)\}})"),
    "sequencing": matching(rf"{LETTER}(,{LETTER})*"),
    "matching": matching(rf"(\{{)?{LETTER}\.{LETTER}(,{LETTER}\.{LETTER})*(?(1)\}})"),
    "numeric": DECIMAL,
    "fill-in": free_text(STRING_LIMIT),
    "performance": free_text(STRING_LIMIT),
    "likert": matching(f"{LETTER}?"),
}
RESULT = matching(r"correct|wrong|unanticipated|neutral|\d+(\.\d+)?")

WRITABLE: Final[dict[str, ValueRule]] = {
    "cmi.core.lesson_location": STRING,
    "cmi.core.lesson_status": LESSON_STATUS,
    "cmi.core.score.raw": percentage,
    "cmi.core.score.min": percentage,
    "cmi.core.score.max": percentage,
    "cmi.core.exit": one_of("time-out", "suspend", "logout", ""),
    "cmi.core.session_time": timespan,
    "cmi.suspend_data": ascii_text(SUSPEND_DATA_LIMIT),
    "cmi.comments": free_text(SUSPEND_DATA_LIMIT),
    "cmi.objectives.n.id": IDENTIFIER,
    "cmi.objectives.n.score.raw": percentage,
    "cmi.objectives.n.score.min": percentage,
    "cmi.objectives.n.score.max": percentage,
    "cmi.objectives.n.status": LESSON_STATUS,
    "cmi.interactions.n.id": IDENTIFIER,
    "cmi.interactions.n.objectives.n.id": IDENTIFIER,
    "cmi.interactions.n.time": TIME,
    "cmi.interactions.n.type": lambda value: value in RESPONSES,
    "cmi.interactions.n.weighting": DECIMAL,
    "cmi.interactions.n.result": RESULT,
    "cmi.interactions.n.latency": timespan,
}
RESPONSE = "cmi.interactions.n.student_response"
PATTERN = "cmi.interactions.n.correct_responses.n.pattern"

WRITE_ONLY: Final = {"cmi.core.exit", "cmi.core.session_time"}
READABLE: Final = {
    "cmi.core._children",
    "cmi.core.student_id",
    "cmi.core.student_name",
    "cmi.core.credit",
    "cmi.core.entry",
    "cmi.core.score._children",
    "cmi.core.total_time",
    "cmi.core.lesson_mode",
    "cmi.launch_data",
    "cmi.comments_from_lms",
    "cmi.objectives._children",
    "cmi.objectives._count",
    "cmi.student_data._children",
    "cmi.student_data.mastery_score",
    "cmi.student_data.max_time_allowed",
    "cmi.student_data.time_limit_action",
    "cmi.student_preference._children",
    "cmi.interactions._children",
    "cmi.interactions._count",
} | {
    name for name in WRITABLE if name not in WRITE_ONLY and not name.startswith("cmi.interactions.")
}

SCORM12: Final = DataModel(
    initialize="LMSInitialize",
    terminate="LMSFinish",
    get="LMSGetValue",
    set="LMSSetValue",
    commit="LMSCommit",
    asks_for_errors=frozenset({"LMSGetLastError", "LMSGetErrorString", "LMSGetDiagnostic"}),
    readable=frozenset(READABLE),
    writable=WRITABLE,
    by_type={RESPONSE: RESPONSES, PATTERN: RESPONSES},
    needs={
        RESPONSE: ("type",),
        PATTERN: ("type",),
        "cmi.objectives.n.status": ("id",),
        "cmi.objectives.n.score.raw": ("id",),
    },
    whole={"cmi.interactions": ("id", "type"), "cmi.objectives": ("id",)},
    owed=("cmi.core.session_time", "cmi.core.exit", "cmi.core.lesson_status"),
    keys=frozenset({"cmi.objectives.n.id"}),
)


def violations(calls: Iterable[Call]) -> list[str]:
    """Everything in these calls that SCORM 1.2 does not allow; ``[]`` when all is well."""
    return StrictSession(SCORM12).hold(calls).violations
