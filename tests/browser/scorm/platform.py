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
from typing import Any, Final
from urllib.parse import quote, urlsplit

from playwright.sync_api import BrowserContext, Frame, Page

from tests.browser.scorm.datamodel import SCORM12
from tests.browser.scorm.datamodel_2004 import SCORM2004
from tests.browser.scorm.strict import Call, DataModel, StrictSession

HERE = Path(__file__).parent
RUNTIMES: Final = HERE.parents[2] / "node_modules" / "scorm-again" / "dist"

# The calls of every launch, as lms/lms.js wrote them down.
SESSIONS = """() => Array.from({ length: JSON.parse(localStorage.sessions ?? "0") }, (_, i) => {
  const calls = [];
  const next = () => localStorage.getItem(`call.${i + 1}.${calls.length}`);
  while (next() !== null) calls.push(JSON.parse(next()));
  return calls;
})"""
HAS_FINISHED = "() => ['LMSFinish', 'Terminate'].includes(JSON.parse(localStorage.latest))"
RECORDS = """() => Object.fromEntries(Object.entries(localStorage)
  .filter(([name]) => name.startsWith("cmi:"))
  .map(([name, value]) => [name.slice("cmi:".length), JSON.parse(value)]))"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Tests have nothing to say of requests that went well."""


@contextmanager
def serving(package: Path, folder: Path) -> Iterator[Platform]:
    """Unpack ``package`` into ``folder`` and serve it, with the platform of its edition around."""
    shutil.copytree(HERE / "lms", folder, dirs_exist_ok=True)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "course")
        is_2004 = b"<schemaversion>2004 " in archive.read("imsmanifest.xml")
    runtime = "scorm2004.min.js" if is_2004 else "scorm12.min.js"
    shutil.copy(RUNTIMES / runtime, folder / "runtime.js")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        yield Platform(address, SCORM2004 if is_2004 else SCORM12)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Platform:
    """The platform's pages, and its records. A browser context is one learner's account.

    Every launch is held to the edition's data model: see ``faults``.
    """

    def __init__(self, address: str, model: DataModel) -> None:
        self.address = address
        self.model = model
        self._accounts: list[BrowserContext] = []
        self._found: dict[BrowserContext, list[str]] = {}

    @property
    def bare_course(self) -> str:
        """The course where no platform is around it."""
        return f"{self.address}/course/index.html"

    def launch(self, page: Page, **options: Any) -> Page | Frame:
        """Open the course as the options say (see lms/lms.js); return the window it is in."""
        context = page.context
        if context not in self._accounts:
            self._accounts.append(context)
            context.on("close", lambda: self._closed(context))
        page.goto("about:blank")
        page.goto(f"{self.address}/index.html#{quote(json.dumps(options))}")
        if options.get("window") in {"popup", "foreign"}:
            with page.expect_popup() as opened:
                page.get_by_role("button", name="Open the course").click()
            if options["window"] == "popup":
                return opened.value
            return _frame(opened.value, "inner")
        if options.get("window") == "nested":
            frame = page.locator("iframe[name=sco]").content_frame.locator("iframe[name=inner]")
            inner = frame.element_handle().content_frame()
            assert inner is not None
            return inner
        return self.playing(page)

    def playing(self, page: Page) -> Frame:
        """Return the window of the SCO that this platform's page shows now."""
        return _frame(page, "sco")

    def sessions(self, context: BrowserContext) -> list[list[Call]]:
        """Every launch's calls, in order; the pages that made them may be closed.

        Calls that the platform misbehaved at, as a test wanted, are not among them.
        """
        with self._database(context) as page:
            return _sessions(page)

    def faults(self) -> list[str]:
        """Return what no conformant SCO would have said, in any account, and forget them all."""
        for context in self._accounts:
            with self._database(context) as page:
                self._judge(context, page)
        found = [fault for faults in self._found.values() for fault in faults]
        self._accounts.clear()
        self._found.clear()
        return found

    def _judge(self, context: BrowserContext, page: Page) -> None:
        """A launch that the platform did not open is not looked into: nothing is said in it."""
        self._found[context] = [
            fault
            for calls in _sessions(page)
            if any(call.method == self.model.initialize for call in calls)
            for fault in StrictSession(self.model).hold(calls).violations
        ]

    def records(self, context: BrowserContext) -> dict[str, Any]:
        """Each SCO's data as the platform's database has it after the last commit, by item."""
        with self._database(context) as page:
            records: dict[str, Any] = page.evaluate(RECORDS)
        return records

    def kept(self, context: BrowserContext) -> dict[str, Any]:
        """Return the data of a package's only SCO."""
        records = self.records(context)
        assert len(records) <= 1
        return dict(next(iter(records.values()), {}))

    def restores(self, context: BrowserContext, kept: dict[str, Any]) -> None:
        """Take over a learner's records of the only SCO, which another platform kept."""
        with self._database(context) as page:
            page.evaluate(
                """async (kept) => {
                  const text = await (await fetch("/course/imsmanifest.xml")).text();
                  const name = /<item identifier="([^"]*)"/.exec(text)[1];
                  localStorage.setItem(`cmi:${name}`, JSON.stringify(kept));
                }""",
                kept,
            )

    def close(self, page: Page) -> dict[str, Any]:
        """Close the learner's window; return what the platform kept of the only SCO then."""
        self.leave(page)
        return self.kept(page.context)

    def leave(self, page: Page) -> None:
        """Close the learner's window, and wait until the SCO took leave."""
        page.close()
        with self._database(page.context) as records:
            records.wait_for_function(HAS_FINISHED)
            self._judge(page.context, records)

    def _closed(self, context: BrowserContext) -> None:
        if context in self._accounts:
            self._accounts.remove(context)

    @contextmanager
    def _database(self, context: BrowserContext) -> Iterator[Page]:
        """A page of the platform's origin: one that is open, if there is one."""
        host = urlsplit(self.address).netloc
        for page in context.pages:
            if urlsplit(page.url).netloc == host:
                yield page
                return
        page = context.new_page()
        page.goto(f"{self.address}/lms.js")
        try:
            yield page
        finally:
            page.close()


def _sessions(page: Page) -> list[list[Call]]:
    return [
        [
            Call(call["method"], tuple(call["arguments"]), str(call["result"]))
            for call in calls
            if "fault" not in call
        ]
        for calls in page.evaluate(SESSIONS)
    ]


def _frame(page: Page, name: str) -> Frame:
    frame = page.locator(f"iframe[name={name}]").element_handle().content_frame()
    assert frame is not None
    return frame
