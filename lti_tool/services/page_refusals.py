"""What is said when a page or a program's address is asked for in vain: cause, remedy, who mends.

The texts are in French, the language in which the catalogues are kept; a page translates them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.services.refusals import N_, Explanation, Mender
from lti_tool.services.sessions import SessionExpired, SessionRefused

SESSION_EXPIRED = "session_expired"
SESSION_UNKNOWN = "session_unknown"

_REOPEN = N_("Rouvrez l’activité depuis votre cours. Ce qui a été enregistré est gardé.")
_OPEN = N_("Ouvrez l’activité depuis votre cours.")

SESSION_EXPLANATIONS: Mapping[str, Explanation] = {
    SESSION_EXPIRED: Explanation(401, N_("Votre session a pris fin."), _REOPEN, Mender.VISITOR),
    SESSION_UNKNOWN: Explanation(
        401, N_("Cette fenêtre n’a pas de session ouverte."), _REOPEN, Mender.VISITOR
    ),
}
HTTP_EXPLANATIONS: Mapping[int, Explanation] = {
    404: Explanation(404, N_("Cette page n’existe pas."), _OPEN, Mender.VISITOR),
    405: Explanation(
        405, N_("Cette adresse ne s’ouvre pas de cette façon."), _OPEN, Mender.VISITOR
    ),
    413: Explanation(
        413,
        N_("Ce qui a été envoyé est trop volumineux."),
        N_("Réduisez ce que vous envoyez, puis recommencez."),
        Mender.VISITOR,
    ),
}
_OTHERWISE = (
    N_("La demande ne peut pas être traitée telle quelle."),
    N_("Rouvrez l’activité depuis votre cours."),
)
_HTTP = "http_"


def session_code(refused: SessionRefused) -> str:
    """Return the code of a session that is refused."""
    return SESSION_EXPIRED if isinstance(refused, SessionExpired) else SESSION_UNKNOWN


def http_code(status: int) -> str:
    """Return the code under which an HTTP error of a visitor's is kept."""
    return f"{_HTTP}{status}"


def http_explanation(status: int) -> Explanation:
    """Return what is said of an HTTP error of a visitor's (4xx)."""
    return HTTP_EXPLANATIONS.get(status) or Explanation(status, *_OTHERWISE, Mender.VISITOR)


def page_explanation(code: str) -> Explanation | None:
    """Return what is said of a code of this module, ``None`` for any other."""
    if code in SESSION_EXPLANATIONS:
        return SESSION_EXPLANATIONS[code]
    status = code.removeprefix(_HTTP)
    if status == code or not status.isdecimal():
        return None
    return http_explanation(int(status))
