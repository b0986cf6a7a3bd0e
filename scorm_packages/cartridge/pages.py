"""Units as pages that stand by themselves: no script, a small style sheet, links among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from lxml import etree

from course_content.addresses import GLOSSARY, is_term
from scorm_packages.books.markup import Node, made
from scorm_packages.books.sheets import sheet
from scorm_packages.books.words import Words, words
from scorm_packages.rendered import RenderedCourse

STYLE: Final = "style.css"
_SHEET: Final = Path(__file__).with_name(STYLE)
_INNER_LINK: Final = re.compile(r' href="#/(?P<path>[a-z0-9-]+/[a-z0-9-]+)"')


def page_name(unit: str, step: str) -> str:
    """Return the name of a step's page. No id has a dot, so no two have the same."""
    return f"{unit}.{step}.html"


def style(course: RenderedCourse) -> bytes:
    """Return the style of all pages, in the partner's colour where it has one."""
    accent = course.partner.look.accent if course.partner else None
    own = f":root {{ --accent: {accent}; }}\n".encode() if accent else b""
    return _SHEET.read_bytes() + own


def entries(course: RenderedCourse) -> Iterator[Mapping[str, Any]]:
    """Yield the outline's entries of all units, the appendices last."""
    for part in course.outline["parts"]:
        yield from part["units"]
    yield from course.outline["appendices"]


def pages(course: RenderedCourse) -> dict[str, bytes]:
    """Return every page by name. What a quiz asks is no page."""
    said = words(course.language)
    steps = [(unit, step) for unit in entries(course) for step in unit["steps"]]
    there = {f"{unit['id']}/{step['id']}" for unit, step in steps if step["kind"] != "quiz"}
    made: dict[str, bytes] = {}
    opened: set[str] = set()
    for unit, step in steps:
        if step["kind"] == "quiz":
            continue
        lead = "" if unit["id"] in opened else _lead(unit, said)
        opened.add(unit["id"])
        content = course.unit(unit["id"])["steps"][step["id"]]
        is_page = "html" in content
        body = content["html"] if is_page else _html(sheet(content["workshop"], said))
        text = with_links(lead + body, there)
        name = page_name(unit["id"], step["id"])
        made[name] = _document(step["title"], text, course.language)
    return made


def with_links(html: str, there: set[str]) -> str:
    """Let links to other steps lead to their pages, and nowhere when they have none."""

    def lead(found: re.Match[str]) -> str:
        path = found["path"]
        anchor = ""
        if is_term(path):
            anchor = f"#term-{path.partition('/')[2]}"
            path = f"{GLOSSARY}/{GLOSSARY}"
        return f' href="{page_name(*path.split("/"))}{anchor}"' if path in there else ""

    return _INNER_LINK.sub(lead, html)


def _lead(unit: Mapping[str, Any], said: Words) -> str:
    """Return how long a unit takes, and what one learns in it."""
    if not unit["outcomes"]:
        return ""
    minutes = escape(said("outcomes.minutes", count=unit["minutes"]))
    items = "".join(f"<li>{escape(each)}</li>\n" for each in unit["outcomes"])
    title = escape(said("outcomes.title"))
    return (
        f'<section class="outcomes">\n<p>{minutes}</p>\n<h2>{title}</h2>\n'
        f"<ul>\n{items}</ul>\n</section>\n"
    )


def _html(nodes: Iterable[Node]) -> str:
    """Write as HTML what a book has as XHTML."""
    root = made("div", *nodes)
    for element in root.iter("*"):
        element.tag = etree.QName(element).localname
        for name in element.attrib:
            if etree.QName(name).namespace:
                del element.attrib[name]
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode", method="html") + "\n"


def _document(title: str, body: str, language: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{STYLE}">\n</head>\n'
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    ).encode()
