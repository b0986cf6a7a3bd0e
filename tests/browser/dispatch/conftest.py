"""A partner's platform on one site, the tool on another, and a dispatch package between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect
from werkzeug.serving import make_server

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import DispatchLicence, DispatchSeat, now
from lti_tool.services.dispatch_licences import Offer, Terms
from lti_tool.tool import Tool
from scorm_packages.exporter import Exporter
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import Platform, serving
from tests.servers import free_ports

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "deux-unites"
PARTNER = "ecole"
MARK = "École partenaire"
LAST_SAID = """element => Object.entries(localStorage)
  .filter(([name]) => name.startsWith("call."))
  .map(([, text]) => JSON.parse(text))
  .some(({ method, arguments: [name, value] }) =>
    method === "LMSSetValue" && name === element[0] && value.includes(element[1]))"""


@contextmanager
def answering(tool: Host) -> Iterator[None]:
    """Let the tool answer, until the end of the block."""
    server = make_server("127.0.0.1", tool.port, tool.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Host:
    """The university that has the course, with its tool."""

    port: int
    app: Any
    folder: Path

    @property
    def tool(self) -> Tool:
        tool: Tool = self.app.extensions["arrimage"]
        return tool

    def licence(self, **terms: Any) -> int:
        usual = {
            "partner": PARTNER,
            "course": COURSE,
            "language": "fr",
            "seats": 100,
            "valid_from": now().date() - timedelta(days=30),
            "valid_until": now().date() + timedelta(days=30),
        }
        offer = Offer((PARTNER,), {COURSE: ("fr",)})
        return self.tool.licences.make(Terms(**{**usual, **terms}), offer)

    def package(self, licence: int, **choices: Any) -> Path:
        exports = self.tool.exports
        order = exports.order(
            "dispatch", exports.partner(PARTNER), {"licence": str(licence), **choices}
        )
        licensed = self.tool.licences.licensed(order, COURSE, ("fr",))
        return Exporter(COURSES / COURSE).export(licensed, self.folder / str(licence)).path

    def seats(self, licence: int) -> int:
        with self.tool.database.reading() as db:
            return db.query(DispatchSeat).filter_by(licence_id=licence).count()

    def change(self, licence: int, **values: Any) -> None:
        with self.tool.database.transaction() as db:
            for name, value in values.items():
                setattr(db.get(DispatchLicence, licence), name, value)


def new_host(folder: Path) -> Host:
    (folder / "partners").mkdir()
    profile = f'title = "{MARK}"\n[look]\nmark = "{MARK}"\n'
    (folder / "partners" / f"{PARTNER}.toml").write_text(profile, encoding="utf-8")
    (port,) = free_ports(1)
    app = create_app(
        Settings(
            public_url=f"http://localhost:{port}",
            database_url=f"sqlite:///{folder / 'arrimage.db'}",
            course_roots=(COURSES,),
            default_course=COURSE,
            partners=(folder / "partners",),
        )
    )
    app.extensions["arrimage"].database.upgrade()
    return Host(port, app, folder)


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    one = new_host(tmp_path_factory.mktemp("host"))
    with answering(one):
        yield one
    one.tool.close()


@pytest.fixture
def platform_with(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Path], Platform]]:
    """Put a package on a partner's platform of its own."""
    running = []

    def put(package: Path) -> Platform:
        one = serving(package, tmp_path_factory.mktemp("platform"))
        running.append(one)
        return one.__enter__()

    yield put
    for one in running:
        one.__exit__(None, None, None)


class DispatchLearner(Learner):
    """A learner in the course's frame, whose units come from the tool."""

    def _unit(self, unit: str) -> dict[str, Any]:
        address = self.window.evaluate("unit => `${location.origin}/dispatch/units/${unit}`", unit)
        headers = {"Authorization": f"Bearer {self.boot['session']}"}
        reply = self.frame.page.request.get(address, headers=headers)
        content: dict[str, Any] = reply.json()["content"]
        return content


def course_in(package: Page | Frame) -> Frame:
    """The course's frame in the package's page."""
    expect(package.locator("#course")).to_be_visible()
    frame = package.locator("#course").element_handle().content_frame()
    assert frame is not None
    return frame


def has_said(page: Page, element: str, part: str) -> None:
    """Wait until the platform was told a value which has that part, kept or not."""
    page.wait_for_function(LAST_SAID, arg=[element, part])
