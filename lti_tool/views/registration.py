"""The door of Dynamic Registration: an invited platform's administrator confirms, then it is done.

Opening the address changes nothing: what a browser or a scanner of links fetches by itself
must not use an invitation up.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.datastructures import MultiDict

from lti_tool.services.registrations import RegistrationRequest
from lti_tool.views.context import tool

blueprint = Blueprint("registration", __name__)


@blueprint.get("/lti/register")
def confirm() -> str:
    """Show who asks to register (Dynamic Registration 1.0, 3.3)."""
    asked = _asked(request.args)
    configuration = tool().registrations.look(asked)
    return render_template("lti/register.html", asked=asked, configuration=configuration)


@blueprint.post("/lti/register")
def register() -> str:
    """Register, and say so to the administrator and to the platform's page (3.7)."""
    registered = tool().registrations.register(_asked(request.form))
    return render_template("lti/registered.html", registered=registered)


def _asked(given: MultiDict[str, str]) -> RegistrationRequest:
    return RegistrationRequest(
        invitation=given.get("invitation", ""),
        configuration_url=given.get("openid_configuration", ""),
        registration_token=given.get("registration_token", ""),
    )
