"""What a teacher sees of the module: its units, its questions and their right answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from classroom.weeks.browsing import Window


@dataclass(frozen=True, slots=True)
class Question:
    """``asked`` is the question as the tool shows it, ``right`` an answer that earns all."""

    id: str
    asked: Mapping[str, Any]
    right: Any

    @property
    def kind(self) -> str:
        return str(self.asked["kind"])


@dataclass(frozen=True, slots=True)
class Quiz:
    id: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """``pages`` are the paths of what is read or made in it, in order; not its quiz."""

    id: str
    pages: tuple[str, ...]
    quiz: Quiz | None
    quiz_page: str | None
    workshops: tuple[str, ...]


ANY_ANSWER: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "single": lambda asked: asked["choices"][0]["id"],
    "multiple": lambda asked: [asked["choices"][0]["id"]],
    "true_false": lambda _asked: True,
    "ordering": lambda asked: [one["id"] for one in asked["items"]],
    "matching": lambda asked: {one["id"]: asked["options"][0]["id"] for one in asked["left"]},
    "numeric": lambda _asked: "1",
    "text": lambda _asked: "x",
}
"""An answer of each kind that a question can be given, right or not."""


def look_through(window: Window) -> tuple[Unit, ...]:
    """Read the module and answer each question once, as a teacher: nothing of it is kept."""
    course = window.ask("GET", "/api/boot")["course"]
    units = (unit for part in course["parts"] for unit in part["units"])
    return tuple(_unit(window, unit) for unit in units)


def _unit(window: Window, entry: Mapping[str, Any]) -> Unit:
    steps = window.ask("GET", f"/api/units/{entry['id']}")["steps"]
    paths = {step["id"]: f"{entry['id']}/{step['id']}" for step in entry["steps"]}
    quizzes = {name: step["activity"] for name, step in steps.items() if step.get("activity")}
    name = next(iter(quizzes), None)
    return Unit(
        id=entry["id"],
        pages=tuple(path for step, path in paths.items() if step != name),
        quiz=None if name is None else _quiz(window, quizzes[name]),
        quiz_page=None if name is None else paths[name],
        workshops=tuple(name for name, step in steps.items() if step.get("workshop")),
    )


def _quiz(window: Window, activity: Mapping[str, Any]) -> Quiz:
    found = _answered(window, activity["id"], activity["questions"])
    return Quiz(activity["id"], tuple(found))


def _answered(
    window: Window, activity: str, questions: Sequence[Mapping[str, Any]]
) -> Iterator[Question]:
    for asked in questions:
        body = {
            "attempt": 1,
            "question": asked["id"],
            "response": ANY_ANSWER[asked["kind"]](asked),
        }
        told = window.ask("POST", f"/api/activities/{activity}/answers", body)
        yield Question(asked["id"], asked, told["verdict"]["solution"])
