"""A teacher chooses what to place in a course, and takes it to the platform."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from lti_tool.lti import origin_of
from lti_tool.models import ContentSelection
from lti_tool.services.launches import selection_of
from lti_tool.services.selections import answer, shelves
from lti_tool.views.context import tool, use_language

blueprint = Blueprint("deep_linking", __name__)


@blueprint.post("/lti/deep-linking")
def choose() -> Response:
    """Take a teacher's choice to the platform, by a form that the browser posts."""
    with tool().database.reading() as db:
        selection = selection_of(db, request.form.get("selection", ""))
    use_language(selection.language)
    signed = answer(
        selection,
        request.form.get("choice", ""),
        tool().courses,
        tool().addresses.launch,
        tool().keys.signing_key,
    )
    response = make_response(
        render_template("lti/return.html", return_url=selection.return_url, signed=signed)
    )
    # The platform may answer its own form with a redirect, which this directive covers too.
    allowed = f"form-action https: {origin_of(selection.return_url)}"
    response.headers["Content-Security-Policy"] = f"default-src 'none'; script-src 'self'; \
style-src 'self'; img-src 'self' data:; base-uri 'none'; {allowed}"
    return response


def picker(token: str, selection: ContentSelection) -> Response:
    """Show what can be placed, to the teacher whom the platform sent to choose."""
    offered = list(shelves(tool().courses, tool().course_slugs, selection.language))
    return make_response(render_template("lti/picker.html", selection=token, shelves=offered))
