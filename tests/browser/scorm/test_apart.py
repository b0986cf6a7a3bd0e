"""What an LMS keeps apart: windows of other origins, and the pieces of one module."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from course_content.loader import load_course
from scorm_packages.scorm2004 import Scorm2004Fourth
from tests.browser.conftest import PageAt
from tests.browser.looks import look_at
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform
from tests.unit.course_content.conftest import COURSES

MAP = "carte/ma-carte"
PLAN = "suite/mon-plan"
PORTFOLIO = "suite/mon-portfolio"
PIECES = ("syllabus", "carte", "suite")


@pytest.fixture
def page(page_at: PageAt) -> Page:
    return page_at()


@pytest.fixture(scope="module", params=["scorm12", "scorm2004"])
def in_pieces(request: pytest.FixtureRequest, played: Callable[..., Platform]) -> Platform:
    """The course with a workshop of every kind, each unit a SCO, in either version of SCORM."""
    chosen = Scorm2004Fourth() if request.param == "scorm2004" else None
    return played(load_course(COURSES / "atelier"), package_format=chosen, structure="units")


def is_told(learner: Learner, code: str) -> None:
    expect(learner.window.locator(f".notice--problem[data-code='{code}']")).to_be_visible()


def test_the_api_is_found_behind_a_window_of_another_origin(page: Page, platform: Platform) -> None:
    """The page around the course tells nothing of itself, but who opened it."""
    learner = Learner(platform.launch(page, window="foreign"))
    origin = "() => { try { return parent.origin } catch (error) { return error.name } }"
    assert learner.window.evaluate(origin) == "SecurityError"
    learner.go_to(learner.steps[1])
    learner.is_saved()
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[1]


def test_where_every_window_around_is_of_another_origin_the_learner_is_told(
    page: Page, platform: Platform
) -> None:
    around = platform.address.replace("127.0.0.1", "portal.test")
    page.goto(f"{around}/around.html#{platform.bare_course}")
    inner = page.locator("iframe[name=inner]").element_handle().content_frame()
    assert inner is not None
    learner = Learner(inner)
    is_told(learner, "no-lms")
    learner.take(learner.quizzes[1])


def test_a_platform_whose_window_is_closed_is_missed_and_the_course_goes_on(
    page: Page, platform: Platform
) -> None:
    learner = Learner(platform.launch(page, window="popup"))
    learner.is_saved()
    page.close()
    learner.go_to(learner.steps[1])
    is_told(learner, "lms-save")
    notice = learner.window.locator(".notice--problem")
    expect(notice).to_contain_text("Gardez cette page ouverte")
    learner.take(learner.quizzes[1])
    expect(learner.window.locator(".save-status")).to_have_attribute("data-state", "unsaved")


@pytest.mark.parametrize("fault", ["101", "throw"])
def test_work_that_the_platform_does_not_give_is_not_written_over(
    page: Page, platform: Platform, fault: str
) -> None:
    learner = Learner(platform.launch(page))
    learner.take(learner.quizzes[1])
    learner.is_saved()
    before = platform.close(page)["suspend_data"]
    again = page.context.new_page()
    faults = {"LMSGetValue cmi.suspend_data": fault}
    learner = Learner(platform.launch(again, faults=faults))
    expect(learner.window.locator(".save-status")).to_have_attribute("data-state", "unsaved")
    learner.go_to(learner.steps[0])
    assert platform.close(again)["suspend_data"] == before


def test_a_workshop_shows_what_this_browser_has_of_another_unit_and_says_how_to_bring_it(
    page: Page, in_pieces: Platform
) -> None:
    def opens(path: str) -> Learner:
        unit = path.partition("/")[0]
        learner = Learner(in_pieces.launch(page, sco=PIECES.index(unit)))
        learner.go_to(path)
        expect(learner.window.get_by_role("toolbar")).to_be_visible()
        return learner

    learner = opens(PLAN)
    missing = learner.window.get_by_text("ce navigateur n’en a rien")
    expect(missing).to_contain_text("Ma carte des parties prenantes")
    assert look_at(learner.window) == []

    learner = opens(MAP)
    field = learner.window.get_by_label("Ajouter une partie prenante", exact=True)
    field.fill("Mairie")
    field.press("Enter")
    learner.is_saved()

    learner = opens(PLAN)
    expect(learner.window.get_by_text("ce que ce navigateur en a")).to_be_visible()
    assert proposed(learner) == ["Mairie"]

    another_computer(page)
    expect(opens(PLAN).window.get_by_text("ce navigateur n’en a rien")).to_be_visible()
    opens(MAP).is_saved()
    learner = opens(PLAN)
    assert proposed(learner) == ["Mairie"]

    learner.go_to(PORTFOLIO)
    piece = learner.window.locator(".portfolio__piece").first
    expect(piece).to_contain_text("Ma carte des parties prenantes")
    expect(piece.get_by_role("link")).to_have_count(0)


def proposed(learner: Learner) -> list[str]:
    """Whom the plan proposes to promise something, as the map names them."""
    names: list[str] = learner.window.locator("datalist option").evaluate_all(
        "options => options.map(({ value }) => value)"
    )
    return names


def another_computer(page: Page) -> None:
    """The platform keeps its records; the browser has nothing of the course."""
    page.evaluate(
        "() => Object.keys(localStorage).filter((name) => name.startsWith('arrimage:'))"
        ".forEach((name) => localStorage.removeItem(name))"
    )
