"""A cover made of words: the title, who gives the course, and no logo."""

from __future__ import annotations

import textwrap
from typing import Final

from lxml import etree

from scorm_packages.books.book import Book
from scorm_packages.manifest import add, serialize, start

SVG: Final = "http://www.w3.org/2000/svg"
WIDTH: Final = 1200
HEIGHT: Final = 1600
WATER: Final = "#0a3d42"
ROPE: Final = "#e88c4f"
SAIL: Final = "#fffefa"
LARGEST: Final = 112
LINE_LIMIT: Final = 18
MOST_LINES: Final = 9


def cover(book: Book) -> bytes:
    """Return the cover as a drawing; the colour is the partner's where it has one."""
    look = book.rendered.partner.look if book.rendered.partner else None
    root = start(SVG, "svg")
    for name, value in {
        "viewBox": f"0 0 {WIDTH} {HEIGHT}",
        "width": f"{WIDTH}",
        "height": f"{HEIGHT}",
        "role": "img",
        "lang": book.language,
        "font-family": "Georgia, 'Libertinus Serif', serif",
    }.items():
        root.set(name, value)
    add(root, "title", book.title)
    fill = (look.accent if look else None) or WATER
    size = {"width": f"{WIDTH}", "height": f"{HEIGHT}", "fill": fill}
    add(root, "rect", attributes=size)
    rope = {"x": "100", "y": "190", "width": "140", "height": "12", "fill": ROPE}
    add(root, "rect", attributes=rope)
    lines, letters = _set_lines(book.title)
    for number, line in enumerate(lines):
        _line(root, line, 330 + number * letters * 1.2, letters)
    said = (look.mark if look else "") or book.institution
    for number, line in enumerate(textwrap.wrap(said, 38)[:3]):
        _line(root, line, 1410 + number * 60, 48)
    return serialize(root)


def _set_lines(title: str) -> tuple[list[str], float]:
    """Return the lines of the title, and letters small enough for all of them to fit."""
    for limit in (LINE_LIMIT, 24, 32, 44):
        lines = textwrap.wrap(title, limit, break_on_hyphens=False)
        if len(lines) <= MOST_LINES:
            break
    longest = max(map(len, lines), default=1)
    return lines, min(LARGEST, 1000 / (longest * 0.52), 1000 / (len(lines) * 1.2 or 1))


def _line(root: etree._Element, text: str, y: float, size: float) -> None:
    facts = {"x": "100", "y": f"{y:.0f}", "font-size": f"{size:.0f}", "fill": SAIL}
    add(root, "text", text, facts)
