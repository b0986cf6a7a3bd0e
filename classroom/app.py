"""The classroom's application: one factory, its doors in two blueprints."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from classroom import lti_views, notices, page_views, registration_views
from classroom.classroom import Classroom
from classroom.keys import load_secrets
from classroom.options import Options
from classroom.store import NewLineItem, NewLink, Store
from classroom.visit import Refusal, classroom, visit

LARGEST_BODY = 1_000_000
EXTENSION = "classroom"

FIRST_LINKS = (
    NewLink(
        title="Unité 1",
        address="/lti/launch",
        description="La première unité du module, et son quiz.",
        custom={"course": "engagement-parties-prenantes", "unit": "metier-sim"},
        line_item=NewLineItem("Unité 1", 100),
    ),
    NewLink(
        title="Module 3 (entier)",
        address="/lti/launch",
        description="Tout le module, du syllabus au dernier quiz.",
        custom={"course": "engagement-parties-prenantes"},
        line_item=NewLineItem("Module 3 (entier)", 100),
    ),
)


def create_app(options: Options) -> Flask:
    """Make the application; its keys and its gradebook are in ``options.data``."""
    secrets = load_secrets(options.data)
    store = open_store(options)
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=secrets.session_key,
        SESSION_COOKIE_NAME=f"classroom_{urlsplit(options.url).port}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=[options.hostname],
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )
    app.extensions[EXTENSION] = Classroom(options, secrets, store)
    app.register_blueprint(page_views.blueprint)
    app.register_blueprint(lti_views.blueprint)
    app.register_blueprint(registration_views.blueprint)
    app.register_blueprint(notices.blueprint)
    app.context_processor(_page_context)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _failed)
    app.after_request(_secure(options))
    return app


def open_store(options: Options) -> Store:
    """The course, its links and its gradebook, made when they are not there yet."""
    return Store(options.data / "classroom.db", FIRST_LINKS)


def _page_context() -> dict[str, Any]:
    here = visit()
    options = classroom().options
    return {
        "t": here.texts,
        "language": here.language,
        "account": here.account,
        "storage_for": options.tool_url if options.storage else None,
    }


def _refused(refusal: Refusal) -> tuple[str, int]:
    return render_template("error.html", text=refusal.text, detail=refusal.detail), refusal.status


def _failed(error: HTTPException) -> tuple[str, int] | Response:
    status = error.code or 500
    if isinstance(error, SecurityError):  # a page needs the host name that was refused
        return Response("This is not the classroom's address.", status, mimetype="text/plain")
    if request.path.startswith("/services/"):
        return lti_views.problem(status, error.name)
    text = {403: "error_forbidden", 404: "error_not_found"}.get(status, "error_other")
    return render_template("error.html", text=text, detail=f"{status} {error.name}"), status


def _secure(options: Options) -> Any:
    """Headers for every answer: nothing from elsewhere but the tool, in a frame or a form."""
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"frame-src 'self' {options.tool_url}",
            f"form-action 'self' {options.tool_url}",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        ]
    )

    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return add_headers
