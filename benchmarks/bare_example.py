"""The peer of the launch benchmark: the least that a Flask tool on PyLTI1p3 can be.

It keeps nothing but the library's own session, in a signed cookie. Its platform's keys are
in its configuration, so that it never fetches them.
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
    """Return the tool that ``BARE_EXAMPLE`` (a JSON file) configures."""
    app = Flask(__name__)
    configuration = json.loads(Path(os.environ["BARE_EXAMPLE"]).read_text(encoding="utf-8"))
    app.secret_key = configuration["secret"]
    tool = ToolConfDict(configuration["tool"])
    launch_url = configuration["launch_url"]

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        return FlaskOIDCLogin(_request(), tool).redirect(launch_url)

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
