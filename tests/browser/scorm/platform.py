"""A platform that serves one package, and what it wrote down of the SCO's words."""

from __future__ import annotations

import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Frame, Page

from tests.browser.scorm.datamodel import Call

HERE = Path(__file__).parent
RUNTIME = HERE.parents[2] / "node_modules" / "scorm-again" / "dist" / "scorm12.min.js"

# The calls of every launch, as lms/lms.js wrote them down.
SESSIONS = """() => Array.from({ length: JSON.parse(localStorage.sessions ?? "0") }, (_, i) => {
  const calls = [];
  const next = () => localStorage.getItem(`call.${i + 1}.${calls.length}`);
  while (next() !== null) calls.push(JSON.parse(next()));
  return calls;
})"""
HAS_FINISHED = "() => JSON.parse(localStorage.latest) === 'LMSFinish'"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Tests have nothing to say of requests that went well."""


@contextmanager
def serving(
    package: Path, folder: Path, lms: Path = HERE / "lms", runtime: Path = RUNTIME
) -> Iterator[Platform]:
    """Unpack ``package`` into ``folder`` and serve it, with the platform around it."""
    shutil.copytree(lms, folder, dirs_exist_ok=True)
    shutil.copy(runtime, folder)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "course")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Platform(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Platform:
    """The platform's pages, and its records. A browser context is one learner's account."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def bare_course(self) -> str:
        """The course where no platform is around it."""
        return f"{self.address}/course/index.html"

    def launch(self, page: Page, **options: Any) -> Page | Frame:
        """Open the course as the options say (see lms/lms.js); return the window it is in."""
        page.goto("about:blank")
        page.goto(f"{self.address}/index.html#{quote(json.dumps(options))}")
        if options.get("window") == "popup":
            with page.expect_popup() as opened:
                page.get_by_role("button", name="Open the course").click()
            return opened.value
        frame = page.locator("iframe[name=sco]")
        if options.get("window") == "nested":
            frame = frame.content_frame.locator("iframe[name=inner]")
        sco = frame.element_handle().content_frame()
        assert sco is not None
        return sco

    def sessions(self, context: BrowserContext) -> list[list[Call]]:
        """Every launch's calls, in order; the pages that made them may be closed."""
        with self._records(context) as page:
            sessions = page.evaluate(SESSIONS)
        return [
            [Call(call["method"], tuple(call["arguments"]), str(call["result"])) for call in calls]
            for calls in sessions
        ]

    def kept(self, context: BrowserContext) -> dict[str, Any]:
        """The data model as the platform's database has it after the last commit."""
        with self._records(context) as page:
            kept: dict[str, Any] = page.evaluate("JSON.parse(localStorage.cmi ?? '{}')")
        return kept

    def restores(self, context: BrowserContext, kept: dict[str, Any]) -> None:
        """Take over a learner's records, which another platform kept."""
        with self._records(context) as page:
            page.evaluate("kept => { localStorage.cmi = JSON.stringify(kept) }", kept)

    def close(self, page: Page) -> dict[str, Any]:
        """Close the learner's window; return what the platform kept once the SCO took leave."""
        page.close()
        with self._records(page.context) as records:
            records.wait_for_function(HAS_FINISHED)
        return self.kept(page.context)

    @contextmanager
    def _records(self, context: BrowserContext) -> Iterator[Page]:
        page = context.new_page()
        page.goto(f"{self.address}/lms.js")
        try:
            yield page
        finally:
            page.close()
