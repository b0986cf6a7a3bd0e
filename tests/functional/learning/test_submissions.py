"""A work goes to the instructor and back, through the HTTP door."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import Role, Score
from lti_tool.models import (
    Context,
    GradeDelivery,
    Learner,
    Membership,
    Platform,
    ResourceLink,
    Submission,
)
from lti_tool.services.delivery import deliver_due
from tests.functional.school import School, Window

PLAN = "mon-plan"
MARKS = {"promesse": 2, "methode": 3}


class Teacher:
    """An instructor's window, at one work."""

    def __init__(self, window: Window, submission_id: int) -> None:
        self.window = window
        self.path = f"/api/submissions/{submission_id}"

    def reads(self) -> Any:
        answered = self.window.get(self.path)
        assert answered.status_code == 200, answered.text
        return answered.get_json()

    def writes(self, revision: int, comment: str, **marks: int) -> TestResponse:
        body = {"revision": revision, "marks": marks, "comment": comment}
        return self.window.put(f"{self.path}/draft", body)

    def decides(self, state: str, comment: str = "", revision: int = 0, **marks: int) -> Any:
        body = {"state": state, "revision": revision, "marks": marks, "comment": comment}
        return self.window.post(f"{self.path}/decision", body)


@pytest.fixture
def atelier(school: School) -> School:
    """The class, whose link opens a course with workshops; a teacher is the last person."""
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
    return school


def works(window: Window, text: str = "Imprimerie") -> None:
    body = {"revision": 0, "changes": {"p": {"type": "promise", "who": text}}}
    answered = window.client.patch(f"/api/works/{PLAN}", json=body, headers=window.headers)
    assert answered.status_code == 200


def hands_in(window: Window, number: int = 1, workshop: str = PLAN) -> TestResponse:
    return window.post(f"/api/works/{workshop}/submissions", {"number": number})


def handed(window: Window, workshop: str = PLAN) -> Any:
    return window.get(f"/api/works/{workshop}/submissions").get_json()


def latest_id(school: School) -> int:
    with school.database.reading() as db:
        return db.scalars(select(Submission.id).order_by(Submission.id.desc())).first() or 0


@pytest.fixture
def student(atelier: School) -> Window:
    window = atelier.open()
    works(window)
    return window


@pytest.fixture
def teacher(atelier: School, student: Window) -> Teacher:
    """Somebody who teaches, in front of what the student handed in."""
    assert hands_in(student).status_code == 200
    return Teacher(atelier.open(2, role=Role.INSTRUCTOR), latest_id(atelier))


def refusal(answered: TestResponse) -> tuple[int, str]:
    return answered.status_code, answered.get_json()["error"]["code"]


def test_nothing_is_handed_in_at_first(student: Window) -> None:
    assert handed(student) == {"submissions": [], "obstacle": None, "lateSeconds": None}


def test_what_is_handed_in_stays_as_it_was(student: Window, teacher: Teacher) -> None:
    works(student, "Mairie")

    assert teacher.reads()["works"][PLAN] == {"p": {"type": "promise", "who": "Imprimerie"}}


def test_the_works_that_it_begins_from_are_handed_in_with_it(atelier: School) -> None:
    window = atelier.open()
    body = {"revision": 0, "changes": {"a": {"type": "actor", "label": "Mairie"}}}
    window.client.patch("/api/works/ma-carte", json=body, headers=window.headers)
    works(window)
    hands_in(window)

    shown = Teacher(atelier.open(2, role=Role.INSTRUCTOR), latest_id(atelier)).reads()

    assert shown["works"]["ma-carte"] == {"a": {"type": "actor", "label": "Mairie"}}


def test_a_second_click_hands_in_nothing_more(student: Window) -> None:
    assert hands_in(student).get_json() == hands_in(student).get_json()
    assert [each["number"] for each in handed(student)["submissions"]] == [1]


