from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from course_content.loader import load_course
from course_content.model import Course
from lti_tool.database import Database
from lti_tool.services import progress
from lti_tool.services.progress import InvalidState, Saved, Seat, StateTooLarge

COURSES = Path(__file__).parents[3] / "courses"


def save(database: Database, seat: Seat, course: Course, revision: int, state: object) -> Saved:
    with database.transaction() as db:
        return progress.save(db, seat, course, revision, state)


def state(position: str | None, *visited: str, **drafts: Any) -> dict[str, Any]:
    return {
        "position": position,
        "visited": list(visited),
        "made": [],
        "drafts": {name.replace("__", "/").replace("_", "-"): one for name, one in drafts.items()},
    }


def test_nothing_is_known_of_somebody_who_just_came(database: Database, seat: Seat) -> None:
    with database.reading() as db:
        assert progress.load(db, seat) == Saved(None, 0)


def test_what_was_saved_is_found_again(database: Database, seat: Seat, course: Course) -> None:
    sent = state("un/lecon", "syllabus/syllabus", "un/lecon", quiz_un__q1="a")

    assert save(database, seat, course, 0, sent) == Saved(sent, 1)
    with database.reading() as db:
        assert progress.load(db, seat) == Saved(sent, 1)


def test_a_late_save_loses_no_step_and_the_newest_place_wins(
    database: Database, seat: Seat, course: Course
) -> None:
    save(database, seat, course, 0, state("un/lecon", "un/lecon", quiz_un__q1="a"))
    save(database, seat, course, 1, state("un/quiz-un", "un/lecon", "un/quiz-un"))

    late = save(
        database, seat, course, 1, state("deux/lecon", "un/lecon", "deux/lecon", essai__q2=True)
    )

    assert late.revision == 3
    assert late.state == state("deux/lecon", "un/lecon", "un/quiz-un", "deux/lecon", essai__q2=True)


def test_a_draft_that_was_put_away_stays_away(
    database: Database, seat: Seat, course: Course
) -> None:
    save(database, seat, course, 0, state("un/quiz-un", quiz_un__q1="a"))

    saved = save(database, seat, course, 1, state("un/quiz-un"))

    assert saved.state == state("un/quiz-un")


def test_a_visited_step_stays_visited(database: Database, seat: Seat, course: Course) -> None:
    save(database, seat, course, 0, state("un/lecon", "un/lecon"))

    saved = save(database, seat, course, 1, state(None))

    assert saved.state == state("un/lecon", "un/lecon")


def test_a_finished_workshop_stays_finished(database: Database, seat: Seat) -> None:
    course = load_course(COURSES / "atelier")
    save(database, seat, course, 0, {"made": ["ma-carte", "autre-atelier"]})

    saved = save(database, seat, course, 0, {"made": ["ma-grille"]})

    assert saved.state is not None
    assert saved.state["made"] == ["ma-carte", "ma-grille"]


def test_what_the_course_does_not_have_is_dropped(
    database: Database, seat: Seat, course: Course
) -> None:
    sent = {
        "position": "nowhere/at-all",
        "visited": ["un/lecon", "un/lecon", "x/y", "../etc/passwd"],
        "drafts": {"quiz-un/q1": "a", "quiz-un/q9": "a", "quiz-deux/q1": "x" * 5000},
        "script": "<script>",
    }

    assert save(database, seat, course, 0, sent).state == {
        "position": None,
        "visited": ["un/lecon"],
        "made": [],
        "drafts": {"quiz-un/q1": "a"},
    }


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "state",
        {"visited": "un/lecon"},
        {"visited": [1]},
        {"made": [1]},
        {"made": "ma-carte"},
        {"visited": [["un/lecon"]]},
        {"position": 3},
        {"drafts": []},
        {"position": {"a": "b"}},
    ],
)
def test_anything_but_a_state_is_refused(
    database: Database, seat: Seat, course: Course, sent: object
) -> None:
    with pytest.raises(InvalidState):
        save(database, seat, course, 0, sent)


def test_a_state_has_a_bearable_length(database: Database, seat: Seat, course: Course) -> None:
    with pytest.raises(StateTooLarge):
        save(database, seat, course, 0, {"drafts": {str(n): "é" * 40 for n in range(1000)}})


def test_windows_that_save_at_once_lose_no_step(
    database: Database, seat: Seat, course: Course
) -> None:
    steps = ["un/lecon", "un/quiz-un", "deux/lecon", "deux/quiz-deux", "deux/essai"]
    barrier = threading.Barrier(len(steps))

    def window(step: str) -> None:
        barrier.wait()
        save(database, seat, course, 0, state(step, step))

    threads = [threading.Thread(target=window, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as db:
        saved = progress.load(db, seat)
    assert saved.revision == len(steps)
    assert saved.state is not None
    assert sorted(saved.state["visited"]) == sorted(steps)
