"""A grade changed by hand in the gradebook: found, left alone, and decided about."""

from __future__ import annotations

from playwright.sync_api import Frame, expect

from classroom.accounts import INSTRUCTOR, STUDENT
from tests.browser.lti.person import Person

LINK = "Unité 1"
QUIZ = "metier-sim/quiz-metier-sim"
BY_HAND = "62"


def test_an_instructor_decides_what_becomes_of_a_grade_changed_by_hand(person: Person) -> None:
    person.sign_in(STUDENT)
    person.learn(LINK).take(QUIZ)
    person.grade_arrives(LINK, "100 / 100")
    person.sign_in(INSTRUCTOR)
    changes_by_hand(person)

    frame = person.open(LINK)
    expect(frame.locator(".class-table")).to_be_visible()
    frame.locator(".class-menu").get_by_role("link", name="Carnet de notes").click()
    expect(frame.get_by_role("heading", name="Carnet de notes", level=1)).to_be_focused()
    synchronises(frame)
    line = frame.locator("[data-group=undecided] tbody tr")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(STUDENT.name)
    expect(line).to_contain_text(BY_HAND)
    frame.get_by_label("Tout cocher").check()
    frame.get_by_role("button", name="Garder celle du carnet de notes").click()
    expect(line).to_have_count(0)
    told = person.page.context.request.get(f"{person.school.classroom_url}/gradebook").text()
    assert f"<strong>{BY_HAND}</strong> / 100" in told
    frame.get_by_text("1 note du carnet reste telle quelle").click()
    frame.locator("[data-group=kept] tbody input").check()
    frame.locator("#sync-replace-kept").click()
    expect(frame.locator("[data-group=kept]")).to_have_count(0)
    person.page.goto(f"{person.school.classroom_url}/gradebook")
    person.grade_arrives(LINK, "100 / 100")


def changes_by_hand(person: Person) -> None:
    """Write another grade, as a teacher does in the platform."""
    person.page.goto(f"{person.school.classroom_url}/gradebook")
    person.gradebook_line(LINK).get_by_role("link", name="Modifier la note").click()
    person.page.locator("#score").fill(BY_HAND)
    person.page.get_by_role("button", name="Enregistrer la note").click()
    expect(person.gradebook_line(LINK).locator(".score")).to_contain_text(f"{BY_HAND} / 100")


def synchronises(frame: Frame) -> None:
    frame.get_by_role("button", name="Synchroniser les notes").click()
    finished = frame.get_by_role("heading", name="Dernière synchronisation")
    expect(finished).to_be_visible()
