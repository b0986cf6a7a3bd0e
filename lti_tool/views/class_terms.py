"""The instructor's page of due dates and attempts, and what is granted from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Blueprint, Response, jsonify, make_response, render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from course_content.model import localized
from lti_tool.models import WindowSession, now
from lti_tool.services.courses import Json, link_extent
from lti_tool.services.objections import ApiFault
from lti_tool.services.term_desk import Dates, Grant, TermDesk, TermsRefused, set_zone
from lti_tool.services.term_objections import TERM_OBJECTIONS
from lti_tool.services.term_page import term_page
from lti_tool.services.terms import GRACE
from lti_tool.services.zones import (
    END_OF_DAY,
    DateRefused,
    as_written,
    checked_zone,
    known_zones,
    moment_in,
    zone_of,
)
from lti_tool.views.asking import (
    LARGEST_NUMBER,
    instructor_window,
    json_body,
    refuse,
    row_number,
    text_in,
)
from lti_tool.views.context import page_language, tool

blueprint = Blueprint("class_terms", __name__)

T = TypeVar("T")

MOST_TARGETS: Final = 500
_UNREADABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


@blueprint.get("/class/terms")
def shell() -> Response:
    """Return the page without a class: its window proves who it is, and asks for the rest."""
    return make_response(render_template("class.html", session=None))


@blueprint.get("/api/class/terms")
def terms() -> Response:
    """Return the terms of the window's class, as a piece of HTML."""
    with tool().database.reading() as db:
        window = instructor_window(db)
        return make_response(render_template("class_terms.html", **_details(db, window)))


@blueprint.post("/api/class/terms")
def set_dates() -> Response:
    """Keep the dates of the class at some targets, and the zone in which they are written."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        body = json_body()
        dates = body.get("dates")
        if not isinstance(dates, dict) or len(dates) > MOST_TARGETS:
            refuse(ApiFault.UNREADABLE_REQUEST)
        zone = ZoneInfo(_checked(lambda: checked_zone(text_in(body, "zone")), "zone"))
        wanted = {target: _dates(zone, target, said) for target, said in dates.items()}
        _desk(window).set_dates(db, wanted)
        set_zone(db, window.resource_link.context_pk, zone.key)
    return jsonify({"told": _("Échéances enregistrées.")})


@blueprint.post("/api/class/terms/exceptions")
def grant() -> Response:
    """Give a learner or a group more time, or more attempts."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        body = json_body()
        learner_id, group_id = _holder(text_in(body, "holder"))
        zone = zone_of(window.resource_link.context, tool().settings.time_zone)
        given = Grant(
            target=text_in(body, "target"),
            learner_id=learner_id,
            group_id=group_id,
            dates=_dates(zone, "", body),
            extra_attempts=_attempts(body.get("extra")),
            note=_UNREADABLE.sub("", text_in(body, "note")).strip() if "note" in body else "",
        )
        _desk(window).grant(db, given)
    return jsonify({"told": _("C’est accordé.")})


@blueprint.post("/api/class/terms/exceptions/<term>")
def withdraw(term: str) -> Response:
    """Take back what was given, or give it again."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        withdrawn = json_body().get("withdrawn")
        if not isinstance(withdrawn, bool):
            refuse(ApiFault.UNREADABLE_REQUEST)
        _desk(window).withdraw(db, row_number(term), withdrawn=withdrawn)
    return jsonify({"told": _("C’est retiré.") if withdrawn else _("C’est rétabli.")})


class FieldRefused(Exception):
    """What was written in a field of a target's and why it cannot be kept."""

    def __init__(self, text: str, field: str = "", place: str = "") -> None:
        super().__init__(text)
        self.problem = {"place": place, "field": field, "text": text}


@blueprint.errorhandler(FieldRefused)
def refused_field(error: FieldRefused) -> tuple[Response, int]:
    """Say which field is wrong, and why: the page has what was written in it."""
    return jsonify({"problem": error.problem}), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.errorhandler(TermsRefused)
def refused_terms(error: TermsRefused) -> tuple[Response, int]:
    """Say why terms cannot be kept, in the same way."""
    text = _(TERM_OBJECTIONS[error.fault])
    return refused_field(FieldRefused(text, error.field, error.place))


def moment_words(zone: ZoneInfo) -> Callable[[datetime], str]:
    """Return what writes a moment in words, in the time of a class."""

    def write(moment: datetime) -> str:
        local = moment.astimezone(zone).replace(tzinfo=None)
        language = page_language()
        day = format_date(local.date(), "long", locale=language)
        hour = format_time(local.time(), "short", locale=language)
        return str(_("%(day)s à %(hour)s", day=day, hour=hour))

    return write


def written_in(zone: ZoneInfo) -> Callable[[datetime | None], tuple[str, str]]:
    """Return what writes a moment into the fields of a form."""
    return lambda moment: ("", END_OF_DAY) if moment is None else as_written(zone, moment)


def zone_details(window: WindowSession) -> dict[str, Any]:
    """Return what a template needs to write the dates of a class, and to have them written."""
    zone = zone_of(window.resource_link.context, tool().settings.time_zone)
    return {"zone": zone.key, "at": moment_words(zone), "written": written_in(zone)}


def _details(db: Session, window: WindowSession) -> dict[str, Any]:
    link = window.resource_link
    course = tool().courses.course(link.course)
    language = tool().courses.language(link.course, window.language)
    page = term_page(db, course, link)
    return {
        **zone_details(window),
        "page": page,
        "zones": known_zones(),
        "grace": int(GRACE.total_seconds() // 60),
        "target_titles": {target: localized(title, language) for target, title in page.targets},
        "course_title": localized(course.title, language),
        "class_title": link.context.title,
        "part_title": localized(link_extent(course, link.target).title, language),
        "title_of": lambda title: localized(title, language),
        "moment_now": now(),
    }


def _desk(window: WindowSession) -> TermDesk:
    link = window.resource_link
    return TermDesk(tool().courses.course(link.course), link, window.learner_id)


def _dates(zone: ZoneInfo, place: str, said: object) -> Dates:
    """Read the two dates of a target: each a date and an hour, as a browser writes them."""
    if not isinstance(said, dict):
        refuse(ApiFault.UNREADABLE_REQUEST)
    return Dates(_moment(zone, place, "due", said), _moment(zone, place, "closes", said))


def _moment(zone: ZoneInfo, place: str, field: str, said: Json) -> datetime | None:
    written = said.get(field, ["", ""])
    if not isinstance(written, list) or [type(each) for each in written] != [str, str]:
        refuse(ApiFault.UNREADABLE_REQUEST)
    day, hour = written
    return _checked(lambda: moment_in(zone, day, hour), field, place)


def _checked(read: Callable[[], T], field: str, place: str = "") -> T:
    try:
        return read()
    except DateRefused as error:
        raise FieldRefused(_(TERM_OBJECTIONS[error.fault]), field, place) from error


def _holder(text: str) -> tuple[int | None, str | None]:
    """Read to whom something is given: ``learner:`` and a number, or ``group:`` and a name."""
    kind, _colon, name = text.partition(":")
    if kind == "group" and name and not _UNREADABLE.search(name):
        return None, name
    return (row_number(name), None) if kind == "learner" else (None, None)


def _attempts(said: object) -> int | None:
    """Read a number of attempts; nothing for an empty field, 0 for what is no number of them."""
    if said is None or said == "":
        return None
    is_number = isinstance(said, int) and not isinstance(said, bool)
    return min(said, LARGEST_NUMBER) if is_number and isinstance(said, int) else 0
