"""What the institution that runs the tool says of its courses."""

from __future__ import annotations

from collections.abc import Mapping

from config.settings import Settings
from scorm_packages.partners import read_partner


def institution_values(settings: Settings) -> Mapping[str, str]:
    """Return what the institution's profile says of the syllabus, by field.

    Without a profile it says nothing. Raise ``ProfileError`` when it has mistakes.
    """
    file = settings.institution_file
    return read_partner(file).syllabus if file else {}
