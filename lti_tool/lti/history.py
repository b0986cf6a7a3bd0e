"""Which classes and links a copy was made of, as a platform tells it.

``$Context.id.history`` and ``$ResourceLink.id.history`` (LTI 1.3 core, B.3 and B.5) are
lists of identifiers, each percent-encoded, separated by commas, the newest ancestor first.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from lti_tool.lti.claims import LONGEST_ID, LTI, UNSTORABLE, Claims, group

CONTEXT_HISTORY: Final = "context_id_history"
RESOURCE_LINK_HISTORY: Final = "resource_link_id_history"
"""Our names for the parameters that platforms are asked to fill (``registration.py``)."""
MOST_ANCESTORS = 20
"""Generations; a course that is copied each term gets there in ten years."""
LONGEST_HISTORY = MOST_ANCESTORS * 3 * LONGEST_ID
"""Characters that are read, each of which may be written as three."""


def read_history(claims: Claims, name: str) -> tuple[str, ...]:
    """Return the identifiers that a custom parameter lists, the newest ancestor first.

    A ``$Variable`` that the platform did not replace, and what cannot be an identifier, is
    left out: no launch fails for it.
    """
    text = (group(claims, f"{LTI}custom") or {}).get(name)
    if not isinstance(text, str) or text.startswith("$"):
        return ()
    listed = text[:LONGEST_HISTORY].split(",", MOST_ANCESTORS)[:MOST_ANCESTORS]
    identifiers = (unquote(each.strip()) for each in listed)
    return tuple(dict.fromkeys(each for each in identifiers if _may_be_one(each)))


def _may_be_one(identifier: str) -> bool:
    return 0 < len(identifier) <= LONGEST_ID and not UNSTORABLE.search(identifier)
