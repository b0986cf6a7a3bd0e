"""The form of the export page: what there is to choose from, and what was chosen.

The options follow from their declarations (``scorm_packages.options``): a new one is asked
for as soon as a format names it. What nobody chose is as the partner's profile says, or as
usual; it is shown and not stored, so that a profile that changes still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from course_content.loader import CourseError, CourseNotFound
from course_content.model import Course, localized
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.dispatch_licences import LicenceDesk, Usage
from lti_tool.services.export_jobs import Wish, fault_of
from lti_tool.services.export_objections import Objection, objections
from lti_tool.services.export_previews import PreviewDesk
from lti_tool.services.export_sentences import Said
from lti_tool.services.export_words import FAULTS, OPTIONS, PURPOSES, OptionWords
from lti_tool.services.refusals import N_
from scorm_packages.checks.findings import Finding
from scorm_packages.exporter import Order
from scorm_packages.format import Format
from scorm_packages.options import NO_MASTERY, Option, OptionError, Options
from scorm_packages.package import PackageError
from scorm_packages.partners import Partner, ProfileError
from scorm_packages.registry import FORMATS

NONE: Final = NO_MASTERY
"""How people write that an option has no value."""
OPTION: Final = "option-"
"""Before an option's name in the form, so that none is taken for something else."""
LONGEST: Final = 300

Choices: TypeAlias = Sequence[tuple[str, str]]
"""Values, each with its label."""
Supplier: TypeAlias = Callable[[Course, Partner | None], Choices]
"""Tells what there is to choose from, of this course and for this partner."""

UNKNOWN_COURSE: Final = N_("Ce cours n’existe pas. Choisissez-en un de la liste.")
UNKNOWN_PARTNER: Final = N_("Ce partenaire n’a pas de profil. Choisissez-en un de la liste.")
UNKNOWN_FORMAT: Final = N_("Ce format n’existe pas. Choisissez-en un de la liste.")
NO_SUCH_CHOICE: Final = N_("Ce choix n’existe pas. Choisissez-en un de la liste.")
NO_SUCH_VALUE: Final = N_("Ce réglage ne peut pas avoir cette valeur.")
UNREADABLE_COURSE: Final = N_(
    "Le dossier de ce cours ne peut pas être lu. L’administration de l’outil donne le droit de le "
    "lire au compte qui le fait tourner."
)
NO_PARTNER: Final = N_("Ce format est fait pour un partenaire\u00a0: choisissez lequel.")
NO_LICENCE: Final = N_(
    "Aucune licence n’ouvre ce cours à ce partenaire. L’administration en fait une dans la page "
    "«\u00a0Licences\u00a0», ou par la commande «\u00a0arrimage licence create\u00a0»."
)
WHICH_LICENCE: Final = N_("Plusieurs licences conviennent, ou aucune\u00a0: choisissez-en une.")
LICENCE: Final = "licence"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a choice, in French, and what the exporter says of it, in English."""

    text: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedCourse:
    """A course that can be exported, and its version as this process knows it."""

    slug: str
    title: str
    version: str


@dataclass(frozen=True, slots=True)
class ListedPartner:
    """A partner with a profile that can be read. ``lms`` is its platform's title, if known."""

    name: str
    title: str
    lms: str


@dataclass(frozen=True, slots=True)
class ListedFormat:
    """A format, and what speaks for it.

    ``purpose`` is in French where we have words; ``suits`` tells whether the partner's platform
    takes it, ``None`` where nobody knows.
    """

    format: Format
    purpose: Said
    takers: tuple[str, ...]
    is_recommended: bool
    suits: bool | None


@dataclass(frozen=True, slots=True)
class Field:
    """An option of the format, as it is asked for.

    ``value`` is what was chosen, empty for what follows from the profile or is usual;
    ``otherwise`` is that, in words. ``choices`` are none where anything may be written.
    """

    name: str
    words: OptionWords
    meaning: str
    choices: Choices
    value: str
    otherwise: str
    is_from_profile: bool
    problem: Problem | None = None

    @property
    def id(self) -> str:
        """Its name in the form."""
        return f"{OPTION}{self.name}"

    @property
    def has_words(self) -> bool:
        """Whether somebody put it into French."""
        return self.name in OPTIONS


