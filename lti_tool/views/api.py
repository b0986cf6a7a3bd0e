"""What the player asks for: JSON, with the window's token."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from course_content.model import Course
from lti_tool.models import WindowSession, now
from lti_tool.services import attempts, grades, progress
from lti_tool.services.attempts import Desk, Given, WorkFault, WorkRefused
from lti_tool.services.courses import UnknownCourse, link_extent
from lti_tool.services.grades import NO_GRADE, GradeStatus
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.group_works import SharingFault, SharingRefused
from lti_tool.services.objections import (
    API_OBJECTIONS,
    SHARING_OBJECTIONS,
    SUBMISSION_OBJECTIONS,
    WORK_OBJECTIONS,
    ApiFault,
    Objection,
)
from lti_tool.services.player_terms import terms_json
from lti_tool.services.progress import InvalidState, StateTooLarge
from lti_tool.services.refusals import Mender, new_reference
from lti_tool.services.submissions import SubmissionFault, SubmissionRefused
from lti_tool.services.terms import terms_of_class_alone, terms_of_seat
from lti_tool.services.zones import zone_of
from lti_tool.views.asking import (
    RequestRefused,
    asking_window,
    json_body,
    number_in,
    refuse,
    text_in,
)
from lti_tool.views.boot import grade_json, learner_seat, lti_boot, snapshot_of
from lti_tool.views.context import tool
from lti_tool.views.errors import Problem, problem_json

blueprint = Blueprint("api", __name__, url_prefix="/api")

STATUS: Mapping[WorkFault | ApiFault | SharingFault | SubmissionFault, HTTPStatus] = {
    WorkFault.UNKNOWN_ACTIVITY: HTTPStatus.NOT_FOUND,
    WorkFault.UNKNOWN_QUESTION: HTTPStatus.NOT_FOUND,
    WorkFault.INVALID_RESPONSE: HTTPStatus.BAD_REQUEST,
    WorkFault.UNKNOWN_ATTEMPT: HTTPStatus.CONFLICT,
    WorkFault.ATTEMPT_OVER: HTTPStatus.CONFLICT,
    WorkFault.NO_ATTEMPT_LEFT: HTTPStatus.CONFLICT,
    WorkFault.ACTIVITY_CLOSED: HTTPStatus.CONFLICT,
    ApiFault.INSTRUCTORS_ONLY: HTTPStatus.FORBIDDEN,
    ApiFault.MENTORS_ONLY: HTTPStatus.FORBIDDEN,
    ApiFault.UNREADABLE_REQUEST: HTTPStatus.BAD_REQUEST,
    ApiFault.REQUEST_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ApiFault.UNKNOWN_UNIT: HTTPStatus.NOT_FOUND,
    ApiFault.UNKNOWN_WORKSHOP: HTTPStatus.NOT_FOUND,
    ApiFault.UNKNOWN_LEARNER: HTTPStatus.NOT_FOUND,
    ApiFault.UNKNOWN_QUIZ: HTTPStatus.NOT_FOUND,
    ApiFault.COURSE_UNAVAILABLE: HTTPStatus.NOT_FOUND,
    SharingFault.NOT_IN_GROUP: HTTPStatus.FORBIDDEN,
    SharingFault.GROUP_NOT_CHOSEN: HTTPStatus.CONFLICT,
    SubmissionFault.NOT_REVIEWED: HTTPStatus.NOT_FOUND,
    SubmissionFault.UNKNOWN_SUBMISSION: HTTPStatus.NOT_FOUND,
    SubmissionFault.NOT_RECORDED: HTTPStatus.CONFLICT,
    SubmissionFault.NOTHING_MADE: HTTPStatus.CONFLICT,
    SubmissionFault.OUT_OF_TURN: HTTPStatus.CONFLICT,
    SubmissionFault.BEING_REVIEWED: HTTPStatus.CONFLICT,
    SubmissionFault.ALREADY_ACCEPTED: HTTPStatus.CONFLICT,
    SubmissionFault.CLOSED: HTTPStatus.CONFLICT,
    SubmissionFault.SUPERSEDED: HTTPStatus.CONFLICT,
    SubmissionFault.REVIEW_CHANGED: HTTPStatus.CONFLICT,
    SubmissionFault.CRITERION_MISSING: HTTPStatus.CONFLICT,
    SubmissionFault.COMMENT_MISSING: HTTPStatus.CONFLICT,
    SubmissionFault.INVALID_REVIEW: HTTPStatus.BAD_REQUEST,
    SubmissionFault.COMMENT_TOO_LONG: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


@blueprint.app_errorhandler(WorkRefused)
def refused_work(refused: WorkRefused) -> Response:
    """Say why an answer or an attempt was not accepted."""
    return _refusal(refused.fault, WORK_OBJECTIONS[refused.fault])


@blueprint.app_errorhandler(SharingRefused)
def refused_sharing(refused: SharingRefused) -> Response:
    """Say why a group's work was not shown, or not changed."""
    return _refusal(refused.fault, SHARING_OBJECTIONS[refused.fault])


