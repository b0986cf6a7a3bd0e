"""The administration's door and its rules, for every page behind it.

A request that changes something must come from a page of ours (``Origin``): the cookie
alone would prove nothing about who pressed the button.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.lti import origin_of
from lti_tool.services.administration import ADMINISTRATION, EXPORTS
from lti_tool.views.context import tool
from lti_tool.views.policy import UNFRAMED_POLICY

blueprint = Blueprint("admin", __name__, url_prefix=ADMINISTRATION)

READING = frozenset({"GET", "HEAD", "OPTIONS"})
BEFORE_THE_DOOR = frozenset(
    {
        "admin.sign_in",
        "admin.try_password",
        "admin.show_ticket",
        "admin.use_ticket",
        # Whoever is in leaves by it, course designers too.
        "admin.leave",
    }
)
LONGEST_PATH = 200

NEWS = {
    "platform-added": _l("La plateforme est inscrite. Testez maintenant la connexion."),
    "platform-changed": _l("L’enregistrement est à jour."),
    "platform-suspended": _l("La plateforme est suspendue. Tout ce qu’elle contient est gardé."),
    "platform-resumed": _l("La plateforme est rétablie."),
    "platform-removed": _l("La plateforme est retirée."),
    "deployment-kept": _l("Le déploiement est enregistré."),
    "designers-kept": _l("Le choix est enregistré."),
    "administrators-kept": _l("Le choix est enregistré."),
    "invitation-revoked": _l("L’invitation est annulée."),
    "invitation-over": _l("Cette invitation avait déjà servi, ou n’existe plus."),
    "licence-made": _l("La licence est faite. Il reste à exporter le paquet."),
    "licence-renewed": _l("La licence est à jour. Les paquets déjà envoyés la suivent."),
    "licence-revoked": _l("La licence est révoquée. Ses paquets n’ouvrent plus rien."),
    "licence-over": _l("Cette licence était déjà révoquée."),
    "key-announced": _l("Une nouvelle clé est annoncée. Elle signera dans une heure."),
    "key-under-way": _l("Une clé est déjà annoncée\u00a0: attendez qu’elle signe."),
    "key-replaced": _l("Une nouvelle clé signe désormais, et les anciennes sont oubliées."),
}


@blueprint.before_request
def guard() -> AnyResponse | None:
    """Let nobody past the door who is not in, nor any change that is not from a page of ours."""
    if not tool().door.is_open:
        return make_response(render_template("admin/closed.html"), HTTPStatus.FORBIDDEN)
    if request.method not in READING and not from_our_page():
        page = render_template("admin/foreign.html", address=tool().addresses.administration)
        return make_response(page, HTTPStatus.FORBIDDEN)
    if request.endpoint in BEFORE_THE_DOOR or tool().door.is_in(session_token()):
        return None
    wanted = request.path if request.method in READING else None
    return redirect(url_for("admin.sign_in", next=wanted), HTTPStatus.SEE_OTHER)


@blueprint.after_request
def protect(response: Response) -> Response:
    """Keep the pages out of frames; ``Origin`` is sent to ourselves only."""
    response.headers["Content-Security-Policy"] = UNFRAMED_POLICY
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def from_our_page() -> bool:
    """Whether the browser says that a page of ours sent the request."""
    return request.headers.get("Origin") == origin_of(tool().settings.public_url)


def cookie_name(what: str) -> str:
    """Name a cookie of the administration; over https, one that no other host can set."""
    prefix = "__Host-" if tool().settings.secure else ""
    return f"{prefix}arrimage-{what}"


def session_token() -> str | None:
    """Return the token of the browser's session, if it shows one."""
    return request.cookies.get(cookie_name("admin"))


def set_cookie(response: AnyResponse, what: str, value: str, seconds: int | None = None) -> None:
    """Set a cookie that only our own pages send, and no script reads."""
    response.set_cookie(
        cookie_name(what),
        value,
        max_age=seconds,
        path="/",
        secure=tool().settings.secure,
        httponly=True,
        samesite="Strict",
    )


def page(template: str, **details: Any) -> str:
    """Render a page behind the door, with the news of what was just done."""
    news = NEWS.get(request.args.get("done", ""))
    return render_template(f"admin/{template}", news=news, addresses=tool().addresses, **details)


def done(news: str, endpoint: str, **values: Any) -> AnyResponse:
    """Go to a page that tells what was done, so that a reload does not do it again."""
    return redirect(url_for(f"admin.{endpoint}", done=news, **values), HTTPStatus.SEE_OTHER)


def own_path(asked: str | None) -> str:
    """Return a page behind the door to go on to, whatever was asked for."""
    home = url_for("admin.overview_page")
    good = (
        asked is not None
        and any(asked == room or asked.startswith(f"{room}/") for room in (home, EXPORTS))
        and asked.isprintable()
        and "\\" not in asked
        and len(asked) <= LONGEST_PATH
    )
    return asked if good and asked is not None else home


def text(name: str) -> str:
    """Return a field of the form, without the spaces around it."""
    return request.form.get(name, "").strip()
