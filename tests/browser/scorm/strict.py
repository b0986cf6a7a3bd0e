"""A strict run-time, on top of whichever one answers: what does a SCO say that it may not?

Runtimes under test are lenient, platforms in the field are not. An edition is a `DataModel`, a
table of what its specification lets a SCO say and ask; a `StrictSession` holds one launch to it,
call by call. Every browser test that plays a package is held to it (see ``conftest.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

ValueRule: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True)
class Call:
    """One call to the API: what the SCO passed, and what the runtime answered."""

    method: str
    arguments: tuple[Any, ...]
    result: str = "true"


def matching(pattern: str) -> ValueRule:
    compiled = re.compile(pattern, re.ASCII | re.DOTALL)
    return lambda value: bool(compiled.fullmatch(value))


def one_of(*words: str) -> ValueRule:
    return lambda value: value in words


def length(value: str) -> int:
    """Length as JavaScript and most runtimes count it: UTF-16 code units."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def ascii_text(limit: int) -> ValueRule:
    """Text of ASCII. Platforms count or store other characters as several."""
    return lambda value: value.isascii() and value.isprintable() and len(value) <= limit


def free_text(limit: int) -> ValueRule:
    """Text that a learner typed: the one place where more than ASCII is unavoidable."""
    return lambda value: length(value) <= limit and not re.search(r"[\x00-\x1f\x7f]", value)


@dataclass(frozen=True)
class DataModel:
    """What an edition lets a SCO say and ask.

    Elements of collections are written with ``n`` in the place of an index. ``by_type`` are the
    elements of an interaction whose format its type gives, and that format by type. ``needs``
    names for an element of a collection those of the same record that have to be set before
    it; ``whole`` those without which a record is not left behind; ``owed`` are the elements
    that a session which wrote anything sets before it ends. ``keys`` are elements that tell
    records of a collection apart, and so are never the same twice.
    """

    initialize: str
    terminate: str
    get: str
    set: str
    commit: str
    asks_for_errors: frozenset[str]
    readable: frozenset[str]
    writable: Mapping[str, ValueRule]
    by_type: Mapping[str, Mapping[str, ValueRule]]
    needs: Mapping[str, tuple[str, ...]]
    whole: Mapping[str, tuple[str, ...]]
    owed: tuple[str, ...]
    keys: frozenset[str] = frozenset()


@dataclass
class StrictSession:
    """One launch of a SCO. ``violations`` says what no conformant SCO would have done."""

    model: DataModel
    violations: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    state: str = ""

    def __post_init__(self) -> None:
        self.state = f"before {self.model.initialize}"

    def hold(self, calls: Iterable[Call]) -> StrictSession:
        for call in calls:
            self._one(call)
        return self

    def _one(self, call: Call) -> None:
        model = self.model
        if any(not isinstance(argument, str) for argument in call.arguments):
            self._fault(call, "passes something else than strings")
        elif call.method not in model.asks_for_errors:
            handler = {
                model.initialize: self._initialize,
                model.terminate: self._terminate,
                model.commit: self._commit,
                model.get: self._get,
                model.set: self._set,
            }.get(call.method)
            if handler is None:
                self._fault(call, "is no function of the API")
            else:
                handler(call)

    def _fault(self, call: Call, what: str) -> None:
        arguments = ", ".join(repr(argument) for argument in call.arguments)
        self.violations.append(f"{call.method}({arguments}) {what}")

    def _initialize(self, call: Call) -> None:
        """Once a launch; a page that was loaded anew within it can only begin anew."""
        self._expect_empty(call)
        if self.state == "running":
            self._fault(call, "is called twice")
        self.state = "running"

    def _terminate(self, call: Call) -> None:
        self._expect_empty(call)
        self._expect_running(call)
        if self.values:
            for name in self.model.owed:
                if name not in self.values:
                    self._fault(call, f"comes without {name}")
        for collection, names in self.model.whole.items():
            for index in range(self.counts.get(collection, 0)):
                self._expect_whole(call, f"{collection}.{index}", names)
        self.state = f"after {self.model.terminate}"

    def _expect_whole(self, call: Call, record: str, names: tuple[str, ...]) -> None:
        written = {name for name in self.values if name.startswith(f"{record}.")}
        for name in names:
            if written and f"{record}.{name}" not in written:
                self._fault(call, f"leaves {record} without {name}")

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
        if _general(name) not in self.model.readable:
            self._fault(call, "asks for what cannot be read")
        elif name.endswith("._count"):
            collection = name.removesuffix("._count")
            known = int(call.result or 0)
            self.counts[collection] = max(known, self.counts.get(collection, 0))
        else:
            self._expect_there(call, name)
            if _general(name) in self.model.keys and call.result:
                self.values.setdefault(name, call.result)

    def _expect_there(self, call: Call, name: str) -> None:
        for match in re.finditer(r"\.(\d+)\.", name):
            collection = name[: match.start()]
            if int(match[1]) >= self.counts.get(collection, 0):
                self._fault(call, f"asks beyond the end of {collection}")

    def _set(self, call: Call) -> None:
        self._expect_running(call)
        name, value = call.arguments
        if call.result != "true":
            self._fault(call, f"was refused: {call.result}")
        self._expect_index_order(call, name)
        self._expect_earlier(call, name)
        rule = self._rule(call, name)
        if rule is None:
            return
        if not rule(value):
            self._fault(call, "breaks the format of its element")
        if _general(name) in self.model.keys:
            self._expect_unique(call, name, value)
        self.values[name] = value

    def _rule(self, call: Call, name: str) -> ValueRule | None:
        general = _general(name)
        formats = self.model.by_type.get(general)
        if formats is not None:
            kind = self.values.get(".".join([*name.split(".")[:3], "type"]))
            return formats.get(kind or "")
        rule = self.model.writable.get(general)
        if rule is None:
            self._fault(call, "writes what cannot be written")
        return rule

    def _expect_earlier(self, call: Call, name: str) -> None:
        record = ".".join(name.split(".")[:3])
        for earlier in self.model.needs.get(_general(name), ()):
            if f"{record}.{earlier}" not in self.values:
                self._fault(call, f"comes before the {_kind(name)}'s {earlier}, which it needs")

    def _expect_unique(self, call: Call, name: str, value: str) -> None:
        collection, _, element = name.rsplit(".", 2)
        same = re.compile(rf"{re.escape(collection)}\.\d+\.{element}")
        for other, known in self.values.items():
            if other != name and known == value and same.fullmatch(other):
                self._fault(call, f"is the same as {other}")

    def _expect_index_order(self, call: Call, name: str) -> None:
        for match in re.finditer(r"\.(\d+)\.", name):
            collection = name[: match.start()]
            index = int(match[1])
            count = self.counts.get(collection, 0)
            if index > count:
                self._fault(call, f"leaves a gap: {collection} has {count}")
            self.counts[collection] = max(count, index + 1)


def _general(name: str) -> str:
    return re.sub(r"\.\d+(?=\.)", ".n", name)


def _kind(name: str) -> str:
    return name.split(".")[1].removesuffix("s")
