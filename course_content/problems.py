"""What is wrong in a course's files, said so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. ``path`` is relative to the course's folder; ``line`` counts from 1.

    ``line`` is ``None`` when the mistake is not on a line: a file that is not there.
    """

    path: str
    line: int | None
    message: str
    remedy: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message} {self.remedy}"


class CourseError(Exception):
    """A course cannot be used; ``problems`` tells all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(set(problems), key=lambda each: (each.path, each.line or 0, each.message))
        )
        super().__init__("\n".join(map(str, self.problems)))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return a remedy for a word that is not one of ``known``: the nearest, else all of them."""
    candidates = sorted(known)
    nearest = get_close_matches(word, candidates, n=1, cutoff=0.6)
    if nearest:
        return f"Did you mean “{nearest[0]}”?"
    if candidates:
        return f"Known here: {', '.join(candidates)}."
    return "None is known here: declare it first, or remove the mention of it."
