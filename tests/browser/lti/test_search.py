"""Reading through a link: what it covers can be searched, and nothing leads out of it."""

from __future__ import annotations

from playwright.sync_api import expect

from classroom.accounts import STUDENT
from tests.browser.lti.person import Person

LINK = "Unité 1"
UNIT = "metier-sim"


def test_a_student_finds_what_the_link_covers_and_nothing_else(person: Person) -> None:
    person.sign_in(STUDENT)
    window = person.learn(LINK).window
    window.get_by_role("button", name="Chercher", exact=True).click()
    field = window.get_by_label("Chercher dans le cours")
    field.fill("metier")
    expect(window.locator(".results__entry").first).to_be_visible()
    links = window.locator(".results a").all()
    places = {str(link.get_attribute("href")).split("/")[1] for link in links}
    assert UNIT in places <= {UNIT, "glossaire", "bibliographie"}

    field.fill("matrice pouvoir et intérêt")
    expect(window.get_by_role("status").filter(has_text="Rien pour")).to_be_visible()


def test_a_page_names_what_the_link_does_not_cover_and_does_not_lead_there(
    person: Person,
) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.go_to(f"{UNIT}/vocabulaire")
    page = learner.window.locator(".prose")
    expect(page).to_contain_text("qui devrait compter")
    expect(page.locator("a[href^='#/parties-prenantes/']")).to_have_count(0)
    expect(page.locator("a[href^='#ref-']").first).to_be_visible()
