"""XHTML elements, made by hand or from what the course rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Final, TypeAlias

from lxml import etree, html

from scorm_packages.manifest import XML, qualified

XHTML: Final = "http://www.w3.org/1999/xhtml"
OPS: Final = "http://www.idpf.org/2007/ops"

EPUB_TYPE: Final = qualified(OPS, "type")
XML_LANG: Final = qualified(XML, "lang")

Node: TypeAlias = "etree._Element | str"

ZERO_WIDTH_SPACE: Final = "\u200b"
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_OF_THE_SCREEN: Final = frozenset({"decoding", "loading", "rel", "tabindex", "target"})
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def made(name: str, *content: Node | None, **attributes: str) -> etree._Element:
    """Return an XHTML element with this content; ``None`` stands for nothing.

    ``class_`` and ``type_`` are the attributes ``class`` and ``epub:type``; a hyphen is written
    as an underscore.
    """
    names: dict[str | None, str] = {None: XHTML, "epub": OPS}
    # The stubs know no default namespace, which lxml spells None.
    element = etree.Element(qualified(XHTML, name), nsmap=names)  # type: ignore[arg-type]
    for key, value in attributes.items():
        element.set(EPUB_TYPE if key == "type_" else key.rstrip("_").replace("_", "-"), value)
    append(element, content)
    return element


def append(parent: etree._Element, content: Iterable[Node | None]) -> None:
    """Append elements and texts, in this order."""
    for node in content:
        if isinstance(node, str):
            _append_text(parent, _CONTROLS.sub("", node))
        elif node is not None:
            parent.append(node)


def _append_text(parent: etree._Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def tag(element: etree._Element) -> str:
    """Return an element's name without its namespace; nothing for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def prose(text: str, deeper: int = 0) -> list[Node]:
    """Return rendered HTML as XHTML, its headings ``deeper`` by so many levels.

    What only means something on a screen is taken out: where a link opens, what can be
    scrolled.
    """
    if not text.strip():
        return []
    # libxml2 does not know that <wbr> is empty, and would put all that follows into it.
    said = _CONTROLS.sub("", text).replace("<wbr>", ZERO_WIDTH_SPACE)
    parsed = html.fragment_fromstring(said, create_parent="div")
    return _content(_translated(parsed, deeper))


def _content(element: etree._Element) -> list[Node]:
    """Take an element's content out of it, in order."""
    nodes: list[Node] = [element.text] if element.text else []
    for child in list(element):
        tail, child.tail = child.tail, None
        nodes.append(child)
        if tail:
            nodes.append(tail)
    return nodes


def _translated(source: etree._Element, deeper: int) -> etree._Element:
    name = str(source.tag).lower()
    if name in HEADINGS:
        name = HEADINGS[min(HEADINGS.index(name) + deeper, len(HEADINGS) - 1)]
    element = made(name)
    for key, value in source.attrib.items():
        if str(key) not in _OF_THE_SCREEN:
            element.set(str(key), _CONTROLS.sub("", str(value)))
        if key == "lang":
            element.set(XML_LANG, str(value))
    element.text = source.text
    for child in source:
        if isinstance(child.tag, str) and child.get("class") != "visually-hidden":
            copied = _translated(child, deeper)
            copied.tail = child.tail
            element.append(copied)
        elif child.tail:
            _append_text(element, child.tail)
    return element


def inline(text: str) -> list[Node]:
    """Return rendered inline HTML as XHTML."""
    return prose(text)


def copies(nodes: Iterable[Node]) -> list[Node]:
    """Return the same nodes, free to be put elsewhere."""
    return [node if isinstance(node, str) else deepcopy(node) for node in nodes]


def unwrap(element: etree._Element) -> None:
    """Leave what an element says in its place, and take the element away."""
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    tail = element.tail
    nodes = _content(element)
    parent.remove(element)
    after = list(parent)[place:]
    for each in after:
        parent.remove(each)
    append(parent, [*nodes, tail])
    for each in after:
        parent.append(each)


def rewrite_links(root: etree._Element, target: Callable[[str], str | None]) -> None:
    """Lead every link where ``target`` says; what it leads nowhere is no link any more."""
    for link in list(root.iter(qualified(XHTML, "a"))):
        address = link.get("href")
        leads_to = target(address) if address else None
        if leads_to is None:
            unwrap(link)
        else:
            link.set("href", leads_to)
