"""SCORM's schemas, to hold what we make against."""

from pathlib import Path

from lxml import etree

from scorm_packages.checks.cmi5 import schema_faults
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


def faults_of_structure(root):
    """Return what the specification's own schema finds wrong with a cmi5 course structure.

    No registry has that schema, so a newcomer's clone has none: there our check says it.
    """
    beside = BESIDE_THE_CLONE / "cmi5" / "CourseStructure.xsd"
    if beside.is_file():
        schema = etree.XMLSchema(etree.parse(beside))
        schema.validate(root)
        return [fault.message for fault in schema.error_log]
    return [str(fault) for fault in schema_faults(root)]
