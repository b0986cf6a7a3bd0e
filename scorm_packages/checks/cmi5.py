"""Whether a cmi5 package will be accepted (cmi5, chapters 13 and 14).

What the specification's schema asks is asked here in words that say what to do; the tests hold
both against each other.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree

from scorm_packages.checks.findings import Finding
from scorm_packages.checks.kind import Opened, Schemas
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.cmi5_structure import CMI5, STRUCTURE
from scorm_packages.manifest import UnsafeXml, parse_untrusted, qualified

PIECE: Final = ("au", "block")
TEXT: Final = (("title", 1, 1), ("description", 1, 1))
OBJECTIVES: Final = ("objectives", 0, 1)
MANY: Final = 1_000_000

CONTENTS: Final[Mapping[str, tuple[tuple[str, int, int], ...]]] = {
    "courseStructure": (("course", 1, 1), OBJECTIVES, ("au|block", 1, MANY)),
    "course": TEXT,
    "block": (*TEXT, OBJECTIVES, ("au|block", 1, MANY)),
    "au": (
        *TEXT,
        OBJECTIVES,
        ("url", 1, 1),
        ("launchParameters", 0, 1),
        ("entitlementKey", 0, 1),
    ),
    "objectives": (("objective", 1, MANY),),
    "title": (("langstring", 1, MANY),),
    "description": (("langstring", 1, MANY),),
}
"""What is in an element, in its order: a name or one of several, and how often it is there."""

ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    "course": frozenset({"id"}),
    "block": frozenset({"id"}),
    "au": frozenset({"id", "moveOn", "masteryScore", "launchMethod", "activityType"}),
    "objective": frozenset({"id", "idref"}),
    "langstring": frozenset({"lang"}),
}
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "moveOn": ("NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"),
    "launchMethod": ("AnyWindow", "OwnWindow"),
}
DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
PRECISION: Final = 4
LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
LAUNCH_PARAMETERS: Final = frozenset({"endpoint", "fetch", "actor", "registration", "activityId"})
SEE: Final = "See cmi5, section 13.1."


class Cmi5Kind:
    """A zip with a course structure at its root, and the content that this launches."""

    name = "cmi5"
    title = "cmi5"

    def recognises(self, opened: Opened) -> bool:
        names = opened.archive.names
        return STRUCTURE in names and MANIFEST not in names

    def launches(self, opened: Opened) -> tuple[str, ...]:
        try:
            root = parse_untrusted(opened.archive.read(STRUCTURE))
        except UnsafeXml:
            return ()
        pages = (_page(each.text or "") for each in root.iter(_tag("url")))
        return tuple(dict.fromkeys(page for page in pages if page in opened.archive.names))

    def check(self, opened: Opened, schemas: Schemas) -> Iterator[Finding]:
        del schemas
        try:
            root = parse_untrusted(opened.archive.read(STRUCTURE))
        except UnsafeXml as error:
            yield Finding(STRUCTURE, f"Refused: {error}.", "Export the package again.")
            return
        if root.tag != _tag("courseStructure"):
            yield Finding(
                STRUCTURE,
                f"The root is not a <courseStructure> of {CMI5}.",
                "Write the namespace exactly so, or export the package again.",
            )
            return
        yield from schema_faults(root)
        yield from _texts(root)
        yield from _identifiers(root)
        for unit in root.iter(_tag("au")):
            yield from _launched(unit, opened.archive.names)
        yield from _satisfied_at_once(root)


def _tag(name: str) -> str:
    return qualified(CMI5, name)


def _place(element: etree._Element) -> str:
    return f"{STRUCTURE}, line {element.sourceline}"


def _named(element: etree._Element) -> str:
    return etree.QName(element).localname


# --- What is in what ------------------------------------------------------------------------


def schema_faults(element: etree._Element) -> Iterator[Finding]:
    """Hold an element and all below it against what the specification's schema lets them be."""
    name = _named(element)
    yield from _attributes(element)
    if name == "objective":
        yield from _contents(element, TEXT if _is_defined(element) else ())
    else:
        yield from _contents(element, CONTENTS.get(name, ()))
    for child in _children(element):
        if _named(child) in CONTENTS or _named(child) in ATTRIBUTES:
            yield from schema_faults(child)


