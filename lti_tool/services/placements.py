"""A teacher's choice, and how they want it placed, made into the platform's content items.

The picker's form names each thing by its value (``services.selections``), in the order in
which they are to be placed: ``choice``, once for each, and its settings under
``title:VALUE``, ``column:VALUE`` and so on. A form without a script sends choices alone:
what it does not set is as one would expect.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lti_tool.lti import ContentItem, Fault, LaunchRefused, NewColumn
from lti_tool.models import ContentSelection
from lti_tool.services.courses import CourseShelf, UnknownCourse
from lti_tool.services.links import DUE_PARAMETER, DUE_VARIABLE
from lti_tool.services.moments import as_moment
from lti_tool.services.refusals import N_
from lti_tool.services.selections import Chosen, chosen, described
from lti_tool.services.targets import parameters_of

MOST_ITEMS = 50
LONGEST_TITLE = 200
USUAL_MAXIMUM = 100.0
LARGEST_MAXIMUM = 10_000.0
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no title holds: controls, changes of direction, halves of characters."""


class PlacementFault(StrEnum):
    """Why a choice cannot be placed as it is. A page translates these words."""

    NOTHING = N_("Choisissez au moins un contenu, puis recommencez.")
    SEVERAL = N_(
        "Votre plateforme n’accepte qu’un contenu à la fois. Gardez-en un\u00a0; vous pourrez "
        "ajouter les autres ensuite."
    )
    TOO_MANY = N_("Cela fait trop de contenus à la fois. Placez-les en plusieurs fois.")
    MAXIMUM = N_("La note maximale est un nombre plus grand que 0, et de 10\u202f000 au plus.")
    DATE = N_("Une date n’a pas pu être lue. Choisissez-la de nouveau dans le calendrier.")
    ORDER = N_("Un contenu ne peut pas être à rendre avant d’être ouvert. Corrigez ses dates.")


class PlacementRefused(Exception):
    """A choice that the teacher can mend."""

    def __init__(self, fault: PlacementFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Place:
    """Where links lead, and what platforms may show beside them."""

    launch_url: str
    icon_url: str


def content_items(
    selection: ContentSelection,
    choices: Sequence[str],
    settings: Mapping[str, str],
    courses: CourseShelf,
    place: Place,
) -> list[ContentItem]:
    """Return the items to place, in the order of the choices; one for each, however often named.

    Raise ``PlacementRefused`` for what the teacher can mend, ``LaunchRefused`` for what the
    picker did not offer.
    """
    values = list(dict.fromkeys(choices))
    if not values:
        raise PlacementRefused(PlacementFault.NOTHING)
    if len(values) > 1 and not selection.accepts_several:
        raise PlacementRefused(PlacementFault.SEVERAL)
    if len(values) > MOST_ITEMS:
        raise PlacementRefused(PlacementFault.TOO_MANY)
    return [
        _item(selection, _offered(courses, value), settings, courses, place) for value in values
    ]


def _offered(courses: CourseShelf, value: str) -> Chosen:
    try:
        return chosen(courses, value)
    except (UnknownCourse, KeyError) as error:
        raise LaunchRefused(Fault.COURSE_UNKNOWN, f"choice {value[:100]!r}") from error


def _item(
    selection: ContentSelection,
    one: Chosen,
    settings: Mapping[str, str],
    courses: CourseShelf,
    place: Place,
) -> ContentItem:
    known = described(courses, one, selection.language)
    wishes = _Wishes(settings, one.value)
    title = wishes.text("title") or known.title[:LONGEST_TITLE]
    custom = {"course": one.course.slug, **parameters_of(one.course, one.target)}
    is_graded = known.graded > 0
    if is_graded:
        custom[DUE_PARAMETER] = DUE_VARIABLE
    available_from = wishes.moment("from")
    due_until = wishes.moment("until") if is_graded else None
    if available_from and due_until and due_until <= available_from:
        raise PlacementRefused(PlacementFault.ORDER)
    column = None
    if is_graded and selection.accepts_line_item and wishes.wants_column:
        label = wishes.text("label") or title
        column = NewColumn(label, wishes.maximum, None, one.value, known.kind.value)
    opening = wishes.text("opening")
    return ContentItem(
        title=title,
        url=place.launch_url,
        icon_url=place.icon_url,
        custom=custom,
        text=known.summary,
        column=column,
        available_from=available_from,
        due_until=due_until,
        opening=opening if opening in selection.openings else None,
    )


class _Wishes:
    """What the form sets for one of the things chosen."""

    def __init__(self, settings: Mapping[str, str], value: str) -> None:
        self._settings = settings
        self._value = value

    def text(self, name: str) -> str:
        """Return a text on one line; empty when it is not set."""
        given = self._settings.get(f"{name}:{self._value}", "")[: 2 * LONGEST_TITLE]
        return re.sub(r" {2,}", " ", UNPRINTABLE.sub(" ", given)).strip()[:LONGEST_TITLE]

    @property
    def wants_column(self) -> bool:
        """Whether a column is wanted. A box that is not ticked is not sent at all."""
        return not self.text("set") or bool(self.text("column"))

    @property
    def maximum(self) -> float:
        """Return the column's maximum. Raise ``PlacementRefused``."""
        given = "".join(self.text("maximum").replace(",", ".").split())
        try:
            maximum = float(given) if given else USUAL_MAXIMUM
        except ValueError as error:
            raise PlacementRefused(PlacementFault.MAXIMUM) from error
        if not (math.isfinite(maximum) and 0 < maximum <= LARGEST_MAXIMUM):
            raise PlacementRefused(PlacementFault.MAXIMUM)
        return int(maximum) if maximum.is_integer() else maximum

    def moment(self, name: str) -> datetime | None:
        """Return a moment, ``None`` when it is not set. Raise ``PlacementRefused``."""
        given = self.text(name)
        try:
            return as_moment(given) if given else None
        except ValueError as error:
            raise PlacementRefused(PlacementFault.DATE) from error
