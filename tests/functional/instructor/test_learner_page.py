"""One learner's page and one activity's: what an instructor reads there, and of whom."""

from __future__ import annotations

from html import unescape

import lxml.html
from sqlalchemy import select, update

from lti_tool.lti import Role
from lti_tool.models import Answer, Context, Learner, Membership, ResourceLink
from tests.functional.instructor.test_attention import RIGHT, WRONG, do_quiz_two
from tests.functional.instructor.test_class import counted, texts
from tests.functional.school import School


def asked(school: School, path: str, language: str = "fr") -> str:
    answer = school.open(2, role=Role.INSTRUCTOR, language=language).get(f"/api/class/{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def page_of(school: School, learner: int = 0, query: str = "") -> str:
    return asked(school, f"learners/{school.seeded.learner_ids[learner]}?{query}")


def plain(html: str) -> str:
    return " ".join(lxml.html.fromstring(html).text_content().split())


def test_the_page_shows_each_answer_beside_its_question(school: School) -> None:
    do_quiz_two(school, WRONG)

    cells = texts(page_of(school), "//table//tbody/tr/*")

    assert cells[0] == "Mettez dans l’ordre."
    assert cells[1] == "PremièrementDeuxièmementTroisièmement"
    assert cells[2] == "Juste"
    assert cells[4:7] == ["Associez.", "Chat → MiauleChien → Aboie", "Juste"]
    assert cells[8:11] == ["Combien d’heures ?", "7 heures Attendu : 1234.5 heures", "Incorrect"]
    assert cells[12:15] == ["Quel mot ?", "canne Attendu : parapluie", "Incorrect"]


def test_the_timeline_tells_what_happened_the_latest_first(school: School) -> None:
    do_quiz_two(school, RIGHT)

    events = texts(page_of(school), "//ol[@class='timeline']/li/div")

    assert any(event.startswith("Note obtenue : 50 %") for event in events)
    assert "A terminé un essai : Quiz de la deuxième unité, 100 %" in events
    assert events[-1] == "A ouvert le module pour la première fois"


def test_the_map_says_which_steps_were_seen(school: School) -> None:
    school.open(0).put("/api/state", {"revision": 0, "state": {"visited": ["un/lecon"]}})

    units = texts(page_of(school), "//ol[@class='unit-map']//summary")

    assert "1 sur 2 étapes" in units[0]
    assert "0 sur 2 étapes" in units[1]


def test_the_next_learner_is_the_next_of_the_table(school: School) -> None:
    school.open(0).do_quiz_one()
    _zoe, emile, nobody = school.seeded.learner_ids

    def ways(learner: int, query: str) -> list[str]:
        page = lxml.html.fromstring(page_of(school, learner, query))
        return [str(link) for link in page.xpath("//nav//a[@rel]/@href")]

    assert ways(0, "") == [f"/class/learners/{emile}", f"/class/learners/{nobody}"]
    assert ways(0, "sort=overall&direction=descending") == [f"/class/learners/{emile}"]
    assert ways(0, "search=zoe") == []


def test_the_table_leads_to_each_learner_and_each_activity(school: School) -> None:
    page = lxml.html.fromstring(school.open(2, role=Role.INSTRUCTOR).get("/api/class").text)

    links = [str(link) for link in page.xpath("//a[@data-open]/@href")]

    assert {f"/class/learners/{one}" for one in school.seeded.learner_ids} <= set(links)
    assert "/class/activities/quiz-un" in links


def test_nobody_is_at_a_number_of_no_one(school: School) -> None:
    instructor = school.open(2, role=Role.INSTRUCTOR)

    for number in ("0", "-1", "x", "999999", "٣", "9" * 300):
        answer = instructor.get(f"/api/class/learners/{number}")
        assert answer.status_code == 404
        assert answer.get_json()["error"]["code"] == "unknown_learner"


def test_a_learner_of_another_class_is_nobody_here(school: School) -> None:
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        other = Context(deployment_id=context.deployment_id, context_id="autre", title="")
        stranger = Learner(platform_id=school.seeded.platform_id, sub="other", name="Autre")
        db.add(Membership(context=other, learner=stranger, role="learner"))
        db.flush()
        number = stranger.id

    answer = school.open(2, role=Role.INSTRUCTOR).get(f"/api/class/learners/{number}")

    assert answer.status_code == 404
    assert "Autre" not in answer.text


def test_learners_see_neither_page(school: School) -> None:
    for path in (f"learners/{school.seeded.learner_ids[1]}", "activities/quiz-un"):
        answer = school.open(0).get(f"/api/class/{path}")
        assert answer.get_json()["error"]["code"] == "instructors_only"


def test_a_reload_brings_pages_that_know_nobody(school: School) -> None:
    for path in ("learners/1", "activities/quiz-un"):
        page = school.app.test_client().get(f"/class/{path}")
        assert page.status_code == 200
        assert "Zoé" not in page.text


def test_what_a_learner_typed_is_text_and_nothing_else(school: School) -> None:
    do_quiz_two(school, {**RIGHT, "mot": "<img src=x onerror=alert(1)>"})

    for html in (page_of(school), asked(school, "activities/quiz-deux")):
        assert "<img" not in html
        assert "&lt;img src=x" in html


def test_a_text_that_cannot_be_written_keeps_no_teacher_from_the_pages(school: School) -> None:
    """Half a character is JSON, and nothing that a page could hold."""
    do_quiz_two(school, {**WRONG, "mot": "\ud800anne"})

    for html in (page_of(school), asked(school, "activities/quiz-deux")):
        assert "\N{REPLACEMENT CHARACTER}anne" in html


def test_answers_of_before_a_question_became_of_another_kind_stay_readable(school: School) -> None:
    school.open(0).do_quiz_one()
    with school.database.transaction() as db:
        for question, response in {"choix": {"chat": "miaule"}, "plusieurs": "Un"}.items():
            db.execute(update(Answer).where(Answer.question == question).values(response=response))

    assert "chat" in page_of(school)
    assert "Quiz de la première unité" in asked(school, "activities/quiz-un")


def test_the_activity_s_page_tells_what_few_answers_can_tell(school: School) -> None:
    do_quiz_two(school, WRONG)
    do_quiz_two(school, RIGHT, attempt=2)

    html = asked(school, "activities/quiz-deux")

    told = plain(html)
    assert "1 personne seulement a terminé cette activité." in told
    assert "trop peu de réponses" in told
    assert "1 a fait mieux que la première fois." in told
    assert texts(html, "//section[@aria-labelledby='question-4']//tbody/tr") == ["canne 100 %1"]


def test_the_distribution_names_the_choices_that_nobody_chose(school: School) -> None:
    school.open(0).do_quiz_one(choix="a")

    html = asked(school, "activities/quiz-un")

    lines = texts(html, "//section[@aria-labelledby='question-1']//tbody/tr")
    assert lines[0] == "Le premier 100 %1"
    assert lines[1] == "Le deuxième juste 0 %0"


def test_the_figures_are_of_those_who_count(school: School) -> None:
    do_quiz_two(school, RIGHT)
    with school.database.transaction() as db:
        db.execute(update(Learner).values(is_test_user=True))

    assert "Personne n’a encore terminé cette activité" in unescape(
        asked(school, "activities/quiz-deux")
    )


def test_an_activity_that_the_link_does_not_cover_has_no_page(school: School) -> None:
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).target = "un"
    instructor = school.open(2, role=Role.INSTRUCTOR)

    for name in ("quiz-deux", "nothing", "%00"):
        answer = instructor.get(f"/api/class/activities/{name}")
        assert answer.status_code == 404
        assert answer.get_json()["error"]["code"] == "unknown_quiz"


def test_more_answers_take_no_more_queries(school: School) -> None:
    do_quiz_two(school, WRONG)
    paths = [f"learners/{school.seeded.learner_ids[0]}", "activities/quiz-deux"]
    for path in paths:
        asked(school, path)
    with counted(school) as few:
        for path in paths:
            asked(school, path)
    do_quiz_two(school, RIGHT, attempt=2)
    school.open(0).do_quiz_one()
    for path in paths:
        asked(school, path)

    with counted(school) as many:
        for path in paths:
            asked(school, path)

    assert len(many) == len(few)


def test_somebody_on_the_list_who_never_came_has_a_page_too(school: School) -> None:
    with school.database.transaction() as db:
        for place in db.scalars(select(Membership)):
            place.first_seen_at = place.last_seen_at = None

    told = plain(page_of(school))

    assert "le module n’a pas été ouvert" in told
    assert "Aucun essai pour l’instant" in told
