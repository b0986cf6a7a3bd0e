"""So many requests are worked on at once as there are threads for them, streams aside.

A process has more threads than ``ARRIMAGE_THREADS`` says: one more for each stream that it may
have open (``services.followers``). A stream rests nearly all of the time, so that it gives its
place back as soon as it begins; the others wait for one, as they would for a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PLACE: Final = "arrimage.place"


class Place:
    """A request's place among those that are worked on."""

    def __init__(self, free: threading.Semaphore) -> None:
        free.acquire()
        self._free = free
        self._is_held = True

    def leave(self) -> None:
        """Give it back. Twice does no harm: one request has one thread."""
        if self._is_held:
            self._is_held = False
            self._free.release()


class Places:
    """A WSGI application that lets so many requests into another one at once."""

    def __init__(self, app: WSGIApplication, count: int) -> None:
        self._app = app
        self._free = threading.Semaphore(count)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, in its turn."""
        place = Place(self._free)
        environ[PLACE] = place
        try:
            body = self._app(environ, start_response)
        except BaseException:
            place.leave()
            raise
        sent_by_server = environ.get("wsgi.file_wrapper")
        if sent_by_server is not None and isinstance(body, sent_by_server):
            # The server sends a file by itself, which it would not know in a wrapping.
            place.leave()
            sent: Iterable[bytes] = body
            return sent
        return ClosingIterator(body, place.leave)
