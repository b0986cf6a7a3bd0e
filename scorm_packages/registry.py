"""The formats that a course can be boxed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from course_content.problems import suggestion
from scorm_packages.cmi5 import Cmi5
from scorm_packages.common_cartridge import CommonCartridge
from scorm_packages.dispatch import Dispatch
from scorm_packages.epub import Epub
from scorm_packages.format import Format
from scorm_packages.html import Html
from scorm_packages.package import PackageError
from scorm_packages.pdf import Pdf
from scorm_packages.scorm12 import Scorm12
from scorm_packages.scorm2004 import Scorm2004Fourth, Scorm2004Third

FORMATS: Final[Mapping[str, Format]] = {
    each.name: each
    for each in (
        Scorm12(),
        Scorm2004Third(),
        Scorm2004Fourth(),
        Dispatch(),
        Cmi5(),
        CommonCartridge(),
        Html(),
        Epub(),
        Pdf(),
    )
}
"""By name, in the order in which they are listed."""


def find_format(name: str) -> Format:
    """Return the format called ``name``. Raise ``PackageError`` when there is none."""
    if name not in FORMATS:
        raise PackageError(f"There is no format “{name[:80]}”.", suggestion(name, FORMATS))
    return FORMATS[name]
