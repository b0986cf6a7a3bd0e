"""A teacher finds, orders and dates several things in the picker; a student lands on one."""

from __future__ import annotations

import re

from playwright.sync_api import Frame, Locator, expect

from classroom.accounts import INSTRUCTOR, STUDENT
from tests.browser.lti.person import Person, ToolLearner

QUIZ = "quiz-metier-sim"
DUE = "2031-05-12T18:30"


def open_picker(person: Person) -> Frame:
    """Open the picker in a frame of the classroom, as narrow as a phone."""
    person.sign_in(INSTRUCTOR)
    person.page.set_viewport_size({"width": 360, "height": 740})
    person.page.get_by_role("link", name="Ajouter une activité").click()
    picker = person.frame()
    expect(picker.get_by_label("Chercher dans les contenus")).to_be_visible()
    return picker


def shown(picker: Frame) -> Locator:
    return picker.locator(".option:not([hidden])")


def picked(picker: Frame) -> Locator:
    return picker.locator(".picked-item")


def test_several_things_are_found_ordered_and_set_and_a_student_lands_on_the_activity(
    person: Person,
) -> None:
    activity = person.course.activity(QUIZ).title["fr"]
    unit = person.course.unit("parties-prenantes").title["fr"]
    picker = open_picker(person)
    everything = shown(picker).count()

    search = picker.get_by_label("Chercher dans les contenus")
    search.fill("QUESTIONNAIRE métier")
    expect(picker.locator("#found")).to_have_text("1 contenu trouvé.")
    assert shown(picker).count() < everything
    picker.get_by_role("checkbox", name=activity).check()
    search.fill("unite")
    expect(picker.locator("#found")).to_have_text(re.compile(r"^\d+ contenus trouvés\.$"))
    search.fill(unit.upper())
    expect(picker.locator("#found")).to_have_text("1 contenu trouvé.")
    search.press("ArrowDown")
    expect(picker.get_by_role("checkbox", name=f"Unité {unit}")).to_be_focused()
    picker.get_by_role("checkbox", name=f"Unité {unit}").press("Space")
    search.press("Escape")
    expect(shown(picker)).to_have_count(everything)

    picker.get_by_role("checkbox", name=re.compile("^Présentation")).check()
    expect(picker.locator(".picker-count")).to_have_text("3 contenus choisis.")
    third = picked(picker).nth(2)
    for _ in range(2):
        third = picked(picker).filter(has_text="Présentation").first
        third.get_by_role("button", name="Monter").press("Enter")
        expect(third.get_by_role("button", name="Monter")).to_be_focused()
    expect(picked(picker).first).to_contain_text("Présentation")

    settings = picked(picker).filter(has_text=activity)
    settings.get_by_text("Titre, note et dates").click()
    settings.get_by_label("Titre dans le cours").fill("Premier <b>contrôle</b>")
    settings.get_by_label("Note maximale").fill("20")
    settings.get_by_label("À rendre avant le").fill(DUE)
    picked(picker).filter(has_text=unit).get_by_role("button", name="Retirer").click()
    expect(picked(picker)).to_have_count(2)
    expect(picker.get_by_role("checkbox", name=f"Unité {unit}")).not_to_be_checked()
    picker.get_by_role("button", name="Ajouter au cours").click()

    expect(person.page.locator(".messages")).to_contain_text("Activités ajoutées au cours : 2")
    titles = person.page.locator(".link h3").all_text_contents()
    assert titles[-1] == "Premier <b>contrôle</b>"
    expect(person.card(titles[-1])).to_contain_text("Notée sur 20")
    expect(person.card(titles[-2])).to_contain_text("Sans note")

    person.page.set_viewport_size({"width": 1280, "height": 900})
    person.sign_in(STUDENT)
    learner = person.learn(titles[-1])
    expect(learner.window.locator("h1")).to_have_text(activity)
    expect(learner.window.locator("nav.map .map__step")).to_have_count(1)
    expect(learner.window.locator(".due")).to_contain_text("À rendre avant le 12 mai 2031")
    learner.take(f"metier-sim/{QUIZ}")
    person.grade_arrives(titles[-1], "20 / 20")

    syllabus = ToolLearner(person.open(titles[-2]), person.course)
    syllabus.is_at("syllabus/syllabus")


def test_the_preview_opens_in_the_picker_and_closes_with_the_focus_where_it_was(
    person: Person,
) -> None:
    picker = open_picker(person)
    opener = picker.get_by_role("button", name=re.compile("^Aperçu Questionnaire")).first
    opener.focus()
    opener.press("Enter")
    shown_frame = picker.frame_locator("#preview iframe")
    expect(shown_frame.locator(".preview-questions > li").first).to_be_visible()
    expect(shown_frame.locator("input")).to_have_count(0)
    picker.get_by_role("button", name="Fermer l’aperçu").press("Enter")
    expect(picker.locator("#preview")).not_to_be_visible()
    expect(opener).to_be_focused()


def test_who_forgets_to_choose_or_gives_dates_in_the_wrong_order_stays_on_the_page(
    person: Person,
) -> None:
    picker = open_picker(person)
    add = picker.get_by_role("button", name="Ajouter au cours")
    add.click()
    expect(picker.locator(".picker-count")).to_contain_text("Choisissez au moins un contenu")
    expect(picker.get_by_role("checkbox").first).to_be_focused()
    picker.get_by_role("checkbox").first.check()
    item = picked(picker).first
    item.get_by_text("Titre, note et dates").click()
    item.get_by_label("À rendre avant le").fill("2031-05-12T18:30")
    item.get_by_label("Ouvert à partir du").fill("2031-05-13T08:00")
    item.get_by_text("Titre, note et dates").click()
    add.click()
    expect(item.get_by_label("À rendre avant le")).to_be_focused()
    picker.get_by_role("button", name="Annuler").click()
    expect(person.page.locator(".messages")).to_contain_text("Aucun contenu n’a été ajouté.")
