"""Who may enter the export page, and what all its pages share.

An administrator's session opens it, and so does a course designer's, which opens nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, cast

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.services.administration import EXPORTS, Insider
from lti_tool.services.export_form import spoken
from lti_tool.services.export_sentences import Said, said
from lti_tool.services.export_words import FAULTS, OPTIONS, TITLES
from lti_tool.views.admin.room import READING, from_our_page, session_token
from lti_tool.views.context import tool
from lti_tool.views.policy import CONTENT_SECURITY_POLICY, UNFRAMED_POLICY
from scorm_packages.checks.findings import Finding
from scorm_packages.registry import FORMATS

blueprint = Blueprint("exports", __name__, url_prefix=EXPORTS)

PUBLIC: Final = frozenset({"exports.preview_file"})
"""The player and the media: a preview's frame has no cookie, and anybody may have them."""
FRAMED: Final = frozenset({"exports.preview"})
PAGE_POLICY: Final = f"{UNFRAMED_POLICY}; frame-src 'self'"
"""The preview is a page of ours in a frame of this one."""
SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
"""What a course may do in its preview. It has no origin: no cookie of ours, no page of ours."""
PREVIEW_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'self'; sandbox {SANDBOX}"

NEWS: Final[Mapping[str, object]] = {
    "made": _l("Le paquet est fait, et son contrôle n’a trouvé aucune erreur."),
    "same": _l("Rien n’a changé depuis ce paquet\u00a0: c’est le même fichier, à l’octet près."),
    "sent": _l("L’envoi est noté."),
    "taken-back": _l("L’envoi n’est plus noté."),
    "removed": _l("Le fichier est supprimé. Sa ligne reste dans l’historique."),
    "cancelled": _l("La demande est annulée\u00a0: aucun paquet n’en sortira."),
    "over": _l("Cette demande était déjà terminée."),
}


@blueprint.before_request
def guard() -> AnyResponse | None:
    """Let nobody in who is not in, nor any change that is not from a page of ours."""
    if request.endpoint in PUBLIC:
        return None
    if not tool().door.is_open:
        return make_response(render_template("admin/closed.html"), HTTPStatus.FORBIDDEN)
    if request.method not in READING and not from_our_page():
        foreign = render_template("admin/foreign.html", address=tool().addresses.exports)
        return make_response(foreign, HTTPStatus.FORBIDDEN)
    insider = tool().door.insider(session_token())
    if insider is None:
        wanted = request.path if request.method in READING else None
        return redirect(url_for("admin.sign_in", next=wanted), HTTPStatus.SEE_OTHER)
    g.insider = insider
    return None


@blueprint.after_request
def protect(response: Response) -> Response:
    """Keep the pages out of others' frames; ``Origin`` is sent to ourselves only."""
    framed = request.endpoint in FRAMED
    if request.endpoint not in PUBLIC:
        response.headers["Content-Security-Policy"] = PREVIEW_POLICY if framed else PAGE_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN" if framed else "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def insider() -> Insider:
    """Return who is in."""
    return cast("Insider", g.insider)


def page(template: str, **details: Any) -> str:
    """Render a page, with the news of what was just done."""
    return render_template(
        f"exports/{template}",
        insider=insider(),
        news=NEWS.get(request.args.get("done", "")),
        formats=FORMATS,
        titles=TITLES,
        faults=FAULTS,
        options=OPTIONS,
        spoken=spoken,
        in_french=in_french,
        by_remedy=by_remedy,
        addresses=tool().addresses,
        **details,
    )


def by_remedy(found: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Return findings by what is to be done about them, in the order in which they were found."""
    groups: dict[str, list[Finding]] = {}
    for each in found:
        groups.setdefault(each.remedy, []).append(each)
    return groups


def in_french(english: str) -> Said:
    """Return a finding's sentence in the page's language, as far as we have words for it."""
    known = said(english)
    return replace(known, text=_(known.text, **known.values)) if known.is_translated else known


def done(news: str, endpoint: str, **values: Any) -> AnyResponse:
    """Go to a page that tells what was done, so that a reload does not do it again."""
    return redirect(url_for(f"exports.{endpoint}", done=news, **values), HTTPStatus.SEE_OTHER)
