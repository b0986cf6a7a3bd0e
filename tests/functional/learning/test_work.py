"""A learner at work: boot, units, answers, attempts, state and grade, through the HTTP door."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.lti import Role
from lti_tool.models import Answer, Attempt, GradeDelivery, Progress, ResourceLink
from tests.functional.school import QUIZ_ONE, School
from tests.seeding import add_link

SECRET_WORDS = ("SECRET", "parapluie", "ombrelle", "1234.5")
KEY_FIELDS = {"correct", "accepted", "tolerance", "feedback", "solution", "anticipated", "keys"}


def fields(value: Any) -> Iterator[str]:
    """Yield the name of every field, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def test_a_reloaded_window_gets_all_that_the_player_begins_with(school: School) -> None:
    boot = school.open().get("/api/boot").get_json()

    assert boot["delivery"] == "lti"
    assert boot["role"] == "learner"
    assert boot["language"] == "fr"
    assert boot["learner"] == {"name": "Zoé Martin"}
    assert boot["course"]["title"] == "Deux unités"
    assert boot["options"]["scope"] == []
    assert list(boot["units"]) == ["syllabus"]
    assert boot["snapshot"] == {"state": None, "revision": 0, "attempts": {}, "handed": {}}
    assert boot["returnUrl"] == "https://lms.example.org/"
    assert "session" not in boot


def test_the_unit_asked_for_comes_along(school: School) -> None:
    window = school.open()

    assert list(window.get("/api/boot?unit=deux").get_json()["units"]) == ["deux"]
    assert list(window.get("/api/boot?unit=../x").get_json()["units"]) == ["syllabus"]


def test_a_link_to_one_unit_opens_that_unit(school: School) -> None:
    with school.database.transaction() as db:
        link_pk = add_link(db, school.seeded, 2, target="deux")

    boot = school.open(link_pk=link_pk).get("/api/boot").get_json()

    assert boot["options"]["scope"] == ["deux"]
    assert list(boot["units"]) == ["deux"]


def test_no_answer_key_reaches_the_browser_before_the_answer(school: School) -> None:
    """Of every question of every kind, whatever the window asks for."""
    window = school.open()
    answers = [window.get("/api/boot")]
    answers += [window.get(f"/api/boot?unit={unit}") for unit in ("un", "deux")]
    answers += [window.get(f"/api/units/{unit}") for unit in ("syllabus", "un", "deux")]
    answers += [window.post("/api/activities/quiz-un/attempts", {}), window.get("/api/grade")]

    kinds = set()
    for answer in answers:
        assert answer.status_code == 200
        assert not any(word in answer.text for word in SECRET_WORDS)
        assert KEY_FIELDS.isdisjoint(fields(answer.get_json()))
        for unit in answer.get_json().get("steps", {}).values():
            kinds |= {one["kind"] for one in unit.get("activity", {}).get("questions", [])}
    assert kinds == {
        "single", "multiple", "true_false", "ordering", "matching", "numeric", "text",
    }  # fmt: skip


def test_an_answer_tells_its_own_key_and_no_other(school: School) -> None:
    reply = school.open().answer("quiz-un", "choix", "a").get_json()

    assert reply["verdict"]["solution"] == "b"
    assert "SECRET du premier" in json.dumps(reply, ensure_ascii=False)
    assert "SECRET un" not in json.dumps(reply, ensure_ascii=False)
    assert "SECRET si" not in json.dumps(reply, ensure_ascii=False)


def test_work_is_found_again_after_a_reload(school: School) -> None:
    window = school.open()
    window.answer("quiz-un", "choix", "b")
    state = {
        "position": "un/quiz-un",
        "visited": ["un/lecon"],
        "made": [],
        "drafts": {"quiz-un/vrai": True},
    }
    assert window.put("/api/state", {"revision": 0, "state": state}).get_json() == {
        "revision": 1,
        "state": state,
    }

    boot = school.open().get("/api/boot").get_json()

    assert boot["snapshot"]["state"] == state
    assert boot["snapshot"]["revision"] == 1
    assert boot["snapshot"]["attempts"]["quiz-un"]["answers"]["choix"]["response"] == "b"
    assert list(boot["units"]) == ["un"], "the unit where the learner stopped comes along"


def test_a_completed_quiz_becomes_a_grade(school: School) -> None:
    window = school.open()

    last = window.do_quiz_one(choix="a").get_json()

    assert last["attempt"]["completed"] is True
    assert last["attempt"]["score"] == pytest.approx(2 / 3, abs=1e-4)
    assert last["grade"]["state"] == "pending"
    # Two graded quizzes are in the link's scope, and one of them is not done yet.
    assert last["grade"]["score"] == pytest.approx(1 / 3, abs=1e-4)
    assert window.get("/api/grade").get_json() == last["grade"]
    assert school.grades() == {
        school.seeded.link_pk: (pytest.approx(1 / 3, abs=1e-4), False, "pending")
    }


