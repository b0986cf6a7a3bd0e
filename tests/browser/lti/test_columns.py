"""The gradebook's columns: an instructor chooses them, and opens the work that is in one."""

from __future__ import annotations

from playwright.sync_api import Frame, expect

from classroom.accounts import INSTRUCTOR, STUDENT
from tests.browser.lti.person import Person

LINK = "Module 3 (entier)"
REVIEWED = "Unité 1"
COLUMN = "Mon premier quiz"


def test_an_instructor_chooses_columns_and_which_attempt_counts(person: Person) -> None:
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    frame.get_by_role("link", name="Notation").click()
    expect(frame.get_by_label("Une note pour l’ensemble")).to_be_checked()
    frame.get_by_label("Une note par activité").check()
    frame.locator("[data-for=activities] [name=label]").first.fill(COLUMN)
    frame.locator("[data-for=activities] [name=maximum]").first.fill("20")
    frame.get_by_role("button", name="Voir ce qui changerait").click()
    expect(frame.get_by_role("heading", name="Ce qui changerait")).to_be_focused()
    expect(frame.locator(".columns-plan")).to_contain_text(COLUMN)

    frame.get_by_role("button", name="Appliquer").click()
    expect(frame.locator(".columns-now")).to_contain_text(COLUMN)
    expect(frame.locator(".columns-now .state-pending")).to_have_count(0)

    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    quiz = next(path for path in learner.quizzes if path.startswith("metier-sim/"))
    learner.take(quiz)
    person.grade_arrives(COLUMN, "20 / 20")
    learner.window.get_by_role("button", name="Recommencer").click()
    learner.answer_all(quiz, rightly=False)
    expect(learner.window.locator(".score")).to_contain_text("Votre meilleur score : 100")

    frame = grading_page(person)
    frame.get_by_label("Le dernier essai").check()
    frame.get_by_role("button", name="Voir ce qui changerait").click()
    change(frame, ("100 %", "0 %"))
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    person.grade_arrives(COLUMN, "0 / 20")
    learner.go_to(quiz)
    expect(learner.window.locator(".score")).to_contain_text("Note retenue : 0")

    frame = grading_page(person)
    frame.get_by_role("button", name="Revenir à la notation précédente").click()
    change(frame, ("0 %", "100 %"))
    person.sign_in(STUDENT)
    person.open(LINK)
    person.grade_arrives(COLUMN, "20 / 20")

    frame = grading_page(person)
    frame.locator(".class-menu").get_by_role("link", name="Carnet de notes").click()
    frame.get_by_role("button", name="Comparer sans rien envoyer").click()
    expect(frame.get_by_role("heading", name="Comparaison avec le carnet")).to_be_focused()
    expect(frame.locator("#look")).to_contain_text("1 note comparée")


def grading_page(person: Person) -> Frame:
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    frame.get_by_role("link", name="Notation").click()
    expect(frame.get_by_role("heading", name="Notation", exact=True)).to_be_focused()
    return frame


def change(frame: Frame, told: tuple[str, str]) -> None:
    """See what a decision would change for the student, before and after, and apply it."""
    line = frame.locator(".columns-plan tbody tr").filter(has_text=STUDENT.name).first
    expect(line.locator("td").nth(0)).to_contain_text(COLUMN)
    for cell, grade in zip((1, 2), told, strict=True):
        expect(line.locator("td").nth(cell)).to_contain_text(grade)
    frame.get_by_role("button", name="Appliquer").click()
    expect(frame.get_by_role("heading", name="Notation", exact=True)).to_be_focused()
    expect(frame.locator(".columns-plan")).to_have_count(0)


def test_a_teacher_and_the_student_open_the_work_from_the_gradebook(person: Person) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(REVIEWED)
    learner.take(next(path for path in learner.quizzes if path.startswith("metier-sim/")))
    person.grade_arrives(REVIEWED, "100 / 100")
    for account, heading in ((STUDENT, "Votre travail"), (INSTRUCTOR, STUDENT.name)):
        person.sign_in(account)
        person.page.goto(f"{person.school.classroom_url}/gradebook")
        person.gradebook_line(REVIEWED).get_by_role("link", name="Voir le travail").click()
        frame = person.frame()
        expect(frame.get_by_role("heading", level=1)).to_have_text(heading)
        expect(frame.locator(".verdict-right").first).to_be_visible()
