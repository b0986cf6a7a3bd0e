"""The instructor's page: the whole class at a glance, and what became of the grades."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from course_content.model import Course, localized
from lti_tool.models import WindowSession, now
from lti_tool.services.attention import RULE_WORDS
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.services.class_view import TableView
from lti_tool.services.column_choice import obstacle
from lti_tool.services.column_objections import objections_to_missing
from lti_tool.services.copies import class_copied
from lti_tool.services.courses import link_extent
from lti_tool.services.grading_words import COUNTING_WORDS
from lti_tool.services.group_filter import group_filter
from lti_tool.services.marking import QUEUE_SIZE, queue_of
from lti_tool.services.objections import (
    GROUP_OBJECTIONS,
    ROSTER_OBJECTIONS,
    objection_to,
    objection_to_platform,
)
from lti_tool.services.platform_health import troubles
from lti_tool.services.pulse import pulse_of
from lti_tool.services.reports import PAGE, ClassTable, class_report
from lti_tool.services.rosters import RosterStatus, refresh
from lti_tool.services.sync_page import glance
from lti_tool.services.targets import to_do
from lti_tool.services.time_spent import LONGEST_SILENCE
from lti_tool.views.asking import LARGEST_NUMBER, instructor_window
from lti_tool.views.context import tool

blueprint = Blueprint("classes", __name__)

LONGEST_NUMBER = 5
"""Figures of how many works are listed."""


@blueprint.get("/class")
def shell() -> Response:
    """Return the page without a class, for a window that is reloaded.

    It holds nothing about anybody: the window proves who it is, and asks for the rest.
    """
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class")
def fragment() -> Response:
    """Return a page of the class as a piece of HTML for the page that shows it.

    ``?group``, ``?search``, ``?rule``, ``?sort``, ``?direction`` and ``?page`` say which
    lines, ``?works`` how many works of the queue. ``?shown`` names the learners whose lines a
    page has on its screen: they come too, wherever they stand now. A page that says by
    ``If-None-Match`` what it has (RFC 9110, 13.1.2) gets it again when it is another one.
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        if request.if_none_match.contains_weak(pulse_of(db, window.resource_link_pk)):
            return Response(status=HTTPStatus.NOT_MODIFIED)
        details = _details(window, db)
    response = make_response(render_template("class_table.html", **details))
    if not details["behind"]:
        response.set_etag(details["pulse"])
    return response


@blueprint.post("/api/class/roster")
def roster() -> Response:
    """Bring the class's list up to date if need be, and return the class as ``fragment`` does.

    ``?when=due`` asks the platform only when ours is old; without it, somebody wants it.
    The window's own session is over by then: nobody waits for a platform in a transaction.
    """
    with tool().database.reading() as db:
        context_pk = instructor_window(db).resource_link.context_pk
    on_demand = request.args.get("when") != "due"
    refresh(tool().database, tool().class_lists, context_pk, on_demand=on_demand)
    return fragment()


def class_page(
    session_token: str, window: WindowSession, export_ticket: str | None = None
) -> Response:
    """Return the whole page, which keeps the token in its window.

    ``export_ticket`` lets a course designer into the export page.
    """
    with tool().database.reading() as db:
        details = _details(window, db)
    response = make_response(
        render_template("class.html", session=session_token, export_ticket=export_ticket, **details)
    )
    if export_ticket is not None:
        # With the tool's usual policy the form would come without its origin, which we check.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _details(window: WindowSession, db: Session) -> dict[str, Any]:
    link = window.resource_link
    # Before anything is read: the page may hold more than its pulse says, never less.
    pulse = pulse_of(db, link.id)
    course = tool().courses.course(link.course)
    language = tool().courses.language(link.course, window.language)
    behind = bring_up_to_date(tool().database, db, course, link)
    moment = now()
    table = ClassTable.of(db, course, link, moment)
    view = TableView.read(request.args)
    if behind:
        shown = table.page_keys(view)
        behind = bring_up_to_date(tool().database, db, course, link, Share(shown, len(shown)))
    report = class_report(table, view)
    here = frozenset(line.id for line in report.learners)
    elsewhere = [number for number in _shown(request.args.get("shown", "")) if number not in here]
    works = _number_of_works(request.args.get("works", ""))
    roster = RosterStatus.of(link.context, moment)
    platform_id = link.context.deployment.platform_id
    return {
        "course_title": localized(course.title, language),
        "class_title": link.context.title,
        "copied_from": class_copied(db, link.context_pk),
        "part_title": localized(link_extent(course, link.target).title, language),
        "activities": [(one.id, localized(one.title, language)) for one in report.activities],
        "titles": titles_of(course, language),
        "report": report,
        "behind": behind,
        "pulse": pulse,
        "elsewhere": table.lines(elsewhere),
        "quizzes": [one.id for one in link_extent(course, link.target).activities],
        "view": {**report.view.as_json(), "works": works},
        "rule_words": RULE_WORDS,
        "counting_words": COUNTING_WORDS[table.people.scope.policy.counting],
        "may_have_columns": obstacle(course, link) is None,
        "group_filter": group_filter(table, report.view, report.figures.counted),
        "queue": queue_of(db, table.awaited, language, works),
        "works": works,
        "queue_step": QUEUE_SIZE,
        "objection_to": objection_to,
        "trouble": troubles(db, [platform_id]).get(platform_id),
        "objection_to_platform": objection_to_platform,
        "gradebook": glance(db, link, table.items),
        "missing_columns": objections_to_missing(table.items),
        "roster": roster,
        "roster_objection": ROSTER_OBJECTIONS[roster.fault] if roster.fault else None,
        "groups_objection": GROUP_OBJECTIONS[roster.groups_fault] if roster.groups_fault else None,
        "preview": url_for("learn.shell", language=language),
        "longest_silence": LONGEST_SILENCE // timedelta(minutes=1),
        "written_at": moment,
    }


def titles_of(course: Course, language: str) -> dict[str, str]:
    """Return what the quizzes and workshops of a course are called, by their id."""
    steps = (step for unit in course.units for step in to_do(unit))
    return {step.id: localized(step.title, language) for step in steps}


def _shown(text: str) -> list[int]:
    """Return the learners of a list of numbers, as many as a page can show."""
    numbers = text.split(",")[:PAGE]
    return [
        int(number)
        for number in numbers
        if number.isascii() and number.isdecimal() and len(number) < len(str(LARGEST_NUMBER))
    ]


def _number_of_works(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return max(QUEUE_SIZE, int(text)) if is_number else QUEUE_SIZE
