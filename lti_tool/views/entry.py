"""What an accepted launch shows: the player to a learner, the class to an instructor."""

from __future__ import annotations

from flask import Response

from lti_tool.lti import Role
from lti_tool.models import WindowSession
from lti_tool.services import grades
from lti_tool.services.progress import Seat
from lti_tool.views.boot import lti_boot
from lti_tool.views.classes import class_page
from lti_tool.views.context import tool
from lti_tool.views.learn import player_page


def enter(session_token: str, window: WindowSession) -> Response:
    """Answer a launch with the page of its role, the session's token within.

    The document is the answer to the platform's post itself: a redirect would have to
    carry the token in an address.
    """
    if window.role == Role.INSTRUCTOR:
        return class_page(session_token, window)
    return _player(session_token, window)


def _player(session_token: str, window: WindowSession) -> Response:
    link = window.resource_link
    course = tool().courses.course(link.course)
    seat = Seat.of(window)
    if seat is not None:
        with tool().database.transaction() as db:
            grades.bring_up_to_date(db, seat, course, link)
    with tool().database.reading() as db:
        boot = lti_boot(db, tool().courses, window)
    return player_page(course, boot["language"], {**boot, "session": session_token})
