"""Calls to addresses that a stranger gave us: to public hosts only, whatever names say.

Whoever makes a server fetch an address could make it reach what only the server can reach:
its own machine, its neighbours, a cloud's metadata. So the name is resolved here, each of
its addresses must be public, and the connection goes to the very address that was checked:
a name that changes its mind in between changes nothing.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from lti_tool.lti.http import (
    CHUNK,
    CONNECT_SECONDS,
    READ_SECONDS,
    TOTAL_SECONDS,
    USER_AGENT,
    Answer,
    Unreachable,
    origin_of,
)

LONGEST_URL = 2_000
LONGEST_ANSWER = 256 * 1024
"""Bytes: many times what a platform has to say of itself."""
MOST_ADDRESSES = 3
"""Tried one after the other. A host that answers at none of them does not answer."""
PORTS = {"http": 80, "https": 443}
ASSIGNMENTS = IPv4Network("192.0.0.0/24")
"""Of which Python knows but a part to be special, up to 3.11 (RFC 6890, 2.2.2)."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as IPv6-only networks write them (RFC 6052, 2.1)."""
TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
"""Teredo and 6to4, which hold any IPv4 address."""


class AddressRefused(Exception):
    """An address that the tool does not call."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called, and where its host was found to be."""

    url: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def path(self) -> str:
        query = f"?{self.url.query}" if self.url.query else ""
        return f"{self.url.path or '/'}{query}"


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides what may be called, and calls it.

    With ``allow_loopback``, this machine too, also without https: for development.
    ``total_seconds`` is the longest that a call may take once its host's name is resolved.
    """

    allow_loopback: bool = False
    total_seconds: float = TOTAL_SECONDS

    def check(self, url: str) -> Target:
        """Resolve an address. Raise ``AddressRefused``, or ``Unreachable`` for no such host."""
        parts, host, port = _parts(url)
        found = _resolve(host, port)
        refused = [each for each in found if not self._may_be_called(each)]
        if refused:
            raise AddressRefused(f"{host} is at {refused[0]}, which is not a public address")
        if parts.scheme != "https" and not all(_address(each).is_loopback for each in found):
            raise AddressRefused(f"{origin_of(url)} is not https")
        return Target(parts, host, port, found)

    def _may_be_called(self, text: str) -> bool:
        address = _address(text)
        return is_public(address) or (self.allow_loopback and address.is_loopback)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        """Make one request and read its answer, of at most ``LONGEST_ANSWER`` bytes.

        Redirects are not followed, no proxy is asked, and nothing is unpacked. Raise
        ``AddressRefused`` or ``Unreachable``.
        """
        target = self.check(url)
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers}
        try:
            with _connected(target) as connection, _time_limit(connection, self.total_seconds):
                if isinstance(connection.sock, ssl.SSLSocket):
                    connection.sock.do_handshake()
                connection.request(method, target.path, body=body, headers=sent)
                with connection.getresponse() as response:
                    lowered = {name.lower(): value for name, value in response.getheaders()}
                    return Answer(response.status, lowered, _body(response, url))
        except (OSError, http.client.HTTPException, ValueError) as error:
            # The error's own text may quote the request; its kind says enough.
            raise Unreachable(f"{origin_of(url)}: {type(error).__name__}") from error


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet's, and no way round to another."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in TRANSLATED:
            return is_public(IPv4Address(address.packed[-4:]))
        if address not in GLOBAL_UNICAST or any(address in each for each in TUNNELS):
            return False
    elif address in ASSIGNMENTS:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """Return an address's parts, host and port. Raise ``AddressRefused``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("the address cannot be read") from error
    if parts.scheme not in PORTS or not parts.hostname or len(url) > LONGEST_URL:
        raise AddressRefused("the address is not a web address")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("the address holds a user name")
    return parts, parts.hostname, PORTS[parts.scheme] if port is None else port


def _resolve(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: there is no such host") from error
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text.partition("%")[0])


@contextmanager
def _connected(target: Target) -> Iterator[http.client.HTTPConnection]:
    """A connection to the first of the checked addresses that answers."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = _socket(target)
    try:
        if target.url.scheme == "https":
            context = ssl.create_default_context(
                cafile=os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
            )
            connection.sock = context.wrap_socket(
                connection.sock, server_hostname=target.host, do_handshake_on_connect=False
            )
            connection.default_port = PORTS["https"]
        yield connection
    finally:
        connection.close()


def _socket(target: Target) -> socket.socket:
    failure: OSError = ConnectionError()
    for address in target.addresses[:MOST_ADDRESSES]:
        try:
            opened = socket.create_connection((address, target.port), CONNECT_SECONDS)
        except OSError as error:
            failure = error
        else:
            opened.settimeout(READ_SECONDS)
            return opened
    raise failure


@contextmanager
def _time_limit(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """End the connection after so many seconds, however slowly bytes drip in."""
    over = threading.Event()
    sock = connection.sock

    def end() -> None:
        over.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            sock.close()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
    if over.is_set():
        raise TimeoutError


def _body(response: http.client.HTTPResponse, url: str) -> bytes:
    body = bytearray()
    while chunk := response.read1(CHUNK):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise Unreachable(f"{origin_of(url)}: more than {LONGEST_ANSWER} bytes")
    return bytes(body)
