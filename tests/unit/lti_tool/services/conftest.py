"""A small course made by hand, its answer keys, and one learner's seat in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course_content.model import (
    Choice,
    Course,
    Feedback,
    Page,
    Part,
    Quiz,
    SingleChoice,
    Syllabus,
    TrueFalse,
    Unit,
)
from lti_tool.database import Database
from lti_tool.services.attempts import Desk
from lti_tool.services.progress import Seat
from tests.seeding import COURSE, SeededClass, seed_class


def quiz(name: str, *, graded: bool = True, attempts: int = 0) -> Quiz:
    """A quiz of two questions: a choice worth 3 points, whose answer is b, and a truth."""
    return Quiz(
        id=name,
        title={"fr": name},
        instructions={},
        graded=graded,
        attempts=attempts,
        questions=(
            SingleChoice(
                id="q1",
                prompt={"fr": "Lequel ?"},
                feedback=Feedback(),
                points=3,
                choices=(
                    Choice("a", {"fr": "A"}, False, {}),
                    Choice("b", {"fr": "B"}, True, {}),
                ),
            ),
            TrueFalse(
                id="q2",
                prompt={"fr": "Vrai ?"},
                feedback=Feedback(),
                answer=True,
                when_true={},
                when_false={},
            ),
        ),
    )


QUIZ_KEYS: dict[str, dict[str, Any]] = {
    "q1": {
        "kind": "single",
        "choices": ["a", "b"],
        "correct": "b",
        "points": 3,
        "feedback": {"choices": {"a": "<p>Non.</p>", "b": "<p>Oui.</p>"}},
    },
    "q2": {"kind": "true_false", "correct": True, "points": 1, "feedback": {}},
}
KEYS = dict.fromkeys(("quiz-un", "quiz-deux", "essai", "examen"), QUIZ_KEYS)


def page(name: str) -> Page:
    return Page(name, {"fr": name}, {"fr": "Texte."})


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two units: one with a graded quiz, the other with two and one that does not count."""
    units = (
        Unit("un", {"fr": "Un"}, 20, (), (page("lecon"), quiz("quiz-un", attempts=2))),
        Unit(
            "deux",
            {"fr": "Deux"},
            20,
            (),
            (page("lecon"), quiz("quiz-deux"), quiz("essai", graded=False), quiz("examen")),
        ),
    )
    return Course(
        slug=COURSE,
        version="1",
        title={"fr": "Deux unités"},
        summary={},
        languages=("fr",),
        licence={},
        syllabus=Syllabus(page("syllabus"), ()),
        parts=(Part("apprendre", {"fr": "Apprendre"}, {}, units),),
        competencies=(),
        references=(),
        folder=tmp_path,
    )


@pytest.fixture
def seeded(database: Database) -> SeededClass:
    with database.transaction() as db:
        return seed_class(db, names=("Alex Martin", "Camille Noël"))


@pytest.fixture
def seat(seeded: SeededClass) -> Seat:
    return Seat(seeded.context_pk, seeded.learner_ids[0], COURSE)


@pytest.fixture
def desk(course: Course) -> Desk:
    """The first unit's quiz: two attempts."""
    return Desk.of(course, KEYS, "quiz-un")
