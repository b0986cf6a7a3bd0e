"""The packages that were made: one, all of them, whom they went to, and the files themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Final

from flask import Response, abort, make_response, request, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.lti import UNSTORABLE
from lti_tool.models import ExportPackage, now
from lti_tool.services.export_form import NONE, OPTION
from lti_tool.services.export_packages import (
    LARGEST_ID,
    LONGEST_RECIPIENT,
    Wanted,
    history,
    kinds,
    note_sent,
    open_package,
    package_of,
    remove,
    take_back,
)
from lti_tool.services.export_store import PackageDamaged, PackageUnusable
from lti_tool.views.admin.room import text
from lti_tool.views.context import tool
from lti_tool.views.exports.room import blueprint, done, insider, page
from scorm_packages.checks.findings import Report

NOBODY: Final = "-"
"""In the history's filter: packages that are for no partner in particular."""
TYPES: Final[Mapping[str, str]] = {
    ".zip": "application/zip",
    ".imscc": "application/vnd.ims.imsccv1p3",
    ".epub": "application/epub+zip",
    ".pdf": "application/pdf",
}
OTHER_TYPE: Final = "application/octet-stream"
FIRST_YEAR: Final = 2000


@blueprint.get("/history", endpoint="history")
def history_page() -> str:
    """List what was made, and whom it went to."""
    course, partner, chosen = (
        request.args.get(each, "") for each in ("course", "partner", "format")
    )
    with tool().database.reading() as db:
        known = kinds(db)
        # What nothing was made of is not looked for.
        wanted = Wanted(
            course if course in known.courses else "",
            _partner(partner) if _partner(partner) in known.partners else None,
            chosen if chosen in known.formats else "",
        )
        found = history(db, wanted, _number(request.args.get("before", "")))
        return page(
            "history.html", found=found, known=known, wanted=wanted, nobody=NOBODY, wide=True
        )


@blueprint.get("/packages/<int(max=2147483647):package_id>")
def package(package_id: int) -> str:
    """Show a package: what it is, what its check said, whom it went to."""
    with tool().database.reading() as db:
        return _package_page(_existing(db, package_id))


@blueprint.get("/packages/<int(max=2147483647):package_id>/file")
def download(package_id: int) -> Response:
    """Send the file, byte for byte as it was made, or say why it cannot be had."""
    with tool().database.reading() as db:
        kept = _existing(db, package_id)
        if kept.removed_at is not None:
            return make_response(_package_page(kept), HTTPStatus.GONE)
        try:
            stream = open_package(kept, tool().exports.packages)
        except PackageUnusable as error:
            is_damaged = isinstance(error, PackageDamaged)
            shown = _package_page(kept, unusable="damaged" if is_damaged else "missing")
            return make_response(shown, HTTPStatus.CONFLICT if is_damaged else HTTPStatus.GONE)
    kind = TYPES.get(PurePath(kept.name).suffix, OTHER_TYPE)
    response = send_file(stream, kind, as_attachment=True, download_name=kept.name)
    response.content_length = kept.size
    # Answers lie in it: no cache on the way keeps one.
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("Expires", None)
    return response


@blueprint.post("/packages/<int(max=2147483647):package_id>/sends")
def note_send(package_id: int) -> AnyResponse:
    """Note that a package was sent to somebody."""
    recipient, day = text("recipient"), _day(text("sent_on"))
    problems = {}
    if not recipient or len(recipient) > LONGEST_RECIPIENT or UNSTORABLE.search(recipient):
        problems["recipient"] = _(
            "Écrivez à qui, en %(most)s caractères au plus.", most=LONGEST_RECIPIENT
        )
    if day is None:
        problems["sent_on"] = _("Écrivez un jour passé, sous la forme 2026-11-30.")
    with tool().database.transaction() as db:
        kept = _existing(db, package_id)
        if problems or day is None:
            shown = _package_page(kept, problems=problems, values=request.form)
            return make_response(shown, HTTPStatus.BAD_REQUEST)
        note_sent(kept, recipient, day, insider().name)
    return done("sent", "package", package_id=package_id)


@blueprint.post(
    "/packages/<int(max=2147483647):package_id>/sends/<int(max=2147483647):send_id>/remove"
)
def remove_send(package_id: int, send_id: int) -> AnyResponse:
    """Take back that a package was sent to somebody."""
    with tool().database.transaction() as db:
        take_back(_existing(db, package_id), send_id)
    return done("taken-back", "package", package_id=package_id)


@blueprint.get("/packages/<int(max=2147483647):package_id>/remove")
def confirm_removal(package_id: int) -> str:
    """Ask again before a file is removed, and say what that means."""
    with tool().database.reading() as db:
        return page("remove.html", package=_existing(db, package_id))


@blueprint.post("/packages/<int(max=2147483647):package_id>/remove")
def remove_package(package_id: int) -> AnyResponse:
    """Remove a package's file. Its line stays."""
    with tool().database.transaction() as db:
        remove(db, _existing(db, package_id), tool().exports.packages)
    return done("removed", "package", package_id=package_id)


def form_values(
    course: str, partner: str, chosen: str, options: Mapping[str, Any]
) -> dict[str, str]:
    """Return what fills the form in with an order again."""
    values = {
        f"{OPTION}{name}": _written(value)
        for name, value in options.items()
        # A language that nobody chose is the course's first: “none” is none.
        if not (name == "language" and value is None)
    }
    return {"course": course, "partner": partner, "format": chosen, **values}


def _written(value: object) -> str:
    if value is None:
        return NONE
    return f"{value:g}" if isinstance(value, float) else str(value)


def _package_page(
    kept: ExportPackage,
    *,
    unusable: str = "",
    problems: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> str:
    today = now().date().isoformat()
    return page(
        "package.html",
        package=kept,
        report=Report.of_json(kept.report),
        unusable=unusable,
        problems=problems or {},
        values=values or {"sent_on": today},
        today=today,
        shown_options=kept.options | {"language": kept.language},
        again=form_values(kept.course, kept.partner, kept.format, kept.options),
    )


def _existing(db: Session, package_id: int) -> ExportPackage:
    found = package_of(db, package_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _partner(asked: str) -> str | None:
    return "" if asked == NOBODY else asked or None


def _number(asked: str) -> int | None:
    known = asked.isascii() and asked.isdecimal() and int(asked[:10]) <= LARGEST_ID
    return int(asked[:10]) if known else None


def _day(asked: str) -> date | None:
    """Return a day that may be one of a sending, tomorrow included: zones differ."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    known = day.year >= FIRST_YEAR and (day - now().date()).days <= 1
    return day if known else None
