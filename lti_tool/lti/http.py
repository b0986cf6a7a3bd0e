"""Calls to platforms: with time-outs, size limits, no redirects and no surprises."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from typing_extensions import override
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 4.0
READ_SECONDS = 8.0
TOTAL_SECONDS = 15.0
SIZE_LIMIT = 1024 * 1024
"""Bytes of an answer: the list of a large class on one page is the longest there is."""
CHUNK = 16 * 1024
REST_SECONDS = 2.0
"""How long a connection is kept between two calls. Apache, Moodle's usual server, keeps it five."""
USER_AGENT = "Arrimage"


class Unreachable(Exception):
    """No answer came, or one that is too long or too slow to be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a platform answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 -- HTTP's own numbers


class NoAuthentication(AuthBase):
    """Keeps requests from adding the credentials of a ``.netrc`` file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Bearer(AuthBase):
    """Shows an access token (RFC 6750, 2.1)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Session(requests.Session):
    """Knows no redirects and keeps no cookies: platforms have nothing to remember us by.

    Requests would read a redirect's whole body, were it without an end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.last_used = time.monotonic()

    @override
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Own(threading.local):
    """Each thread's session, with the connections that it keeps open to platforms."""

    def __init__(self) -> None:
        self.session = _Session()

    def fresh(self) -> _Session:
        """Return the session, with connections only that the other side still keeps, too.

        Servers close a connection that rests: a request sent into it meanwhile is lost, and
        nobody can say whether it was read.
        """
        if time.monotonic() - self.session.last_used > REST_SECONDS:
            self.session.close()
        return self.session


_own = _Own()


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: Mapping[str, str] | bytes | None = None,
    token: str | None = None,
) -> Answer:
    """Make one request and read its answer, of at most ``SIZE_LIMIT`` bytes.

    Redirects are not followed: an address that was registered is the one that is called.
    Connections are kept for the calls that follow soon. Raise ``Unreachable``.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    session = _own.fresh()
    try:
        with session.request(
            method,
            url,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            data=data,
            auth=Bearer(token) if token else NoAuthentication(),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response, deadline)
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, lowered, body)
    except (requests.RequestException, HTTPError, ValueError) as error:
        # The error's own text may quote the request; its kind says enough.
        raise Unreachable(f"{origin_of(url)}: {type(error).__name__}") from error
    finally:
        session.last_used = time.monotonic()


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    # What has come is read at once: to wait for a full chunk has no end where bytes drip in.
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > SIZE_LIMIT:
            raise Unreachable(f"{origin_of(response.url)}: more than {SIZE_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise Unreachable(f"{origin_of(response.url)}: still answering after the time limit")
    return bytes(body)


@lru_cache(maxsize=256)
def origin_of(url: str) -> str:
    """Return scheme, host and port, with the scheme's usual port left out.

    An address that has none gives an empty text, which equals no origin.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    suffix = "" if port in {None, usual} else f":{port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{suffix}"
