"""A submission review: a learner's work, opened from the platform's gradebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.lti import SCORE_SCOPE
from lti_tool.models import (
    OF_CLASS,
    Attempt,
    GradeDelivery,
    HandMadeGrade,
    LineItem,
    Maker,
    Refusal,
    ResourceLink,
    Submission,
    Term,
    WindowSession,
)
from lti_tool.services.sessions import session_of
from lti_tool.tool import Tool
from tests.functional.launch.lms import ABSENT, AGS, INSTRUCTOR, LEARNER, Lms
from tests.functional.school import QUIZ_ONE, Window

COLUMN = "https://lms.example/7/lineitems/3/lineitem?type_id=2"
DUE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OTHER_COLUMN = "https://lms.example/7/lineitems/4/lineitem?type_id=2"


def enter_learner(lms: Lms, browser: FlaskClient, **changes: object) -> Window:
    """Launch a student into the link whose column it is; return their window."""
    page = lms.enter(browser, **{AGS: {"scope": [SCORE_SCOPE], "lineitem": COLUMN}, **changes})
    assert page.status_code == 200, page.text
    return Window(browser, str(page.text.partition('"session":"')[2].partition('"')[0]))


def review(
    lms: Lms, browser: FlaskClient, for_user: object = "person-1", **changes: object
) -> TestResponse:
    """Open a review, as a teacher unless told otherwise."""
    claims: dict[str, object] = {
        "sub": "teacher-1",
        "lti_message_type": "LtiSubmissionReviewRequest",
        "lti_roles": [INSTRUCTOR],
        "lti_for_user": {"user_id": for_user},
        AGS: {"scope": [SCORE_SCOPE], "lineitem": COLUMN},
        **changes,
    }
    return lms.enter(browser, **claims)


def text_of(answer: TestResponse) -> str:
    return " ".join(lxml.html.fromstring(answer.text).text_content().split())


@pytest.fixture
def worked(lms: Lms, browser: FlaskClient, tool: Tool) -> Window:
    """The student has done the first quiz, with one mistake."""
    window = enter_learner(lms, browser)
    with tool.database.reading() as db:
        assert session_of(db, window.token, tool.limits).learner is not None
    for question, response in {**QUIZ_ONE, "choix": "a"}.items():
        assert window.answer("quiz-un", question, response).status_code == 200
    return window


@pytest.mark.usefixtures("worked")
def test_a_teacher_sees_attempts_answers_and_scores(lms: Lms, browser: FlaskClient) -> None:
    page = review(lms, browser)

    assert page.status_code == 200
    text = text_of(page)
    for said in (
        "Camille Exemple",
        "Quiz de la première unité",
        "66,7 %",
        "Lequel est juste",
        "Le premier",
        "Réponse fausse",
        "Un",
        "Réponse juste",
        "Cette activité n’est pas encore commencée.",
    ):
        assert said in text.replace("\u202f", " "), said
    assert "SECRET" not in page.text, "feedback that gives the answer away is not shown"


@pytest.mark.usefixtures("worked")
def test_a_student_sees_their_own_work(lms: Lms, browser: FlaskClient) -> None:
    page = review(lms, browser, sub="person-1", lti_roles=[LEARNER])

    assert page.status_code == 200
    assert "Votre travail" in page.text


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "person-2", "lti_roles": [LEARNER]},
        {"sub": "person-2", "lti_roles": []},
        {"sub": ABSENT, "lti_roles": [LEARNER]},
        {
            "sub": "person-2",
            "lti_roles": ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"],
        },
    ],
)
def test_nobody_else_sees_a_student_s_work(
    lms: Lms, browser: FlaskClient, changes: dict[str, object]
) -> None:
    page = review(lms, browser, **changes)

    assert page.status_code == 403
    assert "Ce travail est celui d’une autre personne" in unescape(page.text)
    assert "Camille" not in page.text


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    "changes",
    [
        {"lti_context": {"id": "class-2"}},
        {"lti_context": ABSENT},
        {"lti_resource_link": {"id": "link-2"}},
        {AGS: {"lineitem": OTHER_COLUMN}},
    ],
)
def test_a_teacher_of_another_class_or_column_sees_nothing(
    lms: Lms, browser: FlaskClient, changes: dict[str, object]
) -> None:
    page = review(lms, browser, **changes)

    assert page.status_code == 400
    assert "Camille" not in page.text


@pytest.mark.usefixtures("worked")
def test_the_link_need_not_be_named_when_the_column_is(lms: Lms, browser: FlaskClient) -> None:
    assert review(lms, browser, lti_resource_link=ABSENT).status_code == 200


@pytest.mark.usefixtures("worked")
def test_a_column_of_one_activity_shows_that_one(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        link = db.scalars(select(ResourceLink)).one()
        item = LineItem(
            resource_link=link,
            made_by=Maker.TOOL,
            activity="quiz-deux",
            url=OTHER_COLUMN,
            label="Second",
        )
        learner_id = db.scalars(select(Attempt.learner_id)).first()
        db.add(item)
        db.add(
            GradeDelivery(
                line_item=item,
                learner_id=learner_id,
                score=0.42,
                state="refused",
                error="score_refused: <b>",
            )
        )

    page = review(lms, browser, **{AGS: {"lineitem": OTHER_COLUMN}})

    assert "Quiz de la première unité" not in page.text
    assert "42 %" in text_of(page).replace("\u202f", " ")
    assert "La plateforme refuse la note de cette personne." in unescape(page.text)


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize("role", [LEARNER, INSTRUCTOR])
def test_a_score_beside_a_grade_given_by_hand_is_not_said_to_be_on_its_way(
    lms: Lms, browser: FlaskClient, tool: Tool, role: str
) -> None:
    with tool.database.transaction() as db:
        row = db.scalars(select(GradeDelivery)).one()
        db.add(HandMadeGrade(line_item_pk=row.line_item_pk, learner_id=row.learner_id, theirs=0.8))

    said = text_of(review(lms, browser, sub="person-1", lti_roles=[role]))

    assert "c’est l’équipe enseignante qui fixe la note" in said
    assert "en attente d’envoi" not in said
    assert "80" not in said, "what the gradebook has is for the gradebook to show"


def test_somebody_who_never_came_has_no_work(lms: Lms, browser: FlaskClient) -> None:
    enter_learner(lms, browser)

    page = review(lms, browser, "person-7")

    assert page.status_code == 200
    assert "Cette activité n’est pas encore commencée." in unescape(page.text)


@pytest.mark.parametrize(
    "changes",
    [
        {"lti_for_user": ABSENT},
        {"lti_for_user": {}},
        {"lti_for_user": []},
        {"lti_for_user": {"user_id": 7}},
        {"lti_for_user": {"user_id": "x" * 300}},
        {AGS: ABSENT},
        {AGS: {}},
        {AGS: {"lineitem": "javascript:alert(1)"}},
        {AGS: []},
        {"lti_resource_link": {"id": []}},
    ],
)
def test_a_review_that_lacks_what_it_needs_is_refused_with_a_page(
    lms: Lms, browser: FlaskClient, changes: dict[str, object]
) -> None:
    page = review(lms, browser, **changes)

    assert page.status_code == 400
    assert "reference" in page.text


@pytest.mark.usefixtures("worked")
def test_a_review_opens_no_session_and_serves_once(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    with tool.database.reading() as db:
        before = len(db.scalars(select(WindowSession)).all())
    login = lms.begin(browser)
    token = lms.sign(
        lms.claims(
            login.nonce,
            lti_message_type="LtiSubmissionReviewRequest",
            lti_roles=[INSTRUCTOR],
            lti_for_user={"user_id": "person-1"},
            **{AGS: {"lineitem": COLUMN}},
        )
    )
    cookie = login.cookie(browser)
    assert lms.launch(browser, token, login.state).status_code == 200
    browser.set_cookie(*cookie)
    assert lms.launch(browser, token, login.state).status_code == 401
    with tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["state_used"]
        assert len(db.scalars(select(WindowSession)).all()) == before


@pytest.mark.usefixtures("worked")
def test_an_answer_whose_question_changed_is_shown_as_it_was_given(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        answers = db.scalars(select(Attempt)).one().answers
        for answer in answers:
            answer.response = {"<i>": ["<b>strange</b>"]} if answer.question != "vrai" else "?"
            db.flush()
        db.execute(update(Attempt).values(completed_at=None, score=None))

    page = review(lms, browser)

    assert page.status_code == 200
    assert "<b>strange" not in page.text
    assert "<b>strange" in unescape(page.text)
    assert "en cours depuis le" in unescape(page.text)


def test_a_review_is_in_the_platform_s_language(lms: Lms, browser: FlaskClient) -> None:
    enter_learner(lms, browser)

    page = review(lms, browser, lti_launch_presentation={"locale": "en-GB"})

    assert "This activity has not been started yet." in unescape(page.text)


def test_what_came_late_says_by_how_much(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    window = enter_learner(lms, browser)
    for number in (1, 2):
        assert window.do_quiz_one(number).status_code == 200
        window.post("/api/activities/quiz-un/attempts", {})
    with tool.database.transaction() as db:
        link = db.scalars(select(ResourceLink)).one()
        place = {"context_pk": link.context_pk, "course": link.course, "target": ""}
        db.add(Term(**place, holder=OF_CLASS, due_at=DUE))
        first = Attempt.number == 1
        db.execute(update(Attempt).where(first).values(completed_at=DUE - DAY))
        db.execute(update(Attempt).where(~first).values(completed_at=DUE + 2 * DAY))

    told = summaries(review(lms, browser))

    assert [line.endswith(", en retard de 2 jours") for line in told] == [True, False]


def summaries(answer: TestResponse) -> list[str]:
    """One line for each attempt and each work that was handed in, the latest first."""
    lines = lxml.html.fromstring(answer.text).iterfind(".//summary")
    return [" ".join(line.text_content().split()) for line in lines]


@pytest.mark.usefixtures("worked")
def test_the_texts_of_the_course_keep_their_language_around_another(
    lms: Lms, browser: FlaskClient
) -> None:
    answer = review(lms, browser, lti_launch_presentation={"locale": "en-GB"})

    page = lxml.html.fromstring(answer.text)
    of_course = ("Deux unités", "Quiz de la première unité", "Lequel est juste", "Le premier")
    of_page = ("Attempt 1", "Wrong answer", "True")
    for words in (*of_course, *of_page):
        within = page.xpath(f"//*[contains(text(), '{words}')]/ancestor-or-self::*[@lang][1]/@lang")
        assert within == ["fr" if words in of_course else "en"], words


def test_a_work_that_was_handed_in_is_told_with_what_was_said_of_it(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    window = enter_learner(lms, browser)
    with tool.database.transaction() as db:
        link = db.scalars(select(ResourceLink)).one()
        link.course = "atelier"
        learner_id = session_of(db, window.token, tool.limits).learner_id
        assert learner_id is not None
    assert "Ce travail n’est pas encore remis." in text_of(review(lms, browser))
    with tool.database.transaction() as db:
        place = {"learner_id": learner_id, "course": "atelier", "workshop": "mon-plan"}
        link = db.scalars(select(ResourceLink)).one()
        marks = {"promesse": 2, "methode": 3, "oublie": 9}
        said = {"marks": marks, "comment": "Bien <b>.", "points": 5, "maximum": 8}
        due = {"context_pk": link.context_pk, "course": "atelier", "target": ""}
        db.add(Term(**due, holder=OF_CLASS, due_at=DUE))
        db.add_all(
            [
                Submission(
                    **place,
                    context_pk=link.context_pk,
                    number=1,
                    records={},
                    state="returned",
                    handed_in_at=DUE + timedelta(hours=5),
                ),
                Submission(
                    **place,
                    context_pk=link.context_pk,
                    number=2,
                    records={},
                    state="accepted",
                    score=5 / 8,
                    decision=said,
                ),
            ]
        )

    page = review(lms, browser)

    assert [line.endswith(", en retard de 5 heures") for line in summaries(page)] == [False, True]
    text = text_of(page)
    for expected in (
        "62,5",
        "5 points sur 8",
        "Elle est écrite.",
        "Bien <b>.",
        "Rendu pour reprise",
    ):
        assert expected in text, expected
    assert "&lt;b&gt;" in page.text