def _is_defined(objective: etree._Element) -> bool:
    """Objectives are defined for the course, and referred to everywhere else."""
    owner = objective.getparent()
    above = None if owner is None else owner.getparent()
    return above is not None and _named(above) == "courseStructure"


def _children(element: etree._Element) -> list[etree._Element]:
    """The elements of the specification; a vendor's own may stand behind them."""
    return [
        each
        for each in element
        if isinstance(each.tag, str) and etree.QName(each).namespace == CMI5
    ]


def _contents(
    element: etree._Element, expected: tuple[tuple[str, int, int], ...]
) -> Iterator[Finding]:
    name = _named(element)
    children = [_named(each) for each in _children(element)]
    known = {one for names, _least, _most in expected for one in names.split("|")}
    for stranger in sorted(set(children) - known):
        yield Finding(
            _place(element), f"<{stranger}> has no place in <{name}>.", f"Leave it out. {SEE}"
        )
    for names, least, most in expected:
        counted = sum(child in names.split("|") for child in children)
        shown = " or ".join(f"<{one}>" for one in names.split("|"))
        if counted < least:
            yield Finding(_place(element), f"<{name}> has no {shown}.", f"Add one. {SEE}")
        elif counted > most:
            yield Finding(
                _place(element), f"<{name}> has {counted} {shown}.", f"Leave {most} of them. {SEE}"
            )
    ranks = [_rank(child, expected) for child in children if child in known]
    if ranks != sorted(ranks):
        order = ", ".join(names.replace("|", " or ") for names, _least, _most in expected)
        yield Finding(
            _place(element),
            f"What is in <{name}> is not in order.",
            f"Write them in this order: {order}. {SEE}",
        )
    if _has_a_stranger_first(element):
        yield Finding(
            _place(element),
            f"In <{name}>, an element of another vocabulary stands before one of cmi5.",
            f"Put it behind. {SEE}",
        )


def _has_a_stranger_first(element: etree._Element) -> bool:
    ours = [etree.QName(each).namespace == CMI5 for each in element if isinstance(each.tag, str)]
    return sorted(ours, reverse=True) != ours


def _rank(child: str, expected: tuple[tuple[str, int, int], ...]) -> int:
    places = [i for i, (names, _least, _most) in enumerate(expected) if child in names.split("|")]
    return places[0]


def _attributes(element: etree._Element) -> Iterator[Finding]:
    name = _named(element)
    place = _place(element)
    for attribute in sorted(map(str, element.attrib)):
        if not attribute.startswith("{") and attribute not in ATTRIBUTES.get(name, ()):
            yield Finding(place, f"<{name}> has no attribute {attribute}.", f"Leave it out. {SEE}")
    if _needs_id(element) and element.get("id") is None:
        yield Finding(place, f"<{name}> has no id.", "Give it an IRI of its own.")
    for attribute, known in VALUES.items():
        value = element.get(attribute)
        if name == "au" and value is not None and value not in known:
            yield Finding(
                place,
                f"The attribute {attribute} is {value!r}.",
                f"Write one of {', '.join(known)}.",
            )
    score = element.get("masteryScore")
    if name == "au" and score is not None and not _is_share(score):
        yield Finding(place, f"masteryScore is {score!r}.", "Write a decimal from 0 to 1.")
    language = element.get("lang")
    if name == "langstring" and language is not None and not LANGUAGE.fullmatch(language.strip()):
        yield Finding(place, f"{language!r} is no language.", "Write a tag such as fr or en-GB.")


def _needs_id(element: etree._Element) -> bool:
    name = _named(element)
    return name in {"course", "block", "au"} or (name == "objective" and _is_defined(element))


def _is_share(text: str) -> bool:
    return bool(DECIMAL.fullmatch(text.strip())) and 0 <= Decimal(text.strip()) <= 1


