"""What a stranger names is called only where it is public, and never for long."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lti_tool.lti.guard import AddressRefused, Guard, is_public
from lti_tool.lti.http import Unreachable
from tests.functional.launch.lms import Answer, Server

NAME = "lms.test"
PUBLIC = "93.184.216.34"
SECONDS_ALLOWED = 0.5


class Names:
    """What names lead to. Numbers lead where they say. ``asked`` is what was looked up."""

    def __init__(self) -> None:
        self.known: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self._really = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host not in self.known:
            return self._really(host, port, *args, **kwargs)
        self.asked.append(host)
        return [
            found
            for address in self.known[host]
            for found in self._really(address, port, type=socket.SOCK_STREAM)
        ]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        running.answers["/"] = Answer(body=b"hello")
        yield running


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 -- an address that is refused
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2001:0:1::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_these_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", [PUBLIC, "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:2800:220:1::1"]
)
def test_these_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("found", [["127.0.0.1"], ["::1"], [PUBLIC, "10.0.0.1"], ["10.0.0.1"]])
def test_a_name_that_leads_anywhere_inside_is_refused(names: Names, found: list[str]) -> None:
    names.known[NAME] = found
    with pytest.raises(AddressRefused, match=r"not a public address"):
        Guard().check(f"https://{NAME}/")


def test_loopback_may_be_allowed_and_no_other_inside(names: Names) -> None:
    names.known[NAME] = ["127.0.0.1"]
    names.known["inside.test"] = ["127.0.0.1", "192.168.0.1"]
    guard = Guard(allow_loopback=True)
    assert guard.check(f"http://{NAME}/").addresses == ("127.0.0.1",)
    with pytest.raises(AddressRefused):
        guard.check("http://inside.test/")


def test_a_public_host_needs_https_even_in_development(names: Names) -> None:
    names.known[NAME] = [PUBLIC]
    assert Guard().check(f"https://{NAME}/").addresses == (PUBLIC,)
    with pytest.raises(AddressRefused, match="not https"):
        Guard(allow_loopback=True).check(f"http://{NAME}/")


def test_a_name_is_looked_up_once_and_its_address_is_the_one_that_is_called(
    names: Names, server: Server
) -> None:
    names.known[NAME] = ["127.0.0.1"]
    port = server.url.rpartition(":")[2]
    answer = Guard(allow_loopback=True).call("GET", f"http://{NAME}:{port}/?a=1", headers={})
    assert answer.body == b"hello"
    assert names.asked == [NAME]
    (asked,) = server.asked
    assert asked.headers["host"] == f"{NAME}:{port}"
    assert asked.path == "/?a=1"


def test_a_name_that_nobody_has_cannot_be_reached(names: Names) -> None:
    names.known[NAME] = []
    for host in (NAME, "a" * 70 + ".test"):
        with pytest.raises((Unreachable, AddressRefused)):
            Guard(allow_loopback=True).call("GET", f"https://{host}/", headers={})


def test_no_proxy_of_the_environment_chooses_the_way(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    answer = Guard(allow_loopback=True).call("GET", f"{server.url}/", headers={})
    assert answer.status == 200


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """A server that says ``first``, then a byte at a time for as long as anybody listens.

    Who reads to the end of it never comes back.
    """
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.recv(65_536)
                connection.sendall(first)
                while not over.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                return  # the other side has had enough

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{"],
    ids=["from the first byte", "in a header", "in the body"],
)
def test_a_server_that_drips_is_given_up(first: bytes) -> None:
    with dripping(first) as url, pytest.raises(Unreachable):
        Guard(allow_loopback=True, total_seconds=SECONDS_ALLOWED).call("GET", url, headers={})


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    with (
        dripping(head + b"x" * 300_000) as url,
        pytest.raises(Unreachable, match="more than 262144 bytes"),
    ):
        Guard(allow_loopback=True).call("GET", url, headers={})


@contextmanager
def serving_tls(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """A server over TLS whose certificate is for ``name``: its port, and who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    vouching, private = folder / "certificate.pem", folder / "key.pem"
    vouching.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(vouching, private)

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65_536)
                secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
        except OSError:
            connection.close()  # the other side did not trust us

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield str(listener.getsockname()[1]), vouching
        thread.join()


def test_the_certificate_must_be_for_the_name_and_not_for_the_address(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.known = {NAME: ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    guard = Guard(allow_loopback=True)
    with serving_tls(tmp_path, NAME) as (port, vouching):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(vouching))
        answer = guard.call("GET", f"https://{NAME}:{port}/", headers={})
        assert answer.body == b"secret"
    with (
        serving_tls(tmp_path, NAME) as (port, _),
        pytest.raises(Unreachable, match="SSLCertVerificationError"),
    ):
        guard.call("GET", f"https://other.test:{port}/", headers={})


def test_a_certificate_that_nobody_vouches_for_is_refused(names: Names, tmp_path: Path) -> None:
    names.known = {NAME: ["127.0.0.1"]}
    with (
        serving_tls(tmp_path, NAME) as (port, _),
        pytest.raises(Unreachable, match="SSLCertVerificationError"),
    ):
        Guard(allow_loopback=True).call("GET", f"https://{NAME}:{port}/", headers={})
