"""Notices that a platform sends by itself (LTI Platform Notification Service 1.0).

Each comes as a token that the platform has signed, like a launch, to the address that we
have asked it to send them to.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import jwt
from typing_extensions import override

from lti_tool.lti.claims import (
    LONGEST_ID,
    LTI,
    UNSTORABLE,
    Claims,
    group,
    label,
    optional,
    required,
    wrong,
)
from lti_tool.lti.faults import Fault, LaunchRefused
from lti_tool.lti.http import origin_of
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.launch import LONGEST_TOKEN, VERSION, SignedMessage, read_verified
from lti_tool.lti.notice_offers import CONTEXT_COPY, NOTICE_SCOPE
from lti_tool.lti.tokens import (
    ScoreError,
    ServiceCall,
    TokenClient,
    excerpt,
    retry_after,
    trusted_origins,
)
from lti_tool.models import Platform

MOST_ORIGINS = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that a platform vouches for. Every text in it is safe to store.

    ``context_id`` and what follows are told by a context copy's notice: the copy, and the
    classes that it was made of.
    """

    id: str
    kind: str
    nonce: str
    deployment_id: str
    context_id: str | None
    context_title: str
    origin_context_ids: tuple[str, ...]


class NoticeServiceError(Exception):
    """A platform did not take our address. ``retry_after`` is how long it asks to wait."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def parties_of(token: str) -> tuple[str, tuple[str, ...]]:
    """Return who says to have signed a token, and for whom. Raise ``LaunchRefused``.

    It only tells whose keys to check it with: nothing of it is believed yet.
    """
    if len(token) > LONGEST_TOKEN:
        raise LaunchRefused(Fault.UNREADABLE, "the token is too long")
    try:
        said = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise LaunchRefused(Fault.UNREADABLE, type(error).__name__) from error
    audience = said.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    return required(said, "iss"), tuple(each for each in audiences if isinstance(each, str))


def verify_notice(
    token: str, platform: Platform, deployment_ids: Collection[str], key_sets: KeySets
) -> Notice:
    """Return what a notice says, if that platform signed it. Raise ``LaunchRefused``.

    It is checked as a launch is. The caller still has to use up its nonce.
    """
    return read_verified(_NoticeMessage(token, platform, deployment_ids, key_sets), _read)


class NoticeClient:
    """Tells platforms where to send their notices. Safe to share among threads."""

    def __init__(self, tokens: TokenClient) -> None:
        self._tokens = tokens

    def subscribe(self, platform: Platform, service_url: str, kind: str, handler: str) -> None:
        """Have notices of a kind sent to an address of ours (PNS 1.0: ``PUT``).

        Asked twice, it is as if asked once. Raise ``NoticeServiceError``.
        """
        if origin_of(service_url) not in trusted_origins(platform):
            raise NoticeServiceError(
                f"the notification service is at {origin_of(service_url)}, which is not one of "
                "the platform's registered hosts: no access token is sent there"
            )
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        body = json.dumps({"notice_type": kind, "handler": handler}).encode()
        call = ServiceCall("PUT", service_url, headers, body)
        try:
            answer = self._tokens.call(platform, [NOTICE_SCOPE], call)
        except ScoreError as error:
            raise NoticeServiceError(str(error), error.retry_after) from error
        if not answer.ok:
            said = f"HTTP {answer.status} {excerpt(answer.body)}".strip()
            raise NoticeServiceError(said, retry_after(answer))


class _NoticeMessage(SignedMessage):
    """A notice, which has neither roles nor a target, but is signed and dated as a launch."""

    @override
    def validate_message(self) -> _NoticeMessage:
        claims: Claims = self._get_jwt_body()
        if claims.get(f"{LTI}version") != VERSION:
            raise LaunchRefused(
                Fault.VERSION_WRONG, f"version {str(claims.get(f'{LTI}version'))[:20]!r}"
            )
        return self


def _read(claims: Claims) -> Notice:
    notice = group(claims, f"{LTI}notice")
    if notice is None:
        raise wrong(f"{LTI}notice", "is missing")
    kind = required(notice, "type")
    context = group(claims, f"{LTI}context") or {}
    return Notice(
        id=required(notice, "id"),
        kind=kind,
        nonce=required(claims, "nonce"),
        deployment_id=required(claims, f"{LTI}deployment_id"),
        context_id=required(context, "id") if kind == CONTEXT_COPY else optional(context, "id"),
        context_title=label(context, "title") or label(context, "label"),
        origin_context_ids=_origins(claims),
    )


def _origins(claims: Claims) -> tuple[str, ...]:
    """Return the classes that a copy was made of; what cannot be one is left out."""
    listed = claims.get(f"{LTI}origin_contexts", [])
    if not isinstance(listed, list):
        raise wrong(f"{LTI}origin_contexts", "is not a list")
    return tuple(
        each
        for each in listed[:MOST_ORIGINS]
        if isinstance(each, str) and 0 < len(each) <= LONGEST_ID and not UNSTORABLE.search(each)
    )
