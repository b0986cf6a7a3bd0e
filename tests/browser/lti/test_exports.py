"""The export page, in a real browser: from a choice to a package, and to the package again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scorm_packages.check import check_package
from tests.browser.lti.conftest import THIRD_PARTY_COOKIES_ALLOWED, Chromium, OpenBrowser
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup

PARTNER = "essec"
DESIGNERS_PAGE = "/exports"


@pytest.fixture(scope="module")
def running_school(tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school without packages: none for other files."""
    with open_school(tool_setup, tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture
def browser_of_somebody(open_browser: OpenBrowser) -> BrowserContext:
    return open_browser(THIRD_PARTY_COOKIES_ALLOWED)


def enter(page: Page, school: School) -> None:
    page.goto(school.arrimage("admin", "enter").strip())
    page.locator("form button").click()
    expect(page.locator(".admin-page")).to_be_visible()
    page.goto(f"{school.tool_url}{DESIGNERS_PAGE}")


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as began:
        page.get_by_role("link", name=re.compile("Télécharger")).first.click()
    file = folder / began.value.suggested_filename
    began.value.save_as(file)
    return file


def test_a_package_is_chosen_seen_made_fetched_sent_and_fetched_again(
    browser_of_somebody: BrowserContext, running_school: School, tmp_path: Path
) -> None:
    page = browser_of_somebody.new_page()
    enter(page, running_school)

    # What is chosen shows at once, and stays in the address.
    page.get_by_label("Partenaire", exact=True).select_option(PARTNER)
    expect(page.locator("#told")).to_have_text("Le formulaire et l’aperçu sont à jour.")
    assert f"partner={PARTNER}" in page.url
    preview = page.frame_locator("#preview")
    page.get_by_label("Téléphone", exact=True).check()
    expect(preview.locator("main h1")).to_be_visible()
    # A phone has the map behind a button; a wide page has its links, which then go.
    expect(preview.get_by_role("button", name="Plan", exact=True)).to_be_visible()
    preview.get_by_role("link", name="Commencer", exact=False).first.click()
    expect(preview.locator("main h1")).not_to_have_text("Présentation et syllabus")
    frame = page.frame(url=re.compile("/exports/preview/"))
    assert frame is not None
    assert frame.evaluate("origin") == "null"
    # What is wrong shows at its field, and the preview waits.
    page.get_by_label("Seuil de réussite").fill("101")
    page.keyboard.press("Tab")
    expect(page.locator("#option-mastery-problem")).to_be_visible()
    page.get_by_label("Seuil de réussite").fill("75")
    page.keyboard.press("Tab")
    expect(page.locator("#option-mastery-problem")).to_have_count(0)

    page.get_by_role("button", name="Faire le paquet").click()
    expect(page.get_by_role("heading", name="Contrôle")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("Le paquet est fait")
    expect(page.locator(".admin-page")).to_contain_text("75")
    first = download(page, tmp_path)
    assert first.name.endswith(f"-fr-{PARTNER}-scorm12.zip")
    assert check_package(first).errors == ()
    assert check_package(first).kind == "scorm12"

    page.get_by_label("À qui").fill("Cellule pédagogique")
    page.get_by_role("button", name="Noter l’envoi").click()
    expect(page.get_by_text("Cellule pédagogique").first).to_be_visible()
    page.goto(f"{running_school.tool_url}/exports/history?partner={PARTNER}")
    line = page.locator("tbody tr").first
    expect(line).to_contain_text("Cellule pédagogique")
    (tmp_path / "again").mkdir()
    assert download(page, tmp_path / "again").read_bytes() == first.read_bytes()


def test_the_whole_way_is_open_without_scripts(
    running_school: School, chromium_with: Chromium, tmp_path: Path
) -> None:
    browser = chromium_with(THIRD_PARTY_COOKIES_ALLOWED)
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    enter(page, running_school)
    page.get_by_label("Partenaire", exact=True).select_option(PARTNER)
    page.get_by_role("button", name="Mettre à jour la page").click()
    expect(page.get_by_label("Partenaire", exact=True)).to_have_value(PARTNER)
    page.get_by_label("EPUB 3").check()
    page.get_by_role("button", name="Faire le paquet").click()
    # The page of the job comes anew by itself, until there is the package's.
    expect(page.get_by_role("heading", name="Contrôle")).to_be_visible()
    assert download(page, tmp_path).suffix == ".epub"
    context.close()
