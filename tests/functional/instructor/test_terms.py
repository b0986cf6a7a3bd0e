"""An instructor sets dates, gives somebody more, and takes it back, through the HTTP door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import (
    OF_CLASS,
    Attempt,
    Context,
    CourseGroup,
    GroupMembership,
    GroupOrigin,
    ResourceLink,
    Submission,
    SubmissionState,
    Term,
    now,
)
from tests.functional.instructor.test_class import texts
from tests.functional.instructor.test_table import names, table
from tests.functional.school import School, Window

PARIS = ZoneInfo("Europe/Paris")
QUIZ = "activity:quiz-un"
DAY = timedelta(days=1)


@pytest.fixture
def teacher(school: School) -> Window:
    return school.open(2, role=Role.INSTRUCTOR)


def fields(moment: datetime) -> list[str]:
    local = moment.astimezone(PARIS)
    return [local.date().isoformat(), f"{local:%H:%M}"]


def dates(due: datetime | None = None, closes: datetime | None = None) -> dict[str, list[str]]:
    said = {"due": due, "closes": closes}
    return {name: fields(moment) for name, moment in said.items() if moment}


def sets(teacher: Window, zone: str = "Europe/Paris", **wanted: Any) -> TestResponse:
    body = {"zone": zone, "dates": wanted.get("dates", {})}
    return teacher.post("/api/class/terms", body)


def set_whole(teacher: Window, due: datetime | None = None, closes: datetime | None = None) -> None:
    answered = sets(teacher, dates={"": dates(due, closes)})
    assert answered.status_code == 200, answered.text


def gives(teacher: Window, holder: str, target: str = "", **more: Any) -> TestResponse:
    body = {"holder": holder, "target": target, **more}
    return teacher.post("/api/class/terms/exceptions", body)


def zoe(school: School) -> str:
    return f"learner:{school.seeded.learner_ids[0]}"


def problem(answered: TestResponse) -> Mapping[str, str]:
    assert answered.status_code == 422, answered.text
    found: Mapping[str, str] = answered.get_json()["problem"]
    return found


def page(teacher: Window, path: str = "terms") -> str:
    return teacher.get(f"/api/class/{path}").get_data(as_text=True)


def test_dates_are_kept_and_shown_in_the_time_of_the_class(teacher: Window) -> None:
    answered = sets(
        teacher, dates={QUIZ: {"due": ["2031-07-01", ""], "closes": ["2031-12-01", "08:00"]}}
    )

    assert answered.status_code == 200, answered.text
    html = page(teacher)
    assert 'value="2031-07-01"' in html
    assert 'value="08:00"' in html
    asked = teacher.get("/api/terms").get_json()
    assert asked["steps"]["quiz-un"]["due"] == "2031-07-01T21:59:00+00:00"
    assert asked["steps"]["quiz-un"]["closes"] == "2031-12-01T07:00:00+00:00"
    assert asked["zone"] == "Europe/Paris"


def test_another_zone_moves_no_moment(teacher: Window) -> None:
    sets(teacher, dates={QUIZ: {"due": ["2031-07-01", "12:00"]}})

    assert sets(teacher, zone="America/Martinique").status_code == 200

    assert 'value="06:00"' in page(teacher)
    asked = teacher.get("/api/terms").get_json()
    assert asked["steps"]["quiz-un"]["due"] == "2031-07-01T10:00:00+00:00"


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"due": ["2031-02-30", "08:00"]}, "due", "Cette date n’existe pas"),
        ({"due": ["2031-03-30", "02:30"]}, "due", "les horloges avancent"),
        ({"due": ["2031-02-03", ""], "closes": ["2031-02-02", ""]}, "closes", "avant l’échéance"),
    ],
)
def test_a_date_that_cannot_be_is_refused_beside_its_field(
    teacher: Window, said: Any, field: str, words: str
) -> None:
    found = problem(sets(teacher, dates={QUIZ: said}))

    assert (found["place"], found["field"]) == (QUIZ, field)
    assert words in found["text"]


def test_a_closing_of_the_whole_before_the_due_date_of_an_activity_is_refused(
    school: School, teacher: Window
) -> None:
    sets(teacher, dates={QUIZ: {"due": ["2031-05-01", ""]}})

    found = problem(sets(teacher, dates={"": {"closes": ["2031-04-01", ""]}}))

    assert found["field"] == "closes"
    with school.database.reading() as db:
        assert db.scalars(select(Term.closes_at)).all() == [None]


def test_a_zone_or_a_target_that_there_is_not_is_refused(teacher: Window) -> None:
    assert problem(sets(teacher, zone="Paris"))["field"] == "zone"
    assert "Actualisez la page" in problem(sets(teacher, dates={"activity:x": {}}))["text"]


def test_a_closed_quiz_takes_no_answer_and_says_who_can_open_it(
    school: School, teacher: Window
) -> None:
    set_whole(teacher, closes=now() - DAY)
    student = school.open()

    refused = student.answer("quiz-un", "choix", "b")

    assert refused.status_code == 409
    error = refused.get_json()["error"]
    assert error["code"] == "activity_closed"
    assert "peut vous accorder un délai" in error["remedy"]
    assert student.post("/api/activities/quiz-un/attempts", {}).status_code == 409
    with school.database.reading() as db:
        assert db.scalars(select(Attempt)).all() == []


def test_a_learner_with_more_time_goes_on_where_the_others_cannot(
    school: School, teacher: Window
) -> None:
    set_whole(teacher, due=now() - 2 * DAY, closes=now() - DAY)

    given = gives(teacher, zoe(school), **dates(closes=now() + DAY), note="Hôpital")

    assert given.status_code == 200, given.text
    assert school.open(0).answer("quiz-un", "choix", "b").status_code == 200
    assert school.open(1).answer("quiz-un", "choix", "b").status_code == 409
    assert "Hôpital" in page(teacher)
    assert school.open(0).get("/api/terms").get_json()["steps"]["quiz-un"]["extended"] is True
    assert "Hôpital" not in school.open(0).get("/api/terms").text


def test_one_more_attempt_is_one_that_can_be_begun(school: School, teacher: Window) -> None:
    student = school.open()
    exhaust(school)
    assert student.post("/api/activities/quiz-un/attempts", {}).status_code == 409

    assert gives(teacher, zoe(school), QUIZ, extra=1).status_code == 200

    begun = student.post("/api/activities/quiz-un/attempts", {})
    assert begun.status_code == 200, begun.text
    assert begun.get_json()["attempt"]["attemptsLeft"] == 0


def exhaust(school: School) -> None:
    student = school.open()
    number = 0
    while student.post("/api/activities/quiz-un/attempts", {}).status_code == 200:
        number += 1
        student.do_quiz_one(number)


def test_what_was_taken_back_holds_no_more_until_it_is_given_again(
    school: School, teacher: Window
) -> None:
    set_whole(teacher, closes=now() - DAY)
    gives(teacher, zoe(school), **dates(closes=now() + DAY))
    with school.database.reading() as db:
        term_id = db.scalars(select(Term.id).where(Term.learner_id.is_not(None))).one()
    path = f"/api/class/terms/exceptions/{term_id}"

    assert teacher.post(path, {"withdrawn": True}).status_code == 200
    assert "Rétablir" in page(teacher)
    assert school.open().answer("quiz-un", "choix", "b").status_code == 409

    assert teacher.post(path, {"withdrawn": False}).status_code == 200
    assert school.open().answer("quiz-un", "choix", "b").status_code == 200


WRONG_GRANTS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "extra", "Indiquez un nombre"),
    ({"extra": 0}, "extra", "de 1 à 20"),
    ({"extra": 21}, "extra", "de 1 à 20"),
    ({"extra": "2"}, "extra", "de 1 à 20"),
    ({"due": ["2031-01-01", ""]}, "due", "pas d’échéance ici"),
    ({"closes": ["2020-01-01", ""]}, "closes", "pas plus tardive"),
    ({"extra": 1, "note": "x" * 501}, "note", "trop long"),
    ({"extra": 1, "target": "unit"}, "target", "n’ouvre pas"),
    ({"extra": 1, "holder": "learner:999999"}, "holder", "Choisissez une personne"),
    ({"extra": 1, "holder": "group:personne"}, "holder", "Choisissez une personne"),
    ({"extra": 1, "holder": ""}, "holder", "Choisissez une personne"),
]


def test_what_gives_nothing_is_refused_beside_its_field(school: School, teacher: Window) -> None:
    set_whole(teacher, closes=now() + DAY)
    for more, field, words in WRONG_GRANTS:
        body = {"holder": zoe(school), "target": QUIZ, **more}
        found = problem(teacher.post("/api/class/terms/exceptions", body))
        assert (found["field"], words in found["text"]) == (field, True), more


def test_the_members_of_a_group_have_its_extension(school: School, teacher: Window) -> None:
    set_whole(teacher, closes=now() - DAY)
    with school.database.transaction() as db:
        group = CourseGroup(
            context_pk=school.seeded.context_pk,
            group_id="g:7",
            name="TD 7",
            origin=GroupOrigin.LISTED,
        )
        db.add(group)
        db.flush()
        member = GroupMembership(group_pk=group.id, learner_id=school.seeded.learner_ids[1])
        db.add(member)

    assert gives(teacher, "group:g:7", **dates(closes=now() + DAY)).status_code == 200

    assert school.open(1).answer("quiz-un", "choix", "b").status_code == 200
    assert school.open(0).answer("quiz-un", "choix", "b").status_code == 409
    assert "TD 7" in page(teacher)


def test_who_is_late_is_found_in_the_table_until_it_is_done(
    school: School, teacher: Window
) -> None:
    school.open(1).do_quiz_one()
    set_whole(teacher, due=now() - DAY)
    sets(teacher, dates={"activity:quiz-deux": dates(due=now() + DAY)})

    assert names(school, "rule=overdue") == ["Zoé Martin En retard", "Personne sans nom En retard"]
    reasons = " ".join(texts(table(school), "//ul[@class='reasons']/li"))
    assert "« Quiz de la première unité » n’est pas fait" in reasons

    gives(teacher, zoe(school), **dates(due=now() + 2 * DAY))
    assert names(school, "rule=overdue") == ["Personne sans nom En retard"]


def test_who_leaves_a_group_with_more_time_is_late_again(school: School, teacher: Window) -> None:
    emile = school.seeded.learner_ids[1]
    school.open(1).answer("quiz-un", "choix", "b")
    set_whole(teacher, due=now() - DAY)
    with school.database.transaction() as db:
        group = CourseGroup(
            context_pk=school.seeded.context_pk, group_id="7", origin=GroupOrigin.LISTED
        )
        db.add(group)
        db.flush()
        db.add(GroupMembership(group_pk=group.id, learner_id=emile))
    assert gives(teacher, "group:7", **dates(due=now() + DAY)).status_code == 200
    assert not any("Émile" in name for name in names(school, "rule=overdue"))

    with school.database.transaction() as db:
        db.execute(delete(GroupMembership))

    assert any("Émile" in name for name in names(school, "rule=overdue"))


def test_a_learner_s_page_says_what_was_late_and_by_how_much(
    school: School, teacher: Window
) -> None:
    school.open().do_quiz_one()
    set_whole(teacher, due=now() - timedelta(days=2, hours=3))
    path = f"learners/{school.seeded.learner_ids[0]}"

    html = " ".join(page(teacher, path).split())

    assert html.count("en retard de 2 jours") == 2
    assert "1 essai sur" in html
    assert "Accorder un essai de plus" in html


def test_an_attempt_that_was_begun_in_time_may_be_finished_a_little_after_the_closing(
    school: School, teacher: Window
) -> None:
    student = school.open()
    student.answer("quiz-un", "choix", "b")
    with school.database.transaction() as db:
        db.execute(update(Attempt).values(started_at=now() - timedelta(hours=1)))
    set_whole(teacher, closes=now() - timedelta(minutes=5))

    assert student.answer("quiz-un", "plusieurs", ["a", "b"]).status_code == 200
    assert student.answer("quiz-deux", "mot", "canne").status_code == 409

    set_whole(teacher, closes=now() - timedelta(minutes=20))
    assert student.answer("quiz-un", "vrai", True).status_code == 409
    again = student.answer("quiz-un", "choix", "a")
    assert again.get_json()["attempt"]["answers"]["choix"]["response"] == "b"


def test_a_work_is_handed_in_late_then_not_at_all_unless_it_was_asked_for_again(
    school: School, teacher: Window
) -> None:
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
    student = school.open()
    path = "/api/works/mon-plan"
    changes = {"p": {"type": "promise", "who": "Imprimerie"}}
    student.client.patch(path, json={"revision": 0, "changes": changes}, headers=student.headers)
    set_whole(teacher, due=now() - 3 * DAY, closes=now() + DAY)
    assert student.post(f"{path}/submissions", {"number": 1}).status_code == 200
    html = " ".join(page(teacher, f"learners/{school.seeded.learner_ids[0]}").split())
    assert "en retard de 3 jours" in html

    set_whole(teacher, closes=now() - DAY)
    refused = student.post(f"{path}/submissions", {"number": 2})
    assert refused.get_json()["error"]["code"] == "closed"
    assert student.get(f"{path}/submissions").get_json()["obstacle"] == "closed"
    assert student.get(path).get_json()["records"]["p"]["who"] == "Imprimerie"

    with school.database.transaction() as db:
        returned = {"state": SubmissionState.RETURNED, "decided_at": now()}
        db.execute(update(Submission).values(**returned))
    assert student.post(f"{path}/submissions", {"number": 2}).status_code == 200


def test_a_copied_class_is_told_that_the_dates_were_left_behind_until_it_has_its_own(
    school: School, teacher: Window
) -> None:
    with school.database.transaction() as db:
        copy = db.get_one(Context, school.seeded.context_pk)
        origin = Context(
            deployment_id=copy.deployment_id, context_id="classe-2025", title="Groupe de 2025"
        )
        copy.copied_from = origin
    assert "Ce cours est une copie" not in page(teacher)
    with school.database.transaction() as db:
        course = db.get_one(ResourceLink, school.seeded.link_pk).course
        past = db.scalars(select(Context.id).where(Context.context_id == "classe-2025")).one()
        due_at = datetime(2026, 3, 2, 12, 0, tzinfo=PARIS)
        db.add(Term(context_pk=past, course=course, target="", holder=OF_CLASS, due_at=due_at))

    told = page(teacher)

    assert "Ce cours est une copie de «\u00a0Groupe de 2025\u00a0»." in told
    assert "Les échéances du cours d’origine n’ont pas été reprises" in told

    set_whole(teacher, due=now() + DAY)
    assert "Ce cours est une copie" not in page(teacher)


def test_a_learner_may_not_see_or_set_the_terms_of_the_class(school: School) -> None:
    student = school.open()

    assert student.get("/api/class/terms").status_code == 403
    assert sets(student).status_code == 403
    assert gives(student, zoe(school), extra=1).status_code == 403
    assert student.post("/api/class/terms/exceptions/1", {"withdrawn": True}).status_code == 403


def test_a_link_without_anything_to_date_says_so(school: School, teacher: Window) -> None:
    with school.database.transaction() as db:
        db.execute(update(ResourceLink).values(target="syllabus"))

    assert "Rien à dater ici" in page(teacher)


def test_what_another_class_was_given_cannot_be_taken_back(teacher: Window) -> None:
    found = problem(teacher.post("/api/class/terms/exceptions/4711", {"withdrawn": True}))

    assert "n’existe plus" in found["text"]
