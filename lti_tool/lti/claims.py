"""Reading claims that anybody could have written: right type, bearable length, plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from lti_tool.lti.faults import Fault, LaunchRefused

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

LONGEST_ID = 255
LONGEST_URL = 2_000
LONGEST_TEXT = 300

Claims: TypeAlias = Mapping[str, Any]

# Control characters, and halves of characters that no database can store.
UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def wrong(name: str, why: str) -> LaunchRefused:
    """Return the refusal of a claim."""
    return LaunchRefused(Fault.CLAIM_WRONG, f"{name} {why}")


def required(claims: Claims, name: str) -> str:
    """Return an identifier. Raise ``LaunchRefused`` when it is absent or unusable."""
    value = optional(claims, name)
    if value is None:
        raise wrong(name, "is missing")
    return value


def optional(claims: Claims, name: str) -> str | None:
    """Return an identifier, or ``None`` when it is absent. Raise ``LaunchRefused``."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise wrong(name, "is not a text, or is empty")
    if len(value) > LONGEST_ID:
        raise wrong(name, f"is longer than {LONGEST_ID} characters")
    if UNSTORABLE.search(value):
        raise wrong(name, "has characters that no identifier has")
    return value


def identifier(value: object) -> str | None:
    """Return an identifier, or ``None``. Some platforms write theirs as numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        return None
    return None if UNSTORABLE.search(value) else value


def label(claims: Claims, name: str) -> str:
    """Return a text for people to read, made harmless to store; empty when there is none."""
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    return " ".join(UNSTORABLE.sub(" ", value[: 2 * LONGEST_TEXT]).split())[:LONGEST_TEXT]


def group(claims: Claims, name: str) -> Claims | None:
    """Return a claim that is an object, or ``None``. Raise ``LaunchRefused``."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong(name, "is not an object")
    return value


def web_address(value: object) -> str | None:
    """Return an http(s) address, or ``None`` for anything else."""
    if not isinstance(value, str) or len(value) > LONGEST_URL or UNSTORABLE.search(value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.hostname else None
