"""What a resource of a SCORM manifest has to say of itself, in the spelling of its version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.manifest import ADLCP12, ADLCP2004, qualified


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a version of SCORM writes that a resource is a SCO or an asset."""

    version: str
    namespace: str
    attribute: str

    def of(self, resource: etree._Element, attribute: str) -> str | None:
        return resource.get(qualified(self.namespace, attribute))


SCORM12: Final = Spelling("SCORM 1.2", ADLCP12, "scormtype")
SCORM2004: Final = Spelling("SCORM 2004", ADLCP2004, "scormType")


def resource_findings(
    resource: etree._Element, spelling: Spelling, foreign: Spelling
) -> Iterator[Finding]:
    """Say what is wrong with a resource; exporters often write the ``foreign`` spelling."""
    name = resource.get("identifier")
    if resource.get("type") != "webcontent":
        yield Finding(
            MANIFEST,
            f"The resource {name} is of type {resource.get('type')!r}.",
            "It has to be webcontent.",
        )
    if spelling.of(resource, foreign.attribute) is not None:
        yield Finding(
            MANIFEST,
            f"The resource {name} says adlcp:{foreign.attribute}, which is the spelling of "
            f"{foreign.version}.",
            f"In {spelling.version} it is adlcp:{spelling.attribute}.",
        )
    elif spelling.of(resource, spelling.attribute) not in {"sco", "asset"}:
        yield Finding(
            MANIFEST,
            f"The resource {name} does not say whether it is a sco or an asset.",
            f"Set adlcp:{spelling.attribute}.",
        )
