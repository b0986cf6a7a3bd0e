"""Serves the classroom on loopback, in threads: the tool calls back while we call it."""

from __future__ import annotations

import errno
import signal
import socket
import threading
from types import FrameType

from werkzeug.serving import make_server

from classroom.app import create_app
from classroom.options import HOST, Options

HOST_6 = "::1"
LAST_PORT = 65535


class PortTaken(Exception):
    """Another program listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that holds ``port`` (0 for any free one). Raise ``PortTaken``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise PortTaken(f"port {port} of {host} cannot be used: {error.strerror}") from error
        raise
    return listener


def next_free_port(port: int) -> int:
    """``port``, or the first one after it that is free on loopback. Raise ``PortTaken``.

    Both of its addresses are looked at: ``localhost`` may mean either to a browser.
    """
    for candidate in range(port, LAST_PORT + 1):
        if all(_is_free(host, candidate) for host in (HOST, HOST_6)):
            return candidate
    raise PortTaken(f"no port is free from {port} on")


def _is_free(host: str, port: int) -> bool:
    try:
        listen(host, port).close()
    except PortTaken:
        return False
    except OSError:  # this machine has no such address
        return host != HOST
    return True


def serve(options: Options, port: int) -> None:
    """Serve until SIGINT or SIGTERM. Raise ``PortTaken``."""
    with listen(HOST, port) as listener:
        server = make_server(HOST, port, create_app(options), threaded=True, fd=listener.fileno())

        def stop(_signal: int, _frame: FrameType | None) -> None:
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        server.serve_forever()
        server.server_close()
