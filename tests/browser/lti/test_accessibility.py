"""axe finds nothing on any page of the tool, in either language, and every route that shows
a page is among those looked at.

Each page is looked at in light and dark: in French on a phone, where its words are longest, and in
English on a wide screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Frame, Page, Response, expect
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from classroom.accounts import ADMINISTRATOR, INSTRUCTOR, MENTOR, STUDENT, Account
from config.settings import Settings
from course_content.model import Course
from lti_tool.app import create_app
from lti_tool.database import Database
from lti_tool.models import (
    ExportJob,
    ExportPackage,
    ExportSend,
    GradeDelivery,
    HandMadeGrade,
    JobState,
    now,
)
from scorm_packages.checks.findings import Finding, Report
from tests.browser.looks import SCHEMES, WIDTHS, look_at
from tests.browser.lti.conftest import (
    NO_COOKIE_IN_FRAMES,
    THIRD_PARTY_COOKIES_BLOCKED,
    OpenBrowser,
)
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup

pytestmark = pytest.mark.long

UNIT = "Unité 1"
WHOLE = "Module 3 (entier)"
PLAN = "atelier-plan/plan-du-projet"
QUIZ = "metier-sim/quiz-metier-sim"
LANGUAGE_OF_PAGE = "document.documentElement.lang"
COURSE = "engagement-parties-prenantes"
PHONE, WIDE = WIDTHS
WIDTH_IN: Final[Mapping[str, int]] = {"fr": PHONE, "en": WIDE}

WITHOUT_PAGE: Final[Mapping[str, str]] = {
    "static": "files of pages",
    "learn.player_file": "files of pages",
    "learn.media": "pictures",
    "health.health": "JSON",
    "lti.key_set": "JSON",
    "notices.receive": "JSON",
    "api.": "JSON",
    "works.": "JSON",
    "marking.draft": "JSON",
    "marking.decision": "JSON",
    "marking.submission": "JSON",
    "classes.fragment": "a part of the class page, looked at there",
    "classes.roster": "a part of the class page, looked at there",
    "class_pages.learner": "a part of a learner's page, looked at there",
    "class_pages.activity": "a part of an activity's page, looked at there",
    "class_terms.terms": "a part of the page of dates, looked at there",
    "class_terms.set_dates": "JSON",
    "class_terms.grant": "JSON",
    "class_terms.withdraw": "JSON",
    "class_downloads.": "files",
    "live.": "events, not a page",
    "columns.": "parts of the class page, looked at there",
    "sync.page": "a part of the page of the gradebook, looked at there",
    "sync.start": "a part of the page of the gradebook, looked at there",
    "sync.progress": "JSON",
    "sync.comparison": "a part of the page of the gradebook, looked at there",
    "sync.scores": "a part of the page of the gradebook, looked at there",
    "sync.decisions": "a part of the page of the gradebook, looked at there",
    "sync.nightly": "a part of the page of the gradebook, looked at there",
    "mentors.fragment": "a part of the mentor's page, looked at there",
    "admin.test_step": "a part of a platform's page, looked at there",
    "lti.stored_launch": "the same pages as lti.launch",
    "admin.leave": "leads to admin.sign_in",
    "admin.try_password": "the page of admin.sign_in",
    "admin.change_platform": "the page of admin.edit_platform, or leads to admin.platform",
    "admin.admit_administrators": "leads to admin.platform",
    "admin.admit_designers": "leads to admin.platform",
    "admin.keep_deployment": "leads to admin.platform",
    "admin.suspend_platform": "leads to admin.platform",
    "admin.resume_platform": "leads to admin.platform",
    "admin.remove_platform": "leads to admin.platforms",
    "admin.test_platform": "the page of admin.platform",
    "admin.replace_keys": "leads to admin.keys",
    "admin.rotate_keys": "leads to admin.keys",
    "admin.revoke": "leads to admin.invitations",
    "admin.use_ticket": "a page that goes on by itself",
    "deep_linking.choose": "a page that goes on by itself",
    "admin.make_licence": "the page of admin.licences, or leads to admin.licence",
    "admin.renew_licence": "the page of admin.licence, or leads to it",
    "admin.revoke_licence": "leads to admin.licence",
    "dispatch.unit": "JSON",
    "dispatch.launch": "the player, looked at as lti.launch; refusals as dispatch.nothing_launched",
    "exports.build": "the page of exports.new, or leads to exports.job",
    "exports.cancel_job": "leads to exports.new",
    "exports.download": "a package, or the page of exports.package",
    "exports.job_state": "JSON",
    "exports.note_send": "the page of exports.package, or leads there",
    "exports.preview_file": "files of pages",
    "exports.remove_package": "leads to exports.package",
    "exports.remove_send": "leads to exports.package",
}
"""Routes that show no page of their own, and why: an endpoint, or a blueprint and its dot."""


class Tour:
    """Goes through the tool's pages with axe, and writes down which routes made them."""

    def __init__(self, open_browser: OpenBrowser, school: School, routes: Flask) -> None:
        self.school = school
        self.looked_at: set[str] = set()
        self.found: dict[str, list[str]] = {}
        self._open_browser = open_browser
        self._pages: dict[str, Page] = {}
        self._routes = routes.url_map.bind("localhost")
        self._made_by: dict[Frame, str] = {}
        self.turns_to("fr")

    def _note(self, response: Response) -> None:
        request = response.request
        if not request.is_navigation_request() or not request.url.startswith(self.school.tool_url):
            return
        try:
            endpoint, _ = self._routes.match(urlsplit(request.url).path, request.method)
        except HTTPException:
            endpoint = "nowhere"
        self._made_by[request.frame] = endpoint

    def look(self, where: str, window: Page | Frame | None = None) -> None:
        """Look at a page of the tool, or at the frame of the platform's that shows one.

        It is written in the reader's language.
        """
        window = window or self.page
        frame = window.main_frame if isinstance(window, Page) else window
        frames = [frame, *frame.child_frames]
        self.looked_at |= {self._made_by[each] for each in frames if each in self._made_by}
        found = look_at(window, [WIDTH_IN[self._language]])
        expected, actual = self._language, frame.evaluate(LANGUAGE_OF_PAGE)
        if actual != expected:
            found.append(f"{frame.url}: written in {actual}, not in {expected}")
        if found:
            self.found.setdefault(where, []).extend(found)

    def turns_to(self, language: str) -> None:
        """From now on whoever looks reads that language, in a browser that says so."""
        self._language = language
        if language not in self._pages:
            context = self._open_browser(THIRD_PARTY_COOKIES_BLOCKED, language)
            context.on("response", self._note)
            self._pages[language] = context.new_page()
        self.page = self._pages[language]
        self.page.request.get(f"{self.school.classroom_url}/", params={"lang": language})

    def becomes(self, account: Account) -> None:
        """Sign in to the classroom."""
        self.page.request.post(
            f"{self.school.classroom_url}/sign-in", form={"account": account.user_id}
        )

    def opens(self, path: str) -> Frame:
        """Open a page of the classroom, and return the frame that shows the tool there."""
        self.page.goto(f"{self.school.classroom_url}{path}")
        element = self.page.locator("iframe.tool").element_handle()
        frame = element.content_frame()
        assert frame is not None
        frame.wait_for_url(
            re.compile(rf"{self.school.tool_url}/(?!lti/login)"), wait_until="domcontentloaded"
        )
        return frame

    def goes(self, path: str) -> None:
        self.page.goto(f"{self.school.tool_url}{path}")


