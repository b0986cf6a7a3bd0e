"""Figures as a page writes them, in its language.

A class table has a thousand of them, and only so many are different: each is written once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from flask_babel import format_decimal
from flask_babel import gettext as _

from lti_tool.views.context import page_language

NONE: Final = "–"
LONG: Final = 10
"""Minutes, from which on a length of time is said in fives: it is an estimate."""
ROUND: Final = 5
HOUR: Final = 60
KEPT: Final = 4096
"""Two languages have some two thousand tenths of a percent between 0 and 100."""


def percent(score: float | None) -> str:
    """Return a score from 0 to 1 in percent, to the tenth; a dash where there is none."""
    return NONE if score is None else _percent(page_language(), round(score * 100, 1))


def duration(seconds: float) -> str:
    """Return an estimated length of time in words that do not promise more than it is."""
    minutes = round(seconds / 60)
    if minutes >= LONG:
        minutes = ROUND * round(minutes / ROUND)
    if minutes < 1:
        return str(_("moins d’une minute"))
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return str(_("environ %(minutes)s\u00a0min", minutes=rest))
    if not rest:
        return str(_("environ %(hours)s\u00a0h", hours=hours))
    return str(_("environ %(hours)s\u00a0h\u00a0%(minutes)s", hours=hours, minutes=f"{rest:02}"))


@lru_cache(KEPT)
def _percent(_language: str, number: float) -> str:
    return str(_("%(number)s\u202f%%", number=format_decimal(number, "0.#")))
