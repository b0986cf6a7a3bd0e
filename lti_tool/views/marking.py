"""An instructor's page about one work that was handed in, and what its script asks for."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, make_response

from course_content import render
from lti_tool.models import SubmissionState
from lti_tool.services.courses import Json
from lti_tool.services.marking import Said, decide, keep_draft, submission_json
from lti_tool.services.objections import ApiFault
from lti_tool.services.submissions import SubmissionFault, SubmissionRefused
from lti_tool.views.asking import instructor_window, json_body, number_in, refuse
from lti_tool.views.context import page_language, tool
from lti_tool.views.learn import player_url

blueprint = Blueprint("marking", __name__)

LONGEST_NUMBER = 18
"""Figures: what a database's number can have."""


@blueprint.get("/submissions/<submission_id>")
def shell(submission_id: str) -> Response:
    """Return the page without anybody's work: its window proves who it is, and asks for it."""
    del submission_id
    assets = render.Assets(script=player_url("review.js"), style=player_url("review.css"))
    return make_response(render.document_around(None, "", page_language(), assets))


@blueprint.get("/api/submissions/<submission_id>")
def submission(submission_id: str) -> Response:
    """Return a work, what is said of it so far, and the others of its learner.

    The page around it speaks the instructor's language, the work and its rubric the course's.
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        opened = submission_json(db, tool().courses, window, _number(submission_id))
    return jsonify({**opened, "pageLanguage": page_language()})


@blueprint.put("/api/submissions/<submission_id>/draft")
def draft(submission_id: str) -> Response:
    """Keep a review that is being written."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        course = tool().courses.course(window.resource_link.course)
        return jsonify(keep_draft(db, course, window, _number(submission_id), _said(json_body())))


@blueprint.post("/api/submissions/<submission_id>/decision")
def decision(submission_id: str) -> Response:
    """Return a work to its learner, or accept it."""
    with tool().database.transaction() as db:
        window = instructor_window(db)
        body = json_body()
        if body.get("state") not in (SubmissionState.RETURNED, SubmissionState.ACCEPTED):
            refuse(ApiFault.UNREADABLE_REQUEST)
        said = replace(_said(body), state=SubmissionState(body["state"]))
        course = tool().courses.course(window.resource_link.course)
        return jsonify(decide(db, course, window, _number(submission_id), said))


def _number(submission_id: str) -> int:
    """Return the number of a submission, looked at only once the window has proved who it is."""
    if not submission_id.isascii() or not submission_id.isdecimal():
        raise SubmissionRefused(SubmissionFault.UNKNOWN_SUBMISSION)
    return int(submission_id[:LONGEST_NUMBER])


def _said(body: Json) -> Said:
    return Said(number_in(body, "revision"), body.get("marks"), body.get("comment"))
