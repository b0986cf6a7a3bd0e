"""The whole module by keyboard alone, in the tool, launched by a platform."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import pytest
import requests
from playwright.sync_api import BrowserContext, Frame, Page, expect

from classroom.accounts import STUDENT
from classroom.texts import decimal
from course_content.model import Course
from tests.browser.keyboard.hands import BY_OTHER_MEANS
from tests.browser.keyboard.journey import Journey, mostly_right, one_sentence
from tests.browser.lti.person import Person
from tests.browser.lti.school import School
from tests.servers import PATIENCE_SECONDS

pytestmark = pytest.mark.long

MODULE = "Module 3 (entier)"


@dataclass
class Launches:
    """The course as a platform's activity: each opening is a launch of its own."""

    context: BrowserContext
    school: School
    course: Course

    def open(self) -> Frame:
        return Person(self.context.new_page(), self.school, self.course).open(MODULE)

    def close(self, window: Page | Frame, trace: str, /) -> None:
        """What a page sends while it closes is on its way: wait until the tool has it."""
        assert isinstance(window, Frame)
        session = window.evaluate("() => window.history.state.session")
        path = window.evaluate("() => window.location.hash.split('/')[2]")
        window.page.close()
        with requests.Session() as tool:
            tool.headers["Authorization"] = f"Bearer {session}"
            deadline = time.monotonic() + PATIENCE_SECONDS
            while trace not in self._kept(tool, path):
                assert time.monotonic() < deadline, f"the tool never got {trace}"

    def _kept(self, tool: requests.Session, step: str) -> str:
        """All that the tool has of the learner's state, and of the work of that step."""
        boot = tool.get(f"{self.school.tool_url}/api/boot", timeout=PATIENCE_SECONDS).json()
        work = tool.get(f"{self.school.tool_url}/api/works/{step}", timeout=PATIENCE_SECONDS).json()
        return json.dumps([boot["snapshot"]["state"], work], ensure_ascii=False)


def test_the_module_is_done_by_keyboard_in_a_platform_s_frame(
    strict_browser: BrowserContext, person: Person, school: School, course: Course
) -> None:
    strict_browser.add_init_script(BY_OTHER_MEANS)
    person.sign_in(STUDENT)
    launches = Launches(strict_browser, school, course)
    journey = Journey(launches, course, mostly_right, one_sentence)
    journey.walk()
    journey.leave()
    person.page.goto(f"{school.classroom_url}/gradebook")
    earned = 100 * sum(journey.scores.values()) / len(journey.scores)
    person.grade_arrives(MODULE, f"{decimal(earned, 'fr')} / 100")
    expect(person.gradebook_line(MODULE)).to_contain_text("Completed · FullyGraded")
