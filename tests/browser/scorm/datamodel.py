"""SCORM 1.2's own data model, held against what a SCO says to its runtime.

Runtimes under test are lenient, platforms in the field are not: what counts is the
SCORM 1.2 Run-Time Environment, chapters 3.3 (API) and 3.4 (data model), and, where it
leaves room, the narrower reading of Moodle's strict option.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

ValueRule: TypeAlias = Callable[[str], bool]

SUSPEND_DATA_LIMIT: Final = 4096
STRING_LIMIT: Final = 255


@dataclass(frozen=True)
class Call:
    """One call to the API: what the SCO passed, and what the runtime answered."""

    method: str
    arguments: tuple[Any, ...]
    result: str = "true"


def matching(pattern: str) -> ValueRule:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: bool(compiled.fullmatch(value))


def one_of(*words: str) -> ValueRule:
    return lambda value: value in words


def length(value: str) -> int:
    """Length as JavaScript and most runtimes count it: UTF-16 code units."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def ascii_text(limit: int) -> ValueRule:
    """CMIString: ASCII. Platforms count or store other characters as several."""
    return lambda value: value.isascii() and value.isprintable() and len(value) <= limit


def free_text(limit: int) -> ValueRule:
    """Text that a learner typed: the one place where more than ASCII is unavoidable."""
    return lambda value: length(value) <= limit and not re.search(r"[\x00-\x1f\x7f]", value)


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
RESULT = re.compile(r"correct|wrong|unanticipated|neutral|\d+(\.\d+)?", re.ASCII)

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
    "cmi.interactions.n.result": lambda value: bool(RESULT.fullmatch(value)),
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

ASKS_FOR_ERRORS: Final = {"LMSGetLastError", "LMSGetErrorString", "LMSGetDiagnostic"}


@dataclass
class StrictSession:
    """One launch of a SCO. ``violations`` says what no conformant SCO would have done."""

    violations: list[str] = field(default_factory=list)
    state: str = "before LMSInitialize"
    values: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def hold(self, calls: Iterable[Call]) -> StrictSession:
        for call in calls:
            self._one(call)
        return self

    def _one(self, call: Call) -> None:
        if any(not isinstance(argument, str) for argument in call.arguments):
            self._fault(call, "passes something else than strings")
        elif call.method not in ASKS_FOR_ERRORS:
            handler = {
                "LMSInitialize": self._initialize,
                "LMSFinish": self._finish,
                "LMSCommit": self._commit,
                "LMSGetValue": self._get,
                "LMSSetValue": self._set,
            }.get(call.method)
            if handler is None:
                self._fault(call, "is no function of the API")
            else:
                handler(call)

    def _fault(self, call: Call, what: str) -> None:
        arguments = ", ".join(repr(argument) for argument in call.arguments)
        self.violations.append(f"{call.method}({arguments}) {what}")

    def _initialize(self, call: Call) -> None:
        self._expect_empty(call)
        if self.state != "before LMSInitialize":
            self._fault(call, "is called twice")
        self.state = "running"

    def _finish(self, call: Call) -> None:
        self._expect_empty(call)
        self._expect_running(call)
        if self.values:
            for name in ("cmi.core.session_time", "cmi.core.exit", "cmi.core.lesson_status"):
                if name not in self.values:
                    self._fault(call, f"comes without {name}")
        for index in range(self.counts.get("cmi.interactions", 0)):
            self._expect_whole_interaction(call, f"cmi.interactions.{index}")
        self.state = "after LMSFinish"

    def _expect_whole_interaction(self, call: Call, prefix: str) -> None:
        written = {name for name in self.values if name.startswith(f"{prefix}.")}
        for name in ("id", "type"):
            if written and f"{prefix}.{name}" not in written:
                self._fault(call, f"leaves {prefix} without {name}")

    def _commit(self, call: Call) -> None:
        self._expect_empty(call)
        self._expect_running(call)

    def _expect_empty(self, call: Call) -> None:
        if call.arguments != ("",):
            self._fault(call, "wants one empty string")

    def _expect_running(self, call: Call) -> None:
        if self.state != "running":
            self._fault(call, f"comes {self.state}")

    def _get(self, call: Call) -> None:
        self._expect_running(call)
        (name,) = call.arguments
        general = re.sub(r"\.\d+(?=\.)", ".n", name)
        if general not in READABLE:
            self._fault(call, "asks for what cannot be read")
        elif name.endswith("._count"):
            collection = name.removesuffix("._count")
            known = int(call.result or 0)
            self.counts[collection] = max(known, self.counts.get(collection, 0))

    def _set(self, call: Call) -> None:
        self._expect_running(call)
        name, value = call.arguments
        if call.result != "true":
            self._fault(call, f"was refused: {call.result}")
        general = re.sub(r"\.\d+(?=\.)", ".n", name)
        self._expect_index_order(call, name)
        rule = self._rule(call, general, name)
        if rule is None:
            return
        if not rule(value):
            self._fault(call, "breaks the format of its element")
        self.values[name] = value

    def _rule(self, call: Call, general: str, name: str) -> ValueRule | None:
        if general in {RESPONSE, PATTERN}:
            kind = self.values.get(".".join([*name.split(".")[:3], "type"]))
            if kind is None:
                self._fault(call, "comes before the interaction's type, which gives its format")
                return None
            return RESPONSES.get(kind)
        rule = WRITABLE.get(general)
        if rule is None:
            self._fault(call, "writes what cannot be written")
        return rule

    def _expect_index_order(self, call: Call, name: str) -> None:
        for match in re.finditer(r"\.(\d+)\.", name):
            collection = name[: match.start()]
            index = int(match[1])
            count = self.counts.get(collection, 0)
            if index > count:
                self._fault(call, f"leaves a gap: {collection} has {count}")
            self.counts[collection] = max(count, index + 1)


def violations(calls: Iterable[Call]) -> list[str]:
    """Everything in these calls that SCORM 1.2 does not allow; ``[]`` when all is well."""
    return StrictSession().hold(calls).violations
