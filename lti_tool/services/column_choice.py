"""An instructor's choice for a link: one column for all of it, or one for each activity.

What a choice will change is told before it is made (``plan``), and making it changes our own
rows only (``choose``): the platform's columns are made afterwards, by ``column_making``, and
the grades of large classes by ``regrading``.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable, localized
from lti_tool.lti import LINE_ITEM_SCOPE
from lti_tool.models import (
    DeliveryState,
    GradeDelivery,
    Grading,
    LineItem,
    LineItemState,
    Maker,
    ResourceLink,
    now,
)
from lti_tool.services.columns import (
    LIVING,
    WHOLE,
    coupled_url,
    in_use,
    line_items_of,
    note_coupled,
)
from lti_tool.services.courses import graded_activities, link_extent
from lti_tool.services.hand_made import given_by_hand, is_held
from lti_tool.services.regrading import begin, held

USUAL_MAXIMUM = 100.0
LARGEST_MAXIMUM = 10_000.0
LONGEST_LABEL = 200


class ChoiceFault(StrEnum):
    """Why a choice cannot be made. ``services.objections`` puts it in words."""

    NOTHING_GRADED = "nothing_graded"
    NO_ADDRESS = "no_column_address"
    NOT_GRANTED = "columns_not_granted"
    LABEL_WRONG = "column_label_wrong"
    MAXIMUM_WRONG = "column_maximum_wrong"
    COUNTING_UNKNOWN = "counting_unknown"
    MARK_WRONG = "pass_mark_wrong"
    NOTHING_BEFORE = "nothing_before"


class ChoiceRefused(Exception):
    """A choice that cannot be made, and why."""

    def __init__(self, fault: ChoiceFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class WantedColumn:
    """A column that the tool would make. ``activity`` is empty for all that the link covers."""

    activity: str
    label: str
    maximum: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What the instructor wants. ``remove`` is for columns of ours that it does without.

    ``nowhere``: where the platform coupled none with the link, there is to be none at all.
    """

    grading: Grading
    columns: Mapping[str, WantedColumn]
    remove: bool = False
    nowhere: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a choice will change, told by labels.

    ``lost`` is how many grades that the gradebook received go with the removed columns, and
    ``lost_by_hand`` how many that somebody gave there; ``rests`` whether the platform's own column
    will get no more scores.
    """

    grading: Grading
    uses_coupled: bool
    rests: bool
    made: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]
    retired: tuple[str, ...]
    removed: tuple[str, ...]
    lost: int
    lost_by_hand: int


def obstacle(course: Course, link: ResourceLink) -> ChoiceFault | None:
    """Return why the tool can make no columns for a link, if it cannot."""
    if not graded_activities(course, link.target):
        return ChoiceFault.NOTHING_GRADED
    if link.line_items_url is None:
        return ChoiceFault.NO_ADDRESS
    if LINE_ITEM_SCOPE not in link.grade_scopes:
        return ChoiceFault.NOT_GRANTED
    return None


def proposed(
    course: Course, link: ResourceLink, items: Sequence[LineItem], language: str
) -> tuple[WantedColumn, ...]:
    """Return the columns to offer: first the one for everything, then one for each activity.

    Each is as it was chosen last, else named after what it is for.
    """
    known = {item.activity: item for item in items if item.made_by == Maker.TOOL}
    activities = graded_activities(course, link.target)
    titles = {WHOLE: localized(link_extent(course, link.target).title, language)}
    titles[WHOLE] = titles[WHOLE] or localized(course.title, language)
    for activity in activities:
        titles[activity.id] = _title(course, activity, activities, language)
    return tuple(
        WantedColumn(name, known[name].label, known[name].maximum)
        if name in known
        else WantedColumn(name, title[:LONGEST_LABEL], USUAL_MAXIMUM)
        for name, title in titles.items()
    )


def checked_column(activity: str, label: str, maximum: float) -> WantedColumn:
    """Return a column as an instructor describes it. Raise ``ChoiceRefused``."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    if not 0 < len(plain) <= LONGEST_LABEL:
        raise ChoiceRefused(ChoiceFault.LABEL_WRONG)
    if not math.isfinite(maximum) or not 0 < maximum <= LARGEST_MAXIMUM:
        raise ChoiceRefused(ChoiceFault.MAXIMUM_WRONG)
    return WantedColumn(activity, plain, maximum)


def plan(db: Session, course: Course, link: ResourceLink, choice: Choice) -> Plan:
    """Tell what a choice will change, and change nothing. Raise ``ChoiceRefused``."""
    items = line_items_of(db, [link.id])
    wanted = wanted_columns(course, link, items, choice)
    ours = {item.activity: item for item in items if item.made_by == Maker.TOOL}
    idle = [item for name, item in ours.items() if name not in wanted and _is_there(item)]
    removed = idle if choice.remove else []
    living = {name for name, item in ours.items() if item.state in LIVING and name in wanted}
    changed = [name for name in living if _differs(ours[name], wanted[name])]
    coupled = coupled_url(link, items) is not None
    return Plan(
        grading=choice.grading,
        uses_coupled=coupled and choice.grading is Grading.WHOLE,
        rests=coupled and choice.grading is Grading.ACTIVITIES,
        made=tuple(
            column.label
            for name, column in wanted.items()
            if name not in ours or not _is_there(ours[name])
        ),
        changed=tuple(wanted[name].label for name in wanted if name in changed),
        kept=tuple(
            column.label
            for name, column in wanted.items()
            if name in ours and _is_there(ours[name]) and name not in changed
        ),
        retired=() if choice.remove else tuple(item.label for item in idle),
        removed=tuple(item.label for item in removed),
        lost=_received(db, removed),
        lost_by_hand=len(given_by_hand(db, [item.id for item in removed])),
    )


