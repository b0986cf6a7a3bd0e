"""The page « Notation », and what every other page says once a link is graded otherwise."""

from __future__ import annotations

from html import unescape
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import GradeDelivery, HandMadeGrade, ResourceLink
from lti_tool.views import columns as views
from tests.functional.school import School

LAST = {"counting": "last", "passMark": 70}


def teach(school: School, path: str, body: Any = None) -> TestResponse:
    window = school.open(2, role=Role.INSTRUCTOR)
    return window.get(path) if body is None else window.post(path, body)


def text_of(answer: TestResponse) -> str:
    return " ".join(lxml.html.fromstring(answer.text).text_content().split())


def plan(school: School, decision: Any, **more: Any) -> TestResponse:
    return teach(school, "/api/class/columns/plan", {**decision, **more})


def seen_in(answer: TestResponse) -> str:
    [seen] = lxml.html.fromstring(answer.text).xpath("//@data-seen")
    return str(seen)


def apply(school: School, decision: Any, seen: str | None = None) -> TestResponse:
    version = seen or seen_in(plan(school, decision))
    return teach(school, "/api/class/columns", {**decision, "seen": version})


@pytest.fixture
def retried(school: School) -> School:
    """Two students: one did the first quiz worse when they did it again, the other once."""
    one = school.open(0)
    one.do_quiz_one()
    one.post("/api/activities/quiz-un/attempts", {})
    one.do_quiz_one(2, choix="a", vrai=False)
    school.open(1).do_quiz_one()
    return school


def scores(school: School) -> dict[int, float]:
    with school.database.reading() as db:
        return {row.learner_id: row.score for row in db.scalars(select(GradeDelivery))}


def test_what_would_change_is_told_and_nothing_is_written(retried: School) -> None:
    before = scores(retried)

    told = text_of(plan(retried, LAST))

    assert "La note change pour 1 personne." in told
    assert "1 note baisse." in told
    assert "1 personne perd la réussite d’une activité." in told
    assert scores(retried) == before
    with retried.database.reading() as db:
        assert db.get_one(ResourceLink, retried.seeded.link_pk).counting == "best"


def test_what_was_told_is_applied_and_can_be_taken_back(retried: School) -> None:
    before = scores(retried)
    assert "Revenir à la notation précédente" not in text_of(teach(retried, "/api/class/columns"))

    page = text_of(apply(retried, LAST))

    assert "Le dernier essai terminé compte. Le seuil de réussite est de 70 %" in page
    assert "Avant la dernière décision : le meilleur essai, les seuils du module" in page
    assert scores(retried) != before
    apply(retried, {"undo": True})
    assert scores(retried) == before


def test_work_that_came_between_is_shown_before_anything_is_saved(retried: School) -> None:
    seen = seen_in(plan(retried, LAST))
    other = retried.open(1)
    other.post("/api/activities/quiz-un/attempts", {})
    other.do_quiz_one(2, vrai=False)

    refused = apply(retried, LAST, seen)

    assert refused.status_code == 409
    assert "Rien n’est enregistré." in text_of(refused)
    assert "ont travaillé depuis" in text_of(refused)
    assert "La note change pour 2 personnes." in text_of(refused)
    assert apply(retried, LAST, seen_in(refused)).status_code == 200


def test_a_grade_given_by_hand_is_said_to_stay_and_where_it_is_decided_about(
    retried: School,
) -> None:
    seen = seen_in(plan(retried, LAST))
    with retried.database.transaction() as db:
        lower = select(GradeDelivery).where(
            GradeDelivery.learner_id == retried.seeded.learner_ids[0]
        )
        row = db.scalars(lower).one()
        db.add(HandMadeGrade(line_item_pk=row.line_item_pk, learner_id=row.learner_id, theirs=0.8))

    refused = apply(retried, LAST, seen)

    assert refused.status_code == 409
    told = text_of(refused)
    assert "une note donnée à la main a été trouvée" in told
    assert "Aucune note ne change." in told
    assert "1 note donnée à la main dans le carnet y reste." in told
    page = lxml.html.fromstring(refused.text)
    assert page.xpath("//li/a[@data-open]/@href") == ["/class/gradebook"]
    line = " ".join(page.xpath("string(//tbody/tr[1])").split()).replace("\u202f", " ")
    assert "Note d’Arrimage : de 50 % à 16,7 %" in line
    assert line.endswith("80 % 80 % reste : donnée à la main")
    assert apply(retried, LAST, seen_in(refused)).status_code == 200


def test_somebody_else_s_decision_is_shown_before_anything_is_saved(retried: School) -> None:
    seen = seen_in(plan(retried, LAST))
    apply(retried, {"counting": "average"})

    refused = apply(retried, LAST, seen)

    assert refused.status_code == 409
    assert "Quelqu’un d’autre a changé la notation" in text_of(refused)
    with retried.database.reading() as db:
        assert db.get_one(ResourceLink, retried.seeded.link_pk).counting == "average"


@pytest.mark.parametrize("seen", [None, 7, "", "1.", "none"])
def test_nothing_is_applied_that_was_not_read(retried: School, seen: object) -> None:
    answer = teach(retried, "/api/class/columns", {**LAST, "seen": seen})

    assert answer.status_code in {400, 409}
    with retried.database.reading() as db:
        assert db.get_one(ResourceLink, retried.seeded.link_pk).grading_version == 1


def test_changes_are_told_page_by_page(retried: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 1)

    pages = [lxml.html.fromstring(plan(retried, LAST, page=page).text) for page in (1, 2, 99, -5)]

    lines = [page.xpath("count(//tbody/tr)") for page in pages]
    assert lines == [1, 1, 1, 1]
    first, second, beyond, below = (page.xpath("string(//tbody/tr)") for page in pages)
    assert "baisse" in first
    assert "pas encore réussi" in second
    assert (beyond, below) == (second, first)


def test_every_page_of_the_class_says_what_counts(retried: School) -> None:
    apply(retried, LAST)
    learner = retried.seeded.learner_ids[0]

    table = unescape(teach(retried, "/api/class").text)
    assert "Le dernier essai terminé compte." in table
    person = text_of(teach(retried, f"/api/class/learners/{learner}"))
    assert "2 essais" in person
    assert "le dernier :" in person
    assert "pas encore réussi" in person
    csv = teach(retried, "/api/class/table.csv").text
    assert ";33,3" in csv, "of the student who did it worse the second time"


def test_the_student_s_player_is_told_the_same(retried: School) -> None:
    assert retried.open(0).get("/api/boot").json["options"].keys() == {  # type: ignore[union-attr]
        "start",
        "scope",
        "mastery",
    }
    apply(retried, LAST)

    boot = retried.open(0).get("/api/boot").json
    assert boot is not None
    assert (boot["options"]["counting"], boot["options"]["passMark"]) == ("last", 70)
    attempt = boot["snapshot"]["attempts"]["quiz-un"]
    assert attempt["best"] == attempt["score"] < 1


@pytest.mark.parametrize("path", ["", "/plan"])
def test_a_student_decides_nothing(retried: School, path: str) -> None:
    answer = retried.open(0).post(f"/api/class/columns{path}", {**LAST, "seen": "1."})

    assert answer.status_code == 403


def test_the_page_itself_says_nothing_of_anybody(school: School) -> None:
    page = school.app.test_client().get("/class/columns")

    assert page.status_code == 200
    assert "Zoé" not in page.text
