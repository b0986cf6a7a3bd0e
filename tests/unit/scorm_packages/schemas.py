"""SCORM's schemas, to hold what we make against."""

from pathlib import Path

from scorm_packages.control_documents import FOLDER

BESIDE_THE_CLONE = Path(__file__).parents[4] / "shared" / "schemas" / "scorm12"


def independent_scorm12():
    """Return the copy that lies beside the clone, which does not come from our build.

    A newcomer's clone has none: there the ones that the build placed serve.
    """
    folder = BESIDE_THE_CLONE if BESIDE_THE_CLONE.is_dir() else FOLDER / "scorm12"
    schemas = {path.name: path.read_bytes() for path in folder.glob("*.xsd")}
    assert len(schemas) == 4, f"the schemas to test with are missing: {folder}"
    return schemas
