"""What a tool returns from its picker, made into links and columns (deep linking 2.0, 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from classroom.options import Options
from classroom.services import read_line_item
from classroom.store import NewLineItem, NewLink

DEFAULT_MAXIMUM = 100
LONGEST_TEXT = 2000


class ContentItemError(ValueError):
    """An item that cannot become a link of this course, and why."""


def read_content_item(item: Mapping[str, Any], options: Options) -> NewLink:
    """A link to the tool. Raise ``ContentItemError``, or ``LtiServiceException`` for its column.

    An item without ``lineItem`` gets no column (M).
    """
    title = _text(item, "title") or options.tool_url
    return NewLink(
        title=title,
        address=_address(item.get("url"), options),
        description=_text(item, "text"),
        custom=_custom(item.get("custom")),
        line_item=_line_item(item.get("lineItem"), title),
        opens_at=_moment(item, "available", "startDateTime"),
        due_at=_moment(item, "submission", "endDateTime"),
        opening=next((each for each in ("iframe", "window") if _object(item, each)), ""),
    )


def _object(item: Mapping[str, Any], name: str) -> bool:
    """Whether the item has that object; anything else under its name is a mistake."""
    if name in item and not isinstance(item[name], dict):
        raise ContentItemError(f"{name} is not an object")
    return name in item


def _moment(item: Mapping[str, Any], span: str, end: str) -> str:
    """One end of a span of time, as it is written; empty without (deep linking 2.0, 3.2)."""
    if not _object(item, span):
        return ""
    written = _text(item[span], end)
    try:
        moment = datetime.fromisoformat(written) if written else None
    except ValueError as error:
        raise ContentItemError(f"{span}.{end} is not a time") from error
    if moment is not None and moment.tzinfo is None:
        raise ContentItemError(f"{span}.{end} does not say its distance from UTC")
    return written


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name) or ""
    if not isinstance(value, str):
        raise ContentItemError(f"{name} is not a text")
    return value.strip()[:LONGEST_TEXT]


def _address(url: object, options: Options) -> str:
    """The part of ``url`` below the tool's origin; without a URL, where messages go."""
    if url is None:
        url = options.launch_url
    if not isinstance(url, str) or not url.startswith(f"{options.tool_url}/"):
        raise ContentItemError(f"url is not below {options.tool_url}")
    parts = urlsplit(url)
    return parts._replace(scheme="", netloc="").geturl()


def _custom(custom: object) -> dict[str, str]:
    if custom is None:
        return {}
    if not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
        raise ContentItemError("custom is not a set of texts")
    return custom


def _line_item(line_item: object, title: str) -> NewLineItem | None:
    if line_item is None:
        return None
    if not isinstance(line_item, dict):
        raise ContentItemError("lineItem is not an object")
    return read_line_item({"label": title, "scoreMaximum": DEFAULT_MAXIMUM, **line_item})
