"""What takes pictures: the demonstration on a folder of its own, and somebody with a browser in it.

Dates are written over, so that a picture only changes when a page does.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Frame, Page

from classroom.accounts import Account
from classroom.demo import WEEKS_LIVED

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
MOST_BYTES: Final = 60_000
QUALITIES: Final = (72, 60, 48, 36)
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars")
PHONE: Final = (390, 780)
DESK: Final = (1200, 780)
TALL_DESK: Final = (1200, 1300)
PAPER: Final = (794, 1123)
"""A4 at 96 dots an inch."""
WAIT_MS: Final = 60_000
FIXED_DATES: Final = """() => {
  for (const time of document.querySelectorAll("time")) time.textContent = "12 janvier 2027, 10:00";
}"""
SHOWN_IMAGES: Final = """() => Promise.all([...document.images]
  .filter((image) => image.getBoundingClientRect().top < innerHeight)
  .map((image) => image.decode()))"""

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class School:
    """The running demonstration."""

    url: str
    password: str


@contextmanager
def demonstration(*, whole_class: bool = False) -> Iterator[School]:
    """Run the tool, its worker and the classroom in a new folder until the end.

    A whole class is waited for until it has lived its weeks.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "classroom", "demo", "--var", folder]
        command += ["--whole-class"] if whole_class else []
        program = subprocess.Popen(
            [*command, "--port", "9210", "--tool-port", "9310"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            school = _when_ready(program)
            if whole_class and WEEKS_LIVED not in map(str.rstrip, program.stdout or ()):
                raise SystemExit("The class did not live its weeks.")
            yield school
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait()


def _when_ready(program: subprocess.Popen[str]) -> School:
    """Read what the demonstration says until it has said where it is."""
    said = ""
    for line in program.stdout or ():
        said += line
        places = re.search(r"^\s+(http://\S+?)/\n.*\(password\): (\S+)", said, re.S | re.M)
        if places:
            return School(places[1], places[2])
    raise SystemExit(f"The demonstration did not start:\n{said}")


class Visitor:
    """Somebody with a browser in the classroom."""

    def __init__(self, browser: Browser, school: School, account: Account) -> None:
        self.school = school
        self.page = browser.new_page(locale="fr-FR", reduced_motion="reduce")
        self.page.set_default_timeout(WAIT_MS)
        self.page.request.get(f"{school.url}/", params={"lang": "fr"})
        self.page.request.post(f"{school.url}/sign-in", form={"account": account.user_id})

    def opens(self, title: str) -> Frame:
        """Open an activity in the classroom's frame."""
        self.page.goto(f"{self.school.url}/")
        card = self.page.locator(".link").filter(has=self.page.get_by_role("heading", name=title))
        return self.follows(str(card.locator("a").first.get_attribute("href")))

    def follows(self, path: str) -> Frame:
        self.page.goto(f"{self.school.url}{path}")
        frame = self.page.locator("iframe.tool").element_handle().content_frame()
        if frame is None:
            raise SystemExit(f"{path} shows no tool.")
        frame.locator("h1, h2").first.wait_for()
        return frame

    def opens_alone(self, title: str) -> Page:
        """Open an activity in a window of its own, which this becomes."""
        self.page.goto(f"{self.school.url}/")
        card = self.page.locator(".link").filter(has=self.page.get_by_role("heading", name=title))
        self.page.goto(f"{self.school.url}{card.locator('a').nth(1).get_attribute('href')}")
        self.page.locator("main h1").wait_for()
        return self.page

    def pictures(self, name: str, size: tuple[int, int], scheme: Scheme = "light") -> None:
        """Write what the window shows, in the best quality that is small enough."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.mouse.move(0, 0)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for frame in self.page.frames:
            frame.evaluate(FIXED_DATES)
            frame.evaluate(SHOWN_IMAGES)
        protocol = self.page.context.new_cdp_session(self.page)
        for quality in QUALITIES:
            options = {"format": "webp", "quality": quality}
            answer = protocol.send("Page.captureScreenshot", options)
            picture = base64.b64decode(answer["data"])
            if len(picture) <= MOST_BYTES:
                break
        (PICTURES / f"{name}.webp").write_bytes(picture)
        print(f"{name}.webp  {len(picture):6d} bytes")
