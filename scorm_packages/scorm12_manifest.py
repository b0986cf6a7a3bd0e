"""``imsmanifest.xml`` of a SCORM 1.2 package with one SCO (Content Aggregation Model, 2.3).

Identifiers depend on the course alone: platforms keep learners' tracks by them, and
would lose these when a new version of the package says other ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lxml import etree

from course_content.model import HOME
from scorm_packages.manifest import ADLCP12, IMSCP12, IMSMD12, XML, XSI, add, qualified, start

LAUNCH_PAGE: Final = "index.html"
SCHEMA_LOCATIONS: Final = (
    (IMSCP12, "imscp_rootv1p1p2.xsd"),
    (IMSMD12, "imsmd_rootv1p2p1.xsd"),
    (ADLCP12, "adlcp_rootv1p2.xsd"),
)
TITLE_LIMIT: Final = 200
VERSION_LIMIT: Final = 20
LOM_TITLE_LIMIT: Final = 1000
LOM_DESCRIPTION_LIMIT: Final = 2000
LOM_KEYWORDS: Final = 10


def scorm12_manifest(
    outline: Mapping[str, Any], files: Iterable[str], mastery: float | None
) -> etree._Element:
    """Describe the package: the course, its one SCO, and each of ``files``.

    ``outline`` is ``course_content.render.outline``'s; ``files`` are the names in the zip
    without the manifest and the control documents; ``mastery`` is the raw score, in per
    cent, from which the platform says "passed".
    """
    root = start(IMSCP12, "manifest", {"adlcp": ADLCP12, "xsi": XSI})
    root.set("identifier", f"course-{outline['slug']}")
    root.set("version", outline["version"][:VERSION_LIMIT])
    root.set(
        qualified(XSI, "schemaLocation"),
        " ".join(f"{namespace} {location}" for namespace, location in SCHEMA_LOCATIONS),
    )
    _add_metadata(root, outline)
    _add_organization(root, outline, mastery)
    _add_resource(root, outline["slug"], files)
    return root


def _add_metadata(root: etree._Element, outline: Mapping[str, Any]) -> None:
    """What a catalogue shows: IMS Learning Resource Metadata 1.2.1, inline."""
    metadata = add(root, "metadata")
    add(metadata, "schema", "ADL SCORM")
    add(metadata, "schemaversion", "1.2")
    language = outline["language"]
    lom = start(IMSMD12, "lom", parent=metadata)
    general = add(lom, "general")
    _add_text(add(general, "title"), shortened(outline["title"], LOM_TITLE_LIMIT), language)
    add(general, "language", language)
    summary = shortened(outline["summary"], LOM_DESCRIPTION_LIMIT)
    _add_text(add(general, "description"), summary, language)
    parts = [part for part in outline["parts"] if part["id"] != HOME]
    for title in [unit["title"] for part in parts for unit in part["units"]][:LOM_KEYWORDS]:
        _add_text(add(general, "keyword"), title, language)
    _add_text(add(add(lom, "lifecycle"), "version"), outline["version"], "x-none")
    add(add(lom, "metametadata"), "metadatascheme", "ADL SCORM 1.2")
    add(add(lom, "technical"), "format", "text/html")
    _add_text(add(add(lom, "rights"), "description"), outline["licence"], language)


def _add_organization(
    root: etree._Element, outline: Mapping[str, Any], mastery: float | None
) -> None:
    title = shortened(outline["title"], TITLE_LIMIT)
    slug = outline["slug"]
    organizations = add(root, "organizations", attributes={"default": f"organization-{slug}"})
    organization = add(
        organizations, "organization", attributes={"identifier": f"organization-{slug}"}
    )
    add(organization, "title", title)
    item = add(
        organization,
        "item",
        attributes={
            "identifier": f"item-{slug}",
            "identifierref": f"resource-{slug}",
            "isvisible": "true",
        },
    )
    add(item, "title", title)
    if mastery is not None:
        add(item, "masteryscore", f"{mastery:g}", namespace=ADLCP12)


def _add_resource(root: etree._Element, slug: str, files: Iterable[str]) -> None:
    resource = add(
        add(root, "resources"),
        "resource",
        attributes={
            "identifier": f"resource-{slug}",
            "type": "webcontent",
            "href": LAUNCH_PAGE,
            qualified(ADLCP12, "scormtype"): "sco",
        },
    )
    for name in sorted(files):
        add(resource, "file", attributes={"href": name})


def _add_text(parent: etree._Element, text: str, language: str) -> None:
    add(parent, "langstring", text, {qualified(XML, "lang"): language})


def shortened(text: str, limit: int) -> str:
    """``text``, cut at a word and marked with an ellipsis where it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rsplit(' ', 1)[0]}…"
