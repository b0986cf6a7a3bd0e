"""What helps to read: one's own settings of the page, in a package on a platform."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform

COMFORT = "Confort de lecture"
SEARCH = "Chercher dans le cours"


def looks(window: Page | Frame) -> dict[str, str]:
    return dict(window.evaluate("() => ({...document.documentElement.dataset})"))


def ground(window: Page | Frame) -> str:
    return str(window.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_settings_are_chosen_by_keyboard_and_found_again(
    page_at: Callable[..., Page], platform: Platform
) -> None:
    page = page_at()
    window = Learner(platform.launch(page, window="popup")).window
    button = window.get_by_role("button", name=COMFORT)
    light = ground(window)

    button.focus()
    window.keyboard.press("Enter")
    expect(window.get_by_role("dialog", name=COMFORT)).to_be_visible()
    window.get_by_role("group", name="Taille du texte").get_by_role("radio").first.focus()
    window.keyboard.press("ArrowRight")
    expect(window.get_by_label("Grande", exact=True)).to_be_checked()
    window.get_by_label("Sombre").focus()
    window.keyboard.press("Space")
    window.keyboard.press("Escape")

    expect(button).to_be_focused()
    assert looks(window) == {
        "size": "115",
        "spacing": "usual",
        "contrast": "usual",
        "theme": "dark",
    }
    assert ground(window) != light
    window.reload()
    expect(window.locator("h1")).to_be_visible()
    assert (looks(window)["size"], looks(window)["theme"]) == ("115", "dark")


def test_a_search_by_keyboard_leads_to_the_passage(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    window = Learner(real_platform.launch(page_at(360, 740), window="popup")).window
    window.get_by_role("button", name="Chercher", exact=True).focus()
    window.keyboard.press("Enter")
    expect(window.get_by_label(SEARCH)).to_be_focused()
    window.keyboard.type("LEGITIMITE d'un absent")
    counted = window.get_by_role("status").filter(has_text="trouvé")
    expect(counted).to_contain_text("passage")
    entries = window.locator(".results__entry")
    assert "légitimité" in marks(entries.first)

    window.keyboard.press("ArrowDown")
    words = marks(entries.first)
    window.keyboard.press("Enter")

    passage = window.locator(".found")
    expect(passage).to_be_focused()
    assert all(word in passage.inner_text().lower() for word in words)


def test_a_term_is_found_where_it_is_defined(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    window = Learner(real_platform.launch(page_at(), window="popup")).window
    window.get_by_role("button", name="Chercher", exact=True).click()
    window.get_by_label(SEARCH).fill("poids mort")
    first = window.locator(".results__entry").first
    expect(first.get_by_role("link")).to_have_text("Poids mort")
    expect(first).to_contain_text("Glossaire")
    expect(first).to_contain_text("serait arrivé")
    first.get_by_role("link").click()
    expect(window.locator("dt.found")).to_have_text("Poids mort")
    expect(window.locator("dt.found")).to_be_in_viewport()


def test_a_search_that_finds_nothing_says_so(
    page_at: Callable[..., Page], platform: Platform
) -> None:
    window = Learner(platform.launch(page_at(), window="popup")).window
    window.get_by_role("button", name="Chercher", exact=True).click()
    window.get_by_label(SEARCH).fill("introuvablement")
    expect(window.get_by_role("status").filter(has_text="Rien pour")).to_be_visible()
    expect(window.locator(".results__entry")).to_have_count(0)


def marks(entry: Locator) -> set[str]:
    """The words that an entry marks, in small letters."""
    return {word.lower() for word in entry.locator("mark").all_inner_texts()}
