"""The rules of IMS Content Packaging that its profiles share, and no schema can express."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened
from scorm_packages.manifest import XML, XSI, qualified

MANIFEST: Final = "imsmanifest.xml"
CONTROL_SUFFIXES: Final = (".xsd", ".dtd")

_SCHEMA_LOCATION = qualified(XSI, "schemaLocation")
_BASE = qualified(XML, "base")


@dataclass(frozen=True, slots=True)
class Packaging:
    """A manifest of one profile: ``namespace`` is that of its Content Packaging."""

    root: etree._Element
    names: frozenset[str]
    namespace: str

    @classmethod
    def of(cls, opened: Opened, namespace: str) -> Packaging:
        """Return the manifest of a package that has one. Raise ``ValueError`` without one."""
        if opened.manifest is None:
            raise ValueError("this package has no manifest")
        return cls(opened.manifest, opened.archive.names, namespace)

    def tag(self, name: str) -> str:
        return qualified(self.namespace, name)

    def resources(self) -> Mapping[str | None, etree._Element]:
        """Return the resources by identifier."""
        return {each.get("identifier"): each for each in self.root.iter(self.tag("resource"))}

    def started(self) -> Iterator[tuple[etree._Element, str]]:
        """Yield the resources that items start, each with its page's path in the zip."""
        resources = self.resources()
        for item in self.root.iter(self.tag("item")):
            resource = resources.get(item.get("identifierref"))
            href = None if resource is None else resource.get("href")
            if resource is not None and href:
                yield resource, path_in_package(resource, href)

    def metadata(self, schemas: tuple[str, ...], versions: tuple[str, ...]) -> Iterator[Finding]:
        """Ask for one of ``schemas`` and one of ``versions``, word for word."""
        for name, wanted in (("schema", schemas), ("schemaversion", versions)):
            found = self.root.findtext(f"{self.tag('metadata')}/{self.tag(name)}")
            if found not in wanted:
                yield Finding(
                    MANIFEST,
                    f"<{name}> says {found!r} instead of {' or '.join(map(repr, wanted))}.",
                    "Platforms choose the runtime by it: write it exactly so, in <metadata>.",
                )

    def identifiers(self) -> Iterator[Finding]:
        counted = Counter(
            identifier for each in self.root.iter() if (identifier := each.get("identifier"))
        )
        for identifier in sorted(name for name, times in counted.items() if times > 1):
            yield Finding(
                MANIFEST, f"The identifier {identifier} is used twice.", "Make identifiers unique."
            )

    def organizations(self) -> Iterator[Finding]:
        """Ask for an organization that starts something, with the default one named."""
        organizations = self.root.find(self.tag("organizations"))
        # Elements only: a comment in there is nothing to start.
        named = [] if organizations is None else organizations.findall(self.tag("organization"))
        if organizations is None or not named:
            yield Finding(
                MANIFEST,
                "There is no organization, so there is nothing to start.",
                "Describe the course in <organizations>.",
            )
            return
        known = {each.get("identifier") for each in named}
        if organizations.get("default") not in known:
            yield Finding(
                MANIFEST,
                f"<organizations default> names {organizations.get('default')!r}, "
                "which is not there.",
                "Let it name one of the organizations.",
            )
        resources = self.resources()
        for item in self.root.iter(self.tag("item")):
            yield from self._item(item, resources)

    def _item(
        self, item: etree._Element, resources: Mapping[str | None, etree._Element]
    ) -> Iterator[Finding]:
        name = item.get("identifier")
        if not (item.findtext(self.tag("title")) or "").strip():
            yield Finding(
                MANIFEST, f"The item {name} has no title.", "Give it the title that learners see."
            )
        reference = item.get("identifierref")
        leaf = item.find(self.tag("item")) is None
        if reference is None and leaf:
            yield Finding(MANIFEST, f"The item {name} starts nothing.", "Give it an identifierref.")
        elif reference is not None and reference not in resources:
            yield Finding(
                MANIFEST,
                f"The item {name} refers to the resource {reference!r}, which is not there.",
                "Let identifierref name one of the resources.",
            )
        elif reference is not None and not resources[reference].get("href"):
            yield Finding(
                MANIFEST,
                f"The item {name} starts the resource {reference}, which has no launch page.",
                "Give the resource an href.",
            )

    def files(self, unlisted: frozenset[str] = frozenset()) -> Iterator[Finding]:
        """Hold the manifest's files against those of the zip, in both directions.

        ``unlisted`` need not be listed, and neither do the manifest and control documents.
        """
        listed: set[str] = set()
        for resource in self.root.iter(self.tag("resource")):
            files = set(self._files_of(resource))
            listed |= files
            yield from _launch_page(resource, files)
        for name in sorted(listed - self.names):
            yield Finding(
                MANIFEST,
                f"It lists {name}, which is not in the zip.",
                "Add the file, or do not list it.",
            )
        for name in sorted(self.names - listed - unlisted - {MANIFEST}):
            if not name.endswith(CONTROL_SUFFIXES):
                yield Finding(
                    name, "The manifest does not list this file.", "List it, or leave it out."
                )

    def dependencies(self) -> Iterator[Finding]:
        known = self.resources()
        for dependency in self.root.iter(self.tag("dependency")):
            reference = dependency.get("identifierref")
            if reference not in known:
                yield Finding(
                    MANIFEST,
                    f"A resource depends on {reference!r}, which is not there.",
                    "Let the dependency's identifierref name one of the resources.",
                )

    def _files_of(self, resource: etree._Element) -> Iterator[str]:
        for file in resource.iterchildren(self.tag("file")):
            yield path_in_package(file, file.get("href") or "")

    def control_documents(self) -> Iterator[Finding]:
        """Ask that whatever ``xsi:schemaLocation`` names lies in the package."""
        pairs = (self.root.get(_SCHEMA_LOCATION) or "").split()
        if not pairs:
            yield Finding(
                MANIFEST,
                "It does not say where its schemas are.",
                "Name the control documents in xsi:schemaLocation.",
            )
        for location in pairs[1::2]:
            if location not in self.names:
                yield Finding(
                    MANIFEST,
                    f"It names the schema {location}, which is not in the zip.",
                    "Put the control documents at the root of the package.",
                )


def _launch_page(resource: etree._Element, files: set[str]) -> Iterator[Finding]:
    href = resource.get("href")
    if href is not None and path_in_package(resource, href) not in files:
        yield Finding(
            MANIFEST,
            f"The resource {resource.get('identifier')} starts with {href}, "
            "which is not one of its files.",
            "List the launch page among the resource's files.",
        )


def path_in_package(element: etree._Element, href: str) -> str:
    """Where ``href`` leads, after every ``xml:base`` around it (IMS CP 1.1.2, 3.4.3).

    An address that cannot be read stays as it is: no file has such a name.
    """
    bases = [base for node in element.iterancestors() if (base := node.get(_BASE))]
    if own := element.get(_BASE):
        bases.insert(0, own)
    try:
        path = unquote(urlsplit(href).path)
    except ValueError:
        return href
    return posixpath.normpath(posixpath.join(*reversed(bases), path)) if bases else path
