"""The browser of these tests does what they say of it: it loses third-party cookies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.browser.lti.conftest import (
    NO_COOKIE_IN_FRAMES,
    THIRD_PARTY_COOKIES_ALLOWED,
    THIRD_PARTY_COOKIES_BLOCKED,
    OpenBrowser,
)


@Request.application
def framed_site(request: Request) -> Response:
    """Sets two cookies, then tells which of them came back."""
    if request.path == "/":
        response = Response("<!doctype html><a href=/back>back</a>", mimetype="text/html")
        shared = {"secure": True, "samesite": "None"}
        response.set_cookie("plain", "1", **shared)  # type: ignore[arg-type]  # as above
        response.set_cookie("partitioned", "1", partitioned=True, **shared)  # type: ignore[arg-type]  # as above
        return response
    names = " ".join(sorted(request.cookies))
    return Response(f"<!doctype html><p>{names}</p>", mimetype="text/html")


@pytest.fixture
def page_with_frame() -> Iterator[str]:
    """The address of a page that frames another site."""
    with ExitStack() as stack:
        framed = stack.enter_context(serving(framed_site))

        @Request.application
        def framing_site(_request: Request) -> Response:
            frame = f"<!doctype html><iframe src='http://localhost:{framed}/'></iframe>"
            return Response(frame, mimetype="text/html")

        yield f"http://127.0.0.1:{stack.enter_context(serving(framing_site))}/"


@contextmanager
def serving(application: object) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, application, threaded=True)  # type: ignore[arg-type]  # WSGI
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def cookies_that_came_back(context: BrowserContext, url: str) -> list[str]:
    page = context.new_page()
    page.goto(url)
    frame = page.frame_locator("iframe")
    frame.locator("a").click()
    told = frame.locator("p")
    told.wait_for(state="attached")
    return (told.text_content() or "").split()


def test_a_plain_third_party_cookie_is_lost(
    open_browser: OpenBrowser, page_with_frame: str
) -> None:
    strict = open_browser(THIRD_PARTY_COOKIES_BLOCKED)
    assert cookies_that_came_back(strict, page_with_frame) == ["partitioned"]


def test_the_same_cookie_is_kept_by_a_browser_that_does_not_block_it(
    open_browser: OpenBrowser, page_with_frame: str
) -> None:
    lenient = open_browser(THIRD_PARTY_COOKIES_ALLOWED)
    assert cookies_that_came_back(lenient, page_with_frame) == ["partitioned", "plain"]


def test_a_browser_that_keeps_nothing_in_frames_loses_them_all(
    open_browser: OpenBrowser, page_with_frame: str
) -> None:
    assert cookies_that_came_back(open_browser(NO_COOKIE_IN_FRAMES), page_with_frame) == []
