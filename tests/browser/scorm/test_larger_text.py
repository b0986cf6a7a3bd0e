"""Text that is doubled or spaced out loses nothing, and the focus is seen in every look."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.looks import EVERYTHING, broken_rules, scrolling_sideways
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform

DOUBLED = ":root { font-size: 200% !important }"
"""WCAG 1.4.4, RGAA 10.4."""
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }
svg, svg * { letter-spacing: normal !important; word-spacing: normal !important }
"""
"""WCAG 1.4.12, RGAA 10.12. Drawings have another criterion: their words are in tables too."""
CUT_OFF = """() => [...document.querySelectorAll("#player *")].filter((element) => {
  const style = getComputedStyle(element);
  const hides = (overflow) => ["hidden", "clip"].includes(overflow);
  return element.textContent.trim() && style.clipPath === "none" && !element.closest("svg")
    && ((hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1));
}).map((element) => element.outerHTML.slice(0, 150))"""
FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const drawn = element.closest("label") ?? element;
  const outlines = [element, drawn, ...element.querySelectorAll("*")].map(getComputedStyle)
    .filter((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  return {what: element.outerHTML.slice(0, 150), isSeen: outlines.length > 0};
}"""
MOST_STOPS = 150


def one_page_of_each_kind(learner: Learner) -> list[str]:
    return list({learner.kind(path): path for path in learner.steps}.values())


@pytest.mark.parametrize(("style", "width"), [(DOUBLED, 1280), (SPACED, 320)])
def test_nothing_is_lost_when_text_is_doubled_or_spaced_out(
    page_at: Callable[..., Page], real_platform: Platform, style: str, width: int
) -> None:
    learner = Learner(real_platform.launch(page_at(width, 800)))
    learner.frame.add_style_tag(content=style)
    for path in one_page_of_each_kind(learner):
        learner.go_to(path)
        assert scrolling_sideways([learner.frame]) == [], path
        assert learner.window.evaluate(CUT_OFF) == [], path


def test_the_focus_is_seen_wherever_the_tab_key_leads(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    page = page_at(320, 740)
    learner = Learner(real_platform.launch(page))
    for path in one_page_of_each_kind(learner):
        learner.go_to(path)
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            focus = learner.window.evaluate(FOCUS)
            if focus is None:
                break
            assert focus["isSeen"], f"{path}: {focus['what']}"


def test_axe_finds_nothing_where_the_system_asks_for_contrast(
    page_at: Callable[..., Page], real_platform: Platform
) -> None:
    page = page_at(320, 740)
    page.emulate_media(reduced_motion="reduce", contrast="more")
    learner = Learner(real_platform.launch(page))
    for path in one_page_of_each_kind(learner):
        learner.go_to(path)
        assert broken_rules(learner.frame, EVERYTHING) == [], path
