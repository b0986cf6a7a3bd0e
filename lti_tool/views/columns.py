"""How a link is graded: what counts and into which columns, told before it is decided."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from course_content.model import Course, Quiz, localized
from lti_tool.models import Grading, LineItemState, Maker, ResourceLink, WindowSession
from lti_tool.services.column_choice import (
    Choice,
    ChoiceFault,
    ChoiceRefused,
    WantedColumn,
    checked_column,
    obstacle,
    proposed,
    uncovered,
    unfinished,
)
from lti_tool.services.column_making import settle_due
from lti_tool.services.column_objections import CHOICE_OBJECTIONS, objection_to_column
from lti_tool.services.columns import coupled_url, in_use, line_items_of, may_read_results
from lti_tool.services.courses import Json, graded_activities
from lti_tool.services.decisions import Decision, checked_policy, decide, undoing
from lti_tool.services.forecasts import PAGE, Forecast, forecast
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.grading_words import COUNTING_WORDS
from lti_tool.services.objections import ApiFault
from lti_tool.services.regrading import regrade_due, waiting
from lti_tool.views.asking import instructor_window, json_body, number_in, refuse, text_in
from lti_tool.views.classes import titles_of
from lti_tool.views.context import tool

PATIENCE_SECONDS = 8.0
"""How long an instructor waits for the platform; what is left then is the worker's."""

REGRADING_SECONDS = 1.0
"""How long they wait for the grades of a large class, which the worker goes on with."""

blueprint = Blueprint("columns", __name__)


@blueprint.errorhandler(ChoiceRefused)
def refused(error: ChoiceRefused) -> Response:
    """Say why a choice cannot be made, as a piece of HTML for the page that asked."""
    html = render_template("class_columns_refused.html", objection=CHOICE_OBJECTIONS[error.fault])
    return make_response(html, HTTPStatus.CONFLICT)


@blueprint.get("/class/columns")
def shell() -> Response:
    """Return the page without anything in it: its window proves who it is, and asks for it."""
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class/columns")
def columns() -> Response:
    """Return how the link is graded and the choice, as a piece of HTML."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        return make_response(render_template("class_columns.html", **_details(db, window)))


@blueprint.post("/api/class/columns/plan")
def planned() -> Response:
    """Tell what a decision will change; nothing is changed. ``page`` counts from 1."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        body = json_body()
        page = number_in(body, "page") if "page" in body else 1
        return _plan_page(db, window, _forecast(db, window, body), page)


@blueprint.post("/api/class/columns")
def chosen() -> Response:
    """Make a decision, have the platform follow as far as it does, and return ``columns``.

    ``seen`` is the version of the forecast that was read: where another one holds by now, that
    one is returned and nothing is changed. The decision is kept before the platform is asked,
    and before large classes are regraded: the worker goes on where this ends.
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        body = json_body()
        seen = text_in(body, "seen")
        told = _forecast(db, window, body)
        if told.version != seen:
            return _stale(db, window, told, seen)
        link, course = _link(window)
    with tool().database.transaction() as db:
        made = decide(db, course, link.id, told.decision, told.grading_version)
    if not made:
        with tool().database.reading() as db:
            window = instructor_window(db)
            return _stale(db, window, _forecast(db, window, body), seen)
    began = time.monotonic()
    regrade_due(
        tool().database,
        tool().courses,
        link_pk=link.id,
        stopping=lambda: time.monotonic() > began + REGRADING_SECONDS,
    )
    settle_due(
        tool().database,
        tool().line_items,
        link_pk=link.id,
        stopping=lambda: time.monotonic() > began + PATIENCE_SECONDS,
    )
    return columns()


def _link(window: WindowSession) -> tuple[ResourceLink, Course]:
    return window.resource_link, tool().courses.course(window.resource_link.course)


def _forecast(db: Session, window: WindowSession, body: Json) -> Forecast:
    link, course = _link(window)
    if body.get("undo") is True:
        language = tool().courses.language(link.course, window.language)
        return forecast(db, course, link, undoing(db, course, link, language))
    return forecast(db, course, link, _decision(body))


def _stale(db: Session, window: WindowSession, told: Forecast, seen: str) -> Response:
    """Tell that something happened since the forecast that was read, and what holds now."""
    by_others = seen.partition(".")[0] != str(told.grading_version)
    answer = _plan_page(db, window, told, 1, stale="decision" if by_others else "work")
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def _plan_page(
    db: Session, window: WindowSession, told: Forecast, page: int, stale: str | None = None
) -> Response:
    link, course = _link(window)
    language = tool().courses.language(link.course, window.language)
    pages = max(1, -(-len(told.changes) // PAGE))
    page = min(max(1, page), pages)
    return make_response(
        render_template(
            "class_columns_plan.html",
            told=told,
            plan=told.plan,
            rows=told.changes[(page - 1) * PAGE : page * PAGE],
            page=page,
            pages=pages,
            stale=stale,
            may_read=may_read_results(link),
            labels=_labels(db, link, told),
            titles=titles_of(course, language),
        )
    )


def _labels(db: Session, link: ResourceLink, told: Forecast) -> dict[str, str]:
    """Return what the columns with grades that change are called; not the platform's own."""
    choice = told.decision.columns
    if choice is not None:
        return {name: column.label for name, column in choice.columns.items()}
    return {item.activity: item.label for item in in_use(link, line_items_of(db, [link.id]))}


def _details(db: Session, window: WindowSession) -> dict[str, Any]:
    link, course = _link(window)
    language = tool().courses.language(link.course, window.language)
    items = line_items_of(db, [link.id])
    ours = [item for item in items if item.made_by == Maker.TOOL]
    whole, *each = proposed(course, link, items, language)
    fault = obstacle(course, link)
    graded = graded_activities(course, link.target)
    return {
        "course_title": localized(course.title, language),
        "class_title": link.context.title,
        "policy": GradingPolicy.of(link),
        "counting_words": COUNTING_WORDS,
        "marks": sorted({one.pass_mark for one in graded if isinstance(one, Quiz)}),
        "has_works": any(not isinstance(one, Quiz) for one in graded),
        "before": link.grading_before,
        "waiting": waiting(db, link),
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
    }


def _decision(body: Json) -> Decision:
    """Read a decision from a request; refuse anything else. Raise ``ChoiceRefused``.

    Without a ``grading``, the columns stay as they are.
    """
    policy = checked_policy(text_in(body, "counting"), body.get("passMark"))
    if body.get("grading") is None:
        return Decision(policy)
    grading, described, remove = text_in(body, "grading"), body.get("columns"), body.get("remove")
    if grading not in set(Grading) or not isinstance(described, dict):
        refuse(ApiFault.UNREADABLE_REQUEST)
    wanted = {name: _wanted(name, column) for name, column in described.items()}
    return Decision(policy, Choice(Grading(grading), wanted, remove is True))


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
