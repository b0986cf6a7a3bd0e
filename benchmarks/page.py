"""``make bench-page``: how soon the first unit can be read, over a slow network.

The set-up is the one of ``make run``: the tool under gunicorn, its worker, and the classroom,
on this machine. A real Chromium comes with an empty cache each time, slowed down by its own
``Network.emulateNetworkConditions``. It opens the first unit as a student does: in the
classroom's frame, and in a tab of its own.

Readable: the step's title and the first paragraph of its text are laid out, and the frame that
shows them was drawn. Two clocks run: one from the click in the classroom, with the login and
all that leads to the launch, and one from the navigation to the tool's page, which is the post
of the launch.

The floor is a bare page of as many bytes as came over the network for the tool's page, script
and style: one answer from a static server, with a title and a paragraph at its end. What is
printed are medians.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Frame, Page, sync_playwright

from classroom.accounts import STUDENT
from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path
from tests.servers import free_ports, wait_for

UNIT = "Unité 1"
WAYS = {"Ouvrir ici": "in a frame", "Ouvrir dans un nouvel onglet": "in a tab"}
"""The classroom's buttons, and where they show the unit."""
LONGEST_MS = 60_000
KBIT = 1000 / 8
"""Bytes."""

READABLE = """
window.readable = new Promise((resolve) => {
  const isShown = (element) => element !== null && element.getClientRects().length > 0;
  const look = () => {
    const title = document.querySelector("main h1");
    const text = document.querySelector("main .prose p");
    if (!isShown(title) || !isShown(text)) {
      requestAnimationFrame(look);
      return;
    }
    // A message that is sent while a frame is prepared arrives once the frame is drawn.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      resolve({ began: performance.timeOrigin, after: performance.now() });
    };
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
});
"""


@dataclass(frozen=True)
class Profile:
    """A network: added milliseconds for each request, and bytes a second."""

    name: str
    latency: float
    down: float
    up: float


PROFILES = {
    "fast-3g": Profile(
        "Fast 3G: 1.6 Mbit/s down, 750 kbit/s up, 150 ms a request", 150, 1600 * KBIT, 750 * KBIT
    ),
    "devtools": Profile(
        "DevTools' preset of the same name: 1.44 Mbit/s down, 675 kbit/s up, 562.5 ms a request",
        562.5,
        1440 * KBIT,
        675 * KBIT,
    ),
}


@dataclass(frozen=True)
class Reading:
    """Milliseconds until the unit could be read, and the bytes that the tool's page cost."""

    from_click: float
    from_page: float
    received: int


class Traffic:
    """When the launch was asked for, and what came of the tool's page, script and style."""

    def __init__(self, session: CDPSession, tool_url: str) -> None:
        self.clicked: float | None = None
        self.received = 0
        self._counted = re.compile(rf"{re.escape(tool_url)}/(lti/launch|static/player/)")
        self._ours: set[str] = set()
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if self.clicked is None and "/launch/" in url:
            self.clicked = event["wallTime"] * 1000
        if self._counted.match(url):
            self._ours.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._ours:
            self.received += event["encodedDataLength"]


