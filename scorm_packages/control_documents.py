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

SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "scorm12": (
        "adlcp_rootv1p2.xsd",
        "ims_xml.xsd",
        "imscp_rootv1p1p2.xsd",
        "imsmd_rootv1p2p1.xsd",
    ),
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
