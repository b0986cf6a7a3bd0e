"""The page of the gradebook: what it says, whom it obeys, and what the class page says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.lti import RESULT_SCOPE, SCORE_SCOPE, Role, ServiceFault
from lti_tool.models import (
    GradeSync,
    Grading,
    LineItem,
    LineItemState,
    Maker,
    Platform,
    PlatformHealth,
    ResourceLink,
    ToolKey,
    now,
)
from lti_tool.services.column_objections import COLUMN_OBJECTIONS
from lti_tool.services.comparison import Difference
from lti_tool.services.delivery import deliver_due
from lti_tool.services.sync_jobs import SyncDesk, sync_next
from lti_tool.services.sync_page import SOON, Obstacle
from lti_tool.services.sync_words import DIFFERENCES, OBSTACLES
from tests.functional.grades.columns import Columns
from tests.functional.launch.lms import Answer, Server
from tests.functional.school import School, Window
from tests.seeding import add_link

PAGE = "/api/class/gradebook"
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on the database, once."""


@pytest.fixture
def columns(school: School, server: Server, tool_key: str) -> Iterator[Columns]:
    """The platform's gradebook, with the column of the school's link."""
    columns = Columns(server)
    coupled = columns.add(label="Module 3", resourceLinkId="lien-1")
    with school.database.transaction() as db:
        db.add(ToolKey(kid="key-1", serial=1, private_pem=tool_key))
        platform = db.get_one(Platform, school.seeded.platform_id)
        platform.token_url = f"{server.url}/token"
        link = db.get_one(ResourceLink, school.seeded.link_pk)
        link.line_item_url = coupled
        link.grade_scopes = [SCORE_SCOPE, RESULT_SCOPE]
    return columns


@pytest.fixture
def teacher(school: School, columns: Columns) -> Window:
    del columns
    return school.open(2, role=Role.INSTRUCTOR)


def work(school: School, after: float = 0) -> bool:
    """Do what a worker does: carry out a synchronisation, and send what is due.

    ``after`` so many seconds: two scores of one grade never leave in the same one.
    """
    tool = school.tool
    done = sync_next(SyncDesk(tool.database, tool.line_items, tool.courses))
    deliver_due(tool.database, tool.scores, clock=lambda: now() + timedelta(seconds=after))
    return done


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(lxml.html.fromstring(answer.text).text_content().split())


def boxes(answer: TestResponse, name: str) -> list[dict[str, Any]]:
    """What a page sends of the lines that are ticked."""
    found = lxml.html.fromstring(answer.text).xpath(f"//input[@name='{name}']")
    return [{"id": int(box.get("value")), "seen": box.get("data-seen")} for box in found]


def changed_by_hand(school: School, columns: Columns, teacher: Window) -> TestResponse:
    """Somebody earned a grade, a teacher changed it, and the page was told to synchronise."""
    school.open(0).do_quiz_one()
    deliver_due(school.database, school.tool.scores)
    columns.results[1] = [{"userId": "user-1", "resultScore": 80, "resultMaximum": 100}]
    teacher.post(f"{PAGE}/sync", {})
    assert work(school)
    return teacher.get(PAGE)


def test_a_synchronisation_is_asked_for_followed_and_told_of(
    school: School, columns: Columns, teacher: Window
) -> None:
    school.open(0).do_quiz_one()
    assert "Pas encore de synchronisation" in text_of(teacher.get(PAGE))

    asked = teacher.post(f"{PAGE}/sync", {})

    page = lxml.html.fromstring(asked.text)
    assert page.xpath("//progress[@id='sync-progress']")
    assert page.xpath("//*[@id='sync-said'][@aria-live='polite']")
    state = teacher.get(f"{PAGE}/progress").json
    assert state is not None
    assert (state["over"], state["left_alone"]) == (False, False)
    assert columns.server.asked == [], "nobody waits for a platform to be shown a page"
    assert work(school)
    state = teacher.get(f"{PAGE}/progress").json
    assert state is not None
    assert (state["over"], state["done"], state["total"]) == (True, 1, 1)
    assert "1 sur 1 note" in state["said"].replace("\u00a0", " ")
    assert "à la demande d’une personne sans nom" in text_of(teacher.get(PAGE))
    assert "Notes synchronisées le" in text_of(teacher.get("/api/class"))


