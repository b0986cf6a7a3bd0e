"""The whole module by keyboard alone, without a server: on a SCORM platform, and from a folder."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from course_content import render
from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from course_content.model import Page as LessonPage
from tests.browser.keyboard.hands import BY_OTHER_MEANS, Keyboard
from tests.browser.keyboard.journey import (
    Journey,
    KeyboardLearner,
    all_right,
    all_wrong,
    one_sentence,
)
from tests.browser.keyboard.making import Workbench
from tests.browser.scorm.datamodel import SUSPEND_DATA_LIMIT, violations
from tests.browser.scorm.platform import Platform

pytestmark = pytest.mark.long

PageAt = Callable[..., Page]
COURSE = load_course(BUILTIN_COURSES / "engagement-parties-prenantes")
NO_ROOM = ".notice--problem[data-code='no-room.works']"
# Long, for texts that are written in a workshop; 4,096 characters are soon full of them.
RICH = 600


@pytest.fixture
def local_page(tmp_path: Path) -> Path:
    """The course in a folder, with all that its page needs."""
    visit = render.Visit(delivery="local", with_keys=True)
    boot = render.boot(COURSE, "fr", visit)
    assets = render.Assets(render.PLAYER_SCRIPT, render.PLAYER_STYLE)
    for name, file in {**render.player_files("local", "fr"), **render.media_files(COURSE)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(file, tmp_path / name)
    page = tmp_path / "index.html"
    page.write_text(render.document(COURSE, "fr", boot=boot, assets=assets), encoding="utf-8")
    return page


@dataclass(frozen=True)
class OnDisk:
    """The course's page, opened from a folder: no server, no platform."""

    context: BrowserContext
    page: Path

    def open(self) -> Page:
        window = self.context.new_page()
        window.goto(self.page.as_uri())
        return window

    def close(self, window: Page | Frame, _trace: str, /) -> None:
        """Nothing is on its way anywhere: a browser's storage is written at once."""
        assert isinstance(window, Page)
        window.close()


@dataclass(frozen=True)
class OnPlatform:
    """The package on a platform that keeps SCORM 1.2's data model, and no more."""

    context: BrowserContext
    platform: Platform

    def open(self) -> Page | Frame:
        return self.platform.launch(self.context.new_page())

    def close(self, window: Page | Frame, _trace: str, /) -> None:
        """The platform is told while the page closes, or never."""
        assert isinstance(window, Frame)
        kept = self.platform.close(window.page)
        assert len(kept["suspend_data"]) <= SUSPEND_DATA_LIMIT


def scrolls_sideways(learner: KeyboardLearner) -> bool:
    return bool(
        learner.window.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    )


def stays_in_its_width(learner: KeyboardLearner) -> None:
    assert not scrolls_sideways(learner), learner.title()


def prose(course: Course) -> Callable[[int], str]:
    """Long texts as learners write them, none like another: the course's own words."""
    lessons = " ".join(
        step.body["fr"]
        for unit in course.units
        for step in unit.steps
        if isinstance(step, LessonPage)
    )
    words = " ".join(re.findall(r"[\w’-]+[,.]?", lessons))
    return lambda nth: words[nth * RICH : (nth + 1) * RICH].strip()


def test_a_phone_and_a_keyboard_do_the_whole_module_from_a_folder(
    page_at: PageAt, local_page: Path
) -> None:
    context = page_at(360, 740).context
    context.add_init_script(BY_OTHER_MEANS)
    on_disk = OnDisk(context, local_page)
    journey = Journey(on_disk, COURSE, all_wrong, one_sentence, stays_in_its_width)
    journey.walk()
    assert max(journey.scores.values()) < 0.1
    journey.leave()


def test_a_learner_who_writes_much_passes_the_module_by_keyboard_and_loses_nothing(
    page_at: PageAt, real_platform: Platform, tmp_path: Path
) -> None:
    context = page_at().context
    context.add_init_script(BY_OTHER_MEANS)
    journey = Journey(OnPlatform(context, real_platform), COURSE, all_right, prose(COURSE))
    journey.walk()
    notice = journey.learner.window.locator(NO_ROOM)
    expect(notice).to_be_visible()
    homeless = [path for path in journey.made if title(journey, path) in notice.inner_text()]
    file = saved(journey.learner.window, tmp_path)
    journey.leave()

    core = real_platform.kept(context)["core"]
    assert (core["lesson_status"], core["score"]["raw"]) == ("passed", "100")
    assert core["lesson_location"] == journey.learner.steps[-1]
    assert [violations(calls) for calls in real_platform.sessions(context)] == [
        [] for _quiz_workshop_or_end in [*journey.scores, *journey.made, "end"]
    ]
    assert 0 < len(homeless) < len(journey.made)
    another_computer_has(context, real_platform, journey, homeless, file)


def title(journey: Journey, path: str) -> str:
    workshop = journey.learner.workshop(path)
    assert workshop is not None
    return f"«\u00a0{workshop['title']}\u00a0»"


def saved(window: Page | Frame, folder: Path) -> Path:
    """Save what has no room, by the button that the notice offers."""
    assert isinstance(window, Frame)
    with window.page.expect_download() as download:
        Keyboard(window).activate(f"{NO_ROOM} button")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def another_computer_has(
    context: BrowserContext,
    platform: Platform,
    journey: Journey,
    homeless: list[str],
    file: Path,
) -> None:
    """What was not named is in the platform; what was named is missed, and is in the file."""
    page = context.new_page()
    page.goto(f"{platform.address}/lms.js")
    page.evaluate(
        "() => Object.keys(localStorage).filter((name) => name.startsWith('arrimage:'))"
        ".forEach((name) => localStorage.removeItem(name))"
    )
    learner = KeyboardLearner(platform.launch(page), COURSE)
    expect(learner.window.locator(".notices [role=status]")).to_contain_text("plus de place")
    assert set(json.loads(file.read_text("utf-8"))["works"]) == {
        path.split("/")[1] for path in journey.made
    }
    for path, made in journey.made.items():
        workshop = learner.workshop(path)
        assert workshop is not None
        learner.go_to(path)
        bench = Workbench(learner.window, workshop, one_sentence)
        if path in homeless:
            assert bench.found() != made
            learner.window.locator("input[type=file]").set_input_files(file)
            expect(learner.window.locator(".workshop__message")).to_contain_text("remplace")
        assert bench.found() == made, path
    platform.close(page)
