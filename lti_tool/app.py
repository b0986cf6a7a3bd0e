"""The web application: ``create_app(settings)`` puts the pages on the tool."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, url_for
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from lti_tool.logs import set_up_logs
from lti_tool.tool import LANGUAGES, build_tool
from lti_tool.views import (
    admin,
    api,
    class_downloads,
    class_pages,
    class_terms,
    classes,
    columns,
    deep_linking,
    dispatch,
    errors,
    exports,
    health,
    learn,
    live,
    lti,
    marking,
    mentors,
    notices,
    registration,
    sync,
    works,
)
from lti_tool.views.compression import compress
from lti_tool.views.context import EXTENSION, page_language
from lti_tool.views.figures import duration, percent
from lti_tool.views.places import keep_places
from lti_tool.views.policy import CONTENT_SECURITY_POLICY

HERE = Path(__file__).parent
LARGEST_REQUEST = 512 * 1024
MOST_FORM_FIELDS = 100
STATIC_SECONDS = 3600
TRANSPORT_SECONDS = 365 * 24 * 3600
USUAL_HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cache-Control", "no-store"),
)
SECURE_HEADERS = (
    *USUAL_HEADERS,
    ("Strict-Transport-Security", f"max-age={TRANSPORT_SECONDS}"),
)


def create_app(settings: Settings) -> Flask:
    """Return the application. Raise ``SettingsError`` when the settings cannot work."""
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FORM_FIELDS,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
        BABEL_DEFAULT_LOCALE=LANGUAGES[0],
        BABEL_TRANSLATION_DIRECTORIES=str(HERE / "locale"),
    )
    app.extensions[EXTENSION] = build_tool(settings)
    keep_places(app, settings.threads)
    Babel(app, locale_selector=page_language)
    app.jinja_env.globals.update(
        asset=asset_url, page_language=page_language, percent=percent, duration=duration
    )
    for view in (
        admin,
        exports,
        health,
        lti,
        deep_linking,
        dispatch,
        notices,
        registration,
        learn,
        api,
        classes,
        class_pages,
        class_terms,
        class_downloads,
        live,
        columns,
        marking,
        mentors,
        sync,
        works,
    ):
        app.register_blueprint(view.blueprint)
    errors.register(app)

    @app.after_request
    def protect(response: Response) -> Response:
        return compress(add_headers(response, secure=settings.secure))

    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    return app


def from_environment() -> Flask:
    """Return the application as the environment sets it up: what a server runs."""
    settings = Settings.from_environment()
    set_up_logs(settings.log_level)
    app = create_app(settings)
    app.extensions[EXTENSION].database.check_schema()
    return app


def add_headers(response: Response, *, secure: bool) -> Response:
    """Add the headers that every answer has, where a page did not set its own."""
    # Looked through once: ``setdefault`` would do so for each of them, at every answer.
    own = {name.lower() for name, _ in response.headers}
    for name, value in SECURE_HEADERS if secure else USUAL_HEADERS:
        if name.lower() not in own:
            response.headers.add(name, value)
    return response


def asset_url(filename: str) -> str:
    """Return the address of a static file, which changes when the file does."""
    return url_for("static", filename=filename, v=_fingerprint(HERE / "static" / filename))


@lru_cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
