"""The door for platforms' notices (LTI Platform Notification Service 1.0)."""

from __future__ import annotations

import json

from flask import Blueprint, Response, jsonify, request

from lti_tool.lti import Fault, LaunchRefused
from lti_tool.views.context import tool

blueprint = Blueprint("notices", __name__)


@blueprint.post("/lti/notices")
def receive() -> Response:
    """Take in the notices that a platform sends; any refusal is a JSON error."""
    tokens = _tokens(request.get_data())
    tool().notices.receive(tokens)
    return jsonify(received=len(tokens))


def _tokens(body: bytes) -> list[str]:
    """Return the tokens of ``{"notices": [{"jwt": …}]}``. Raise ``LaunchRefused``."""
    try:
        listed = json.loads(body)["notices"]
        tokens = [notice["jwt"] for notice in listed]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise LaunchRefused(Fault.NOTICE_UNREADABLE, type(error).__name__) from error
    if not all(isinstance(token, str) for token in tokens):
        raise LaunchRefused(Fault.NOTICE_UNREADABLE, "a jwt is not a text")
    return tokens
