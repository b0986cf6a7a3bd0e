"""A port that nobody listens on."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a port of this machine that is free just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
