"""The platform's side of the launch benchmark: it signs tokens, and sends browsers on.

Browsers are written as plainly as can be. What they take of the machine is taken from every
tool alike, and hides how much faster one is than another. Like real ones they take gzip, which
only ours sends.
"""

from __future__ import annotations

import gzip
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "http://127.0.0.1/platform"
CLIENT_ID = "benchmark"
DEPLOYMENT = "1"
CONNECTIONS = 8
TOKEN_SECONDS = 300
PATIENCE_SECONDS = 30.0
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
FOUND, OK = b"302", b"200"
ACCEPT = "Accept-Encoding: gzip, deflate, br\r\n"

Given = TypeVar("Given")
Got = TypeVar("Got")


@dataclass(frozen=True)
class Tool:
    """A tool that runs: where it is, and what of its first page shows that it let us in."""

    name: str
    port: int
    login: str
    launch: str
    sign: bytes

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def launch_url(self) -> str:
        return f"http://{self.host}{self.launch}"


@dataclass(frozen=True)
class Started:
    """A login under way: what the launch must bring back."""

    state: str
    nonce: str
    cookies: str


class Signer:
    """The platform's key, and the tokens that it signs."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, object]:
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": "benchmark", "alg": "RS256", "use": "sig"}

    def token(self, tool: Tool, nonce: str) -> str:
        """Return the id_token of a person never seen before."""
        moment, person = int(time.time()), secrets.token_hex(8)
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": person,
            "iat": moment,
            "exp": moment + TOKEN_SECONDS,
            "nonce": nonce,
            "name": f"Person {person}",
            f"{LTI}version": "1.3.0",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}deployment_id": DEPLOYMENT,
            f"{LTI}target_link_uri": tool.launch_url,
            f"{LTI}roles": [LEARNER],
            f"{LTI}context": {"id": "class", "title": "Class"},
            f"{LTI}resource_link": {"id": "link", "title": "Link"},
        }
        return jwt.encode(claims, self.key, "RS256", headers={"kid": "benchmark"})


@dataclass(frozen=True)
class Answer:
    """``headers`` are those of the answer, in their order, with names in lower case."""

    status: bytes
    headers: list[tuple[bytes, str]]
    body: bytes

    def values(self, name: bytes) -> list[str]:
        return [value for each, value in self.headers if each == name]


class Browser:
    """One connection to a tool, which stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._answers = self._socket.makefile("rb")

    def ask(self, request: str) -> Answer:
        """Send a request, and wait for all of its answer."""
        self._socket.sendall(request.encode())
        status = self._answers.readline().split(b" ")[1]
        headers = []
        while line := self._answers.readline().rstrip():
            name, _, value = line.partition(b":")
            headers.append((name.lower(), value.strip().decode()))
        length = next(int(value) for name, value in headers if name == b"content-length")
        return Answer(status, headers, self._answers.read(length))

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def launches(tool: Tool, signer: Signer, count: int) -> float:
    """Launch the tool for that many new people; return the seconds that their requests took.

    Tokens are signed, and pages unpacked and looked at, while the clock stands still.
    """
    began = time.perf_counter()
    started = _in_parallel(tool, _log_in, [None] * count)
    logins = time.perf_counter() - began
    forms = [(each, signer.token(tool, each.nonce)) for each in started]
    began = time.perf_counter()
    pages = _in_parallel(tool, _enter, forms)
    seconds = logins + time.perf_counter() - began
    for page in pages:
        _check(tool, page)
    return seconds


def _in_parallel(
    tool: Tool, ask: Callable[[Browser, Tool, Given], Got], given: Sequence[Given]
) -> list[Got]:
    """Ask ``CONNECTIONS`` at a time."""
    local, browsers = threading.local(), []

    def connect() -> None:
        local.browser = Browser(tool.port)
        browsers.append(local.browser)

    with ThreadPoolExecutor(CONNECTIONS, initializer=connect) as pool:
        answers = list(pool.map(lambda item: ask(local.browser, tool, item), given))
    for browser in browsers:
        browser.close()
    return answers


def _log_in(browser: Browser, tool: Tool, _: None) -> Started:
    query = {
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "login_hint": "hint",
        "target_link_uri": tool.launch_url,
    }
    answer = browser.ask(
        f"GET {tool.login}?{urlencode(query)} HTTP/1.1\r\nHost: {tool.host}\r\n{ACCEPT}\r\n"
    )
    if answer.status != FOUND:
        raise RuntimeError(f"{tool.name} answered a login with {answer.status!r}")
    (location,) = answer.values(b"location")
    sent = parse_qs(urlsplit(location).query)
    cookies = "; ".join(each.partition(";")[0] for each in answer.values(b"set-cookie"))
    return Started(sent["state"][0], sent["nonce"][0], cookies)


def _enter(browser: Browser, tool: Tool, given: tuple[Started, str]) -> Answer:
    started, token = given
    body = urlencode({"state": started.state, "id_token": token})
    return browser.ask(
        f"POST {tool.launch} HTTP/1.1\r\nHost: {tool.host}\r\nCookie: {started.cookies}\r\n"
        f"{ACCEPT}Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def _check(tool: Tool, answer: Answer) -> None:
    packed = "gzip" in answer.values(b"content-encoding")
    page = gzip.decompress(answer.body) if packed else answer.body
    if answer.status != OK or tool.sign not in page:
        raise RuntimeError(f"{tool.name} answered a launch with {page[:300]!r}")
