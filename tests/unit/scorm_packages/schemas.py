"""SCORM's schemas, to hold what we make against."""

from pathlib import Path

from scorm_packages.control_documents import FOLDER

BESIDE_THE_CLONE = Path(__file__).parents[4] / "shared" / "schemas"
FOLDERS = {"scorm12": "scorm12", "scorm2004-3e": "scorm2004_3e", "scorm2004-4e": "scorm2004_4e"}


def independent(name):
    """Return the copy that lies beside the clone, which does not come from our build.

    A newcomer's clone has none: there the ones that the build placed serve.
    """
    folder = BESIDE_THE_CLONE / FOLDERS[name]
    if not folder.is_dir():
        folder = FOLDER / name
    schemas = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert schemas, f"the schemas to test with are missing: {folder}"
    return schemas
