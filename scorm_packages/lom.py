"""What a catalogue shows of a course: learning object metadata, for every format that has it.

The same facts are written in two ways: IMS Learning Resource Metadata 1.2.1, which SCORM
1.2 carries, and IEEE 1484.12.1 (LOM) with its XML binding, which SCORM 2004, Common
Cartridge and others carry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from course_content.activities import Voice
from course_content.markdown import Setting
from course_content.model import HOME
from scorm_packages.manifest import IMSMD12, LOM, XML, add, qualified, start
from scorm_packages.rendered import RenderedCourse

SOURCE: Final = "LOMv1.0"
NO_LANGUAGE: Final = "x-none"
TITLE_LIMIT: Final = 1000
DESCRIPTION_LIMIT: Final = 2000
KEYWORD_LIMIT: Final = 1000
MOST_KEYWORDS: Final = 10
PURPOSE: Final = "competency"
"""Why it is classified as it is: by what one is able to do afterwards (LOM 9.1)."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who had a part in it. ``role`` is a word of LOM's vocabulary (2.3.1)."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said of a course; ``minutes`` is how long learners take."""

    identifier: str
    title: str
    description: str
    keywords: tuple[str, ...]
    language: str
    version: str
    rights: str
    contributors: tuple[Contributor, ...]
    competencies: tuple[tuple[str, str], ...]
    minutes: int

    @classmethod
    def of(cls, course: RenderedCourse) -> Metadata:
        """Gather what the course and its partner's profile say."""
        outline = course.outline
        voice = Voice(Setting(course.language))
        units = [unit for part in outline["parts"] if part["id"] != HOME for unit in part["units"]]
        keywords = tuple(voice.plain(word) for word in course.course.keywords)
        contributors = [Contributor(each.role, each.name) for each in course.course.contributors]
        if course.partner and course.partner.title:
            contributors.append(Contributor("publisher", course.partner.title))
        return cls(
            identifier=f"course-{outline['slug']}",
            title=shortened(outline["title"], TITLE_LIMIT),
            description=shortened(outline["summary"], DESCRIPTION_LIMIT),
            keywords=(keywords or tuple(unit["title"] for unit in units))[:MOST_KEYWORDS],
            language=course.language,
            version=outline["version"],
            rights=shortened(outline["licence"], TITLE_LIMIT),
            contributors=tuple(contributors),
            competencies=tuple(
                (each.id, voice.plain(each.title)) for each in course.course.competencies
            ),
            minutes=sum(unit["minutes"] for unit in units),
        )


def shortened(text: str, limit: int) -> str:
    """``text``, cut at a word and marked with an ellipsis where it is longer than ``limit``."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 1].rsplit(' ', 1)[0]}…"


def vcard(name: str) -> str:
    """A name as LOM wants it (RFC 2426); characters that mean something there are escaped."""
    escaped = name.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{escaped}\nN:{escaped};;;;\nEND:VCARD"


def duration(minutes: int) -> str:
    """ISO 8601 duration in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return f"PT{hours}H{rest}M"


# -- IMS Learning Resource Metadata 1.2.1 ---------------------------------------------------


def add_ims_metadata(parent: etree._Element, facts: Metadata) -> etree._Element:
    """Append ``<lom>`` of IMS MD 1.2.1, whose vocabularies are those of SCORM 1.2."""
    language = facts.language
    lom = start(IMSMD12, "lom", parent=parent)
    general = add(lom, "general")
    _lang(add(general, "title"), facts.title, language)
    entry = add(general, "catalogentry")
    add(entry, "catalog", "Arrimage")
    _lang(add(entry, "entry"), facts.identifier, NO_LANGUAGE)
    add(general, "language", language)
    _lang(add(general, "description"), facts.description, language)
    for word in facts.keywords:
        _lang(add(general, "keyword"), shortened(word, KEYWORD_LIMIT), language)
    lifecycle = add(lom, "lifecycle")
    _lang(add(lifecycle, "version"), facts.version, NO_LANGUAGE)
    _ims_value(add(lifecycle, "status"), "Final")
    for who in facts.contributors:
        contribute = add(lifecycle, "contribute")
        _ims_value(add(contribute, "role"), who.role.title())
        add(add(contribute, "centity"), "vcard", vcard(who.name))
    add(add(lom, "metametadata"), "metadatascheme", "ADL SCORM 1.2")
    add(add(lom, "technical"), "format", "text/html")
    if facts.minutes:
        educational = add(lom, "educational")
        add(add(educational, "typicallearningtime"), "datetime", duration(facts.minutes))
    rights = add(lom, "rights")
    _ims_value(add(rights, "cost"), "no")
    _ims_value(add(rights, "copyrightandotherrestrictions"), "yes")
    _lang(add(rights, "description"), facts.rights, language)
    if facts.competencies:
        _ims_classification(lom, facts)
    return lom


