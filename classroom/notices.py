"""The platform's notices (LTI Platform Notification Service 1.0), which lti1p3platform lacks.

A tool that may says where it wants which notice; when something happens, it is told.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from flask import Blueprint, Response, abort, jsonify, request
from lti1p3platform.exceptions import LtiServiceException

from classroom.classroom import Classroom
from classroom.messages import COURSE_LABEL, COURSE_TYPE
from classroom.options import NAME, Options
from classroom.platform import CLAIM, NOTICE_SCOPE
from classroom.tools import KnownTool
from classroom.visit import classroom

HELLO = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
KINDS = (HELLO, CONTEXT_COPY)
NOTICE_SECONDS = 600
SEND_SECONDS = 5
LONGEST_ADDRESS = 1000

log = logging.getLogger(__name__)
blueprint = Blueprint("notices", __name__)


def claim(options: Options, deployment_id: str) -> dict[str, Any]:
    """What every message says of the service (PNS 1.0)."""
    return {
        f"{CLAIM}platformnotificationservice": {
            "service_versions": ["1.0"],
            "platform_notification_service_url": (
                f"{options.url}/services/notice-handlers/{deployment_id}"
            ),
            "scope": [NOTICE_SCOPE],
            "notice_types_supported": list(KINDS),
        }
    }


@blueprint.get("/services/notice-handlers/<deployment_id>")
def handlers(deployment_id: str) -> Response:
    """Say which notices go where."""
    tool = _tool(deployment_id)
    known = classroom().store.notice_handlers(deployment_id)
    listed = [{"notice_type": kind, "handler": known.get(kind, "")} for kind in KINDS]
    return jsonify(client_id=tool.client_id, deployment_id=deployment_id, notice_handlers=listed)


@blueprint.put("/services/notice-handlers/<deployment_id>")
def subscribe(deployment_id: str) -> Response | tuple[Response, int]:
    """Note where the tool wants a kind of notice; nowhere ends it. A greeting comes at once."""
    tool = _tool(deployment_id)
    here = classroom()
    asked: Any = request.get_json(silent=True)
    kind = asked.get("notice_type") if isinstance(asked, dict) else None
    handler = asked.get("handler") if isinstance(asked, dict) else None
    if kind not in KINDS or not isinstance(handler, str):
        return jsonify(error="notice_type or handler is wrong."), 400
    if handler and not _is_the_tool_s(handler, here.options):
        return jsonify(error=f"handler is not at {here.options.tool_url}."), 400
    here.store.keep_notice_handler(deployment_id, kind, handler)
    if kind == HELLO:
        send(here, tool, HELLO, {})
    return jsonify(notice_type=kind, handler=handler)


def tell_of_copy(here: Classroom, origin_id: str) -> bool:
    """Tell the tool that the course is a copy; return whether it heard."""
    context = {
        "id": here.store.course_id,
        "label": COURSE_LABEL,
        "title": NAME,
        "type": [COURSE_TYPE],
    }
    said = {f"{CLAIM}context": context, f"{CLAIM}origin_contexts": [origin_id]}
    return send(here, here.tool(), CONTEXT_COPY, said)


def send(here: Classroom, tool: KnownTool, kind: str, said: Mapping[str, Any]) -> bool:
    """Send a notice where it is wanted. Like Canvas, we try once."""
    handler = here.store.notice_handlers(tool.deployment_id).get(kind)
    if not handler or not _is_the_tool_s(handler, here.options):
        return False
    claims = {
        "iss": here.options.url,
        "aud": tool.client_id,
        "azp": tool.client_id,
        "nonce": uuid.uuid4().hex,
        "iat": int(time.time()),
        "exp": int(time.time()) + NOTICE_SECONDS,
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": tool.deployment_id,
        f"{CLAIM}notice": {
            "id": str(uuid.uuid4()),
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "type": kind,
        },
        **said,
    }
    signed = here.platform(tool.client_id).get_registration().platform_encode_and_sign(claims)
    try:
        answer = requests.post(
            handler,
            json={"notices": [{"jwt": signed}]},
            timeout=SEND_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        log.warning("The tool was not told of %s: %s", kind, type(error).__name__)
        return False
    if not answer.ok:
        log.warning("The tool refused %s: %s %s", kind, answer.status_code, answer.text[:200])
    return answer.ok


def _tool(deployment_id: str) -> KnownTool:
    """The registration of that deployment, for a bearer who may ask for its notices."""
    here = classroom()
    known = [KnownTool.of(here.options), *here.store.tools()]
    tool = next((each for each in known if each.deployment_id == deployment_id), None)
    if tool is None:
        abort(404)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        may = here.platform(tool.client_id).validate_token(token, [NOTICE_SCOPE])
    except LtiServiceException:
        may = None
    if kind.lower() != "bearer" or may is None:
        abort(401)
    if not may:
        abort(403)
    return tool


def _is_the_tool_s(address: str, options: Options) -> bool:
    return address.startswith(f"{options.tool_url}/") and len(address) <= LONGEST_ADDRESS
