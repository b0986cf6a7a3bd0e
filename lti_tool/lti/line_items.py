"""The gradebook's columns and what is in them (Assignment and Grade Services 2.0).

A *line item* is a column. Scores go to it by ``ScoreClient``; here its columns are listed,
made, changed and removed, and the results in one read back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lti_tool.lti.claims import LONGEST_ID, UNSTORABLE, label, web_address
from lti_tool.lti.http import Answer
from lti_tool.lti.services import (
    ServiceError,
    ServiceFault,
    Services,
    below,
    read_json,
    with_parameters,
)
from lti_tool.lti.tokens import ServiceCall, TokenClient
from lti_tool.models import Platform

LINE_ITEM_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READ_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"

# Exact: Moodle answers to nothing else.
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"

PAGE_ITEMS = 100
MOST_COLUMNS = 5_000
MOST_RESULTS = 20_000
LARGEST_SHARE = 100.0
"""What is further from 0 says nothing but that it is no grade of ours."""


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to be made (AGS 2.0, 3.1). ``maximum`` is the points of a full score.

    ``resource_id`` and ``tag`` are ours to choose: the platform gives them back.
    """

    label: str
    maximum: float
    resource_link_id: str | None
    resource_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the platform's. ``members`` is all that it says of it, known to us or not."""

    url: str
    label: str
    maximum: float | None
    resource_link_id: str | None
    resource_id: str
    tag: str
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a column holds for somebody (AGS 2.0, 3.3). ``score`` is ``None`` without a grade.

    ``score`` runs from 0 to ``maximum``, or beyond: a teacher may give more.
    """

    user_id: str
    score: float | None
    maximum: float

    @property
    def share(self) -> float | None:
        """The score as a part of the maximum, within what can be a grade."""
        if self.score is None:
            return None
        return max(-LARGEST_SHARE, min(self.score / self.maximum, LARGEST_SHARE))


class LineItemClient:
    """Lists, makes, changes and removes columns, and reads results. Safe to share.

    Every method raises ``ServiceError``. ``remove`` deletes whatever it is told to: which
    columns may be is judged in one place, ``services.columns``.
    """

    def __init__(self, tokens: TokenClient) -> None:
        self._services = Services(tokens)

    def columns(  # noqa: PLR0913 -- the filters that the specification has, one argument each
        self,
        platform: Platform,
        line_items_url: str,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
        scope: str = LINE_ITEM_SCOPE,
    ) -> tuple[Column, ...]:
        """Return the columns that answer to every filter given, page after page (3.1).

        The filters are asked for, and applied again: platforms may leave them out.
        """
        wanted = {
            name: value
            for name, value in (
                ("resource_link_id", resource_link_id),
                ("resource_id", resource_id),
                ("tag", tag),
            )
            if value is not None
        }
        first = with_parameters(line_items_url, {"limit": str(PAGE_ITEMS)})
        found: list[Column] = []
        for page in self._services.pages(platform, scope, first, LINE_ITEMS_TYPE, wanted):
            found += [_column(each) for each in _list(page)]
            if len(found) > MOST_COLUMNS:
                raise ServiceError(ServiceFault.TOO_LONG, f"more than {MOST_COLUMNS} columns")
        return tuple(
            column
            for column in found
            if all(getattr(column, name) == value for name, value in wanted.items())
        )

    def column(self, platform: Platform, url: str, *, scope: str = LINE_ITEM_SCOPE) -> Column:
        """Return one column as the platform describes it now (3.1.1)."""
        asked = ServiceCall("GET", url, {"Accept": LINE_ITEM_TYPE})
        return _column(read_json(self._services.call(platform, scope, asked)), url)

    def create(self, platform: Platform, line_items_url: str, new: NewColumn) -> Column:
        """Make a column (3.1.3). Whoever does not know whether it did looks for it first."""
        described = {
            "label": new.label,
            "scoreMaximum": new.maximum,
            "resourceId": new.resource_id,
            "tag": new.tag,
        }
        if new.resource_link_id is not None:
            described["resourceLinkId"] = new.resource_link_id
        return _column(read_json(self._send(platform, "POST", line_items_url, described)))

    def update(self, platform: Platform, column: Column, label: str, maximum: float) -> None:
        """Change a column's label and maximum (3.1.2).

        PUT replaces the whole object: whatever else the platform said of it is said again.
        """
        changed = {**column.members, "label": label, "scoreMaximum": maximum}
        self._send(platform, "PUT", column.url, changed)

    def remove(self, platform: Platform, url: str) -> None:
        """Delete a column with every grade in it (3.1.4). One that is gone is no error."""
        try:
            self._services.call(platform, LINE_ITEM_SCOPE, ServiceCall("DELETE", url, {}))
        except ServiceError as error:
            if error.fault is not ServiceFault.GONE:
                raise

    def results(
        self, platform: Platform, url: str, user_id: str | None = None
    ) -> tuple[Result, ...]:
        """Return what a column holds, of everybody or of one person (3.3)."""
        wanted = {"user_id": user_id} if user_id is not None else {}
        first = with_parameters(below(url, "results"), {"limit": str(PAGE_ITEMS)})
        found: list[Result] = []
        for page in self._services.pages(platform, RESULT_SCOPE, first, RESULTS_TYPE, wanted):
            found += [result for each in _list(page) if (result := _result(each)) is not None]
            if len(found) > MOST_RESULTS:
                raise ServiceError(ServiceFault.TOO_LONG, f"more than {MOST_RESULTS} results")
        return tuple(result for result in found if user_id in {None, result.user_id})

    def _send(
        self, platform: Platform, method: str, url: str, described: Mapping[str, Any]
    ) -> Answer:
        headers = {"Accept": LINE_ITEM_TYPE, "Content-Type": LINE_ITEM_TYPE}
        body = json.dumps(described, allow_nan=False).encode()
        return self._services.call(
            platform, LINE_ITEM_SCOPE, ServiceCall(method, url, headers, body)
        )


def _list(page: Answer) -> list[Any]:
    said = read_json(page)
    if not isinstance(said, list):
        raise ServiceError(ServiceFault.UNREADABLE, "the answer is not a list")
    return said


def _column(described: Any, url: str | None = None) -> Column:
    """Read a column. ``url`` is where it was asked for: some platforms answer without ``id``."""
    if not isinstance(described, dict):
        raise ServiceError(ServiceFault.UNREADABLE, "a line item is not an object")
    address = web_address(described.get("id", url))
    if address is None:
        raise ServiceError(ServiceFault.UNREADABLE, "a line item has no usable address")
    return Column(
        url=address,
        label=label(described, "label"),
        maximum=_number(described.get("scoreMaximum")),
        resource_link_id=_identifier(described.get("resourceLinkId")),
        resource_id=_identifier(described.get("resourceId")) or "",
        tag=_identifier(described.get("tag")) or "",
        members=described,
    )


def _result(described: Any) -> Result | None:
    """Read one result; ``None`` for somebody whom no launch could name either."""
    user_id = _identifier(described.get("userId")) if isinstance(described, dict) else None
    if not user_id:
        return None
    maximum = _number(described.get("resultMaximum"))
    return Result(
        user_id=user_id,
        score=_number(described.get("resultScore")),
        # One is what the specification says of a maximum that is not there.
        maximum=maximum if maximum is not None and maximum > 0 else 1.0,
    )


def _identifier(value: object) -> str | None:
    """Return an identifier; some platforms write theirs as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST_ID or UNSTORABLE.search(value):
        return None
    return value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
