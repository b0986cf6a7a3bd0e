"""What a person or a script sees when something goes wrong: why, and who can mend it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from lti_tool.lti import LaunchRefused, RegistrationRefused
from lti_tool.services.dispatch_refusals import DISPATCH_EXPLANATIONS, DispatchRefused
from lti_tool.services.page_refusals import (
    SESSION_EXPLANATIONS,
    http_code,
    http_explanation,
    session_code,
)
from lti_tool.services.refusals import EXPLANATIONS, Explanation, Mender
from lti_tool.services.registration_refusals import REGISTRATION_EXPLANATIONS
from lti_tool.services.sessions import SessionRefused
from lti_tool.views.context import tool, use_language

log = logging.getLogger(__name__)

SERVER_ERROR = 500
READ_BY_PROGRAMS = ("/api/", "/lti/notices", "/dispatch/units/")
"""Addresses whose errors are JSON."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in words, ready to be shown."""

    status: int
    code: str
    title: str
    cause: str
    remedy: str
    mender: str
    reference: str


def register(app: Flask) -> None:
    """Have the application answer every error with a page or, for programs, with JSON."""
    app.register_error_handler(LaunchRefused, refused_launch)
    app.register_error_handler(RegistrationRefused, refused_registration)
    app.register_error_handler(DispatchRefused, refused_dispatch)
    app.register_error_handler(SessionRefused, refused_session)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, unexpected_problem)


def refused_launch(refused: LaunchRefused) -> Response:
    """Show why a login or a launch is refused, under the number by which it is kept."""
    return _recorded(refused, EXPLANATIONS[refused.fault], _("L’activité ne peut pas s’ouvrir"))


def refused_registration(refused: RegistrationRefused) -> Response:
    """Show why a platform is not registered, under the number by which it is kept."""
    why = REGISTRATION_EXPLANATIONS[refused.fault]
    return _recorded(refused, why, _("L’outil n’est pas inscrit"))


def refused_dispatch(refused: DispatchRefused) -> Response:
    """Show why a dispatched course does not open; the page tells the package around it."""
    if refused.language is not None:
        use_language(refused.language.partition("-")[0])
    why = DISPATCH_EXPLANATIONS[refused.fault]
    problem = Problem(
        status=why.status,
        code=refused.fault.value,
        title=_("Le cours ne peut pas s’ouvrir"),
        cause=_(why.cause),
        remedy=_(why.remedy),
        mender=_(why.mender.value),
        reference=tool().refusals.record_dispatch(refused),
    )
    return _answer(problem, "dispatch/refused.html")


def _recorded(
    refused: LaunchRefused | RegistrationRefused, why: Explanation, title: str
) -> Response:
    reference = tool().refusals.record(refused)
    return _answer(
        Problem(
            status=why.status,
            code=refused.fault.value,
            title=title,
            cause=_(why.cause),
            remedy=_(why.remedy),
            mender=_(why.mender.value),
            reference=reference,
        )
    )


def refused_session(refused: SessionRefused) -> Response:
    """Say that the window must be opened again from the course."""
    code = session_code(refused)
    why = SESSION_EXPLANATIONS[code]
    return _answer(
        Problem(
            status=why.status,
            code=code,
            title=_("Session à rouvrir"),
            cause=_(why.cause),
            remedy=_(why.remedy),
            mender=_(why.mender.value),
            reference=_recorded_in_vain(code),
        )
    )


def http_problem(error: HTTPException) -> Response:
    """Show an HTTP error in words."""
    status = error.code or SERVER_ERROR
    if status >= SERVER_ERROR:
        return unexpected_problem(error)
    why = http_explanation(status)
    response = _answer(
        Problem(
            status=status,
            code=error.name.lower().replace(" ", "_"),
            title=_("Cette page ne peut pas s’afficher"),
            cause=_(why.cause),
            remedy=_(why.remedy),
            mender=_(why.mender.value),
            reference=_recorded_in_vain(http_code(status)),
        )
    )
    if error.response is None:
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after"}:
                response.headers[name] = value
    return response


def _recorded_in_vain(code: str) -> str:
    """Keep what was asked for. The path alone: a query may say more of somebody than we need."""
    return tool().refusals.record_in_vain(code, f"{request.method} {request.path}")


def unexpected_problem(error: Exception) -> Response:
    """Own up to an error of ours. The log has the details, under the same number."""
    where = request.url_rule.rule if request.url_rule else "no page of ours"
    reference = tool().refusals.record_error(f"{type(error).__name__} at {where}")
    log.error(
        "Unexpected error.",
        exc_info=error,
        extra={"reference": reference, "method": request.method, "path": request.path},
    )
    return _answer(
        Problem(
            status=SERVER_ERROR,
            code="internal",
            title=_("L’outil a rencontré une erreur"),
            cause=_("L’erreur vient de l’outil, pas de vous. Elle est notée dans son journal."),
            remedy=_(
                "Réessayez dans quelques minutes. Si l’erreur revient, transmettez le numéro "
                "de référence."
            ),
            mender=_(Mender.TOOL.value),
            reference=reference,
        )
    )


def problem_json(problem: Problem) -> Response:
    """Return the JSON that every API error has."""
    body = {
        "error": {
            "code": problem.code,
            "message": problem.cause,
            "remedy": problem.remedy,
            "reference": problem.reference,
        }
    }
    return make_response(jsonify(body), problem.status)


def _answer(problem: Problem, template: str = "error.html") -> Response:
    if request.path.startswith(READ_BY_PROGRAMS):
        return problem_json(problem)
    return make_response(render_template(template, problem=problem), problem.status)
