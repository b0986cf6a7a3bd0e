"""Invitations: an address with which a platform registers the tool by itself."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from flask import make_response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from lti_tool.lti import UNSTORABLE
from lti_tool.models import now
from lti_tool.services.platform_care import list_invitations, revoke_invitation
from lti_tool.services.platforms import LONGEST_NAME
from lti_tool.services.registrations import LONGEST_INVITATION, invite
from lti_tool.views.admin.room import blueprint, done, page, text
from lti_tool.views.context import tool

HOUR = timedelta(hours=1)
USUAL_HOURS = 72


@blueprint.get("/invitations")
def invitations() -> str:
    """List the invitations, and offer to make one."""
    return _shown()


@blueprint.post("/invitations")
def make_invitation() -> AnyResponse:
    """Make an invitation, and show its address: now, and never again.

    The page is the answer itself, as the address must be nowhere else, not even in a redirect.
    """
    name, hours = text("name"), text("hours")
    problems = {}
    if len(name) > LONGEST_NAME or UNSTORABLE.search(name):
        problems["name"] = _("Ce nom est trop long, ou contient des caractères illisibles.")
    most = LONGEST_INVITATION // HOUR
    if not (hours.isascii() and hours.isdecimal() and 1 <= int(hours[:6]) <= most):
        problems["hours"] = _("Écrivez un nombre d’heures, de 1 à %(most)s.", most=most)
    if problems:
        return make_response(
            _shown(problems=problems, name=name, hours=hours), HTTPStatus.BAD_REQUEST
        )
    with tool().database.transaction() as db:
        token = invite(db, int(hours) * HOUR, name or None)
    return make_response(_shown(address=tool().addresses.registration(token)))


@blueprint.post("/invitations/revoke")
def revoke() -> AnyResponse:
    """Take an invitation back that was not used."""
    with tool().database.transaction() as db:
        revoked = revoke_invitation(db, text("invitation"))
    return done("invitation-revoked" if revoked else "invitation-over", "invitations")


def _shown(
    *,
    address: str | None = None,
    problems: dict[str, str] | None = None,
    name: str = "",
    hours: str = str(USUAL_HOURS),
) -> str:
    with tool().database.reading() as db:
        found = list_invitations(db)
    return page(
        "invitations.html",
        invitations=found,
        address=address,
        problems=problems or {},
        values={"name": name, "hours": hours},
        most_hours=LONGEST_INVITATION // HOUR,
        at=now(),
    )
