"""Somebody who works through the player as a person does: by what is on the screen.

Only the answers come from the document itself, since a package carries its keys.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect


class Learner:
    def __init__(self, window: Page | Frame) -> None:
        self.window = window
        expect(window.locator("h1")).to_be_visible()
        self.boot: dict[str, Any] = json.loads(window.locator("#boot").text_content() or "")
        self.boot["units"] |= {unit: self._unit(unit) for unit in self._units_beside()}

    def _units_beside(self) -> list[str]:
        """The units that the document plays and does not hold."""
        scope = self.boot["options"]["scope"]
        units = [unit["id"] for part in self.boot["course"]["parts"] for unit in part["units"]]
        held = self.boot["units"]
        return [unit for unit in units if unit not in held and (not scope or unit in scope)]

    def _unit(self, unit: str) -> dict[str, Any]:
        """Read the file of the package that the player reads, too."""
        address = self.window.evaluate("name => new URL(name, location).href", f"unit-{unit}.js")
        text = self.frame.page.request.get(address).text()
        content: dict[str, Any] = json.loads(
            text.removeprefix("arrimageUnit(").removesuffix(");\n")
        )["content"]
        return content

    @property
    def frame(self) -> Frame:
        return self.window.main_frame if isinstance(self.window, Page) else self.window

    @property
    def steps(self) -> list[str]:
        """The path of every step that the document plays, in the course's order."""
        return [
            f"{unit['id']}/{step['id']}"
            for part in self.boot["course"]["parts"]
            for unit in part["units"]
            if unit["id"] in self.boot["units"]
            for step in unit["steps"]
        ]

    def kind(self, path: str) -> str:
        """The kind of a step, with that of its workshop; a page that is no step is a kind."""
        content = self._contents.get(path)
        if content is None:
            return path
        tool = content.get("workshop", {}).get("tool", "")
        return f"{sorted(content)}{tool}"

    @property
    def quizzes(self) -> list[str]:
        """The path of every quiz, in the course's order."""
        return [path for path in self.steps if "activity" in self._content(path)]

    def title(self) -> str:
        return self.window.locator("h1").inner_text()

    def go_to(self, path: str) -> None:
        """Follow the course's own map, whose links are the steps' paths."""
        self.window.evaluate("path => { location.hash = `#/${path}` }", path)
        expect(self.window.locator(f"nav.map a[href='#/{path}']")).to_have_attribute(
            "aria-current", "step"
        )

    def next_step(self) -> None:
        shown = self.title()
        self.window.locator("a.way--next").click()
        expect(self.window.locator("h1")).not_to_have_text(shown)

    def is_saved(self) -> None:
        """Wait until the player says that the platform has everything."""
        expect(self.window.locator(".save-status")).to_have_attribute("data-state", "saved")

    def take(self, path: str, answers: list[Any] | None = None, rightly: bool = True) -> None:
        """Do a whole quiz, rightly or all wrong, or with these responses."""
        self.go_to(path)
        self.window.locator(".quiz__welcome button").click()
        self.answer_all(path, answers, rightly=rightly)

    def answer_all(self, path: str, answers: list[Any] | None = None, rightly: bool = True) -> None:
        """Answer the questions of the quiz on the screen, from its first to its result."""
        questions = self.activity(path)["questions"]
        for index, question in enumerate(questions):
            response = self.response_to(path, question, rightly) if not answers else answers[index]
            self.answer(question, response)
            self.window.locator(".question__after > .button--main").click()
        expect(self.window.locator(".result")).to_be_visible()

    def answer(self, question: dict[str, Any], response: Any) -> None:
        """Answer the question on the screen and have it marked."""
        self.fill(question, response)
        self.window.locator(".question__after button[type=submit]").click()
        expect(self.window.locator(".verdict")).to_be_visible()

    def fill(self, question: dict[str, Any], response: Any) -> None:
        """Answer the question on the screen, without having it marked."""
        form = self.window.locator("form.question")
        kind = question["kind"]
        if kind == "single":
            self._pick(form, [_index(question["choices"], response)])
        elif kind == "multiple":
            self._pick(form, [_index(question["choices"], one) for one in response])
        elif kind == "true_false":
            self._pick(form, [0 if response else 1])
        elif kind == "ordering":
            self._order(form, [item["id"] for item in question["items"]], response)
        elif kind == "matching":
            for left, right in response.items():
                form.locator("select").nth(_index(question["left"], left)).select_option(right)
        else:
            form.locator("input").fill(response)

    def filled(self, question: dict[str, Any]) -> Any:
        """Return what is answered on the screen, and not marked yet."""
        form = self.window.locator("form.question")
        kind = question["kind"]
        if kind in {"single", "multiple", "true_false"}:
            places = form.locator("label.choice input").evaluate_all(
                "inputs => inputs.flatMap((input, place) => (input.checked ? [place] : []))"
            )
            if kind == "true_false":
                return places == [0]
            picked = [question["choices"][place]["id"] for place in places]
            return picked if kind == "multiple" else picked[0]
        if kind == "ordering":
            texts = form.locator(".order__text").all_inner_texts()
            return [_named(question["items"], text) for text in texts]
        if kind == "matching":
            values = form.locator("select").evaluate_all("all => all.map(({ value }) => value)")
            return dict(zip((left["id"] for left in question["left"]), values, strict=True))
        return form.locator("input").input_value()

    def activity(self, path: str) -> dict[str, Any]:
        activity: dict[str, Any] = self._content(path)["activity"]
        return activity

    def response_to(self, path: str, question: dict[str, Any], rightly: bool = True) -> Any:
        """A response that earns everything, or one that earns nothing."""
        key = self.boot["keys"][self.activity(path)["id"]][question["id"]]
        if rightly:
            return RIGHT.get(key["kind"], lambda same: same["correct"])(key)
        return WRONG[key["kind"]](key)

    def _content(self, path: str) -> dict[str, Any]:
        return self._contents[path]

    @property
    def _contents(self) -> dict[str, dict[str, Any]]:
        return {
            f"{unit}/{step}": content
            for unit, each in self.boot["units"].items()
            for step, content in each["steps"].items()
        }

    @staticmethod
    def _pick(form: Locator, places: list[int]) -> None:
        for place in places:
            form.locator("label.choice").nth(place).click()

    @staticmethod
    def _order(form: Locator, shown: list[str], wanted: list[str]) -> None:
        shown = list(shown)
        for place, identifier in enumerate(wanted):
            at = shown.index(identifier)
            for now in range(at, place, -1):
                form.locator(".order__item").nth(now).locator(".order__move").first.click()
            shown.insert(place, shown.pop(at))


def _index(options: list[dict[str, Any]], identifier: str) -> int:
    return [option["id"] for option in options].index(identifier)


def _named(options: list[dict[str, Any]], text: str) -> Any:
    return next(option["id"] for option in options if option["text"] in text)


def _typed(number: float) -> str:
    return f"{number:g}".replace(".", ",")


RIGHT = {
    "numeric": lambda key: _typed(key["correct"]),
    "text": lambda key: key["accepted"][0],
}
WRONG = {
    "single": lambda key: next(one for one in key["choices"] if one != key["correct"]),
    "multiple": lambda key: [one for one in key["choices"] if one not in key["correct"]],
    "true_false": lambda key: not key["correct"],
    "ordering": lambda key: _rotated(key["correct"]),
    "matching": lambda key: dict(
        zip(key["correct"], _rotated(list(key["correct"].values())), strict=True)
    ),
    "numeric": lambda key: _typed(key["correct"] + key["tolerance"] + 1),
    "text": lambda _key: "tout autre chose",
}


def _rotated(things: list[Any]) -> list[Any]:
    return [*things[1:], things[0]]
