"""A keyboard in front of a page, and nothing else: no mouse, no focus but what keys give.

Where the focus is, and how far the next thing is, is looked up in the page, as eyes would do. Keys
are the only thing that goes in: ``BY_OTHER_MEANS`` notes whatever else did.
"""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Frame, Page

# Real keys for the first words of a text; the rest comes as from an input method.
TYPED_KEY_BY_KEY: Final = 4
MOST_ROUNDS: Final = 12

BY_OTHER_MEANS: Final = """(() => {
  const means = new Set();
  const note = (event) => means.add(`${event.type} on ${event.target.tagName}`);
  for (const type of ["pointerdown", "mousedown", "touchstart"]) addEventListener(type, note, true);
  for (const type of ["input", "change", "keydown"]) {
    addEventListener(type, (event) => event.isTrusted || note(event), true);
  }
  globalThis.byOtherMeans = () => [...means];
})()"""

# How many stops of the Tab key lie between the focus and a thing: 0 there, negative backwards,
# null where no key leads. A group of radio buttons is one stop (HTML, 4.10.5.1.16).
DISTANCE: Final = """([selector, nth]) => {
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  const named = (each) => each.type === "radio" && each.name !== "";
  const group = (each) => [...document.querySelectorAll("input[type=radio]")]
    .filter((one) => one.name === each.name && one.form === each.form && !one.disabled);
  const stopOf = (each) => {
    if (!named(each)) return each;
    const all = group(each);
    return all.find((one) => one.checked) ?? all[0];
  };
  const wanted = [...document.querySelectorAll(selector)].filter(shown)[nth];
  if (!wanted) return "missing";
  const target = stopOf(wanted);
  const focus = document.hasFocus() ? document.activeElement : document.body;
  if (focus === target || (named(target) && group(target).includes(focus))) return 0;
  const stops = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]",
  )].filter((each) => each.tabIndex >= 0 && !each.disabled && shown(each)
    && !each.closest("[inert]") && stopOf(each) === each);
  const place = stops.indexOf(target);
  if (place < 0) return null;
  if (focus === document.body) return place + 1;
  const at = stops.indexOf(focus);
  if (at >= 0) return place - at;
  const before = stops.filter(
    (each) => each.compareDocumentPosition(focus) & Node.DOCUMENT_POSITION_FOLLOWING,
  ).length;
  return place < before ? place - before : place - before + 1;
}"""

FOCUSED: Final = """() => {
  const focus = document.activeElement;
  const classes = [...focus.classList].map((name) => `.${name}`).join("");
  return `${focus.tagName.toLowerCase()}${classes}`;
}"""


class Unreachable(AssertionError):
    """No key leads to a thing, or the keys lead elsewhere."""


class Keyboard:
    """The keys of somebody before a window of the player."""

    def __init__(self, window: Page | Frame) -> None:
        self._window = window
        self._keys = (window.page if isinstance(window, Frame) else window).keyboard

    def press(self, key: str, times: int = 1) -> None:
        for _press in range(times):
            self._keys.press(key)

    def write(self, text: str) -> None:
        """Type a text where the focus is."""
        self._keys.type(text[:TYPED_KEY_BY_KEY])
        if rest := text[TYPED_KEY_BY_KEY:]:
            self._keys.insert_text(rest)

    def reach(self, selector: str, nth: int = 0) -> None:
        """Tab forwards or backwards until the focus is there.

        :raises Unreachable: when the order of the page does not lead there
        """
        way: list[Any] = []
        for _round in range(MOST_ROUNDS):
            distance = self._window.evaluate(DISTANCE, [selector, nth])
            if distance == 0:
                return
            way.append((distance, self.focused()))
            if not isinstance(distance, int):
                break
            self.press("Tab" if distance > 0 else "Shift+Tab", abs(distance))
        raise Unreachable(f"{selector} [{nth}] by {way}")

    def activate(self, selector: str, nth: int = 0, key: str = "Enter") -> None:
        """Reach a button or a link, and press it."""
        self.reach(selector, nth)
        self.press(key)

    def focused(self) -> str:
        """What has the focus: its element and classes."""
        return str(self._window.evaluate(FOCUSED))

    def other_means(self) -> list[str]:
        """What went into the page by something else than keys."""
        found: list[str] = self._window.evaluate("() => globalThis.byOtherMeans()")
        return found
