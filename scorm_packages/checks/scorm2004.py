"""Whether a SCORM 2004 package will be accepted (CAM, chapter 3, of either edition)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.packaging import MANIFEST, Packaging, path_in_package
from scorm_packages.checks.resources import SCORM12, SCORM2004, resource_findings
from scorm_packages.checks.schemas import compile_schema, schema_findings
from scorm_packages.manifest import (
    ADLCP2004,
    ADLNAV2004,
    ADLSEQ2004,
    IMSCP2004,
    IMSSS,
    qualified,
)

CLAUSE: Final = "the SCORM 2004 Content Aggregation Model, chapter 3"
ROOTS: Final = (
    (IMSCP2004, "imscp_v1p1.xsd"),
    (ADLCP2004, "adlcp_v1p3.xsd"),
    (ADLSEQ2004, "adlseq_v1p3.xsd"),
    (ADLNAV2004, "adlnav_v1p3.xsd"),
    (IMSSS, "imsss_v1p0.xsd"),
)


class Scorm2004Kind:
    """One edition of SCORM 2004. ``version`` is as its manifests must name it.

    The edition that ``stands_in`` is what a package is taken for that names none of them.
    """

    def __init__(self, name: str, version: str, *, stands_in: bool = False) -> None:
        self.name = name
        self.title = f"SCORM {version}"
        self._version = version
        self._stands_in = stands_in

    def recognises(self, opened: Opened) -> bool:
        root = opened.manifest
        if root is None or not _is_of_2004(root):
            return False
        said = root.findtext(f"{{*}}metadata/{qualified(IMSCP2004, 'schemaversion')}") or ""
        return self._version in said or self._stands_in

    def launches(self, opened: Opened) -> tuple[str, ...]:
        started = Packaging.of(opened, IMSCP2004).started()
        return tuple(dict.fromkeys(page for _resource, page in started))

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        packaging = Packaging.of(opened, IMSCP2004)
        root = packaging.root
        if root.tag != packaging.tag("manifest") or root.prefix is not None:
            yield Finding(
                MANIFEST,
                "The root is not an unprefixed <manifest> of IMS Content Packaging 1.1.4.",
                "Make IMS Content Packaging the default namespace, without a prefix.",
            )
            return
        schema = compile_scorm2004(schemas(self.name))
        yield from schema_findings(schema, root, MANIFEST, CLAUSE)
        yield from packaging.metadata(("ADL SCORM",), (self._version,))
        yield from packaging.identifiers()
        yield from packaging.organizations()
        for resource in packaging.resources().values():
            yield from resource_findings(resource, SCORM2004, SCORM12)
        locations = frozenset(_locations(root))
        yield from _missing_metadata(locations - packaging.names)
        yield from packaging.files(locations)
        yield from packaging.dependencies()
        yield from packaging.control_documents()
        yield from _sequencing(root)


def _is_of_2004(root: etree._Element) -> bool:
    """A manifest of its namespaces; Common Cartridge has others."""
    return etree.QName(root).namespace == IMSCP2004


def compile_scorm2004(documents: Mapping[str, bytes]) -> etree.XMLSchema:
    """Make one schema out of an edition's control documents. Raise lxml's errors."""
    return _compiled(tuple(sorted(documents.items())))


@lru_cache(maxsize=4)
def _compiled(documents: tuple[tuple[str, bytes], ...]) -> etree.XMLSchema:
    return compile_schema(dict(documents), ROOTS)


def _locations(root: etree._Element) -> Iterator[str]:
    for location in root.iter(qualified(ADLCP2004, "location")):
        yield path_in_package(location, (location.text or "").strip())


def _missing_metadata(names: frozenset[str]) -> Iterator[Finding]:
    for name in sorted(names):
        yield Finding(
            MANIFEST,
            f"Its metadata are said to be in {name}, which is not in the zip.",
            "Add the file, or do not name it.",
        )


def _sequencing(root: etree._Element) -> Iterator[Finding]:
    if next(root.iter(qualified(IMSSS, "mapInfo")), None) is not None:
        yield Finding(
            MANIFEST,
            "It maps objectives to global ones (<imsss:mapInfo>).",
            "Moodle 4.5 cannot import such a package: do without global objectives.",
            "warning",
        )
