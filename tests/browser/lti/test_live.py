"""The class table follows students at work, whichever process they and their teacher are at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Route, expect
from sqlalchemy import select

from classroom.accounts import INSTRUCTOR, OTHER_STUDENT, STUDENT
from course_content.model import Course
from lti_tool.database import Database
from lti_tool.models import OF_CLASS, Learner, Membership, ResourceLink, Term, now
from tests.browser.lti.conftest import THIRD_PARTY_COOKIES_BLOCKED, OpenBrowser
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup, Small

LINK = "Unité 1"
QUIZ = "metier-sim/quiz-metier-sim"
STREAM = "**/api/class/stream"
TABLE = "**/api/class?*"
POLL_MS = 30_000

WITHOUT_ITERATION = "delete ReadableStream.prototype[Symbol.asyncIterator];"
"""As in Safari 26: a stream can be read piece by piece, and not iterated over."""
TOLD = """
    window.told = [];
    const news = document.getElementById("class-news");
    new MutationObserver(() => news.textContent && window.told.push(news.textContent))
        .observe(news, { childList: true });
"""
"""Remember what is read aloud."""


@pytest.fixture(scope="module", params=["small", "several"])
def running_school(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    """One process on SQLite; then two on PostgreSQL, which hear of each other through it."""
    several: bool = request.param == "several"
    setup: Setup = request.getfixturevalue("several") if several else Small()
    with open_school(setup, tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture
def teacher(person: Person) -> Person:
    person.page.add_init_script(WITHOUT_ITERATION)
    person.sign_in(INSTRUCTOR)
    return person


@pytest.fixture
def student(open_browser: OpenBrowser, school: School, course: Course) -> Person:
    """Somebody at another machine."""
    page = open_browser(THIRD_PARTY_COOKIES_BLOCKED).new_page()
    return Person(page, school, course)


def say(frame: Frame, state: str) -> None:
    expect(frame.locator("#live-state")).to_have_attribute("data-state", state)


def test_an_open_table_follows_a_student_and_leaves_the_reader_alone(
    teacher: Person, student: Person
) -> None:
    table = teacher.open(LINK)
    expect(
        table.get_by_role("heading", name="Personne n’a encore ouvert le module")
    ).to_be_visible()
    menu = table.locator("a[href='/class/terms']")
    menu.focus()
    student.sign_in(STUDENT)
    learner = student.learn(LINK)
    line = table.get_by_role("row").filter(has_text=STUDENT.name)
    expect(line).to_be_visible()
    expect(menu).to_be_focused()
    say(table, "live")
    search = table.get_by_label("Chercher une personne")
    search.focus()
    progress = line.locator(".progress-figure")
    before = progress.inner_text()
    table.evaluate("window.isTheSame = true")

    learner.take(QUIZ)

    expect(line.locator(".overall")).to_have_text("100\u202f%")
    expect(progress).not_to_have_text(before)
    expect(search).to_be_focused()
    assert table.evaluate("window.isTheSame")


@pytest.mark.parametrize("running_school", ["small"], indirect=True)
def test_lines_move_when_the_reader_says_so(teacher: Person, student: Person) -> None:
    for account in (OTHER_STUDENT, STUDENT):
        student.sign_in(account)
        learner = student.learn(LINK)
        learner.is_saved()
    table = teacher.open(LINK)
    heads = table.get_by_role("rowheader").get_by_role("link")
    for direction in ("ascending", "descending"):
        table.get_by_role("button", name="Note", exact=True).click()
        expect(table.locator(f"th[aria-sort={direction}]")).to_contain_text("Note")
    say(table, "live")
    names = heads.all_inner_texts()
    if names[-1] != STUDENT.name:
        student.sign_in(OTHER_STUDENT)
        learner = student.learn(LINK)

    learner.take(QUIZ)

    again = table.get_by_role("button", name="Trier à nouveau")
    expect(again).to_be_visible()
    expect(table.locator("#live-order")).to_contain_text("Une ligne a changé de place.")
    assert heads.all_inner_texts() == names
    again.click()
    expect(heads.first).to_have_text(names[-1])
    expect(again).to_be_hidden()

    database = Database(teacher.school.database_url)
    with database.transaction() as db:
        person = select(Learner.id).where(Learner.name == names[0])
        theirs = select(Membership).where(Membership.learner_id.in_(person))
        # The school had other courses.
        member = db.scalars(theirs.order_by(Membership.id.desc())).first()
        assert member is not None
        again_there = {name: getattr(member, name) for name in ("context_pk", "learner_id", "role")}
        db.delete(member)
    expect(again).to_be_visible()
    again.click()
    expect(heads).to_have_text([names[-1]])

    search = table.get_by_label("Chercher une personne")
    search.fill(names[0])
    expect(table.get_by_role("heading", name="Personne ne correspond")).to_be_visible()
    say(table, "live")
    with database.transaction() as db:
        db.add(Membership(**again_there))
    expect(heads).to_have_text([names[0]])
    expect(search).to_be_focused()

    with database.transaction() as db:
        course = db.scalars(select(ResourceLink.course)).first()
        place = {"context_pk": again_there["context_pk"], "course": course, "target": ""}
        db.add(Term(**place, holder=OF_CLASS, due_at=now() - timedelta(days=1)))
    database.close()
    expect(table.locator("ul.reasons").first).to_be_visible()
    heads.first.focus()
    table.evaluate("document.getElementById('class-report').dataset.old = ''")
    table.evaluate("document.querySelector('[data-action=refresh]').click()")
    expect(table.locator("#class-report[data-old]")).to_have_count(0)
    expect(heads.first).to_be_focused()


@pytest.mark.parametrize("running_school", ["small"], indirect=True)
def test_a_table_without_a_stream_asks_now_and_then_and_tells_of_a_break_once(
    teacher: Person, student: Person
) -> None:
    student.sign_in(STUDENT)
    learner = student.learn(LINK)
    learner.is_saved()
    page = teacher.page
    page.clock.install()
    page.route(STREAM, lambda route: route.fulfill(status=204))
    table = teacher.open(LINK)
    say(table, "polling")
    line = table.get_by_role("row").filter(has_text=STUDENT.name)
    progress = line.locator(".progress-figure")
    before = progress.inner_text()
    learner.next_step()
    learner.is_saved()
    page.clock.fast_forward(POLL_MS)
    expect(progress).not_to_have_text(before)

    table.evaluate(TOLD)
    page.route(TABLE, lambda route: route.fulfill(status=503))
    page.clock.fast_forward(POLL_MS)
    expect(table.locator("#live-state")).to_have_text(re.compile(r"nouvel essai dans [4-8] s"))
    page.unroute(TABLE)
    say(table, "polling")
    assert table.evaluate("window.told") == [
        "La mise à jour du tableau est interrompue.",
        "Le tableau est de nouveau à jour.",
    ]


@pytest.mark.parametrize("running_school", ["small"], indirect=True)
def test_news_of_a_table_that_was_left_disturb_no_other_page(
    teacher: Person, student: Person
) -> None:
    student.sign_in(STUDENT)
    student.learn(LINK).is_saved()
    page = teacher.page
    page.clock.install()
    page.route(STREAM, lambda route: route.fulfill(status=204))
    table = teacher.open(LINK)
    say(table, "polling")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(TABLE, hold)
    with page.expect_request(TABLE):
        page.clock.fast_forward(POLL_MS)
    page.clock.fast_forward(POLL_MS)
    table.get_by_role("link", name="Échéances et essais").click()
    day = table.locator("[name=due-day]").first
    day.fill("2031-05-12")
    page.unroute(TABLE)
    with page.expect_response(TABLE):
        held[0].continue_()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for _hour in range(5):
        page.clock.fast_forward("01:00:00")
        expect(day).to_have_value("2031-05-12")

    assert not any("/api/" in address for address in asked)
