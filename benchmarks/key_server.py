"""A platform's key set, served by a process that does nothing else.

A real platform runs on a machine of its own: what answers in its place must take next to
nothing from those that are measured. ``python -m benchmarks.key_server FILE PORT``
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from pathlib import Path

LONGEST_REQUEST = 65_536
PATIENCE_SECONDS = 5.0


def main(file: str, port: str) -> None:
    """Answer whatever is asked with the file, until the process is ended."""
    body = Path(file).read_bytes()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = head.encode() + body
    with socket.create_server(("127.0.0.1", int(port)), backlog=128) as server:
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.settimeout(PATIENCE_SECONDS)
                connection.recv(LONGEST_REQUEST)
                connection.sendall(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