@dataclass(frozen=True)
class Bench:
    browser: Browser
    classroom_url: str
    tool_url: str
    profile: Profile

    @contextmanager
    def new_page(self) -> Iterator[Page]:
        """Open a page of a browser that knows nothing yet."""
        context = self.browser.new_context()
        context.set_default_timeout(LONGEST_MS)
        try:
            page = context.new_page()
            page.add_init_script(READABLE)
            yield page
        finally:
            context.close()

    def slow_down(self, page: Page) -> CDPSession:
        """Slow down what a page and its frames ask for from now on."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": self.profile.latency,
                "downloadThroughput": self.profile.down,
                "uploadThroughput": self.profile.up,
            },
        )
        return session

    def read(self, button: str) -> Reading:
        """Open the first unit by one of the classroom's two ways."""
        with self.new_page() as page:
            page.goto(f"{self.classroom_url}/?lang=fr")
            page.get_by_role("button", name=STUDENT.name).click()
            way = page.locator(".link", has_text=UNIT).get_by_role("link", name=button)
            address = way.get_attribute("href")
            traffic = Traffic(self.slow_down(page), self.tool_url)
            page.goto(f"{self.classroom_url}{address}", wait_until="commit")
            at = readable(self._tool_frame(page))
            page.wait_for_load_state("load")
            if traffic.clicked is None:
                raise RuntimeError("the browser did not tell when the launch was asked for")
            from_click = at["began"] + at["after"] - traffic.clicked
            return Reading(from_click, at["after"], traffic.received)

    def _tool_frame(self, page: Page) -> Frame:
        """Return the frame that shows the player, or the page's own, once it is there."""
        opened = re.compile(rf"{re.escape(self.tool_url)}/l(earn|ti/launch)")
        while True:
            for frame in page.frames:
                if opened.match(frame.url):
                    return frame
            page.wait_for_event("framenavigated")

    def read_bare(self, address: str) -> float:
        with self.new_page() as page:
            self.slow_down(page)
            page.goto(address)
            return readable(page.main_frame)["after"]


def readable(frame: Frame) -> dict[str, float]:
    """Wait for the text; return how long ``after`` its navigation ``began`` it was there."""
    found: dict[str, float] = frame.evaluate("() => window.readable")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="openings of each kind")
    parser.add_argument("--profile", choices=PROFILES, default="fast-3g")
    options = parser.parse_args()
    profile = PROFILES[options.profile]
    print(profile.name)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        classroom_url, tool_url = stack.enter_context(demonstration(folder))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            # A frame of another site would have a process and a network of its own.
            args=[*CHROMIUM_ARGUMENTS, "--disable-site-isolation-trials"],
        )
        stack.callback(browser.close)
        bench = Bench(browser, classroom_url, tool_url, profile)
        for button in WAYS:
            bench.read(button)
        readings = {
            name: [bench.read(button) for _ in range(options.runs)] for button, name in WAYS.items()
        }
        received = max(each.received for each in readings[WAYS["Ouvrir ici"]])
        bare = stack.enter_context(bare_server(received))
        floor = [bench.read_bare(bare) for _ in range(options.runs)]
    for name, measured in readings.items():
        show(f"{name}, from the tool's page", [each.from_page for each in measured])
        show(f"{name}, from the click", [each.from_click for each in measured])
    show(f"floor: a bare page of {received} bytes", floor)
    middle = statistics.median(floor)
    for name, measured in readings.items():
        ratio = statistics.median(each.from_page for each in measured) / middle
        print(f"{name}, from the tool's page / floor{ratio:8.2f}")
    return 0


def show(name: str, measured: list[float]) -> None:
    low, middle, high = min(measured), statistics.median(measured), max(measured)
    print(f"{name:46}{middle:7.0f} ms   (min {low:.0f}, max {high:.0f})")


@contextmanager
def demonstration(folder: Path) -> Iterator[tuple[str, str]]:
    """Start what ``make run`` starts; yield the addresses of the classroom and of the tool."""
    port, tool_port = free_ports(2)
    command = [sys.executable, "-m", "classroom", "demo", "--var", str(folder)]
    command += ["--port", str(port), "--tool-port", str(tool_port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as process:
        try:
            classroom_url, tool_url = f"http://127.0.0.1:{port}", f"http://localhost:{tool_port}"
            wait_for(f"{tool_url}/healthz")
            wait_for(classroom_url)
            yield classroom_url, tool_url
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def bare_server(weight: int) -> Iterator[str]:
    """Serve a page of so many bytes, headers aside, whose text comes last."""
    text = "<main><h1>Title</h1><div class=prose><p>Text</p></div></main>"
    filling = secrets.token_hex(weight // 2)[: weight - len(text)]
    page = f"<!doctype html><title>Bare</title><!--{filling}-->{text}".encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Print figures only."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
