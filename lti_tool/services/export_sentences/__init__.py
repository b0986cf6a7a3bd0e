"""What the exporter says in English, in French, the language in which the catalogues are kept.

``course_content`` and ``scorm_packages`` speak English, for the command line. What they have to
say on the export page, of courses, profiles, options and packages, is put into French here, by
the sentence; a page translates it. Anything else is shown as it is.
"""

from __future__ import annotations

from typing import Final

from lti_tool.services.export_sentences import (
    cartridges,
    checks,
    contents,
    files,
    findings,
    packages,
)
from lti_tool.services.export_sentences.wording import DETAIL, Said, Wording

__all__ = ["BOOKS", "WORDINGS", "Said", "said"]

BOOKS: Final = (files, contents, packages, findings, checks, cartridges)
WORDINGS: Final = tuple(
    sorted(
        (Wording(english, french) for book in BOOKS for english, french in book.SENTENCES),
        key=lambda each: each.fixed,
        reverse=True,
    )
)
"""The sentences; those come first in which the most is fixed, as they say the most."""


def said(english: str) -> Said:
    """Return a sentence of the exporter in French, or as it is where nobody put it into French."""
    for wording in WORDINGS:
        values = wording.values(english)
        if values is not None:
            return Said(wording.french, values, detail=values.pop(DETAIL, ""))
    return Said(english, is_translated=False)
