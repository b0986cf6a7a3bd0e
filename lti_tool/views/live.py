"""The stream by which a class table hears that it is behind: server-sent events.

The page reads it by ``fetch``, for ``EventSource`` cannot show a token and addresses must not
hold one.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from lti_tool.models import now
from lti_tool.services.followers import TooManyFollow
from lti_tool.views.asking import instructor_window
from lti_tool.views.context import tool

blueprint = Blueprint("live", __name__)

EVENT_STREAM = "text/event-stream"
LONGEST_PULSE = 64
"""Characters of what a browser says that it knows."""


@blueprint.get("/api/class/stream")
def stream() -> Response:
    """Say, for some minutes at most, each time that something of the class changed.

    ``Last-Event-ID`` is the pulse that the page has: if the class has another one, the first
    event comes at once. Without a thread for it, the answer is 204, at which a page asks now
    and then instead (HTML Standard, 9.2.3).
    """
    with tool().database.reading() as db:
        window = instructor_window(db)
        key, link_pk = window.token_hash, window.resource_link_pk
        seconds = (window.expires_at - now()).total_seconds()
    followers = tool().followers
    try:
        follower = followers.join(key, link_pk, seconds)
    except TooManyFollow:
        return Response(status=HTTPStatus.NO_CONTENT)
    known = request.headers.get("Last-Event-ID", "")[:LONGEST_PULSE]
    response = Response(followers.events(follower, known), mimetype=EVENT_STREAM)
    response.call_on_close(lambda: followers.leave(follower))
    # nginx would hold events back until it has a page's worth of them.
    response.headers["X-Accel-Buffering"] = "no"
    return response
