"""What a platform asks content for, and our answer to it (LTI deep linking 2.0)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem
from pylti1p3.registration import Registration
from typing_extensions import override

from lti_tool.lti.claims import DEEP_LINKING, Claims, group, web_address, wrong
from lti_tool.lti.line_items import NewColumn
from lti_tool.lti.signing import KeySource
from lti_tool.models import Platform

LINK = "ltiResourceLink"
"""The one type of content that we make: a link to ourselves (deep linking 2.0, 3.2)."""
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
OPENINGS = ("iframe", "window")
"""Where a link may open, as far as we have to say in it (deep linking 2.0, 3.2)."""
ICON_PIXELS = 64
MOST_TARGETS = 20
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps; lines and tabulators may well be in what a platform gives us."""


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    """What a platform expects of our choice (deep linking 2.0, 4.4.1).

    ``openings`` are those of ``OPENINGS`` that it accepts.
    """

    return_url: str
    data: str | None
    accepts_links: bool
    accepts_several: bool
    accepts_line_item: bool
    openings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentItem:
    """One link to place in a class (deep linking 2.0, 3.2).

    Without a ``column`` the platform makes none for it. ``opening`` is one of
    ``OPENINGS``, or ``None`` to leave it to the platform.
    """

    title: str
    url: str
    icon_url: str
    custom: Mapping[str, str]
    text: str = ""
    column: NewColumn | None = None
    available_from: datetime | None = None
    due_until: datetime | None = None
    opening: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a teacher comes back with (deep linking 2.0, 4.5): items, or why there are none.

    ``message`` and ``error`` are for people, ``error_log`` is for the platform's log.
    """

    items: Sequence[ContentItem] = ()
    message: str | None = None
    error: str | None = None
    error_log: str | None = None

    def words(self) -> dict[str, str]:
        """Return the claims besides the items, by the names of the specification."""
        said = {"msg": self.message, "errormsg": self.error, "errorlog": self.error_log}
        return {f"{DL}{name}": text for name, text in said.items() if text}


def read_settings(claims: Claims) -> DeepLinkingSettings:
    """Read what a platform expects. Raise ``LaunchRefused``.

    A platform that does not say whether it takes several links gets one: the others
    could be lost. One that does not say whether it makes columns is asked for them.
    """
    settings = group(claims, DEEP_LINKING) or {}
    return_url = web_address(settings.get("deep_link_return_url"))
    if return_url is None:
        raise wrong("deep_link_return_url", "is missing or is not a web address")
    data = settings.get("data")
    if data is not None and not isinstance(data, str):
        raise wrong("deep_linking_settings.data", "is not a text")
    if data is not None and UNKEEPABLE.search(data):
        raise wrong("deep_linking_settings.data", "has characters that cannot be given back")
    targets = settings.get("accept_presentation_document_targets")
    named = targets[:MOST_TARGETS] if isinstance(targets, list) else []
    return DeepLinkingSettings(
        return_url=return_url,
        data=data,
        accepts_links=LINK in _accepted_types(settings),
        accepts_several=_says_yes(settings, "accept_multiple", default=False),
        accepts_line_item=_says_yes(settings, "accept_lineitem", default=True),
        openings=tuple(opening for opening in OPENINGS if opening in named),
    )


def as_if_links_were_accepted(claims: Claims) -> dict[str, Any]:
    """Return the settings' claim as the library wants it, which refuses one without links.

    It would be a page about a claim; the picker tells the teacher, and takes them back.
    """
    settings = claims.get(DEEP_LINKING)
    if not isinstance(settings, dict) or not isinstance(settings.get("accept_types"), list):
        return {}
    return {DEEP_LINKING: {**settings, "accept_types": [*_accepted_types(settings), LINK]}}


def deep_linking_response(
    platform: Platform,
    deployment_id: str,
    data: str | None,
    answer: Answer,
    keys: KeySource,
) -> str:
    """Return the signed answer, to be posted by the browser as ``JWT``."""
    registration = Registration().set_issuer(platform.issuer).set_client_id(platform.client_id)
    link = DeepLink(registration, deployment_id, {} if data is None else {"data": data})
    message = link.get_message_jwt([_Resource(item) for item in answer.items])
    if data is None:
        # Only what the platform gave is given back (LTI deep linking 2.0, 4.5.6).
        del message[f"{DL}data"]
    message["nonce"] = secrets.token_urlsafe(24)
    message.update(answer.words())
    return keys().sign(message)


class _Resource(DeepLinkResource):
    """The library's link, with what the specification has besides."""

    def __init__(self, item: ContentItem) -> None:
        self._item = item
        self.set_title(item.title).set_url(item.url).set_custom_params(dict(item.custom))
        if item.column is not None:
            column = item.column
            self.set_lineitem(
                LineItem()
                .set_label(column.label)
                .set_score_maximum(column.maximum)
                .set_resource_id(column.resource_id)
                .set_tag(column.tag)
            )

    @override
    def to_dict(self) -> dict[str, object]:
        item = self._item
        size = {"width": ICON_PIXELS, "height": ICON_PIXELS}
        described: dict[str, object] = {**super().to_dict(), "icon": {"url": item.icon_url, **size}}
        if item.text:
            described["text"] = item.text
        if item.available_from is not None:
            described["available"] = {"startDateTime": _written(item.available_from)}
        if item.due_until is not None:
            described["submission"] = {"endDateTime": _written(item.due_until)}
        if item.opening is not None:
            described[item.opening] = {"targetName": "_blank"} if item.opening == "window" else {}
        return described


def _written(moment: datetime) -> str:
    """Write a moment with its offset (ISO 8601), as the teacher's clock had it."""
    return moment.isoformat(timespec="seconds")


def _accepted_types(settings: Claims) -> list[object]:
    types = settings.get("accept_types")
    return types if isinstance(types, list) else []


def _says_yes(settings: Claims, name: str, *, default: bool) -> bool:
    """Read a boolean that some platforms write as a text."""
    value = settings.get(name)
    return default if value is None else value not in (False, "false", "False")
