"""What a Markdown text holds and mentions, and on which line, without rendering it.

The loader checks it against the rest of the course.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from course_content.markdown import new_parser, words
from course_content.sanitizer import RAW_ELEMENTS
from course_content.typography import typographic


@dataclass(frozen=True, slots=True)
class Heading:
    """``line`` counts from 0; ``end`` is the line after its last."""

    level: int
    text: str
    line: int
    end: int
    first: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a text mentions. ``line`` counts from 0."""

    kind: str
    value: str
    line: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a text holds: its headings, and what the loader has to look up or refuse.

    Kinds of ``found``: ``citation`` (a key), ``image`` (a source, its alternative as
    detail), ``link`` (a target, its words as detail), ``raw`` (an HTML element), ``note``
    (a footnote that is not there), ``broken`` (a citation that cannot be read),
    ``container`` (a name that is not a callout), ``unclosed`` (a callout's name).
    """

    headings: tuple[Heading, ...]
    found: tuple[Found, ...]


_RAW_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)([^>]*)")
_SAFE_RAW_ATTRIBUTES = re.compile(r"""(?:\s+(?:title|lang)="[^"<>]*")*\s*/?""")
_MISSING_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_CONTAINER_LINE = re.compile(r":{3,}\s*(\S*)")


def _raw_elements(html: str) -> Iterator[str]:
    for name, attributes in _RAW_TAG.findall(html):
        if name.lower() not in RAW_ELEMENTS or not _SAFE_RAW_ATTRIBUTES.fullmatch(attributes):
            yield name.lower()


def _in_text(children: Sequence[Token], index: int, line: int) -> Iterator[Found]:
    token = children[index]
    for note in _MISSING_NOTE.findall(token.content):
        yield Found("note", note, line)
    if "[@" in token.content:
        yield Found("broken", token.content[token.content.index("[@") :][:60], line)
    container = _CONTAINER_LINE.match(token.content)
    if container:
        yield Found("container", container[1], line)


def _in_link(children: Sequence[Token], index: int, line: int) -> Iterator[Found]:
    close = next(
        (place for place in range(index, len(children)) if children[place].type == "link_close"),
        len(children),
    )
    target = str(children[index].attrGet("href") or "")
    yield Found("link", target, line, words(children[index:close]))


def _in_citation(children: Sequence[Token], index: int, line: int) -> Iterator[Found]:
    for key, _locator in children[index].meta["entries"]:
        yield Found("citation", key, line)


def _in_image(children: Sequence[Token], index: int, line: int) -> Iterator[Found]:
    """Yield the image, and what its caption mentions."""
    token = children[index]
    yield Found("image", str(token.attrGet("src") or ""), line, words(token.children or []))
    for found in inspect(str(token.attrGet("title") or ""), inline=True).found:
        yield replace(found, line=line)


def _in_raw(children: Sequence[Token], index: int, line: int) -> Iterator[Found]:
    for name in _raw_elements(children[index].content):
        yield Found("raw", name, line)


_IN_TOKEN: Mapping[str, Callable[[Sequence[Token], int, int], Iterator[Found]]] = {
    "citation": _in_citation,
    "html_inline": _in_raw,
    "image": _in_image,
    "link_open": _in_link,
    "text": _in_text,
}


def _in_inline(children: Sequence[Token], line: int) -> Iterator[Found]:
    for index, token in enumerate(children):
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type in _IN_TOKEN:
            yield from _IN_TOKEN[token.type](children, index, line)


def _in_block(token: Token, line: int, lines: Sequence[str]) -> Iterator[Found]:
    if token.type == "html_block":
        for name in _raw_elements(token.content):
            yield Found("raw", name, line)
    elif token.type.startswith("container_") and token.map:
        end = token.map[1]
        if end >= len(lines) or not lines[end].lstrip(" >").startswith(":::"):
            yield Found("unclosed", token.info.split()[0], line)


def _heading(token: Token, inline: Token, *, first: bool) -> Heading:
    start, end = token.map or (0, 0)
    return Heading(int(token.tag[1]), words(inline.children or []), start, end, first)


def inspect(text: str, *, inline: bool = False) -> Inspection:
    """Tell what a text holds, with the lines, without rendering it.

    ``inline`` says that it will be rendered inside a line.
    """
    tokens = _INSPECTOR.parseInline(text) if inline else _INSPECTOR.parse(text)
    lines = text.splitlines()
    headings: list[Heading] = []
    found: list[Found] = []
    line = 0
    for index, token in enumerate(tokens):
        if token.map:
            line = token.map[0]
        if token.type == "heading_open":
            headings.append(_heading(token, tokens[index + 1], first=index == 0))
        found.extend(_in_block(token, line, lines))
        found.extend(_in_inline(token.children or [], line))
    return Inspection(tuple(headings), tuple(found))


def running_lines(text: str, language: str, *, inline: bool = False) -> Iterator[tuple[int, str]]:
    """Yield each line of running text as a reader will see it, with its number from 0.

    Words in another language, code and addresses are left blank: other rules hold there.
    """
    tokens = _INSPECTOR.parseInline(text) if inline else _INSPECTOR.parse(text)
    line = 0
    for token in tokens:
        if token.map:
            line = token.map[0]
        if token.type == "inline":
            said = _running_text(token.children or [], language)
            yield from enumerate(said.split("\n"), start=line)


def _running_text(children: Sequence[Token], language: str) -> str:
    languages = [language]
    in_address = False
    said = ""
    for token in children:
        match token.type:
            case "span_open":
                languages.append(str(token.attrGet("lang") or languages[-1]))
            case "span_close":
                languages.pop()
            case "link_open" | "link_close":
                in_address = token.nesting == 1 and token.info == "auto"
            case "softbreak" | "hardbreak":
                said += "\n"
            case "text" if languages[-1] == language and not in_address:
                said += typographic(token.content, language)
            case "text" | "code_inline":
                said += "x" * len(token.content)
            case "image":
                said += _running_text(token.children or [], languages[-1])
    return said


def _new_inspector() -> MarkdownIt:
    """Return a parser that leaves headings and links as the author wrote them."""
    inspector = new_parser()
    inspector.core.ruler.disable(["typography", "headings", "empty_headers", "figures", "links"])
    return inspector


_INSPECTOR: Final = _new_inspector()
