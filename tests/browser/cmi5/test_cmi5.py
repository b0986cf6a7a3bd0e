"""cmi5 packages on an LMS, in a real browser: what does the record store end up with?"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from course_content.loader import load_course
from tests.browser.cmi5.lms import Launched, Lms
from tests.browser.cmi5.rules import Statement, is_defined, verb_of, violations
from tests.browser.looks import look_at
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.test_workshops import MAP, Maker
from tests.servers import PATIENCE_SECONDS
from tests.unit.course_content.conftest import COURSES

PageAt = Callable[..., Page]
Played = tuple[Launched, list[Statement]]


def open_unit(page: Page, launched: Launched) -> Learner:
    page.goto(launched.address)
    return Learner(page)


def close(lms: Lms, page: Page, launched: Launched) -> Played:
    """Close the window; return what the record store has, once it was told of the end."""
    page.close()
    assert launched.over.wait(PATIENCE_SECONDS), "the LMS was never told of the end"
    assert lms.refused == []
    return launched, lms.statements(launched)


def defined(statements: list[Statement]) -> list[str]:
    return [verb_of(each) for each in statements if is_defined(each)]


def categories(statement: Statement) -> list[dict[str, str]]:
    found: list[dict[str, str]] = statement["context"]["contextActivities"]["category"]
    return found


def hold_to_the_rules(*played: Played) -> None:
    assert violations([(launched.terms, statements) for launched, statements in played]) == []


def do_everything(learner: Learner, rightly: bool = True) -> None:
    for path in learner.steps:
        if path in learner.quizzes:
            learner.take(path, rightly=rightly)
        else:
            learner.go_to(path)
    learner.is_saved()


@pytest.fixture(scope="module")
def passed(lms: Lms, whole: str, browser: Any) -> Played:
    """Somebody who read everything and answered every question rightly."""
    launched = lms.launch(whole, lms.enrol())
    page = browser.new_context().new_page()
    do_everything(open_unit(page, launched))
    found = close(lms, page, launched)
    page.context.close()
    return found


def test_who_answers_all_rightly_completes_and_passes(passed: Played) -> None:
    launched, statements = passed
    assert defined(statements) == ["initialized", "completed", "passed", "terminated"]
    assert launched.launch_data["moveOn"] == "Passed"
    (judged,) = (each for each in statements if verb_of(each) == "passed")
    assert judged["result"]["score"] == {"scaled": 1, "raw": 100, "min": 0, "max": 100}
    hold_to_the_rules(passed)


def test_every_answer_is_told_with_what_would_be_right(passed: Played) -> None:
    answers = [each for each in passed[1] if verb_of(each) == "answered"]
    kinds = [each["object"]["definition"]["interactionType"] for each in answers]
    assert kinds == [
        *("choice", "choice", "true-false", "sequencing", "matching", "numeric", "fill-in"),
        "choice",
    ]
    told = {
        each["object"]["id"].partition("#")[2]: (
            each["object"]["definition"]["correctResponsesPattern"],
            each["result"]["response"],
        )
        for each in answers
    }
    assert told["quiz-un/seul"] == (["b"], "b")
    assert told["quiz-un/plusieurs"] == (["a[,]c"], "a[,]c")
    assert told["quiz-un/vrai"] == (["true"], "true")
    assert told["quiz-un/ordre"] == (["i1[,]i2[,]i3[,]i4"], "i1[,]i2[,]i3[,]i4")
    pairs = "l1[.]r1[,]l2[.]r2[,]l3[.]r3"
    assert told["quiz-un/paires"] == ([pairs], pairs)
    assert told["quiz-un/nombre"] == (["2.4[:]2.6"], "2.5")
    assert told["quiz-un/texte"] == (["{case_matters=false}partie prenante"], "partie prenante")
    named = answers[0]["object"]["definition"]
    assert named["name"] == {"fr": "Un seul\u202f?"}
    assert [each["id"] for each in named["choices"]] == ["a", "b", "c"]
    assert all(each["result"]["success"] for each in answers)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda told: told.insert(1, copy.deepcopy(told[-1])), "a verb comes twice"),
        (lambda told: told.append(told.pop(0)), "comes first (9.3.2)"),
        (lambda told: told.pop(), "comes last (9.3.8)"),
        (lambda told: told[0]["result"].update(score={"scaled": 1}), "it has a score (9.5.1)"),
        (
            lambda told: told[-2]["context"]["contextActivities"]["category"].pop(),
            "category moveOn",
        ),
        (lambda told: told[-2]["result"]["score"].update(scaled=0.5), "against a mastery score"),
        (lambda told: told[-1]["result"].pop("duration"), "duration is None"),
        (lambda told: told[1]["context"].update(registration="x"), "another registration"),
        (lambda told: told[1]["context"]["extensions"].clear(), "another session"),
        (lambda told: told[1].update(timestamp="2026-01-01T00:00:00+01:00"), "is not UTC"),
    ],
)
def test_the_rules_that_statements_are_held_to_can_be_broken(
    passed: Played, damage: Callable[[list[Statement]], object], said: str
) -> None:
    launched, statements = passed
    damaged = copy.deepcopy(statements)
    damaged[0].setdefault("result", {})
    damage(damaged)
    assert said in "\n".join(violations([(launched.terms, damaged)]))


def test_who_fails_may_come_back_and_pass(lms: Lms, whole: str, page_at: PageAt) -> None:
    registration = lms.enrol()
    first = lms.launch(whole, registration)
    page = page_at()
    context = page.context
    do_everything(open_unit(page, first), rightly=False)
    failed = close(lms, page, first)
    assert defined(failed[1]) == ["initialized", "completed", "failed", "terminated"]

    second = lms.launch(whole, registration)
    page = context.new_page()
    learner = open_unit(page, second)
    for path in learner.quizzes:
        learner.go_to(path)
        page.locator(".result > .button").click()
        learner.answer_all(path)
    learner.is_saved()
    passed = close(lms, page, second)
    assert defined(passed[1]) == ["initialized", "passed", "terminated"]
    hold_to_the_rules(failed, passed)


def test_closed_in_the_middle_it_goes_on_where_it_was(
    lms: Lms, whole: str, page_at: PageAt
) -> None:
    registration = lms.enrol()
    first = lms.launch(whole, registration)
    page = page_at()
    learner = open_unit(page, first)
    quiz = learner.quizzes[0]
    questions = learner.activity(quiz)["questions"]
    learner.go_to(quiz)
    page.locator(".quiz__welcome button").click()
    learner.answer(questions[0], "b")
    # At once: nothing waits for what is on its way.
    begun = close(lms, page, first)
    assert [verb_of(each) for each in begun[1]] == ["initialized", "answered", "terminated"]

    lms.wait_for_work(first, b'"seul"')

    # Another browser has nothing but what the LMS kept.
    second = lms.launch(whole, registration)
    page = page_at()
    learner = open_unit(page, second)
    page.wait_for_function("path => location.hash === `#/${path}`", arg=quiz)
    page.locator(".quiz__welcome button").click()
    expect(page.locator("form.question h2")).to_contain_text("2")
    ended = close(lms, page, second)
    assert [verb_of(each) for each in ended[1]] == ["initialized", "terminated"]
    hold_to_the_rules(begun, ended)


def test_a_reloaded_window_goes_on_in_its_session(lms: Lms, whole: str, page_at: PageAt) -> None:
    launched = lms.launch(whole, lms.enrol())
    page = page_at()
    learner = open_unit(page, launched)
    learner.take(learner.quizzes[1])
    page.keyboard.press("F5")
    page.reload()
    learner = Learner(page)
    learner.take(learner.quizzes[0])
    learner.is_saved()
    found = close(lms, page, launched)
    assert defined(found[1]) == ["initialized", "completed", "passed", "terminated"]
    hold_to_the_rules(found)


def test_reloaded_by_the_browser_s_button_the_work_is_kept_and_told_the_next_time(
    lms: Lms, whole: str, page_at: PageAt
) -> None:
    registration = lms.enrol()
    launched = lms.launch(whole, registration)
    page = page_at()
    learner = open_unit(page, launched)
    learner.take(learner.quizzes[1])
    learner.is_saved()
    page.reload()
    expect(page.locator(".notice--problem[data-code='session-over']")).to_be_visible()
    assert look_at(page) == []
    learner = Learner(page)
    learner.take(learner.quizzes[0])
    learner.is_saved()
    over = close(lms, page, launched)
    assert defined(over[1]) == ["initialized", "terminated"]

    again = lms.launch(whole, registration)
    page = page_at()
    open_unit(page, again).is_saved()
    told = close(lms, page, again)
    assert defined(told[1]) == ["initialized", "completed", "passed", "terminated"]
    hold_to_the_rules(over, told)


@pytest.mark.parametrize("mode", ["Review", "Browse"])
def test_in_other_modes_nothing_counts(
    lms: Lms, whole: str, page_at: PageAt, passed: Played, mode: str
) -> None:
    registration = passed[0].terms.registration
    before = dict(lms.documents)
    launched = lms.launch(whole, registration, mode=mode)
    page = page_at()
    learner = open_unit(page, launched)
    expect(page.locator(".notice--problem[data-code='review']")).to_be_visible()
    expect(page.locator(".save-status")).to_have_attribute("data-state", "off")
    learner.go_to(learner.steps[0])
    found = close(lms, page, launched)
    assert [verb_of(each) for each in found[1]] == ["initialized", "terminated"]
    assert lms.documents == before
    hold_to_the_rules(passed, found)


def test_each_unit_is_one_of_its_own(lms: Lms, imported: Any, page_at: PageAt) -> None:
    course = imported(structure="units", completion="both", mastery=70)
    registration = lms.enrol()
    played = []
    for place in (1, 2):
        launched = lms.launch(course, registration, place)
        page = page_at()
        learner = open_unit(page, launched)
        assert len({path.partition("/")[0] for path in learner.steps}) == 1
        do_everything(learner)
        played.append(close(lms, page, launched))
    assert [launched.launch_data["moveOn"] for launched, _told in played] == [
        "CompletedAndPassed",
        "CompletedAndPassed",
    ]
    assert [launched.terms.mastery for launched, _told in played] == [0.7, 0.7]
    for _launched, statements in played:
        assert defined(statements) == ["initialized", "completed", "passed", "terminated"]
    hold_to_the_rules(*played)


def test_what_is_made_in_a_workshop_is_there_in_another_browser(
    lms: Lms, imported: Any, page_at: PageAt
) -> None:
    course, registration = imported(load_course(COURSES / "atelier")), lms.enrol()
    first = lms.launch(course, registration)
    page = page_at()
    page.goto(first.address)
    maker = Maker(page)
    maker.opens(MAP)
    maker.makes_a_map()
    rows = maker.rows("map-actors")
    # At once: what was typed last is still on its way.
    made = close(lms, page, first)
    lms.wait_for_work(first, b"Personne ne dort.", "arrimage.work.ma-carte")

    second = lms.launch(course, registration)
    page = page_at()
    page.goto(second.address)
    maker = Maker(page)
    maker.opens(MAP)
    assert maker.rows("map-actors") == rows
    hold_to_the_rules(made, close(lms, page, second))


def test_who_leaves_goes_where_the_platform_wants(lms: Lms, whole: str, page_at: PageAt) -> None:
    launched = lms.launch(whole, lms.enrol(), returnURL=f"{lms.address}/back")
    page = page_at()
    open_unit(page, launched)
    page.get_by_role("link", name="Quitter").click()
    expect(page.get_by_role("heading", name="Votre cours")).to_be_visible()
    assert page.url == f"{lms.address}/back"
    found = close(lms, page, launched)
    assert [verb_of(each) for each in found[1]] == ["initialized", "terminated"]
    hold_to_the_rules(found)


def test_a_platform_that_is_down_is_said_and_nothing_is_lost(
    lms: Lms, whole: str, page_at: PageAt
) -> None:
    launched = lms.launch(whole, lms.enrol())
    page = page_at()
    learner = open_unit(page, launched)
    learner.is_saved()
    lms.is_down = True
    try:
        learner.take(learner.quizzes[1])
        notice = page.locator(".notice--problem[data-code='lms-save']")
        expect(notice).to_contain_text(re.compile("Gardez cette page ouverte"))
    finally:
        lms.is_down = False
    learner.is_saved()
    expect(notice).to_be_hidden()
    found = close(lms, page, launched)
    assert [verb_of(each) for each in found[1]] == ["initialized", "answered", "terminated"]
    hold_to_the_rules(found)


def test_without_a_platform_the_course_opens_and_says_so(
    lms: Lms, whole: str, page_at: PageAt
) -> None:
    page = page_at()
    page.goto(f"{lms.content}/course/{whole}/index.html")
    expect(page.locator(".notice--problem[data-code='no-lms']")).to_be_visible()
