"""Two members of a group make one map together."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, expect

from classroom.accounts import INSTRUCTOR, OTHER_STUDENT, STUDENT, Account
from course_content.loader import load_course
from tests.browser.lti.conftest import THIRD_PARTY_COOKIES_BLOCKED, OpenBrowser
from tests.browser.lti.looks import AxeFindings
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup

pytestmark = pytest.mark.long

LINK = "Module 3 (entier)"
SLUG = "engagement-parties-prenantes"
"""The course that the classroom's links name; here it is the small one with workshops."""
MAP = "carte/ma-carte"
ATELIER = Path(__file__).parents[2] / "courses" / "atelier"
ADD = "Ajouter une partie prenante"


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    root = tmp_path / "courses"
    shutil.copytree(ATELIER, root / SLUG)
    return root


@pytest.fixture
def united(
    tool_setup: Setup, tmp_path: Path, courses: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[School]:
    """A school whose two students are in one group, which its platform lists."""
    folder = tmp_path / "school"
    folder.mkdir()
    monkeypatch.setenv("ARRIMAGE_COURSES", str(courses))
    with open_school(tool_setup, folder, "--one-group") as school:
        yield school


def opens_the_map(person: Person, account: Account) -> Frame:
    person.sign_in(account)
    learner = person.learn(LINK)
    learner.go_to(MAP)
    frame = learner.window
    assert isinstance(frame, Frame)
    expect(frame.get_by_role("heading", name="Les parties prenantes", exact=True)).to_be_visible()
    return frame


def adds(frame: Frame, name: str) -> None:
    field = frame.get_by_label(ADD)
    field.fill(name)
    field.press("Enter")


def note_of(frame: Frame, name: str) -> Locator:
    """Where the note of an actor is written."""
    return frame.locator(f"textarea[aria-label$='\u00a0: {name}']")


def opens_the_course(person: Person) -> Frame:
    """Open the map as who teaches sees it."""
    person.sign_in(INSTRUCTOR)
    frame = person.open(LINK)
    frame.get_by_role("button", name="Voir le module comme mes étudiantes et étudiants").click()
    expect(frame.locator("nav.map")).to_be_attached()
    frame.evaluate(f"location.hash = '#/{MAP}'")
    return frame


def test_two_members_see_one_map_and_lose_nothing(
    united: School, courses: Path, open_browser: OpenBrowser, findings: AxeFindings
) -> None:
    course = load_course(courses / SLUG)
    one, other, teacher = (
        Person(open_browser(THIRD_PARTY_COOKIES_BLOCKED).new_page(), united, course)
        for _person in range(3)
    )
    alix = opens_the_map(one, STUDENT)
    expect(alix.get_by_label("Travail de groupe")).to_contain_text("Groupe A")
    claude = opens_the_map(other, OTHER_STUDENT)
    expect(claude.get_by_label("Travail de groupe")).to_contain_text(STUDENT.name)

    # What each adds arrives at the other, while both have the page open.
    adds(alix, "Mairie")
    expect(note_of(claude, "Mairie")).to_be_visible()
    adds(claude, "Collège")
    expect(note_of(alix, "Collège")).to_be_visible()

    # Somebody who writes keeps their place and their words while others change the map.
    writing = note_of(alix, "Mairie")
    writing.press_sequentially("élue")
    adds(claude, "Lycée")
    expect(note_of(alix, "Lycée")).to_be_visible()
    expect(writing).to_be_focused()
    expect(writing).to_have_value("élue")

    # Of two texts in one field the later holds; the other is announced, and can be put back.
    theirs = note_of(claude, "Mairie")
    expect(theirs).to_have_value("élue")
    theirs.fill("nommée")
    expect(alix.get_by_label("Travail de groupe")).to_contain_text(
        "Modifié entre-temps par un membre de votre groupe."
    )
    expect(writing).to_have_value("élue")
    alix.get_by_label("Travail de groupe").locator("summary").click()
    expect(writing).to_have_value("nommée")
    assert findings(one.page) == []
    alix.get_by_role("button", name="Remettre – ").click()
    expect(writing).to_have_value("élue")
    theirs.press("Tab")
    expect(theirs).to_have_value("élue")

    # Undoing takes back one's own change only: what the other one did last stays.
    alix.get_by_role("button", name="Retirer Lycée").click()
    expect(note_of(claude, "Lycée")).to_have_count(0)
    expect(claude.get_by_label("Travail de groupe")).to_contain_text("Modifié entre-temps")
    alix.get_by_role("button", name="Annuler", exact=True).click()
    expect(note_of(claude, "Lycée")).to_be_visible()

    # Who teaches looks at the group's map from the preview, and changes nothing.
    window = opens_the_course(teacher)
    window.get_by_label("Groupe", exact=True).select_option(label="Groupe A")
    window.get_by_role("button", name="Ouvrir le travail de ce groupe").click()
    expect(note_of(window, "Mairie")).to_have_value("élue")
    expect(window.get_by_label("Travail de groupe")).to_contain_text(OTHER_STUDENT.name)
    assert findings(teacher.page) == []