def test_clicks_at_once_hand_in_one_copy(atelier: School, student: Window) -> None:
    together = threading.Barrier(4)

    def click() -> None:
        window = atelier.open()
        together.wait()
        assert hands_in(window).status_code == 200

    threads = [threading.Thread(target=click) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(handed(student)["submissions"]) == 1


def test_a_work_may_be_replaced_before_anybody_looks_at_it(
    student: Window, teacher: Teacher
) -> None:
    assert hands_in(student, 2).status_code == 200

    assert [each["state"] for each in handed(student)["submissions"]] == ["handed_in"] * 2
    assert refusal(teacher.decides("accepted", **MARKS)) == (409, "superseded")


def test_a_work_is_not_replaced_while_it_is_being_reviewed(
    student: Window, teacher: Teacher
) -> None:
    teacher.writes(0, "Je lis.")

    assert refusal(hands_in(student, 2)) == (409, "being_reviewed")
    assert handed(student)["obstacle"] == "being_reviewed"


def test_the_learner_does_not_see_a_review_that_is_being_written(
    student: Window, teacher: Teacher
) -> None:
    teacher.writes(0, "Je lis.", promesse=0)

    (only,) = handed(student)["submissions"]
    assert (only["state"], only["decision"]) == ("handed_in", None)


def test_a_returned_work_is_handed_in_again_and_accepted(
    atelier: School, student: Window, teacher: Teacher
) -> None:
    assert teacher.decides("returned", "Quelle décision ?", promesse=0).status_code == 200
    (returned,) = handed(student)["submissions"]
    assert returned["state"] == "returned"
    assert returned["decision"]["comment"] == "Quelle décision ?"
    assert atelier.grades() == {}

    assert hands_in(student, 2).status_code == 200
    again = Teacher(teacher.window, latest_id(atelier))
    assert again.decides("accepted", "Bien.", **MARKS).status_code == 200

    first, second = handed(student)["submissions"]
    assert (first["state"], second["state"]) == ("returned", "accepted")
    assert (second["decision"]["points"], second["decision"]["maximum"]) == (5, 8)
    assert atelier.grades() == {atelier.seeded.link_pk: (5 / 8, True, "pending")}
    assert refusal(hands_in(student, 3)) == (409, "already_accepted")


def test_the_player_begins_with_what_became_of_the_latest_works(
    atelier: School, student: Window, teacher: Teacher
) -> None:
    def known(window: Window) -> Any:
        return window.get("/api/boot").get_json()["snapshot"]["handed"]

    assert known(student) == {PLAN: "handed_in"}
    teacher.decides("returned", "Quelle décision ?", promesse=0)
    assert known(student) == {PLAN: "returned"}
    hands_in(student, 2)
    assert known(student) == {PLAN: "handed_in"}
    assert known(atelier.open(1)) == {}


def test_a_new_review_changes_the_grade_and_its_comment(
    atelier: School, student: Window, teacher: Teacher
) -> None:
    teacher.decides("accepted", "Bien.", **MARKS)
    revision = teacher.reads()["review"]["revision"]

    teacher.decides("accepted", "Très bien.", revision, promesse=5, methode=3)

    with atelier.database.reading() as db:
        (row,) = db.scalars(select(GradeDelivery)).all()
        assert (row.score, row.comment, row.version) == (1.0, "Très bien.", 2)
    assert refusal(teacher.decides("returned", "Non.", revision + 1)) == (409, "already_accepted")
    (line,) = handed(student)["submissions"]
    assert line["decision"]["comment"] == "Très bien."


def test_the_comment_goes_to_the_gradebook_with_the_score(
    atelier: School, teacher: Teacher
) -> None:
    sent: list[Score] = []

    class Gradebook:
        def post_score(self, platform: Platform, line_item_url: str, score: Score) -> None:
            assert platform.id == atelier.seeded.platform_id
            assert line_item_url.startswith("https://lms.example.org/")
            sent.append(score)

    teacher.decides("accepted", "Bien.", **MARKS)
    deliver_due(atelier.database, Gradebook())

    assert [(score.score_given, score.comment) for score in sent] == [(62.5, "Bien.")]


@pytest.fixture
def graded_portfolio(atelier: School) -> Iterator[None]:
    """As if the course had a second work that is graded. All tests read the same course."""
    review = atelier.tool.courses.course("atelier").workshop("mon-portfolio").review
    object.__setattr__(review, "graded", True)
    yield
    object.__setattr__(review, "graded", False)


@pytest.mark.usefixtures("graded_portfolio")
def test_a_column_for_several_works_says_which_the_comment_is_about(
    atelier: School, teacher: Teacher
) -> None:
    teacher.decides("accepted", "Bien.", **MARKS)

    assert atelier.grades() == {atelier.seeded.link_pk: (5 / 16, False, "pending")}
    with atelier.database.reading() as db:
        (row,) = db.scalars(select(GradeDelivery)).all()
        assert row.comment == "Mon plan d’engagement\nBien."


def test_a_work_that_is_not_graded_is_accepted_without_a_grade(atelier: School) -> None:
    window = atelier.open()
    body = {"revision": 0, "changes": {"review": {"next": "Relire."}}}
    window.client.patch("/api/works/mon-portfolio", json=body, headers=window.headers)
    hands_in(window, workshop="mon-portfolio")
    teacher = Teacher(atelier.open(2, role=Role.INSTRUCTOR), latest_id(atelier))

    assert teacher.decides("accepted", choix=1).status_code == 200

    assert handed(window, "mon-portfolio")["submissions"][0]["decision"]["points"] == 1
    assert atelier.grades() == {}


def test_a_test_user_s_work_gets_no_grade(atelier: School, teacher: Teacher) -> None:
    with atelier.database.transaction() as db:
        db.get_one(Learner, atelier.seeded.learner_ids[0]).is_test_user = True

    assert teacher.decides("accepted", **MARKS).status_code == 200

    assert atelier.grades() == {}


def test_the_later_of_two_instructors_is_told_and_overwrites_nothing(
    atelier: School, teacher: Teacher
) -> None:
    colleague = Teacher(atelier.open(1, role=Role.INSTRUCTOR), latest_id(atelier))
    assert teacher.writes(0, "Je lis.").status_code == 200

    assert refusal(colleague.writes(0, "Moi aussi.")) == (409, "review_changed")
    assert refusal(colleague.decides("accepted", **MARKS)) == (409, "review_changed")
    review = colleague.reads()["review"]
    assert (review["comment"], review["draftedBy"]) == ("Je lis.", "")
    assert colleague.writes(review["revision"], "À deux.").status_code == 200
    assert teacher.reads()["review"]["draftedBy"] == "Émile Noël"


def test_a_decision_that_is_sent_twice_is_taken_once(teacher: Teacher) -> None:
    first = teacher.decides("accepted", "Bien.", **MARKS)
    again = teacher.decides("accepted", "Bien.", **MARKS)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.get_json() == again.get_json()


@pytest.mark.parametrize(
    ("decide", "expected"),
    [
        (lambda one: one.decides("accepted", promesse=2), (409, "criterion_missing")),
        (lambda one: one.decides("returned", "  "), (409, "comment_missing")),
        (lambda one: one.decides("accepted", promesse=1, methode=3), (400, "invalid_review")),
        (lambda one: one.decides("accepted", autre=1, **MARKS), (400, "invalid_review")),
        (lambda one: one.decides("accepted", "\0", **MARKS), (400, "invalid_review")),
        (lambda one: one.decides("returned", "é" * 6001), (413, "comment_too_long")),
        (lambda one: one.decides("handed_in", "x"), (400, "unreadable_request")),
        (lambda one: one.decides("x", "x"), (400, "unreadable_request")),
        (lambda one: one.window.put(f"{one.path}/draft", {}), (400, "unreadable_request")),
        (
            lambda one: one.window.put(f"{one.path}/draft", {"revision": 0, "marks": []}),
            (400, "invalid_review"),
        ),
    ],
)
def test_a_review_that_is_none_is_refused_and_nothing_is_kept(
    teacher: Teacher, decide: Callable[[Teacher], TestResponse], expected: tuple[int, str]
) -> None:
    assert refusal(decide(teacher)) == expected
    assert teacher.reads()["review"]["revision"] == 0


def test_an_empty_work_is_not_handed_in(atelier: School) -> None:
    assert refusal(hands_in(atelier.open())) == (409, "nothing_made")


def test_a_workshop_without_a_review_takes_nothing_in(atelier: School) -> None:
    window = atelier.open()
    assert refusal(hands_in(window, workshop="ma-carte")) == (404, "not_reviewed")
    assert refusal(hands_in(window, workshop="x")) == (404, "unknown_workshop")


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_number_that_is_not_the_next_is_refused(student: Window, number: int) -> None:
    assert refusal(hands_in(student, number)) == (409, "out_of_turn")


def test_a_preview_hands_in_nothing(atelier: School) -> None:
    for window in (atelier.open(role=Role.INSTRUCTOR), atelier.open(None)):
        assert handed(window)["obstacle"] == "not_recorded"
        assert refusal(hands_in(window)) == (409, "not_recorded")


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR])
def test_only_instructors_read_what_was_handed_in(
    atelier: School, student: Window, role: Role
) -> None:
    hands_in(student)
    stranger = Teacher(atelier.open(1, role=role), latest_id(atelier))

    assert refusal(stranger.window.get(stranger.path)) == (403, "instructors_only")
    assert refusal(stranger.writes(0, "x")) == (403, "instructors_only")
    assert refusal(stranger.decides("returned", "x")) == (403, "instructors_only")


