"""The class table follows students at work, whichever process they and their teacher are at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, expect

from classroom.accounts import INSTRUCTOR, OTHER_STUDENT, STUDENT
from course_content.model import Course
from tests.browser.lti.conftest import THIRD_PARTY_COOKIES_BLOCKED, OpenBrowser
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup, Small

LINK = "Unité 1"
QUIZ = "metier-sim/quiz-metier-sim"


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
    student.sign_in(STUDENT)
    learner = student.learn(LINK)
    line = table.get_by_role("row").filter(has_text=STUDENT.name)
    expect(line).to_be_visible()
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
