"""Whether a Common Cartridge will be accepted (IMS Common Cartridge Profile, 1.0 to 1.3).

The specification's schemas are not among those that come with Arrimage: their terms ask
whoever hands them on to register. What is asked here are the rules that they and the profile
state, one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.packaging import MANIFEST, Packaging, path_in_package
from scorm_packages.checks.qti import ASSESSMENT, BANK, quiz_findings
from scorm_packages.manifest import UnsafeXml, parse_untrusted, qualified

NAMESPACE: Final = re.compile(r"http://www\.imsglobal\.org/xsd/imscc(v1p(?P<minor>\d))?/imscp_v1p1")
SCHEMA: Final = "IMS Common Cartridge"
THIN_SCHEMA: Final = "IMS Thin Common Cartridge"
BASIC_LTI: Final = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"
PAGE: Final = "webcontent"
LINK: Final = re.compile(r"imsbasiclti_xmlv1p(?P<minor>\d)")
QUIZ: Final = re.compile(r"imsqti_xmlv1p2/imscc_xmlv1p(?P<minor>\d)/assessment")
QUIZ_BANK: Final = re.compile(r"imsqti_xmlv1p2/imscc_xmlv1p(?P<minor>\d)/question-bank")
WEB_LINK: Final = re.compile(r"imswl_xmlv1p(?P<minor>\d)")
OTHERS: Final = (
    re.compile(r"imsdt_xmlv1p(?P<minor>\d)"),
    re.compile(r"associatedcontent/imscc_xmlv1p(?P<minor>\d)/learning-application-resource"),
    re.compile(r"assignment_xmlv1p0"),
    re.compile(r"idpfepub_epub3|imsapip_zipv1p0|imsiwb_iwbv1p0"),
)
OWN_VERSION: Final = (QUIZ, QUIZ_BANK, WEB_LINK, *OTHERS[:2])
"""The types that name the version of the cartridge; that of links is their own."""


class CommonCartridgeKind:
    name = "common-cartridge"
    title = SCHEMA

    def recognises(self, opened: Opened) -> bool:
        root = opened.manifest
        return root is not None and NAMESPACE.fullmatch(_namespace(root)) is not None

    def launches(self, opened: Opened) -> tuple[str, ...]:
        packaging = _packaging(opened)
        started = (page for resource, page in packaging.started() if resource.get("type") == PAGE)
        return tuple(dict.fromkeys(started))

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        del schemas
        packaging = _packaging(opened)
        version = f"1.{_minor(packaging.root)}.0"
        yield from packaging.metadata((SCHEMA, THIN_SCHEMA), (version,))
        yield from packaging.identifiers()
        yield from _organization(packaging)
        yield from packaging.files()
        yield from packaging.dependencies()
        said = packaging.root.findtext(f"{packaging.tag('metadata')}/{packaging.tag('schema')}")
        for resource in packaging.resources().values():
            yield from _resource(resource, _minor(packaging.root), is_thin=said == THIN_SCHEMA)
            yield from _content(resource, packaging, opened)


def _namespace(root: etree._Element) -> str:
    return etree.QName(root).namespace or ""


def _packaging(opened: Opened) -> Packaging:
    namespace = _namespace(opened.manifest) if opened.manifest is not None else ""
    return Packaging.of(opened, namespace)


def _minor(root: etree._Element) -> str:
    found = NAMESPACE.fullmatch(_namespace(root))
    return (found and found["minor"]) or "0"


def _organization(packaging: Packaging) -> Iterator[Finding]:
    """Ask for one tree with one root, whose leaves are what there is to learn (CC 3.4)."""
    organizations = packaging.root.findall(
        f"{packaging.tag('organizations')}/{packaging.tag('organization')}"
    )
    if len(organizations) != 1:
        message = f"There are {len(organizations)} organizations, and cartridges have one."
        yield Finding(MANIFEST, message, "Describe the course in one <organization>.")
        return
    organization = organizations[0]
    if organization.get("structure") != "rooted-hierarchy":
        message = f"The organization's structure is {organization.get('structure')!r}."
        yield Finding(MANIFEST, message, 'Set structure="rooted-hierarchy".')
    roots = organization.findall(packaging.tag("item"))
    if len(roots) != 1 or roots[0].get("identifierref"):
        message = "The organization does not have one root that holds all items."
        yield Finding(MANIFEST, message, "Put one <item> without identifierref around them.")
    resources = packaging.resources()
    for root in roots:
        for item in root.iterdescendants(packaging.tag("item")):
            yield from _item(item, packaging, resources)


def _item(
    item: etree._Element,
    packaging: Packaging,
    resources: Mapping[str | None, etree._Element],
) -> Iterator[Finding]:
    name = item.get("identifier")
    if not (item.findtext(packaging.tag("title")) or "").strip():
        yield Finding(
            MANIFEST, f"The item {name} has no title.", "Give it the title that learners see."
        )
    reference = item.get("identifierref")
    is_folder = item.find(packaging.tag("item")) is not None
    if reference is not None and is_folder:
        message = f"The item {name} holds items, and shows something itself."
        yield Finding(MANIFEST, message, "Put what it shows into an item of its own.")
    elif reference is not None and reference not in resources:
        message = f"The item {name} refers to the resource {reference!r}, which is not there."
        yield Finding(MANIFEST, message, "Let identifierref name one of the resources.")
    elif reference is None and not is_folder:
        yield Finding(
            MANIFEST, f"The item {name} shows nothing.", "Give it an identifierref.", "warning"
        )


def _resource(resource: etree._Element, minor: str, *, is_thin: bool) -> Iterator[Finding]:
    name = resource.get("identifier")
    kind = resource.get("type") or ""
    known = (QUIZ, QUIZ_BANK, WEB_LINK, LINK, *OTHERS)
    pattern = next((each for each in known if each.fullmatch(kind)), None)
    if kind != PAGE and pattern is None:
        message = f"The resource {name} is of type {kind!r}, which cartridges do not have."
        yield Finding(MANIFEST, message, "Name one of the types of the profile.")
        return
    found = pattern.fullmatch(kind) if pattern in OWN_VERSION and pattern else None
    if found and found["minor"] != minor:
        message = f"The resource {name} is of type {kind!r}, in a cartridge of version 1.{minor}."
        yield Finding(MANIFEST, message, "Use the types of the cartridge's own version.")
    if is_thin and pattern not in (WEB_LINK, LINK):
        message = f"The resource {name} is of type {kind!r}, and thin cartridges hold links only."
        yield Finding(MANIFEST, message, f"Leave it out, or name the schema {SCHEMA}.")


def _content(resource: etree._Element, packaging: Packaging, opened: Opened) -> Iterator[Finding]:
    """Look into the files that are data, and of which a resource has one each."""
    kind = resource.get("type") or ""
    reader = _reader(kind)
    if reader is None:
        return
    files = [
        path_in_package(file, file.get("href") or "")
        for file in resource.iterchildren(packaging.tag("file"))
    ]
    if len(files) != 1:
        message = f"The resource {resource.get('identifier')} has {len(files)} files."
        yield Finding(MANIFEST, message, f"Give one file to each resource of type {kind}.")
    for name in files:
        if name in opened.archive.names:
            yield from reader(name, opened.archive.read(name))


def _reader(kind: str) -> Callable[[str, bytes], Iterator[Finding]] | None:
    if QUIZ.fullmatch(kind):
        return lambda name, content: quiz_findings(name, content, ASSESSMENT)
    if QUIZ_BANK.fullmatch(kind):
        return lambda name, content: quiz_findings(name, content, BANK)
    return _link_findings if LINK.fullmatch(kind) else None


def _link_findings(name: str, content: bytes) -> Iterator[Finding]:
    """Ask of a link for its title and where it leads (LTI 1.1 Implementation Guide, 4.3)."""
    try:
        root = parse_untrusted(content)
    except UnsafeXml as error:
        yield Finding(name, f"Refused: {error}.", "Write it as XML in UTF-8.")
        return
    if etree.QName(root).localname != "cartridge_basiclti_link":
        message = "It is not a <cartridge_basiclti_link>."
        yield Finding(name, message, "Describe the link as LTI does.")
        return
    if not (root.findtext(qualified(BASIC_LTI, "title")) or "").strip():
        yield Finding(name, "The link has no title.", "Give it a <blti:title>.")
    addresses = {
        each: (root.findtext(qualified(BASIC_LTI, each)) or "").strip()
        for each in ("launch_url", "secure_launch_url")
    }
    if not any(addresses.values()):
        yield Finding(name, "The link leads nowhere.", "Give it a <blti:secure_launch_url>.")
    for each, address in addresses.items():
        if address and not _is_secure(address):
            message = f"The link's {each} is {address[:80]!r}, which is no https address."
            yield Finding(name, message, "Lead to the tool by https.", "warning")


def _is_secure(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
