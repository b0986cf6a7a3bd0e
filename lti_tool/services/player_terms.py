"""What the player says of dates and attempts, to the person who works in it."""

from __future__ import annotations

from datetime import datetime

from course_content.model import Course
from lti_tool.services.courses import Json
from lti_tool.services.terms import (
    GRACE,
    MINUTE,
    NO_BOUNDS,
    Bounds,
    TermBook,
    bounds_of,
    bounds_of_link,
    counted_steps,
    dated_steps,
)


def terms_json(course: Course, target: str, book: TermBook, here: tuple[str, datetime]) -> Json:
    """Return somebody's terms at a link with that target, as the player takes them.

    ``here`` are the zone of the class and the moment: the browser's clock may be wrong. Steps
    come with what holds at each, if anything does; a quiz with how many attempts it has.
    """
    zone, moment = here
    steps = {one.id: one for one in dated_steps(course, target)}
    steps.update((one.id, one) for one in counted_steps(course, target))
    bounds = {name: bounds_of(course, book, step) for name, step in steps.items()}
    whole = bounds_of_link(course, book, target)
    return {
        "now": moment.isoformat(timespec="milliseconds"),
        "zone": zone,
        "minute": int(MINUTE.total_seconds()),
        "grace": int(GRACE.total_seconds()),
        "whole": None if whole == NO_BOUNDS else _shown(whole),
        "steps": {name: _shown(one) for name, one in bounds.items() if one != NO_BOUNDS},
    }


def _shown(bounds: Bounds) -> Json:
    return {
        "due": _written(bounds.due_at),
        "closes": _written(bounds.closes_at),
        "extended": bounds.extended,
        "extra": bounds.extra_attempts,
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
