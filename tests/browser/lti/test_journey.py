"""The main job, end to end, in a browser that blocks third-party cookies."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, expect

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, OTHER_STUDENT, STUDENT
from classroom.texts import decimal
from course_content.model import Course
from course_content.scoring import activity_score, mark
from tests.browser.lti.person import Person, ToolLearner
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup, Small

UNIT = "metier-sim"
UNIT_2 = "parties-prenantes"
LINK = "Unité 1"


def quiz_of(learner: ToolLearner, unit: str) -> str:
    (path,) = [path for path in learner.quizzes if path.startswith(f"{unit}/")]
    return path


def points(learner: ToolLearner, path: str, answers: list[object]) -> float:
    """What those answers earn, out of 100."""
    activity = learner.activity(path)
    keys = learner.boot["keys"][activity["id"]]
    return 100 * activity_score(
        [
            (keys[question["id"]]["points"], mark(keys[question["id"]], answer).score)
            for question, answer in zip(activity["questions"], answers, strict=True)
        ]
    )


def in_gradebook(earned: float) -> str:
    """As the classroom writes it."""
    return f"{decimal(earned, 'fr')} / 100"


def class_line(frame: Frame) -> str:
    """The student's line of the instructor's table."""
    line = frame.get_by_role("row").filter(has_text=STUDENT.name)
    expect(line).to_be_visible()
    return line.inner_text()


@pytest.fixture(params=["small", "several"])
def either_setup(request: pytest.FixtureRequest) -> Setup:
    """One process of each kind on SQLite; two of each on PostgreSQL and Redis."""
    if request.param == "small":
        return Small()
    found: Setup = request.getfixturevalue("several")
    return found


def test_a_student_s_quiz_reaches_the_gradebook_and_the_instructor(
    either_setup: Setup, tmp_path: Path, strict_browser: BrowserContext, course: Course
) -> None:
    folder = tmp_path / "school"
    folder.mkdir()
    with open_school(either_setup, folder) as school:
        person = Person(strict_browser.new_page(), school, course)
        person.sign_in(STUDENT)
        learner = person.learn(LINK)
        for _page in range(2):
            learner.next_step()
        quiz = quiz_of(learner, UNIT)
        answers = learner.mixed_answers(quiz)
        earned = points(learner, quiz, answers)
        assert 0 < earned < 100
        learner.take(quiz, answers)
        expect(learner.window.locator(".score__figure")).to_contain_text(
            decimal(round(earned, 1), "fr")
        )
        person.grade_arrives(LINK, in_gradebook(earned))
        expect(person.gradebook_line(LINK)).to_contain_text("Completed · FullyGraded")
        expect(learner.window.locator(".grade")).to_have_attribute("data-state", "sent")
        learner.is_saved()

        person.sign_in(INSTRUCTOR)
        line = class_line(person.open(LINK))
        assert "4 sur 5" in line
        assert decimal(round(earned, 1), "fr") in line
        person.page.goto(f"{school.classroom_url}/gradebook")
        person.grade_arrives(LINK, in_gradebook(earned))


def test_a_reloaded_frame_is_where_it_was(person: Person) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.next_step()
    learner.is_saved()
    place = learner.window.evaluate("location.hash").removeprefix("#/")
    learner.window.evaluate("location.reload()")
    learner.window.wait_for_load_state()
    ToolLearner(learner.window, person.course).is_at(place)


def test_the_session_goes_on_without_any_cookie(
    person: Person, strict_browser: BrowserContext
) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    strict_browser.clear_cookies(domain="localhost")
    quiz = quiz_of(learner, UNIT)
    learner.take(quiz)
    person.grade_arrives(LINK, "100 / 100")


def test_a_better_attempt_replaces_the_grade(person: Person) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    quiz = quiz_of(learner, UNIT)
    answers = learner.mixed_answers(quiz)
    learner.take(quiz, answers)
    person.grade_arrives(LINK, in_gradebook(points(learner, quiz, answers)))
    learner.window.get_by_role("button", name="Recommencer").click()
    expect(learner.window.locator("form.question")).to_be_visible()
    learner.answer_all(quiz)
    person.grade_arrives(LINK, "100 / 100")


def test_an_instructor_adds_a_unit_by_deep_linking_and_it_opens(person: Person) -> None:
    title = person.course.unit(UNIT_2).title["fr"]
    person.sign_in(INSTRUCTOR)
    person.page.get_by_role("link", name="Ajouter une activité").click()
    picker = person.frame()
    picker.get_by_role("checkbox", name=f"Unité {title}").check()
    picker.get_by_role("button", name="Ajouter au cours").click()
    expect(person.page.locator(".messages")).to_contain_text("Une activité a été ajoutée")
    expect(person.card(title)).to_contain_text("Notée sur 100")

    person.sign_in(STUDENT)
    learner = person.learn(title)
    quiz = quiz_of(learner, UNIT_2)
    learner.take(quiz)
    person.grade_arrives(title, "100 / 100")
    person.page.goto(f"{person.school.classroom_url}/gradebook")
    expect(person.gradebook_line(LINK)).to_contain_text("Pas de note")


def test_an_activity_in_a_new_tab_works_as_well(person: Person) -> None:
    person.sign_in(STUDENT)
    window = person.open_window(LINK)
    learner = ToolLearner(window, person.course)
    learner.take(quiz_of(learner, UNIT))
    person.grade_arrives(LINK, "100 / 100")


def test_an_administrator_copies_what_the_tool_must_know(
    person: Person, strict_browser: BrowserContext, school: School
) -> None:
    strict_browser.grant_permissions(["clipboard-read", "clipboard-write"])
    person.sign_in(ADMINISTRATOR)
    person.page.get_by_role("link", name="Administration").click()
    person.page.get_by_role("button", name="Copier Adresse des jetons").click()
    expect(person.page.get_by_role("status").filter(has_text="Copié.")).to_be_visible()
    copied = person.page.evaluate("navigator.clipboard.readText()")
    assert copied == school.options.token_url


def test_leaving_leads_back_to_the_course(person: Person, school: School) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.window.get_by_role("link", name="Quitter").or_(
        learner.window.get_by_role("button", name="Quitter")
    ).click()
    person.page.wait_for_url(f"{school.classroom_url}/")
    expect(person.card(LINK)).to_be_visible()


def test_an_instructor_looks_at_the_module_and_nothing_is_recorded(person: Person) -> None:
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    frame.get_by_role("button", name="Voir le module").click()
    frame.wait_for_url(f"{person.school.tool_url}/learn*")
    learner = ToolLearner(frame, person.course)
    learner.take(quiz_of(learner, UNIT))
    frame = person.open(LINK)
    for student in (STUDENT, OTHER_STUDENT):
        line = frame.get_by_role("row").filter(has_text=student.name)
        expect(line).to_contain_text("Jamais ouvert")


def test_the_instructor_sees_the_whole_class_of_which_one_never_came(person: Person) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.next_step()
    learner.is_saved()
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    absent = frame.get_by_role("row").filter(has_text=OTHER_STUDENT.name)
    expect(absent).to_contain_text("Jamais ouvert")
    expect(absent).to_contain_text("0 sur 5")
    present = frame.get_by_role("row").filter(has_text=STUDENT.name)
    expect(present).not_to_contain_text("Jamais ouvert")
    expect(frame.get_by_role("row").filter(has_text=INSTRUCTOR.name)).to_have_count(0)
    expect(frame.locator(".class-figures")).to_contain_text("N’ont jamais ouvert")

    frame.get_by_role("button", name="Actualiser la liste").click()
    expect(frame.get_by_role("status")).to_contain_text("Liste actualisée.")
    expect(frame.get_by_role("button", name="Actualiser la liste")).to_be_focused()
    frame.get_by_role("button", name="Dernière activité").click()
    expect(frame.get_by_role("row").nth(1)).to_contain_text(OTHER_STUDENT.name)
