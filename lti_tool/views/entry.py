"""What an accepted launch shows: the player to a learner, the class to an instructor.

A mentor sees those whom they accompany.
"""

from __future__ import annotations

from flask import Response

from lti_tool.lti import Role
from lti_tool.models import WindowSession
from lti_tool.services import grades
from lti_tool.services.courses import Json
from lti_tool.services.launches import OpenWindow
from lti_tool.services.progress import Seat
from lti_tool.services.sessions import Visitor, session_of
from lti_tool.views.boot import lti_boot_json, snapshot_of, untouched
from lti_tool.views.classes import class_page
from lti_tool.views.context import tool
from lti_tool.views.learn import player_page
from lti_tool.views.mentors import mentor_page


def enter(opened: OpenWindow) -> Response:
    """Answer a launch with the page of its role, the session's token within.

    The document is the answer to the platform's post itself: a redirect would have to
    carry the token in an address.
    """
    if opened.newcomer is not None:
        return _player(opened.token, opened.newcomer, untouched())
    with tool().database.reading() as db:
        window = session_of(db, opened.token, tool().limits)
    if opened.role is Role.INSTRUCTOR:
        return class_page(opened.token, window, opened.export_ticket)
    if opened.role is Role.MENTOR:
        return mentor_page(opened.token, window)
    return _player(opened.token, Visitor.of(window), _work_so_far(window))


def _player(session_token: str, visitor: Visitor, snapshot: Json) -> Response:
    courses, slug = tool().courses, visitor.course
    language = courses.language(slug, visitor.language)
    title: str = courses.outline(slug, language)["title"]
    boot = lti_boot_json(courses, visitor, snapshot, session_token)
    return player_page(title, language, boot)


def _work_so_far(window: WindowSession) -> Json:
    """Return what the person has done, once the grades of the link they open have it all."""
    seat = Seat.of(window)
    if seat is not None:
        course = tool().courses.course(seat.course)
        with tool().database.transaction() as db:
            grades.bring_up_to_date(db, seat, course, window.resource_link)
    with tool().database.reading() as db:
        return snapshot_of(db, tool().courses, window)
