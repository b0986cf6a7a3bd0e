"""Servers of other programs, which tests start: a port for them, and when they answer."""

from __future__ import annotations

import logging
import socket
from contextlib import ExitStack

import requests
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
