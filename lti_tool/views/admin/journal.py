"""What happened: the last launches, and what is behind a reference number."""

from __future__ import annotations

from flask import request

from lti_tool.services.platform_care import last_launches
from lti_tool.services.refusal_book import find_refusal, last_refusals
from lti_tool.views.admin.room import blueprint, page
from lti_tool.views.context import tool

MOST_SHOWN = 100


@blueprint.get("/launches")
def launches() -> str:
    """List the last launches that were let in."""
    with tool().database.reading() as db:
        return page("launches.html", launches=last_launches(db, MOST_SHOWN))


@blueprint.get("/errors")
def errors() -> str:
    """List the last refusals and errors, or the one of a reference number."""
    asked = request.args.get("reference", "").strip()
    with tool().database.reading() as db:
        found = find_refusal(db, asked) if asked else None
        return page("errors.html", asked=asked, found=found, refusals=last_refusals(db, MOST_SHOWN))
