"""What of a course a link points at: all of it, a part, a unit, one activity, the syllabus.

A target is kept with its link as a short text, and travels in the link's custom parameters.
Both come from elsewhere, and from earlier versions of a course: what the course does not
have (any more) means all of it, so that a link placed last year still leads somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from course_content.appendices import appendix_ids
from course_content.model import (
    SYLLABUS,
    Activity,
    Course,
    Gradable,
    Localized,
    Page,
    Step,
    Unit,
    Workshop,
)

SYLLABUS_STEP = f"{SYLLABUS}/{SYLLABUS}"
"""The path of the module's description, which the renderer puts before the first unit."""


class TargetKind(StrEnum):
    """What sort of thing a link opens. The value names its custom parameter."""

    WHOLE = "whole"
    PART = "part"
    UNIT = "unit"
    ACTIVITY = "activity"
    SYLLABUS = "syllabus"


NARROWEST_FIRST = (
    TargetKind.ACTIVITY,
    TargetKind.UNIT,
    TargetKind.PART,
    TargetKind.SYLLABUS,
)
"""In which order parameters are believed: an activity that is gone leaves its unit."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to open. ``id`` is empty for the whole course and for the syllabus."""

    kind: TargetKind
    id: str = ""

    def __str__(self) -> str:
        """Write the target as links keep it.

        A unit is its bare id: links had no other targets once.
        """
        if self.kind is TargetKind.WHOLE:
            return ""
        if self.kind is TargetKind.SYLLABUS:
            return SYLLABUS
        return self.id if self.kind is TargetKind.UNIT else f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read what ``str`` wrote. Any other text is the id of a unit that no course has."""
        if not text:
            return WHOLE
        # No unit may be called so: course_content/crosscheck.py sees to it.
        if text == SYLLABUS:
            return cls(TargetKind.SYLLABUS)
        kind, colon, name = text.partition(":")
        if colon and kind in (TargetKind.PART, TargetKind.ACTIVITY):
            return cls(TargetKind(kind), name)
        return cls(TargetKind.UNIT, text)


WHOLE = Target(TargetKind.WHOLE)


@dataclass(frozen=True, slots=True)
class Extent:
    """What of a course a link opens, to whoever comes by it.

    ``target`` is the one that holds, ``title`` what it is called (nothing for the whole
    course). ``units`` are the course's units in reading order, with those of their steps
    that are open; ``scope`` says the same to the player: units' ids, or steps' paths
    (``unit/step``), and nothing for the whole course. ``appendices`` are the pages to look
    something up in, units' ids as well; an activity alone comes without them.
    """

    target: Target
    title: Localized
    units: tuple[Unit, ...]
    scope: tuple[str, ...]
    appendices: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """The paths of the steps on the way, in reading order: what can be done of the course."""
        described = self.target.kind in (TargetKind.WHOLE, TargetKind.SYLLABUS)
        return ((SYLLABUS_STEP,) if described else ()) + tuple(
            f"{unit.id}/{step.id}" for unit in self.units for step in unit.steps
        )

    @property
    def open_paths(self) -> tuple[str, ...]:
        """The paths of all that may be read."""
        return (*self.steps, *(f"{page}/{page}" for page in self.appendices))

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The activities that may be answered."""
        return tuple(activity for unit in self.units for activity in unit.activities)

    @property
    def workshops(self) -> tuple[Workshop, ...]:
        """The workshops that may be worked in."""
        return tuple(workshop for unit in self.units for workshop in unit.workshops)

    @property
    def graded_activities(self) -> tuple[Gradable, ...]:
        """What counts for the link's column, in reading order."""
        return tuple(
            step
            for unit in self.units
            for step in unit.steps
            if not isinstance(step, Page) and step.graded
        )


def extent_of(course: Course, target: Target) -> Extent:
    """Return what a target opens; of one that the course does not have, the whole course.

    A part without a unit has nothing to open yet.
    """
    appendices = appendix_ids(course)
    extent = _known_extent(course, target) or Extent(WHOLE, {}, course.units, ())
    if extent.target.kind is TargetKind.ACTIVITY:
        return extent
    scope = (*extent.scope, *appendices) if extent.scope else ()
    return replace(extent, scope=scope, appendices=appendices)


def asked_for(course: Course, parameters: Mapping[str, str]) -> Target:
    """Return the target that a link's parameters name, if the course has it."""
    for kind in NARROWEST_FIRST:
        name = parameters.get(kind, "")
        target = Target(kind) if kind is TargetKind.SYLLABUS else Target(kind, name)
        if name and _known_extent(course, target) is not None:
            return target
    return WHOLE


def parameters_of(course: Course, target: Target) -> dict[str, str]:
    """Return the custom parameters of a link to a target, as ``asked_for`` reads them.

    An activity's come with its unit: what is left of it if the course loses the activity.
    """
    if target.kind is TargetKind.WHOLE:
        return {}
    if target.kind is TargetKind.SYLLABUS:
        return {TargetKind.SYLLABUS: "yes"}
    if target.kind is TargetKind.ACTIVITY:
        (unit,) = extent_of(course, target).units
        return {TargetKind.UNIT: unit.id, TargetKind.ACTIVITY: target.id}
    return {target.kind: target.id}


def targets_of(course: Course) -> Iterator[Target]:
    """Yield all that a link may point at, in reading order."""
    yield WHOLE
    yield Target(TargetKind.SYLLABUS)
    for part in course.parts:
        if part.units:
            yield Target(TargetKind.PART, part.id)
        for unit in part.units:
            yield Target(TargetKind.UNIT, unit.id)
            for step in to_do(unit):
                yield Target(TargetKind.ACTIVITY, step.id)


def to_do(unit: Unit) -> tuple[Step, ...]:
    """Return the steps of a unit that may be linked to alone: its quizzes and workshops."""
    return tuple(step for step in unit.steps if not isinstance(step, Page))


def targets_around(course: Course, step_id: str) -> tuple[str, ...]:
    """Return the targets that cover a quiz or a workshop, as links keep them: narrowest first."""
    for part in course.parts:
        for unit in part.units:
            if any(step.id == step_id for step in to_do(unit)):
                kinds = (
                    Target(TargetKind.ACTIVITY, step_id),
                    Target(TargetKind.UNIT, unit.id),
                    Target(TargetKind.PART, part.id),
                    WHOLE,
                )
                return tuple(str(each) for each in kinds)
    return ()


def _known_extent(course: Course, target: Target) -> Extent | None:
    """Return what a target opens, unless the course does not have it."""
    match target.kind:
        case TargetKind.SYLLABUS:
            return Extent(target, course.syllabus.page.title, (), (SYLLABUS,))
        case TargetKind.PART:
            return _part(course, target)
        case TargetKind.UNIT:
            return _unit(course, target)
        case TargetKind.ACTIVITY:
            return _activity(course, target)
    return None


def _part(course: Course, target: Target) -> Extent | None:
    for part in course.parts:
        if part.id == target.id and part.units:
            return Extent(target, part.title, part.units, tuple(unit.id for unit in part.units))
    return None


def _unit(course: Course, target: Target) -> Extent | None:
    for unit in course.units:
        if unit.id == target.id:
            return Extent(target, unit.title, (unit,), (unit.id,))
    return None


def _activity(course: Course, target: Target) -> Extent | None:
    for unit in course.units:
        for step in to_do(unit):
            if step.id == target.id:
                alone = replace(unit, steps=(step,))
                return Extent(target, step.title, (alone,), (f"{unit.id}/{step.id}",))
    return None
