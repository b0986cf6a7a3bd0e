"""A learner who does a whole course by keyboard, and leaves in the middle of each activity.

Every step is reached from the one before it by its own link. In the middle of each activity the
page is closed as a tab is closed, without a word; the same learner comes back by a launch of its
own, and must find what was answered, begun and written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any, Protocol

from playwright.sync_api import Frame, Page, expect

from classroom.texts import decimal
from course_content.model import Course
from course_content.scoring import activity_score, mark
from tests.browser.keyboard.hands import Keyboard
from tests.browser.keyboard.making import Workbench
from tests.browser.lti.person import ToolLearner

Words = Callable[[int], str]
Answers = Callable[["KeyboardLearner", str], list[Any]]


class Delivery(Protocol):
    """A way by which a course comes to a learner, and keeps what the learner does."""

    def open(self) -> Page | Frame:
        """Open the course anew in a page of its own, as the same learner."""

    def close(self, window: Page | Frame, trace: str, /) -> None:
        """Close that page, and come back once what it kept is kept. ``trace`` is in it."""


class KeyboardLearner(ToolLearner):
    """Somebody without a mouse before a window of the player."""

    def __init__(self, window: Page | Frame, course: Course) -> None:
        super().__init__(window, course)
        self.hands = Keyboard(window)

    def workshop(self, path: str) -> dict[str, Any] | None:
        workshop: dict[str, Any] | None = self._content(path).get("workshop")
        return workshop

    def score(self, path: str, responses: list[Any]) -> float:
        """What those responses to a quiz earn, of 1."""
        activity = self.activity(path)
        keys = [self.boot["keys"][activity["id"]][one["id"]] for one in activity["questions"]]
        return activity_score(
            [
                (key["points"], mark(key, response).score)
                for key, response in zip(keys, responses, strict=True)
            ]
        )

    def skip_to_content(self) -> None:
        """As after every opening, the focus is before the page."""
        self.hands.activate(".skip-link")
        assert self.hands.focused().startswith("main")

    def goes_on(self, path: str) -> None:
        """Follow the link to the next step, whose heading then has the focus."""
        self.hands.activate("a.way--next")
        self.is_at(path)
        assert self.hands.focused() == "h1", path

    def begins_quiz(self) -> None:
        self.hands.activate(".quiz__welcome button")
        assert self.hands.focused() == "h2", "the first question has the focus"

    def is_asked(self, number: int) -> None:
        expect(self.window.locator("form.question h2")).to_contain_text(str(number))
        expect(self.window.locator("form.question h2")).to_be_focused()

    def gives(self, question: dict[str, Any], response: Any) -> None:
        """Answer the question on the screen, without having it marked."""
        kind = question["kind"]
        if kind in {"single", "true_false"}:
            self._pick_one(question, response)
        elif kind == "multiple":
            for place, choice in enumerate(question["choices"]):
                if choice["id"] in response:
                    self.hands.activate("form.question input", place, key="Space")
        elif kind == "ordering":
            self._put_in_order([item["id"] for item in question["items"]], response)
        elif kind == "matching":
            options = [option["id"] for option in question["options"]]
            for place, left in enumerate(question["left"]):
                self.hands.reach("form.question select", place)
                self.hands.press("ArrowDown", 1 + options.index(response[left["id"]]))
        else:
            self.hands.reach("form.question input")
            self.hands.write(response)

    def given(self, question: dict[str, Any]) -> Any:
        """The response that the controls on the screen show."""
        kind = question["kind"]
        controls = self.window.locator("form.question :is(input, select)")
        if kind == "ordering":
            shown = self.window.locator(".order__text").all_text_contents()
            words = [(item["id"], item["text"]) for item in question["items"]]
            return [
                next(one for one, text in words if _plain(text) == seen.strip()) for seen in shown
            ]
        if kind == "matching":
            values = controls.evaluate_all("all => all.map((each) => each.value)")
            return {left["id"]: value for left, value in zip(question["left"], values, strict=True)}
        if kind in {"numeric", "text"}:
            return controls.input_value()
        picked = controls.evaluate_all("all => all.map((each) => each.checked)")
        ids = [True, False] if kind == "true_false" else [c["id"] for c in question["choices"]]
        found = [one for one, isPicked in zip(ids, picked, strict=True) if isPicked]
        return found if kind == "multiple" else found[0]

    def checks(self) -> None:
        """Have the answer marked; what is said to it has the focus."""
        self.hands.activate(".question__after button[type=submit]")
        expect(self.window.locator(".verdict__title")).to_be_focused()

    def next_question(self) -> None:
        self.hands.activate(".question__after > .button--main")

    def looks_back(self, number: int) -> None:
        """See the question before once more, and come back to this one."""
        self.hands.activate(".question__previous")
        self.is_asked(number - 1)
        expect(self.window.locator(".verdict")).to_be_visible()
        self.next_question()
        self.is_asked(number)

    def _pick_one(self, question: dict[str, Any], response: Any) -> None:
        ids = [True, False]
        if question["kind"] == "single":
            ids = [choice["id"] for choice in question["choices"]]
        place = ids.index(response)
        self.hands.reach("form.question input")
        self.hands.press("ArrowDown", place)
        if place == 0:
            self.hands.press("Space")

    def _put_in_order(self, shown: list[str], wanted: list[str]) -> None:
        shown = list(shown)
        for place, identifier in enumerate(wanted):
            at = shown.index(identifier)
            if at > place:
                self.hands.activate(".order__item > .order__moves > :first-child", at)
                self.hands.press("Enter", at - place - 1)
            shown.insert(place, shown.pop(at))


def all_right(learner: KeyboardLearner, path: str) -> list[Any]:
    return [learner.response_to(path, one) for one in learner.activity(path)["questions"]]


def all_wrong(learner: KeyboardLearner, path: str) -> list[Any]:
    return [learner.response_to(path, one, False) for one in learner.activity(path)["questions"]]


def mostly_right(learner: KeyboardLearner, path: str) -> list[Any]:
    return learner.mixed_answers(path)


def one_sentence(nth: int) -> str:
    return f"Une phrase écrite au clavier, la {nth}e, à retrouver au retour."


def _plain(text: str) -> str:
    """The words of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", text)).strip()


