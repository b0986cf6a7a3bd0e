"""Workshops in a real browser: what one makes, how one gets it back, and who can use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform

MAP = "carte/ma-carte"
GRID = "carte/ma-grille"
SORTING = "suite/mon-tri"
PLAN = "suite/mon-plan"
CHAIN = "suite/ma-chaine"
RADAR = "suite/mon-radar"
PORTFOLIO = "suite/mon-portfolio"
ALL_PATHS = (MAP, GRID, SORTING, PLAN, CHAIN, RADAR, PORTFOLIO)
PROMISE = "Ajouter une promesse\u00a0: à qui\u202f?"
ACTORS = ("Mairie", "Association de quartier", "Imprimerie", "Familles hébergées", "Rivière")


@pytest.fixture
def page(page_at: Callable[..., Page]) -> Page:
    return page_at()


class Maker(Learner):
    """Somebody at work in a workshop."""

    def opens(self, path: str) -> None:
        self.go_to(path)
        expect(self.window.get_by_role("toolbar")).to_be_visible()

    def rows(self, section: str) -> list[list[str]]:
        """What the fields of each row of a section say."""
        rows = self.window.locator(f"[aria-labelledby={section}] tbody tr").all()
        fields = "input:not([type=checkbox]), select, textarea"
        return [[field.input_value() for field in row.locator(fields).all()] for row in rows]

    def adds(self, label: str, *texts: str) -> None:
        for text in texts:
            field = self.window.get_by_label(label, exact=True)
            field.fill(text)
            field.press("Enter")

    def makes_a_map(self) -> None:
        self.adds("Ajouter une partie prenante", *ACTORS)
        self.window.locator("#tie-from").select_option(label="Mairie")
        self.window.locator("#tie-kind").select_option("finances")
        self.window.locator("#tie-to").select_option(label="Association de quartier")
        self.window.get_by_role("button", name="Ajouter ce lien").click()
        self.adds("Ajouter une absence", "Celles et ceux qui travaillent la nuit")
        self.window.locator("[aria-labelledby=map-gaps] textarea").first.fill("Personne ne dort.")

    def rates(self, number: int, power: int, interest: int, effect: int) -> None:
        """Rate the actor of that number."""
        row = self.window.locator("[aria-labelledby=grid-ratings] tbody tr").nth(number - 1)
        for place, rating in enumerate((power, interest, effect)):
            row.locator("select").nth(place).select_option(str(rating))

    def cell(self, title: str) -> str:
        """Who is in that cell, as the list beside the drawing says."""
        entry = self.window.locator(".members > div").filter(
            has=self.window.get_by_text(title, exact=True)
        )
        return entry.locator("dd").inner_text()

    def finished(self, path: str) -> bool:
        """Whether the course's map says that the workshop is done."""
        return (
            self.window.locator(f"nav.map a[href='#/{path}']").get_attribute("data-state") == "done"
        )


def maker(window: Page | Frame) -> Maker:
    return Maker(window)


