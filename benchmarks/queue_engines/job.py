"""The one job of the crash test: it notes that it began, works for a moment, and notes its end.

A line that is appended in one write is whole, whoever else writes and whoever is killed.
"""

from __future__ import annotations

import os
import time

JOURNAL, QUEUE, SECONDS = "CRASH_JOURNAL", "CRASH_QUEUE", "CRASH_SECONDS"
"""The environment variables that say where to note, which queue, and how long a job takes."""
THREADS = 2
"""Jobs that each worker process does at once."""
FORGIVING_SECONDS = 8
"""How soon an engine takes a silent worker for dead, where it can be told."""


def queue_url() -> str:
    """Return the address of the queue under test."""
    return os.environ[QUEUE]


def work(number: int) -> None:
    """Do one job."""
    _note(f"began {number}")
    time.sleep(float(os.environ[SECONDS]))
    _note(f"ended {number}")


def _note(line: str) -> None:
    descriptor = os.open(os.environ[JOURNAL], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)
