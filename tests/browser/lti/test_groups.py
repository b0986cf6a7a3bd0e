"""An instructor looks at one group; a mentor at whom they accompany; nobody counts a test."""

from __future__ import annotations

from playwright.sync_api import Frame, expect

from classroom.accounts import INSTRUCTOR, MENTOR, OTHER_STUDENT, STUDENT, TEST_STUDENT
from tests.browser.lti.person import Person

LINK = "Unité 1"


def shows(frame: Frame, *names: str) -> None:
    """Wait until the table shows those people, and nobody else."""
    rows = frame.locator("tbody [role=rowheader]")
    expect(rows).to_have_count(len(names))
    for name in names:
        expect(rows.filter(has_text=name)).to_be_visible()


def test_an_instructor_looks_at_one_group_by_keyboard(person: Person) -> None:
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    choice = frame.get_by_label("Groupe affiché")
    expect(choice.locator("option")).to_have_text(
        ["Toute la classe (2)", "Groupe A (1)", "Groupe B (1)"]
    )
    shows(frame, STUDENT.name, OTHER_STUDENT.name)

    choice.focus()
    choice.press("ArrowDown")
    choice.press("ArrowDown")

    shows(frame, OTHER_STUDENT.name)
    expect(choice).to_be_focused()
    expect(frame.locator("#class-news")).to_have_text("1 personne affichée.")
    expect(frame.locator(".class-figures dd").first).to_have_text("1")
    frame.get_by_role("button", name="Actualiser", exact=True).click()
    expect(frame.locator("#class-news")).to_have_text("Tableau actualisé.")
    shows(frame, OTHER_STUDENT.name)

    # The window keeps the choice when it is reloaded.
    frame.evaluate("location.reload()")
    shows(frame, OTHER_STUDENT.name)
    choice.select_option(label="Toute la classe (2)")
    shows(frame, STUDENT.name, OTHER_STUDENT.name)


def test_a_mentor_sees_one_person_and_a_test_counts_for_nothing(person: Person) -> None:
    person.sign_in(MENTOR)
    expect(person.open(LINK).get_by_role("heading", level=2)).to_contain_text("Personne à afficher")
    person.sign_in(TEST_STUDENT)
    learner = person.learn(LINK)
    learner.take(next(path for path in learner.quizzes if path.startswith("metier-sim/")))
    person.sign_in(INSTRUCTOR)
    line = person.open(LINK).get_by_role("row").filter(has_text=TEST_STUDENT.name)
    expect(line).to_contain_text("Compte d’essai")
    expect(line).to_contain_text("Jamais envoyée")
    person.sign_in(MENTOR)
    frame = person.open(LINK)
    shows(frame, STUDENT.name)
    frame.evaluate("location.reload()")
    shows(frame, STUDENT.name)