def test_an_instructor_of_another_class_finds_nothing(atelier: School, teacher: Teacher) -> None:
    with atelier.database.transaction() as db:
        here = db.get_one(Context, atelier.seeded.context_pk)
        elsewhere = Context(deployment_id=here.deployment_id, context_id="classe-2")
        link = ResourceLink(context=elsewhere, resource_link_id="lien-9", course="atelier")
        db.add_all([link, Membership(context=elsewhere, learner_id=1, role="instructor")])
        db.flush()
        link_pk = link.id
    stranger = Teacher(atelier.open(2, role=Role.INSTRUCTOR, link_pk=link_pk), latest_id(atelier))

    assert refusal(stranger.window.get(stranger.path)) == (404, "unknown_submission")
    assert refusal(stranger.decides("accepted", **MARKS)) == (404, "unknown_submission")
    far = Teacher(teacher.window, 10**30)
    assert refusal(far.window.get(far.path)) == (404, "unknown_submission")


def test_the_page_about_a_work_holds_nothing_about_anybody(
    atelier: School, teacher: Teacher
) -> None:
    page = atelier.app.test_client().get(f"/submissions/{latest_id(atelier)}")

    assert page.status_code == 200
    assert "Imprimerie" not in page.text
    assert "review.js" in page.text
    assert atelier.app.test_client().get(teacher.path).status_code == 401


def test_the_class_page_says_that_nothing_waits(atelier: School) -> None:
    page = atelier.open(2, role=Role.INSTRUCTOR).get("/api/class").text

    assert "Aucun travail n’attend de relecture" in page


def test_the_class_page_has_the_queue_and_what_was_reviewed(
    student: Window, teacher: Teacher
) -> None:
    waiting = teacher.window.get("/api/class").text
    assert "Remise n°\u00a01" in waiting
    assert f'data-submission="{teacher.path.rpartition("/")[2]}"' in waiting

    teacher.decides("returned", "Quelle décision ?")
    reviewed = teacher.window.get("/api/class").text
    assert "1 travail relu" in reviewed
    assert "Aucun travail n’attend" in reviewed

    hands_in(student, 2)
    assert "Remise n°\u00a02" in teacher.window.get("/api/class").text


def test_a_course_without_reviews_has_no_queue(school: School) -> None:
    page = school.open(2, role=Role.INSTRUCTOR).get("/api/class").text

    assert "Travaux à relire" not in page


def test_an_accepted_work_is_a_column_of_the_class_page(teacher: Teacher) -> None:
    teacher.decides("accepted", **MARKS)

    assert "62,5" in teacher.window.get("/api/class").text
