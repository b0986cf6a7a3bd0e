"""What a launch says of a platform's notices (LTI Platform Notification Service 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lti_tool.lti.claims import LTI, Claims, web_address

NOTICE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
SERVICE_VERSION: Final = "1.0"
HELLO: Final = "LtiHelloWorldNotice"
CONTEXT_COPY: Final = "LtiContextCopyNotice"
WANTED: Final = (CONTEXT_COPY, HELLO)
"""In the order in which they are asked for: the greeting shows that the others come, too."""


@dataclass(frozen=True, slots=True)
class NoticeOffer:
    """Where to ask a platform for notices, and which of those that we want it has."""

    service_url: str
    notice_types: tuple[str, ...]


def read_offer(claims: Claims) -> NoticeOffer | None:
    """Return what a launch offers of notices, ``None`` when it has none that we want.

    An offer that cannot be read is none: nobody's launch fails for it.
    """
    service = claims.get(f"{LTI}platformnotificationservice")
    if not isinstance(service, dict):
        return None
    url = web_address(service.get("platform_notification_service_url"))
    kinds = _texts(service.get("notice_types_supported"))
    wanted = tuple(kind for kind in WANTED if kind in kinds)
    versions = _texts(service.get("service_versions", [SERVICE_VERSION]))
    scopes = _texts(service.get("scope", [NOTICE_SCOPE]))
    if url is None or SERVICE_VERSION not in versions or NOTICE_SCOPE not in scopes or not wanted:
        return None
    return NoticeOffer(url, wanted)


def _texts(listed: object) -> list[str]:
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
