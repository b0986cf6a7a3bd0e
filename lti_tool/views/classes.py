"""The instructor's page: the whole class at a glance, and what became of the grades."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from course_content.model import localized
from lti_tool.models import WindowSession, now
from lti_tool.services.column_choice import obstacle
from lti_tool.services.copies import class_copied
from lti_tool.services.courses import link_extent
from lti_tool.services.group_filter import EVERYBODY, narrowed
from lti_tool.services.marking import queue_of
from lti_tool.services.objections import GROUP_OBJECTIONS, ROSTER_OBJECTIONS, objection_to
from lti_tool.services.reports import class_report
from lti_tool.services.rosters import RosterStatus, refresh
from lti_tool.views.asking import instructor_window
from lti_tool.views.context import tool

blueprint = Blueprint("classes", __name__)


@blueprint.get("/class")
def shell() -> Response:
    """Return the page without a class, for a window that is reloaded.

    It holds nothing about anybody: the window proves who it is, and asks for the rest.
    """
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class")
def fragment() -> Response:
    """Return the class, or ``?group`` of it, as a piece of HTML for the page that shows it."""
    group = request.args.get("group", EVERYBODY)
    with tool().database.reading() as db:
        window = instructor_window(db)
        return make_response(render_template("class_table.html", **_details(window, db, group)))


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


def class_page(session_token: str, window: WindowSession) -> Response:
    """Return the whole page, which keeps the token in its window."""
    with tool().database.reading() as db:
        details = _details(window, db)
    return make_response(render_template("class.html", session=session_token, **details))


def _details(window: WindowSession, db: Session, group: str = EVERYBODY) -> dict[str, Any]:
    link = window.resource_link
    course = tool().courses.course(link.course)
    language = tool().courses.language(link.course, window.language)
    report, group_filter = narrowed(class_report(db, course, link), group)
    roster = RosterStatus.of(link.context, now())
    return {
        "course_title": localized(course.title, language),
        "class_title": link.context.title,
        "copied_from": class_copied(db, link.context_pk),
        "part_title": localized(link_extent(course, link.target).title, language),
        "activities": [(one.id, localized(one.title, language)) for one in report.activities],
        "report": report,
        "may_have_columns": obstacle(course, link) is None,
        "group_filter": group_filter,
        "queue": queue_of(db, course, link, language),
        "objection_to": objection_to,
        "roster": roster,
        "roster_objection": ROSTER_OBJECTIONS[roster.fault] if roster.fault else None,
        "groups_objection": GROUP_OBJECTIONS[roster.groups_fault] if roster.groups_fault else None,
        "preview": url_for("learn.shell", language=language),
        "written_at": now(),
    }
