"""Entering the administration and leaving it, and its first page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.services.administration import (
    KNOWN_FOR,
    DoorClosed,
    DoorFault,
    Entrance,
    Visitor,
    Way,
)
from lti_tool.services.overview import overview
from lti_tool.services.platform_care import last_launches
from lti_tool.services.refusal_book import last_refusals
from lti_tool.views.admin.room import (
    blueprint,
    cookie_name,
    own_path,
    page,
    session_token,
    set_cookie,
)
from lti_tool.views.context import tool

A_FEW = 5

FAULTS: Mapping[DoorFault, object] = {
    DoorFault.PASSWORD_WRONG: _l("Ce n’est pas le mot de passe de l’administration."),
    DoorFault.PASSWORD_UNSET: _l(
        "Aucun mot de passe n’a encore été choisi. Lancez la commande "
        "«\u00a0arrimage admin password\u00a0» sur le serveur."
    ),
    DoorFault.TOO_MANY_TRIES: _l(
        "Il y a eu trop d’essais. Attendez, puis recommencez. La commande "
        "«\u00a0arrimage admin enter\u00a0» fait entrer sans attendre."
    ),
    DoorFault.TICKET_OVER: _l(
        "Cette adresse a déjà servi, ou sa durée est écoulée. Demandez-en une nouvelle."
    ),
    DoorFault.WAY_CLOSED: _l("Les réglages de l’outil ne permettent pas d’entrer ainsi."),
}


@blueprint.get("")
def overview_page() -> str:
    """Show how the tool is doing, and what needs somebody's attention."""
    with tool().database.reading() as db:
        return page(
            "overview.html",
            overview=overview(db),
            launches=last_launches(db, A_FEW),
            refusals=last_refusals(db, A_FEW),
        )


@blueprint.get("/sign-in")
def sign_in() -> AnyResponse:
    """Ask for the password, and say which other ways in there are."""
    wanted = own_path(request.args.get("next"))
    if tool().door.is_in(session_token()):
        return redirect(wanted, HTTPStatus.SEE_OTHER)
    return _sign_in_page(wanted)


@blueprint.post("/sign-in")
def try_password() -> AnyResponse:
    """Let the browser in that knows the password."""
    wanted = own_path(request.form.get("next"))
    visitor = Visitor(request.remote_addr or "", request.cookies.get(cookie_name("known")))
    try:
        entrance = tool().door.enter_by_password(request.form.get("password", ""), visitor)
    except DoorClosed as closed:
        return _sign_in_page(wanted, closed)
    return _let_in(entrance, redirect(wanted, HTTPStatus.SEE_OTHER))


@blueprint.get("/enter")
def show_ticket() -> str:
    """Show a ticket's button. What a browser or a scanner fetches by itself uses nothing up."""
    return render_template("admin/ticket.html", ticket=request.args.get("ticket", ""))


@blueprint.post("/enter")
def use_ticket() -> AnyResponse:
    """Let the browser in that brings a ticket.

    A page answers and no redirect: after a form that a frame of another site posted, a
    browser may hold the new cookie back from the redirect's request.
    """
    try:
        entrance = tool().door.enter_by_ticket(request.form.get("ticket", ""))
    except DoorClosed as closed:
        insider = tool().door.insider(session_token())
        if insider is None:
            return _sign_in_page(own_path(None), closed)
        # The button was pressed again in a window that is still open: whoever is in, is in.
        return _entered(insider.way)
    return _let_in(entrance, _entered(entrance.way))


@blueprint.post("/leave")
def leave() -> AnyResponse:
    """End the session."""
    tool().door.leave(session_token())
    response = redirect(url_for("admin.sign_in"), HTTPStatus.SEE_OTHER)
    set_cookie(response, "admin", "", 0)
    return response


def _entered(way: Way) -> Response:
    onward = url_for("exports.new" if way is Way.DESIGNER else "admin.overview_page")
    return make_response(render_template("admin/entered.html", onward=onward))


def _let_in(entrance: Entrance, response: AnyResponse) -> AnyResponse:
    set_cookie(response, "admin", entrance.session)
    if entrance.known_browser is not None:
        set_cookie(response, "known", entrance.known_browser, int(KNOWN_FOR.total_seconds()))
    return response


def _sign_in_page(wanted: str, closed: DoorClosed | None = None) -> Response:
    fault = None if closed is None else FAULTS[closed.fault]
    response = make_response(
        render_template("admin/sign_in.html", next=wanted, fault=fault, ways=tool().door.ways)
    )
    if closed is not None:
        response.status_code = HTTPStatus.FORBIDDEN
        if closed.wait is not None:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response.headers["Retry-After"] = str(int(closed.wait.total_seconds()) + 1)
    return response
