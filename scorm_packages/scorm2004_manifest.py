"""``imsmanifest.xml`` of a SCORM 2004 package (4th Edition CAM, 3.4; 3rd Edition CAM, 3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from scorm_packages.lom import Metadata, shortened
from scorm_packages.manifest import (
    ADLCP2004,
    ADLNAV2004,
    ADLSEQ2004,
    IMSCP2004,
    IMSSS,
    XSI,
    add,
    qualified,
    start,
)
from scorm_packages.scos import Branch, Sco, scos

METADATA: Final = "metadata.xml"
"""Beside the manifest, so that this needs none of the schemas of LOM, which few packages hold."""

SCHEMA_LOCATIONS: Final = (
    (IMSCP2004, "imscp_v1p1.xsd"),
    (ADLCP2004, "adlcp_v1p3.xsd"),
    (ADLSEQ2004, "adlseq_v1p3.xsd"),
    (ADLNAV2004, "adlnav_v1p3.xsd"),
    (IMSSS, "imsss_v1p0.xsd"),
)
TITLE_LIMIT: Final = 200
PERCENT: Final = 100


def scorm2004_manifest(
    slug: str,
    facts: Metadata,
    branches: tuple[Branch, ...],
    shared: Iterable[str],
    edition: str,
) -> etree._Element:
    """Describe the package: its SCOs, and the files that ``shared`` names and all of them use.

    ``edition`` is the version of the schema, word for word.
    """
    prefixes = {
        "adlcp": ADLCP2004,
        "adlseq": ADLSEQ2004,
        "adlnav": ADLNAV2004,
        "imsss": IMSSS,
        "xsi": XSI,
    }
    root = start(IMSCP2004, "manifest", prefixes)
    root.set("identifier", facts.identifier)
    root.set("version", facts.version)
    root.set(
        qualified(XSI, "schemaLocation"),
        " ".join(f"{namespace} {location}" for namespace, location in SCHEMA_LOCATIONS),
    )
    metadata = add(root, "metadata")
    add(metadata, "schema", "ADL SCORM")
    add(metadata, "schemaversion", edition)
    add(metadata, "location", METADATA, namespace=ADLCP2004)
    _add_organization(root, slug, facts.title, branches)
    _add_resources(root, slug, tuple(scos(branches)), tuple(sorted(shared)))
    return root


def _add_organization(
    root: etree._Element, slug: str, title: str, branches: tuple[Branch, ...]
) -> None:
    name = f"organization-{slug}"
    organizations = add(root, "organizations", attributes={"default": name})
    organization = add(organizations, "organization", attributes={"identifier": name})
    add(organization, "title", shortened(title, TITLE_LIMIT))
    for branch in branches:
        if not branch.title:
            _add_items(organization, branch.scos)
            continue
        item = add(organization, "item", attributes={"identifier": f"item-{branch.name}"})
        add(item, "title", shortened(branch.title, TITLE_LIMIT))
        _add_items(item, branch.scos)
        _add_free_choice(item)
    _add_free_choice(organization)


def _add_items(parent: etree._Element, found: tuple[Sco, ...]) -> None:
    for sco in found:
        item = add(
            parent,
            "item",
            attributes={
                "identifier": f"item-{sco.name}",
                "identifierref": f"resource-{sco.name}",
            },
        )
        add(item, "title", shortened(sco.title, TITLE_LIMIT))
        _add_sequencing(item, sco)


def _add_sequencing(item: etree._Element, sco: Sco) -> None:
    """The content says how far one is (SN, 3.10.2.2): nothing is taken for done by itself."""
    sequencing = add(item, "sequencing", namespace=IMSSS)
    if sco.passing is not None:
        objectives = add(sequencing, "objectives")
        primary = add(
            objectives,
            "primaryObjective",
            attributes={"objectiveID": f"objective-{sco.name}", "satisfiedByMeasure": "true"},
        )
        add(primary, "minNormalizedMeasure", f"{sco.passing / PERCENT:g}")
    add(
        sequencing,
        "deliveryControls",
        attributes={"completionSetByContent": "true", "objectiveSetByContent": "true"},
    )


def _add_free_choice(parent: etree._Element) -> None:
    sequencing = add(parent, "sequencing", namespace=IMSSS)
    add(sequencing, "controlMode", attributes={"choice": "true", "flow": "true"})


def _add_resources(
    root: etree._Element, slug: str, found: tuple[Sco, ...], shared: tuple[str, ...]
) -> None:
    resources = add(root, "resources")
    common = f"resource-{slug}-shared"
    for sco in found:
        name = f"resource-{sco.name}"
        resource = _add_resource(resources, name, "sco", sco.page, (sco.page,))
        add(resource, "dependency", attributes={"identifierref": common})
    _add_resource(resources, common, "asset", None, shared)


def _add_resource(
    resources: etree._Element, name: str, kind: str, page: str | None, files: Iterable[str]
) -> etree._Element:
    resource = add(resources, "resource", attributes={"identifier": name, "type": "webcontent"})
    resource.set(qualified(ADLCP2004, "scormType"), kind)
    if page is not None:
        resource.set("href", page)
    for file in files:
        add(resource, "file", attributes={"href": file})
    return resource
