"""What a teacher can choose from: the courses and all that a link may point at in them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from course_content.model import SYLLABUS, Course, Part, Unit
from lti_tool.services.courses import CourseShelf, Json, UnknownCourse
from lti_tool.services.targets import WHOLE, Extent, Target, TargetKind, extent_of, to_do

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to link to, and what to know of it before choosing.

    ``value`` is what the form sends back: the course's slug, and after a slash the target
    if it is not the whole course. ``minutes`` is 0 where nobody said. ``graded`` and
    ``questions`` count its graded activities, and the questions of all its activities.
    """

    value: str
    kind: TargetKind
    title: str
    summary: str
    outcomes: tuple[str, ...]
    minutes: int
    graded: int
    questions: int
    within: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A course and what can be linked to in it. ``language`` is that of its texts."""

    language: str
    title: str
    summary: str
    choices: tuple[Choice, ...]

    @property
    def everything(self) -> Iterator[Choice]:
        """Every choice, in reading order."""
        return _flat(self.choices)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice that the course does have."""

    course: Course
    target: Target

    @property
    def extent(self) -> Extent:
        """What it opens."""
        return extent_of(self.course, self.target)

    @property
    def value(self) -> str:
        """What the form calls it, and the platform's columns."""
        return value_of(self.course.slug, self.target)


def shelves(courses: CourseShelf, slugs: Sequence[str], language: str) -> Iterator[Shelf]:
    """Yield what can be linked to, course by course. One with mistakes is left out."""
    for slug in slugs:
        try:
            course = courses.course(slug)
        except UnknownCourse:
            log.warning("A course with mistakes is not offered.", extra={"detail": slug})
            continue
        spoken = courses.language(slug, language)
        yield _shelf(course, courses.outline(slug, spoken), spoken)


def chosen(courses: CourseShelf, value: str) -> Chosen:
    """Return what a form's value stands for.

    Raise ``UnknownCourse`` for a course, ``KeyError`` for a target that there is not.
    """
    slug, _slash, kept = value.partition("/")
    course = courses.course(slug)
    target = Target.parse(kept)
    if target != WHOLE and extent_of(course, target).target == WHOLE:
        raise KeyError(kept)
    return Chosen(course, target)


def value_of(slug: str, target: Target) -> str:
    """Return what the form calls a target."""
    return slug if target == WHOLE else f"{slug}/{target}"


def described(courses: CourseShelf, one: Chosen, language: str) -> Choice:
    """Return what there is to know of one choice."""
    (shelf,) = shelves(courses, [one.course.slug], language)
    return next(choice for choice in shelf.everything if choice.value == one.value)


def _shelf(course: Course, outline: Json, language: str) -> Shelf:
    parts = {part["id"]: part for part in outline["parts"]}
    units = {unit["id"]: unit for part in outline["parts"] for unit in part["units"]}
    minutes = sum(unit["minutes"] for unit in units.values())
    return Shelf(
        language,
        outline["title"],
        outline["summary"],
        (
            _choice(course, WHOLE, {**outline, "minutes": minutes}),
            _choice(course, Target(TargetKind.SYLLABUS), units[SYLLABUS]),
            *(_part(course, part, parts[part.id]) for part in course.parts if part.units),
        ),
    )


def _part(course: Course, part: Part, entry: Json) -> Choice:
    minutes = sum(unit.minutes for unit in part.units)
    within = tuple(
        _unit(course, unit, each) for unit, each in zip(part.units, entry["units"], strict=True)
    )
    return _choice(course, Target(TargetKind.PART, part.id), {**entry, "minutes": minutes}, within)


def _unit(course: Course, unit: Unit, entry: Json) -> Choice:
    steps = {step["id"]: step for step in entry["steps"]}
    within = tuple(
        _choice(course, Target(TargetKind.ACTIVITY, each.id), steps[each.id])
        for each in to_do(unit)
    )
    return _choice(course, Target(TargetKind.UNIT, unit.id), entry, within)


def _choice(course: Course, target: Target, entry: Json, within: tuple[Choice, ...] = ()) -> Choice:
    """Return a choice, told by its entry in the course's outline."""
    extent = extent_of(course, target)
    return Choice(
        value=value_of(course.slug, target),
        kind=target.kind,
        title=entry["title"],
        summary=entry.get("summary", ""),
        outcomes=tuple(entry.get("outcomes", ())),
        minutes=entry.get("minutes", 0),
        graded=len(extent.graded_activities),
        questions=sum(len(activity.questions) for activity in extent.activities),
        within=within,
    )


def _flat(choices: Iterable[Choice]) -> Iterator[Choice]:
    for choice in choices:
        yield choice
        yield from _flat(choice.within)
