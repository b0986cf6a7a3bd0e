"""A package on its way: how far it is, who mends what went wrong, and taking it back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.models import ExportJob, JobState, now
from lti_tool.services.export_jobs import OPEN, JobFault, cancel, standing
from lti_tool.views.context import tool
from lti_tool.views.exports.packages import form_values
from lti_tool.views.exports.room import blueprint, done, page
from scorm_packages.checks.findings import Finding

PERCENT = 100


@blueprint.get("/jobs/<int(max=2147483647):job_id>")
def job(job_id: int) -> AnyResponse:
    """Show how far a package is; once it is made, go to it."""
    with tool().database.reading() as db:
        asked = _existing(db, job_id)
        if asked.state == JobState.DONE and asked.package is not None:
            news = "same" if asked.was_there else "made"
            return done(news, "package", package_id=asked.package.id)
        shown = page(
            "job.html",
            job=asked,
            is_open=asked.state in OPEN,
            fault=JobFault(asked.fault) if asked.fault else None,
            found=[Finding(**each) for each in (asked.report or {}).get("findings", ())],
            again=form_values(asked.course, asked.partner, asked.format, asked.choices),
            **_facts(db, asked),
        )
    return Response(shown)


@blueprint.get("/jobs/<int(max=2147483647):job_id>/state")
def job_state(job_id: int) -> Response:
    """Tell the job's page how far it is, as JSON."""
    with tool().database.reading() as db:
        asked = _existing(db, job_id)
        return jsonify({**_facts(db, asked), "over": asked.state not in OPEN})


@blueprint.post("/jobs/<int(max=2147483647):job_id>/cancel")
def cancel_job(job_id: int) -> AnyResponse:
    """Take an order back, unless it is over."""
    with tool().database.transaction() as db:
        _existing(db, job_id)
        was_open = cancel(db, job_id)
    if not was_open:
        return redirect(url_for("exports.job", job_id=job_id, done="over"), HTTPStatus.SEE_OTHER)
    return done("cancelled", "new")


def _existing(db: Session, job_id: int) -> ExportJob:
    found = db.get(ExportJob, job_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _facts(db: Session, asked: ExportJob) -> dict[str, Any]:
    """Return how far a job is: in per cent where that is known, and in words."""
    stands = standing(db, asked, now())
    percent = PERCENT * asked.done // asked.total if asked.total else None
    if asked.state == JobState.RUNNING:
        said = _running(percent)
    elif stands.ahead:
        said = ngettext(
            "%(num)s paquet est fait avant celui-ci.",
            "%(num)s paquets sont faits avant celui-ci.",
            stands.ahead,
        )
    else:
        said = _("La demande attend le service de fond.")
    return {"percent": percent, "said": said, "left_alone": stands.is_left_alone}


def _running(percent: int | None) -> str:
    said: str
    if percent is None:
        said = _("Les pages se préparent…")
    elif percent < PERCENT:
        said = _("Le paquet s’écrit\u00a0: %(percent)s\u00a0%%", percent=percent)
    else:
        said = _("Le paquet se contrôle…")
    return said
