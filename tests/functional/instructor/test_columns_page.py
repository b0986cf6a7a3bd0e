"""The instructor's choice of columns on the class page."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import lxml.html
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.lti import LINE_ITEM_SCOPE, RESULT_SCOPE, SCORE_SCOPE, Role, ServiceFault
from lti_tool.models import GradeDelivery, HandMadeGrade, Platform, ResourceLink, ToolKey
from lti_tool.services.column_choice import ChoiceFault
from lti_tool.services.column_making import NOT_OURS, settle_due
from lti_tool.services.column_objections import CHOICE_OBJECTIONS, COLUMN_OBJECTIONS
from lti_tool.services.delivery import deliver_due
from lti_tool.views import columns as views
from tests.functional.grades.columns import Columns
from tests.functional.launch.lms import Answer, Server
from tests.functional.school import School

WHOLE = {"": {"label": "Tout le module", "maximum": 100}}
EACH = {
    "quiz-un": {"label": "Premier quiz", "maximum": 20},
    "quiz-deux": {"label": "Second quiz", "maximum": 20},
}


@pytest.fixture(scope="session")
def tool_key() -> str:
    """A key of the tool's, made once: to make one takes longer than most of these tests."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def columns(school: School, tool_key: str) -> Iterator[Columns]:
    """The platform's gradebook: the column of the school's link, and room for others."""
    with Server().running() as server:
        columns = Columns(server)
        coupled = columns.add(label="Module 3", resourceLinkId="lien-1")
        with school.database.transaction() as db:
            db.add(ToolKey(kid="key-1", serial=1, private_pem=tool_key))
            platform = db.get_one(Platform, school.seeded.platform_id)
            platform.token_url = f"{server.url}/token"
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_item_url = coupled
            link.line_items_url = columns.url
            link.grade_scopes = [SCORE_SCOPE, LINE_ITEM_SCOPE, RESULT_SCOPE]
        yield columns


def ask(
    school: School, path: str = "", body: Any = None, learner: int | None = None
) -> TestResponse:
    role = Role.INSTRUCTOR if learner is None else Role.LEARNER
    window = school.open(learner, role=role)
    address = f"/api/class/columns{path}"
    return window.get(address) if body is None else window.post(address, body)


def apply(school: School, decision: dict[str, Any]) -> TestResponse:
    """Make a decision as the page does: after having read what it would change."""
    told = ask(school, "/plan", decision)
    if told.status_code != 200:
        return told
    seen = lxml.html.fromstring(told.text).get("data-seen")
    return ask(school, "", {**decision, "seen": seen})


def choice(grading: str, columns: dict[str, Any], *, remove: bool = False) -> dict[str, Any]:
    return {"counting": "best", "grading": grading, "columns": columns, "remove": remove}


def text_of(answer: TestResponse) -> str:
    return " ".join(lxml.html.fromstring(answer.text).text_content().split())


def test_the_page_offers_one_column_or_one_for_each_activity(
    school: School, columns: Columns
) -> None:
    page = lxml.html.fromstring(ask(school).text)

    assert page.xpath("//input[@name='grading']/@value") == [
        "whole",
        "activities",
    ]
    assert [each.get("data-activity") for each in page.find_class("column-fields")] == [
        "quiz-un",
        "quiz-deux",
    ]
    assert all(page.xpath("//input[@name='label']/@value"))
    assert columns.server.asked == [], "nothing is asked of the platform to show a page"


def test_a_choice_is_told_applied_and_shown(school: School, columns: Columns) -> None:
    school.open(0).do_quiz_one()
    told = text_of(ask(school, "/plan", choice("activities", EACH)))
    assert "Premier quiz" in told
    assert columns.calls("POST") == []

    shown = text_of(apply(school, choice("activities", EACH)))

    assert columns.labels() == ["Module 3", "Premier quiz", "Second quiz"]
    assert shown.count("En place") == 2
    deliver_due(school.database, school.tool.scores)
    assert columns.grade(2, "user-1") == 1.0