class Journey:
    """The whole course, in order, over one delivery.

    ``answers`` are those that the learner gives to a quiz, ``words`` what is written in workshops,
    ``look`` what is looked at after every step and every question. ``scores`` and ``made`` are what
    each quiz earned and each workshop held, by path.
    """

    def __init__(
        self,
        delivery: Delivery,
        course: Course,
        answers: Answers,
        words: Words,
        look: Callable[[KeyboardLearner], None] = lambda _learner: None,
    ) -> None:
        self._delivery = delivery
        self._course = course
        self._answers = answers
        self._words = words
        self._look = look
        self.scores: dict[str, float] = {}
        self.made: dict[str, list[tuple[str, object]]] = {}
        self.learner = self._arrives()

    def walk(self) -> None:
        """Do every step, from the first to the last."""
        first, *others = self.learner.steps
        self.learner.is_at(first)
        for path in others:
            self.learner.goes_on(path)
            self._look(self.learner)
            if path in self.learner.quizzes:
                self._quiz(path)
            elif workshop := self.learner.workshop(path):
                self._make(path, workshop)
        expect(
            self.learner.window.locator("nav.map a[data-state]:not([data-state=done])")
        ).to_have_count(0)

    def leave(self, trace: str = "") -> None:
        assert self.learner.hands.other_means() == []
        self._delivery.close(self.learner.window, trace)

    def _arrives(self) -> KeyboardLearner:
        learner = KeyboardLearner(self._delivery.open(), self._course)
        learner.skip_to_content()
        return learner

    def _comes_back(self, path: str, trace: str) -> None:
        self.leave(trace)
        self.learner = self._arrives()
        self.learner.is_at(path)

    def _quiz(self, path: str) -> None:
        activity = self.learner.activity(path)
        responses = self._answers(self.learner, path)
        middle = len(responses) // 2
        self.learner.begins_quiz()
        for index, question in enumerate(activity["questions"]):
            response = responses[index]
            self.learner.is_asked(index + 1)
            self.learner.gives(question, response)
            if index == middle:
                begun = self.learner.given(question)
                self._comes_back(path, f"{activity['id']}/{question['id']}")
                self.learner.begins_quiz()
                self.learner.looks_back(index + 1)
                assert self.learner.given(question) == begun == response, question["id"]
            self.learner.checks()
            self._look(self.learner)
            self.learner.next_question()
        expect(self.learner.window.locator(".result__title")).to_be_focused()
        self.scores[path] = self.learner.score(path, responses)
        figure = self.learner.window.locator(".score__figure")
        expect(figure).to_contain_text(decimal(round(100 * self.scores[path], 1), "fr"))

    def _make(self, path: str, workshop: dict[str, Any]) -> None:
        bench = self._bench(workshop)
        bench.begin()
        count = len(bench.controls())
        trace = bench.fill(0, count // 2)
        before = bench.found()
        self._comes_back(path, trace)
        bench = self._bench(workshop)
        assert bench.found() == before, path
        bench.fill(count // 2, count)
        assert bench.unfinished() == [], path
        self.made[path] = bench.found()
        if self.learner.window.locator(".hand-in__desk").count() > 0:
            bench.hand_in()
        self._look(self.learner)

    def _bench(self, workshop: dict[str, Any]) -> Workbench:
        return Workbench(self.learner.window, workshop, self._words)
