"""A site as somebody gets it: unpacked into a folder, and opened from there."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from course_content.loader import load_course
from scorm_packages.html import Html
from tests.browser.conftest import PageAt
from tests.browser.looks import look_at
from tests.browser.scorm.test_workshops import MAP
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind

WITHOUT_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
});"""


def unpacked(package: Path) -> str:
    """The address of the page in the folder that the archive gives."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(package.parent)
    (index,) = package.parent.glob("*/index.html")
    return index.as_uri()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("site")
    return unpacked(box(every_kind(tmp_path_factory.mktemp("course")), Html(), folder))


def test_what_one_did_is_there_when_one_opens_the_course_again(page_at: PageAt, site: str) -> None:
    page = page_at()
    page.goto(f"{site}#/unite-un/lecon")
    expect(page.locator("h1")).to_have_text("Leçon")
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert page.get_by_role("img", name="Un plan").evaluate(drawn) > 0
    page.goto(f"{site}#/unite-deux/quiz-deux")
    page.locator(".quiz__welcome button").click()
    page.get_by_text("Choix b").click()
    page.locator(".question__after button[type=submit]").click()
    expect(page.locator(".verdict")).to_contain_text("À propos de b.")
    expect(page.locator(".save-status")).to_have_text("Enregistré dans ce navigateur")

    page.reload()

    expect(page.locator("h1")).to_have_text("Quiz deux")
    expect(page.locator(".result")).to_contain_text("1 réponse exacte sur 1")


def test_a_workshop_s_work_is_there_too(page_at: PageAt, tmp_path: Path) -> None:
    address = unpacked(box(load_course(COURSES / "atelier"), Html(), tmp_path))
    page = page_at()
    page.goto(f"{address}#/{MAP}")
    field = page.get_by_label("Ajouter une partie prenante", exact=True)
    field.fill("Mairie")
    field.press("Enter")
    expect(page.locator("#tie-from")).to_contain_text("Mairie")

    page.reload()

    expect(page.locator("#tie-from")).to_contain_text("Mairie")


def test_a_page_that_was_opened_without_its_folder_says_what_to_do(
    page_at: PageAt, site: str, tmp_path: Path
) -> None:
    """As archives show one file of theirs, which is a folder of its own then."""
    alone = tmp_path / "index.html"
    alone.write_bytes(Path(site.removeprefix("file://")).read_bytes())
    page = page_at(360, 740)
    page.goto(alone.as_uri())
    expect(page.get_by_text("Décompressez d’abord l’archive entière")).to_be_visible()
    page.goto(site)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("Décompressez d’abord")).to_have_count(0)


def test_a_unit_whose_file_is_gone_is_told_of(page_at: PageAt, tmp_path: Path) -> None:
    address = unpacked(box(every_kind(tmp_path / "course"), Html(), tmp_path))
    (tmp_path / "tous-les-genres" / "unit-unite-un.js").unlink()
    page = page_at()
    page.goto(f"{address}#/unite-un/lecon")
    expect(page.get_by_text("Un fichier du cours n’est pas à sa place")).to_be_visible()


def test_a_browser_that_keeps_nothing_says_so_and_gives_out_the_work(
    page_at: PageAt, tmp_path: Path
) -> None:
    page = page_at()
    page.add_init_script(WITHOUT_STORAGE)
    address = unpacked(box(load_course(COURSES / "atelier"), Html(), tmp_path))
    page.goto(f"{address}#/{MAP}")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Ce navigateur ne garde pas votre travail")
    expect(notice).to_contain_text("Ouvrez le cours dans un autre navigateur")
    field = page.get_by_label("Ajouter une partie prenante", exact=True)
    field.fill("Mairie")
    field.press("Enter")
    with page.expect_download() as download:
        notice.get_by_role("button", name="Télécharger tout mon travail").click()
    assert "Mairie" in download.value.path().read_text(encoding="utf-8")
    assert look_at(page) == []