@blueprint.app_errorhandler(SubmissionRefused)
def refused_submission(refused: SubmissionRefused) -> Response:
    """Say why a work was not handed in, or a review not kept."""
    return _refusal(refused.fault, SUBMISSION_OBJECTIONS[refused.fault])


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
        window = asking_window(db)
        snapshot = snapshot_of(db, tool().courses, window)
    return jsonify(lti_boot(tool().courses, window, snapshot, request.args.get("unit", "")))


@blueprint.get("/units/<unit_id>")
def unit(unit_id: str) -> Response:
    """Return those pages and activities of a unit that the link opens, without answer keys."""
    with tool().database.reading() as db:
        window = asking_window(db)
    link = window.resource_link
    language = tool().courses.language(link.course, window.language)
    try:
        content = tool().courses.covered_content(link.course, link.target, unit_id, language)
    except KeyError:
        refuse(ApiFault.UNKNOWN_UNIT)
    return jsonify(content)


@blueprint.put("/state")
def state() -> Response:
    """Store the player's state, merged with what another window may have stored."""
    with tool().database.transaction() as db:
        window = asking_window(db)
        body = json_body()
        revision = number_in(body, "revision")
        course = tool().courses.course(window.resource_link.course)
        seat = learner_seat(window)
        try:
            if seat is None:
                kept = progress.Saved(progress.checked(course, body.get("state")), revision + 1)
            else:
                kept = progress.save(db, seat, course, revision, body.get("state"))
        except StateTooLarge:
            refuse(ApiFault.REQUEST_TOO_LARGE)
        except InvalidState:
            refuse(ApiFault.UNREADABLE_REQUEST)
    return jsonify({"revision": kept.revision, "state": kept.state})


@blueprint.post("/activities/<activity_id>/answers")
def answer(activity_id: str) -> Response:
    """Mark an answer, and keep it with the grade that it may complete: both, or neither."""
    with tool().database.transaction() as db:
        window = asking_window(db)
        body = json_body()
        given = Given(number_in(body, "attempt"), text_in(body, "question"), body.get("response"))
        course, desk = _desk(window, activity_id)
        seat = learner_seat(window)
        if seat is None:
            return _previewed(desk, given)
        answered = attempts.answer(db, seat, desk, given)
        if answered.completed_now:
            grades.record(db, seat, course, {window.resource_link_pk}, desk.activity)
        grade = grades.status(db, seat, window.resource_link)
    return jsonify(
        {"verdict": answered.verdict, "attempt": answered.attempt, "grade": grade_json(grade)}
    )


@blueprint.post("/activities/<activity_id>/attempts")
def new_attempt(activity_id: str) -> Response:
    """Begin a new attempt, or return the one that is under way."""
    with tool().database.transaction() as db:
        window = asking_window(db)
        _work_course, desk = _desk(window, activity_id)
        seat = learner_seat(window)
        attempt = attempts.blank() if seat is None else attempts.start_attempt(db, seat, desk)
    return jsonify({"attempt": attempt})


@blueprint.get("/grade")
def grade() -> Response:
    """Return what became of the learner's grade in the column of this link."""
    with tool().database.reading() as db:
        window = asking_window(db)
        return jsonify(grade_json(grades.status(db, learner_seat(window), window.resource_link)))


@blueprint.get("/terms")
def terms() -> Response:
    """Return until when the work of the person who asks is awaited, and with how many attempts."""
    with tool().database.reading() as db:
        window = asking_window(db)
        link = window.resource_link
        seat = learner_seat(window)
        book = terms_of_class_alone(db, link) if seat is None else terms_of_seat(db, seat)
        zone = zone_of(link.context, tool().settings.time_zone)
    course = tool().courses.course(link.course)
    return jsonify(terms_json(course, link.target, book, (zone.key, now())))


def _desk(window: WindowSession, activity_id: str) -> tuple[Course, Desk]:
    """Return an activity that the link opens, with its course. Raise ``WorkRefused``."""
    courses = tool().courses
    link = window.resource_link
    course = courses.course(link.course)
    desk = Desk.of(
        course,
        courses.answer_keys(link.course, courses.language(link.course, window.language)),
        activity_id,
        GradingPolicy.of(link),
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


def _refusal(
    fault: WorkFault | ApiFault | SharingFault | SubmissionFault, objection: Objection
) -> Response:
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
