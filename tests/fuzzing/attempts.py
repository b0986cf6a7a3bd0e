"""Launches that are right but for some things, and what makes a launch right.

The latter is said here once more, by the specification alone, in other words than the tool's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.functional.launch.lms import (
    ABSENT,
    AGS,
    CLIENT_ID,
    DEEP_LINKING,
    DEPLOYMENT,
    ISSUER,
    LTI,
    TOOL,
)
from tests.fuzzing.hostile import VALUES, rarely

NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@dataclass
class Attempt:
    """A launch as somebody tries it. ``header`` and ``claims`` differ from what is right.

    ``cut`` characters are missing of the token, and that at ``flip`` of the state is another.
    """

    header: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes | None = None
    foreign_key: bool = False
    cut: int = 0
    state: object = None
    flip: int | None = None
    cookie: str = "own"
    storage: bool = False
    teacher: bool = False
    choosing: bool = False


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.one_of(st.sampled_from(["none", "HS256", "RS512", "ES256", "rs256"]), VALUES),
        "kid": st.one_of(st.just(ABSENT), VALUES),
        "typ": VALUES,
        "crit": VALUES,
        "b64": VALUES,
        "jku": st.just("https://evil.example/jwks"),
        "jwk": VALUES,
        "x5u": VALUES,
        "zip": VALUES,
    },
)
TIMES = st.one_of(
    VALUES,
    st.integers(-(10**6), 10**6).map(lambda seconds: time.time() + seconds),
)
OBJECTS: dict[str, list[str]] = {
    f"{LTI}context": ["id", "title", "label", "type"],
    f"{LTI}resource_link": ["id", "title", "description"],
    f"{LTI}launch_presentation": ["locale", "return_url", "document_target", "width"],
    f"{LTI}custom": ["course", "unit", "target", "activity", "user_groups", "context_history"],
    f"{LTI}tool_platform": ["guid", "product_family_code", "version"],
    f"{LTI}lis": ["person_sourcedid", "course_section_sourcedid"],
    f"{LTI}lti1p1": [
        "user_id",
        "resource_link_id",
        "oauth_consumer_key",
        "oauth_consumer_key_sign",
    ],
    f"{LTI}for_user": ["user_id", "name", "roles"],
    AGS: ["scope", "lineitem", "lineitems"],
    NRPS: ["context_memberships_url", "service_versions"],
    "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice": [
        "scope",
        "context_groups_url",
        "context_group_sets_url",
        "service_versions",
    ],
    "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice": [
        "scope",
        "platform_notification_service_url",
        "notice_types_supported",
        "service_versions",
    ],
    DEEP_LINKING: [
        "deep_link_return_url",
        "accept_types",
        "accept_presentation_document_targets",
        "accept_multiple",
        "accept_lineitem",
        "auto_create",
        "data",
        "title",
        "text",
        "accept_media_types",
    ],
}
MEMBERS = st.sampled_from(sorted(OBJECTS)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.one_of(
            VALUES,
            st.dictionaries(st.sampled_from(OBJECTS[name]), VALUES, max_size=4),
        ),
    )
)
PLAIN = st.tuples(
    st.sampled_from(
        [
            "iss",
            "aud",
            "azp",
            "sub",
            "nonce",
            "name",
            "given_name",
            "family_name",
            "email",
            f"{LTI}message_type",
            f"{LTI}version",
            f"{LTI}deployment_id",
            f"{LTI}target_link_uri",
            f"{LTI}roles",
            f"{LTI}role_scope_mentor",
            "aud",
            "sub",
        ]
    ),
    st.one_of(st.just(ABSENT), VALUES),
)
DATED = st.tuples(
    st.sampled_from(["exp", "iat", "nbf", "auth_time"]), st.one_of(st.just(ABSENT), TIMES)
)
CLAIMS = st.lists(st.one_of(PLAIN, DATED, MEMBERS), max_size=3).map(dict)
ATTEMPTS = st.builds(
    Attempt,
    header=st.one_of(st.just({}), HEADERS),
    claims=CLAIMS,
    foreign_key=st.sampled_from([False] * 9 + [True]),
    cut=st.sampled_from([0] * 9 + [1, 40]),
    state=st.sampled_from([None] * 9 + ["another login's", "", "\x00", "é" * 5000]),
    flip=rarely(st.integers(-90, 90), st.none()),
    cookie=st.sampled_from(["own"] * 9 + ["none", "another login's", "made up", "\x00"]),
    storage=st.booleans(),
    teacher=st.booleans(),
    choosing=st.booleans(),
)
"""Launches that are right but for some things, or but for nothing."""


def is_right(attempt: Attempt, claims: Mapping[str, Any], nonce: str) -> bool:
    """Whether everything that lets somebody in is there, by the specification alone."""
    now = time.time()
    header = {"alg": "RS256", "kid": "lms-key", **attempt.header}
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    return all(
        (
            not attempt.foreign_key,
            not attempt.cut,
            attempt.payload is None,
            attempt.state is None,
            attempt.flip is None,
            attempt.cookie == "own",
            header["alg"] == "RS256",
            header["kid"] == "lms-key",
            claims.get("iss") == ISSUER,
            CLIENT_ID in audiences,
            claims.get("azp", CLIENT_ID) == CLIENT_ID or claims.get("azp") is None,
            len(audiences) == 1 or claims.get("azp") == CLIENT_ID,
            _is_time(claims.get("exp")) and claims["exp"] > now - 90,
            _is_time(claims.get("iat")) and claims["iat"] < now + 90,
            claims.get("nonce") == nonce,
            claims.get(f"{LTI}deployment_id") == DEPLOYMENT,
            claims.get(f"{LTI}version") == "1.3.0",
            claims.get(f"{LTI}message_type") in {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"},
            str(claims.get(f"{LTI}target_link_uri")).startswith(f"{TOOL}/"),
            isinstance(claims.get(f"{LTI}roles"), list),
        )
    )


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def teaches(claims: Mapping[str, Any]) -> bool:
    """Whether some role in the class is one of those who teach."""
    return any(
        isinstance(role, str)
        and re.search("Instructor|Administrator|ContentDeveloper|TeachingAssistant", role)
        and not re.search("/institution/|/system/|sysrole|instrole", role)
        for role in claims.get(f"{LTI}roles", [])
    )
