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
KEPT: Final = 4096
"""Two languages have some two thousand tenths of a percent between 0 and 100."""


def percent(score: float | None) -> str:
    """Return a score from 0 to 1 in percent, to the tenth; a dash where there is none."""
    return NONE if score is None else _percent(page_language(), round(score * 100, 1))


@lru_cache(KEPT)
def _percent(_language: str, number: float) -> str:
    return str(_("%(number)s\u202f%%", number=format_decimal(number, "0.#")))
