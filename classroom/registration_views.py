"""Dynamic Registration 1.0: the classroom tells what it is, and registers its tool."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, jsonify, render_template, request
from itsdangerous import BadSignature

from classroom.accounts import Role
from classroom.notices import KINDS
from classroom.options import COURSE_HISTORY, GROUPS_VARIABLE, LINK_HISTORY
from classroom.platform import AGS_SCOPES, GROUP_SCOPE, MEMBERS_SCOPE, NOTICE_SCOPE
from classroom.tools import MESSAGES, TOOL_CONFIGURATION, ToolMetadataError, read_tool
from classroom.visit import Refusal, classroom, for_account, refuse_other_sites

TOKEN_SECONDS = 3600
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"

blueprint = Blueprint("registration", __name__)


@blueprint.get("/.well-known/openid-configuration")
def configuration() -> Response:
    """Say what this platform is and offers (3.4)."""
    options = classroom().options
    groups = [GROUP_SCOPE] if options.groups == "service" else []
    variables = [COURSE_HISTORY, LINK_HISTORY, *([] if groups else [GROUPS_VARIABLE])]
    said: dict[str, Any] = {
        "issuer": options.url,
        "authorization_endpoint": options.authorization_url,
        "token_endpoint": options.token_url,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": options.jwks_url,
        "registration_endpoint": f"{options.url}/lti/register",
        "scopes_supported": ["openid", *AGS_SCOPES, MEMBERS_SCOPE, NOTICE_SCOPE, *groups],
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "sub", "name", "given_name", "family_name", "email"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": "arrimage-classroom",
            "messages_supported": [{"type": kind} for kind in MESSAGES],
            "notice_types_supported": list(KINDS),
            "variables": [variable.removeprefix("$") for variable in variables],
        },
    }
    return jsonify(said)


@blueprint.post("/administration/register-tool")
@for_account(lambda account: account.role is Role.ADMINISTRATOR)
def begin() -> str:
    """Open the tool's registration address in a frame, with a token of one hour (3.3)."""
    refuse_other_sites()
    here = classroom()
    parts = urlsplit(request.form.get("url", "").strip())
    if f"{parts.scheme}://{parts.netloc}" != here.options.tool_url:
        raise Refusal("error_registration_address", f"It must begin with {here.options.tool_url}/")
    query = [
        *parse_qsl(parts.query),
        ("openid_configuration", f"{here.options.url}/.well-known/openid-configuration"),
        ("registration_token", here.registrations.dumps(uuid.uuid4().hex)),
    ]
    address = parts._replace(query=urlencode(query), fragment="").geturl()
    return render_template("register_tool.html", address=address, tool=here.options.tool_url)


@blueprint.post("/lti/register")
def register() -> tuple[Response, int]:
    """Register the tool (3.5 and 3.6). A tool that is known already is brought up to date."""
    here = classroom()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        number = here.registrations.loads(token, max_age=TOKEN_SECONDS)
    except BadSignature:
        return _error("invalid_token", "The registration token is not ours, or is over.", 401)
    if kind.lower() != "bearer":
        return _error("invalid_token", "The registration token is not shown as a bearer's.", 401)
    said: Any = request.get_json(silent=True)
    known = here.registered_tool()
    try:
        tool = read_tool(said, here.options, uuid.uuid4().hex, here.store.next_deployment_id())
    except ToolMetadataError as error:
        return _error("invalid_client_metadata", str(error), 400)
    if known is not None:
        tool = replace(tool, client_id=known.client_id, deployment_id=known.deployment_id)
    if not here.store.use_once(f"registration {number}", time.time() + TOKEN_SECONDS):
        return _error("invalid_token", "The registration token has been used already.", 401)
    here.store.keep_tool(tool)
    answer = {
        **said,
        "client_id": tool.client_id,
        TOOL_CONFIGURATION: {**said[TOOL_CONFIGURATION], "deployment_id": tool.deployment_id},
    }
    return Response(json.dumps(answer), mimetype="application/json"), 201


def _error(error: str, description: str, status: int) -> tuple[Response, int]:
    """Refuse as OAuth 2.0 Dynamic Client Registration does (RFC 7591, 3.2.2)."""
    return jsonify(error=error, error_description=description), status
