"""A teacher chooses what to place in a course, and takes it to the platform."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from lti_tool.lti import (
    Answer,
    Fault,
    LaunchRefused,
    deep_linking_response,
    origin_of,
)
from lti_tool.models import ContentSelection
from lti_tool.services.courses import UnknownCourse
from lti_tool.services.launches import selection_of
from lti_tool.services.placements import (
    LARGEST_MAXIMUM,
    LONGEST_TITLE,
    USUAL_MAXIMUM,
    Place,
    PlacementFault,
    PlacementRefused,
    content_items,
)
from lti_tool.services.previews import preview as preview_of
from lti_tool.services.selections import chosen, described, shelves
from lti_tool.views.context import tool, use_language
from lti_tool.views.learn import player_url

blueprint = Blueprint("deep_linking", __name__)

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
base-uri 'none'"


def picker(token: str, selection: ContentSelection) -> Response:
    """Show what can be placed, to the teacher whom the platform sent to choose."""
    return _picker(token, selection)


@blueprint.post("/lti/deep-linking")
def choose() -> Response:
    """Take a teacher's choice to the platform, or nothing and why, by a form of the browser's.

    A choice that cannot be placed as it is comes back to be mended.
    """
    token, selection = _selection()
    leave = request.form.get("leave")
    if leave == "cancel":
        return _return(selection, Answer(message=_("Aucun contenu n’a été ajouté.")))
    if leave == "impossible":
        return _return(selection, _regrets(selection))
    if not selection.accepts_links:
        return _picker(token, selection)
    try:
        items = content_items(
            selection,
            request.form.getlist("choice"),
            request.form,
            tool().courses,
            Place(tool().addresses.launch, tool().addresses.icon),
        )
    except PlacementRefused as refused:
        return _picker(token, selection, refused.fault)
    return _return(selection, Answer(items))


@blueprint.post("/lti/deep-linking/preview")
def preview() -> Response:
    """Show the content of one choice, to be read only. Nothing is recorded."""
    _token, selection = _selection()
    value = request.form.get("preview", "")
    courses = tool().courses
    try:
        one = chosen(courses, value)
    except (UnknownCourse, KeyError) as error:
        raise LaunchRefused(Fault.COURSE_UNKNOWN, f"preview {value[:100]!r}") from error
    language = courses.language(one.course.slug, selection.language)
    return make_response(
        render_template(
            "lti/preview.html",
            choice=described(courses, one, selection.language),
            units=preview_of(courses, one, language),
            language=language,
            style=player_url("player.css"),
        )
    )


def _selection() -> tuple[str, ContentSelection]:
    """Return the choice under way and its token. Raise ``LaunchRefused``."""
    token = request.form.get("selection", "")
    with tool().database.reading() as db:
        selection = selection_of(db, token)
    use_language(selection.language)
    return token, selection


def _picker(
    token: str, selection: ContentSelection, fault: PlacementFault | None = None
) -> Response:
    offered = list(shelves(tool().courses, tool().course_slugs, selection.language))
    if not selection.accepts_links or not offered:
        page = render_template("lti/nothing_to_place.html", token=token, selection=selection)
        return make_response(page)
    response = make_response(
        render_template(
            "lti/picker.html",
            token=token,
            selection=selection,
            shelves=offered,
            picked=request.form.getlist("choice"),
            fault=fault,
            longest_title=LONGEST_TITLE,
            usual_maximum=int(USUAL_MAXIMUM),
            largest_maximum=int(LARGEST_MAXIMUM),
        ),
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    # The preview is a page of ours in a frame of this one.
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'; form-action 'self'"
    return response


def _return(selection: ContentSelection, answer: Answer) -> Response:
    signed = deep_linking_response(
        selection.deployment.platform,
        selection.deployment.deployment_id,
        selection.data,
        answer,
        tool().keys.signing_key,
    )
    response = make_response(
        render_template(
            "lti/return.html",
            return_url=selection.return_url,
            signed=signed,
            count=len(answer.items),
        )
    )
    # The platform may answer its own form with a redirect, which this directive covers too.
    allowed = f"form-action https: {origin_of(selection.return_url)}"
    response.headers["Content-Security-Policy"] = f"{POLICY}; {allowed}"
    return response


def _regrets(selection: ContentSelection) -> Answer:
    """Say to the platform why a teacher comes back with nothing."""
    if selection.accepts_links:
        return Answer(
            error=_("L’outil n’a aucun cours à proposer."),
            error_log="No course of the tool can be read: see arrimage course check.",
        )
    return Answer(
        error=_("Cet emplacement du cours n’accepte pas de lien vers un outil."),
        error_log="accept_types of the deep linking request does not have ltiResourceLink.",
    )