def choose(db: Session, course: Course, link_pk: int, choice: Choice) -> None:
    """Make a choice, and queue what was earned already. Raise ``ChoiceRefused``.

    The link's row is held until the transaction ends: no answer falls between two columns.
    """
    link = held(db, link_pk)
    change_columns(db, course, link, choice)
    begin(db, course, link)


def change_columns(db: Session, course: Course, link: ResourceLink, choice: Choice) -> None:
    """Make a choice in a transaction that holds the link's row. Raise ``ChoiceRefused``.

    What was earned already is not queued.
    """
    items = line_items_of(db, [link.id])
    wanted = wanted_columns(course, link, items, choice)
    coupled = coupled_url(link, items)
    if coupled is not None and choice.grading is Grading.ACTIVITIES:
        note_coupled(db, link).url = coupled
    link.grading = choice.grading
    for item in line_items_of(db, [link.id]):
        if item.made_by == Maker.PLATFORM:
            rests = choice.grading is Grading.ACTIVITIES
            item.state = LineItemState.RETIRED if rests else LineItemState.READY
    ours = {item.activity: item for item in items if item.made_by == Maker.TOOL}
    for name, item in ours.items():
        if name not in wanted:
            _let_go(item, remove=choice.remove)
    for name, column in wanted.items():
        if name not in ours:
            db.add(_new_line_item(link, column))
        else:
            _want(db, ours[name], column)
    db.flush()


def wanted_columns(
    course: Course, link: ResourceLink, items: Sequence[LineItem], choice: Choice
) -> dict[str, WantedColumn]:
    """Return the columns of ours that a choice needs. Raise ``ChoiceRefused``."""
    activities = graded_activities(course, link.target)
    if choice.grading is Grading.ACTIVITIES:
        names = [activity.id for activity in activities]
    elif choice.nowhere or coupled_url(link, items) is not None:
        return {}
    else:
        names = [WHOLE]
    fault = obstacle(course, link)
    if fault is not None:
        raise ChoiceRefused(fault)
    if not set(names) <= set(choice.columns):
        raise ChoiceRefused(ChoiceFault.LABEL_WRONG)
    return {name: choice.columns[name] for name in names}


def unfinished(items: Sequence[LineItem]) -> tuple[LineItem, ...]:
    """Return the columns with which the platform is not yet where we want it."""
    return tuple(
        item
        for item in items
        if item.state in {LineItemState.WANTED, LineItemState.UNWANTED} or item.error is not None
    )


def uncovered(
    course: Course, link: ResourceLink, items: Sequence[LineItem]
) -> tuple[Gradable, ...]:
    """Return the graded activities that have no column, where each has one of its own."""
    if link.grading != Grading.ACTIVITIES:
        return ()
    covered = {item.activity for item in in_use(link, items)}
    return tuple(one for one in graded_activities(course, link.target) if one.id not in covered)


def _title(
    course: Course, activity: Gradable, activities: Sequence[Gradable], language: str
) -> str:
    """Return an activity's title, after its unit's where another one has the same title."""
    title = localized(activity.title, language)
    if [localized(one.title, language) for one in activities].count(title) == 1:
        return title
    unit = next(unit for unit in course.units if activity in unit.steps)
    return f"{localized(unit.title, language)} – {title}"


def _is_there(item: LineItem) -> bool:
    """Whether the platform has a column, as far as we know, and is to keep it."""
    return item.url is not None and item.state != LineItemState.UNWANTED


def _differs(item: LineItem, column: WantedColumn) -> bool:
    return (item.label, item.maximum) != (column.label, column.maximum)


def _received(db: Session, items: Sequence[LineItem]) -> int:
    """Count the scores that columns received from us, and that nobody has replaced by hand."""
    wanted = GradeDelivery.line_item_pk.in_([item.id for item in items])
    sent = GradeDelivery.sent_at.is_not(None) & ~is_held()
    return db.scalars(select(func.count()).select_from(GradeDelivery).where(wanted, sent)).one()


def _new_line_item(link: ResourceLink, column: WantedColumn) -> LineItem:
    return LineItem(
        resource_link_pk=link.id,
        made_by=Maker.TOOL,
        activity=column.activity,
        state=LineItemState.WANTED,
        label=column.label,
        maximum=column.maximum,
        resource_id="/".join(filter(None, (link.course, link.target, column.activity)))[-255:],
        # Nobody else's column has it, were the platform to copy its columns or we our rows.
        tag=f"arrimage-{secrets.token_hex(8)}",
        due_at=now(),
    )


def _want(db: Session, item: LineItem, column: WantedColumn) -> None:
    """Have a column of ours used again, as it is described now.

    One in which the platform refused a score is looked at again: it may be gone.
    """
    refused = (
        select(GradeDelivery.id)
        .where(GradeDelivery.line_item_pk == item.id, GradeDelivery.state == DeliveryState.REFUSED)
        .limit(1)
    )
    is_right = item.url is not None and not _differs(item, column)
    if is_right and item.state == LineItemState.RETIRED and item.error is None:
        item.state = LineItemState.READY
    elif not is_right or item.state != LineItemState.READY or db.scalar(refused) is not None:
        item.state = LineItemState.WANTED
        item.due_at, item.tries, item.error = now(), 0, None
    item.label, item.maximum = column.label, column.maximum


def _let_go(item: LineItem, *, remove: bool) -> None:
    if remove:
        item.state = LineItemState.UNWANTED
        item.due_at, item.tries, item.error = now(), 0, None
    elif item.state in LIVING:
        item.state = LineItemState.RETIRED
        item.due_at = None
