"""Scores to the platform's gradebook (LTI Assignment and Grade Services 2.0).

``ScoreClient`` asks a platform for an access token, keeps it for as long as it is good,
and posts scores with it. Tokens go to the platform's own hosts and nowhere else.
"""

from __future__ import annotations

import json
import math
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.registration import Registration
from pylti1p3.service_connector import ServiceConnector, TServiceConnectorResponse
from typing_extensions import override

from lti_tool.lti.http import Answer, Unreachable, call, origin_of
from lti_tool.lti.signing import KeySource
from lti_tool.models import Platform

SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
USUAL_TOKEN_SECONDS = 3600
LONGEST_TOKEN_SECONDS = 24 * 3600
TOKEN_MARGIN_SECONDS = 60
"""A token that is nearly over is not used: it could end on its way."""
LONGEST_RETRY_AFTER = timedelta(days=1)
EXCERPT = 300

UNAUTHORIZED = 401
CONFLICT = 409
BAD_REQUEST = 400
SERVER_ERROR = 500
TRY_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Score:
    """One score to post (AGS 2.0, 3.4). ``timestamp`` must be later than the last one's."""

    user_id: str
    score_given: float
    score_maximum: float
    timestamp: datetime
    activity_progress: str = "Completed"
    grading_progress: str = "FullyGraded"
    comment: str | None = None


class ScoreError(Exception):
    """A score did not get there.

    ``status`` is the platform's HTTP status, ``None`` when no answer came. ``body`` is the
    beginning of what it said. ``retry_after`` is how long it asks to be left alone.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        body: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = body
        self.retry_after = retry_after


class Temporary(ScoreError):
    """The platform is away or busy: the same score may be sent again later."""


class NoToken(Temporary):
    """The platform gives us no access token: its administrator or ours must mend that."""


class Refused(ScoreError):
    """The platform does not want this score, and will not want it later."""


class Outdated(ScoreError):
    """The platform holds a score with the same timestamp or a later one (409)."""


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A call to one of a platform's services."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float


class TokenClient:
    """Access tokens by platform and set of scopes (LTI Security Framework 1.0, 4.1).

    A token is asked for once and serves every call until shortly before it ends.
    """

    def __init__(self, keys: KeySource, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._tokens: dict[tuple[str, ...], _Token] = {}
        self._lock = threading.Lock()

    def token(self, platform: Platform, scopes: Iterable[str]) -> str:
        """Return a token, a kept one where there is one. Raise ``NoToken`` or ``Temporary``."""
        wanted = sorted(set(scopes))
        place = _place(platform, wanted)
        kept = self._tokens.get(place)
        if kept is None or kept.good_until <= self._clock():
            kept = self._ask(platform, wanted)
            with self._lock:
                self._tokens[place] = kept
        return kept.value

    def forget(self, platform: Platform, scopes: Iterable[str]) -> None:
        """Ask anew next time: the platform did not accept the token."""
        with self._lock:
            self._tokens.pop(_place(platform, sorted(set(scopes))), None)

    def call(self, platform: Platform, scopes: Sequence[str], service_call: ServiceCall) -> Answer:
        """Make a call with a token; one that is refused (401) is replaced once.

        The caller makes sure that the address is one to which a token may go. Raise
        ``NoToken``, or ``Temporary`` when no answer comes.
        """
        answer = self._call_once(platform, scopes, service_call)
        if answer.status == UNAUTHORIZED:
            self.forget(platform, scopes)
            answer = self._call_once(platform, scopes, service_call)
        return answer

    def _call_once(
        self, platform: Platform, scopes: Sequence[str], service_call: ServiceCall
    ) -> Answer:
        token = self.token(platform, scopes)
        try:
            return call(
                service_call.method,
                service_call.url,
                headers=service_call.headers,
                data=service_call.data,
                token=token,
            )
        except Unreachable as error:
            raise Temporary(str(error)) from error

    def _ask(self, platform: Platform, scopes: Sequence[str]) -> _Token:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(platform),
            "scope": " ".join(scopes),
        }
        asked_at = self._clock()
        try:
            answer = call(
                "POST", platform.token_url, data=form, headers={"Accept": "application/json"}
            )
        except Unreachable as error:
            raise Temporary(f"no token: {error}") from error
        if not answer.ok:
            raise _no_token(answer)
        return _read_token(answer, asked_at)

    def _assertion(self, platform: Platform) -> str:
        issued = int(self._clock())
        return self._keys().sign(
            {
                "iss": platform.client_id,
                "sub": platform.client_id,
                "aud": platform.token_audience or platform.token_url,
                "iat": issued,
                "exp": issued + ASSERTION_SECONDS,
                "jti": secrets.token_urlsafe(24),
            }
        )


class ScoreClient:
    """Posts scores. Safe to share among threads."""

    def __init__(self, tokens: TokenClient) -> None:
        self._tokens = tokens

    def post_score(self, platform: Platform, line_item_url: str, score: Score) -> None:
        """Post one score to a line item.

        Raise ``Refused``, ``Outdated``, ``Temporary`` or, when it is a token that we do
        not get, ``NoToken``. A token that is refused is replaced once.
        """
        if origin_of(line_item_url) not in trusted_origins(platform):
            raise Refused(
                f"the line item is at {origin_of(line_item_url) or 'no web address'}, which is "
                "not one of the platform's registered hosts: no access token is sent there"
            )
        grades = _Grades(_Connector(self._tokens, platform), line_item_url)
        grades.put_grade(_grade(score))


class _Grades(AssignmentsGradesService):
    """The library's service for one line item, with nothing lost from its address."""

    def __init__(self, connector: ServiceConnector, line_item_url: str) -> None:
        super().__init__(connector, {"scope": [SCORE_SCOPE], "lineitem": line_item_url})

    @staticmethod
    @override
    def _add_url_path_ending(url: str, url_path_ending: str) -> str:
        path, question_mark, query = url.partition("?")
        return f"{path.rstrip('/')}/{url_path_ending}{question_mark}{query}"