@pytest.fixture(scope="module")
def running_school(tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Its platform registers the tool anew: no school for other files."""
    with open_school(tool_setup, tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The tool's routes."""
    database = tmp_path_factory.mktemp("routes") / "arrimage.db"
    return create_app(Settings(database_url=f"sqlite:///{database}"))


@pytest.fixture
def tour(open_browser: OpenBrowser, school: School, routes: Flask) -> Tour:
    return Tour(open_browser, school, routes)


def routes_with_a_page(routes: Flask) -> Iterator[str]:
    for rule in routes.url_map.iter_rules():
        blueprint = f"{rule.endpoint.partition('.')[0]}."
        if rule.endpoint not in WITHOUT_PAGE and blueprint not in WITHOUT_PAGE:
            yield rule.endpoint


def test_these_looks_do_find_what_is_wrong_in_the_frame(person: Person) -> None:
    person.sign_in(STUDENT)
    learner = person.learn(UNIT)
    learner.window.locator("h1").evaluate("title => title.append(document.createElement('img'))")
    # Too little contrast on the light ground, and on the dark one.
    learner.window.locator(".prose p").first.evaluate("words => { words.style.color = '#777' }")
    found = look_at(person.page)
    assert len([rule for rule in found if "image-alt" in rule]) == len(WIDTHS)
    assert len([rule for rule in found if "color-contrast" in rule]) == len(WIDTHS) * len(SCHEMES)


def test_axe_finds_nothing_on_the_classroom_s_pages(tour: Tour) -> None:
    for language in WIDTH_IN:
        tour.turns_to(language)
        tour.page.goto(tour.school.classroom_url)
        tour.look("signing in")
        tour.becomes(ADMINISTRATOR)
        for path in ("/", "/gradebook", "/administration", "/nowhere"):
            tour.page.goto(f"{tour.school.classroom_url}{path}")
            tour.look(path)
        tour.page.context.clear_cookies()
    assert tour.found == {}


def test_axe_finds_nothing_on_any_page_of_the_tool(
    tour: Tour, person: Person, routes: Flask
) -> None:
    links = work_comes_in(person)
    for language in WIDTH_IN:
        tour.turns_to(language)
        looks_at_the_student_s_pages(tour, links)
        looks_at_the_instructor_s_pages(tour, links)
        looks_at_the_mentor_s_page(tour, links)
        looks_at_the_refusals(tour)
    # From its registration on, the classroom's links open a tool that knows nobody's work.
    for language in WIDTH_IN:
        tour.turns_to(language)
        looks_at_a_registration(tour, looks_at_the_administration(tour))
    assert tour.found == {}
    assert set(routes_with_a_page(routes)) - tour.looked_at == set()


def test_the_list_of_routes_without_a_page_names_none_that_is_gone(routes: Flask) -> None:
    endpoints = {rule.endpoint for rule in routes.url_map.iter_rules()}
    blueprints = {f"{endpoint.partition('.')[0]}." for endpoint in endpoints}
    assert WITHOUT_PAGE.keys() - endpoints - blueprints == set()


def work_comes_in(person: Person) -> dict[str, str]:
    """A student does a quiz and hands in a plan; return where each activity is opened."""
    person.sign_in(STUDENT)
    links = {
        title: str(person.card(title).locator("a").first.get_attribute("href"))
        for title in (UNIT, WHOLE)
    }
    learner = person.learn(WHOLE)
    learner.take(QUIZ)
    learner.go_to(PLAN)
    frame = learner.window
    frame.get_by_label("Ajouter une promesse\u00a0: à qui\u202f?").fill("Les familles")
    frame.get_by_label("Ajouter une promesse\u00a0: à qui\u202f?").press("Enter")
    frame.locator(".hand-in__ask button").click()
    frame.locator(".hand-in__choice .button--main").click()
    expect(frame.locator(".hand-in__line")).to_be_visible()
    person.page.goto(f"{person.school.classroom_url}/gradebook")
    expect(person.page.locator(".review").first).to_be_visible()
    links["review"] = str(person.page.locator(".review").first.get_attribute("href"))
    return links


def looks_at_the_student_s_pages(tour: Tour, links: Mapping[str, str]) -> None:
    tour.becomes(STUDENT)
    frame = tour.opens(links[WHOLE])
    expect(frame.locator("main h1")).to_be_visible()
    frame.evaluate("path => { location.hash = `#/${path}`; }", PLAN)
    expect(frame.locator(".hand-in__line")).to_be_visible()
    tour.look("player in the classroom's frame")
    expect(tour.opens(links["review"]).locator(".verdict-right").first).to_be_visible()
    tour.look("one's own work, from the gradebook")


def looks_at_the_instructor_s_pages(tour: Tour, links: Mapping[str, str]) -> None:
    tour.becomes(INSTRUCTOR)
    frame = tour.opens(links[WHOLE])
    reloads(frame, "/class")
    expect(frame.locator(".queue").first).to_be_visible()
    tour.look("class", frame)
    frame.locator("a[href='/class/columns']").first.press("Enter")
    expect(frame.locator(".grading-page h1")).to_be_focused()
    reloads(frame, "/class/columns")
    expect(frame.locator(".columns-form")).to_be_visible()
    frame.locator("[name=counting][value=last]").press("Space")
    frame.locator("[name=grading][value=activities]").press("Space")
    frame.locator(".columns-form button[type=submit]").press("Enter")
    expect(frame.locator(".columns-plan h2")).to_be_focused()
    expect(frame.locator(".columns-plan")).to_be_visible()
    tour.look("how a link is graded, with a plan", frame)
    frame.locator(".class-ways a[href='/class']").press("Enter")
    expect(frame.locator(".class-table").first).to_be_visible()
    looks_at_a_learner_and_an_activity(tour, frame)
    looks_at_the_dates(tour, frame)
    looks_at_the_gradebook(tour, frame)
    frame.locator(".queue [data-submission]").first.press("Enter")
    expect(frame.locator(".marking__work")).to_be_visible()
    reloads(frame)
    expect(frame.locator(".marking__work")).to_be_visible()
    tour.look("work to be reviewed", frame)
    reloads(frame, "/learn")
    expect(frame.locator(".preview-banner")).to_be_visible()
    tour.look("preview as learners see it", frame)
    expect(tour.opens(links["review"]).locator(".verdict-right").first).to_be_visible()
    tour.look("somebody's work, from the gradebook")
    looks_at_the_picker(tour)


def looks_at_a_learner_and_an_activity(tour: Tour, frame: Frame) -> None:
    """From the class table, by keyboard, and back to it."""
    search = frame.locator("#class-search")
    search.fill("alix")
    expect(frame.locator(".class-table tbody tr")).to_have_count(1)
    expect(search).to_be_focused()
    frame.locator(".class-table tbody a[data-open]").press("Enter")
    expect(frame.locator(".learner-page h1")).to_be_focused()
    for attempt in frame.locator(".record summary").all():
        attempt.press("Enter")
    reloads(frame)
    expect(frame.locator(".learner-page .record").first).to_be_visible()
    tour.look("a learner", frame)
    frame.locator(".record a[data-open]").first.evaluate(
        "link => { link.closest('details').open = true }"
    )
    frame.locator(".record a[data-open]").first.press("Enter")
    expect(frame.locator(".activity-page h1")).to_be_focused()
    reloads(frame)
    expect(frame.locator(".activity-page .distribution").first).to_be_visible()
    tour.look("an activity", frame)
    frame.locator(".class-ways a[data-open]").first.press("Enter")
    expect(frame.locator("#class-search")).to_have_value("alix")
    frame.locator("[data-action=all]").press("Enter")
    expect(frame.locator("#class-search")).to_have_value("")


def looks_at_the_dates(tour: Tour, frame: Frame) -> None:
    """Set some, give somebody more, be refused something, and go back to the table."""
    frame.locator(".class-menu a[href='/class/terms']").press("Enter")
    expect(frame.locator(".terms-page h1")).to_be_focused()
    frame.locator("[name=due-day]").first.fill("2031-05-12")
    frame.locator("[name=closes-day]").first.fill("2031-05-19")
    # What an earlier page said would pass for what this one says.
    frame.locator("#class-news").evaluate("news => { news.textContent = ''; }")
    frame.locator("form[data-terms=dates] [type=submit]").press("Enter")
    expect(frame.locator("#class-news")).not_to_be_empty()
    form = frame.locator(".grant-form")
    form.locator("[name=holder]").select_option(index=1)
    form.locator("[name=closes-day]").fill("2031-06-01")
    form.locator("[type=submit]").press("Enter")
    expect(frame.locator(".given-term")).not_to_have_count(0)
    reloads(frame)
    expect(frame.locator(".given-term").first).to_be_visible()
    frame.locator(".term-rows").evaluate("rows => { rows.open = true }")
    frame.locator(".grant-form [type=submit]").press("Enter")
    expect(frame.locator(".grant-form [aria-invalid=true]")).to_be_focused()
    tour.look("due dates and attempts", frame)
    frame.locator(".class-ways a[data-open]").first.press("Enter")
    expect(frame.locator("#class-search")).to_be_visible()


def looks_at_the_gradebook(tour: Tour, frame: Frame) -> None:
    """Synchronise it, find a grade that somebody gave there, compare, and go back to the table."""
    frame.locator(".class-menu a[href='/class/gradebook']").press("Enter")
    expect(frame.locator(".gradebook-page h1")).to_be_focused()
    over = frame.locator("#class-report").get_attribute("data-over") or ""
    frame.locator("#sync-start").press("Enter")
    expect(frame.locator("#class-news")).to_have_text(over)
    a_grade_was_given_by_hand(tour.school)
    reloads(frame)
    expect(frame.locator("[data-group=undecided] tbody tr")).to_have_count(1)
    frame.locator("#sync-compare").press("Enter")
    expect(frame.locator("#look")).to_be_visible()
    tour.look("gradebook", frame)
    frame.locator(".class-ways a[data-open]").first.press("Enter")
    expect(frame.locator("#class-search")).to_be_visible()


def a_grade_was_given_by_hand(school: School) -> None:
    """Note what a reading of the gradebook would find, had a teacher changed a grade there."""
    database = Database(school.database_url)
    with database.transaction() as db:
        row = db.scalars(select(GradeDelivery).order_by(GradeDelivery.id)).first()
        assert row is not None
        place = {"line_item_pk": row.line_item_pk, "learner_id": row.learner_id}
        db.add(HandMadeGrade(**place, theirs=0.2, resisted=True))
    database.close()


def reloads(frame: Frame, path: str = "") -> None:
    """Load a page anew, or another in its place: the session stays with the window's history."""
    frame.evaluate("path => { history.replaceState(history.state, '', path); }", path)
    with frame.expect_navigation(wait_until="domcontentloaded"):
        frame.evaluate("location.reload()")


def looks_at_the_picker(tour: Tour) -> None:
    picker = tour.opens("/activities/new")
    picker.locator("input[type=search]").fill("metier")
    expect(picker.locator("#found")).not_to_be_empty()
    for option in (
        picker.locator(".option-activity:visible").first,
        picker.locator(".option-unit:visible").first,
    ):
        option.locator("input").first.press("Space")
    picker.locator(".picked-item summary").first.click()
    tour.look("picker")
    picker.locator("button[name=preview]:visible").last.click()
    expect(picker.frame_locator("#preview iframe").locator(".preview-questions")).to_be_visible()
    tour.look("preview in the picker", picker)


def looks_at_the_mentor_s_page(tour: Tour, links: Mapping[str, str]) -> None:
    tour.becomes(INSTRUCTOR)
    expect(tour.opens(links[UNIT]).locator("table").first).to_be_visible()
    tour.becomes(MENTOR)
    frame = tour.opens(links[UNIT])
    reloads(frame)
    expect(frame.locator("#class-content h1, #class-content h2").first).to_be_visible()
    tour.look("mentor", frame)


def looks_at_the_refusals(tour: Tour) -> None:
    pages = ("/", "/lti/launch", "/lti/login", "/learn", "/class", "/mentored", "/nowhere",
             "/dispatch/launch")  # fmt: skip
    for path in (*pages, f"/submissions/{'0' * 32}"):
        tour.goes(path)
        expect(tour.page.locator("h1")).to_be_visible()
        tour.look(path)
    tour.page.set_content(
        f"<form method=post action='{tour.school.tool_url}/lti/launch'><button>?</button></form>"
    )
    tour.page.locator("button").click()
    expect(tour.page.locator("#reference")).to_be_visible()
    tour.look("refused launch")


def looks_at_the_administration(tour: Tour) -> str:
    """Look at its pages, and return the invitation that one of them makes."""
    page = tour.page
    tour.goes("/lti/launch")
    reference = page.locator("#reference").inner_text()
    tour.goes("/admin")
    expect(page.locator("#password")).to_be_visible()
    tour.look("signing in")
    page.goto(tour.school.arrimage("admin", "enter").strip())
    tour.look("ticket")
    page.locator("form button").click()
    expect(page.locator(".admin-page h1")).to_be_visible()
    for path in ("", "/platforms", "/platforms/new", "/platforms/1", "/platforms/1/edit",
                 "/platforms/1/suspend", "/platforms/1/remove", "/invitations", "/keys",
                 "/keys/compromised", "/launches", f"/errors?reference={reference}"):  # fmt: skip
        tour.goes(f"/admin{path}")
        tour.look(f"/admin{path}")
    tour.goes("/admin/platforms/new")
    page.locator(".admin-page form button[type=submit]").last.click()
    expect(page.locator("#mistakes")).to_be_visible()
    tour.look("mistakes in a platform")
    looks_at_the_licences(tour)
    tour.goes("/admin/invitations")
    page.locator(".admin-page form button[type=submit]").first.click()
    invitation = page.locator(".once code").inner_text()
    tour.look("new invitation")
    looks_at_the_exports(tour)
    page.context.clear_cookies()
    return invitation


def looks_at_the_licences(tour: Tour) -> None:
    page = tour.page
    tour.goes("/admin/licences")
    page.locator(".admin-page form button[type=submit]").click()
    expect(page.locator("#mistakes")).to_be_visible()
    tour.look("mistakes in a licence")
    page.locator("#seats").fill("30")
    page.locator("#until").fill((datetime.now(UTC).date() + timedelta(days=200)).isoformat())
    page.locator("#course").select_option("engagement-parties-prenantes")
    page.locator("#language").select_option("fr")
    page.locator(".admin-page form button[type=submit]").click()
    expect(page.locator(".admin-news")).to_be_visible()
    tour.look("a licence")
    page.locator("a[href$='/revoke']").click()
    expect(page.locator(".button-danger")).to_be_visible()
    tour.look("revoking a licence")
    tour.goes("/admin/licences")
    expect(page.locator(".admin-table")).to_be_visible()
    tour.look("licences")


def looks_at_the_exports(tour: Tour) -> None:
    """Look at the export page, and at jobs and a package that were there before."""
    package_id, jobs = exports_were_made(tour.school)
    tour.goes("/exports?partner=essec&option-mastery=101")
    expect(tour.page.locator("#option-mastery-problem")).to_be_visible()
    tour.look("mistakes in an export")
    tour.goes("/exports?partner=essec")
    tour.page.locator("#preview").scroll_into_view_if_needed()
    expect(tour.page.frame_locator("#preview").locator("main h1")).to_be_visible()
    tour.look("export page with a preview")
    for job_id in jobs:
        tour.goes(f"/exports/jobs/{job_id}")
        tour.look(f"job {job_id}")
    for path in ("history", f"packages/{package_id}", f"packages/{package_id}/remove"):
        tour.goes(f"/exports/{path}")
        tour.look(f"/exports/{path}")


def exports_were_made(school: School) -> tuple[int, list[int]]:
    """Note a package that was sent and has something to look at, a job under way, one that failed.

    No worker takes them up; return their numbers.
    """
    finding = Finding("a/b", "The workshop is a sheet to print: cartridges have no such activity.",
                      "SCORM and LTI carry it as it is.", "warning")  # fmt: skip
    report = Report("scorm12", "SCORM 1.2", 3, 9, ("index.html",), (finding,))
    asked = {"course": COURSE, "format": "scorm12", "choices": {"mastery": 70.0}}
    database = Database(school.database_url)
    with database.transaction() as db:
        package = ExportPackage(
            name="cours-1-fr-scorm12.zip",
            checksum="0" * 64,
            size=123_456,
            course=COURSE,
            course_title="Cours",
            version="1",
            language="fr",
            format="scorm12",
            options={"mastery": None, "structure": "units"},
            report=report.as_json(),
        )
        package.sends.append(ExportSend(recipient="DSI", sent_on=date(2026, 9, 1)))
        until = now() + timedelta(days=1)
        running = ExportJob(**asked, state=JobState.RUNNING, claimed_until=until, done=1, total=2)
        failed = ExportJob(
            **asked, state=JobState.FAILED, fault="unsound", report=report.as_json(), detail="?"
        )
        db.add_all((package, running, failed))
        db.flush()
        numbers = package.id, [running.id, failed.id]
    database.close()
    return numbers


def looks_at_a_registration(tour: Tour, invitation: str) -> None:
    tour.becomes(ADMINISTRATOR)
    page = tour.page
    page.goto(f"{tour.school.classroom_url}/administration")
    page.locator("#registration-url").fill(invitation)
    page.locator(".register-tool button").click()
    page.goto(str(page.locator("iframe.tool").get_attribute("src")))
    tour.look("registration asked for")
    page.locator("form button").click()
    expect(page.locator(".lead[role=status]")).to_be_visible()
    tour.look("registered")
    # The invitation is over: going back shows the page that says so.
    page.go_back()
    expect(page.locator("#reference")).to_be_visible()
    tour.look("invitation that is over")


def test_axe_finds_nothing_in_the_offer_of_a_new_window(
    open_browser: OpenBrowser, school_without_storage: School, course: Course
) -> None:
    page = open_browser(NO_COOKIE_IN_FRAMES).new_page()
    somebody = Person(page, school_without_storage, course)
    somebody.sign_in(STUDENT)
    somebody.card(UNIT).get_by_role("link", name="Ouvrir ici").click()
    expect(page.frame_locator("iframe.tool").get_by_role("link").first).to_be_visible()
    assert look_at(page) == []
