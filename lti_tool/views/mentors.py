"""A mentor's page: where those stand whom the platform has entrusted to them, and nobody else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from course_content.model import localized
from lti_tool.models import Standing, WindowSession, now
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.services.class_view import TableView
from lti_tool.services.reports import ClassTable
from lti_tool.views.asking import mentor_window
from lti_tool.views.context import tool

blueprint = Blueprint("mentors", __name__)


@blueprint.get("/mentored")
def shell() -> Response:
    """Return the page without anybody, for a window that is reloaded."""
    return make_response(render_template("mentor.html", session=None))


@blueprint.get("/api/mentored")
def fragment() -> Response:
    """Return those whom the mentor accompanies as a piece of HTML, for the page that shows it."""
    with tool().database.reading() as db:
        window = mentor_window(db)
        return make_response(render_template("mentored.html", **_details(window, db)))


def mentor_page(session_token: str, window: WindowSession) -> Response:
    """Return the whole page, which keeps the token in its window."""
    with tool().database.reading() as db:
        details = _details(window, db)
    return make_response(render_template("mentor.html", session=session_token, **details))


def _details(window: WindowSession, db: Session) -> dict[str, Any]:
    link = window.resource_link
    course = tool().courses.course(link.course)
    language = tool().courses.language(link.course, window.language)
    table = ClassTable.of(db, course, link, now(), only=window.mentored or ())
    share = Share(table.keys(TableView()))
    bring_up_to_date(tool().database, db, course, link, share)
    return {
        "course_title": localized(course.title, language),
        "class_title": link.context.title,
        "activities": [
            (one.id, localized(one.title, language)) for one in table.people.scope.activities
        ],
        "people": [line for line in table.everybody() if line.standing is not Standing.LEFT],
        "steps": len(table.people.scope.steps),
        "written_at": now(),
    }
