"""The page of the gradebook: compare, synchronise, see what came of it, and decide about grades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from course_content.model import localized
from lti_tool.models import Decision, ResourceLink, WindowSession, now
from lti_tool.services.column_objections import COLUMN_OBJECTIONS, objections_to_missing
from lti_tool.services.courses import Json, link_extent
from lti_tool.services.gradebook_look import SeenScore, look, resend
from lti_tool.services.hand_made import Verdict, decide
from lti_tool.services.objections import ApiFault, objection_to, objection_to_platform
from lti_tool.services.sync_jobs import ask
from lti_tool.services.sync_nights import wishes_nights
from lti_tool.services.sync_page import MOST_LISTED, Standing, gradebook_page, sync_standing
from lti_tool.services.sync_words import DIFFERENCES, OBSTACLES
from lti_tool.views.asking import instructor_window, json_body, number_in, refuse, text_in
from lti_tool.views.context import tool

LONGEST_SEEN = 40

blueprint = Blueprint("sync", __name__)


@blueprint.get("/class/gradebook")
def shell() -> Response:
    """Return the page without a class: its window proves who it is, and asks for the rest."""
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class/gradebook")
def page() -> Response:
    """Return what there is to say of the link's gradebook, as a piece of HTML."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        return make_response(render_template("class_gradebook.html", **_details(db, window)))


@blueprint.post("/api/class/gradebook/sync")
def start() -> Response:
    """Queue a synchronisation, unless one is open, and return ``page``.

    The worker carries it out: it needs neither this window nor this request.
    """
    with tool().database.transaction() as db:
        window = instructor_window(db)
        ask(db, window.resource_link, _name(window), now())
    return page()


@blueprint.get("/api/class/gradebook/progress")
def progress() -> Response:
    """Return how far the last synchronisation is, as JSON."""
    with tool().database.reading() as db:
        link = instructor_window(db).resource_link
        standing = sync_standing(db, link, now())
    if standing is None:
        return jsonify({"over": True, "done": 0, "total": 0, "said": "", "left_alone": False})
    return jsonify(
        {
            "over": not standing.is_under_way,
            "done": standing.done,
            "total": standing.total,
            "said": said_of(standing),
            "left_alone": standing.is_left_alone,
        }
    )


@blueprint.post("/api/class/gradebook/comparison")
def comparison() -> Response:
    """Read the gradebook, and return ``page`` with what differs there. Nothing is sent."""
    with tool().database.reading() as db:
        link_pk = instructor_window(db).resource_link.id
    seen = look(tool().database, tool().line_items, link_pk)
    with tool().database.reading() as db:
        details = _details(db, instructor_window(db))
        return make_response(render_template("class_gradebook.html", look=seen, **details))


@blueprint.post("/api/class/gradebook/scores")
def scores() -> Response:
    """Send again the scores that a comparison showed as missing, and return ``page``."""
    with tool().database.reading() as db:
        link_pk = instructor_window(db).resource_link.id
    lines = _lines(json_body(), "scores")
    chosen = [SeenScore(number_in(line, "id"), number_in(line, "version")) for line in lines]
    resend(tool().database, link_pk, chosen)
    return page()


@blueprint.post("/api/class/gradebook/decisions")
def decisions() -> Response:
    """Carry out an instructor's decisions about grades given by hand, and return ``page``.

    What has changed since they saw it is not touched: the page asks again.
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        link_pk, by = window.resource_link_pk, _name(window)
    decide(tool().database, link_pk, list(_verdicts(json_body())), by)
    return page()


@blueprint.post("/api/class/gradebook/nightly")
def nightly() -> Response:
    """Have the class synchronised each night, or no more, and return ``page``."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        wished = json_body().get("wished")
        if not isinstance(wished, bool):
            refuse(ApiFault.UNREADABLE_REQUEST)
        wishes_nights(db, window.resource_link.context_pk, _name(window), wished=wished)
    return page()


def said_of(standing: Standing) -> str:
    """Return how far a synchronisation is, in words."""
    if standing.total == 0 and standing.is_open:
        return str(_("Lecture du carnet de notes…"))
    return str(
        ngettext(
            "%(done)s sur %(num)s note",
            "%(done)s sur %(num)s notes",
            standing.total,
            done=standing.done,
        )
    )


def _name(window: WindowSession) -> str:
    return "" if window.learner is None else window.learner.name


def _verdicts(body: Json) -> Iterator[Verdict]:
    """Read the decisions of a request; refuse anything else."""
    decision = text_in(body, "decision")
    if decision not in set(Decision):
        refuse(ApiFault.UNREADABLE_REQUEST)
    for grade in _lines(body, "grades"):
        seen = text_in(grade, "seen")
        if len(seen) > LONGEST_SEEN:
            refuse(ApiFault.UNREADABLE_REQUEST)
        yield Verdict(number_in(grade, "id"), seen, Decision(decision))


def _lines(body: Json, name: str) -> Iterator[Json]:
    """Read the lines of a list that are ticked; refuse anything else."""
    lines = body.get(name)
    if not isinstance(lines, list) or len(lines) > MOST_LISTED:
        refuse(ApiFault.UNREADABLE_REQUEST)
    for line in lines:
        if not isinstance(line, dict):
            refuse(ApiFault.UNREADABLE_REQUEST)
        yield line


def _details(db: Session, window: WindowSession) -> dict[str, Any]:
    link = window.resource_link
    found = gradebook_page(db, link, now())
    return {
        **_titles(link, window.language),
        "page": found,
        "sync": found.sync,
        "said": said_of(found.sync) if found.sync else "",
        "obstacle": OBSTACLES[found.obstacle] if found.obstacle else None,
        "column_objections": COLUMN_OBJECTIONS,
        "missing_columns": objections_to_missing(found.columns),
        "objection_to": objection_to,
        "trouble": found.trouble,
        "objection_to_platform": objection_to_platform,
        "night_hour": f"{tool().settings.sync_hour:02d}:00",
        "night_zone": tool().settings.time_zone,
        "most_listed": MOST_LISTED,
        "differences": DIFFERENCES,
    }


def _titles(link: ResourceLink, wanted: str) -> dict[str, str]:
    course = tool().courses.course(link.course)
    language = tool().courses.language(link.course, wanted)
    return {
        "course_title": localized(course.title, language),
        "part_title": localized(link_extent(course, link.target).title, language),
        "class_title": link.context.title,
        "link_title": link.title,
    }
