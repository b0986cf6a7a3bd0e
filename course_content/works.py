"""What a learner makes in a workshop: records, changed field by field.

A work is a mapping from a record's id to its fields, such as an actor of a map with its
label and its place. A change has the same shape and says only what changes: changes that
touch different fields never undo one another, in whatever order they come. ``None``
takes a field away. A record is never taken away, only marked ``removed``: what somebody
else writes to it in the meantime is not lost, and the removal can be undone.

``player/works.js`` is this module's twin; both are held to ``tests/vectors/works.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Record: TypeAlias = Mapping[str, Any]
Work: TypeAlias = Mapping[str, Record]

MOST_RECORDS: Final = 400
MOST_FIELDS: Final = 60
LONGEST_TEXT: Final = 6000
"""Code points of one field."""
MOST_WORDS: Final = 60
"""Texts of a field that is a list."""
LARGEST_NUMBER: Final = 2**53
LARGEST_WORK: Final = 160 * 1024
"""Bytes of JSON."""

_RECORD_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_FIELD = re.compile(r"[a-z][A-Za-z0-9]{0,39}")
_UNREADABLE = re.compile(r"[\x00\ud800-\udfff]")


class InvalidWork(ValueError):
    """What the browser sent is no work, or no change to one."""


class WorkTooLarge(InvalidWork):
    """The work is of the right kind, but longer than ``LARGEST_WORK`` or its other limits."""


def checked_changes(changes: object) -> Work:
    """Return changes that came from outside. Raise ``InvalidWork``."""
    if not isinstance(changes, Mapping):
        raise InvalidWork("changes are an object of records")
    if len(changes) > MOST_RECORDS:
        raise WorkTooLarge(f"a work has at most {MOST_RECORDS} records")
    for name, record in changes.items():
        if not isinstance(name, str) or not _RECORD_ID.fullmatch(name):
            raise InvalidWork("a record's id is made of small letters, figures and hyphens")
        _check_record(record)
    return changes


def changed(work: Work, changes: Work) -> Work:
    """Return a work after changes that passed ``checked_changes``.

    Raise ``WorkTooLarge``. Removed records make room for new ones when there are too many.
    """
    records = {name: dict(record) for name, record in work.items()}
    for name, fields in changes.items():
        record = {**records.get(name, {}), **fields}
        records[name] = {field: value for field, value in record.items() if value is not None}
    records = {name: record for name, record in records.items() if record}
    if len(records) > MOST_RECORDS:
        records = {name: record for name, record in records.items() if not record.get("removed")}
    if len(records) > MOST_RECORDS:
        raise WorkTooLarge(f"a work has at most {MOST_RECORDS} records")
    if any(len(record) > MOST_FIELDS for record in records.values()):
        raise WorkTooLarge(f"a record has at most {MOST_FIELDS} fields")
    if len(json.dumps(records, ensure_ascii=False).encode()) > LARGEST_WORK:
        raise WorkTooLarge(f"a work takes at most {LARGEST_WORK} bytes")
    return records


def _check_record(record: object) -> None:
    if not isinstance(record, Mapping):
        raise InvalidWork("a record is an object of fields")
    if len(record) > MOST_FIELDS:
        raise WorkTooLarge(f"a record has at most {MOST_FIELDS} fields")
    for field, value in record.items():
        if not isinstance(field, str) or not _FIELD.fullmatch(field):
            raise InvalidWork("a field's name is made of letters and figures")
        if not _is_value(value):
            raise InvalidWork(f"{field} is no value of a field")


def _is_value(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) <= LARGEST_NUMBER
    if isinstance(value, str):
        return _is_text(value)
    return (
        isinstance(value, list)
        and len(value) <= MOST_WORDS
        and all(isinstance(word, str) and _is_text(word) for word in value)
    )


def _is_text(value: str) -> bool:
    return len(value) <= LONGEST_TEXT and not _UNREADABLE.search(value)
