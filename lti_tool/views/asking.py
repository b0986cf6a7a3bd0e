"""What the requests of a page's script have in common: the window that asks, and the body.

The token comes in the ``Authorization`` header and nowhere else (RFC 6750, 2.1): an
address would leave it in logs and histories, a cookie would be lost in a frame.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from flask import request
from sqlalchemy.orm import Session

from lti_tool.lti import Role
from lti_tool.models import WindowSession
from lti_tool.services.courses import Json
from lti_tool.services.objections import ApiFault
from lti_tool.services.sessions import session_of
from lti_tool.views.context import tool, use_language

LARGEST_NUMBER = 2**31 - 1


class RequestRefused(Exception):
    """A request that cannot be answered, and why."""

    def __init__(self, fault: ApiFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def instructor_window(db: Session) -> WindowSession:
    """Return the window that asks, if an instructor has it; refuse any other."""
    window = asking_window(db)
    if window.role != Role.INSTRUCTOR:
        refuse(ApiFault.INSTRUCTORS_ONLY)
    return window


def mentor_window(db: Session) -> WindowSession:
    """Return the window that asks, if a mentor has it; refuse any other."""
    window = asking_window(db)
    if window.role != Role.MENTOR:
        refuse(ApiFault.MENTORS_ONLY)
    return window


def asking_window(db: Session) -> WindowSession:
    """Return the window that asks. Raise ``SessionRefused`` when its token is no good."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    shown = token.strip() if scheme.lower() == "bearer" else None
    window = session_of(db, shown, tool().limits)
    use_language(window.language)
    return window


def row_number(text: str) -> int:
    """Return the number of a row from what was asked; one that no row has, for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_NUMBER))
    return min(int(text), LARGEST_NUMBER) if is_number else 0


def json_body() -> Json:
    """Return the JSON object of the request; refuse anything else."""
    try:
        body = json.loads(request.get_data(), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        refuse(ApiFault.UNREADABLE_REQUEST)
    if not isinstance(body, dict):
        refuse(ApiFault.UNREADABLE_REQUEST)
    return body


def _no_number(text: str) -> Any:
    """Refuse NaN and Infinity, which Python reads although JSON has no such numbers."""
    raise ValueError(text)


def _finite(text: str) -> float:
    """Refuse ``1e999``, which is JSON, but which Python reads as Infinity and cannot write."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def number_in(body: Json, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
        refuse(ApiFault.UNREADABLE_REQUEST)
    return value


def text_in(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        refuse(ApiFault.UNREADABLE_REQUEST)
    return value


def refuse(fault: ApiFault) -> NoReturn:
    raise RequestRefused(fault)