def test_the_grade_is_complete_when_every_quiz_is(school: School) -> None:
    window = school.open()
    window.do_quiz_one()
    keys = school.tool.courses.answer_keys("deux-unites", "fr")["quiz-deux"]
    answers = {
        "ordre": keys["ordre"]["correct"],
        "paires": keys["paires"]["correct"],
        "nombre": "1 234,5",
        "mot": "Parapluie.",
    }
    for question, response in answers.items():
        last = window.answer("quiz-deux", question, response).get_json()

    assert last["attempt"]["score"] == 1
    assert school.grades() == {school.seeded.link_pk: (1.0, True, "pending")}


def test_the_best_attempt_counts_for_the_grade(school: School) -> None:
    window = school.open()
    window.do_quiz_one()
    assert window.post("/api/activities/quiz-un/attempts", {}).get_json()["attempt"]["number"] == 2
    last = window.do_quiz_one(attempt=2, choix="a", plusieurs=["c"], vrai=False).get_json()

    assert last["attempt"]["score"] == 0
    assert last["attempt"]["best"] == 1
    assert last["grade"]["score"] == 0.5


def test_every_column_that_covers_the_quiz_and_was_opened_gets_the_grade(school: School) -> None:
    with school.database.transaction() as db:
        opened = add_link(db, school.seeded, 2, target="un")
        add_link(db, school.seeded, 3, target="un")
        other_unit = add_link(db, school.seeded, 4, target="deux")
    school.open(link_pk=opened)
    school.open(link_pk=other_unit)

    school.open().do_quiz_one()

    assert school.grades() == {
        school.seeded.link_pk: (0.5, False, "pending"),
        opened: (1.0, True, "pending"),
    }


def test_a_link_without_a_column_gets_no_grade(school: School) -> None:
    with school.database.transaction() as db:
        link = add_link(db, school.seeded, 2, target="un")
        db.get_one(ResourceLink, link).line_item_url = None

    last = school.open(link_pk=link).do_quiz_one().get_json()

    assert last["grade"] == {"state": "none", "score": None, "error": None}
    assert school.grades() == {}


@pytest.mark.parametrize("question", list(QUIZ_ONE))
def test_an_answer_given_twice_gets_the_first_verdict_again(school: School, question: str) -> None:
    window = school.open()
    first = window.answer("quiz-un", question, QUIZ_ONE[question]).get_json()

    assert window.answer("quiz-un", question, QUIZ_ONE[question]).get_json() == first


def test_windows_that_answer_at_once_record_one_attempt_and_one_grade(school: School) -> None:
    windows = [school.open() for _ in range(5)]
    barrier = threading.Barrier(len(windows))
    replies: list[Any] = []

    def work(number: int) -> None:
        barrier.wait()
        windows[number].do_quiz_one(choix="ab"[number % 2])
        replies.append(windows[number].answer("quiz-un", "choix", "a").get_json())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(windows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(replies) == len(windows)
    assert all(reply == replies[0] for reply in replies)
    with school.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Attempt)) == 1
        assert db.scalar(select(func.count()).select_from(Answer)) == 3
        row = db.scalars(select(GradeDelivery)).one()
    assert row.version == 1
    assert row.score == pytest.approx(replies[0]["attempt"]["best"] / 2, abs=1e-4)


def test_an_answer_whose_grade_cannot_be_written_is_not_kept_either(school: School) -> None:
    window = school.open()
    window.answer("quiz-un", "choix", "b")
    window.answer("quiz-un", "plusieurs", ["a", "b"])

    rename(school, "grade_delivery", "away")
    failed = window.answer("quiz-un", "vrai", True)
    rename(school, "away", "grade_delivery")

    assert failed.status_code == 500
    assert "grade_delivery" not in failed.text
    with school.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Answer)) == 2
        assert db.scalars(select(Attempt)).one().completed_at is None
    assert school.grades() == {}
    assert window.answer("quiz-un", "vrai", True).get_json()["attempt"]["completed"] is True
    assert school.grades() == {school.seeded.link_pk: (0.5, False, "pending")}


def rename(school: School, table: str, name: str) -> None:
    with school.database.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.LEARNER])
def test_a_preview_and_an_anonymous_visit_are_marked_and_leave_no_trace(
    school: School, role: Role
) -> None:
    window = school.open(0 if role is Role.INSTRUCTOR else None, role=role)
    assert window.get("/api/boot").get_json()["role"] == "instructor"

    reply = window.do_quiz_one().get_json()
    state = {"position": "un/lecon", "visited": ["un/lecon"], "made": [], "drafts": {}}
    saved = window.put("/api/state", {"revision": 4, "state": state}).get_json()
    window.post("/api/activities/quiz-un/attempts", {})

    assert reply["verdict"]["correct"] is True
    assert reply["grade"]["state"] == "none"
    assert saved == {"revision": 5, "state": state}
    with school.database.reading() as db:
        for table in (Attempt, Answer, Progress, GradeDelivery):
            assert db.scalar(select(func.count()).select_from(table)) == 0


def test_one_learner_sees_nothing_of_another(school: School) -> None:
    school.open(0).do_quiz_one()

    boot = school.open(1).get("/api/boot").get_json()

    assert boot["learner"] == {"name": "Émile Noël"}
    assert boot["snapshot"] == {"state": None, "revision": 0, "attempts": {}, "handed": {}}
    assert school.open(1).get("/api/grade").get_json()["state"] == "none"
