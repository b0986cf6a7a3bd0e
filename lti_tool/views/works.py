"""What learners make in workshops, as the player loads and changes it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from course_content.model import Workshop
from course_content.works import InvalidWork, WorkTooLarge, changed, checked_changes
from lti_tool.lti import Role
from lti_tool.models import WindowSession, now
from lti_tool.services.group_works import change_shared, choose_group, shared_place
from lti_tool.services.objections import ApiFault
from lti_tool.services.progress import Seat, note_sign
from lti_tool.services.rosters import RosterStatus, refresh
from lti_tool.services.submissions import (
    Desk,
    Handed,
    SubmissionFault,
    SubmissionRefused,
    hand_in,
    handed_in,
)
from lti_tool.services.works import KeptWork, change_work, load_work
from lti_tool.views.asking import asking_window, json_body, number_in, refuse, text_in
from lti_tool.views.boot import learner_seat
from lti_tool.views.context import tool
from lti_tool.views.sharing import LookedAt, looked_at, member_share, replaced_json, work_json

blueprint = Blueprint("works", __name__, url_prefix="/api/works")


@blueprint.get("/<workshop_id>")
def work(workshop_id: str) -> Response:
    """Return a work as it stands; a preview begins with nothing.

    ``?group=`` names a group whose work it is to be, or nobody's for the learner's own; without
    it, the work is that of the learner's group, if the workshop and the platform have groups.
    ``?since=`` is a revision: the records come along only when they are at another.
    """
    _hear_of_groups(workshop_id)
    with tool().database.reading() as db:
        window, workshop = _window_at(db, workshop_id)
        group_id = request.args.get("group")
        seen = _looked_at(db, window, workshop, group_id)
    return jsonify(work_json(seen, request.args.get("since", type=int)))


@blueprint.patch("/<workshop_id>")
def change(workshop_id: str) -> Response:
    """Keep changes, and return the work after them.

    The work itself comes along only when it holds what the window did not make: it is at
    another revision than the one after the window's. ``group`` says that the work is a group's.
    """
    try:
        with tool().database.transaction() as db:
            window, workshop = _window_at(db, workshop_id)
            body = json_body()
            revision = number_in(body, "revision")
            changes = body.get("changes")
            seat = learner_seat(window)
            if seat is None:
                seen = LookedAt(KeptWork(changed({}, checked_changes(changes)), revision + 1))
            elif body.get("group") is None:
                seen = LookedAt(change_work(db, seat, workshop_id, changes))
            else:
                place = shared_place(db, seat, workshop, text_in(body, "group"))
                shared = change_shared(db, place, seat.learner_id, revision, changes)
                share = {"replaced": replaced_json(shared.replacements, seat.learner_id)}
                seen = LookedAt(shared.kept, share)
            if seat is not None:
                note_sign(db, seat)
    except WorkTooLarge:
        refuse(ApiFault.REQUEST_TOO_LARGE)
    except InvalidWork:
        refuse(ApiFault.UNREADABLE_REQUEST)
    return jsonify(work_json(seen, revision + 1))


@blueprint.post("/<workshop_id>/group")
def choose(workshop_id: str) -> Response:
    """Keep with which of their groups a learner works, and return that group's work."""
    with tool().database.transaction() as db:
        window, workshop = _window_at(db, workshop_id)
        group_id = text_in(json_body(), "group")
        seat = learner_seat(window)
        if seat is not None:
            choose_group(db, seat, workshop, group_id)
        seen = _looked_at(db, window, workshop, group_id)
    return jsonify(work_json(seen))


@blueprint.get("/<workshop_id>/submissions")
def submissions(workshop_id: str) -> Response:
    """Return what the learner handed in at a workshop; a preview hands in nothing.

    ``?group=`` is as for the work itself.
    """
    with tool().database.reading() as db:
        window, workshop = _window_at(db, workshop_id)
        seat = learner_seat(window)
        if seat is None:
            return jsonify(Handed((), SubmissionFault.NOT_RECORDED).as_json())
        course = tool().courses.course(seat.course)
        handed = handed_in(db, seat, course, workshop, request.args.get("group"))
        return jsonify(handed.as_json())


@blueprint.post("/<workshop_id>/submissions")
def hand_in_work(workshop_id: str) -> Response:
    """Hand in the work as it stands, and return all that was handed in."""
    with tool().database.transaction() as db:
        window, workshop = _window_at(db, workshop_id)
        body = json_body()
        number = number_in(body, "number")
        group_id = text_in(body, "group") if "group" in body else None
        seat = learner_seat(window)
        if seat is None:
            raise SubmissionRefused(SubmissionFault.NOT_RECORDED)
        link = window.resource_link
        course = tool().courses.course(link.course)
        handed = hand_in(db, seat, Desk(course, workshop, link), number, group_id)
        return jsonify(handed.as_json())


def _window_at(db: Session, workshop_id: str) -> tuple[WindowSession, Workshop]:
    """Return the window that asks, and its course's workshop; refuse one that it has not."""
    window = asking_window(db)
    course = tool().courses.course(window.resource_link.course)
    try:
        return window, course.workshop(workshop_id)
    except KeyError:
        refuse(ApiFault.UNKNOWN_WORKSHOP)


def _hear_of_groups(workshop_id: str) -> None:
    """Ask the platform for the class's groups, if it lists them and it is time to.

    A learner begins with their group's work, or alone: that has to be known before. Nobody
    waits for a platform in a transaction.
    """
    with tool().database.reading() as db:
        window, workshop = _window_at(db, workshop_id)
        context = window.resource_link.context
        concerns = workshop.group and context.groups_url and window.role != Role.MENTOR
        is_due = concerns and RosterStatus.of(context, now()).is_due
    if is_due:
        refresh(tool().database, tool().class_lists, context.id, on_demand=False)


def _looked_at(
    db: Session, window: WindowSession, workshop: Workshop, group_id: str | None
) -> LookedAt:
    seat: Seat | None = learner_seat(window)
    if seat is None:
        return looked_at(db, window, workshop, group_id)
    if group_id == "":
        return LookedAt(load_work(db, seat, workshop.id))
    return member_share(db, seat, workshop, group_id)