def test_a_map_is_complete_when_somebody_is_missing_on_it(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    expect(learner.window.locator(".checklist__point[data-done=true]")).to_have_count(0)

    learner.makes_a_map()

    expect(learner.window.locator(".checklist__point[data-done=true]")).to_have_count(3)
    expect(learner.window.locator(f"nav.map a[href='#/{MAP}']")).to_have_attribute(
        "data-state", "done"
    )
    expect(learner.window.locator(".map-drawing__actor")).to_have_count(len(ACTORS))


def test_what_was_done_is_undone_and_done_again(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.adds("Ajouter une partie prenante", "Mairie", "Banque")
    undo = learner.window.get_by_role("button", name="Annuler")

    learner.window.get_by_role("button", name="Retirer Mairie").click()
    assert [row[0] for row in learner.rows("map-actors")] == ["Banque"]
    undo.click()
    assert [row[0] for row in learner.rows("map-actors")] == ["Mairie", "Banque"]
    undo.click()
    undo.click()
    expect(undo).to_have_attribute("aria-disabled", "true")
    learner.window.get_by_role("button", name="Rétablir").click()
    assert [row[0] for row in learner.rows("map-actors")] == ["Mairie"]


def test_a_stakeholder_is_moved_by_keyboard_and_found_in_the_table(
    page: Page, atelier: Platform
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.adds("Ajouter une partie prenante", "Mairie")
    actor = learner.window.get_by_role("button", name="Mairie (Organisation, Participe)")
    before = actor.get_attribute("transform")

    actor.focus()
    actor.press("ArrowDown")
    assert actor.get_attribute("transform") != before
    actor.press("Enter")

    field = learner.window.get_by_label("Rôle ou organisation : Mairie")
    expect(field).to_be_focused()


def test_a_stakeholder_is_dragged_and_stays_where_it_was_put(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page, window="popup"))
    learner.opens(MAP)
    learner.adds("Ajouter une partie prenante", "Mairie")
    actor = learner.window.locator(".map-drawing__actor")
    actor.scroll_into_view_if_needed()
    box = actor.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    mouse = learner.window.page.mouse if isinstance(learner.window, Frame) else learner.window.mouse
    mouse.move(*middle)
    mouse.down()
    mouse.move(middle[0] + 120, middle[1] + 90, steps=4)
    mouse.up()

    moved = actor.bounding_box()
    assert moved is not None
    assert abs(moved["x"] - box["x"] - 120) < 15
    assert abs(moved["y"] - box["y"] - 90) < 15
    learner.window.get_by_role("button", name="Annuler").click()
    back = actor.bounding_box()
    assert back is not None
    assert abs(back["x"] - box["x"]) < 2


def test_a_person_s_name_is_asked_to_give_way_to_a_function(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)

    learner.adds("Ajouter une partie prenante", "Mme Exemple")

    expect(learner.window.locator(".tool__warning")).to_contain_text("données personnelles")


def test_the_grid_reads_the_map_and_warns_of_whom_it_forgets(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()
    learner.opens(GRID)

    learner.rates(1, power=5, interest=5, effect=2)
    learner.rates(4, power=1, interest=2, effect=5)

    assert "1. Mairie" in learner.cell("Acteur clé")
    assert "4. Familles hébergées" in learner.cell("Effort minimal")
    warning = learner.window.locator(".tool__warning")
    expect(warning).to_have_count(1)
    expect(warning).to_contain_text("Familles hébergées subit fortement le projet")
    learner.window.get_by_label("Pouvoir et effet subi").check()
    assert "4. Familles hébergées" in learner.cell("Rencontrer d’abord")
    learner.window.get_by_label("Saillance").check()
    learner.window.get_by_label("Urgence : 4. Familles hébergées").check()
    learner.window.get_by_label("Légitimité : 4. Familles hébergées").check()
    assert "4. Familles hébergées" in learner.cell("Dépendante")


def test_a_grid_without_a_map_says_where_to_begin(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(GRID)

    expect(learner.window.get_by_text("Votre carte est encore vide.")).to_be_visible()
    learner.window.get_by_role("link", name="Revenir à « Ma carte").click()
    expect(learner.window.locator("h1")).to_have_text("Ma carte des parties prenantes")


def test_a_work_is_taken_out_as_a_file_and_in_again(
    page: Page, page_at: Callable[..., Page], atelier: Platform, tmp_path: Path
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()
    with page.expect_download() as download:
        learner.window.get_by_role("button", name="Télécharger mon travail").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8"))["workshop"] == "ma-carte"

    other = maker(atelier.launch(page_at()))
    other.opens(MAP)
    other.window.locator("input[type=file]").set_input_files(file)
    expect(other.window.locator(".workshop__message")).to_contain_text("remplace")

    assert [row[0] for row in other.rows("map-actors")] == list(ACTORS)


@pytest.mark.parametrize("content", ["", "{}", '{"format": "arrimage-work", "version": 1}', "null"])
def test_a_file_that_is_no_work_changes_nothing(
    page: Page, atelier: Platform, tmp_path: Path, content: str
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.adds("Ajouter une partie prenante", "Mairie")
    file = tmp_path / "autre.json"
    file.write_text(content, encoding="utf-8")

    learner.window.locator("input[type=file]").set_input_files(file)

    expect(learner.window.locator(".workshop__message")).to_contain_text("Rien n’a changé.")
    assert [row[0] for row in learner.rows("map-actors")] == ["Mairie"]


def test_a_work_on_paper_says_all_that_it_says_on_the_screen(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()

    learner.window.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")

    printed = learner.window.locator(".printout").text_content() or ""
    missing = ("Celles et ceux qui travaillent la nuit", "Personne ne dort.")
    for words in (*ACTORS, "finance", *missing):
        assert words in printed


def test_a_plan_says_when_its_method_cannot_keep_its_promise(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(PLAN)
    window = learner.window
    learner.adds(PROMISE, "Familles hébergées")

    window.get_by_label("Niveau").select_option("collaborate")
    window.get_by_label("Méthode").select_option("visits")
    expect(window.locator(".tool__warning")).to_contain_text("ne peut pas tenir ce niveau")
    window.get_by_label("Méthode").select_option("drafting")
    expect(window.locator(".tool__warning")).to_have_count(0)

    window.get_by_label("Dernière rencontre").fill("2027-04-23")
    window.get_by_label("Décision").fill("2027-04-02")
    expect(window.locator(".tool__warning")).to_contain_text("ne peut rien changer")
    window.get_by_label("Dernière rencontre").fill("2027-03-02")
    for line in ("But", "Périmètre", "Mandat", "Promesse", "Comment, où, avec qui", "Moyens",
                 "Risques", "Retour", "Indicateur"):  # fmt: skip
        window.get_by_label(line, exact=True).fill("Une phrase.")

    expect(window.locator(".checklist__point[data-done=true]")).to_have_count(3)
    assert learner.finished(PLAN)


def test_whom_one_promises_something_is_proposed_from_the_map(
    page: Page, atelier: Platform
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()
    learner.opens(PLAN)

    options = learner.window.locator("datalist option")
    assert [option.get_attribute("value") for option in options.all()] == list(ACTORS)


def test_a_chain_is_complete_when_a_hypothesis_can_be_disproved(
    page: Page, atelier: Platform
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(CHAIN)
    for label in (
        "une ressource",
        "une activité",
        "une réalisation",
        "un effet",
        "un effet non voulu",
    ):
        learner.adds(f"Ajouter {label}", "Quelque chose de précis")
    learner.adds("Ajouter un impact attendu", "Quelque chose qui dure")
    for stage in ("effects", "impact"):
        signs = learner.window.locator(f"[aria-labelledby=chain-{stage}] textarea")
        signs.nth(1).fill("Un signe que chacun peut constater.")
    learner.adds(
        "Ajouter un «\u00a0si\u00a0» entre «\u00a0Activités\u00a0» et «\u00a0Réalisations\u00a0»",
        "On y vient.",
    )
    assert not learner.finished(CHAIN)

    learner.window.locator(".chain__between textarea").nth(1).fill("Personne ne revient.")

    expect(learner.window.locator(".checklist__point[data-done=true]")).to_have_count(4)
    assert learner.finished(CHAIN)


def test_a_radar_wants_a_proof_and_ranks_nobody(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(RADAR)
    window = learner.window
    axes = window.locator(".sheet")
    for axis in axes.all():
        axis.get_by_label("Avant le module").select_option("2")
        axis.get_by_label("Aujourd’hui").select_option("4")
    points = window.locator(".checklist__point")
    expect(points.last).to_contain_text("il en reste 4")

    for axis in axes.all():
        axis.get_by_label("Preuve").fill("Une carte corrigée avec le centre social, le 3 mars.")

    assert learner.finished(RADAR)
    shown = window.locator(".tool--radar").inner_text()
    assert not any(word in shown.lower() for word in ("moyenne", "total", "classement", "rang"))


def test_a_case_is_answered_with_a_reason_and_may_be_sorted_again(
    page: Page, atelier: Platform
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(SORTING)
    gift, meals = learner.window.locator(".sorting__case").all()

    gift.get_by_label("Achat").check()
    expect(gift).to_contain_text("Un achat suppose un prix")
    gift.get_by_label("Recherche partagée").check()
    expect(gift).to_contain_text("Relisez le cas")
    gift.get_by_label("Mécénat").check()
    expect(gift).to_contain_text("Rien ne revient à l’entreprise.")
    assert not learner.finished(SORTING)
    meals.get_by_label("Achat").check()
    assert learner.finished(SORTING)


def test_a_portfolio_gathers_what_was_made(page: Page, atelier: Platform) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()
    learner.opens(PORTFOLIO)
    pieces = learner.window.locator(".portfolio__piece")
    expect(pieces).to_have_count(5)
    expect(pieces.nth(1)).to_contain_text("Vous n’avez pas encore commencé cette pièce.")

    pieces.first.get_by_text("Voir ma pièce").click()
    expect(pieces.first).to_contain_text("Familles hébergées")
    caption = pieces.first.get_by_label("Le contexte, ma part, mon choix, la limite")
    caption.fill("Je commencerais par qui manque, et non par qui est là.")
    for question in learner.window.locator(".sheet").last.locator("textarea").all():
        question.fill("Une réponse assez longue pour que l’on puisse la relire dans un an.")

    done = learner.window.locator(".checklist__point[data-done=true]")
    expect(done).to_have_count(2)
    expect(learner.window.locator(".checklist__point").first).to_contain_text("il en reste 4")


def test_a_blank_sheet_holds_nothing_of_one_s_work_and_the_next_print_does(
    page: Page, atelier: Platform
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(MAP)
    learner.makes_a_map()
    papers: list[str] = learner.window.evaluate(
        """() => {
          const papers = [];
          window.print = () => {
            window.dispatchEvent(new Event('beforeprint'));
            papers.push(document.querySelector('.printout').textContent);
            window.dispatchEvent(new Event('afterprint'));
          };
          const press = (name) => [...document.querySelectorAll('.tool-button')]
            .find((button) => button.textContent === name).click();
          press('Fiche vierge');
          press('Imprimer');
          return papers;
        }"""
    )
    blank, own = papers
    assert [actor for actor in ACTORS if actor in blank] == []
    assert [actor for actor in ACTORS if actor in own] == list(ACTORS)
    assert "Qui manque" in blank


@pytest.mark.parametrize("path", ALL_PATHS)
def test_every_workshop_is_printed_empty_with_room_to_write(
    page: Page, atelier: Platform, path: str
) -> None:
    learner = maker(atelier.launch(page))
    learner.opens(path)

    learner.window.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")

    assert learner.window.locator(".printout__sheet").count() >= 1
