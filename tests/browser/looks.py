"""The looks of a page: on a phone and on a wide screen, in light and dark; and what axe finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from playwright.sync_api import Frame, Page, ViewportSize

from tests.browser.conftest import AXE, Scheme

WIDTHS: Final[Mapping[int, int]] = {320: 720, 1440: 900}
"""Widths and heights of windows; 320 px is what WCAG 1.4.10 and RGAA 10.11 ask for."""
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")

EVERYTHING: Final[Mapping[str, Any]] = {"rules": {"target-size": {"enabled": True}}}
COLOURS: Final[Mapping[str, Any]] = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules whose findings depend on the colours: the page is the same in light and dark."""

_RUN = """(rules) => axe.run(document, {resultTypes: ['violations'], iframes: false, ...rules})
  .then((results) => results.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.help}) at ${node.target}: ${node.html.slice(0, 200)}`)))"""
_APPEARED = """(scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches
  && (document.documentElement.dataset.theme ?? scheme) === scheme"""
"""The player writes on its root what it appears in, once it has heard of it."""
_POLLED_MS = 20
_EXCESS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look_at(window: Page | Frame, widths: Iterable[int] = tuple(WIDTHS)) -> list[str]:
    """Return what axe finds in a page and its frames, or in one frame and those within it.

    At each width everything is looked at in the light, and the colours once more in the dark.
    """
    return [
        each for width in widths for scheme in SCHEMES for each in one_look(window, width, scheme)
    ]


def one_look(window: Page | Frame, width: int, scheme: Scheme) -> list[str]:
    """Return what axe finds in one look. It sees no frame of another site: it runs in each."""
    frames = _frames(window)
    set_look(window, width, scheme)
    rules = COLOURS if scheme == "dark" else EVERYTHING
    found = [each for frame in frames for each in broken_rules(frame, rules)]
    return [f"{width} {scheme}: {each}" for each in found + scrolling_sideways(frames)]


def set_look(window: Page | Frame, width: int, scheme: Scheme) -> None:
    """Give the window a size and a colour scheme, and wait until its pages show it."""
    page = window.page if isinstance(window, Frame) else window
    size: ViewportSize = {"width": width, "height": WIDTHS[width]}
    if page.viewport_size != size:
        page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for frame in _frames(window):
        if frame.evaluate(_APPEARED, scheme):
            continue
        # A frame that is out of sight hears of nothing.
        if frame.parent_frame:
            frame.frame_element().scroll_into_view_if_needed()
        frame.wait_for_function(_APPEARED, arg=scheme, polling=_POLLED_MS)


def _frames(window: Page | Frame) -> list[Frame]:
    return window.frames if isinstance(window, Page) else [window, *window.child_frames]


def broken_rules(frame: Frame, rules: Mapping[str, Any] = EVERYTHING) -> list[str]:
    """Return a line for each rule that a frame breaks, and where."""
    if not frame.evaluate("'axe' in window"):
        frame.evaluate(_axe())
    found: list[str] = frame.evaluate(_RUN, dict(rules))
    return [f"{frame.url}: {each}" for each in found]


def scrolling_sideways(frames: Iterable[Frame]) -> list[str]:
    """Return the frames that one must scroll sideways to read."""
    return [f"{frame.url} scrolls sideways" for frame in frames if frame.evaluate(_EXCESS) > 0]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
