"""The doors that platforms use: login, launch, public keys."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from lti_tool.lti import CUSTOM_PARAMETERS, Fault, LaunchRefused, origin_of
from lti_tool.services.administration import Way
from lti_tool.services.launches import LaunchForm, OpenAdministration, OpenSelection
from lti_tool.services.logins import (
    LIFETIME,
    Login,
    LoginRequest,
    PlatformStorage,
)
from lti_tool.services.reviews import OpenReview
from lti_tool.services.tokens import hashed, new_token
from lti_tool.views import deep_linking, entry, reviews
from lti_tool.views.context import accepted_languages, tool, use_language

blueprint = Blueprint("lti", __name__)

FRAMES = frozenset({"iframe", "frame", "embed", "object"})
CHECK_SECONDS = 60
KEY_SET_SECONDS = 600
LOGIN_PARAMETERS = (
    "iss",
    "login_hint",
    "target_link_uri",
    "client_id",
    "lti_message_hint",
    "lti_deployment_id",
)


@blueprint.route("/lti/login", methods=["GET", "POST"])
def login() -> Response:
    """Begin a login (LTI Security Framework 1.0, 5.1.1.1) and send the browser on.

    In a frame, a small page first makes sure that the browser keeps our cookie there. Where
    it does not, the page gives the secret to the platform's storage or, without one, offers a
    new window: the platform's hints serve once, and are not yet used then
    (docs/adr/0003-session-without-cookies.md).
    """
    given = request.form if request.method == "POST" else request.args
    asked = _login_request(given)
    try:
        begun = tool().logins.begin(asked)
    except LaunchRefused as refused:
        refused.issuer = asked.issuer or None
        raise
    if _may_be_framed():
        response = _framed_login(begun, given)
    else:
        # Flask's ``redirect`` would write a page for it, which no browser shows.
        response = Response(status=HTTPStatus.FOUND, headers={"Location": begun.authorization_url})
    _set_cookie(response, _login_cookie(begun.state), begun.browser, int(LIFETIME.total_seconds()))
    return response


@blueprint.post("/lti/launch")
def launch() -> Response:
    """Let a launch in (LTI Security Framework 1.0, 5.1.1.3), or raise ``LaunchRefused``.

    Without the login's cookie, a page of ours asks the platform's storage for the secret, if
    the platform has one, and brings it to ``stored_launch``.
    """
    if "error" in request.form:
        code = re.sub(r"[^a-z_]", "", request.form["error"].lower())[:60]
        raise LaunchRefused(Fault.PLATFORM_ERROR, f"error={code}")
    state = request.form.get("state", "")
    cookie = _login_cookie(state)
    browser = request.cookies.get(cookie)
    id_token = request.form.get("id_token", "")
    if browser is None and id_token:
        storage = tool().logins.storage(state)
        if storage is not None:
            return _ask_storage(storage, id_token, state)
    response = _enter(LaunchForm(id_token, state, browser, accepted_languages()))
    _set_cookie(response, cookie, "", 0)
    return response


@blueprint.post("/lti/launch/stored")
def stored_launch() -> Response:
    """Let a launch in whose secret the platform's storage gave back, or raise ``LaunchRefused``.

    Only our own page may bring it. Another site's could bring the secret of its author's
    login, and have a visitor work under the author's name (RFC 6749, 10.12).
    """
    if request.headers.get("Origin") != origin_of(tool().settings.public_url):
        raise LaunchRefused(Fault.BROWSER_DIFFERENT, "the secret was not brought by our own page")
    return _enter(
        LaunchForm(
            id_token=request.form.get("id_token", ""),
            state=request.form.get("state", ""),
            browser=request.form.get("browser"),
            languages=accepted_languages(),
            by_storage=True,
        )
    )


@blueprint.get("/lti/launch")
@blueprint.get("/lti/launch/stored")
def launch_by_address() -> Response:
    """Refuse a launch that is not posted: its token would be in the browser's history."""
    raise LaunchRefused(Fault.LAUNCH_INCOMPLETE, "the launch was not posted")


@blueprint.get("/.well-known/jwks.json")
@blueprint.get("/lti/jwks")
def key_set() -> Response:
    """Publish our public keys."""
    response = jsonify(tool().keys.key_set())
    response.cache_control.public = True
    response.cache_control.max_age = KEY_SET_SECONDS
    return response


@blueprint.get("/")
def home() -> str:
    """Tell a visitor what this is, and an administrator which addresses to copy."""
    return render_template(
        "home.html", addresses=tool().addresses, custom_parameters=CUSTOM_PARAMETERS
    )


def _login_request(given: MultiDict[str, str]) -> LoginRequest:
    return LoginRequest(
        issuer=given.get("iss", ""),
        login_hint=given.get("login_hint", ""),
        target_link_uri=given.get("target_link_uri", ""),
        client_id=given.get("client_id") or None,
        message_hint=given.get("lti_message_hint"),
        deployment_id=given.get("lti_deployment_id") or None,
        storage_target=given.get("lti_storage_target"),
    )


def _may_be_framed() -> bool:
    """Say whether the login may be in a frame.

    Who asks for a page without saying where it will be (Safari before 16.4) gets ours, whose
    script knows; other programs get the plain redirect.
    """
    shown_in = request.headers.get("Sec-Fetch-Dest")
    if shown_in is None:
        return "text/html" in request.accept_mimetypes.values()
    return shown_in in FRAMES


def _framed_login(begun: Login, given: MultiDict[str, str]) -> Response:
    check = f"arrimage-check-{hashed(new_token())[:16]}"
    again = urlencode([(name, given[name]) for name in LOGIN_PARAMETERS if name in given])
    response = make_response(
        render_template(
            "lti/login.html",
            authorization_url=begun.authorization_url,
            check=f"{check}=1",
            storage=begun.storage,
            secret=begun.browser,
            again=f"{tool().addresses.login}?{again}",
        )
    )
    _set_cookie(response, check, "1", CHECK_SECONDS, readable=True)
    return response


def _ask_storage(storage: PlatformStorage, id_token: str, state: str) -> Response:
    response = make_response(
        render_template("lti/stored.html", storage=storage, id_token=id_token, state=state)
    )
    # With the tool's usual policy the form would come without its origin, which we check.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _enter(form: LaunchForm) -> Response:
    accepted = tool().desk.accept(form)
    if isinstance(accepted, OpenSelection):
        use_language(accepted.selection.language)
        return deep_linking.picker(accepted.token, accepted.selection)
    use_language(accepted.language)
    if isinstance(accepted, OpenReview):
        return reviews.review_page(accepted)
    if isinstance(accepted, OpenAdministration):
        return _administration(accepted)
    return entry.enter(accepted)


def _administration(opened: OpenAdministration) -> Response:
    """Offer the way in, in a window of its own, where its cookie is first-party."""
    response = make_response(
        render_template(
            "admin/ticket.html",
            ticket=opened.ticket,
            framed=True,
            for_exports=opened.way is Way.DESIGNER,
        )
    )
    # With the tool's usual policy the form would come without its origin, which we check.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _login_cookie(state: str) -> str:
    """Name the cookie of one login: several may be under way in one browser."""
    prefix = "__Host-" if tool().settings.secure else ""
    return f"{prefix}arrimage-login-{hashed(state)[:16]}"


def _set_cookie(
    response: Response, name: str, value: str, seconds: int, *, readable: bool = False
) -> None:
    """Set a cookie that lives in an LMS's frame, even where third-party ones are blocked."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=True,
        httponly=not readable,
        samesite="None",
        partitioned=True,
    )
