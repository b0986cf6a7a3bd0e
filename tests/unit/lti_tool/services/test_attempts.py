from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import func, select

from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import Answer, Attempt, Counting
from lti_tool.services import attempts
from lti_tool.services.attempts import Answered, Desk, Given, WorkFault, WorkRefused
from lti_tool.services.progress import Seat
from lti_tool.services.results import achieved_by
from tests.unit.lti_tool.services.conftest import KEYS


@dataclass(frozen=True)
class Student:
    """One learner at work on one quiz, each action in a transaction of its own."""

    database: Database
    seat: Seat
    desk: Desk

    def give(self, question: str, response: object, *, attempt: int = 1) -> Answered:
        with self.database.transaction() as db:
            return attempts.answer(db, self.seat, self.desk, Given(attempt, question, response))

    def restart(self) -> dict[str, Any]:
        with self.database.transaction() as db:
            return attempts.start_attempt(db, self.seat, self.desk)


@pytest.fixture
def student(database: Database, seat: Seat, desk: Desk) -> Student:
    """The first learner at the first unit's quiz, which allows two attempts."""
    return Student(database, seat, desk)


def fault_of(action: Callable[[], object]) -> WorkFault:
    with pytest.raises(WorkRefused) as caught:
        action()
    return caught.value.fault


def test_an_answer_is_marked_and_kept(student: Student) -> None:
    answered = student.give("q1", "a")

    assert answered.verdict["score"] == 0
    assert answered.verdict["feedback"] == ["<p>Non.</p>"]
    assert answered.attempt["answers"]["q1"]["response"] == "a"
    assert answered.attempt["completed"] is False
    assert answered.attempt["attemptsLeft"] == 1


def test_the_first_answer_to_a_question_stands(student: Student) -> None:
    first = student.give("q1", "a")
    again = student.give("q1", "b")

    assert again.verdict == first.verdict
    assert again.attempt == first.attempt
    assert not again.completed_now


def test_the_last_answer_completes_the_attempt_with_the_weighted_score(student: Student) -> None:
    student.give("q1", "b")
    answered = student.give("q2", False)

    assert answered.completed_now
    assert answered.attempt["completed"] is True
    assert answered.attempt["score"] == 0.75
    assert answered.attempt["best"] == 0.75


def test_the_best_attempt_counts(database: Database, seat: Seat, student: Student) -> None:
    student.give("q1", "b")
    student.give("q2", True)
    assert student.restart()["number"] == 2
    student.give("q1", "a", attempt=2)
    answered = student.give("q2", False, attempt=2)

    assert answered.attempt["score"] == 0
    assert answered.attempt["best"] == 1
    with database.reading() as db:
        assert achieved_by(db, seat).results(Counting.BEST).scores == {"quiz-un": 1}


def test_a_new_attempt_is_refused_when_none_is_left(student: Student) -> None:
    for number in (1, 2):
        student.restart()
        student.give("q1", "a", attempt=number)
        student.give("q2", True, attempt=number)

    assert fault_of(student.restart) is WorkFault.NO_ATTEMPT_LEFT


def test_asking_twice_for_a_new_attempt_uses_up_one(student: Student) -> None:
    student.give("q1", "a")
    student.give("q2", True)

    assert student.restart() == student.restart()
    assert student.restart()["attemptsLeft"] == 0


@pytest.mark.parametrize("number", [0, -1, 2, 10**30])
def test_an_attempt_that_was_not_begun_takes_no_answer(student: Student, number: int) -> None:
    student.give("q1", "a")

    def late() -> object:
        return student.give("q2", True, attempt=number)

    assert fault_of(late) is WorkFault.UNKNOWN_ATTEMPT


def test_an_answer_of_the_wrong_shape_leaves_no_trace(database: Database, student: Student) -> None:
    for response in ("z", ["a"], None, {"a": 1}, 3):
        fault = fault_of(lambda given=response: student.give("q1", given))
        assert fault is WorkFault.INVALID_RESPONSE

    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Attempt)) == 0


def test_what_the_course_does_not_ask_takes_no_answer(student: Student, course: Course) -> None:
    unknown = fault_of(lambda: student.give("q9", "a"))
    assert unknown is WorkFault.UNKNOWN_QUESTION
    assert fault_of(lambda: Desk.of(course, KEYS, "quiz-9")) is WorkFault.UNKNOWN_ACTIVITY


def test_the_snapshot_gives_back_what_was_answered(
    database: Database, seat: Seat, student: Student, course: Course
) -> None:
    answered = student.give("q1", "b")

    with database.reading() as db:
        assert attempts.snapshot(db, seat, course, KEYS) == {"quiz-un": answered.attempt}


def test_an_answer_to_a_question_that_changed_since_keeps_its_score(
    database: Database, seat: Seat, student: Student, course: Course
) -> None:
    student.give("q1", "b")
    changed = {**KEYS, "quiz-un": {"q1": {**KEYS["quiz-un"]["q1"], "choices": ["x", "y"]}}}

    with database.reading() as db:
        kept = attempts.snapshot(db, seat, course, changed)["quiz-un"]["answers"]["q1"]
    assert kept["verdict"] == {"score": 1, "correct": True, "feedback": []}


def test_two_people_answer_each_for_themselves(seat: Seat, student: Student, seeded: Any) -> None:
    other = Seat(seat.context_pk, seeded.learner_ids[1], seat.course)
    student.give("q1", "a")

    assert replace(student, seat=other).give("q1", "b").verdict["correct"] is True


def test_answers_posted_at_once_are_kept_once(database: Database, student: Student) -> None:
    """Eight windows answer the same two questions, half of them otherwise than the rest."""
    barrier = threading.Barrier(8)
    verdicts: dict[str, list[Any]] = {"q1": [], "q2": []}
    completions: list[bool] = []

    def window(number: int) -> None:
        barrier.wait()
        for question, responses in (("q1", "ab"), ("q2", (True, False))):
            answered = student.give(question, responses[number % 2])
            verdicts[question].append(answered.verdict["score"])
            completions.append(answered.completed_now)

    threads = [threading.Thread(target=window, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(given) for given in verdicts.values()] == [8, 8]
    assert all(len(set(given)) == 1 for given in verdicts.values()), "all windows hear the same"
    assert completions.count(True) == 1
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Attempt)) == 1
        assert db.scalar(select(func.count()).select_from(Answer)) == 2


def test_new_attempts_asked_for_at_once_are_one(
    database: Database, seat: Seat, course: Course
) -> None:
    student = Student(database, seat, Desk.of(course, KEYS, "quiz-deux"))
    student.give("q1", "a")
    student.give("q2", True)
    barrier = threading.Barrier(6)
    numbers: list[int] = []

    def window() -> None:
        barrier.wait()
        numbers.append(student.restart()["number"])

    threads = [threading.Thread(target=window) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers == [2] * 6