def test_the_instructor_decides_what_the_gradebook_keeps(
    school: School, columns: Columns, teacher: Window
) -> None:
    page = changed_by_hand(school, columns, teacher)
    assert "80 %" in text_of(page).replace("\u202f", " ")
    table = text_of(teacher.get("/api/class"))
    assert "1 note attend votre décision" in table
    assert "Attend votre décision" in table
    assert "Attend votre décision" in teacher.get("/api/class/table.csv").text

    kept = teacher.post(
        f"{PAGE}/decisions", {"decision": "keep", "grades": boxes(page, "undecided")}
    )
    assert boxes(kept, "undecided") == []
    assert "1 note du carnet reste telle quelle" in text_of(kept)
    assert "Note du carnet gardée" in text_of(teacher.get("/api/class"))

    teacher.post(f"{PAGE}/decisions", {"decision": "replace", "grades": boxes(kept, "kept")})
    work(school, after=2)
    assert columns.grade(1, "user-1") == 0.5


def test_a_student_is_told_who_sets_the_grade_and_not_what_it_is(
    school: School, columns: Columns, teacher: Window
) -> None:
    student = school.open(0)
    page = changed_by_hand(school, columns, teacher)
    held = {"state": "held", "score": 0.5, "error": None}
    assert student.get("/api/grade").json == held, "its own score was taken before"
    student.post("/api/activities/quiz-un/attempts", {})
    assert student.do_quiz_one(2).get_json()["grade"] == held

    grades = boxes(page, "undecided")
    kept = teacher.post(f"{PAGE}/decisions", {"decision": "keep", "grades": grades})
    assert student.get("/api/grade").json == held

    grades = boxes(kept, "kept")
    teacher.post(f"{PAGE}/decisions", {"decision": "replace", "grades": grades})
    assert student.get("/api/grade").json == {**held, "state": "pending"}
    work(school, after=2)
    assert student.get("/api/grade").json == {**held, "state": "sent"}


@ON_ONE_DATABASE
def test_a_decision_that_is_none_changes_nothing(
    school: School, columns: Columns, teacher: Window
) -> None:
    grades = boxes(changed_by_hand(school, columns, teacher), "undecided")
    for body in (
        [],
        {},
        {"decision": "burn", "grades": grades},
        {"decision": "replace", "grades": {}},
        {"decision": "replace", "grades": ["1"]},
        {"decision": "replace", "grades": [{"id": True, "seen": "1.1"}]},
        {"decision": "replace", "grades": [{"id": 10**30, "seen": "1.1"}]},
        {"decision": "replace", "grades": [{"id": 1, "seen": "1" * 500}]},
        {"decision": "replace", "grades": grades * 201},
    ):
        assert teacher.post(f"{PAGE}/decisions", body).status_code == 400, body
    assert teacher.post(f"{PAGE}/nightly", {"wished": "yes"}).status_code == 400
    assert len(boxes(teacher.get(PAGE), "undecided")) == 1


def missing(answer: TestResponse) -> list[dict[str, int]]:
    """What a page sends of the scores that a comparison showed as missing, once ticked."""
    found = lxml.html.fromstring(answer.text).xpath("//section[@id='look']//tbody//input")
    return [{"id": int(box.get("value")), "version": int(box.get("data-version"))} for box in found]


def said_of(difference: Difference) -> str:
    return " ".join(DIFFERENCES[difference].split())


def test_the_gradebook_is_compared_and_nothing_is_sent(
    school: School, columns: Columns, teacher: Window
) -> None:
    assert "Il n’y a encore aucune note à comparer." in text_of(
        teacher.post(f"{PAGE}/comparison", {})
    )
    for learner in (0, 1):
        school.open(learner).do_quiz_one()
    deliver_due(school.database, school.tool.scores)
    same = teacher.post(f"{PAGE}/comparison", {})
    assert "2 notes comparées" in text_of(same)
    sent = len(columns.calls("POST"))

    columns.results[1] = [
        {"userId": "user-1", "resultScore": 80, "resultMaximum": 100},
        {"userId": "user-3", "resultScore": 12, "resultMaximum": 100},
        {"userId": "a-stranger", "resultScore": 12, "resultMaximum": 100},
    ]
    page = teacher.post(f"{PAGE}/comparison", {})

    said = text_of(page).replace("\u202f", " ")
    assert "3 notes diffèrent" in said
    assert all(
        said_of(one) in said for one in (Difference.CHANGED, Difference.MISSING, Difference.FOREIGN)
    )
    assert "80 %" in said
    names = lxml.html.fromstring(page.text).xpath("//section[@id='look']//tbody//th")
    assert [" ".join(name.text_content().split()) for name in names] == [
        "Personne sans nom",
        "Émile Noël",
        "Zoé Martin",
    ]
    assert not work(school)
    assert len(columns.calls("POST")) == sent


