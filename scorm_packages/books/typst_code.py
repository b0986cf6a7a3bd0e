"""XHTML as Typst sets it.

All that is written is Typst's code mode, in which whatever the course says stands in string
literals: nothing in a course is ever read as Typst's own markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from scorm_packages.books.markup import HEADINGS, Node, tag

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": " ", "\r": " ", "\t": " "})

INLINE: Final = frozenset(
    {"a", "abbr", "br", "cite", "code", "em", "img", "kbd", "mark", "q", "samp", "small", "span"}
    | {"strong", "sub", "sup", "var"}
)
WRAPPERS: Final = {
    "cite": "emph",
    "code": "code",
    "em": "emph",
    "kbd": "code",
    "mark": "highlight",
    "q": "quote",
    "samp": "code",
    "small": "small",
    "strong": "strong",
    "sub": "sub",
    "sup": "super",
    "var": "emph",
}
ROOM: Final = "room-to-write"
ALIGNMENTS: Final = {"align-right": "end", "align-center": "center", "align-left": "start"}


def literal(text: str) -> str:
    """Return text as a string literal of Typst."""
    return f'"{text.translate(_ESCAPES)}"'


def labelled(expression: str, name: str) -> str:
    """Return what ``expression`` makes, under a name that links can lead to."""
    return f"[#{expression}#label({literal(name)})]"


@dataclass(slots=True)
class Typesetter:
    """Sets elements of one book.

    ``target`` returns the name of the place that a link means, or the address of another
    host, as a Typst expression; ``None`` when it leads nowhere. ``base`` is the level of the
    heading that stands above; ``scope`` is put before ids.
    """

    target: Callable[[str], str | None]
    base: int = 1
    scope: str = ""
    _level: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._level = self.base

    def flow(self, nodes: Iterable[Node], below: int | None = None) -> str:
        """Return nodes as blocks; what is inline among them makes paragraphs.

        ``below`` is the level of the heading right above them, where it is another one.
        """
        self._level = below or self._level
        made: list[str] = []
        waiting: list[str] = []
        for node in nodes:
            if isinstance(node, str) or tag(node) in INLINE:
                waiting += self._inline(node, is_outer=True)
                continue
            made += _paragraph(waiting)
            waiting = []
            made += self._block(node)
        return "\n".join([*made, *_paragraph(waiting)])

    def line(self, nodes: Iterable[Node]) -> str:
        """Return nodes as what stands within a line."""
        return "; ".join(part for node in nodes for part in self._inline(node)) or '""'

    # -- Within a line ------------------------------------------------------------------

    def _inline(self, node: Node, *, is_outer: bool = False) -> Iterator[str]:
        if isinstance(node, str):
            if not is_outer or node.strip(" \n\t\r"):
                yield literal(node)
            return
        if own := node.get("id"):
            yield self._anchor(own)
        name = tag(node)
        if name in WRAPPERS:
            yield f"{WRAPPERS[name]}({{ {self._own_line(node)} }})"
        elif name in _INLINE:
            yield _INLINE[name](self, node)
        else:
            yield f"{{ {self._own_line(node)} }}"

    def _break(self, node: etree._Element) -> str:
        del node
        return "linebreak()"

    def _span(self, node: etree._Element) -> str:
        name = node.get("class")
        if name == "room":
            return "room"
        dash = '"– "; ' if name == "callout-name" else ""
        return f"{{ {dash}{self._own_line(node)} }}"

    def _own_line(self, node: etree._Element) -> str:
        said = self.line(_content(node))
        language = node.get("lang")
        return f"text(lang: {literal(language.split('-')[0])}, {{ {said} }})" if language else said

    def _link(self, node: etree._Element) -> str:
        said = self.line(_content(node))
        where = self.target(node.get("href") or "")
        return f"link({where}, {{ {said} }})" if where else f"{{ {said} }}"

    def _image(self, node: etree._Element) -> str:
        path = literal("/" + (node.get("src") or ""))
        alt = (node.get("alt") or "").strip()
        if not alt:
            return f"pdf.artifact(image({path}))"
        return f"image({path}, alt: {literal(alt)})"

    # -- Blocks -------------------------------------------------------------------------

    def _block(self, node: etree._Element) -> Iterator[str]:
        name = tag(node)
        own = node.get("id")
        if own and name not in ("li", "dt"):
            yield self._anchor(own)
        if name in HEADINGS:
            yield self._heading(node, HEADINGS.index(name))
        elif name == "p":
            yield self._paragraph_of(node)
        elif name in _BLOCKS:
            yield _BLOCKS[name](self, node)
        elif name == "hr":
            yield "rule"
        elif name:
            yield self._group(node)

    def _anchor(self, own: str) -> str:
        return labelled("metadata(none)", f"{self.scope}{own}")

    def _heading(self, node: etree._Element, depth: int) -> str:
        self._level = min(self.base + depth, self._level + 1)
        said = self.line(_content(node))
        return f"heading(level: {self._level}, outlined: false, bookmarked: false, {{ {said} }})"

    def _paragraph_of(self, node: etree._Element) -> str:
        said = self.line(_content(node))
        return f"callout-title({{ {said} }})" if "callout-title" in _classes(node) else _par(said)

    def _group(self, node: etree._Element) -> str:
        said = self.flow(_content(node))
        classes = _classes(node)
        if "callout" in classes or "outcomes" in classes:
            return f"callout({{\n{said}\n}})"
        if "drawing" in classes:
            return f"drawing({{\n{said}\n}})"
        return f"{{\n{said}\n}}"

    def _figure(self, node: etree._Element) -> str:
        caption = next((child for child in node if tag(child) == "figcaption"), None)
        shown = [each for each in _content(node) if each is not caption]
        said = "none" if caption is None else f"{{ {self.line(_content(caption))} }}"
        return f"figure({{ {self.line(shown)} }}, caption: {said}, kind: image, supplement: none)"

    def _quote(self, node: etree._Element) -> str:
        return f"quote(block: true, {{\n{self.flow(_content(node))}\n}})"

    def _code(self, node: etree._Element) -> str:
        lines = "".join(str(text) for text in node.itertext()).rstrip("\n").split("\n")
        said = ' + "\\n" + '.join(map(literal, lines))
        return f"raw(block: true, {said})"

    def _list(self, node: etree._Element) -> str:
        items = ",\n".join(self._item(child) for child in node if tag(child) == "li")
        classes = _classes(node)
        if tag(node) == "ol":
            return f"enum(start: {int(node.get('start') or 1)}, {items})"
        marker = "marker: none, " if "lettered" in classes else ""
        marker = "marker: checkbox, " if "boxes" in classes else marker
        return f"list({marker}{items})"

    def _item(self, node: etree._Element) -> str:
        own = node.get("id")
        label = f"{self._anchor(own)}\n" if own else ""
        return f"{{\n{label}{self._within(node)}\n}}"

    def _within(self, node: etree._Element) -> str:
        """Set what is in an item or a cell: a line, unless it holds blocks."""
        nodes = _content(node)
        if all(isinstance(each, str) or tag(each) in INLINE for each in nodes):
            return self.line(nodes)
        return self.flow(nodes)

    def _terms(self, node: etree._Element) -> str:
        """Set terms and what is said of them; several of the one or the other are kept together."""
        items: list[tuple[list[str], list[str]]] = []
        for child in node:
            if tag(child) == "dt":
                if not items or items[-1][1]:
                    items.append(([], []))
                items[-1][0].append(self._term(child))
            elif tag(child) == "dd" and items:
                items[-1][1].append(self._within(child))
        said = (
            f"terms.item({{ {'; linebreak(); '.join(terms)} }}, {{\n{_separated(texts)}\n}})"
            for terms, texts in items
        )
        return f"terms({', '.join(said)})" if items else '""'

    def _term(self, node: etree._Element) -> str:
        own = node.get("id")
        said = self.line(_content(node))
        return f"{self._anchor(own)}; {said}" if own else said

    def _table(self, node: etree._Element) -> str:
        rows = list(node.iter("{*}tr"))
        heads = list(node.iterfind("{*}thead/{*}tr"))
        width = max((len(row) for row in rows), default=1)
        head = ", ".join(cell for row in heads for cell in self._cells(row, width))
        body = [cell for row in rows if row not in heads for cell in self._cells(row, width)]
        # What is to be filled in by hand needs room in every column.
        columns = f"(1fr,) * {width}" if ROOM in body else f"{width}"
        cells = [f"table.header({head})", *body] if head else body
        laid_out = f"table(columns: {columns}, {', '.join(cells)})"
        caption = node.find("{*}caption")
        if caption is None:
            return laid_out
        return f"caption({{ {self.line(_content(caption))} }}, {laid_out})"

    def _cells(self, row: etree._Element, width: int) -> Iterator[str]:
        for cell in row:
            nodes = _content(cell)
            is_head = tag(cell) == "th"
            if not nodes and not is_head:
                yield ROOM
                continue
            said = self._within(cell)
            said = f"strong({{ {said} }})" if is_head else f"{{ {said} }}"
            sides = [ALIGNMENTS[each] for each in _classes(cell) if each in ALIGNMENTS]
            yield f"table.cell(align: {sides[0]}, {said})" if sides else f"[#{said}]"
        yield from ['""'] * (width - len(row))


def _content(element: etree._Element) -> list[Node]:
    nodes: list[Node] = [element.text] if element.text else []
    for child in element:
        if isinstance(child.tag, str):
            nodes.append(child)
        if child.tail:
            nodes.append(child.tail)
    return nodes


def _classes(node: etree._Element) -> list[str]:
    return (node.get("class") or "").split()


def _par(said: str) -> str:
    return f"par({{ {said} }})"


def _paragraph(parts: list[str]) -> list[str]:
    return [_par("; ".join(parts))] if parts else []


def _separated(texts: list[str]) -> str:
    return "\nparbreak()\n".join(texts) or '""'


_INLINE: Final[Mapping[str, Callable[[Typesetter, etree._Element], str]]] = {
    "a": Typesetter._link,
    "br": Typesetter._break,
    "img": Typesetter._image,
    "span": Typesetter._span,
}
_BLOCKS: Final[Mapping[str, Callable[[Typesetter, etree._Element], str]]] = {
    "blockquote": Typesetter._quote,
    "dl": Typesetter._terms,
    "figure": Typesetter._figure,
    "ol": Typesetter._list,
    "pre": Typesetter._code,
    "table": Typesetter._table,
    "ul": Typesetter._list,
}
