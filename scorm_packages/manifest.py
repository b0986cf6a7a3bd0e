"""lxml, held the way this project uses it.

XML that we write is UTF-8 without character references, because some platforms
show ``&#233;`` as it stands. XML that we read may come from anybody: it is parsed
without entities, without a DTD and without a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

XML: Final = "http://www.w3.org/XML/1998/namespace"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"

IMSCP12: Final = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
IMSMD12: Final = "http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"
ADLCP12: Final = "http://www.adlnet.org/xsd/adlcp_rootv1p2"

IMSCP2004: Final = "http://www.imsglobal.org/xsd/imscp_v1p1"
ADLCP2004: Final = "http://www.adlnet.org/xsd/adlcp_v1p3"
ADLSEQ2004: Final = "http://www.adlnet.org/xsd/adlseq_v1p3"
ADLNAV2004: Final = "http://www.adlnet.org/xsd/adlnav_v1p3"
IMSSS: Final = "http://www.imsglobal.org/xsd/imsss"
LOM: Final = "http://ltsc.ieee.org/xsd/LOM"


class UnsafeXml(ValueError):
    """A document that is not well-formed, not UTF-8, or wants something from outside."""


def add(
    parent: etree._Element,
    name: str,
    text: str | None = None,
    attributes: Mapping[str, str] | None = None,
    *,
    namespace: str | None = None,
) -> etree._Element:
    """Append an element, in the parent's namespace unless another one is named."""
    space = namespace or etree.QName(parent).namespace or ""
    element = etree.SubElement(parent, etree.QName(space, name))
    for key, value in (attributes or {}).items():
        element.set(key, value)
    element.text = text
    return element


def start(
    namespace: str,
    name: str,
    prefixes: Mapping[str, str] | None = None,
    parent: etree._Element | None = None,
) -> etree._Element:
    """An element that makes its namespace the default one, at the root or below ``parent``."""
    names: dict[str | None, str] = {None: namespace}
    names.update((prefixes or {}).items())
    tag = etree.QName(namespace, name)
    # The stubs know no default namespace, which lxml spells None.
    if parent is None:
        return etree.Element(tag, nsmap=names)  # type: ignore[arg-type]  # see above
    return etree.SubElement(parent, tag, nsmap=names)  # type: ignore[arg-type]  # see above


def qualified(namespace: str, name: str) -> str:
    """``{namespace}name``, as lxml spells a qualified name."""
    return f"{{{namespace}}}{name}"


def serialize(root: etree._Element) -> bytes:
    """The document as every platform reads it: UTF-8, declared, indented."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def parse_untrusted(content: bytes) -> etree._Element:
    """Parse XML from a stranger; raise ``UnsafeXml`` rather than follow or expand anything.

    A document type is refused before the parser sees it: no format that is read
    here needs one, and entities cannot be declared without it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnsafeXml(f"it is not UTF-8 ({error})") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnsafeXml("it declares a document type or an entity")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnsafeXml(f"it is not well-formed XML: {error}") from error
