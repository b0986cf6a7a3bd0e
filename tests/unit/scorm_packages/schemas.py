"""A copy of the schemas that does not come from the build: it lies beside the clone."""

from pathlib import Path

from scorm_packages.check import read_schemas

INDEPENDENT_SCORM12 = Path(__file__).parents[4] / "shared" / "schemas" / "scorm12"


def independent_scorm12():
    schemas = read_schemas(INDEPENDENT_SCORM12)
    assert len(schemas) == 4, f"the schemas to test with are missing: {INDEPENDENT_SCORM12}"
    return schemas
