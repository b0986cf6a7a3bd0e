"""axe finds nothing on any page of the player, in either language."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from course_content.loader import load_course
from course_content.model import Course
from tests.browser.conftest import REPOSITORY
from tests.browser.looks import COLOURS, WIDTHS, broken_rules, look_at, scrolling_sideways, set_look
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform
from tests.browser.scorm.test_workshops import (
    ALL_PATHS,
    CHAIN,
    GRID,
    MAP,
    PLAN,
    PROMISE,
    RADAR,
    SORTING,
    Maker,
)
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.courses import every_kind

pytestmark = pytest.mark.long

PHONE, WIDE = WIDTHS
LANGUAGES = ("fr", "en")
LOCALES = REPOSITORY / "course_content" / "player" / "locale"
ADDRESSES = """() => [...document.querySelectorAll("a[href^='#/']:not(.term)")]
  .map((link) => link.getAttribute("href"))"""
"""Of pages: a term is a place in the glossary."""
_GO = """(address) => location.hash === address || new Promise((arrived) => {
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => arrived()));
  addEventListener("hashchange", drawn, {once: true});
  location.hash = address;
})"""
_IS_HERE = "() => document.querySelector('main[aria-busy=true]') === null"
"""A unit that lies beside the document comes when it is asked for."""


def go(window: Page | Frame, address: str) -> None:
    """Go to a page of the course, and wait until it is the one that is shown."""
    window.evaluate(_GO, address)
    window.wait_for_function(_IS_HERE)


def bilingual(course: Course) -> Course:
    """A course that is offered in both of the player's languages, whoever translated it."""
    return replace(course, languages=LANGUAGES)


@cache
def words(language: str) -> dict[str, str]:
    """The player's own words."""
    found: dict[str, str] = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return found


def every_page(window: Page | Frame) -> Iterator[str]:
    """Go to every page that any page leads to, and yield its address once it is shown."""
    found: set[str] = set()
    waiting: deque[str] = deque()

    def take_links() -> None:
        new = [each for each in window.evaluate(ADDRESSES) if each not in found]
        waiting.extend(dict.fromkeys(new))
        found.update(new)

    take_links()
    while waiting:
        address = waiting.popleft()
        go(window, address)
        take_links()
        yield address.removeprefix("#/")


