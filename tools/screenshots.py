"""Take the pictures of Arrimage at work: ten for docs/ecrans.md, others for the teaching guide.

The demonstration of ``make run`` is started on a folder of its own, people who do not exist
work in it as anybody would, and Chromium writes what they see.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from tools import class_screenshots
from tools.studio import (
    ARGUMENTS,
    DESK,
    PAPER,
    PHONE,
    PICTURES,
    TALL_DESK,
    WAIT_MS,
    Visitor,
    demonstration,
)

CONNECTION_STEPS: Final = 9

WHOLE: Final = "Module 3 (entier)"
QUIZ: Final = "parties-prenantes/quiz-parties-prenantes"
LESSON: Final = "saillance/grille"
MAP: Final = "atelier-carte/carte-du-projet"
GRID: Final = "atelier-carte/grille-du-projet"
PLAN: Final = "atelier-plan/plan-du-projet"
ACTORS: Final = (
    "Mairie",
    "Association de quartier",
    "Imprimerie",
    "Familles hébergées",
    "Bailleur social",
    "Rivière",
)
TIES: Final = (
    ("Mairie", "finances", "Association de quartier"),
    ("Bailleur social", "finances", "Imprimerie"),
    ("Association de quartier", "informs", "Familles hébergées"),
)
PLANNED: Final = {
    "But": "Choisir avec elles les horaires et l’entrée de l’accueil.",
    "Périmètre": "Les horaires et la salle ; ni le budget, ni le lieu.",
    "Mandat": "Le comité du projet suit l’avis, ou dit pourquoi il s’en écarte.",
    "Promesse": "Ce que vous écrirez sera repris mot pour mot dans la décision.",
    "Comment, où, avec qui": "Trois soirées sur place, avec une médiatrice et une garde d’enfants.",
    "Moyens": "Deux personnes, six heures chacune ; les repas.",
    "Risques": "Que seules viennent celles qui viennent toujours.",
    "Retour": "Une page affichée sur place sous quinze jours.",
    "Indicateur": "La moitié des familles a parlé au moins une fois.",
}


def goes_to(window: Page, path: str) -> None:
    window.evaluate("path => { location.hash = `#/${path}` }", path)
    link = window.locator(f"nav.map a[href='#/{path}']")
    expect(link).to_have_attribute("aria-current", "step", timeout=WAIT_MS)


def is_saved(window: Page) -> None:
    status = window.locator(".save-status")
    expect(status).to_have_attribute("data-state", "saved", timeout=WAIT_MS)


def adds(window: Page, label: str, *texts: str) -> None:
    for text in texts:
        field = window.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")


def a_student_learns(student: Visitor) -> None:
    window = student.opens_alone(WHOLE)
    is_saved(window)
    student.pictures("accueil", DESK)
    goes_to(window, LESSON)
    is_saved(window)
    student.pictures("lecon-telephone", PHONE)
    goes_to(window, QUIZ)
    window.locator(".quiz__welcome button").click()
    window.locator("label.choice").first.click()
    window.locator(".question__after button[type=submit]").click()
    window.locator(".verdict").wait_for()
    is_saved(window)
    window.locator(".verdict").evaluate("verdict => verdict.scrollIntoView({block: 'end'})")
    student.pictures("question-telephone-sombre", PHONE, "dark")


def a_student_makes_a_map(student: Visitor) -> None:
    window = student.page
    window.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    goes_to(window, MAP)
    adds(window, "Ajouter une partie prenante", *ACTORS)
    for giver, kind, taker in TIES:
        window.locator("#tie-from").select_option(label=giver)
        window.locator("#tie-kind").select_option(kind)
        window.locator("#tie-to").select_option(label=taker)
        window.get_by_role("button", name="Ajouter ce lien").click()
    adds(window, "Ajouter une absence", "Celles et ceux qui travaillent la nuit")
    is_saved(window)
    window.locator(".tool").first.evaluate("tool => tool.scrollIntoView()")
    student.pictures("carte", DESK)
    goes_to(window, GRID)
    ratings = ((5, 5, 2), (3, 4, 3), (3, 2, 1), (1, 2, 5), (4, 2, 2), (1, 1, 4))
    rows = window.locator("[aria-labelledby=grid-ratings] tbody tr")
    for place, values in enumerate(ratings):
        for column, value in enumerate(values):
            rows.nth(place).locator("select").nth(column).select_option(str(value))
    window.get_by_label("Pouvoir et effet subi").check()
    is_saved(window)
    window.locator(".tool").first.evaluate("tool => tool.scrollIntoView()")
    student.pictures("grille-sombre", DESK, "dark")


def a_student_hands_in_a_plan(student: Visitor) -> None:
    window = student.page
    goes_to(window, PLAN)
    adds(window, "Ajouter une promesse\u00a0: à qui\u202f?", "Familles hébergées")
    for line, text in PLANNED.items():
        window.get_by_label(line, exact=True).fill(text)
    window.get_by_label("Niveau").select_option("collaborate")
    window.get_by_label("Méthode").select_option("drafting")
    window.locator(".hand-in__ask button").click()
    window.locator(".hand-in__choice .button--main, .hand-in__line").first.wait_for()
    if window.locator(".hand-in__choice").is_visible():
        window.locator(".hand-in__choice .button--main").click()
    window.locator(".hand-in__line").wait_for()
    window.emulate_media(media="print")
    # A browser's window has no margin of paper.
    window.evaluate("document.body.style.padding = '16mm'")
    window.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    student.pictures("papier", PAPER)


def an_instructor_reviews(instructor: Visitor) -> None:
    window = instructor.opens_alone(WHOLE)
    window.get_by_text("Jamais ouvert").first.wait_for()
    instructor.pictures("classe", TALL_DESK)
    frame = instructor.opens(WHOLE)
    frame.locator(".queue [data-submission]").first.press("Enter")
    frame.locator(".marking__work").wait_for()
    frame.locator(".marking__work").scroll_into_view_if_needed()
    instructor.pictures("relecture", DESK)
    picker = instructor.follows("/activities/new")
    picker.locator(".option .choice input:visible").nth(1).check()
    picker.locator(".option .choice input:visible").nth(3).check()
    instructor.pictures("choix", DESK)


def an_administrator_looks(administrator: Visitor) -> None:
    frame = administrator.follows("/administration/tool")
    with administrator.page.expect_popup() as opened:
        frame.locator("form[target=_blank] button").click()
    administrator.page = opened.value
    administrator.page.locator(".admin-page h1").wait_for()
    administrator.page.goto(f"{administrator.page.url.rstrip('/')}/platforms/1")
    administrator.page.get_by_role("button", name="Tester la connexion").click()
    outcomes = administrator.page.locator("#steps > [data-outcome]")
    expect(outcomes).to_have_count(CONNECTION_STEPS, timeout=WAIT_MS)
    administrator.pictures("administration-sombre", DESK, "dark")


def show_the_tool(executable: str | None) -> None:
    """Take the pictures of docs/ecrans.md."""
    with demonstration() as school, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        student = Visitor(browser, school, STUDENT)
        for act in (a_student_learns, a_student_makes_a_map, a_student_hands_in_a_plan):
            act(student)
        an_instructor_reviews(Visitor(browser, school, INSTRUCTOR))
        an_administrator_looks(Visitor(browser, school, ADMINISTRATOR))
        browser.close()


def main() -> None:
    """Take all the pictures, or those of one page: ``ecrans`` or ``guide``."""
    executable = os.environ.get("CHROMIUM")
    PICTURES.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    if not wanted or "ecrans" in wanted:
        show_the_tool(executable)
    if not wanted or "guide" in wanted:
        class_screenshots.show_a_class(executable)


if __name__ == "__main__":
    main()
