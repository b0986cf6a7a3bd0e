"""A peer of the launch benchmark: what PyLTI1p3's published Flask example does of a launch.

The example is the repository ``dmitry-viskov/pylti1.3-flask-example``, to which the library's
documentation sends whoever begins a tool. These are its calls to the library, in its order and
as often, written anew. At each request:

- the configuration and both files of the tool's key are read (``ToolConfJsonFile``);
- a login is ``FlaskOIDCLogin(…).redirect``, a launch ``FlaskMessageLaunch(…).get_launch_data``;
- the platform is known by the address of its key set and no keys, as the example's entries for
  Canvas, Moodle, Brightspace and Blackboard are: the library fetches the set at each launch;
- the first page is a template of two thousand characters.

Four things differ, the first three in the peer's favour:

- its page that checks whether cookies are kept is left out: all tools do the same three steps;
- it neither runs in Flask's debug mode nor prints what each launch said;
- its configuration has one platform, where the example reads eight, with their keys;
- launches are kept by the library's own service, in the signed cookie of the session. The
  example keeps them in the memory of its only process, and would refuse every other launch as
  soon as there are two.
"""

from __future__ import annotations

import os

from flask import Flask, Response, render_template, request
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfJsonFile

CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
USUAL_LEVEL = "normal"


def create_app() -> Flask:
    """Return the tool that ``EXAMPLE_CONFIGURATION`` (a JSON file, beside its keys) configures."""
    app = Flask(__name__)
    app.secret_key = os.environ["EXAMPLE_SECRET"]
    configuration = os.environ["EXAMPLE_CONFIGURATION"]

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Response:
        asked, tool = FlaskRequest(), ToolConfJsonFile(configuration)
        return FlaskOIDCLogin(asked, tool).redirect(asked.get_param("target_link_uri"))

    @app.post("/launch")
    def launch() -> str:
        message = FlaskMessageLaunch(FlaskRequest(), ToolConfJsonFile(configuration))
        data = message.get_launch_data()
        level = data.get(CUSTOM, {}).get("difficulty") or request.args.get("difficulty")
        return render_template(
            "game.html",
            title="Example of a game",
            choosing=message.is_deep_link_launch(),
            launch_id=message.get_launch_id(),
            name=data.get("name", ""),
            level=level or USUAL_LEVEL,
        )

    @app.get("/configure/<launch_id>/<level>")
    def configure(launch_id: str, level: str) -> str:
        return f"{launch_id}: {level}"

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
