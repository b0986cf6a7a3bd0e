"""``imsmanifest.xml`` of a SCORM 1.2 package with one SCO (Content Aggregation Model, 2.3).

Identifiers depend on the course alone: platforms keep learners' tracks by them, and
would lose these when a new version of the package says other ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from course_content.model import Course, localized
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
    course: Course, language: str, files: Iterable[str], mastery: float | None
) -> etree._Element:
    """Describe the package: the course, its one SCO, and each of ``files``.

    ``files`` are the names in the zip, without the manifest and the control documents.
    ``mastery`` is the raw score, in per cent, from which the platform says "passed".
    """
    root = start(IMSCP12, "manifest", {"adlcp": ADLCP12, "xsi": XSI})
    root.set("identifier", f"course-{course.slug}")
    root.set("version", course.version[:VERSION_LIMIT])
    root.set(
        qualified(XSI, "schemaLocation"),
        " ".join(f"{namespace} {location}" for namespace, location in SCHEMA_LOCATIONS),
    )
    _add_metadata(root, course, language)
    _add_organization(root, course, language, mastery)
    _add_resource(root, course, files)
    return root


def _add_organization(
    root: etree._Element, course: Course, language: str, mastery: float | None
) -> None:
    title = shortened(localized(course.title, language), TITLE_LIMIT)
    identifier = f"organization-{course.slug}"
    organizations = add(root, "organizations", attributes={"default": identifier})
    organization = add(organizations, "organization", attributes={"identifier": identifier})
    add(organization, "title", title)
    item = add(
        organization,
        "item",
        attributes={
            "identifier": f"item-{course.slug}",
            "identifierref": f"resource-{course.slug}",
            "isvisible": "true",
        },
    )
    add(item, "title", title)
    if mastery is not None:
        add(item, "masteryscore", f"{mastery:g}", namespace=ADLCP12)


def _add_resource(root: etree._Element, course: Course, files: Iterable[str]) -> None:
    resource = add(
        add(root, "resources"),
        "resource",
        attributes={
            "identifier": f"resource-{course.slug}",
            "type": "webcontent",
            "href": LAUNCH_PAGE,
            qualified(ADLCP12, "scormtype"): "sco",
        },
    )
    for name in sorted(files):
        add(resource, "file", attributes={"href": name})


def _add_metadata(root: etree._Element, course: Course, language: str) -> None:
    """What a catalogue shows: IMS Learning Resource Metadata 1.2.1, inline."""
    metadata = add(root, "metadata")
    add(metadata, "schema", "ADL SCORM")
    add(metadata, "schemaversion", "1.2")
    lom = start(IMSMD12, "lom", parent=metadata)
    general = add(lom, "general")
    title = localized(course.title, language)
    _add_text(add(general, "title"), shortened(title, LOM_TITLE_LIMIT), language)
    add(general, "language", language)
    summary = localized(course.summary, language)
    _add_text(add(general, "description"), shortened(summary, LOM_DESCRIPTION_LIMIT), language)
    for unit in course.units[:LOM_KEYWORDS]:
        _add_text(add(general, "keyword"), localized(unit.title, language), language)
    _add_text(add(add(lom, "lifecycle"), "version"), course.version, "x-none")
    add(add(lom, "metametadata"), "metadatascheme", "ADL SCORM 1.2")
    add(add(lom, "technical"), "format", "text/html")
    licence = localized(course.licence, language)
    _add_text(add(add(lom, "rights"), "description"), licence, language)


def _add_text(parent: etree._Element, text: str, language: str) -> None:
    add(parent, "langstring", text, {qualified(XML, "lang"): language})


def shortened(text: str, limit: int) -> str:
    """``text``, cut at a word and marked with an ellipsis where it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rsplit(' ', 1)[0]}…"
