"""What an accepted launch shows."""

from __future__ import annotations

from flask import Response, make_response

from lti_tool.models import WindowSession


def enter(session_token: str, window: WindowSession) -> Response:
    """Answer a launch with the page of its role."""
    return make_response({"session": session_token, "role": window.role})
