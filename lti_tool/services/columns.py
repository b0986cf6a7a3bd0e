"""Which columns of the platform's gradebook a link has, and which of them get its scores.

The platform may couple a column with a link; the tool makes others where an instructor asks
for them. One place says which may be removed: ``is_ours``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from course_content.model import Course, Gradable
from lti_tool.lti import LINE_ITEM_SCOPE, RESULT_SCOPE, Column
from lti_tool.models import Grading, LineItem, LineItemState, Maker, ResourceLink
from lti_tool.services.courses import graded_activities
from lti_tool.services.progress import insert_unless_there

WHOLE = ""
"""The ``activity`` of a column that is for all that a link covers."""
LIVING = frozenset({LineItemState.WANTED, LineItemState.READY})


def line_items_of(db: Session, link_pks: Iterable[int]) -> Sequence[LineItem]:
    """Return every column that we know of these links, in the order in which we met them."""
    wanted = LineItem.resource_link_pk.in_(list(link_pks))
    return db.scalars(select(LineItem).where(wanted).order_by(LineItem.id)).all()


def coupled_url(link: ResourceLink, items: Sequence[LineItem]) -> str | None:
    """Return the address of the column that the platform coupled with a link, if it did.

    Where a link has one column and that one is ours, launches name ours: it is not the
    platform's for that. Where it has several, they name none, and we remember.
    """
    ours = {item.url for item in items if item.made_by == Maker.TOOL}
    if link.line_item_url is not None and link.line_item_url not in ours:
        return link.line_item_url
    return next((item.url for item in items if item.made_by == Maker.PLATFORM), None)


def address_of(item: LineItem, link: ResourceLink, items: Sequence[LineItem]) -> str | None:
    """Return where the scores of a column go, if it has an address."""
    return item.url if item.made_by == Maker.TOOL else coupled_url(link, items)


def in_use(link: ResourceLink, items: Sequence[LineItem]) -> tuple[LineItem, ...]:
    """Return the columns that get the scores of a link, among those that we know."""
    living = [item for item in items if item.made_by == Maker.TOOL and item.state in LIVING]
    if link.grading == Grading.ACTIVITIES:
        return tuple(item for item in living if item.activity != WHOLE)
    if coupled_url(link, items) is not None:
        return tuple(item for item in items if item.made_by == Maker.PLATFORM)
    return tuple(item for item in living if item.activity == WHOLE)


def has_column(link: ResourceLink, items: Sequence[LineItem]) -> bool:
    """Whether the scores of a link go anywhere."""
    coupled = link.grading == Grading.WHOLE and coupled_url(link, items) is not None
    return coupled or bool(in_use(link, items))


def ready_for_scores(db: Session, link: ResourceLink) -> tuple[LineItem, ...]:
    """Return the columns that get the scores of a link, the coupled one noted if need be."""
    items = line_items_of(db, [link.id])
    found = in_use(link, items)
    if not found and has_column(link, items):
        return (note_coupled(db, link),)
    return found


def note_coupled(db: Session, link: ResourceLink) -> LineItem:
    """Return the row of the platform's own column, made if need be."""
    key = {"resource_link_pk": link.id, "made_by": Maker.PLATFORM, "activity": WHOLE}
    insert_unless_there(
        db,
        LineItem,
        {
            **key,
            "state": LineItemState.READY,
            "label": "",
            "maximum": 100.0,
            "resource_id": "",
            "tag": "",
            "tries": 0,
        },
    )
    return db.scalars(select(LineItem).filter_by(**key)).one()


def activities_of(item: LineItem, course: Course, link: ResourceLink) -> tuple[Gradable, ...]:
    """Return the graded activities whose scores make up a column's."""
    return tuple(
        activity
        for activity in graded_activities(course, link.target)
        if item.activity in {WHOLE, activity.id}
    )


def may_make_columns(link: ResourceLink) -> bool:
    """Whether the platform lets us make columns: it says where, and grants the scope."""
    return link.line_items_url is not None and LINE_ITEM_SCOPE in link.grade_scopes


def may_read_results(link: ResourceLink) -> bool:
    """Whether the platform lets us read what its columns hold."""
    return RESULT_SCOPE in link.grade_scopes


def is_ours(item: LineItem, found: Column, platform_url: str | None) -> bool:
    """Whether the tool may remove a column: it made it, and the platform says so too.

    ``found`` is the column as the platform describes it now. That it belongs to our link
    proves nothing: so does the platform's own, which holds grades that are not ours.
    """
    return (
        item.made_by == Maker.TOOL
        and item.tag != ""
        and (found.tag, found.resource_id) == (item.tag, item.resource_id)
        and found.url != platform_url
    )