def _ims_classification(lom: etree._Element, facts: Metadata) -> None:
    classification = add(lom, "classification")
    _ims_value(add(classification, "purpose"), PURPOSE.title())
    for name, title in facts.competencies:
        path = add(classification, "taxonpath")
        _lang(add(path, "source"), facts.identifier, NO_LANGUAGE)
        taxon = add(path, "taxon")
        add(taxon, "id", name)
        _lang(add(taxon, "entry"), title, facts.language)
    titles = [title for _name, title in facts.competencies]
    description = shortened(" ; ".join(titles), DESCRIPTION_LIMIT)
    _lang(add(classification, "description"), description, facts.language)
    for title in titles:
        _lang(add(classification, "keyword"), shortened(title, KEYWORD_LIMIT), facts.language)


def _ims_value(parent: etree._Element, word: str) -> None:
    _lang(add(parent, "source"), SOURCE, NO_LANGUAGE)
    _lang(add(parent, "value"), word, NO_LANGUAGE)


def _lang(parent: etree._Element, text: str, language: str) -> None:
    add(parent, "langstring", text, {qualified(XML, "lang"): language})


# -- IEEE LOM -------------------------------------------------------------------------------


def add_lom(
    parent: etree._Element, facts: Metadata, *, namespace: str = LOM, schemas: Iterable[str] = ()
) -> etree._Element:
    """Append ``<lom>`` of IEEE 1484.12.3, in ``namespace``.

    ``schemas`` are the names of the metadata schemas that the package follows (LOM 3.3).
    """
    return _fill(start(namespace, "lom", parent=parent), facts, schemas)


def lom_document(
    facts: Metadata, schemas: Iterable[str] = (), medium: str = "text/html"
) -> etree._Element:
    """Return the same as the root of a document of its own.

    ``medium`` is the media type of what learners open (LOM 4.1).
    """
    return _fill(start(LOM, "lom"), facts, schemas, medium)


def _fill(
    lom: etree._Element, facts: Metadata, schemas: Iterable[str], medium: str = "text/html"
) -> etree._Element:
    _lom_general(add(lom, "general"), facts)
    lifecycle = add(lom, "lifeCycle")
    _string(add(lifecycle, "version"), facts.version, facts.language)
    _lom_value(add(lifecycle, "status"), "final")
    for who in facts.contributors:
        contribute = add(lifecycle, "contribute")
        _lom_value(add(contribute, "role"), who.role)
        add(contribute, "entity", vcard(who.name))
    meta = add(lom, "metaMetadata")
    for name in (SOURCE, *schemas):
        add(meta, "metadataSchema", name)
    add(meta, "language", facts.language)
    add(add(lom, "technical"), "format", medium)
    if facts.minutes:
        educational = add(lom, "educational")
        add(add(educational, "typicalLearningTime"), "duration", duration(facts.minutes))
    rights = add(lom, "rights")
    _lom_value(add(rights, "cost"), "no")
    _lom_value(add(rights, "copyrightAndOtherRestrictions"), "yes")
    _string(add(rights, "description"), facts.rights, facts.language)
    if facts.competencies:
        _lom_classification(add(lom, "classification"), facts)
    return lom


def _lom_general(general: etree._Element, facts: Metadata) -> None:
    identifier = add(general, "identifier")
    add(identifier, "catalog", "Arrimage")
    add(identifier, "entry", facts.identifier)
    _string(add(general, "title"), facts.title, facts.language)
    add(general, "language", facts.language)
    _string(add(general, "description"), facts.description, facts.language)
    for word in facts.keywords:
        _string(add(general, "keyword"), shortened(word, KEYWORD_LIMIT), facts.language)


def _lom_classification(classification: etree._Element, facts: Metadata) -> None:
    _lom_value(add(classification, "purpose"), PURPOSE)
    for name, title in facts.competencies:
        path = add(classification, "taxonPath")
        _string(add(path, "source"), facts.identifier, facts.language)
        taxon = add(path, "taxon")
        add(taxon, "id", name)
        _string(add(taxon, "entry"), title, facts.language)


def _lom_value(parent: etree._Element, word: str) -> None:
    add(parent, "source", SOURCE)
    add(parent, "value", word)


def _string(parent: etree._Element, text: str, language: str) -> None:
    add(parent, "string", text, {"language": language})
