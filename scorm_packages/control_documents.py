"""The control documents (XML schemas) that a SCORM package carries with it.

They are ADL's and IMS's work, not ours: the build puts them beside this file
(see docs/adr/0005-scorm-control-documents.md), the wheel ships them, and an
export copies them unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from scorm_packages.package import PackageError

FOLDER: Final = Path(__file__).parent / "control"

SCORM2004: Final = (
    "XMLSchema.dtd",
    "adlcp_v1p3.xsd",
    "adlnav_v1p3.xsd",
    "adlseq_v1p3.xsd",
    "datatypes.dtd",
    "imscp_v1p1.xsd",
    "imsss_v1p0.xsd",
    "imsss_v1p0auxresource.xsd",
    "imsss_v1p0control.xsd",
    "imsss_v1p0delivery.xsd",
    "imsss_v1p0limit.xsd",
    "imsss_v1p0objective.xsd",
    "imsss_v1p0random.xsd",
    "imsss_v1p0rollup.xsd",
    "imsss_v1p0seqrule.xsd",
    "imsss_v1p0util.xsd",
    "xml.xsd",
)
"""The names are the same in every edition; what they hold is not."""

SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "scorm12": (
        "adlcp_rootv1p2.xsd",
        "ims_xml.xsd",
        "imscp_rootv1p1p2.xsd",
        "imsmd_rootv1p2p1.xsd",
    ),
    "scorm2004-3e": SCORM2004,
    "scorm2004-4e": SCORM2004,
}
"""Which documents belong together, by the name of the format that carries them."""


@lru_cache(maxsize=16)
def documents(name: str, folder: Path = FOLDER) -> Mapping[str, bytes]:
    """Return the documents of a set, by their path in a package.

    Raise ``PackageError`` when the build has not put them there.
    """
    missing = [file for file in SETS[name] if not (folder / name / file).is_file()]
    if missing:
        raise PackageError(
            f"SCORM's control documents are missing: {', '.join(missing)}.",
            "In a clone, run `make` (or `python tools/control_documents.py`); "
            "an installed Arrimage has to be installed again.",
        )
    return {file: (folder / name / file).read_bytes() for file in SETS[name]}
