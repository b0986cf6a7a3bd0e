"""Licences for dispatch packages: listed with their use, made, renewed, revoked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from http import HTTPStatus

from flask import abort, make_response, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from course_content.model import localized
from lti_tool.models import DispatchLicence, now
from lti_tool.services.courses import UnknownCourse
from lti_tool.services.dispatch_licences import (
    MOST_SEATS,
    LicenceFault,
    LicenceInvalid,
    LicenceProblem,
    Offer,
    Terms,
    Usage,
    renew,
    revoke,
    usage_of,
    usages,
)
from lti_tool.services.export_form import spoken
from lti_tool.views.admin.room import blueprint, done, page, text
from lti_tool.views.context import page_language, tool
from scorm_packages.partners import ProfileError

NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@blueprint.get("/licences")
def licences() -> str:
    """List the licences, and offer to make one."""
    return _shown()


@blueprint.post("/licences")
def make_licence() -> AnyResponse:
    """Make a licence, or say field by field what is wrong."""
    problems: list[LicenceProblem] = []
    terms = Terms(
        partner=text("partner"),
        course=text("course"),
        language=text("language"),
        seats=_seats("seats", problems),
        valid_from=_day("from", problems),
        valid_until=_day("until", problems),
        origins=tuple(text("origins").split()),
        note=text("note"),
    )
    try:
        if problems:
            raise LicenceInvalid(problems)
        number = tool().licences.make(terms, _offer())
    except LicenceInvalid as error:
        said = _said(error)
        return make_response(_shown(said, request.form), HTTPStatus.BAD_REQUEST)
    return done("licence-made", "licence", licence_id=number)


@blueprint.get("/licences/<int(max=2147483647):licence_id>")
def licence(licence_id: int) -> str:
    """Show one licence: how it is used, how to export with it, what can be changed."""
    return _one(licence_id)


@blueprint.post("/licences/<int(max=2147483647):licence_id>")
def renew_licence(licence_id: int) -> AnyResponse:
    """Give a licence other seats, another last day, or new learners."""
    problems: list[LicenceProblem] = []
    seats, until = _seats("seats", problems), _day("until", problems)
    try:
        if problems:
            raise LicenceInvalid(problems)
        with tool().database.transaction() as db:
            free = text("free") == "yes"
            _existing(db, licence_id)
            renew(db, licence_id, seats=seats, until=until, free_seats=free)
    except LicenceInvalid as error:
        shown = _one(licence_id, _said(error), request.form)
        return make_response(shown, HTTPStatus.BAD_REQUEST)
    return done("licence-renewed", "licence", licence_id=licence_id)


@blueprint.get("/licences/<int(max=2147483647):licence_id>/revoke")
def confirm_revocation(licence_id: int) -> str:
    """Ask again before a licence is revoked, and say what that means."""
    with tool().database.reading() as db:
        usage = _existing(db, licence_id)
    return page("licence_revoke.html", usage=usage, partner=_partner_title(usage.licence.partner))


@blueprint.post("/licences/<int(max=2147483647):licence_id>/revoke")
def revoke_licence(licence_id: int) -> AnyResponse:
    """Have a licence open nothing any more."""
    with tool().database.transaction() as db:
        _existing(db, licence_id)
        revoked = revoke(db, licence_id)
    return done("licence-revoked" if revoked else "licence-over", "licence", licence_id=licence_id)


def _existing(db: Session, licence_id: int) -> Usage:
    found = usage_of(db, licence_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _offer() -> Offer:
    """Return what licences can be made for. A course with mistakes opens for nobody."""
    courses = {}
    for slug in tool().course_slugs:
        with suppress(UnknownCourse):
            courses[slug] = tool().courses.course(slug).languages
    return Offer(tool().exports.partner_names, courses)


def _titles(offer: Offer) -> Mapping[str, str]:
    """Return what the partners, courses and languages of an offer are called."""
    tags = {tag for tags in offer.courses.values() for tag in tags}
    return {
        **{tag: _language_title(tag) for tag in tags},
        **{slug: _course_title(slug) for slug in offer.courses},
        **{name: _partner_title(name) for name in offer.partners},
    }


def _titles_of(one: DispatchLicence) -> Mapping[str, str]:
    return {
        "partner": _partner_title(one.partner),
        "course": _course_title(one.course),
        "language": _language_title(one.language),
    }


def _language_title(tag: str) -> str:
    title: str = _(spoken("language", tag))
    return title


def _course_title(slug: str) -> str:
    """Return what a course is called; one that has mistakes or is gone, by its name."""
    with suppress(UnknownCourse):
        return localized(tool().courses.course(slug).title, page_language())
    return slug


def _partner_title(name: str) -> str:
    """Return what a partner is called; one whose profile is wrong or gone, by its name."""
    with suppress(ProfileError):
        partner = tool().exports.known_partner(name)
        return (partner and partner.title) or name
    return name


def _seats(name: str, problems: list[LicenceProblem]) -> int:
    said = text(name)
    if not NUMBER.fullmatch(said):
        problems.append(LicenceProblem(name, LicenceFault.SEATS_WRONG, MOST_SEATS))
        return 0
    return int(said)


def _day(name: str, problems: list[LicenceProblem]) -> date:
    try:
        if DAY.fullmatch(text(name)):
            return date.fromisoformat(text(name))
    except ValueError:
        pass
    problems.append(LicenceProblem(name, LicenceFault.DATE_WRONG))
    return date.min


def _said(error: LicenceInvalid) -> dict[str, str]:
    """Return the first mistake of each field, in the page's language."""
    said: dict[str, str] = {}
    for each in error.problems:
        said.setdefault(each.field, _(each.fault.value, limit=format_decimal(each.limit)))
    return said


def _shown(
    problems: Mapping[str, str] | None = None, values: Mapping[str, str] | None = None
) -> str:
    offer = _offer()
    with tool().database.reading() as db:
        found = usages(db)
    return page(
        "licences.html",
        usages=found,
        offer=offer,
        titles=_titles(offer),
        languages=sorted({tag for tags in offer.courses.values() for tag in tags}, reverse=True),
        problems=problems or {},
        values=values or {"from": now().date().isoformat()},
        most_seats=MOST_SEATS,
    )


def _one(
    licence_id: int,
    problems: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> str:
    with tool().database.reading() as db:
        found = _existing(db, licence_id)
    one = found.licence
    known = {"seats": one.seats, "until": one.valid_until.isoformat()}
    return page(
        "licence.html",
        usage=found,
        titles=_titles_of(one),
        problems=problems or {},
        values=values or known,
        most_seats=MOST_SEATS,
    )
