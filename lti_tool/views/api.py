"""What the player and the instructor's page ask for: JSON, with the window's token.

The token comes in the ``Authorization`` header and nowhere else (RFC 6750, 2.1): an
address would leave it in logs and histories, a cookie would be lost in a frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from course_content.model import Course
from lti_tool.lti import Role
from lti_tool.models import WindowSession
from lti_tool.services import attempts, grades, progress
from lti_tool.services.attempts import Desk, Given, WorkFault, WorkRefused
from lti_tool.services.courses import Json, UnknownCourse, link_extent
from lti_tool.services.grades import NO_GRADE, GradeStatus
from lti_tool.services.objections import API_OBJECTIONS, WORK_OBJECTIONS, ApiFault, Objection
from lti_tool.services.progress import InvalidState, StateTooLarge
from lti_tool.services.refusals import Mender, new_reference
from lti_tool.services.sessions import session_of
from lti_tool.views.boot import grade_json, learner_seat, lti_boot
from lti_tool.views.context import tool, use_language
from lti_tool.views.errors import Problem, problem_json

blueprint = Blueprint("api", __name__, url_prefix="/api")

LARGEST_NUMBER = 2**31 - 1
STATUS: Mapping[WorkFault | ApiFault, HTTPStatus] = {
    WorkFault.UNKNOWN_ACTIVITY: HTTPStatus.NOT_FOUND,
    WorkFault.UNKNOWN_QUESTION: HTTPStatus.NOT_FOUND,
    WorkFault.INVALID_RESPONSE: HTTPStatus.BAD_REQUEST,
    WorkFault.UNKNOWN_ATTEMPT: HTTPStatus.CONFLICT,
    WorkFault.ATTEMPT_OVER: HTTPStatus.CONFLICT,
    WorkFault.NO_ATTEMPT_LEFT: HTTPStatus.CONFLICT,
    ApiFault.INSTRUCTORS_ONLY: HTTPStatus.FORBIDDEN,
    ApiFault.UNREADABLE_REQUEST: HTTPStatus.BAD_REQUEST,
    ApiFault.REQUEST_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ApiFault.UNKNOWN_UNIT: HTTPStatus.NOT_FOUND,
    ApiFault.COURSE_UNAVAILABLE: HTTPStatus.NOT_FOUND,
}


class RequestRefused(Exception):
    """A request that cannot be answered, and why."""

    def __init__(self, fault: ApiFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@blueprint.app_errorhandler(WorkRefused)
def refused_work(refused: WorkRefused) -> Response:
    """Say why an answer or an attempt was not accepted."""
    return _refusal(refused.fault, WORK_OBJECTIONS[refused.fault])


@blueprint.app_errorhandler(RequestRefused)
def refused_request(refused: RequestRefused) -> Response:
    """Say why a request was not answered."""
    return _refusal(refused.fault, API_OBJECTIONS[refused.fault])


@blueprint.app_errorhandler(UnknownCourse)
def refused_course(_error: UnknownCourse) -> Response:
    """Say that the course of the link is not there, or not readable."""
    return _refusal(ApiFault.COURSE_UNAVAILABLE, API_OBJECTIONS[ApiFault.COURSE_UNAVAILABLE])


@blueprint.get("/boot")
def boot() -> Response:
    """Return what the player begins with, for a window that was reloaded."""
    with tool().database.reading() as db:
        window = _window(db)
        return jsonify(lti_boot(db, tool().courses, window, request.args.get("unit", "")))


@blueprint.get("/units/<unit_id>")
def unit(unit_id: str) -> Response:
    """Return those pages and activities of a unit that the link opens, without answer keys."""
    with tool().database.reading() as db:
        window = _window(db)
    link = window.resource_link
    language = tool().courses.language(link.course, window.language)
    try:
        content = tool().courses.covered_content(link.course, link.target, unit_id, language)
    except KeyError:
        _refuse(ApiFault.UNKNOWN_UNIT)
    return jsonify(content)


@blueprint.put("/state")
def state() -> Response:
    """Store the player's state, merged with what another window may have stored."""
    with tool().database.transaction() as db:
        window = _window(db)
        body = _body()
        revision = _number(body, "revision")
        course = tool().courses.course(window.resource_link.course)
        seat = learner_seat(window)
        try:
            if seat is None:
                kept = progress.Saved(progress.checked(course, body.get("state")), revision + 1)
            else:
                kept = progress.save(db, seat, course, revision, body.get("state"))
        except StateTooLarge:
            _refuse(ApiFault.REQUEST_TOO_LARGE)
        except InvalidState:
            _refuse(ApiFault.UNREADABLE_REQUEST)
    return jsonify({"revision": kept.revision, "state": kept.state})


