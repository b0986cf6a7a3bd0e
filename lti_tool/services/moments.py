"""Reading a moment that somebody else wrote."""

from __future__ import annotations

from datetime import UTC, datetime

LONGEST_MOMENT = 40


def as_moment(text: str) -> datetime:
    """Read a date and a time with their offset (ISO 8601). Raise ``ValueError``.

    Without an offset nobody knows which moment it is; and some that can be written, at
    either end of the calendar, are none in UTC.
    """
    if len(text) > LONGEST_MOMENT:
        raise ValueError("longer than any moment")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
    return moment
