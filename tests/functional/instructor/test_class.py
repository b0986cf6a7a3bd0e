"""The instructor's page: who is where, with which score, and what became of the grade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import lxml.html
from sqlalchemy import event, select

from lti_tool.lti import LINE_ITEM_SCOPE, Role
from lti_tool.models import Context, GradeDelivery, Learner, Membership, ResourceLink
from lti_tool.services.delivery import DeliveryFault
from lti_tool.services.objections import DELIVERY_OBJECTIONS
from lti_tool.services.reports import PAGE
from tests.functional.school import School


def rows(html: str) -> list[list[str]]:
    """Return the table's lines, each cell's text with its spaces made plain."""
    table = lxml.html.fromstring(html).find(".//tbody")
    assert table is not None
    return [
        [" ".join(cell.text_content().split()) for cell in line.iterchildren()] for line in table
    ]


def texts(html: str, path: str) -> list[str]:
    """Return the text of what a path finds, with its spaces made plain."""
    found = lxml.html.fromstring(html).xpath(path)
    return [" ".join(each.text_content().split()) for each in found]


def class_html(school: School) -> str:
    answer = school.open(2, role=Role.INSTRUCTOR).get("/api/class")
    assert answer.status_code == 200
    return answer.text


def test_the_table_has_a_line_for_everybody_in_the_order_of_names(school: School) -> None:
    names = [line[0] for line in rows(class_html(school))]

    assert names == ["Émile Noël", "Zoé Martin", "Personne sans nom"]


def test_a_line_says_progress_scores_and_what_became_of_the_grade(school: School) -> None:
    zoe = school.open(0)
    zoe.put(
        "/api/state",
        {"revision": 0, "state": {"visited": ["syllabus/syllabus", "un/lecon", "un/quiz-un"]}},
    )
    zoe.do_quiz_one(choix="a")

    line = rows(class_html(school))[1]

    assert line[0] == "Zoé Martin"
    assert line[1] == "3 sur 5 étapes"
    assert [text.replace("\u202f", " ") for text in line[2:5]] == ["66,7 %", "–", "33,3 %"]
    assert line[5] == "En attente d’envoi"
    assert line[6]


def test_the_figures_of_the_class_are_right(school: School) -> None:
    for learner in (0, 1):
        school.open(learner).do_quiz_one()

    figures = dict(
        zip(
            texts(class_html(school), "//dl/div/dt"),
            texts(class_html(school), "//dl/div/dd"),
            strict=True,
        )
    )

    assert figures == {"Personnes": "3", "Ont tout terminé": "0", "Note moyenne": "50 %"}


def test_a_grade_that_did_not_arrive_says_why_and_who_can_mend_it(school: School) -> None:
    school.open(0).do_quiz_one()
    instructor = school.open(2, role=Role.INSTRUCTOR)
    for fault in DeliveryFault:
        with school.database.transaction() as db:
            row = db.scalars(select(GradeDelivery)).one()
            row.state = "refused"
            row.error = f"{fault}: HTTP 400 <b>Incorrect score received</b>"

        html = instructor.get("/api/class").text

        grade = rows(html)[1][5]
        objection = DELIVERY_OBJECTIONS[fault]
        assert grade.startswith("Refusée")
        assert " ".join(objection.cause.split()) in grade
        assert " ".join(objection.remedy.split()) in grade
        assert "<b>Incorrect" not in html


def test_a_grade_that_arrived_says_so(school: School) -> None:
    school.open(0).do_quiz_one()
    with school.database.transaction() as db:
        db.scalars(select(GradeDelivery)).one().state = "sent"

    assert rows(class_html(school))[1][5] == "Reçue"


def test_a_link_without_a_column_says_how_to_get_one(school: School) -> None:
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).line_item_url = None

    html = class_html(school)

    assert "Ce lien n’a pas de colonne de notes." in unescape(html)
    assert "activez les notes dans ses réglages" in unescape(html)
    assert ">Choisir les colonnes</a>" not in html
    assert len(rows(html)[0]) == 7


def test_a_link_for_which_the_tool_can_make_columns_leads_to_their_choice(school: School) -> None:
    with school.database.transaction() as db:
        link = db.get_one(ResourceLink, school.seeded.link_pk)
        link.line_item_url = None
        link.line_items_url = "https://lms.example.org/items"
        link.grade_scopes = [LINE_ITEM_SCOPE]

    html = class_html(school)

    assert ">Choisir les colonnes</a>" in html
    assert "activez les notes dans ses réglages" not in unescape(html)


def test_an_empty_class_is_told_what_to_do_next(school: School) -> None:
    with school.database.transaction() as db:
        for membership in db.scalars(select(Membership)):
            membership.role = "instructor"

    html = class_html(school)

    assert "Personne n’a encore ouvert le module" in unescape(html)
    assert "<table" not in html


def test_names_from_the_platform_are_text_and_nothing_else(school: School) -> None:
    with school.database.transaction() as db:
        db.scalars(select(Learner)).all()[0].name = '<img src=x onerror="alert(1)">'

    html = class_html(school)

    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_the_table_can_be_read_by_ear(school: School) -> None:
    page = lxml.html.fromstring(class_html(school))

    table = page.find(".//table")
    assert table is not None
    assert table.find("caption") is not None
    assert all(cell.get("scope") == "col" for cell in table.findall("thead/tr/th"))
    assert all(line.find("th").get("scope") == "row" for line in table.findall("tbody/tr"))
    assert table.findall("thead/tr/th")[0].get("aria-sort") == "ascending"
    frame = table.getparent()
    assert frame is not None
    assert frame.get("tabindex") == "0"
    assert frame.get("role") == "region"
    assert page.xpath(f"//*[@id='{frame.get('aria-labelledby')}']")


def test_a_learner_does_not_see_the_class(school: School) -> None:
    answer = school.open(0).get("/api/class")

    assert answer.status_code == 403
    assert answer.get_json()["error"]["code"] == "instructors_only"
    assert "Émile" not in answer.text


def test_a_reload_brings_a_page_that_knows_nobody(school: School) -> None:
    page = school.app.test_client().get("/class")

    assert page.status_code == 200
    assert "Zoé" not in page.text
    assert 'id="session"' not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_preview_is_asked_for_in_the_language_of_the_course(school: School) -> None:
    english = school.open(2, role=Role.INSTRUCTOR, language="en").get("/api/class").text

    assert 'data-preview="/learn?language=fr"' in english


def test_the_page_speaks_the_language_of_the_session(school: School) -> None:
    french = school.open(2, role=Role.INSTRUCTOR).get("/api/class").text
    english = school.open(2, role=Role.INSTRUCTOR, language="en").get("/api/class").text

    assert 'lang="fr"' in french
    assert 'lang="en"' in english
    assert "Carnet de notes" in french
    assert "Carnet de notes" not in english


@contextmanager
def counted(school: School) -> Iterator[list[str]]:
    """Note every statement that the database is sent."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(school.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(school.database.engine, "before_cursor_execute", note)


def test_a_larger_class_takes_no_more_queries(school: School) -> None:
    instructor = school.open(2, role=Role.INSTRUCTOR)
    school.open(0).do_quiz_one()
    instructor.get("/api/class")
    with counted(school) as few:
        instructor.get("/api/class")
    with school.database.transaction() as db:
        for number in range(60):
            person = Learner(
                platform_id=school.seeded.platform_id, sub=f"more-{number}", name=f"N {number}"
            )
            db.add(Membership(context_pk=school.seeded.context_pk, learner=person, role="learner"))

    with counted(school) as many:
        answer = instructor.get("/api/class")

    assert len(rows(answer.text)) == PAGE
    assert "1 à 50 sur 63" in " ".join(texts(answer.text, "//p"))
    assert len(many) == len(few)
    assert not re.search(r"N \d+", "".join(many))


def test_a_copied_class_says_what_it_is_a_copy_of(school: School) -> None:
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        origin = Context(
            deployment_id=context.deployment_id, context_id="classe-2025", title="Groupe de 2025"
        )
        context.copied_from = origin

    told = " ".join(lxml.html.fromstring(class_html(school)).text_content().split())

    assert "Ce cours est une copie de « Groupe de 2025 »." in told
    assert "ni les échéances" in told
