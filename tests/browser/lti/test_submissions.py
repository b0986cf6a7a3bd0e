"""A work goes to the instructor, comes back, goes again, and its grade arrives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, expect

from classroom.accounts import INSTRUCTOR, STUDENT
from course_content.loader import load_course
from tests.browser.lti.looks import AxeFindings
from tests.browser.lti.person import Person
from tests.browser.lti.school import open_school
from tests.browser.lti.setups import Setup

LINK = "Module 3 (entier)"
SLUG = "engagement-parties-prenantes"
"""The course that the classroom's links name; here it is the small one with workshops."""
PLAN = "suite/mon-plan"
ATELIER = Path(__file__).parents[2] / "courses" / "atelier"


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """The small course, whose plan is here each learner's own (groups: test_group_work)."""
    root = tmp_path / "courses"
    shutil.copytree(ATELIER, root / SLUG)
    plan = root / SLUG / "prototyper" / "suite" / "plan.yaml"
    shared = plan.read_text(encoding="utf-8")
    plan.write_text(shared.replace("group: true\n", ""), encoding="utf-8")
    return root


def opens_the_plan(person: Person) -> Frame:
    learner = person.learn(LINK)
    learner.go_to(PLAN)
    expect(learner.window.get_by_role("heading", name="Remettre mon travail")).to_be_visible()
    assert isinstance(learner.window, Frame)
    return learner.window


def reviews(person: Person) -> Frame:
    """Open the work that waits, from the class page."""
    frame = person.open(LINK)
    frame.get_by_role("button", name=f"Relire le travail de {STUDENT.name}").click()
    expect(frame.get_by_role("heading", name=f"Travail de {STUDENT.name}")).to_be_visible()
    return frame


def hands_in(frame: Frame, button: str) -> None:
    """Hand in a work although something is missing."""
    frame.get_by_role("button", name=button).click()
    expect(frame.get_by_text("Il manque encore à votre travail")).to_be_focused()
    frame.get_by_role("button", name="Remettre quand même").click()
    expect(frame.locator(".hand-in__line").first).to_contain_text("Remis, pas encore relu.")


def returns_it(frame: Frame, comment: str) -> None:
    """Write a review, leave in the middle, come back, and return the work."""
    expect(frame.locator(".marking__work")).to_contain_text("Imprimerie")
    frame.get_by_label("2 points – Elle est écrite.").check()
    expect(frame.locator(".marking__total")).to_have_text("2 points sur 8")
    frame.get_by_label("Commentaire").fill(comment)
    expect(frame.get_by_text("Relecture enregistrée.")).to_be_visible()
    frame.evaluate("location.reload()")
    expect(frame.get_by_label("Commentaire")).to_have_value(comment)
    frame.get_by_role("button", name="Accepter").click()
    expect(frame.get_by_role("alert")).to_contain_text("Il reste un critère sans niveau.")
    frame.get_by_role("button", name="Rendre pour reprise").click()
    expect(frame.get_by_text("Travail rendu pour reprise")).to_be_visible()


def accepts_it_in_english(person: Person, findings: AxeFindings) -> None:
    """Review the work as somebody who reads English: what is around it speaks English."""
    classroom = person.school.classroom_url
    path = person.card(LINK).locator("a").first.get_attribute("href")
    person.page.request.get(f"{classroom}/", params={"lang": "en"})
    person.page.goto(f"{classroom}{path}")
    frame = person.frame()
    frame.get_by_role("button", name=f"Review the work of {STUDENT.name}").click()
    expect(frame.get_by_role("heading", name="Your review")).to_be_visible()
    for around in ("h1", ".marking__total", ".marking__others summary"):
        assert spoken_in(frame, around) == "en", around
    for inside in ("legend", ".marking__level span span", ".printout__sheet caption"):
        assert spoken_in(frame, inside) == "fr", inside
    assert findings(person.page) == []
    frame.get_by_label("5 points").check()
    frame.get_by_label("0 points – Elle manque.").nth(1).check()
    frame.get_by_role("button", name="Accept").click()
    expect(frame.get_by_text("Work accepted.")).to_be_visible()


def spoken_in(frame: Frame, selector: str) -> str:
    """The language of the first element there, as a screen reader is told (WCAG 2.2, 3.1.2)."""
    asked = "element => element.closest('[lang]').lang"
    return str(frame.locator(selector).first.evaluate(asked))


def test_a_work_is_returned_handed_in_again_and_accepted(
    tmp_path: Path,
    tool_setup: Setup,
    courses: Path,
    strict_browser: BrowserContext,
    monkeypatch: pytest.MonkeyPatch,
    findings: AxeFindings,
) -> None:
    folder = tmp_path / "school"
    folder.mkdir()
    monkeypatch.setenv("ARRIMAGE_COURSES", str(courses))
    with open_school(tool_setup, folder) as school:
        person = Person(strict_browser.new_page(), school, load_course(courses / SLUG))
        person.sign_in(STUDENT)
        frame = opens_the_plan(person)
        field = frame.get_by_label("Ajouter une promesse\u00a0: à qui\u202f?")
        field.fill("Imprimerie")
        field.press("Enter")
        hands_in(frame, "Remettre mon travail")

        person.sign_in(INSTRUCTOR)
        expect(person.open(LINK).locator(".queue")).to_contain_text("Remise n°\u00a01")
        assert findings(person.page) == []
        frame = reviews(person)
        assert findings(person.page) == []
        returns_it(frame, "Quelle décision\u202f?")
        frame.get_by_role("button", name="Revenir à la classe").click()
        expect(frame.get_by_text("Aucun travail n’attend de relecture.")).to_be_visible()

        person.sign_in(STUDENT)
        frame = opens_the_plan(person)
        expect(frame.locator(".decision__comment")).to_have_text("Quelle décision\u202f?")
        assert findings(person.page) == []
        hands_in(frame, "Remettre à nouveau")

        person.sign_in(INSTRUCTOR)
        accepts_it_in_english(person, findings)

        person.sign_in(STUDENT)
        person.page.goto(f"{school.classroom_url}/")
        person.grade_arrives(LINK, "62,5 / 100")
        frame = opens_the_plan(person)
        expect(frame.get_by_text("5 points sur 8").first).to_be_visible()
        expect(frame.get_by_text("il n’y a plus rien à remettre")).to_be_visible()
