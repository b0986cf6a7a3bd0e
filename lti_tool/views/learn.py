"""The player's page, its script and style, and the courses' media."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory, url_for

from course_content import render
from lti_tool.services.courses import UnknownCourse
from lti_tool.views.compression import SharedPage
from lti_tool.views.context import page_language, tool, use_language

blueprint = Blueprint("learn", __name__)

FOREVER_SECONDS = 365 * 24 * 3600
MEDIA_SECONDS = 3600
MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A picture may hold scripts (SVG): opened by itself, it runs none of them."""


@blueprint.get("/learn")
def shell() -> Response:
    """Return the player without a course, for a window that is reloaded.

    It holds nothing about anybody: the window proves who it is, and asks for the rest. Its
    address says in which language, because the course may not be in the browser's.
    """
    language = request.args.get("language")
    if language is not None:
        use_language(language)
    return player_page("", page_language(), None)


@blueprint.get("/static/player/<path:filename>")
def player_file(filename: str) -> Response:
    """Return a file of the built player; for ever, when its address names its content."""
    folder = render.player_assets()
    response = send_from_directory(folder, filename, conditional=True)
    if request.args.get("v") == _fingerprint(folder / filename):
        response.cache_control.public = True
        response.cache_control.max_age = FOREVER_SECONDS
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    return response


@blueprint.get("/content/<slug>/media/<path:filename>")
def media(slug: str, filename: str) -> Response:
    """Return a picture, a sound or a document of a course."""
    try:
        folder = tool().courses.course(slug).folder
    except UnknownCourse:
        abort(404)
    response = send_from_directory(
        folder / "media", filename, conditional=True, max_age=MEDIA_SECONDS
    )
    response.cache_control.public = True
    response.headers["Content-Security-Policy"] = MEDIA_POLICY
    return response


def player_page(title: str, language: str, boot: tuple[bytes, bytes] | None) -> Response:
    """Return the player's document, with or without the text of what it begins with.

    That is in two parts: the person's, and the course's, which is the same for everybody.
    """
    assets = _player_assets(language, int(time.monotonic()))
    before, after = render.frame(title, language, assets, with_boot=boot is not None)
    own, shared = boot or (b"", b"")
    return SharedPage(before + own, shared, after)


@lru_cache(maxsize=8)
def _player_assets(language: str, _second: int) -> render.Assets:
    """Return where the player is, looked up once a second: it may be built anew meanwhile."""
    script = player_url(render.player_script("lti", language))
    return render.Assets(script=script, style=player_url(render.PLAYER_STYLE))


def player_url(filename: str) -> str:
    """Return the address of a file of the built player, which changes when the file does."""
    path = render.player_assets() / filename
    return url_for("learn.player_file", filename=filename, v=_fingerprint(path))


def _fingerprint(path: Path) -> str | None:
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _digest(path, changed)


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
