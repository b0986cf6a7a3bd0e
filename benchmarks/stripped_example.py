"""A peer of the launch benchmark: the least that a Flask tool on PyLTI1p3 can be.

Nobody publishes it so; it is the floor under ``published_example``, with all left out that a
launch can do without:

- its configuration is read once, and its platform's keys stand there: it never fetches them,
  and cannot follow a platform that changes them;
- its page is one line without a template;
- it keeps nothing but the library's own session, in a signed cookie.
"""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path

from flask import Flask, Response, request
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict


def create_app() -> Flask:
    """Return the tool that ``EXAMPLE_CONFIGURATION`` (a JSON file) configures."""
    app = Flask(__name__)
    app.secret_key = os.environ["EXAMPLE_SECRET"]
    file = Path(os.environ["EXAMPLE_CONFIGURATION"])
    tool = ToolConfDict(json.loads(file.read_text(encoding="utf-8")))

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        return FlaskOIDCLogin(_request(), tool).redirect(request.values["target_link_uri"])

    @app.post("/launch")
    def launch() -> str:
        data = FlaskMessageLaunch(_request(), tool).get_launch_data()
        return f"<!doctype html><title>Hello</title><p>Hello, {escape(data['name'])}"

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def _request() -> FlaskRequest:
    return FlaskRequest(request_is_secure=False, request_data=request.values)
