"""Who needs attention, and why: each rule holds from its threshold on, and for who counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.lti import Role
from lti_tool.models import (
    GradeDelivery,
    Learner,
    Membership,
    Progress,
    ResourceLink,
    Submission,
    SubmissionState,
    now,
)
from lti_tool.services.attention import (
    INACTIVE_AFTER,
    NEVER_OPENED_AFTER,
    NOT_PASSED_AFTER,
    RETURNED_AFTER,
    STUCK_TRIES,
)
from tests.functional.instructor.test_class import rows, texts
from tests.functional.instructor.test_table import names, table
from tests.functional.school import School

SLACK = timedelta(minutes=1)
RIGHT = {
    "ordre": ["i4573f57ad", "i8f4b9b8ef", "i5e0b8aae7"],
    "paires": {"i6f1b97ac4": "i7f6aeb50b", "i146f8ec58": "i17b202311"},
    "nombre": "1234,5",
    "mot": "parapluie",
}
WRONG = {**RIGHT, "nombre": "7", "mot": "canne"}


def reasons(school: School) -> list[str]:
    return texts(table(school), "//ul[@class='reasons']/li")


def seen_ago(school: School, ago: timedelta, learner: int = 0) -> None:
    """Move all that somebody did to so long ago."""
    moment, learner_id = now() - ago, school.seeded.learner_ids[learner]
    with school.database.transaction() as db:
        db.execute(
            update(Membership)
            .where(Membership.learner_id == learner_id)
            .values(first_seen_at=moment, last_seen_at=moment)
        )
        db.execute(
            update(Progress)
            .where(Progress.learner_id == learner_id)
            .values(updated_at=moment, version=Progress.version + 1)
        )


def do_quiz_two(school: School, answers: Mapping[str, object], attempt: int = 1) -> None:
    learner = school.open(0)
    learner.post("/api/activities/quiz-deux/attempts", {})
    for question, response in answers.items():
        given = learner.answer("quiz-deux", question, response, attempt)
        assert given.status_code == 200, given.text


def fail(school: School, tries: int) -> None:
    for attempt in range(1, tries + 1):
        do_quiz_two(school, WRONG, attempt)


def test_a_class_that_is_well_says_so(school: School) -> None:
    html = table(school)

    assert not reasons(school)
    assert "Rien n’appelle votre attention" in " ".join(texts(html, "//p"))


def test_who_never_opened_the_course_is_told_of_a_while_after_the_first(school: School) -> None:
    with school.database.transaction() as db:
        db.execute(
            update(Membership)
            .where(Membership.learner_id == school.seeded.learner_ids[1])
            .values(first_seen_at=None, last_seen_at=None)
        )
    seen_ago(school, NEVER_OPENED_AFTER - SLACK)
    assert reasons(school) == []

    seen_ago(school, NEVER_OPENED_AFTER + SLACK)

    (reason,) = reasons(school)
    assert reason.startswith("Jamais ouvert")
    assert "depuis plus de 7 jours" in reason
    assert names(school, "rule=never_opened") == ["Émile Noël Jamais ouvert"]


def test_who_was_away_is_told_of_until_all_is_done(school: School) -> None:
    seen_ago(school, INACTIVE_AFTER - SLACK)
    assert reasons(school) == []

    seen_ago(school, INACTIVE_AFTER + SLACK)

    (reason,) = reasons(school)
    assert "Aucune activité depuis 14 jours" in reason
    school.open(0).do_quiz_one()
    do_quiz_two(school, RIGHT)
    seen_ago(school, INACTIVE_AFTER + SLACK)
    assert reasons(school) == []


def test_who_tries_again_and_again_is_told_of(school: School) -> None:
    fail(school, STUCK_TRIES)

    (reason,) = reasons(school)

    assert reason.startswith("Plusieurs essais sans réussir")
    assert "3 essais à « Quiz de la deuxième unité »" in reason
    assert names(school, "rule=stuck") == ["Zoé Martin Plusieurs essais sans réussir"]


def test_who_did_not_pass_has_two_days_to_try_again(school: School) -> None:
    fail(school, 1)
    assert reasons(school) == []

    seen_ago(school, NOT_PASSED_AFTER + SLACK)

    (reason,) = reasons(school)
    assert reason.startswith("Sous le seuil de réussite")


def test_who_passed_in_the_end_is_not_told_of(school: School) -> None:
    fail(school, STUCK_TRIES - 1)
    do_quiz_two(school, RIGHT, STUCK_TRIES)
    seen_ago(school, NOT_PASSED_AFTER + SLACK)

    assert reasons(school) == []


def test_a_refused_grade_is_told_of_first(school: School) -> None:
    fail(school, STUCK_TRIES)
    with school.database.transaction() as db:
        db.execute(update(GradeDelivery).values(state="refused", error="not_allowed: 403"))

    first, second = reasons(school)

    assert first.startswith("Note refusée")
    assert second.startswith("Plusieurs essais")
    assert names(school, "rule=grade_refused") == names(school, "rule=stuck")


@pytest.mark.parametrize("change", ["test_user", "inactive"])
def test_nobody_is_told_of_who_does_not_count(school: School, change: str) -> None:
    fail(school, STUCK_TRIES)
    zoe = school.seeded.learner_ids[0]
    with school.database.transaction() as db:
        if change == "test_user":
            db.get_one(Learner, zoe).is_test_user = True
        else:
            db.execute(
                update(Membership).where(Membership.learner_id == zoe).values(standing="inactive")
            )

    assert reasons(school) == []


def test_a_work_that_was_returned_and_left_lying_is_told_of(atelier: School) -> None:
    returned(atelier, now() - RETURNED_AFTER + SLACK)
    assert reasons(atelier) == []

    returned(atelier, now() - RETURNED_AFTER - SLACK, number=2)

    (reason,) = reasons(atelier)
    assert reason.startswith("Travail rendu, non repris")
    assert "rendu pour reprise il y a 7 jours" in reason


@pytest.fixture
def atelier(school: School) -> School:
    """The same class, at a course with workshops."""
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
    return school


def returned(school: School, moment: object, number: int = 1) -> None:
    with school.database.transaction() as db:
        link = db.get_one(ResourceLink, school.seeded.link_pk)
        db.add(
            Submission(
                context_pk=school.seeded.context_pk,
                learner_id=school.seeded.learner_ids[0],
                course=link.course,
                workshop="mon-portfolio",
                number=number,
                records={},
                handed_in_at=moment,
                decided_at=moment,
                state=SubmissionState.RETURNED,
                decision={"marks": {}, "comment": "À reprendre", "points": 0, "maximum": 4},
            )
        )


def test_a_rule_that_there_is_not_leaves_the_table_whole(school: School) -> None:
    assert len(rows(table(school, "rule=nothing"))) == 3


def test_the_rules_speak_the_language_of_the_session(school: School) -> None:
    fail(school, STUCK_TRIES)

    english = school.open(2, role=Role.INSTRUCTOR, language="en").get("/api/class").text

    assert "Several attempts without passing" in " ".join(texts(english, "//li"))
