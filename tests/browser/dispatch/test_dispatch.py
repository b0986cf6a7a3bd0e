"""A dispatch package in scorm-again, with the tool on another site: what reaches the platform?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lti_tool.models import now
from tests.browser.dispatch.conftest import (
    MARK,
    DispatchLearner,
    answering,
    course_in,
    has_said,
    new_host,
)
from tests.browser.looks import broken_rules, look_at
from tests.browser.scorm.datamodel import violations


@pytest.fixture(scope="module")
def licence(host):
    return host.licence()


@pytest.fixture
def page(page_at):
    return page_at()


@pytest.fixture
def platform(host, licence, platform_with):
    return platform_with(host.package(licence))


def enter(platform, page, **options):
    return DispatchLearner(course_in(platform.launch(page, **options)))


def methods(calls):
    return {call.method for call in calls}


NAMELESS = """let api;
Object.defineProperty(window, "API", {
  get: () => api,
  set: (given) => { api = { ...given, LMSGetValue: () => "" }; },
});"""
WRITING = {"LMSSetValue", "LMSCommit", "LMSFinish"}


def test_progress_score_and_status_reach_the_platform_and_the_work_is_resumed(
    page, platform, host, licence
):
    package = platform.launch(page)
    learner = DispatchLearner(course_in(package))
    expect(learner.window.get_by_text(MARK).first).to_be_visible()
    assert broken_rules(package) == []
    quiz, *others = learner.quizzes
    learner.take(quiz)
    learner.is_saved()
    half = platform.close(page)
    assert half["core"]["lesson_status"] == "incomplete"
    assert half["core"]["lesson_location"] == quiz
    again = page.context.new_page()
    learner = enter(platform, again)
    expect(learner.window.locator(".result")).to_be_visible()
    for path in others:
        learner.take(path)
    for path in learner.steps:
        learner.go_to(path)
    learner.is_saved()
    core = platform.close(again)["core"]
    assert (core["lesson_status"], core["score"]["raw"]) == ("passed", "100")
    last = platform.sessions(page.context)[-1]
    said = {call.arguments for call in last if call.method == "LMSSetValue"}
    assert ("cmi.objectives.0.status", "passed") in said
    for calls in platform.sessions(page.context):
        assert violations(calls) == []
        assert [call.method for call in calls].count("LMSFinish") == 1
    assert host.seats(licence) == 1


def test_what_was_done_until_the_window_closed_is_kept_though_nobody_saved_it(page, platform):
    learner = enter(platform, page)
    quiz = learner.quizzes[0]
    learner.go_to(quiz)
    learner.window.locator(".quiz__welcome button").click()
    learner.is_saved()
    before = platform.kept(page.context)["suspend_data"]
    question = learner.activity(quiz)["questions"][0]
    # From here on the platform keeps nothing but at the end.
    page.evaluate("() => { window.API.LMSCommit = () => 'true'; }")
    learner.fill(question, learner.response_to(quiz, question))
    page.wait_for_function(
        "before => window.API.LMSGetValue('cmi.suspend_data') !== before", arg=before
    )
    told = page.evaluate("window.API.LMSGetValue('cmi.suspend_data')")
    kept = platform.close(page)
    assert kept["suspend_data"] == told
    assert kept["core"]["exit"] == "suspend"


def test_a_platform_that_does_not_save_is_named_and_caught_up_with_later(page, platform):
    learner = enter(platform, page)
    learner.is_saved()
    page.evaluate("options.faults = { LMSCommit: 'false', LMSSetValue: 'false' }")
    learner.go_to(learner.steps[1])
    problem = learner.window.locator(".notice--problem[data-code='lms-save']")
    expect(problem).to_be_visible()
    page.evaluate("options.faults = {}")
    learner.go_to(learner.steps[2])
    learner.is_saved()
    expect(problem).to_have_count(0)
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[2]


def test_in_review_nothing_is_written(page, platform):
    learner = enter(platform, page, mode="review")
    expect(learner.window.locator(".notice--problem[data-code='review']")).to_be_visible()
    learner.go_to(learner.steps[1])
    platform.close(page)
    (calls,) = platform.sessions(page.context)
    assert "LMSSetValue" not in methods(calls)


def test_what_other_windows_say_is_not_heard(page, platform):
    package = platform.launch(page)
    learner = DispatchLearner(course_in(package))
    learner.is_saved()
    # The platform's window speaks to the package as the course would, and to the course as the
    # package would.
    page.evaluate(
        """() => {
          const words = { title: "x", cause: "x", remedy: "x", mender: "x", reference: "x" };
          const sco = document.querySelector("iframe").contentWindow;
          sco.postMessage({ arrimage: "dispatch", type: "refused", ...words }, "*");
          sco.postMessage({ arrimage: "dispatch", type: "hello" }, "*");
          const { port1, port2 } = new MessageChannel();
          const values = { "cmi.core.lesson_status": "passed" };
          const welcome = { arrimage: "dispatch", type: "welcome", values };
          sco[0].postMessage(welcome, "*", [port2]);
        }"""
    )
    learner.go_to(learner.steps[1])
    learner.is_saved()
    expect(package.locator("#said")).to_be_hidden()
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[1]


def test_the_course_may_say_nothing_to_the_platform_but_what_courses_say(page, platform):
    """Even the frame of our own server: a fault there does not become one of the platform's."""
    package = platform.launch(page)
    learner = DispatchLearner(course_in(package))
    learner.is_saved()
    learner.window.evaluate(
        """() => {
          const say = (port) => {
            const value = (name, text) => port.postMessage({ type: "value", name, text });
            value("cmi.core.student_name", "Personne");
            value("cmi.core.score.raw", "1000");
            value("cmi.suspend_data", "x".repeat(4097));
            value("cmi.core.lesson_status", "not attempted");
            value("cmi.core.lesson_location", "apprendre");
            port.postMessage("nonsense");
            port.postMessage({ type: "keep", id: "one" });
          };
          const heard = ({ ports }) => say(ports[0]);
          window.addEventListener("message", heard, { once: true });
          window.parent.postMessage({ arrimage: "dispatch", type: "hello" }, "*");
        }"""
    )
    has_said(page, "cmi.core.lesson_location", "apprendre")
    (calls,) = platform.sessions(page.context)
    assert violations(calls) == []
    said = {call.arguments for call in calls if call.method == "LMSSetValue"}
    assert not [name for name, _value in said if "student" in name]