class _Connector(ServiceConnector):
    """The library's connector, on our tokens and our way to call."""

    def __init__(self, tokens: TokenClient, platform: Platform) -> None:
        super().__init__(Registration())
        self._tokens = tokens
        self._platform = platform

    @override
    def make_service_request(
        self,
        scopes: Sequence[str],
        url: str,
        is_post: bool = False,
        data: str | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        case_insensitive_headers: bool = False,
    ) -> TServiceConnectorResponse:
        headers = {"Accept": accept}
        if is_post:
            headers["Content-Type"] = content_type
        body = None if data is None else data.encode()
        service_call = ServiceCall("POST" if is_post else "GET", url, headers, body)
        answer = self._tokens.call(self._platform, scopes, service_call)
        if not answer.ok:
            raise _refusal(answer)
        return {"headers": dict(answer.headers), "body": None, "next_page_url": None}


def trusted_origins(platform: Platform) -> frozenset[str]:
    """Return the origins to which an access token of the platform may go."""
    registered = (
        platform.issuer,
        platform.authorization_url,
        platform.token_url,
        platform.jwks_url,
        *(platform.service_origins or ()),
    )
    return frozenset(map(origin_of, registered)) - {""}


def _grade(score: Score) -> Grade:
    grade = (
        Grade()
        .set_score_given(score.score_given)
        .set_score_maximum(score.score_maximum)
        .set_activity_progress(score.activity_progress)
        .set_grading_progress(score.grading_progress)
        .set_timestamp(_timestamp(score.timestamp))
        .set_user_id(score.user_id)
    )
    return grade.set_comment(score.comment) if score.comment else grade


def _timestamp(moment: datetime) -> str:
    """Return ISO 8601 with an explicit zone (AGS 2.0, 3.4.4)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _place(platform: Platform, scopes: Sequence[str]) -> tuple[str, ...]:
    return (platform.issuer, platform.client_id, platform.token_url, *scopes)


def _no_token(answer: Answer) -> ScoreError:
    body = excerpt(answer.body)
    message = f"the platform gives no access token: HTTP {answer.status} {body}".strip()
    kind = Temporary if comes_back(answer.status) else NoToken
    return kind(message, status=answer.status, body=body, retry_after=retry_after(answer))


def _read_token(answer: Answer, asked_at: float) -> _Token:
    try:
        given: Any = json.loads(answer.body)
        value = given["access_token"]
        seconds = float(given.get("expires_in", USUAL_TOKEN_SECONDS))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NoToken("the platform's token answer cannot be read", status=answer.status) from error
    # A token travels in a header: anything but a token's characters (RFC 6750, 2.1) is refused.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", value):
        raise NoToken("the platform's answer holds no usable token", status=answer.status)
    lifetime = min(max(seconds, 0.0), LONGEST_TOKEN_SECONDS) if math.isfinite(seconds) else 0.0
    return _Token(value, asked_at + lifetime - TOKEN_MARGIN_SECONDS)


def _refusal(answer: Answer) -> ScoreError:
    body = excerpt(answer.body)
    message = f"HTTP {answer.status} {body}".strip()
    kind: type[ScoreError] = Refused
    if answer.status == CONFLICT:
        kind = Outdated
    elif answer.status == UNAUTHORIZED:
        kind = NoToken
    elif comes_back(answer.status):
        kind = Temporary
    return kind(message, status=answer.status, body=body, retry_after=retry_after(answer))


def comes_back(status: int) -> bool:
    """Whether the same call may be answered well later."""
    return status in TRY_LATER or status >= SERVER_ERROR


def retry_after(answer: Answer) -> timedelta | None:
    """Read ``Retry-After`` (RFC 9110, 10.2.3): seconds or a date, within a day."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        seconds = float(text[:9])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = moment.timestamp() - time.time()
    return min(timedelta(seconds=max(seconds, 0.0)), LONGEST_RETRY_AFTER)


def excerpt(body: bytes) -> str:
    """Return the beginning of what a platform said, fit for a log and a page."""
    text = body[: 4 * EXCERPT].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:EXCERPT]
