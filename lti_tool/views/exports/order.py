"""Choosing what to export, seeing it, and asking for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import (
    Response,
    abort,
    make_response,
    redirect,
    request,
    send_file,
    send_from_directory,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from course_content.loader import CourseError, CourseNotFound
from lti_tool.services.courses import UnknownCourse
from lti_tool.services.export_form import ExportForm
from lti_tool.services.export_jobs import QueueFull, ask, last_jobs
from lti_tool.services.export_objections import objections
from lti_tool.services.export_packages import Wanted, history
from lti_tool.services.export_previews import player_file
from lti_tool.services.export_words import AS_ON_THE_WEB
from lti_tool.views.context import page_language, tool
from lti_tool.views.exports.room import SANDBOX, blueprint, insider, page
from lti_tool.views.learn import MEDIA_POLICY
from scorm_packages.package import PackageError

FEW = 5
MEDIA = "media/"


@blueprint.get("")
def new() -> str:
    """Show the form, as the address fills it in, and the preview of what it asks for."""
    return _form_page(_form(request.args))


@blueprint.post("")
def build() -> AnyResponse:
    """Put what the form asks for into the queue, or say what is wrong with it."""
    form = _form(request.form)
    if form.order is None:
        return make_response(_form_page(form), HTTPStatus.BAD_REQUEST)
    try:
        with tool().database.transaction() as db:
            job = ask(db, form.wish(insider().name))
    except QueueFull:
        shown = _form_page(form, fault=_("Trop de paquets attendent déjà. Recommencez plus tard."))
        return make_response(shown, HTTPStatus.TOO_MANY_REQUESTS)
    return redirect(url_for("exports.job", job_id=job.id), HTTPStatus.SEE_OTHER)


@blueprint.get("/preview/<slug>/<language>/page")
def preview(slug: str, language: str) -> Response:
    """Show a course as its package would, in a page that has nothing to do with ours.

    Its address is laid out as a package is: the player and the media lie beside it.
    """
    given = request.args.to_dict() | {"course": slug, "option-language": language}
    form = tool().export_forms.form(given, page_language())
    if form.order is None:
        abort(HTTPStatus.NOT_FOUND)
    try:
        return make_response(tool().previews.page(slug, form.order))
    except (CourseError, CourseNotFound, PackageError) as error:
        shown = page("preview_failed.html", found=objections(error))
        return make_response(shown, HTTPStatus.CONFLICT)


@blueprint.get("/preview/<slug>/<language>/<path:filename>")
def preview_file(slug: str, language: str, filename: str) -> Response:
    """Return what lies beside the page of a preview: the player, or a medium of the course."""
    if not filename.startswith(MEDIA):
        file = player_file(filename, language)
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        return send_file(file, conditional=True, max_age=0)
    try:
        folder = tool().courses.course(slug).folder
    except UnknownCourse:
        abort(HTTPStatus.NOT_FOUND)
    name = filename.removeprefix(MEDIA)
    response = send_from_directory(folder / "media", name, conditional=True, max_age=0)
    response.headers["Content-Security-Policy"] = MEDIA_POLICY
    return response


def _form(given: MultiDict[str, str]) -> ExportForm:
    return tool().export_forms.form(given.to_dict(), page_language())


def _form_page(form: ExportForm, fault: str = "") -> str:
    with tool().database.reading() as db:
        jobs = last_jobs(db, FEW)
        packages = history(db, Wanted(), most=FEW)
    return page(
        "new.html",
        form=form,
        fault=fault,
        jobs=jobs,
        packages=packages.packages,
        preview_url=_preview_url(form),
        sandbox=SANDBOX,
        as_on_the_web=form.format.name in AS_ON_THE_WEB,
        wide=True,
    )


def _preview_url(form: ExportForm) -> str | None:
    if form.order is None or form.course is None:
        return None
    chosen: dict[str, Any] = {
        each.id: each.value for each in form.fields if each.value and each.name != "language"
    }
    return url_for(
        "exports.preview",
        slug=form.course.slug,
        language=form.language,
        partner=form.partner.name if form.partner else None,
        format=form.format.name,
        **chosen,
    )
