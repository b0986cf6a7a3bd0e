"""A real Chromium for the tests of this folder.

Two things fail every test here, whatever it looks at: an exception that a page
did not catch, and a request to a host that is not this machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.servers import PATIENCE_SECONDS

REPOSITORY = Path(__file__).parents[2]
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"

Scheme: TypeAlias = Literal["light", "dark"]
PageAt: TypeAlias = Callable[..., Page]

# Many programs and a browser share the machine: what is right may take a while to show.
PATIENCE_MS = 1000 * PATIENCE_SECONDS
expect.set_options(timeout=PATIENCE_MS)

FEATURES_WITHOUT_USE = (
    # A window's own interface, a page each: half the time of opening a window.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright switches off by itself: the last list that Chromium is given counts.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
CHROMIUM_ARGUMENTS = [
    f"--disable-features={','.join(FEATURES_WITHOUT_USE)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names that end in .test are sites of this machine; every other name leads nowhere.
    # A rule and not a route: requests that leave while a page closes must not be held up.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, "
    "EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
]
LOCAL_NAMES = {"127.0.0.1", "localhost", "::1"}
LOCAL_SUFFIXES = (".localhost", ".test")


def chromium_path() -> str:
    """Return the browser to drive: the one that CHROMIUM names, else the machine's own."""
    named = os.environ.get("CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not found or not Path(found).is_file():
        pytest.fail(
            f"no Chromium to test with ({found or 'none on PATH'}): install one, "
            "or name its executable in the environment variable CHROMIUM"
        )
    return found


def is_local(url: str) -> bool:
    """Say whether a request stays on this machine (or inside the page, like ``data:``)."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "ws", "wss"}:
        return True
    host = parts.hostname or ""
    return host in LOCAL_NAMES or host.endswith(LOCAL_SUFFIXES)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole session."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page_at(browser: Browser) -> Iterator[PageAt]:
    """Open a page of that size in a fresh context: ``page_at(360, 740, "dark")``.

    Further keyword arguments go to Playwright's ``new_context``.
    """
    contexts = []
    mishaps: list[str] = []

    def note_strangers(request: Request) -> None:
        if not is_local(request.url):
            mishaps.append(f"request to another host: {request.url}")

    def open_page(
        width: int = 1280, height: int = 800, scheme: Scheme = "light", **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            **options,
        )
        contexts.append(context)
        context.on("request", note_strangers)
        context.on("weberror", lambda error: mishaps.append(f"uncaught: {error.error}"))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert mishaps == []
