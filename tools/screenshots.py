"""Take ten pictures of Arrimage at work, for docs/ecrans.md.

The demonstration of ``make run`` is started on a folder of its own, people who do not exist
work in it as anybody would, and Chromium writes what they see. Dates are written over, so that
a picture only changes when a page does.
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

from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, STUDENT, Account

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
CONNECTION_STEPS: Final = 9

WHOLE: Final = "Module 3 (entier)"
QUIZ: Final = "parties-prenantes/quiz-parties-prenantes"
LESSON: Final = "saillance/grille"
MAP: Final = "atelier-carte/carte-du-projet"
GRID: Final = "atelier-carte/grille-du-projet"
PLAN: Final = "atelier-plan/plan-du-projet"
ACTORS: Final = (
    "Mairie",
    "Association de quartier",
    "Imprimerie",
    "Familles hébergées",
    "Bailleur social",
    "Rivière",
)
TIES: Final = (
    ("Mairie", "finances", "Association de quartier"),
    ("Bailleur social", "finances", "Imprimerie"),
    ("Association de quartier", "informs", "Familles hébergées"),
)
PLANNED: Final = {
    "But": "Choisir avec elles les horaires et l’entrée de l’accueil.",
    "Périmètre": "Les horaires et la salle ; ni le budget, ni le lieu.",
    "Mandat": "Le comité du projet suit l’avis, ou dit pourquoi il s’en écarte.",
    "Promesse": "Ce que vous écrirez sera repris mot pour mot dans la décision.",
    "Comment, où, avec qui": "Trois soirées sur place, avec une médiatrice et une garde d’enfants.",
    "Moyens": "Deux personnes, six heures chacune ; les repas.",
    "Risques": "Que seules viennent celles qui viennent toujours.",
    "Retour": "Une page affichée sur place sous quinze jours.",
    "Indicateur": "La moitié des familles a parlé au moins une fois.",
}
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
def demonstration() -> Iterator[School]:
    """Run the tool, its worker and the classroom in a new folder until the end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "classroom", "demo", "--var", folder]
        program = subprocess.Popen(
            [*command, "--port", "9210", "--tool-port", "9310"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield _when_ready(program)
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


def goes_to(window: Page, path: str) -> None:
    window.evaluate("path => { location.hash = `#/${path}` }", path)
    link = window.locator(f"nav.map a[href='#/{path}']")
    expect(link).to_have_attribute("aria-current", "step", timeout=WAIT_MS)


def is_saved(window: Page) -> None:
    status = window.locator(".save-status")
    expect(status).to_have_attribute("data-state", "saved", timeout=WAIT_MS)


def adds(window: Page, label: str, *texts: str) -> None:
    for text in texts:
        field = window.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")


def a_student_learns(student: Visitor) -> None:
    window = student.opens_alone(WHOLE)
    is_saved(window)
    student.pictures("accueil", DESK)
    goes_to(window, LESSON)
    is_saved(window)
    student.pictures("lecon-telephone", PHONE)
    goes_to(window, QUIZ)
    window.locator(".quiz__welcome button").click()
    window.locator("label.choice").first.click()
    window.locator(".question__after button[type=submit]").click()
    window.locator(".verdict").wait_for()
    is_saved(window)
    window.locator(".verdict").evaluate("verdict => verdict.scrollIntoView({block: 'end'})")
    student.pictures("question-telephone-sombre", PHONE, "dark")


def a_student_makes_a_map(student: Visitor) -> None:
    window = student.page
    window.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    goes_to(window, MAP)
    adds(window, "Ajouter une partie prenante", *ACTORS)
    for giver, kind, taker in TIES:
        window.locator("#tie-from").select_option(label=giver)
        window.locator("#tie-kind").select_option(kind)
        window.locator("#tie-to").select_option(label=taker)
        window.get_by_role("button", name="Ajouter ce lien").click()
    adds(window, "Ajouter une absence", "Celles et ceux qui travaillent la nuit")
    is_saved(window)
    window.locator(".tool").first.evaluate("tool => tool.scrollIntoView()")
    student.pictures("carte", DESK)
    goes_to(window, GRID)
    ratings = ((5, 5, 2), (3, 4, 3), (3, 2, 1), (1, 2, 5), (4, 2, 2), (1, 1, 4))
    rows = window.locator("[aria-labelledby=grid-ratings] tbody tr")
    for place, values in enumerate(ratings):
        for column, value in enumerate(values):
            rows.nth(place).locator("select").nth(column).select_option(str(value))
    window.get_by_label("Pouvoir et effet subi").check()
    is_saved(window)
    window.locator(".tool").first.evaluate("tool => tool.scrollIntoView()")
    student.pictures("grille-sombre", DESK, "dark")


def a_student_hands_in_a_plan(student: Visitor) -> None:
    window = student.page
    goes_to(window, PLAN)
    adds(window, "Ajouter une promesse\u00a0: à qui\u202f?", "Familles hébergées")
    for line, text in PLANNED.items():
        window.get_by_label(line, exact=True).fill(text)
    window.get_by_label("Niveau").select_option("collaborate")
    window.get_by_label("Méthode").select_option("drafting")
    window.locator(".hand-in__ask button").click()
    window.locator(".hand-in__choice .button--main, .hand-in__line").first.wait_for()
    if window.locator(".hand-in__choice").is_visible():
        window.locator(".hand-in__choice .button--main").click()
    window.locator(".hand-in__line").wait_for()
    window.emulate_media(media="print")
    # A browser's window has no margin of paper.
    window.evaluate("document.body.style.padding = '16mm'")
    window.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    student.pictures("papier", PAPER)


def an_instructor_reviews(instructor: Visitor) -> None:
    window = instructor.opens_alone(WHOLE)
    window.get_by_text("Jamais ouvert").first.wait_for()
    instructor.pictures("classe", TALL_DESK)
    frame = instructor.opens(WHOLE)
    frame.locator(".queue [data-submission]").first.press("Enter")
    frame.locator(".marking__work").wait_for()
    frame.locator(".marking__work").scroll_into_view_if_needed()
    instructor.pictures("relecture", DESK)
    picker = instructor.follows("/activities/new")
    picker.locator(".option .choice input:visible").nth(1).check()
    picker.locator(".option .choice input:visible").nth(3).check()
    instructor.pictures("choix", DESK)


def an_administrator_looks(administrator: Visitor) -> None:
    frame = administrator.follows("/administration/tool")
    with administrator.page.expect_popup() as opened:
        frame.locator("form button").click()
    administrator.page = opened.value
    administrator.page.locator(".admin-page h1").wait_for()
    administrator.page.goto(f"{administrator.page.url.rstrip('/')}/platforms/1")
    administrator.page.get_by_role("button", name="Tester la connexion").click()
    outcomes = administrator.page.locator("#steps > [data-outcome]")
    expect(outcomes).to_have_count(CONNECTION_STEPS, timeout=WAIT_MS)
    administrator.pictures("administration-sombre", DESK, "dark")


def main() -> None:
    executable = os.environ.get("CHROMIUM")
    PICTURES.mkdir(exist_ok=True)
    with demonstration() as school, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        student = Visitor(browser, school, STUDENT)
        for act in (a_student_learns, a_student_makes_a_map, a_student_hands_in_a_plan):
            act(student)
        an_instructor_reviews(Visitor(browser, school, INSTRUCTOR))
        an_administrator_looks(Visitor(browser, school, ADMINISTRATOR))
        browser.close()


if __name__ == "__main__":
    main()
