"""The pictures of docs/guide-enseignement.md: the class of thirty, as a lecturer meets it."""

from __future__ import annotations

import os
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

from classroom.accounts import INSTRUCTOR
from tools.studio import ARGUMENTS, DESK, PHONE, TALL_DESK, WAIT_MS, Visitor, demonstration

WHOLE: Final = "Module 3 (entier)"
SOMEBODY: Final = "Kadiatou Conte"
LATECOMER: Final = "Zoé Épilogue"
QUIZ: Final = "Questionnaire : à qui prête-t-on attention ?"
SENT_TRIES: Final = 60
FIXED_GRANT: Final = """() => {
  const given = document.querySelector(".given-term .aside");
  given.textContent = given.textContent.replace(/le \\d.*/, "le 12 janvier 2027 à 10:00");
}"""
IN_FRENCH: Final = {"LANGUAGE": "fr"}
"""What the browser's own date fields go by."""


def show_a_class(executable: str | None) -> None:
    """Take the pictures of the guide for those who teach."""
    with demonstration(whole_class=True) as school, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[*ARGUMENTS, "--lang=fr-FR"],
            env={**os.environ, **IN_FRENCH},
        )
        instructor = Visitor(browser, school, INSTRUCTOR)
        window = instructor.opens_alone(WHOLE)
        all_grades_are_sent(window)
        looks_at_the_class(instructor)
        looks_at_somebody(instructor)
        looks_at_an_activity(instructor)
        sets_dates(instructor)
        weighs_a_policy(instructor)
        reads_the_gradebook(instructor)
        browser.close()


def all_grades_are_sent(window: Page) -> None:
    """Wait until the worker is done with the scores of the five weeks."""
    for _ in range(SENT_TRIES):
        if not window.locator(".class-table .state-pending").count():
            return
        presses(window, "[data-action=refresh]:visible")
    raise SystemExit("The grades of the class are still on their way.")


def presses(window: Page, button: str) -> None:
    """Press a button, and wait until the page says what came of it."""
    news = window.locator("#class-news")
    news.evaluate("news => { news.textContent = '' }")
    window.locator(button).first.click()
    expect(news).not_to_be_empty(timeout=WAIT_MS)


def goes_back(window: Page) -> None:
    window.get_by_role("link", name="Toute la classe").click()
    window.locator(".class-tools").wait_for()


def at_the_top(window: Page, selector: str) -> None:
    window.locator(selector).first.evaluate("one => one.scrollIntoView({block: 'start'})")
    window.evaluate("scrollBy(0, -16)")


def looks_at_the_class(instructor: Visitor) -> None:
    window = instructor.page
    instructor.pictures("guide-classe", TALL_DESK)
    at_the_top(window, ".class-tools")
    instructor.pictures("guide-tableau", DESK)
    window.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    at_the_top(window, ".class-table tbody tr:nth-child(2)")
    instructor.pictures("guide-telephone", PHONE)
    window.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def looks_at_somebody(instructor: Visitor) -> None:
    window = instructor.page
    window.get_by_role("link", name=SOMEBODY).first.click()
    window.get_by_role("heading", name=SOMEBODY, level=1).wait_for()
    window.evaluate("scrollTo(0, 0)")
    instructor.pictures("guide-personne", DESK)
    goes_back(window)


def looks_at_an_activity(instructor: Visitor) -> None:
    window = instructor.page
    window.locator(".class-activities summary").click()
    window.locator(".class-activities a").filter(has_text=QUIZ).click()
    window.locator(".item").first.wait_for()
    at_the_top(window, ".class-figures")
    instructor.pictures("guide-activite", DESK)
    goes_back(window)


def sets_dates(instructor: Visitor) -> None:
    window = instructor.page
    window.get_by_role("link", name="Échéances et essais").first.click()
    form = window.locator("form[data-terms=dates]")
    for field, day in (("due", "2027-01-15"), ("closes", "2027-01-29")):
        form.locator(f"[name={field}-day]").first.fill(day)
        form.locator(f"[name={field}-hour]").first.fill("18:00")
    presses(window, "form[data-terms=dates] button[type=submit]")
    grant = window.locator("form[data-terms=grant]")
    grant.locator("select[name=holder]").select_option(label=LATECOMER)
    grant.locator("[name=due-day]").fill("2027-01-22")
    grant.locator("[name=due-hour]").fill("18:00")
    grant.locator("textarea").fill("Arrivée en cours de semestre.")
    presses(window, "form[data-terms=grant] button[type=submit]")
    window.locator(".given-term").first.wait_for()
    window.evaluate(FIXED_GRANT)
    window.evaluate("scrollTo(0, 0)")
    instructor.pictures("guide-echeances", TALL_DESK)
    goes_back(window)


def weighs_a_policy(instructor: Visitor) -> None:
    window = instructor.page
    window.get_by_role("link", name="Notation").first.click()
    window.locator("input[name=counting][value=first]").check()
    window.locator(".columns-form button[type=submit]").click()
    window.locator(".columns-plan table").wait_for()
    at_the_top(window, ".columns-form")
    instructor.pictures("guide-notation", TALL_DESK)
    goes_back(window)


def reads_the_gradebook(instructor: Visitor) -> None:
    window = instructor.page
    window.locator("a[href='/class/gradebook']").first.click()
    window.locator("#sync-start").click()
    window.get_by_role("heading", name="À décider").wait_for()
    window.get_by_role("heading", name="Dernière synchronisation").wait_for()
    at_the_top(window, ".class-head")
    instructor.pictures("guide-carnet", (DESK[0], 1060))
