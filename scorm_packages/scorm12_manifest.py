"""``imsmanifest.xml`` of a SCORM 1.2 package (Content Aggregation Model, 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from scorm_packages.lom import Metadata, add_ims_metadata, shortened
from scorm_packages.manifest import ADLCP12, IMSCP12, IMSMD12, XSI, add, qualified, start
from scorm_packages.scos import Branch, Sco, scos

SCHEMA_LOCATIONS: Final = (
    (IMSCP12, "imscp_rootv1p1p2.xsd"),
    (IMSMD12, "imsmd_rootv1p2p1.xsd"),
    (ADLCP12, "adlcp_rootv1p2.xsd"),
)
TITLE_LIMIT: Final = 200
VERSION_LIMIT: Final = 20


def scorm12_manifest(
    slug: str, facts: Metadata, branches: tuple[Branch, ...], shared: Iterable[str]
) -> etree._Element:
    """Describe the package: its SCOs, and the files that ``shared`` names and all of them use."""
    root = start(IMSCP12, "manifest", {"adlcp": ADLCP12, "xsi": XSI})
    root.set("identifier", facts.identifier)
    root.set("version", facts.version[:VERSION_LIMIT])
    root.set(
        qualified(XSI, "schemaLocation"),
        " ".join(f"{namespace} {location}" for namespace, location in SCHEMA_LOCATIONS),
    )
    metadata = add(root, "metadata")
    add(metadata, "schema", "ADL SCORM")
    add(metadata, "schemaversion", "1.2")
    add_ims_metadata(metadata, facts)
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
        parent = organization
        if branch.title:
            parent = add(
                organization,
                "item",
                attributes={"identifier": f"item-{branch.name}", "isvisible": "true"},
            )
            add(parent, "title", shortened(branch.title, TITLE_LIMIT))
        for sco in branch.scos:
            _add_item(parent, sco)


def _add_item(parent: etree._Element, sco: Sco) -> None:
    item = add(
        parent,
        "item",
        attributes={
            "identifier": f"item-{sco.name}",
            "identifierref": f"resource-{sco.name}",
            "isvisible": "true",
        },
    )
    add(item, "title", shortened(sco.title, TITLE_LIMIT))
    if sco.passing is not None:
        add(item, "masteryscore", f"{sco.passing:g}", namespace=ADLCP12)


def _add_resources(
    root: etree._Element, slug: str, found: tuple[Sco, ...], shared: tuple[str, ...]
) -> None:
    resources = add(root, "resources")
    if len(found) == 1:
        _add_resource(resources, f"resource-{found[0].name}", "sco", found[0].page, shared)
        return
    common = f"resource-{slug}-shared"
    for sco in found:
        resource = _add_resource(resources, f"resource-{sco.name}", "sco", sco.page)
        add(resource, "dependency", attributes={"identifierref": common})
    _add_resource(resources, common, "asset", None, shared)


def _add_resource(
    resources: etree._Element, name: str, kind: str, page: str | None, more: Iterable[str] = ()
) -> etree._Element:
    resource = add(resources, "resource", attributes={"identifier": name, "type": "webcontent"})
    files = list(more)
    if page is not None:
        resource.set("href", page)
        files.append(page)
    resource.set(qualified(ADLCP12, "scormtype"), kind)
    for file in sorted(files):
        add(resource, "file", attributes={"href": file})
    return resource
