"""Whether a finished package will be accepted, before somebody uploads it.

Three things are held against it: the schemas of its format, the rules of the
format's application profile that no schema can express, and the files that are
really in the zip. Many platforms accept a package that breaks these and show
learners an empty window later.

The package may be anybody's, so nothing in it is trusted (see ``archive`` and
``manifest.parse_untrusted``).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from scorm_packages.archive import Archive, UnsafeArchive, open_archive
from scorm_packages.manifest import (
    ADLCP12,
    IMSCP12,
    IMSMD12,
    XML,
    XSD,
    XSI,
    UnsafeXml,
    parse_untrusted,
    qualified,
)
from scorm_packages.references import references_in

MANIFEST: Final = "imsmanifest.xml"
CONTROL_SUFFIXES: Final = (".xsd", ".dtd")
MASTERY_SCORE: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)

_LAUNCHABLE = qualified(ADLCP12, "scormtype")
_CAMEL_CASE = qualified(ADLCP12, "scormType")
_SCHEMA_LOCATION = qualified(XSI, "schemaLocation")
_BASE = qualified(XML, "base")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong: in which file, what it is, and how to mend it."""

    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} {self.remedy}"


def check_scorm12(package: Path, schemas: Mapping[str, bytes] | None = None) -> tuple[Finding, ...]:
    """Return all that is wrong with a SCORM 1.2 package; nothing when it is sound.

    ``schemas`` are the control documents to validate against, by file name; without
    them the package's own are used. The rules are those of the SCORM 1.2 Content
    Aggregation Model, chapter 2.3, and of its application profile for packages that
    are a course. Raise ``OSError`` when the file cannot be read.
    """
    try:
        with open_archive(package) as archive:
            return tuple(dict.fromkeys(_check_archive(archive, schemas)))
    except UnsafeArchive as error:
        return (
            Finding(package.name, f"Refused: {error}.", "Make the package again from its source."),
        )


def _check_archive(archive: Archive, schemas: Mapping[str, bytes] | None) -> Iterator[Finding]:
    if MANIFEST not in archive.names:
        yield Finding(
            MANIFEST,
            "There is no manifest at the root of the zip.",
            "Zip the content of the package's folder, not the folder itself.",
        )
        return
    try:
        root = parse_untrusted(archive.read(MANIFEST))
    except UnsafeXml as error:
        yield Finding(MANIFEST, f"Refused: {error}.", "Export the package again.")
        return
    if root.tag != qualified(IMSCP12, "manifest") or root.prefix is not None:
        yield Finding(
            MANIFEST,
            "The root is not an unprefixed <manifest> of IMS Content Packaging 1.1.2.",
            "Make IMS Content Packaging the default namespace, without a prefix.",
        )
        return
    yield from _check_schema(root, _own_schemas(archive) if schemas is None else schemas)
    yield from _check_metadata(root)
    yield from _check_identifiers(root)
    yield from _check_organizations(root)
    yield from _check_resources(root, archive.names)
    yield from _check_control_documents(root, archive.names)
    yield from _check_references(archive)


# -- schema ---------------------------------------------------------------------------------


def _own_schemas(archive: Archive) -> Mapping[str, bytes]:
    return {
        name: archive.read(name)
        for name in archive.names
        if name.endswith(".xsd") and "/" not in name
    }


def _check_schema(root: etree._Element, schemas: Mapping[str, bytes]) -> Iterator[Finding]:
    try:
        schema = compile_scorm12(schemas)
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, KeyError) as error:
        yield Finding(
            MANIFEST,
            f"It cannot be validated, since the control documents do not work: {error}.",
            "Put the control documents of SCORM 1.2, unchanged, at the root of the package.",
        )
        return
    if schema.validate(root):
        return
    faults: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]  # old stubs
    for fault in faults:
        yield Finding(
            f"{MANIFEST}, line {fault.line}",
            _without_namespaces(fault.message),
            "See the SCORM 1.2 Content Aggregation Model, chapter 2.3.",
        )


