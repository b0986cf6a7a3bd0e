"""The tool's texts outside of a page: the command line says them in English.

The texts are kept in French, as the keys of the catalogues (``lti_tool/locale``).
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def english(text: str) -> str:
    """Return the English of one of the tool's French texts."""
    return _english().gettext(text)


@cache
def _english() -> gettext.NullTranslations:
    return gettext.translation("messages", LOCALE, languages=["en"], fallback=True)
