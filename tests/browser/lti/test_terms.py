"""A teacher gives one more attempt, and later closes: the student's window hears of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from classroom.accounts import INSTRUCTOR, STUDENT
from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import OF_CLASS, Attempt, Term, WindowSession
from tests.browser.lti.conftest import THIRD_PARTY_COOKIES_BLOCKED, OpenBrowser
from tests.browser.lti.person import Person
from tests.browser.lti.school import School

LINK = "Unité 1"
QUIZ = "metier-sim/quiz-metier-sim"
LESSON = "metier-sim/vocabulaire"


def uses_up_the_attempts(school: School) -> None:
    """Write the other attempts of whoever did the quiz last: the school had other courses."""
    database = Database(school.database_url)
    with database.transaction() as db:
        first = db.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()
        for number in (2, 3):
            again = {"number": number, "completed_at": first.completed_at, "score": 0.5}
            key = {name: getattr(first, name) for name in ("context_pk", "learner_id", "course")}
            db.add(Attempt(**key, **again, activity=first.activity))
    database.close()


def test_a_teacher_gives_an_attempt_and_closes_while_the_student_s_window_stays_open(
    person: Person, open_browser: OpenBrowser, course: Course
) -> None:
    person.sign_in(STUDENT)
    person.learn(LINK).take(QUIZ)
    uses_up_the_attempts(person.school)
    student = person.learn(LINK)
    student.go_to(QUIZ)
    result = student.window.locator(".result")
    expect(result).to_contain_text("Essai 3 sur 3")
    expect(result.get_by_role("button", name="Recommencer")).to_have_count(0)

    teacher = Person(open_browser(THIRD_PARTY_COOKIES_BLOCKED).new_page(), person.school, course)
    teacher.sign_in(INSTRUCTOR)
    frame = teacher.open(LINK)
    frame.get_by_role("link", name=STUDENT.name).first.click()
    expect(frame.locator(".learner-page h1")).to_be_focused()
    frame.locator(".record summary").first.click()
    frame.get_by_role("button", name="Accorder un essai de plus").click()
    expect(frame.locator("#class-news")).to_have_text("C’est accordé.")
    expect(frame.locator(".given-term")).to_contain_text("1 essai supplémentaire")

    student.go_to(LESSON)
    student.go_to(QUIZ)
    expect(student.window.locator(".due-notice")).to_contain_text("Un essai supplémentaire")
    expect(result).to_contain_text("Essai 3 sur 4")
    result.get_by_role("button", name="Recommencer").click()
    question = student.activity(QUIZ)["questions"][0]
    student.fill(question, student.response_to(QUIZ, question))

    frame.locator(".class-ways").get_by_role("link", name="Toute la classe").click()
    frame.get_by_role("link", name="Échéances et essais").click()
    expect(frame.locator(".terms-page h1")).to_be_focused()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    frame.locator("[name=closes-day]").first.fill(yesterday.date().isoformat())
    frame.get_by_role("button", name="Enregistrer les échéances").click()
    expect(frame.locator("#class-news")).to_have_text("Échéances enregistrées.")

    student.window.locator(".question__after button[type=submit]").click()
    refused = student.window.get_by_role("alert")
    expect(refused).to_contain_text("Cette activité est close")
    expect(refused).to_contain_text("peut vous accorder un délai")
    assert student.filled(question) == student.response_to(QUIZ, question)


def test_the_strip_goes_by_the_tool_s_clock_and_says_each_date_that_passes(person: Person) -> None:
    """The student's device is two days ahead."""
    moment = datetime.now(UTC).replace(second=0, microsecond=0)
    person.sign_in(STUDENT)
    person.page.clock.install(time=moment + timedelta(days=2))
    student = person.learn(LINK)
    strip = student.window.locator(".due")
    database = Database(person.school.database_url)
    with database.transaction() as db:
        window = db.scalars(select(WindowSession).order_by(WindowSession.created_at.desc())).first()
        assert window is not None
        window.due_at = moment + timedelta(days=1)
        context_pk, about = window.resource_link.context_pk, window.resource_link.course
    student.window.evaluate("location.reload()")
    expect(strip).to_contain_text("selon votre plateforme de cours.")

    with database.transaction() as db:
        row = Term(context_pk=context_pk, course=about, target="", holder=OF_CLASS)
        row.due_at, row.closes_at = moment + timedelta(hours=1), moment + timedelta(hours=3)
        db.add(row)
    database.close()
    student.go_to(LESSON)
    expect(strip).to_contain_text("À rendre avant le")
    for hours, words in ((2, "Clôture le"), (2, "Clos depuis le")):
        person.page.clock.fast_forward(hours * 3_600_000)
        expect(strip).to_contain_text(words)
