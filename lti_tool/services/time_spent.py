"""How long somebody worked in a course, as far as a server can know.

The browser tells when a page is opened, an answer given, a draft or a work saved: signs that
somebody is there. The time between two signs counts when it is short enough to have been spent
on what lies between them, and not at all when it is longer: nobody knows then what was done. So
the time on the last page of a visit is not in it. Each sign adds to a sum in ``Progress``, in
the transaction of what was done: no list of moments is kept about anybody (ADR 0034).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import SQLColumnExpression, case, extract

LONGEST_SILENCE: Final = timedelta(minutes=20)
"""Longer than any page takes to read, shorter than a meal."""


def counted(earlier: datetime, later: datetime) -> float:
    """Return how many of the seconds between two signs of activity count."""
    between = later - earlier
    return between.total_seconds() if timedelta() < between <= LONGEST_SILENCE else 0.0


def counted_since(
    earlier: SQLColumnExpression[datetime], later: datetime
) -> SQLColumnExpression[float]:
    """Return the same as the database reckons it, from a column."""
    between: Any = later.timestamp() - extract("epoch", earlier)
    return case((between.between(0, LONGEST_SILENCE.total_seconds()), between), else_=0.0)