def test_an_instructor_does_not_wait_for_a_slow_platform(
    school: School, columns: Columns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PATIENCE_SECONDS", -1.0)

    shown = text_of(apply(school, choice("activities", EACH)))

    assert columns.calls("POST") == []
    assert shown.count("En cours") == 2
    assert "l’outil continue de lui-même" in shown
    assert settle_due(school.database, school.tool.line_items) == 2
    assert text_of(ask(school)).count("En place") == 2


def test_going_back_with_the_columns_removed_says_what_is_lost(
    school: School, columns: Columns
) -> None:
    school.open(0).do_quiz_one()
    apply(school, choice("activities", EACH))
    deliver_due(school.database, school.tool.scores)

    told = text_of(ask(school, "/plan", choice("whole", {}, remove=True)))
    assert "1 note reçue par le carnet sera perdue" in told
    apply(school, choice("whole", {}, remove=True))

    assert columns.labels() == ["Module 3"]


def test_a_platform_that_does_not_allow_it_is_named_with_who_can_mend_it(
    school: School, columns: Columns
) -> None:
    for changes, fault in (
        ({"grade_scopes": [SCORE_SCOPE]}, ChoiceFault.NOT_GRANTED),
        ({"line_items_url": None}, ChoiceFault.NO_ADDRESS),
    ):
        with school.database.transaction() as db:
            db.execute(update(ResourceLink).values(**changes))
        objection = CHOICE_OBJECTIONS[fault]

        page = text_of(ask(school))
        assert " ".join(objection.cause.split()) in page
        assert " ".join(objection.remedy.split()) in page
        refused = apply(school, choice("activities", EACH))
        assert refused.status_code == 409
        assert " ".join(objection.cause.split()) in text_of(refused)
    assert columns.calls("POST") == []


def test_a_column_that_could_not_be_made_says_why(school: School, columns: Columns) -> None:
    columns.replies.extend([Answer(403, b"<b>No</b>")] * 2)

    shown = apply(school, choice("activities", EACH))

    assert text_of(shown).count("À régler") == 2
    cause = COLUMN_OBJECTIONS[ServiceFault.NOT_ALLOWED].cause
    assert " ".join(cause.split()) in text_of(shown)
    assert "<b>No" not in shown.text


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"counting": "best", "grading": "both", "columns": {}},
        {"counting": "best", "grading": "whole", "columns": []},
        {"counting": "best", "grading": [], "columns": {}},
        {"counting": "worst"},
        {"counting": "last", "passMark": 101},
        {"counting": "last", "passMark": -1},
        {"counting": "last", "passMark": 59.5},
        {"counting": "last", "passMark": "60"},
        {"counting": "last", "passMark": True},
        {"undo": True},
        choice("activities", {}),
        choice("activities", {"quiz-un": EACH["quiz-un"]}),
        choice("activities", {**EACH, "quiz-un": "Quiz"}),
        choice("activities", {**EACH, "quiz-un": {"label": "", "maximum": 10}}),
        choice("activities", {**EACH, "quiz-un": {"label": 7, "maximum": 10}}),
        choice("activities", {**EACH, "quiz-un": {"label": "Quiz", "maximum": "10"}}),
        choice("activities", {**EACH, "quiz-un": {"label": "Quiz", "maximum": True}}),
        choice("activities", {**EACH, "quiz-un": {"label": "Quiz", "maximum": 10**400}}),
    ],
)
def test_a_choice_that_is_none_changes_nothing(
    school: School, columns: Columns, body: object
) -> None:
    seen = {**body, "seen": "1."} if isinstance(body, dict) else body
    assert ask(school, "/plan", body).status_code in {400, 409}
    assert ask(school, "", seen).status_code in {400, 409}
    assert columns.server.asked == []


@pytest.mark.parametrize("path", ["", "/plan"])
def test_a_learner_has_no_say_in_columns(school: School, columns: Columns, path: str) -> None:
    assert ask(school, path, choice("activities", EACH), learner=0).status_code == 403
    assert columns.server.asked == []


def test_labels_are_text_and_nothing_else(school: School, columns: Columns) -> None:
    strange = {**EACH, "quiz-un": {"label": "<script>alert(1)</script>", "maximum": 20}}

    told = ask(school, "/plan", choice("activities", strange))
    shown = apply(school, choice("activities", strange))

    for answer in (told, shown):
        assert "<script>" not in answer.text
        assert "<script>" in unescape(answer.text)
    assert columns.labels()[1] == "<script>alert(1)</script>"


def test_every_fault_has_its_words() -> None:
    assert set(CHOICE_OBJECTIONS) == set(ChoiceFault)
    assert set(COLUMN_OBJECTIONS) == {*ServiceFault, NOT_OURS}


@pytest.mark.usefixtures("columns")
def test_the_table_shows_the_least_of_several_grades(school: School) -> None:
    apply(school, choice("activities", EACH))
    window = school.open(0)
    window.do_quiz_one()
    with school.database.transaction() as db:
        db.execute(update(GradeDelivery).values(state="refused", error="score_refused: no"))

    assert "Refusée" in school.open(2, role=Role.INSTRUCTOR).get("/api/class").text
    assert window.get("/api/grade").json["state"] == "refused"  # type: ignore[index]  # just answered


@pytest.mark.usefixtures("columns")
def test_a_student_is_told_of_the_score_that_is_on_its_way_before_one_that_is_held(
    school: School,
) -> None:
    apply(school, choice("activities", EACH))
    window = school.open(0)
    window.do_quiz_one(vrai=False)
    with school.database.transaction() as db:
        row = db.scalars(select(GradeDelivery)).one()
        db.add(HandMadeGrade(line_item_pk=row.line_item_pk, learner_id=row.learner_id, theirs=0.8))
    assert window.get("/api/grade").get_json()["state"] == "held"

    keys = school.tool.courses.answer_keys("deux-unites", "fr")["quiz-deux"]
    right = {name: keys[name]["correct"] for name in ("ordre", "paires")}
    for question, response in {**right, "nombre": "1 234,5", "mot": "Parapluie"}.items():
        last = window.answer("quiz-deux", question, response)

    assert last.get_json()["grade"] == {"state": "pending", "score": 1.0, "error": None}
