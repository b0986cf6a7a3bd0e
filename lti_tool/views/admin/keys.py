"""The tool's keys: which one signs, and how one is replaced."""

from __future__ import annotations

from werkzeug.wrappers import Response as AnyResponse

from lti_tool.services.keys import RotationUnderWay
from lti_tool.views.admin.room import blueprint, done, page
from lti_tool.views.context import tool


@blueprint.get("/keys")
def keys() -> str:
    """List the published keys."""
    return page("keys.html", keys=tool().keys.known_keys())


@blueprint.post("/keys/rotate")
def rotate_keys() -> AnyResponse:
    """Announce a new key, which will sign in an hour."""
    try:
        tool().keys.rotate()
    except RotationUnderWay:
        return done("key-under-way", "keys")
    return done("key-announced", "keys")


@blueprint.get("/keys/compromised")
def confirm_replacement() -> str:
    """Ask again before every key is forgotten, and say what that means."""
    return page("keys_compromised.html")


@blueprint.post("/keys/compromised")
def replace_keys() -> AnyResponse:
    """Forget every key and sign with a new one: somebody may have one."""
    tool().keys.replace_at_once()
    return done("key-replaced", "keys")