def yesterday():
    return now().date() - timedelta(days=3)


REFUSED = {
    "revoked": ({"revoked_at": now()}, "a été révoquée"),
    "over": ({"valid_until": yesterday()}, "arrivée à son terme"),
    "to come": ({"valid_from": now().date() + timedelta(days=3)}, "pas encore commencé"),
    "full": ({"seats": 0}, "Toutes les places"),
    "elsewhere": ({"origins": ["https://lms.example"]}, "ne vaut pas pour la plateforme"),
}


def test_a_refused_learner_reads_why_and_their_record_is_not_touched(page, host, platform_with):
    number = host.licence()
    platform = platform_with(host.package(number))
    usual = {"revoked_at": None, "valid_from": yesterday(), "seats": 9, "origins": []}
    for changes, said in REFUSED.values():
        host.change(number, **{**usual, "valid_until": now().date(), **changes})
        package = platform.launch(page)
        panel = package.locator("#said")
        expect(panel.locator(".lead")).to_contain_text(said)
        expect(panel.locator("h2")).to_be_focused()
    assert look_at(package) == []
    host.change(number, **usual)
    package.locator("#said button").click()
    learner = DispatchLearner(course_in(package))
    learner.is_saved()
    page.goto("about:blank")
    *refusals, accepted = platform.sessions(page.context)
    for calls in refusals:
        assert not methods(calls) & WRITING
    assert methods(accepted) > WRITING
    assert host.seats(number) == 1


def test_a_server_that_does_not_answer_is_named_and_tried_again(page, tmp_path, platform_with):
    absent = new_host(tmp_path)
    with answering(absent):
        platform = platform_with(absent.package(absent.licence()))
        learner = enter(platform, page)
        learner.go_to(learner.steps[1])
        learner.is_saved()
        title = learner.title()
        before = platform.close(page)
    again = page.context.new_page()
    package = platform.launch(again)
    expect(package.locator("#said .lead")).to_contain_text("n’a pas répondu")
    expect(package.locator("#said")).to_contain_text(f"http://localhost:{absent.port}")
    after = platform.close(again)
    last = platform.sessions(page.context)[-1]
    assert {call.arguments for call in last if call.method == "LMSSetValue"} == {
        ("cmi.core.exit", "suspend")
    }
    assert after["suspend_data"] == before["suspend_data"]
    once_more = page.context.new_page()
    package = platform.launch(once_more)
    expect(package.locator("#said button")).to_be_visible()
    with answering(absent):
        package.locator("#said button").click()
        resumed = DispatchLearner(course_in(package))
        resumed.is_saved()
        assert resumed.title() == title
        platform.close(once_more)
    absent.tool.close()


def test_without_a_platform_nobody_is_asked(page, platform):
    page.goto(platform.bare_course)
    expect(page.locator("#said .lead")).to_contain_text("Aucune plateforme")


def test_a_platform_that_begins_nothing_or_says_nobody_s_name_is_named(page, platform):
    package = platform.launch(page, faults={"LMSInitialize": "throw"})
    expect(package.locator("#said .lead")).to_contain_text("n’a pas ouvert le suivi")
    page.add_init_script(NAMELESS)
    package = platform.launch(page)
    expect(package.locator("#said .lead")).to_contain_text("ne dit pas qui ouvre")
    assert not [
        each for calls in platform.sessions(page.context) for each in methods(calls) & WRITING
    ]


def test_without_https_nobody_is_asked_either(page, platform):
    page.goto(f"{platform.address}/index.html".replace("127.0.0.1", "lms.test"))
    package = page.frame_locator("iframe")
    expect(package.locator("#said .lead")).to_contain_text("n’est pas servie en https")
