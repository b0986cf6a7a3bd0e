"""Finding one's way in a package: the map on the home page, the glossary, a unit on paper."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform

HOME = "syllabus/syllabus"
UNIT = "metier-sim"
LESSON = "parties-prenantes/recenser"


def unit_on_map(window: Page, title: str) -> Locator:
    return window.locator(".voyage__unit").filter(
        has=window.get_by_role("link", name=title, exact=True)
    )


def test_the_home_page_shows_how_far_one_has_come_and_leads_on(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    learner = Learner(real_platform.launch(page_at(360, 740), window="popup"))
    window = learner.window
    assert isinstance(window, Page)
    journey = window.get_by_role("region", name="Votre parcours")
    first = unit_on_map(window, "Le métier de Social Impact Manager et ses mots")
    expect(journey.get_by_role("link", name="Commencer")).to_be_visible()
    expect(first).to_contain_text("Pas commencée · ")

    for path in [path for path in learner.steps if path.startswith(f"{UNIT}/")][:-1]:
        learner.go_to(path)
    learner.take(f"{UNIT}/quiz-{UNIT}")
    learner.go_to("atelier-carte/carte-du-projet")
    learner.go_to(HOME)
    expect(first).to_contain_text("Terminée · score\u00a0: 100\u202f%")
    workshop = unit_on_map(window, "Atelier\u00a0: votre carte et votre grille")
    expect(workshop).to_contain_text("Vous en êtes ici")
    expect(workshop).to_contain_text("ouvert")
    learner.is_saved()

    window.reload()
    expect(window.locator("h1")).to_be_visible()
    expect(first).to_contain_text("Terminée")
    journey.get_by_role("link", name="Reprendre").press("Enter")
    expect(window.locator("h1")).to_be_focused()
    assert window.url.endswith("#/atelier-carte/carte-du-projet")


def test_a_word_is_looked_up_by_keyboard_and_leads_back_to_where_it_stands(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    learner = Learner(real_platform.launch(page_at(), window="popup"))
    window = learner.window
    assert isinstance(window, Page)
    learner.go_to(LESSON)
    counted = window.locator(".map__progress-words").inner_text()
    word = window.locator(".prose").get_by_role("link", name="grain", exact=True)
    word.press("Enter")
    note = window.get_by_role("dialog", name="Grain")
    expect(note).to_be_focused()
    expect(note).to_contain_text("Taille juste d’un acteur")
    window.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(word).to_be_focused()

    word.press("Enter")
    window.keyboard.press("Tab")
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    expect(window.locator("dt.found")).to_have_text("Grain")
    expect(window.locator("dt.found")).to_be_focused()
    window.get_by_role("link", name="Revenir à la lecture").press("Enter")
    expect(word).to_be_focused()
    expect(word).to_be_in_viewport()
    assert window.locator(".map__progress-words").inner_text() == counted


def test_a_unit_on_paper_is_a_document_of_its_own(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    learner = Learner(real_platform.launch(page_at(), window="popup"))
    window = learner.window
    assert isinstance(window, Page)
    learner.go_to(f"{UNIT}/metier")
    window.emulate_media(media="print")
    window.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    paper = window.locator(".printout")
    expect(window.locator("#player")).to_be_hidden()
    expect(paper.locator("nav, button")).to_have_count(0)
    expect(paper).to_contain_text("Engagement des parties prenantes")
    expect(paper).to_contain_text("Le métier de Social Impact Manager et ses mots")
    expect(paper).to_contain_text("À la fin de cette unité, vous saurez")
    steps = [path for path in learner.steps if path.startswith(f"{UNIT}/")]
    expect(paper.locator(".step > h1")).to_have_count(len(steps))
    asked = learner.activity(f"{UNIT}/quiz-{UNIT}")["questions"]
    expect(paper.locator(".printout__questions > li")).to_have_count(len(asked))
    address = paper.locator(".references a.external:not([href*='doi.org'])").first
    shown = address.evaluate("link => getComputedStyle(link, '::after').content")
    assert str(address.get_attribute("href")) in shown
    width = "table => table.scrollWidth - table.parentElement.clientWidth"
    assert all(table.evaluate(width) <= 0 for table in paper.locator("table").all())