@blueprint.post("/activities/<activity_id>/answers")
def answer(activity_id: str) -> Response:
    """Mark an answer, and keep it with the grade that it may complete: both, or neither."""
    with tool().database.transaction() as db:
        window = _window(db)
        body = _body()
        given = Given(_number(body, "attempt"), _text(body, "question"), body.get("response"))
        course, desk = _desk(window, activity_id)
        seat = learner_seat(window)
        if seat is None:
            return _previewed(desk, given)
        answered = attempts.answer(db, seat, desk, given)
        if answered.completed_now:
            grades.record(db, seat, course, window.resource_link, desk.activity)
        grade = grades.status(db, seat, window.resource_link)
    return jsonify(
        {"verdict": answered.verdict, "attempt": answered.attempt, "grade": grade_json(grade)}
    )


@blueprint.post("/activities/<activity_id>/attempts")
def new_attempt(activity_id: str) -> Response:
    """Begin a new attempt, or return the one that is under way."""
    with tool().database.transaction() as db:
        window = _window(db)
        _work_course, desk = _desk(window, activity_id)
        seat = learner_seat(window)
        attempt = attempts.blank() if seat is None else attempts.start_attempt(db, seat, desk)
    return jsonify({"attempt": attempt})


@blueprint.get("/grade")
def grade() -> Response:
    """Return what became of the learner's grade in the column of this link."""
    with tool().database.reading() as db:
        window = _window(db)
        return jsonify(grade_json(grades.status(db, learner_seat(window), window.resource_link)))


def instructor_window(db: Session) -> WindowSession:
    """Return the window that asks, if an instructor has it; refuse any other."""
    window = _window(db)
    if window.role != Role.INSTRUCTOR:
        _refuse(ApiFault.INSTRUCTORS_ONLY)
    return window


def _window(db: Session) -> WindowSession:
    """Return the window that asks. Raise ``SessionRefused`` when its token is no good."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    shown = token.strip() if scheme.lower() == "bearer" else None
    window = session_of(db, shown, tool().limits)
    use_language(window.language)
    return window


def _desk(window: WindowSession, activity_id: str) -> tuple[Course, Desk]:
    """Return an activity that the link opens, with its course. Raise ``WorkRefused``."""
    courses = tool().courses
    link = window.resource_link
    course = courses.course(link.course)
    desk = Desk.of(
        course,
        courses.answer_keys(link.course, courses.language(link.course, window.language)),
        activity_id,
    )
    if desk.activity not in link_extent(course, link.target).activities:
        raise WorkRefused(WorkFault.UNKNOWN_ACTIVITY)
    return course, desk


def _previewed(desk: Desk, given: Given) -> Response:
    verdict = desk.verdict(given.question, given.response)
    attempt = attempts.blank()
    attempt["answers"] = {given.question: {"response": given.response, "verdict": verdict}}
    return jsonify(
        {
            "verdict": verdict,
            "attempt": attempt,
            "grade": grade_json(GradeStatus(NO_GRADE)),
        }
    )


def _body() -> Json:
    """Return the JSON object of the request; refuse anything else."""
    try:
        body = json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse(ApiFault.UNREADABLE_REQUEST)
    if not isinstance(body, dict):
        _refuse(ApiFault.UNREADABLE_REQUEST)
    return body


def _no_number(text: str) -> Any:
    """Refuse NaN and Infinity, which Python reads although JSON has no such numbers."""
    raise ValueError(text)


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
        _refuse(ApiFault.UNREADABLE_REQUEST)
    return value


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        _refuse(ApiFault.UNREADABLE_REQUEST)
    return value


def _refuse(fault: ApiFault) -> NoReturn:
    raise RequestRefused(fault)


def _refusal(fault: WorkFault | ApiFault, objection: Objection) -> Response:
    return problem_json(
        Problem(
            status=STATUS[fault],
            code=fault.value,
            title="",
            cause=_(objection.cause),
            remedy=_(objection.remedy),
            mender=_(Mender.VISITOR.value),
            reference=new_reference(),
        )
    )