def test_what_is_ticked_is_sent_again_and_nothing_else(
    school: School, columns: Columns, teacher: Window
) -> None:
    for learner in (0, 1):
        school.open(learner).do_quiz_one()
    deliver_due(school.database, school.tool.scores)
    columns.results[1] = []
    shown = missing(teacher.post(f"{PAGE}/comparison", {}))
    assert len(shown) == 2, "by name: Émile Noël, then Zoé Martin"
    sent = len(columns.calls("POST"))

    teacher.post(f"{PAGE}/scores", {"scores": [shown[0], shown[0]]})
    work(school, after=2)

    assert (columns.grade(1, "user-1"), columns.grade(1, "user-2")) == (None, 0.5)
    teacher.post(f"{PAGE}/scores", {"scores": shown})
    work(school, after=4)
    assert columns.grade(1, "user-1") == 0.5
    assert len(columns.calls("POST")) - sent == 2, "what was shown before it left is of the past"


def test_a_score_of_another_link_or_of_another_time_is_not_sent_again(
    school: School, columns: Columns, teacher: Window
) -> None:
    school.open(0).do_quiz_one()
    deliver_due(school.database, school.tool.scores)
    columns.results[1] = []
    [shown] = missing(teacher.post(f"{PAGE}/comparison", {}))
    with school.database.transaction() as db:
        other = add_link(db, school.seeded, 2)
    elsewhere = school.open(2, role=Role.INSTRUCTOR, link_pk=other)

    elsewhere.post(f"{PAGE}/scores", {"scores": [shown]})
    teacher.post(f"{PAGE}/scores", {"scores": [{**shown, "version": shown["version"] + 1}]})
    work(school, after=2)

    assert columns.grade(1, "user-1") is None


def test_a_grade_given_by_hand_is_safe_from_the_moment_when_it_was_seen(
    school: School, columns: Columns, teacher: Window
) -> None:
    student = school.open(0)
    student.do_quiz_one(vrai=False)
    deliver_due(school.database, school.tool.scores)
    columns.results[1] = [{"userId": "user-1", "resultScore": 20, "resultMaximum": 100}]

    page = teacher.post(f"{PAGE}/comparison", {})
    student.post("/api/activities/quiz-un/attempts", {})
    student.do_quiz_one(2)
    work(school, after=2)

    assert len(boxes(page, "undecided")) == 1
    assert missing(page) == []
    assert columns.grade(1, "user-1") == 0.2


def test_a_score_that_is_on_its_way_is_told_from_one_that_is_missing(
    school: School, columns: Columns, teacher: Window
) -> None:
    window = school.open(0)
    window.do_quiz_one(vrai=False)
    deliver_due(school.database, school.tool.scores)
    assert columns.grade(1, "user-1") is not None
    window.post("/api/activities/quiz-un/attempts", {})
    window.do_quiz_one(attempt=2)
    school.open(1).do_quiz_one()

    page = teacher.post(f"{PAGE}/comparison", {})

    assert said_of(Difference.OLDER) in text_of(page)
    assert said_of(Difference.NOT_SENT) in text_of(page)
    assert text_of(page).count("La note d’Arrimage part d’elle-même.") == 2
    assert missing(page) == []


@ON_ONE_DATABASE
def test_a_gradebook_that_does_not_answer_is_said_not_to(
    school: School, columns: Columns, teacher: Window
) -> None:
    school.open(0).do_quiz_one()
    deliver_due(school.database, school.tool.scores)
    columns.replies.append(Answer(503))

    page = text_of(teacher.post(f"{PAGE}/comparison", {}))

    assert " ".join(COLUMN_OBJECTIONS[ServiceFault.PLATFORM_ERROR].cause.split()) in page
    assert "Comparez de nouveau plus tard." in page
    assert "réessaie de lui-même" not in page, "nothing looks again by itself"
    assert set(DIFFERENCES) == set(Difference)


@ON_ONE_DATABASE
def test_scores_that_are_none_are_not_sent_again(teacher: Window) -> None:
    for scores in (None, {}, [1], [{}], [{"id": "1", "version": 1}], [{"id": 1, "version": True}]):
        assert teacher.post(f"{PAGE}/scores", {"scores": scores}).status_code == 400, scores
    one = {"id": 10**9, "version": 1}
    assert teacher.post(f"{PAGE}/scores", {"scores": [one] * 201}).status_code == 400
    assert teacher.post(f"{PAGE}/scores", {"scores": [one]}).status_code == 200


@ON_ONE_DATABASE
def test_the_night_is_chosen_and_given_up(teacher: Window) -> None:
    def is_chosen(answer: TestResponse) -> bool:
        (box,) = lxml.html.fromstring(answer.text).xpath("//input[@id='sync-night']")
        return box.get("checked") is not None

    assert not is_chosen(teacher.get(PAGE))
    assert is_chosen(teacher.post(f"{PAGE}/nightly", {"wished": True}))
    assert is_chosen(teacher.post(f"{PAGE}/nightly", {"wished": True}))
    assert not is_chosen(teacher.post(f"{PAGE}/nightly", {"wished": False}))


