"""How names are written to be sorted and searched for: the same on every database."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Text

SORT_NAME = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared code point by code point, as SQLite does by itself."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "’": "'"})


def folded_name(name: str) -> str:
    """Return a name without case, accents or runs of spaces, in whatever script it is."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(letters.translate(_LETTERS).split())
