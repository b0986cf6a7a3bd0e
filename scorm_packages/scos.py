"""What a SCORM package starts: one SCO for the module, or one for each unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from course_content.model import localized
from course_content.render import Delivery
from scorm_packages.checks.findings import Finding
from scorm_packages.checks.packaging import MANIFEST
from scorm_packages.options import MODULE, QUIZ, STATUSES, WITHOUT_OUTLINE, Options
from scorm_packages.package import PackageError
from scorm_packages.press import Content
from scorm_packages.rendered import Launch, RenderedCourse

LAUNCH_PAGE: Final = "index.html"
OPTIONS: Final = frozenset(
    {"language", "structure", "outline", "completion", "mastery", "statuses"}
)
"""What may be chosen of a format that plays in SCOs."""

PREFIX_CHARACTERS: Final = 9
BITS_PER_CHARACTER: Final = 6
PLACE_BITS: Final = 28
STEP_BITS: Final = 1
WORKSHOP_BITS: Final = 1
ACTIVITY_BITS: Final = 48
WORKSHOP_CHARACTERS: Final = 2
"""The least that player/tracking/scorm/suspend-data.js needs: where the learner is, which
steps they saw, which workshops they finished, each activity's number of attempts, last score
and best score, and for each workshop a mark that its work had no room."""


@dataclass(frozen=True, slots=True)
class Sco:
    """One piece that a platform starts and keeps a record of.

    ``name`` completes its identifiers, and depends on the course alone: platforms keep
    learners' records by them, and would lose these when a new version says other ones.
    ``units`` are what it plays, ``None`` for the whole course; ``mastery`` is a percentage, and
    ``passing`` the same where the platform may judge by it. It does so by the score alone, and
    says "passed" or "failed" whatever the content says: so only where that is what was chosen.
    """

    name: str
    title: str
    page: str
    units: tuple[str, ...] | None
    mastery: float | None
    passing: float | None


@dataclass(frozen=True, slots=True)
class Branch:
    """SCOs under a title, or at the top where there is none."""

    name: str
    title: str
    scos: tuple[Sco, ...]


def branches(course: RenderedCourse, options: Options) -> tuple[Branch, ...]:
    """Return what is started, in reading order."""
    slug = course.course.slug
    if options.structure == MODULE:
        mastery = options.mastery if course.graded() else None
        sco = Sco(slug, course.title, LAUNCH_PAGE, None, mastery, _passing(options, mastery))
        return (Branch("", "", (sco,)),)
    return tuple(
        Branch(
            f"{slug}-{part['id']}",
            part["title"],
            tuple(_unit(course, options, unit) for unit in part["units"]),
        )
        for part in course.outline["parts"]
        if part["units"]
    )


def scos(found: tuple[Branch, ...]) -> Iterator[Sco]:
    """Yield the SCOs of all branches, in reading order."""
    return (sco for branch in found for sco in branch.scos)


def _unit(course: RenderedCourse, options: Options, unit: Any) -> Sco:
    units = (unit["id"],)
    mastery = options.mastery if course.graded(units) else None
    name = f"{course.course.slug}-{unit['id']}"
    return Sco(name, unit["title"], _page(unit["id"]), units, mastery, _passing(options, mastery))


def _page(unit_id: str) -> str:
    return f"unit-{unit_id}.html"


def _passing(options: Options, mastery: float | None) -> float | None:
    is_judged_so = options.completion == QUIZ and options.statuses == STATUSES[0]
    return mastery if is_judged_so else None


def launch(sco: Sco, options: Options, delivery: Delivery) -> Launch:
    """Return what the page of a SCO plays, and by which rules."""
    rules = {
        "completion": options.completion,
        "statuses": options.statuses,
        "structure": options.structure,
    }
    return Launch(delivery, sco.units, sco.mastery, rules, beside=sco.units is None)


def units_beside(course: RenderedCourse, options: Options) -> Mapping[str, Content]:
    """Return the files of units, for a page that plays them all; one of a single unit has it."""
    return course.unit_files if options.structure == MODULE else {}


def refuse_unreachable(options: Options, title: str) -> None:
    """Raise ``PackageError`` for several SCOs in a platform without a menu of them.

    The format called ``title`` has no words for a SCO to ask for the next one.
    """
    if options.structure != MODULE and options.outline == WITHOUT_OUTLINE:
        raise PackageError(
            f"The platform shows no menu of several pieces, and in {title} a piece cannot ask for "
            "the next one: learners would be stuck in the first unit.",
            "Export one piece for the module (--structure module), or take SCORM 2004, whose "
            "pieces ask the platform for the next one.",
        )


def split_warnings(course: RenderedCourse, options: Options) -> tuple[Finding, ...]:
    """Return what does not work quite as well when each unit is a SCO of its own."""
    if options.structure == MODULE:
        return ()
    there = (
        "Learners find there what their browser has of it; the page says so, and how to bring it."
    )
    remedy = "Export one piece for the module (--structure module) for those who change computers."
    return (*_outline_warning(options), *works_apart(course, there, remedy))


def _outline_warning(options: Options) -> Iterator[Finding]:
    if options.outline == WITHOUT_OUTLINE:
        yield Finding(
            MANIFEST,
            "The platform shows no menu of the units: learners get from one to the next only "
            "where it follows what a piece asks for (adl.nav.request).",
            "Try the package there, or export one piece for the module (--structure module).",
            "warning",
        )


def works_apart(course: RenderedCourse, there: str, remedy: str) -> Iterator[Finding]:
    """Warn of workshops that begin from what is made in another piece, which keeps it to itself.

    ``there`` says what learners find of it, ``remedy`` what to do for them.
    """
    language = course.language
    units = course.course.units
    homes = {workshop.id: unit for unit in units for workshop in unit.workshops}
    for unit in units:
        for workshop in unit.workshops:
            for read in workshop.reads:
                if homes[read] is unit:
                    continue
                made = localized(course.course.workshop(read).title, language)
                yield Finding(
                    _page(unit.id),
                    f"“{localized(workshop.title, language)}” begins from “{made}”, which is made "
                    f"in the unit {homes[read].id}: another piece, whose work a platform shows to "
                    f"no other. {there}",
                    remedy,
                    "warning",
                )


def refuse_oversized(course: RenderedCourse, sco: Sco, limit: int, title: str) -> None:
    """Raise ``PackageError`` when there is no room for a learner's place and scores.

    ``limit`` is how many characters the format called ``title`` keeps of a SCO. Answers and
    drafts may be left out when room is short, and the player says so; what is counted here
    may not.
    """
    units = course.units(sco.units)
    steps = sum(len(unit.steps) for unit in units)
    if sco.units is None or len(units) < len(sco.units):
        steps += 1  # the syllabus
    activities = sum(len(unit.activities) for unit in units)
    workshops = sum(len(unit.workshops) for unit in units)
    bits = PLACE_BITS + steps * STEP_BITS + workshops * WORKSHOP_BITS + activities * ACTIVITY_BITS
    ending = workshops * WORKSHOP_CHARACTERS
    if bits > (limit - PREFIX_CHARACTERS - ending) * BITS_PER_CHARACTER:
        raise PackageError(
            f"The course is too large for {title}: with {steps} steps and {activities} "
            "activities, what a platform keeps of a learner would not hold their scores.",
            "Export one piece for each unit (--structure units), split the course, or deliver "
            "it by LTI, which has no such limit.",
        )
