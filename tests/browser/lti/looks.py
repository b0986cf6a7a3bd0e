"""The looks of a page: on a phone and on a wide screen, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from playwright.sync_api import Frame, Page

from tests.browser.conftest import AXE, Scheme

WIDTHS = {360: 740, 1440: 900}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

AxeFindings: TypeAlias = Callable[[Page], list[str]]


def look_at(page: Page) -> list[str]:
    """Return what axe finds on a page and in its frames, in each of its four looks."""
    axe = AXE.read_text(encoding="utf-8")
    found = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            seen = [each for frame in page.frames for each in broken_rules(frame, axe)]
            found += [f"{width} {scheme}: {each}" for each in seen]
        found += [f"{width}: {each}" for each in scrolling_sideways(page)]
    return found


def broken_rules(frame: Frame, axe: str) -> list[str]:
    """Run axe in one frame: it does not look into frames of another site by itself."""
    frame.evaluate(axe)
    results = frame.evaluate(
        "() => axe.run(document, {resultTypes: ['violations'], iframes: false})"
    )
    return [
        f"{frame.url}: {rule['id']} ({rule['help']}) at {node['target']}: {node['html'][:200]}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]


def scrolling_sideways(page: Page) -> list[str]:
    """The frames that one must scroll sideways to read."""
    excess = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return [f"{frame.url} scrolls sideways" for frame in page.frames if frame.evaluate(excess) > 0]
