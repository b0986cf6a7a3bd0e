"""Access tokens for a platform's services (LTI Security Framework 1.0, 4.1).

A token is asked for once for each registration and set of scopes, and serves every process
until shortly before it ends. It is never logged, and goes to the platform's own hosts and
nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from lti_tool.lti.http import Answer, Unreachable, call, origin_of
from lti_tool.lti.signing import KeySource
from lti_tool.models import Platform

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
USUAL_TOKEN_SECONDS = 3600
LONGEST_TOKEN_SECONDS = 24 * 3600
TOKEN_MARGIN_SECONDS = 60
"""A token that is nearly over is not used: it could end on its way."""
LOOK_AGAIN_SECONDS = 60
"""How long a process trusts its own copy of a token before it looks at the shared one."""
LEASE_SECONDS = 30
"""Longer than a platform may take to give a token."""
LONGEST_WAIT_SECONDS = 5.0
"""How long to wait for the token that another process is asking for."""
WAIT_SECONDS = 0.1
LONGEST_RETRY_AFTER = timedelta(days=1)
EXCERPT = 300

UNAUTHORIZED = 401
SERVER_ERROR = 500
TRY_LATER = frozenset({408, 425, 429})


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


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A call to one of a platform's services."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token, and until when it may be used, in seconds since 1970: its margin is off."""

    value: str
    good_until: float

    def __repr__(self) -> str:
        """Say nothing of the token: what is printed ends up in logs."""
        return f"AccessToken(good_until={self.good_until})"


class TokenStore(Protocol):
    """Where processes share their tokens: ``services.access_tokens.SharedTokens``.

    ``place`` names a registration and a set of scopes. Times are in seconds since 1970.
    """

    def find(self, place: str) -> AccessToken | None:
        """Return the token of a place, were it over."""

    def claim(self, place: str, platform_id: int, moment: float, until: float) -> bool:
        """Take it upon us to ask for a token.

        ``False`` when another process does so, or has just got one.
        """

    def keep(self, place: str, platform_id: int, token: AccessToken) -> None:
        """Share a token, and let go of the claim."""

    def release(self, place: str) -> None:
        """Let go of the claim: no token came."""

    def forget(self, place: str, value: str) -> None:
        """Forget this token, if it is still the one that is shared."""


class TokenClient:
    """Access tokens by registration and set of scopes. Safe to share among threads.

    Without a ``store`` they are this process's own. With one, processes ask once: one asks,
    and the others wait for its token, but not for long.
    """

    def __init__(
        self,
        keys: KeySource,
        clock: Callable[[], float] = time.time,
        *,
        store: TokenStore | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._store = store
        self._wait = wait
        self._tokens: dict[str, tuple[AccessToken, float]] = {}
        self._asked: dict[str, Future[AccessToken]] = {}
        self._lock = threading.Lock()

    def token(self, platform: Platform, scopes: Iterable[str]) -> str:
        """Return a token, a kept one where there is one. Raise ``NoToken`` or ``Temporary``."""
        wanted = sorted(set(scopes))
        place = _place(platform, wanted)
        own, trusted_until = self._tokens.get(place, (None, 0.0))
        if own is not None and self._clock() < min(own.good_until, trusted_until):
            return own.value
        return self._together(place, lambda: self._shared(platform, wanted, place)).value

    def forget(self, platform: Platform, scopes: Iterable[str], value: str) -> None:
        """Forget a token that the platform did not accept, here and for the other processes."""
        place = _place(platform, sorted(set(scopes)))
        with self._lock:
            own = self._tokens.get(place)
            if own is not None and own[0].value == value:
                del self._tokens[place]
        if self._store is not None:
            self._store.forget(place, value)

    def call(self, platform: Platform, scopes: Sequence[str], service_call: ServiceCall) -> Answer:
        """Make a call with a token; one that is refused (401) is replaced once.

        The caller makes sure that the address is one to which a token may go. Raise
        ``NoToken``, or ``Temporary`` when no answer comes.
        """
        token = self.token(platform, scopes)
        answer = _call_with(token, service_call)
        if answer.status == UNAUTHORIZED:
            self.forget(platform, scopes, token)
            answer = _call_with(self.token(platform, scopes), service_call)
        return answer

    def _together(self, place: str, ask: Callable[[], AccessToken]) -> AccessToken:
        """Ask for a token, or wait for the thread that does: its end is everybody's."""
        with self._lock:
            asked = self._asked.get(place)
            if asked is None:
                mine = self._asked[place] = Future[AccessToken]()
        if asked is not None:
            return asked.result()
        try:
            token = ask()
            self._remember(place, token)
            mine.set_result(token)
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._asked[place]
        return token

    def _remember(self, place: str, token: AccessToken) -> None:
        trusted = math.inf if self._store is None else self._clock() + LOOK_AGAIN_SECONDS
        with self._lock:
            self._tokens[place] = (token, trusted)

    def _shared(self, platform: Platform, scopes: Sequence[str], place: str) -> AccessToken:
        """Return the shared token if it is good, else ask for one that will be shared."""
        if self._store is None:
            return self._ask(platform, scopes)
        waited = 0.0
        while True:
            found = self._store.find(place)
            moment = self._clock()
            if found is not None and moment < found.good_until:
                return found
            if self._store.claim(place, platform.id, moment, moment + LEASE_SECONDS):
                break
            if waited >= LONGEST_WAIT_SECONDS:
                # Whoever asks takes long, or has died: a token of our own does no harm.
                return self._ask(platform, scopes)
            self._wait(WAIT_SECONDS)
            waited += WAIT_SECONDS
        try:
            token = self._ask(platform, scopes)
        except BaseException:
            self._store.release(place)
            raise
        self._store.keep(place, platform.id, token)
        return token

    def _ask(self, platform: Platform, scopes: Sequence[str]) -> AccessToken:
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


def _call_with(token: str, service_call: ServiceCall) -> Answer:
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


def _place(platform: Platform, scopes: Sequence[str]) -> str:
    """Name a registration, as it stands now, and a set of scopes."""
    named = [
        platform.issuer,
        platform.client_id,
        platform.token_url,
        platform.token_audience,
        *scopes,
    ]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _no_token(answer: Answer) -> ScoreError:
    body = excerpt(answer.body)
    message = f"the platform gives no access token: HTTP {answer.status} {body}".strip()
    kind = Temporary if comes_back(answer.status) else NoToken
    return kind(message, status=answer.status, body=body, retry_after=retry_after(answer))


def _read_token(answer: Answer, asked_at: float) -> AccessToken:
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
    return AccessToken(value, asked_at + lifetime - TOKEN_MARGIN_SECONDS)


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