@pytest.fixture(scope="session")
def course_of_every_kind(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return bilingual(every_kind(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="session")
def work_of_a_maker(atelier: Platform, browser: Browser) -> dict[str, Any]:
    """What a platform keeps of somebody who has begun everything in every workshop."""
    context = browser.new_context()
    maker = Maker(atelier.launch(context.new_page()))
    window = maker.window
    maker.opens(MAP)
    maker.makes_a_map()
    maker.opens(GRID)
    maker.rates(1, power=5, interest=5, effect=2)
    maker.rates(4, power=1, interest=2, effect=5)
    window.get_by_label("Saillance").check()
    window.get_by_label("Urgence : 4. Familles hébergées").check()
    maker.opens(PLAN)
    maker.adds(PROMISE, "Familles hébergées")
    window.get_by_label("Niveau").select_option("collaborate")
    window.get_by_label("Méthode").select_option("visits")
    maker.opens(CHAIN)
    maker.adds("Ajouter un effet", "Quelque chose de précis")
    maker.opens(RADAR)
    for axis in window.locator(".sheet").all():
        axis.get_by_label("Avant le module").select_option("2")
        axis.get_by_label("Aujourd’hui").select_option("4")
    maker.opens(SORTING)
    for case, answer in zip(
        window.locator(".sorting__case").all(), ("Mécénat", "Mécénat"), strict=True
    ):
        case.get_by_label(answer).check()
    maker.is_saved()
    kept = atelier.close(window.page if isinstance(window, Frame) else window)
    context.close()
    return kept


class Looks:
    """What was found where."""

    def __init__(self, window: Page | Frame) -> None:
        self.window = window
        self.found: dict[str, list[str]] = {}

    def note(self, where: str, found: list[str]) -> None:
        if found:
            self.found.setdefault(where, []).extend(found)

    def take(self, where: str, *widths: int) -> None:
        self.note(where, look_at(self.window, widths or WIDTHS))


def test_axe_finds_nothing_on_any_page_of_the_course(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    """On a phone each page, on a wide screen one page of each kind."""
    learner = Learner(real_platform.launch(page_at(PHONE, WIDTHS[PHONE]), window="popup"))
    window = learner.window
    looks = Looks(window)
    set_look(window, PHONE, "light")
    paths = []
    for path in every_page(window):
        paths.append(path)
        looks.note(path, [*broken_rules(learner.frame), *scrolling_sideways([learner.frame])])
    assert set(learner.steps) <= set(paths)
    set_look(window, PHONE, "dark")
    for path in paths:
        go(window, f"#/{path}")
        looks.note(f"{path} in the dark", broken_rules(learner.frame, COLOURS))
    one_of_each_kind = {learner.kind(path): path for path in paths}
    for path in one_of_each_kind.values():
        go(window, f"#/{path}")
        looks.take(path, WIDE)
    go(window, "#/metier-sim/metier")
    window.locator("a.term").first.click()
    expect(window.get_by_role("dialog", name="Économie sociale")).to_be_visible()
    looks.take("what a word means")
    assert looks.found == {}


def test_axe_finds_nothing_in_the_questions_of_the_course(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    learner = Learner(real_platform.launch(page_at(PHONE, WIDTHS[PHONE]), window="popup"))
    looks = Looks(learner.window)
    set_look(learner.window, PHONE, "light")
    for path in learner.quizzes:
        learner.go_to(path)
        learner.window.locator(".quiz__welcome button").click()
        for question in learner.activity(path)["questions"]:
            learner.answer(question, learner.response_to(path, question, rightly=False))
            looks.note(question["id"], broken_rules(learner.frame))
            looks.note(question["id"], scrolling_sideways([learner.frame]))
            learner.window.locator(".question__after > .button--main").click()
    assert looks.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_state_of_a_quiz(
    page_at: Callable[..., Page],
    played: Callable[..., Platform],
    course_of_every_kind: Course,
    language: str,
) -> None:
    platform = played(course_of_every_kind, language)
    learner = Learner(platform.launch(page_at(PHONE, WIDTHS[PHONE]), window="popup"))
    window = learner.window
    looks = Looks(window)
    quiz = learner.quizzes[0]
    questions = learner.activity(quiz)["questions"]
    for rightly in (False, True):
        learner.go_to(quiz)
        looks.take("quiz", PHONE)
        window.locator(".quiz__welcome button, .result .button").first.click()
        for question in questions:
            expect(window.locator("form.question")).to_be_visible()
            if not rightly:
                looks.take(f"{question['kind']}, asked", PHONE)
            learner.answer(question, learner.response_to(quiz, question, rightly=rightly))
            looks.take(f"{question['kind']}, answered", PHONE)
            window.locator(".question__after > .button--main").click()
        expect(window.locator(".result")).to_be_visible()
        looks.take("result")
    assert looks.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_the_panels(
    page_at: Callable[..., Page],
    played: Callable[..., Platform],
    course_of_every_kind: Course,
    language: str,
) -> None:
    platform = played(course_of_every_kind, language)
    learner = Learner(platform.launch(page_at(PHONE, WIDTHS[PHONE]), window="popup"))
    window, said = learner.window, words(language)
    looks = Looks(window)

    def button(name: str) -> Locator:
        return window.get_by_role("button", name=said[name], exact=True)

    button("map.open").click()
    looks.take("plan", PHONE)
    button("map.close").click()
    button("search.open").click()
    field = window.get_by_role("searchbox", name=said["search.label"])
    for sought in ("introuvablement", "plan"):
        field.fill(sought)
        looks.take(f"search of {sought}")
    field.press("ArrowDown")
    window.locator(".results a").first.press("Enter")
    looks.take("passage found")
    go(window, "#/nowhere/at-all")
    looks.take("missing step")
    button("reading.title").click()
    looks.take("comfort")
    for setting in ("reading.size.150", "reading.spacing.wide", "reading.contrast.more"):
        window.get_by_label(said[setting]).check()
    for theme in ("reading.theme.light", "reading.theme.dark"):
        window.get_by_label(said[theme], exact=True).check()
        looks.note(theme, broken_rules(learner.frame))
        button("reading.close").click()
        learner.go_to(learner.steps[1])
        looks.note(f"page, {theme}", broken_rules(learner.frame))
        looks.note(f"page, {theme}", scrolling_sideways([learner.frame]))
        button("reading.title").click()
    assert looks.found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_a_workshop(
    page_at: Callable[..., Page],
    played: Callable[..., Platform],
    work_of_a_maker: dict[str, Any],
    language: str,
) -> None:
    """Each as one finds it, and with a work in it, which any language shows."""
    platform = played(bilingual(load_course(COURSES / "atelier")), language)
    page = page_at(PHONE, WIDTHS[PHONE])
    learner = Maker(platform.launch(page, window="popup"))
    looks = Looks(learner.window)
    for path in ALL_PATHS:
        learner.opens(path)
        looks.take(f"{path}, empty", PHONE)
    platform.restores(page.context, work_of_a_maker)
    learner = Maker(platform.launch(page.context.new_page(), window="popup"))
    looks.window = learner.window
    for path in ALL_PATHS:
        learner.opens(path)
        looks.take(path)
    assert looks.found == {}
