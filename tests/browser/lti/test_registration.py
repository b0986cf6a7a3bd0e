"""A platform's administrator pastes one address, and the tool registers itself."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT
from classroom.options import CLIENT_ID
from tests.browser.conftest import PageAt
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup

LINK = "Unité 1"


@pytest.fixture(scope="module")
def running_school(tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Its platform registers the tool anew: no school for other files."""
    with open_school(tool_setup, tmp_path_factory.mktemp("school")) as school:
        yield school


def begin_registration(person: Person) -> None:
    """Paste a new invitation's address into the classroom's page."""
    address = person.school.arrimage("platform", "invite", "--name", "La classe").strip()
    person.sign_in(ADMINISTRATOR)
    page = person.page
    page.goto(f"{person.school.classroom_url}/administration")
    page.get_by_role("textbox", name="Adresse d’inscription").fill(address)
    page.get_by_role("button", name="Inscrire un outil").click()


def register(person: Person) -> None:
    begin_registration(person)
    frame = person.frame()
    expect(frame.get_by_text(person.school.classroom_url, exact=True)).to_be_visible()
    frame.get_by_role("button", name="Inscrire cet outil").click()
    # The tool says that it is done, and the classroom goes on.
    person.page.wait_for_url(f"{person.school.classroom_url}/administration")


def dynamic_client_ids(school: School) -> list[str]:
    known = json.loads(school.arrimage("platform", "list", "--json"))
    assert {each["issuer"] for each in known} == {school.classroom_url}
    return [each["client_id"] for each in known if each["client_id"] != CLIENT_ID]


def test_a_tool_that_registered_itself_is_launched_and_sends_grades(person: Person) -> None:
    register(person)
    (client_id,) = dynamic_client_ids(person.school)
    expect(person.page.get_by_text(client_id, exact=True)).to_be_visible()

    person.sign_in(STUDENT)
    learner = person.learn(LINK)
    learner.take(next(path for path in learner.quizzes if path.startswith("metier-sim/")))
    person.grade_arrives(LINK, "100 / 100")

    person.sign_in(INSTRUCTOR)
    person.page.get_by_role("link", name="Ajouter une activité").click()
    picker = person.frame()
    picker.get_by_role("checkbox").first.check()
    picker.get_by_role("button", name="Ajouter au cours").click()
    expect(person.page.locator(".messages")).to_contain_text("Une activité a été ajoutée")

    register(person)
    assert dynamic_client_ids(person.school) == [client_id]
    person.sign_in(STUDENT)
    assert person.learn(LINK).quizzes


def test_a_page_of_another_window_is_told_as_well(person: Person, page_at: PageAt) -> None:
    """Some platforms open the tool in a window, and listen in the page that opened it."""
    begin_registration(person)
    address = person.page.locator("iframe.tool").get_attribute("src") or ""
    opener = page_at(locale="fr-FR")
    opener.goto(f"{person.school.classroom_url}/")
    with opener.expect_popup() as popup:
        opener.evaluate(
            """(address) => {
                window.told = new Promise((told) =>
                    window.addEventListener("message", (event) => told(event.data.subject)));
                window.open(address);
            }""",
            address,
        )
    window: Page = popup.value
    window.get_by_role("button", name="Inscrire cet outil").click()
    assert opener.evaluate("window.told") == "org.imsglobal.lti.close"
    expect(window.get_by_text("Activez l’outil dans la liste")).to_be_visible()
    expect(window.get_by_role("button", name="Fermer cette page")).to_be_visible()
