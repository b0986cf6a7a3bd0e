"""The administration page, in a real browser, against the classroom."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from classroom.accounts import ADMINISTRATOR, STUDENT
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup

PASSWORD = "une longue phrase de passe"
LINK = "Unité 1"
STEPS = 9


@pytest.fixture(scope="module")
def running_school(tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Its platforms come and go, and let administrators in: no school for other files."""
    with open_school(tool_setup, tmp_path_factory.mktemp("school")) as school:
        yield school


def sign_in(page: Page, school: School) -> None:
    """Enter by the password, as set by the command."""
    school.arrimage("admin", "password", "--stdin", told=PASSWORD)
    page.goto(school.administration_url)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("heading", name="Vue d’ensemble", level=1)).to_be_visible()


def test_an_administrator_signs_in_adds_a_platform_invites_and_leaves(person: Person) -> None:
    page, school = person.page, person.school
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, school)
    page.get_by_role("link", name="Plateformes", exact=True).click()
    page.get_by_role("link", name="Inscrire à la main").click()
    page.get_by_role("button", name="Copier Clés publiques (JWKS)").click()
    expect(page.locator("#told")).to_have_text("Copié.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{school.tool_url}/.well-known/jwks.json"
    page.get_by_role("button", name="Inscrire la plateforme").click()
    # Without what is missing the form comes back, and the reader is taken to the list of it.
    expect(page.locator("#mistakes")).to_be_focused()
    expect(page.get_by_label("Nom", exact=True)).to_have_attribute("aria-invalid", "true")
    for label, value in {
        "Nom": "Une autre école",
        "Émetteur (issuer)": "https://ecole.test",
        "Identifiant client": "un-client",
        "Adresse d’authentification": "https://ecole.test/auth",
        "Adresse des jetons": "https://ecole.test/token",
        "Adresse des clés publiques (JWKS)": "https://ecole.test/jwks",
    }.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Inscrire la plateforme").click()
    expect(page.get_by_role("heading", name="Une autre école")).to_be_visible()
    assert "https://ecole.test" in school.arrimage("platform", "list")

    page.get_by_role("link", name="Retirer…").click()
    page.get_by_role("button", name="Retirer la plateforme").click()
    expect(page.get_by_role("status").first).to_contain_text("retirée")

    page.get_by_role("link", name="Invitations", exact=True).click()
    page.get_by_role("button", name="Faire une invitation").click()
    page.get_by_role("button", name="Copier Adresse d’inscription").click()
    expect(page.locator("#told")).to_have_text("Copié.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{school.tool_url}/lti/register?invitation=")
    page.get_by_role("link", name="Invitations", exact=True).click()
    expect(page.get_by_text(address)).to_have_count(0)

    page.get_by_role("button", name="Sortir").click()
    page.goto(f"{school.administration_url}/keys")
    expect(page.get_by_label("Mot de passe")).to_be_visible()


def test_the_connection_with_the_classroom_is_tested_step_by_step(person: Person) -> None:
    person.sign_in(STUDENT)
    person.learn(LINK)
    page = person.page
    sign_in(page, person.school)
    page.get_by_role("link", name="Plateformes", exact=True).click()
    page.locator(".cards").get_by_role("link").first.click()
    page.get_by_role("button", name="Tester la connexion").click()
    expect(page.locator("#steps > [data-outcome=ok]")).to_have_count(STEPS)
    expect(page.locator("#told")).to_contain_text("Échecs\u00a0: 0")
    # The launch is told with its class and no name.
    expect(page.get_by_text("Apprentissage").first).to_be_visible()
    expect(page.get_by_text(STUDENT.name)).to_have_count(0)


def test_a_platform_s_administrator_enters_from_a_frame_without_third_party_cookies(
    person: Person,
) -> None:
    school = person.school
    for known in json.loads(school.arrimage("platform", "list", "--json")):
        school.arrimage("platform", "administrators", str(known["id"]), "--allow")
    person.sign_in(ADMINISTRATOR)
    page = person.page
    page.goto(f"{school.classroom_url}/administration")
    page.get_by_role("link", name="Administrer l’outil").click()
    with page.expect_popup() as popup:
        person.frame().get_by_role("button", name="Entrer (nouvel onglet)").click()
    window = popup.value
    expect(window.get_by_role("heading", name="Vue d’ensemble", level=1)).to_be_visible()
    window.reload()
    expect(window.get_by_role("heading", name="Vue d’ensemble", level=1)).to_be_visible()


def test_a_ticket_of_the_command_line_lets_in(person: Person) -> None:
    page = person.page
    page.goto(person.school.arrimage("admin", "enter").strip())
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("heading", name="Vue d’ensemble", level=1)).to_be_visible()
