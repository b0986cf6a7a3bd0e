"""Workshops by keyboard: what is added, written, picked and ticked, and what is found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Frame, Page, expect

from tests.browser.keyboard.hands import Keyboard

# What a tool is written with, without its lines for adding, nor what only changes the view.
CONTROLS: Final = ".tool :is(input, select, textarea):not(.adding *, .readings *)"
READ_CONTROLS: Final = """(selector) => [...document.querySelectorAll(selector)]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => ({
    kind: each.type,
    label: each.getAttribute("aria-label") ?? each.labels[0]?.textContent ?? "",
    name: each.name,
    value: ["radio", "checkbox"].includes(each.type) ? each.checked : each.value,
    category: each.value,
    options: each.options?.length ?? 0,
    longest: each.maxLength ?? -1,
  }))"""

ACTORS: Final = ("Mairie", "Association de quartier", "Imprimerie", "Familles hébergées", "Rivière")
ADDED: Final = {
    "map": {
        "[aria-labelledby=map-actors] .adding input": ACTORS,
        "[aria-labelledby=map-gaps] .adding input": ("Celles et ceux qui travaillent la nuit",),
    },
    "plan": {".tool--plan .adding input": ("Familles hébergées",)},
}
CHAIN_LINES: Final = ".tool--chain .adding input"
REMOVE: Final = "[aria-labelledby=map-actors] .records__remove button"


class Workbench:
    """Somebody who makes something in the workshop on the screen.

    ``words`` gives the text to write into the control of that number.
    """

    def __init__(
        self, window: Page | Frame, workshop: dict[str, Any], words: Callable[[int], str]
    ) -> None:
        self.window = window
        self.hands = Keyboard(window)
        self.workshop = workshop
        self.words = words
        window.locator(".workshop__bar").wait_for()

    def controls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.window.evaluate(READ_CONTROLS, CONTROLS)
        return found

    def found(self) -> list[tuple[str, object]]:
        """What each control says."""
        return [(each["label"], each["value"]) for each in self.controls()]

    def begin(self) -> None:
        """Add what the tool needs before anything can be written."""
        for selector, texts in ADDED.get(self.workshop["tool"], {}).items():
            self._add(selector, texts)
        if self.workshop["tool"] == "chain":
            for line in range(self.window.locator(CHAIN_LINES).count()):
                self._add(CHAIN_LINES, ("Quelque chose de précis",), line)
        if self.workshop["tool"] == "map":
            self._tie()
            self._mend()

    def fill(self, start: int, end: int) -> str:
        """Fill the empty controls of these numbers; return the last text that was written."""
        last = ""
        controls = self.controls()
        for nth in range(start, end):
            last = self._fill_one(nth, controls) or last
        return last

    def unfinished(self) -> list[str]:
        """The points of the list of what a complete work has that are not done."""
        return self.window.locator(".checklist__point[data-done=false]").all_inner_texts()

    def hand_in(self) -> None:
        """Hand the work in to the instructor."""
        expect(self.window.locator(".hand-in__ask button")).to_be_visible()
        self.hands.activate(".hand-in__ask button")
        expect(self.window.locator(".hand-in__line")).to_be_visible()
        expect(self.window.locator("#hand-in-title")).to_be_focused()

    def _add(self, selector: str, texts: tuple[str, ...], nth: int = 0) -> None:
        self.hands.reach(selector, nth)
        for text in texts:
            self.hands.write(text)
            self.hands.press("Enter")
        assert self.hands.focused() == "input", "the line for adding keeps the focus"

    def _tie(self) -> None:
        self.hands.reach("#tie-to")
        self.hands.press("ArrowDown")
        self.hands.activate(".adding--tie button")
        assert self.hands.focused() == "button.button"

    def _mend(self) -> None:
        """Move somebody on the drawing, take somebody away, undo and do again."""
        drawn = self.window.locator(".map-drawing__actor")
        before = drawn.nth(1).get_attribute("transform")
        self.hands.reach(".map-drawing__actor", 1)
        self.hands.press("ArrowDown", 2)
        assert drawn.nth(1).get_attribute("transform") != before
        self.hands.press("Enter")
        assert self.hands.focused() == "input", "Enter leads from the drawing to the table"
        self.hands.activate(REMOVE, len(ACTORS) - 1)
        assert drawn.count() == len(ACTORS) - 1
        assert self.hands.focused() != "body", "taking away keeps the focus in the table"
        self.hands.activate(".tool-button", 0)
        assert drawn.count() == len(ACTORS)
        self.hands.activate(".tool-button", 1)
        assert drawn.count() == len(ACTORS) - 1
        self.hands.activate(".tool-button", 0, key="Space")
        assert drawn.count() == len(ACTORS)
        assert self.hands.focused() == "button.tool-button"

    def _fill_one(self, nth: int, controls: list[dict[str, Any]]) -> str | None:
        control = controls[nth]
        kind = control["kind"]
        if kind == "radio":
            self._sort(nth, control)
        elif kind == "checkbox":
            self.hands.activate(CONTROLS, nth, key="Space")
        elif kind == "select-one":
            self._pick(nth, control)
        elif control["value"] == "":
            self.hands.reach(CONTROLS, nth)
            if kind == "date":
                self._date(sum(each["kind"] == "date" for each in controls[:nth]))
                return None
            text = self.words(nth)[: control["longest"]]
            self.hands.write(text)
            return text
        return None

    def _pick(self, nth: int, control: dict[str, Any]) -> None:
        """Go down the list; in the plan by one, where level and method fit."""
        is_free = self.workshop["tool"] != "plan"
        steps = 1 + nth % (control["options"] - 1) if is_free else 1
        self.hands.reach(CONTROLS, nth)
        self.hands.press("ArrowDown", steps)

    def _date(self, earlier: int) -> None:
        """Each date is later than those before it, whatever the order of day, month and year."""
        for _segment in range(3):
            self.hands.press("ArrowUp", 1 + earlier)
            self.hands.press("ArrowRight")

    def _sort(self, nth: int, control: dict[str, Any]) -> None:
        """Put a case where it belongs: once a group, at its right answer."""
        right = {
            f"sorting-{self.workshop['id']}-{each['id']}": each["category"]
            for each in self.workshop["settings"]["cases"]
        }
        categories = [each["id"] for each in self.workshop["settings"]["categories"]]
        if control["category"] != right[control["name"]]:
            return
        self.hands.reach(CONTROLS, nth)
        steps = categories.index(control["category"])
        self.hands.press("ArrowDown", steps)
        if steps == 0:
            self.hands.press("Space")
