"""SCORM 2004 packages in scorm-again, in a real browser: what does the platform end up with?"""

import json
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from scorm_packages.partners import Look, Partner
from scorm_packages.scorm2004 import Scorm2004Fourth, Scorm2004Third
from tests.browser.looks import look_at
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import serving
from tests.browser.scorm2004.datamodel import violations
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind

LMS = Path(__file__).parent / "lms"
RUNTIME = Path(__file__).parents[3] / "node_modules/scorm-again/dist/scorm2004.min.js"
WHOLE = "item-tous-les-genres"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Box the small course, and put it on a platform of its own."""
    with ExitStack() as platforms:

        def serve(edition, **choices):
            folder = tmp_path_factory.mktemp("platform")
            package = box(every_kind(folder / "source"), edition, folder, **choices)
            site = folder / "site"
            return platforms.enter_context(serving(package, site, LMS, RUNTIME)).address

        yield serve


@pytest.fixture(scope="module")
def third(served):
    return served(Scorm2004Third())


@pytest.fixture(scope="module")
def several(served):
    return served(Scorm2004Fourth(), structure="units")


def launch(page, address, **options):
    page.goto("about:blank")
    page.goto(f"{address}/index.html#{quote(json.dumps(options))}")
    window = page.locator("iframe[name=sco]").element_handle().content_frame()
    return Learner(window)


def leave(page, address):
    """Close the window; return what the platform wrote down, once it was told of the end."""
    page.close()
    records = page.context.new_page()
    records.goto(f"{address}/lms.js")
    records.wait_for_function("() => JSON.parse(localStorage.calls).at(-1).method === 'Terminate'")
    calls = records.evaluate("JSON.parse(localStorage.calls)")
    kept = records.evaluate(
        "Object.fromEntries(Object.entries(localStorage)"
        ".filter(([name]) => name.startsWith('cmi:'))"
        ".map(([name, value]) => [name.slice(4), JSON.parse(value)]))"
    )
    records.close()
    assert violations(calls) == []
    return kept


def do_everything(learner, rightly=True):
    for path in learner.steps:
        if path in learner.quizzes:
            learner.take(path, rightly=rightly)
        else:
            learner.go_to(path)
    learner.is_saved()


def test_a_course_done_rightly_is_completed_and_passed(third, page_at):
    page = page_at()
    do_everything(launch(page, third))
    kept = leave(page, third)[WHOLE]
    assert (kept["completion_status"], kept["success_status"]) == ("completed", "passed")
    assert (kept["score"]["raw"], kept["score"]["scaled"]) == ("100", "1")
    assert kept["progress_measure"] == "1"
    types = {each["type"] for each in kept["interactions"].values()}
    assert len(types) == 6


def test_a_failed_mastery_is_completed_and_failed(third, page_at):
    page = page_at()
    do_everything(launch(page, third), rightly=False)
    kept = leave(page, third)[WHOLE]
    assert (kept["completion_status"], kept["success_status"]) == ("completed", "failed")


def test_closed_in_the_middle_it_goes_on_where_it_was(third, page_at):
    page = page_at()
    context = page.context
    learner = launch(page, third)
    quiz = learner.quizzes[0]
    learner.take(quiz)
    learner.is_saved()
    kept = leave(page, third)[WHOLE]
    assert kept["completion_status"] == "incomplete"
    assert kept["location"] == quiz
    again = context.new_page()
    learner = launch(again, third)
    learner.window.wait_for_function(f"() => location.hash === '#/{quiz}'")
    leave(again, third)


def test_in_review_nothing_that_was_reached_changes(third, page_at):
    page = page_at()
    context = page.context
    do_everything(launch(page, third))
    before = leave(page, third)[WHOLE]
    again = context.new_page()
    learner = launch(again, third, mode="review")
    learner.go_to(learner.steps[0])
    after = leave(again, third)[WHOLE]
    for element in ("completion_status", "success_status", "score", "suspend_data"):
        assert after[element] == before[element]


def test_a_partner_is_told_by_its_mark_and_its_colour(served, page_at):
    partner = Partner("exemple", look=Look("Université de l’Exemple", "#7a1f5c"))
    page = page_at()
    window = launch(page, served(Scorm2004Third(), partner=partner)).window
    expect(window.get_by_text("Université de l’Exemple")).to_be_visible()
    bar = window.locator("header.bar")
    expect(bar).to_have_css("border-bottom-color", "rgb(122, 31, 92)")
    assert look_at(window) == []


def test_each_unit_keeps_its_own_record(several, page_at):
    page = page_at()
    context = page.context
    learner = launch(page, several, sco=1)
    assert {path.partition("/")[0] for path in learner.steps} == {"unite-un"}
    do_everything(learner)
    leave(page, several)
    again = context.new_page()
    learner = launch(again, several, sco=2)
    learner.go_to(learner.steps[0])
    learner.is_saved()
    kept = leave(again, several)
    assert kept[f"{WHOLE}-unite-un"]["success_status"] == "passed"
    assert kept[f"{WHOLE}-unite-deux"]["completion_status"] == "incomplete"
    assert f"{WHOLE}-syllabus" not in kept
