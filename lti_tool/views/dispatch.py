"""Courses that open by a dispatch package, in a frame of another university's platform.

The package posts its licence with a form, so that it is in no address. What the player then asks
for, it asks with the token of the visit. No cookie is needed, and nothing of the learner's work
comes here: it goes from the frame to the package, and from there to the platform.
"""

from __future__ import annotations

import time
from functools import lru_cache

from flask import Blueprint, Response, abort, jsonify, request

from course_content import render
from lti_tool.services.dispatch_launches import Knock
from lti_tool.services.dispatch_refusals import DispatchFault, DispatchRefused
from lti_tool.views.compression import SharedPage
from lti_tool.views.context import tool
from lti_tool.views.learn import player_url
from lti_tool.views.policy import CONTENT_SECURITY_POLICY
from scorm_packages.options import OptionError, Options

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")

RULES = ("completion", "mastery", "statuses")


@blueprint.post("/launch")
def launch() -> Response:
    """Show the course to a learner whose package has a licence."""
    options = _rules()
    knock = Knock(
        licence=request.form.get("licence", ""),
        learner=request.form.get("learner", ""),
        place=request.headers.get("Origin"),
    )
    admission = tool().dispatch.enter(knock)
    course = admission.course
    assets = _assets(course.language, int(time.monotonic()))
    before, after = render.frame(course.title, course.language, assets, with_boot=True)
    own, shared = course.boot_json(options, admission.visit, admission.places)
    response = SharedPage(before + own, shared, after)
    if admission.places:
        ancestors = " ".join(admission.places)
        policy = f"{CONTENT_SECURITY_POLICY}; frame-ancestors {ancestors}"
        response.headers["Content-Security-Policy"] = policy
    return response


@blueprint.get("/launch")
def nothing_launched() -> Response:
    """Say that this address is opened by a package."""
    raise DispatchRefused(DispatchFault.INCOMPLETE, "no form was posted")


@blueprint.get("/units/<unit_id>")
def unit(unit_id: str) -> Response:
    """Return a unit's content, with what is said to answers in it."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    course = tool().dispatch.course_of(token.strip() if scheme.lower() == "bearer" else "")
    try:
        return jsonify(course.unit(unit_id))
    except KeyError:
        abort(404)


def _rules() -> Options:
    """Return by which rules the package says that the course is completed and passed."""
    said = {name: request.form[name] for name in RULES if name in request.form}
    try:
        return Options().but(said)
    except OptionError as error:
        raise DispatchRefused(DispatchFault.INCOMPLETE, f"{error.name} is wrong") from error


@lru_cache(maxsize=8)
def _assets(language: str, _second: int) -> render.Assets:
    """Return where the player is, looked up once a second: it may be built anew meanwhile."""
    script = player_url(render.player_script("dispatch", language))
    return render.Assets(script=script, style=player_url(render.player_style("dispatch")))