@dataclass(frozen=True, slots=True)
class ExportForm:
    """The whole form: what there is to choose from, what is chosen, what is wrong with it.

    ``order`` is there when nothing is.
    """

    courses: tuple[ListedCourse, ...]
    broken_courses: Mapping[str, str]
    partners: tuple[ListedPartner, ...]
    broken_partners: Mapping[str, str]
    formats: tuple[ListedFormat, ...]
    course: Course | None
    partner: Partner | None
    format: Format
    fields: tuple[Field, ...]
    left_out: tuple[str, ...]
    problems: Mapping[str, Problem] = field(default_factory=dict)
    order: Order | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the package."""
        chosen = self.order.options.language if self.order else None
        return chosen or (self.course.languages[0] if self.course else "")

    def wish(self, by: str) -> Wish:
        """Return what is asked for. Only a form without problems has one."""
        if self.course is None or self.order is None:
            raise ValueError("a form with problems asks for nothing")
        partner = self.partner.name if self.partner else ""
        return Wish(self.course.slug, self.format.name, partner, self.choices, by)


class FormMaker:
    """Makes the form from what there is, and from what somebody sent."""

    def __init__(
        self, previews: PreviewDesk, licences: LicenceDesk, shelf: CourseShelf, slugs: Iterable[str]
    ) -> None:
        self._desk = previews.desk
        self._previews = previews
        self._licences = licences
        self._shelf = shelf
        self._slugs = tuple(slugs)
        self._suppliers: Mapping[str, Supplier] = {
            "language": lambda course, _partner: [
                (each, OPTIONS["language"].choices.get(each, each)) for each in course.languages
            ],
            LICENCE: self._licences_for,
        }

    def form(self, given: Mapping[str, str], language: str) -> ExportForm:
        """Return the form as ``given`` fills it in; ``language`` is that of titles."""
        problems: dict[str, Problem] = {}
        courses, broken_courses = self._courses(language)
        course = self._course(given, courses, problems)
        partners, broken_partners = self._partners()
        partner = self._partner(given, problems)
        chosen = self._format(given, partner, problems)
        fields, choices = self._fields(given, chosen, course, partner)
        problems |= {each.id: each.problem for each in fields if each.problem}
        order = self._order(chosen, partner, choices, course, problems)
        return ExportForm(
            courses=courses,
            broken_courses=broken_courses,
            partners=partners,
            broken_partners=broken_partners,
            formats=tuple(self._formats(partner)),
            course=course,
            partner=partner,
            format=chosen,
            fields=fields,
            left_out=_left_out(course, partner, language),
            problems=problems,
            order=order,
            choices=choices,
        )

    def _courses(self, language: str) -> tuple[tuple[ListedCourse, ...], Mapping[str, str]]:
        found: list[ListedCourse] = []
        broken: dict[str, str] = {}
        for slug in self._slugs:
            try:
                course = self._shelf.course(slug)
            except UnknownCourse as error:
                broken[slug] = str(error)
                continue
            spoken = self._shelf.language(slug, language)
            found.append(ListedCourse(slug, localized(course.title, spoken), course.version))
        return tuple(found), broken

    def _course(
        self,
        given: Mapping[str, str],
        courses: Sequence[ListedCourse],
        problems: dict[str, Problem],
    ) -> Course | None:
        slug = given.get("course") or (courses[0].slug if courses else "")
        if slug not in self._slugs:
            if slug:
                problems["course"] = Problem(UNKNOWN_COURSE)
            return None
        try:
            return self._previews.exporter(slug).course
        except (CourseError, CourseNotFound) as error:
            problems["course"] = _problem(error)
        except OSError:
            problems["course"] = Problem(UNREADABLE_COURSE)
        return None

    def _partners(self) -> tuple[tuple[ListedPartner, ...], Mapping[str, str]]:
        found: list[ListedPartner] = []
        broken: dict[str, str] = {}
        for name in self._desk.partner_names:
            try:
                partner = self._desk.known_partner(name)
            except ProfileError as error:
                broken[name] = str(error)
                continue
            if partner is not None:
                found.append(ListedPartner(name, partner.title or name, self._lms(partner)))
        return tuple(found), broken

    def _lms(self, partner: Partner) -> str:
        family = self._desk.platforms.get(partner.lms or "")
        return family.title if family else partner.lms or ""

    def _partner(self, given: Mapping[str, str], problems: dict[str, Problem]) -> Partner | None:
        name = given.get("partner", "")
        if name and name not in self._desk.partner_names:
            problems["partner"] = Problem(UNKNOWN_PARTNER)
            return None
        try:
            return self._desk.known_partner(name)
        except ProfileError as error:
            problems["partner"] = _problem(error)
            return None

    def _format(
        self, given: Mapping[str, str], partner: Partner | None, problems: dict[str, Problem]
    ) -> Format:
        name = given.get("format", "")
        if name and name not in FORMATS:
            problems["format"] = Problem(UNKNOWN_FORMAT)
        recommended = self._desk.recommended(partner)
        return FORMATS.get(name) or FORMATS.get(recommended) or next(iter(FORMATS.values()))

    def _formats(self, partner: Partner | None) -> Iterator[ListedFormat]:
        family = self._desk.platforms.get(partner.lms or "") if partner else None
        recommended = self._desk.recommended(partner)
        for each in FORMATS.values():
            french = PURPOSES.get(each.name)
            yield ListedFormat(
                format=each,
                purpose=Said(french or each.purpose, is_translated=french is not None),
                takers=self._desk.takers(each.name),
                is_recommended=each.name == recommended,
                suits=None if family is None else family.title in self._desk.takers(each.name),
            )

    def _fields(
        self,
        given: Mapping[str, str],
        chosen: Format,
        course: Course | None,
        partner: Partner | None,
    ) -> tuple[tuple[Field, ...], Mapping[str, Any]]:
        fields: list[Field] = []
        choices: dict[str, Any] = {}
        for name, option in Options.declared().items():
            if name not in chosen.options:
                continue
            text = given.get(f"{OPTION}{name}", "").strip()[:LONGEST]
            offered = self._offered(name, option, course, partner)
            value, problem = _read(name, option, text, offered)
            if text and problem is None:
                choices[name] = value
            usual = getattr(self._desk.options_for(partner), name)
            fields.append(_field(name, text, offered, usual, problem))
        return tuple(fields), choices

    def _offered(
        self, name: str, option: Option, course: Course | None, partner: Partner | None
    ) -> Choices:
        supplier = self._suppliers.get(name)
        if supplier is not None:
            return supplier(course, partner) if course else ()
        labels = OPTIONS[name].choices if name in OPTIONS else {}
        return [(value, labels.get(value, value)) for value in option.choices]

    def _licences_for(self, course: Course, partner: Partner | None) -> Choices:
        if partner is None:
            return ()
        found = self._licences.choices(partner.name, course.slug)
        return [(str(each.licence.id), _terms(each)) for each in found]

    def _order(
        self,
        chosen: Format,
        partner: Partner | None,
        choices: Mapping[str, Any],
        course: Course | None,
        problems: dict[str, Problem],
    ) -> Order | None:
        if problems or course is None:
            return None
        try:
            if partner is not None:
                partner.adapt(course)
            order = self._desk.order(chosen.name, partner, choices)
            if LICENCE in chosen.options:
                self._refuse_unlicensed(order, course, problems)
            return None if problems else order
        except (PackageError, ProfileError) as error:
            problems["partner"] = _problem(error)
        except OptionError as error:
            problems[f"{OPTION}{error.name}"] = _problem(error)
        return None

    def _refuse_unlicensed(
        self, order: Order, course: Course, problems: dict[str, Problem]
    ) -> None:
        """Note what is missing for a package that opens the course here, under a licence."""
        if order.partner is None or not order.partner.name:
            problems["partner"] = Problem(NO_PARTNER)
        elif not self._licences.choices(order.partner.name, course.slug):
            problems[f"{OPTION}{LICENCE}"] = Problem(NO_LICENCE)
        else:
            try:
                self._licences.licensed(order, course.slug, course.languages)
            except PackageError:
                problems[f"{OPTION}{LICENCE}"] = Problem(WHICH_LICENCE)


def _problem(error: Objection) -> Problem:
    return Problem(FAULTS[fault_of(error)].cause, objections(error))


def _terms(found: Usage) -> str:
    """Tell licences apart: what they are called, and until when they serve."""
    one = found.licence
    told = (f"n° {one.id}", one.language, one.valid_until.isoformat(), one.note)
    return " · ".join(each for each in told if each)


def _read(name: str, option: Option, text: str, offered: Choices) -> tuple[Any, Problem | None]:
    if not text:
        return None, None
    if offered and text not in dict(offered):
        return None, Problem(NO_SUCH_CHOICE)
    try:
        return option.read(text), None
    except ValueError:
        words = OPTIONS.get(name)
        return None, Problem((words.problem if words else "") or NO_SUCH_VALUE)


def _field(
    name: str,
    text: str,
    offered: Choices,
    otherwise: object,
    problem: Problem | None,
) -> Field:
    words = OPTIONS.get(name) or OptionWords(name)
    return Field(
        name=name,
        words=words,
        meaning=Options.declared()[name].meaning,
        choices=offered,
        value=text,
        otherwise=spoken(name, otherwise),
        is_from_profile=otherwise != getattr(Options(), name),
        problem=problem,
    )


def spoken(name: str, value: object) -> str:
    """Return an option's value in words, in French where there are any."""
    words = OPTIONS.get(name)
    if value is None:
        return (words.none if words else "") or NONE
    if isinstance(value, float):
        return f"{value:g}"
    return words.choices.get(str(value), str(value)) if words else str(value)


def _left_out(course: Course | None, partner: Partner | None, language: str) -> tuple[str, ...]:
    if course is None or partner is None:
        return ()
    spoken_in = language if language in course.languages else course.languages[0]
    return tuple(
        localized(unit.title, spoken_in) for unit in course.units if unit.id in partner.without
    )
