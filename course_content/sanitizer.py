"""The last gate of everything that goes into a page: HTML with nothing in it that can harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import nh3

from course_content.addresses import EXTERNAL_LINK, MAIL_LINK, MEDIA_NAME
from course_content.wording import CALLOUTS

RAW_ELEMENTS: Final = frozenset(
    {"abbr", "br", "cite", "kbd", "mark", "q", "samp", "small", "sub", "sup", "var", "wbr"}
)
"""The HTML elements that may be written as such in a course file."""

_TAGS = {
    *("a", "aside", "blockquote", "code", "div", "em", "figcaption", "figure", "hr", "img", "p"),
    *("dd", "dl", "dt", "li", "ol", "ul", "pre", "section", "span", "strong"),
    *("h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
    *RAW_ELEMENTS,
}

_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"aria-label", "class", "id", "lang", "role"},
    "a": {"href", "rel", "target"},
    "abbr": {"title"},
    "div": {"tabindex"},
    "img": {"alt", "decoding", "loading", "src"},
    "ol": {"start"},
    "th": {"scope"},
}

_CLASSES = {
    "align-center",
    "align-left",
    "align-right",
    "callout",
    "callout-kind",
    "callout-name",
    "callout-title",
    "citation",
    "download",
    "external",
    "footnote-backref",
    "footnote-ref",
    "footnotes",
    "table-scroll",
    "term",
    "visually-hidden",
    *(f"callout-{name}" for name in CALLOUTS),
}
_ROLES = {
    *("doc-backlink", "doc-biblioref", "doc-endnotes", "doc-noteref"),
    *("figure", "group", "note"),
}
_INNER_LINK = re.compile(r"#(?:/[a-z0-9-]+/[a-z0-9-]+|fn(?:ref)?-[a-z0-9-]+|ref-[A-Za-z0-9_-]+)")
_NOTE_ID = re.compile(r"fn(?:ref)?-[a-z0-9-]+")


def _only(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda value: value if pattern.fullmatch(value) else None


def _known_classes(value: str) -> str | None:
    return " ".join(name for name in value.split() if name in _CLASSES) or None


_VALUE_FILTERS: dict[str, Callable[[str], str | None]] = {
    "class": _known_classes,
    "id": _only(_NOTE_ID),
    "lang": _only(re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")),
    "role": lambda value: value if value in _ROLES else None,
    "rel": _only(re.compile(r"[a-z ]+")),
    "target": _only(re.compile(r"_blank")),
    "tabindex": _only(re.compile("0")),
    "start": _only(re.compile(r"[0-9]{1,6}")),
}


@lru_cache(maxsize=64)
def _cleaner(media_base: str) -> nh3.Cleaner:
    """Return a sanitiser that knows where this delivery keeps the course's media."""
    media = re.compile(re.escape(media_base) + MEDIA_NAME.pattern.removeprefix("media/"))

    def address(value: str) -> str | None:
        patterns = (media, _INNER_LINK, EXTERNAL_LINK, MAIL_LINK)
        return value if any(pattern.fullmatch(value) for pattern in patterns) else None

    filters = _VALUE_FILTERS | {"src": _only(media), "href": address}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        del tag
        check = filters.get(attribute)
        return check(value) if check else value

    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def sanitized(html: str, media_base: str = "media/") -> str:
    """Return ``html`` with nothing left in it that a course page does not need."""
    return _cleaner(media_base).clean(html)
