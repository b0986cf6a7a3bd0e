"""What learners make in workshops, as the player loads and changes it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from course_content.works import InvalidWork, WorkTooLarge, changed, checked_changes
from lti_tool.models import WindowSession
from lti_tool.services.objections import ApiFault
from lti_tool.services.submissions import (
    Handed,
    SubmissionFault,
    SubmissionRefused,
    hand_in,
    handed_in,
)
from lti_tool.services.works import KeptWork, change_work, load_work
from lti_tool.views.asking import asking_window, json_body, number_in, refuse
from lti_tool.views.boot import learner_seat
from lti_tool.views.context import tool

blueprint = Blueprint("works", __name__, url_prefix="/api/works")


@blueprint.get("/<workshop_id>")
def work(workshop_id: str) -> Response:
    """Return what the learner made so far; a preview begins with nothing."""
    with tool().database.reading() as db:
        window = _window_at(db, workshop_id)
        seat = learner_seat(window)
        kept = KeptWork({}, 0) if seat is None else load_work(db, seat, workshop_id)
    return jsonify({"records": kept.records, "revision": kept.revision})


@blueprint.patch("/<workshop_id>")
def change(workshop_id: str) -> Response:
    """Keep changes, and return the work after them.

    The work itself comes along only when it holds what the window did not make: it is at
    another revision than the one after the window's.
    """
    try:
        with tool().database.transaction() as db:
            window = _window_at(db, workshop_id)
            body = json_body()
            revision = number_in(body, "revision")
            changes = body.get("changes")
            seat = learner_seat(window)
            if seat is None:
                kept = KeptWork(changed({}, checked_changes(changes)), revision + 1)
            else:
                kept = change_work(db, seat, workshop_id, changes)
    except WorkTooLarge:
        refuse(ApiFault.REQUEST_TOO_LARGE)
    except InvalidWork:
        refuse(ApiFault.UNREADABLE_REQUEST)
    is_news = kept.revision != revision + 1
    return jsonify({"revision": kept.revision, "records": kept.records if is_news else None})


@blueprint.get("/<workshop_id>/submissions")
def submissions(workshop_id: str) -> Response:
    """Return what the learner handed in at a workshop; a preview hands in nothing."""
    with tool().database.reading() as db:
        window = _window_at(db, workshop_id)
        seat = learner_seat(window)
        if seat is None:
            return jsonify(Handed((), SubmissionFault.NOT_RECORDED).as_json())
        return jsonify(handed_in(db, seat, workshop_id).as_json())


@blueprint.post("/<workshop_id>/submissions")
def hand_in_work(workshop_id: str) -> Response:
    """Hand in the work as it stands, and return all that was handed in."""
    with tool().database.transaction() as db:
        window = _window_at(db, workshop_id)
        number = number_in(json_body(), "number")
        seat = learner_seat(window)
        if seat is None:
            raise SubmissionRefused(SubmissionFault.NOT_RECORDED)
        link = window.resource_link
        course = tool().courses.course(link.course)
        handed = hand_in(db, seat, course.workshop(workshop_id), link, number)
        return jsonify(handed.as_json())


def _window_at(db: Session, workshop_id: str) -> WindowSession:
    """Return the window that asks, if its course has such a workshop; refuse it otherwise."""
    window = asking_window(db)
    course = tool().courses.course(window.resource_link.course)
    if workshop_id not in {each.id for each in course.workshops}:
        refuse(ApiFault.UNKNOWN_WORKSHOP)
    return window
