"""The data model of SCORM 2004 as its 4th Edition writes it down (RTE, chapter 4).

scorm-again lets pass what the specification, and Moodle with it, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

REAL = r"-?\d+(\.\d{1,7})?"
TIME_SPAN = r"PT(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?"
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
SHORT = r"[A-Za-z0-9_-]{1,250}"
CHOICES = rf"{SHORT}(\[,\]{SHORT})*"
PAIRS = rf"{SHORT}\[\.\]{SHORT}(\[,\]{SHORT}\[\.\]{SHORT})*"

RULES: Mapping[str, str] = {
    "cmi.completion_status": "completed|incomplete|not attempted|unknown",
    "cmi.success_status": "passed|failed|unknown",
    "cmi.progress_measure": r"0(\.\d{1,7})?|1",
    "cmi.score.raw": REAL,
    "cmi.score.min": REAL,
    "cmi.score.max": REAL,
    "cmi.score.scaled": r"-?(0(\.\d{1,7})?|1)",
    "cmi.exit": "suspend|normal|time-out|logout|",
    "cmi.session_time": TIME_SPAN,
    "cmi.location": r".{0,1000}",
    "cmi.suspend_data": r".{0,64000}",
    "cmi.interactions.n.id": r"[A-Za-z0-9_:.-]{1,4000}",
    "cmi.interactions.n.type": "choice|true-false|sequencing|matching|numeric|fill-in",
    "cmi.interactions.n.timestamp": INSTANT,
    "cmi.interactions.n.weighting": REAL,
    "cmi.interactions.n.result": rf"correct|incorrect|unanticipated|neutral|{REAL}",
    "cmi.interactions.n.latency": TIME_SPAN,
}
RESPONSES: Mapping[str, str] = {
    "choice": CHOICES,
    "true-false": "true|false",
    "sequencing": CHOICES,
    "matching": PAIRS,
    "numeric": REAL,
    "fill-in": r".{0,250}",
}
PATTERNS: Mapping[str, str] = {
    **RESPONSES,
    "numeric": rf"({REAL})?\[:\]({REAL})?",
    "fill-in": r"(\{case_matters=(true|false)\})?.{0,250}",
}


def violations(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a session's calls break of the specification, in their order."""
    found: list[str] = []
    types: dict[str, str] = {}
    for call in calls:
        if call["error"] != "0" and call["method"] != "GetValue":
            found.append(f"{call['method']}{call['arguments']}: error {call['error']}")
        if call["method"] == "SetValue":
            name, value = call["arguments"]
            number = name.split(".")[2] if name.startswith("cmi.interactions.") else ""
            if name.endswith(".type"):
                types[number] = value
            rule = _rule(name, types.get(number, ""))
            if rule is None or not re.fullmatch(rule, value, re.DOTALL):
                found.append(f"{name} = {value!r}")
    return found


def _rule(name: str, kind: str) -> str | None:
    general = re.sub(r"\.\d+\.", ".n.", name, count=1)
    if general == "cmi.interactions.n.learner_response":
        return RESPONSES.get(kind)
    if re.fullmatch(r"cmi\.interactions\.n\.correct_responses\.\d+\.pattern", general):
        return PATTERNS.get(kind)
    return RULES.get(general)
