"""What may lie in a course's ``media`` folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from course_content.files import UnreadableFile, read_bytes
from course_content.problems import Problem, suggestion

LARGEST_MEDIUM: Final = 10 * 1024 * 1024
"""Largest media file, in bytes: a package that everyone downloads stays small."""

_FORBIDDEN_ELEMENTS = frozenset(
    {"audio", "embed", "foreignobject", "handler", "iframe", "object", "script", "video"}
)
_OUTSIDE = re.compile(r"@import|javascript:|url\(\s*['\"]?(?!#|data:image/)", re.IGNORECASE)
_INSIDE_ADDRESS = re.compile(r"#|data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def _attribute_is_harmless(name: str, value: str) -> bool:
    if name == "href":
        return bool(_INSIDE_ADDRESS.match(value.strip()))
    return not name.startswith("on") and not _OUTSIDE.search(value)


def _element_is_harmless(element: Element) -> bool:
    name = _local(str(element.tag))
    text = element.text or ""
    return (
        name not in _FORBIDDEN_ELEMENTS
        and not (name == "style" and _OUTSIDE.search(text))
        and not (name in ("set", "animate") and "href" in element.get("attributeName", ""))
        and all(_attribute_is_harmless(_local(k), v) for k, v in element.attrib.items())
    )


def _drawing_objection(content: bytes) -> tuple[str, str] | None:
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return "This drawing is not plain SVG.", "Save it again as SVG, without a document type."
    if _local(root.tag) != "svg" or not all(map(_element_is_harmless, root.iter())):
        return (
            "This drawing holds a script, an event handler or an outside address.",
            "Remove it: save the drawing again as plain SVG.",
        )
    return None


def _begins_with(*signatures: bytes) -> Callable[[bytes], tuple[str, str] | None]:
    def objection(content: bytes) -> tuple[str, str] | None:
        if content.startswith(signatures):
            return None
        return (
            "This file is not of the kind that its name says.",
            "Save it again in the format of its name.",
        )

    return objection


def _text_objection(content: bytes) -> tuple[str, str] | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "This file is not in UTF-8.", "Save it again with the UTF-8 encoding."
    return None


_OBJECTIONS: Mapping[str, Callable[[bytes], tuple[str, str] | None]] = {
    ".csv": _text_objection,
    ".gif": _begins_with(b"GIF87a", b"GIF89a"),
    ".jpeg": _begins_with(b"\xff\xd8\xff"),
    ".jpg": _begins_with(b"\xff\xd8\xff"),
    ".pdf": _begins_with(b"%PDF-"),
    ".png": _begins_with(b"\x89PNG\r\n\x1a\n"),
    ".svg": _drawing_objection,
    ".webp": _begins_with(b"RIFF"),
}


def medium_problem(folder: Path, name: str) -> Problem | None:
    """Return what is wrong with a media file of a course, if anything."""
    relative = f"media/{name}"
    objection = _OBJECTIONS.get(Path(name).suffix.lower())
    if objection is None:
        return Problem(
            relative,
            None,
            "Files of this kind are not shown in a course.",
            suggestion(Path(name).suffix.lower(), _OBJECTIONS),
        )
    try:
        content = read_bytes(folder, relative, LARGEST_MEDIUM, "Make it smaller.")
    except UnreadableFile as error:
        return error.problem
    said = objection(content)
    return Problem(relative, None, *said) if said else None
