"""A person with a browser in front of the classroom, whose frame shows the tool."""

from __future__ import annotations

import re

from playwright.sync_api import Frame, Locator, Page, expect

from classroom.accounts import STUDENT, Account
from course_content import render
from course_content.model import Course
from tests.browser.lti.school import School
from tests.browser.scorm.learner import Learner

LANGUAGE = "fr"


class ToolLearner(Learner):
    """Somebody at work in the tool. The answers come from the course's files: the page has none."""

    def __init__(self, window: Page | Frame, course: Course) -> None:
        self.window = window
        expect(window.locator("h1")).to_be_visible()
        units = [render.SYLLABUS, *(unit.id for unit in course.units)]
        self.boot = {
            "course": render.outline(course, LANGUAGE),
            "units": {unit: render.unit_content(course, unit, LANGUAGE) for unit in units},
            "keys": render.answer_keys(course, LANGUAGE),
        }

    def is_at(self, path: str) -> None:
        """Check which step is shown, by the course's own map."""
        link = self.window.locator(f"nav.map a[href='#/{path}']")
        expect(link).to_have_attribute("aria-current", "step")

    def mixed_answers(self, path: str) -> list[object]:
        """Right answers, but for the first question."""
        questions = self.activity(path)["questions"]
        return [
            self.response_to(path, question, rightly=index > 0)
            for index, question in enumerate(questions)
        ]


class Person:
    def __init__(self, page: Page, school: School, course: Course) -> None:
        self.page = page
        self.school = school
        self.course = course

    def sign_in(self, account: Account) -> None:
        self.page.goto(f"{self.school.classroom_url}/?lang=fr")
        if self.page.locator(".who button").is_visible():
            self.page.locator(".who button").click()
        self.page.get_by_role("button", name=account.name).click()
        expect(self.page.locator(".who-name")).to_contain_text(account.name)

    def card(self, title: str) -> Locator:
        return self.page.locator(".link").filter(
            has=self.page.get_by_role("heading", name=title, exact=True)
        )

    def open(self, title: str) -> Frame:
        """Open an activity in its frame, from the course page."""
        self.page.goto(f"{self.school.classroom_url}/")
        self.card(title).get_by_role("link", name="Ouvrir ici").click()
        return self.frame()

    def frame(self) -> Frame:
        """The frame, once it shows a page of the tool that stays."""
        element = self.page.locator("iframe.tool").element_handle()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_url(
            re.compile(rf"{self.school.tool_url}/(?!lti/login)"), wait_until="domcontentloaded"
        )
        return frame

    def learn(self, title: str) -> ToolLearner:
        """Open an activity as a student does."""
        return ToolLearner(self.open(title), self.course)

    def open_window(self, title: str) -> Page:
        """Open an activity in a new tab."""
        self.page.goto(f"{self.school.classroom_url}/")
        with self.page.expect_popup() as popup:
            self.card(title).get_by_role("link", name="Ouvrir dans un nouvel onglet").click()
        popup.value.wait_for_url(f"{self.school.tool_url}/**")
        return popup.value

    def gradebook_line(self, label: str) -> Locator:
        """A line of the gradebook that the current page shows: that of the student at work."""
        cell = self.page.get_by_role("cell", name=label, exact=True)
        name = self.page.get_by_role("rowheader", name=STUDENT.name, exact=True)
        return self.page.locator("[data-line]").filter(has=cell).filter(has=name)

    def grade_arrives(self, label: str, grade: str) -> None:
        """Wait until the page shows that grade, without being reloaded."""
        score = self.gradebook_line(label).locator(".score")
        expect(score).to_contain_text(grade)