def _without_namespaces(message: str) -> str:
    return re.sub(r"\{[^}]*\}", "", message)


class _OnlyThese(etree.Resolver):
    """Serves schemas from memory: no import reaches a disk or a network."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def resolve(  # type: ignore[override]  # the stubs forget the context
        self, system_url: str, public_id: str, context: object
    ) -> etree._InputDocument | None:
        del public_id  # schemas have none
        name = posixpath.basename(system_url)
        return self.resolve_string(self._documents.get(name, b""), context, base_url=name)


def compile_scorm12(documents: Mapping[str, bytes]) -> etree.XMLSchema:
    """Make one schema out of SCORM 1.2's control documents.

    Two of them say things that libxml2 refuses, so they are read a little differently,
    in memory only: ``ims_xml.xsd`` binds the ``xml`` namespace as its default, and
    ``imsmd_rootv1p2p1.xsd`` lets any element follow elements of its own, which is
    ambiguous. Raise ``KeyError`` when a document is missing and lxml's errors when
    one is not a schema.
    """
    readable = {
        **documents,
        "ims_xml.xsd": documents["ims_xml.xsd"].replace(f'xmlns="{XML}"'.encode(), b""),
        "imsmd_rootv1p2p1.xsd": documents["imsmd_rootv1p2p1.xsd"].replace(
            b'namespace="##any"', b'namespace="##other"'
        ),
    }
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    parser.resolvers.add(_OnlyThese(readable))
    imports = "".join(
        f'<xsd:import namespace="{namespace}" schemaLocation="{name}"/>'
        for namespace, name in (
            (IMSCP12, "imscp_rootv1p1p2.xsd"),
            (ADLCP12, "adlcp_rootv1p2.xsd"),
            (IMSMD12, "imsmd_rootv1p2p1.xsd"),
        )
    )
    driver = f'<xsd:schema xmlns:xsd="{XSD}">{imports}</xsd:schema>'
    return etree.XMLSchema(etree.fromstring(driver, parser))


# -- application profile --------------------------------------------------------------------


def _check_metadata(root: etree._Element) -> Iterator[Finding]:
    for name, wanted in (("schema", "ADL SCORM"), ("schemaversion", "1.2")):
        found = root.findtext(f"{{*}}metadata/{qualified(IMSCP12, name)}")
        if found != wanted:
            yield Finding(
                MANIFEST,
                f"<{name}> says {found!r} instead of {wanted!r}.",
                "Platforms choose the runtime by it: write it exactly so, in <metadata>.",
            )


def _check_identifiers(root: etree._Element) -> Iterator[Finding]:
    counted = Counter(
        identifier for element in root.iter() if (identifier := element.get("identifier"))
    )
    for identifier in sorted(name for name, times in counted.items() if times > 1):
        yield Finding(
            MANIFEST, f"The identifier {identifier} is used twice.", "Make identifiers unique."
        )


def _check_organizations(root: etree._Element) -> Iterator[Finding]:
    organizations = root.find(qualified(IMSCP12, "organizations"))
    if organizations is None or not len(organizations):
        yield Finding(
            MANIFEST,
            "There is no organization, so there is nothing to start.",
            "Describe the course in <organizations>.",
        )
        return
    known = {child.get("identifier") for child in organizations}
    if organizations.get("default") not in known:
        yield Finding(
            MANIFEST,
            f"<organizations default> names {organizations.get('default')!r}, which is not there.",
            "Let it name one of the organizations.",
        )
    resources = {
        resource.get("identifier"): resource
        for resource in root.iter(qualified(IMSCP12, "resource"))
    }
    for item in root.iter(qualified(IMSCP12, "item")):
        yield from _check_item(item, resources)


def _check_item(
    item: etree._Element, resources: Mapping[str | None, etree._Element]
) -> Iterator[Finding]:
    name = f"The item {item.get('identifier')}"
    if not (item.findtext(qualified(IMSCP12, "title")) or "").strip():
        yield Finding(MANIFEST, f"{name} has no title.", "Give it the title that learners see.")
    reference = item.get("identifierref")
    leaf = item.find(qualified(IMSCP12, "item")) is None
    if reference is None and leaf:
        yield Finding(MANIFEST, f"{name} starts nothing.", "Give it an identifierref.")
    elif reference is not None and reference not in resources:
        yield Finding(
            MANIFEST,
            f"{name} refers to the resource {reference!r}, which is not there.",
            "Let identifierref name one of the resources.",
        )
    elif reference is not None and not resources[reference].get("href"):
        yield Finding(
            MANIFEST,
            f"{name} starts the resource {reference}, which has no launch page.",
            "Give the resource an href.",
        )
    mastery = item.findtext(qualified(ADLCP12, "masteryscore"))
    if mastery is not None and not _is_percentage(mastery):
        yield Finding(
            MANIFEST,
            f"{name} has the mastery score {mastery!r}.",
            "It is a number from 0 to 100, with a dot.",
        )


def _is_percentage(text: str) -> bool:
    return bool(MASTERY_SCORE.fullmatch(text)) and float(text) <= 100  # noqa: PLR2004 - per cent


# -- files ----------------------------------------------------------------------------------


def _check_resources(root: etree._Element, names: frozenset[str]) -> Iterator[Finding]:
    listed: set[str] = set()
    for resource in root.iter(qualified(IMSCP12, "resource")):
        files = {
            _path_in_package(file, file.get("href") or "")
            for file in resource.iterchildren(qualified(IMSCP12, "file"))
        }
        listed |= files
        yield from _check_resource(resource, files)
    for name in sorted(listed - names):
        yield Finding(
            MANIFEST,
            f"It lists {name}, which is not in the zip.",
            "Add the file, or do not list it.",
        )
    for name in sorted(names - listed):
        if name != MANIFEST and not name.endswith(CONTROL_SUFFIXES):
            yield Finding(
                name, "The manifest does not list this file.", "List it, or leave it out."
            )


def _check_resource(resource: etree._Element, files: set[str]) -> Iterator[Finding]:
    name = f"The resource {resource.get('identifier')}"
    if resource.get("type") != "webcontent":
        yield Finding(
            MANIFEST, f"{name} is of type {resource.get('type')!r}.", "It has to be webcontent."
        )
    if resource.get(_CAMEL_CASE) is not None:
        yield Finding(
            MANIFEST,
            f"{name} says adlcp:scormType, which is the spelling of SCORM 2004.",
            "In SCORM 1.2 it is adlcp:scormtype.",
        )
    elif resource.get(_LAUNCHABLE) not in {"sco", "asset"}:
        yield Finding(
            MANIFEST,
            f"{name} does not say whether it is a sco or an asset.",
            "Set adlcp:scormtype.",
        )
    href = resource.get("href")
    if href is not None and _path_in_package(resource, href) not in files:
        yield Finding(
            MANIFEST,
            f"{name} starts with {href}, which is not one of its files.",
            "List the launch page among the resource's files.",
        )


def _path_in_package(element: etree._Element, href: str) -> str:
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


def _check_control_documents(root: etree._Element, names: frozenset[str]) -> Iterator[Finding]:
    pairs = (root.get(_SCHEMA_LOCATION) or "").split()
    if not pairs:
        yield Finding(
            MANIFEST,
            "It does not say where its schemas are.",
            "Name the control documents in xsi:schemaLocation.",
        )
    for location in pairs[1::2]:
        if location not in names:
            yield Finding(
                MANIFEST,
                f"It names the schema {location}, which is not in the zip.",
                "Put the control documents at the root of the package.",
            )


def _check_references(archive: Archive) -> Iterator[Finding]:
    for name in sorted(archive.names):
        for reference in references_in(name, archive):
            if reference.is_external:
                yield Finding(
                    name,
                    f"It loads {reference.url} from another host.",
                    "Put a copy into the package: many learners' platforms block other hosts.",
                )
            elif (path := reference.path_from(name)) and path not in archive.names:
                yield Finding(name, f"It needs {path}, which is not in the zip.", "Add the file.")
