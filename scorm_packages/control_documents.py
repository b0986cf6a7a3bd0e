"""The control documents (XML schemas) that a SCORM package carries with it.

They are ADL's and IMS's work, not ours: the build puts them beside this file
(see docs/adr/0005-scorm-control-documents.md), the wheel ships them, and an
export copies them unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scorm_packages.package import PackageError

FOLDER = Path(__file__).parent / "control"

SCORM12: tuple[str, ...] = (
    "adlcp_rootv1p2.xsd",
    "ims_xml.xsd",
    "imscp_rootv1p1p2.xsd",
    "imsmd_rootv1p2p1.xsd",
)


def scorm12_documents(folder: Path = FOLDER / "scorm12") -> Mapping[str, bytes]:
    """Return SCORM 1.2's schemas by file name.

    Raise ``PackageError`` when the build has not put them there.
    """
    missing = [name for name in SCORM12 if not (folder / name).is_file()]
    if missing:
        raise PackageError(
            f"SCORM's control documents are missing: {', '.join(missing)}.",
            "In a clone, run `make` (or `python tools/control_documents.py`); "
            "an installed Arrimage has to be installed again.",
        )
    return {name: (folder / name).read_bytes() for name in SCORM12}
