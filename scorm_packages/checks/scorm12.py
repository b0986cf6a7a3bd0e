"""Whether a SCORM 1.2 package will be accepted (Content Aggregation Model 1.2, chapter 2.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.packaging import MANIFEST, Packaging
from scorm_packages.checks.resources import SCORM12, SCORM2004, resource_findings
from scorm_packages.checks.schemas import compile_schema, schema_findings
from scorm_packages.manifest import ADLCP12, IMSCP12, IMSMD12, XML, qualified

MASTERY_SCORE: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
CLAUSE: Final = "the SCORM 1.2 Content Aggregation Model, chapter 2.3"
ROOTS: Final = (
    (IMSCP12, "imscp_rootv1p1p2.xsd"),
    (ADLCP12, "adlcp_rootv1p2.xsd"),
    (IMSMD12, "imsmd_rootv1p2p1.xsd"),
)


class Scorm12Kind:
    """SCORM 1.2: the kind that is meant wherever no other is."""

    name = "scorm12"
    title = "SCORM 1.2"

    def recognises(self, opened: Opened) -> bool:
        return opened.manifest is not None

    def launches(self, opened: Opened) -> tuple[str, ...]:
        started = Packaging.of(opened, IMSCP12).started()
        return tuple(dict.fromkeys(page for _resource, page in started))

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        packaging = Packaging.of(opened, IMSCP12)
        root = packaging.root
        if root.tag != packaging.tag("manifest") or root.prefix is not None:
            yield Finding(
                MANIFEST,
                "The root is not an unprefixed <manifest> of IMS Content Packaging 1.1.2.",
                "Make IMS Content Packaging the default namespace, without a prefix.",
            )
            return
        schema = compile_scorm12(schemas(self.name))
        yield from schema_findings(schema, root, MANIFEST, CLAUSE)
        yield from packaging.metadata(("ADL SCORM",), ("1.2",))
        yield from packaging.identifiers()
        yield from packaging.organizations()
        yield from _mastery_scores(packaging)
        for resource in packaging.resources().values():
            yield from resource_findings(resource, SCORM12, SCORM2004)
        yield from packaging.files()
        yield from packaging.dependencies()
        yield from packaging.control_documents()


def compile_scorm12(documents: Mapping[str, bytes]) -> etree.XMLSchema:
    """Make one schema out of SCORM 1.2's control documents.

    Two of them say things that libxml2 refuses, so they are read a little differently,
    in memory only: ``ims_xml.xsd`` binds the ``xml`` namespace as its default, and
    ``imsmd_rootv1p2p1.xsd`` lets any element follow elements of its own, which is
    ambiguous. Raise ``KeyError`` when a document is missing and lxml's errors when
    one is not a schema.
    """
    return _compiled(tuple(sorted(documents.items())))


@lru_cache(maxsize=4)
def _compiled(documents: tuple[tuple[str, bytes], ...]) -> etree.XMLSchema:
    known = dict(documents)
    readable = {
        **known,
        "ims_xml.xsd": known["ims_xml.xsd"].replace(f'xmlns="{XML}"'.encode(), b""),
        "imsmd_rootv1p2p1.xsd": known["imsmd_rootv1p2p1.xsd"].replace(
            b'namespace="##any"', b'namespace="##other"'
        ),
    }
    return compile_schema(readable, ROOTS)


def _mastery_scores(packaging: Packaging) -> Iterator[Finding]:
    for item in packaging.root.iter(packaging.tag("item")):
        mastery = item.findtext(qualified(ADLCP12, "masteryscore"))
        if mastery is not None and not _is_percentage(mastery):
            yield Finding(
                MANIFEST,
                f"The item {item.get('identifier')} has the mastery score {mastery!r}.",
                "It is a number from 0 to 100, with a dot.",
            )


def _is_percentage(text: str) -> bool:
    return bool(MASTERY_SCORE.fullmatch(text)) and float(text) <= 100  # noqa: PLR2004 - per cent
