"""``imsmanifest.xml`` of a cartridge (IMS Common Cartridge 1.3, 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from scorm_packages.lom import Metadata, add_lom, shortened
from scorm_packages.manifest import XSI, add, qualified, start

CARTRIDGE: Final = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
CARTRIDGE_LOM: Final = "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"
PROFILE: Final = "http://www.imsglobal.org/profile/cc/ccv1p3"
VERSION: Final = "1.3.0"
FULL: Final = "IMS Common Cartridge"
THIN: Final = "IMS Thin Common Cartridge"

PAGE: Final = "webcontent"
QUIZ: Final = "imsqti_xmlv1p2/imscc_xmlv1p3/assessment"
LINK: Final = "imsbasiclti_xmlv1p3"
TITLE_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something that a platform shows: its title, and the file that holds it."""

    name: str
    title: str
    kind: str
    file: str


@dataclass(frozen=True, slots=True)
class Folder:
    """What holds others: a part of the course, or a unit."""

    name: str
    title: str
    content: tuple[Folder | Leaf, ...]


def cartridge_manifest(
    schema: str, slug: str, facts: Metadata, tree: Iterable[Folder | Leaf], shared: Iterable[str]
) -> etree._Element:
    """Describe a cartridge; all of its leaves depend on the files that ``shared`` names."""
    root = start(CARTRIDGE, "manifest", {"xsi": XSI})
    root.set("identifier", facts.identifier)
    locations = (
        (CARTRIDGE, f"{PROFILE}/ccv1p3_imscp_v1p2_v1p0.xsd"),
        (CARTRIDGE_LOM, f"{PROFILE}/LOM/ccv1p3_lommanifest_v1p0.xsd"),
    )
    root.set(
        qualified(XSI, "schemaLocation"),
        " ".join(f"{space} {location}" for space, location in locations),
    )
    metadata = add(root, "metadata")
    add(metadata, "schema", schema)
    add(metadata, "schemaversion", VERSION)
    add_lom(metadata, facts, namespace=CARTRIDGE_LOM)
    named = {"identifier": f"organization-{slug}", "structure": "rooted-hierarchy"}
    organization = add(add(root, "organizations"), "organization", attributes=named)
    top = add(organization, "item", attributes={"identifier": "root"})
    resources = add(root, "resources")
    common = f"resource-{slug}-shared"
    files = tuple(sorted(shared))
    for each in tree:
        _add_item(top, resources, each, common if files else None)
    if files:
        facts_of_it = {"identifier": common, "type": PAGE}
        resource = add(resources, "resource", attributes=facts_of_it)
        for file in files:
            add(resource, "file", attributes={"href": file})
    return root


def _add_item(
    parent: etree._Element, resources: etree._Element, what: Folder | Leaf, common: str | None
) -> None:
    item = add(parent, "item", attributes={"identifier": f"item-{what.name}"})
    if isinstance(what, Leaf):
        item.set("identifierref", f"resource-{what.name}")
        _add_resource(resources, what, common)
    add(item, "title", shortened(what.title, TITLE_LIMIT))
    if isinstance(what, Folder):
        for each in what.content:
            _add_item(item, resources, each, common)


def _add_resource(resources: etree._Element, leaf: Leaf, common: str | None) -> None:
    named = {"identifier": f"resource-{leaf.name}", "type": leaf.kind}
    resource = add(resources, "resource", attributes=named)
    if leaf.kind == PAGE:
        resource.set("href", leaf.file)
    add(resource, "file", attributes={"href": leaf.file})
    if common is not None:
        add(resource, "dependency", attributes={"identifierref": common})
