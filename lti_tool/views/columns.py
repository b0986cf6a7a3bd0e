"""The instructor's choice of columns, told before it is made, and the gradebook beside ours."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from course_content.model import Course
from lti_tool.models import Grading, LineItemState, Maker, ResourceLink, WindowSession
from lti_tool.services.column_choice import (
    Choice,
    ChoiceFault,
    ChoiceRefused,
    WantedColumn,
    checked_column,
    choose,
    obstacle,
    plan,
    proposed,
    uncovered,
    unfinished,
)
from lti_tool.services.column_making import settle_due
from lti_tool.services.column_objections import (
    CHOICE_OBJECTIONS,
    COLUMN_OBJECTIONS,
    DIFFERENCES,
    objection_to_column,
)
from lti_tool.services.columns import coupled_url, in_use, line_items_of, may_read_results
from lti_tool.services.comparison import compare
from lti_tool.services.courses import Json
from lti_tool.services.objections import ApiFault
from lti_tool.views.asking import instructor_window, json_body, refuse, text_in
from lti_tool.views.context import tool

PATIENCE_SECONDS = 8.0
"""How long an instructor waits for the platform; what is left then is the worker's."""

blueprint = Blueprint("columns", __name__, url_prefix="/api/class/columns")


@blueprint.errorhandler(ChoiceRefused)
def refused(error: ChoiceRefused) -> Response:
    """Say why a choice cannot be made, as a piece of HTML for the page that asked."""
    html = render_template("class_columns_refused.html", objection=CHOICE_OBJECTIONS[error.fault])
    return make_response(html, HTTPStatus.CONFLICT)


@blueprint.get("")
def columns() -> Response:
    """Return the columns of the link and the choice among them, as a piece of HTML."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        return make_response(render_template("class_columns.html", **_details(db, window)))


@blueprint.post("/plan")
def planned() -> Response:
    """Tell what a choice will change; nothing is changed."""
    with tool().database.reading() as db:
        link, course = _link(instructor_window(db))
        told = plan(db, course, link, _choice(json_body()))
    return make_response(render_template("class_columns_plan.html", plan=told))


@blueprint.post("")
def chosen() -> Response:
    """Make a choice, have the platform follow as far as it does, and return ``columns``.

    The choice is kept before the platform is asked: the worker goes on where this ends.
    """
    with tool().database.transaction() as db:
        link, course = _link(instructor_window(db))
        choose(db, course, link.id, _choice(json_body()))
    deadline = time.monotonic() + PATIENCE_SECONDS
    settle_due(
        tool().database,
        tool().line_items,
        link_pk=link.id,
        stopping=lambda: time.monotonic() > deadline,
    )
    return columns()


@blueprint.post("/comparison")
def comparison() -> Response:
    """Read the gradebook, and return where it differs from ours."""
    with tool().database.reading() as db:
        link, _course = _link(instructor_window(db))
    found = compare(tool().database, tool().line_items, link.id)
    return make_response(
        render_template(
            "class_comparison.html",
            comparison=found,
            differences=DIFFERENCES,
            objection=COLUMN_OBJECTIONS[found.fault] if found.fault else None,
        )
    )


def _link(window: WindowSession) -> tuple[ResourceLink, Course]:
    return window.resource_link, tool().courses.course(window.resource_link.course)


def _details(db: Session, window: WindowSession) -> dict[str, Any]:
    link, course = _link(window)
    language = tool().courses.language(link.course, window.language)
    items = line_items_of(db, [link.id])
    ours = [item for item in items if item.made_by == Maker.TOOL]
    whole, *each = proposed(course, link, items, language)
    fault = obstacle(course, link)
    return {
        "grading": link.grading,
        "coupled": coupled_url(link, items) is not None,
        "used": in_use(link, items),
        "kept": [item for item in ours if item.state == LineItemState.RETIRED and item.url],
        "leaving": [item for item in ours if item.state == LineItemState.UNWANTED],
        "objection_to_column": objection_to_column,
        "whole": whole,
        "each": each,
        "may_remove": bool(ours),
        "going_on": any(
            item.error is None and item.due_at is not None for item in unfinished(ours)
        ),
        "uncovered": len(uncovered(course, link, items)),
        "objection": None if fault is None else CHOICE_OBJECTIONS[fault],
        "may_compare": may_read_results(link),
    }


def _choice(body: Json) -> Choice:
    """Read a choice from a request; refuse anything else. Raise ``ChoiceRefused``."""
    grading, described, remove = text_in(body, "grading"), body.get("columns"), body.get("remove")
    if grading not in set(Grading) or not isinstance(described, dict):
        refuse(ApiFault.UNREADABLE_REQUEST)
    wanted = {name: _wanted(name, column) for name, column in described.items()}
    return Choice(Grading(grading), wanted, remove is True)


def _wanted(activity: str, column: object) -> WantedColumn:
    given = column if isinstance(column, dict) else {}
    label, maximum = given.get("label"), given.get("maximum")
    if not isinstance(label, str):
        raise ChoiceRefused(ChoiceFault.LABEL_WRONG)
    if isinstance(maximum, bool) or not isinstance(maximum, int | float):
        raise ChoiceRefused(ChoiceFault.MAXIMUM_WRONG)
    try:
        points = float(maximum)
    except OverflowError as error:
        raise ChoiceRefused(ChoiceFault.MAXIMUM_WRONG) from error
    return checked_column(activity, label, points)
