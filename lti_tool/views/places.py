"""So many requests are worked on at once as there are threads for them, streams aside.

A process has more threads than ``ARRIMAGE_THREADS`` says: one more for each stream that it may
have open (``services.followers``). The others wait for a place, as they would for a thread, so
that no more of them ask the database at once than it has connections for. A place is given back
with the request's context: at its answer, or at the end of a file that is written while it is
sent. A stream has no context while it lasts, and so no place.
"""

from __future__ import annotations

import threading
from typing import Final

from flask import Flask, request

PLACE: Final = "arrimage.place"


def keep_places(app: Flask, count: int) -> None:
    """Let so many requests into an application at once."""
    free = threading.Semaphore(count)

    @app.before_request
    def take() -> None:
        free.acquire()
        request.environ[PLACE] = True

    @app.teardown_request
    def give_back(_error: BaseException | None) -> None:
        if request.environ.pop(PLACE, False):
            free.release()