@ON_ONE_DATABASE
def test_the_page_says_why_it_cannot_synchronise(school: School, teacher: Window) -> None:
    for changes, obstacle in (
        ({"grade_scopes": [SCORE_SCOPE]}, Obstacle.NOT_READABLE),
        ({"line_item_url": None}, Obstacle.NO_COLUMN),
    ):
        with school.database.transaction() as db:
            db.execute(update(ResourceLink).values(**changes))
        page = teacher.get(PAGE)
        said = text_of(page)
        assert " ".join(OBSTACLES[obstacle].cause.split()) in said
        assert " ".join(OBSTACLES[obstacle].remedy.split()) in said
        assert "sync-start" not in page.text
    assert set(OBSTACLES) == set(Obstacle)


@ON_ONE_DATABASE
def test_the_page_says_until_when_a_platform_is_left_alone(school: School, teacher: Window) -> None:
    teacher.post(f"{PAGE}/sync", {})
    moment = now()
    with school.database.transaction() as db:
        db.add(
            PlatformHealth(
                platform_id=school.seeded.platform_id,
                failures=5,
                failing_since=moment,
                paused_at=moment,
                paused_until=moment + 2 * SOON,
                error="unreachable: no answer",
            )
        )

    assert not work(school)
    assert "Prochain essai" in text_of(teacher.get(PAGE))


@ON_ONE_DATABASE
def test_the_page_says_that_nobody_takes_a_synchronisation(school: School, teacher: Window) -> None:
    teacher.post(f"{PAGE}/sync", {})
    with school.database.transaction() as db:
        row = db.scalars(select(GradeSync)).one()
        row.due_at = now() - 2 * SOON

    state = teacher.get(f"{PAGE}/progress").json
    assert state is not None
    assert state["left_alone"]
    page = lxml.html.fromstring(teacher.get(PAGE).text)
    assert page.xpath("//*[@id='sync-alone'][not(@hidden)]")


@ON_ONE_DATABASE
def test_what_could_not_be_read_or_sent_is_told_with_who_can_mend_it(
    school: School, columns: Columns, teacher: Window
) -> None:
    school.open(0).do_quiz_one()
    columns.replies.append(Answer(400, b"<b>Incorrect score received</b>"))
    deliver_due(school.database, school.tool.scores)
    said = text_of(teacher.get(PAGE))
    assert "Zoé Martin" in said
    assert "La plateforme refuse la note de cette personne." in said
    assert "La note repartira quand vous synchroniserez les notes." in said

    del columns.items[1]
    teacher.post(f"{PAGE}/sync", {})
    assert work(school)

    page = teacher.get(PAGE)
    assert " ".join(COLUMN_OBJECTIONS[ServiceFault.GONE].cause.split()) in text_of(page)
    assert "<b>Incorrect" not in page.text
    assert "<b>Incorrect" not in unescape(page.text)


@ON_ONE_DATABASE
def test_a_column_that_is_not_made_is_told_of_where_its_scores_wait(
    school: School, teacher: Window
) -> None:
    refused = COLUMN_OBJECTIONS[ServiceFault.NOT_ALLOWED]
    for address in (PAGE, "/api/class"):
        assert refused.cause not in text_of(teacher.get(address))
    with school.database.transaction() as db:
        link = db.get_one(ResourceLink, school.seeded.link_pk)
        link.grading = Grading.ACTIVITIES
        for activity in ("quiz-un", "quiz-deux"):
            db.add(
                LineItem(
                    resource_link=link,
                    made_by=Maker.TOOL,
                    activity=activity,
                    state=LineItemState.WANTED,
                    error=f"{ServiceFault.NOT_ALLOWED}: HTTP 403",
                )
            )

    for address in (PAGE, "/api/class"):
        said = text_of(teacher.get(address))
        assert said.count(refused.cause) == 1
        assert refused.remedy in said


def test_a_learner_has_no_say_in_the_gradebook(school: School, columns: Columns) -> None:
    learner = school.open(0)
    for path in ("", "/progress"):
        assert learner.get(f"{PAGE}{path}").status_code == 403
    for path in ("/sync", "/comparison", "/scores", "/decisions", "/nightly"):
        body = {"decision": "keep", "grades": [], "scores": [], "wished": True}
        assert learner.post(f"{PAGE}{path}", body).status_code == 403
    with school.database.reading() as db:
        assert db.scalars(select(GradeSync)).all() == []
    assert columns.server.asked == []