# --- What no schema sees --------------------------------------------------------------------


def _texts(root: etree._Element) -> Iterator[Finding]:
    for text in root.iter(_tag("langstring")):
        if not (text.text or "").strip():
            yield Finding(
                _place(text), "A text is empty.", "Write what learners read, or leave it out."
            )
    for element in root.iter(_tag("title"), _tag("description")):
        counted = Counter(each.get("lang") for each in element.iterchildren(_tag("langstring")))
        for language in (each for each, times in counted.items() if times > 1):
            yield Finding(
                _place(element),
                f"<{_named(element)}> says {counted[language]} things in the language {language}.",
                "Leave one text for each language.",
            )


# --- Addresses, and what is launched --------------------------------------------------------


def _identifiers(root: etree._Element) -> Iterator[Finding]:
    """Ask for an address that names it, of all that has one, and for a different one each."""
    seen: set[str] = set()
    defined: set[str] = set()
    for element in root.iter(*map(_tag, ("course", "block", "au", "objective"))):
        name = _named(element)
        if name == "objective" and not _is_defined(element):
            continue
        identifier = (element.get("id") or "").strip()
        if element.get("id") is None:
            continue
        if not IRI.fullmatch(identifier):
            yield Finding(
                _place(element),
                f"The id {identifier!r} of <{name}> is not an IRI.",
                "Write an address with its scheme, such as https:// or urn:uuid:.",
            )
        elif identifier in seen:
            yield Finding(
                _place(element), f"The id {identifier} is used twice.", "Make ids unique."
            )
        seen.add(identifier)
        if name == "objective":
            defined.add(identifier)
    for reference in root.iter(_tag("objective")):
        wanted = (reference.get("idref") or "").strip()
        if not _is_defined(reference) and wanted not in defined:
            yield Finding(
                _place(reference),
                f"It refers to the objective {wanted!r}, which is not there.",
                "Let idref name one of the course's objectives.",
            )


def _launched(unit: etree._Element, names: frozenset[str]) -> Iterator[Finding]:
    score = unit.get("masteryScore", "").strip()
    if _is_share(score) and len(score.partition(".")[2].rstrip("0")) > PRECISION:
        yield Finding(
            _place(unit),
            f"masteryScore is {score!r}.",
            f"Write it with {PRECISION} decimals at most.",
        )
    kind = unit.get("activityType")
    if kind is not None and not IRI.fullmatch(kind.strip()):
        yield Finding(
            _place(unit), f"activityType {kind!r} is not an IRI.", "Write one, or leave it out."
        )
    element = unit.find(_tag("url"))
    if element is not None:
        yield from _address(element, names)


def _address(element: etree._Element, names: frozenset[str]) -> Iterator[Finding]:
    """A page in the zip is named from its root; anything else by its whole address (14.1)."""
    address = (element.text or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = None
    if not address or parts is None or re.search(r"\s", address):
        yield Finding(
            _place(element), f"The url {address!r} cannot be read.", "Write where the unit begins."
        )
        return
    taken = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    for name in sorted(taken & LAUNCH_PARAMETERS):
        yield Finding(
            _place(element),
            f"The url has a parameter {name}, which the platform adds itself.",
            "Call it something else (cmi5, 8.1).",
        )
    if parts.scheme:
        return
    page = _page(address)
    if page not in names:
        yield Finding(
            _place(element),
            f"It launches {page}, which is not in the zip.",
            "Add the page, or write its whole address.",
        )


def _page(address: str) -> str | None:
    """The file in the zip that a relative address means, ``None`` for one that means none."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    return posixpath.normpath(unquote(parts.path)) if parts.path else ""


def _satisfied_at_once(root: etree._Element) -> Iterator[Finding]:
    units = list(root.iter(_tag("au")))
    if units and all(unit.get("moveOn", "NotApplicable") == "NotApplicable" for unit in units):
        yield Finding(
            STRUCTURE,
            "The platform takes every learner for done as soon as they are enrolled.",
            "Say in moveOn what it has to wait for, such as Completed.",
            "warning",
        )
