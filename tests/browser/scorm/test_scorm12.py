"""The exported package in scorm-again, in a real browser: what does the platform end up with?"""

import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser.scorm.datamodel import violations
from tests.browser.scorm.learner import Learner
from tests.browser.scorm.platform import HAS_FINISHED


@pytest.fixture
def page(page_at):
    return page_at()


@pytest.fixture
def launch(platform):
    return lambda page, **options: Learner(platform.launch(page, **options))


def values_of(calls, element):
    return [
        call.arguments[1]
        for call in calls
        if call.method == "LMSSetValue" and call.arguments[0] == element
    ]


def methods(calls):
    return [call.method for call in calls]


def problem(learner, code):
    return learner.window.locator(f".notice--problem[data-code='{code}']")


def seconds(timespan):
    hours, minutes, rest = timespan.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def do_everything(learner, rightly=True):
    for path in learner.steps:
        if path in learner.quizzes:
            learner.take(path, rightly=rightly)
        else:
            learner.go_to(path)
    learner.is_saved()


# -- what is reported ---------------------------------------------------------------------------


def test_a_course_done_rightly_is_passed_with_full_score(page, platform, launch):
    learner = launch(page)
    do_everything(learner)
    core = platform.close(page)["core"]
    assert core["lesson_status"] == "passed"
    assert core["score"] == {"raw": "100", "min": "0", "max": "100"}
    assert core["lesson_location"] == learner.steps[-1]
    assert core["exit"] == ""
    assert 0 < seconds(core["session_time"]) < 300


def test_the_score_is_the_mean_of_the_quizzes_and_decides_with_the_mastery_score(
    page, platform, launch
):
    learner = launch(page)
    first, second = learner.quizzes
    learner.take(first, rightly=True)
    learner.take(second, rightly=False)
    learner.is_saved()
    core = platform.close(page)["core"]
    assert (core["lesson_status"], core["score"]["raw"]) == ("failed", "50")


def test_a_course_begun_is_incomplete_and_not_judged_yet(page, platform, launch):
    learner = launch(page)
    learner.take(learner.quizzes[0], rightly=False)
    learner.is_saved()
    core = platform.close(page)["core"]
    assert core["lesson_status"] == "incomplete"
    assert core["score"]["raw"] == ""
    assert core["exit"] == "suspend"


def test_without_a_mastery_score_a_course_done_is_completed(page, platform_without_mastery):
    learner = Learner(platform_without_mastery.launch(page))
    do_everything(learner, rightly=False)
    core = platform_without_mastery.close(page)["core"]
    assert (core["lesson_status"], core["score"]["raw"]) == ("completed", "0")


def test_each_kind_of_question_is_reported_in_its_form(page, platform, launch):
    learner = launch(page)
    quiz = learner.quizzes[0]
    right = {
        question["id"]: learner.response_to(quiz, question)
        for question in learner.activity(quiz)["questions"]
    }
    ordered, matched = right["ordre"], right["paires"]
    given = {
        "seul": "a",
        "plusieurs": ["a", "b", "c"],
        "vrai": False,
        "ordre": [ordered[0], ordered[1], ordered[3], ordered[2]],
        "paires": dict(
            zip(
                matched,
                [*list(matched.values())[:2], distractor(learner, quiz, matched)],
                strict=True,
            )
        ),
        "nombre": "2,45",
        "texte": "  Parties PRENANTES,\u00a0été ",
    }
    learner.take(quiz, list(given.values()))
    learner.is_saved()
    told = platform.close(page)["interactions"]
    assert [one["id"] for one in told.values()] == [f"quiz-un_{name}" for name in given]
    form = {
        one["id"].removeprefix("quiz-un_"): (one["type"], one["student_response"], one["result"])
        for one in told.values()
    }
    assert form["seul"] == ("choice", "a", "wrong")
    assert form["plusieurs"] == ("choice", "a,b,c", "0.5")
    assert form["vrai"] == ("true-false", "f", "wrong")
    assert form["ordre"][0] == "sequencing"
    assert form["ordre"][2] == "0.5"
    assert form["paires"][0] == "matching"
    assert form["paires"][2] == "0.67"
    assert form["nombre"] == ("numeric", "2.45", "correct")
    assert form["texte"] == ("fill-in", "Parties PRENANTES, été", "wrong")
    patterns = {
        one["id"].removeprefix("quiz-un_"): one["correct_responses"]["0"]["pattern"]
        for one in told.values()
    }
    assert patterns["seul"] == "b"
    assert patterns["plusieurs"] == "{a,c}"
    assert patterns["vrai"] == "t"
    assert patterns["nombre"] == "2.5"
    assert patterns["texte"] == "partie prenante"
    weights = [one["weighting"] for one in told.values()]
    assert weights == ["1", "2", "1", "1", "1", "1", "1"]


def distractor(learner, quiz, matched):
    (question,) = (one for one in learner.activity(quiz)["questions"] if one["kind"] == "matching")
    return next(one["id"] for one in question["options"] if one["id"] not in matched.values())


@pytest.mark.parametrize("typed", ["9" * 400, "-0", "+0,000001", "\u22121 234,5", "1" * 21 + ",5"])
def test_a_number_of_any_size_is_reported_as_a_decimal(page, platform, launch, typed):
    learner = launch(page)
    quiz = learner.quizzes[0]
    answers = [
        typed if question["kind"] == "numeric" else learner.response_to(quiz, question)
        for question in learner.activity(quiz)["questions"]
    ]
    learner.take(quiz, answers)
    learner.is_saved()
    platform.close(page)


def test_a_text_of_any_length_is_reported_within_its_limit(page, platform, launch):
    learner = launch(page)
    quiz = learner.quizzes[0]
    answers = [
        "🙂 «\u202fété\u202f» " * 40
        if question["kind"] == "text"
        else learner.response_to(quiz, question)
        for question in learner.activity(quiz)["questions"]
    ]
    learner.take(quiz, answers)
    learner.is_saved()
    platform.close(page)


# -- coming back --------------------------------------------------------------------------------


def test_total_time_is_the_sum_of_the_sessions(page, platform, launch):
    launch(page).is_saved()
    first = platform.close(page)["core"]
    again = page.context.new_page()
    launch(again).is_saved()
    second = platform.close(again)["core"]
    assert seconds(second["total_time"]) == pytest.approx(
        seconds(first["session_time"]) + seconds(second["session_time"]), abs=0.02
    )


def test_interactions_go_on_after_those_of_the_first_visit(page, platform, launch):
    learner = launch(page)
    learner.take(learner.quizzes[0])
    learner.is_saved()
    platform.close(page)
    again = page.context.new_page()
    learner = launch(again)
    learner.take(learner.quizzes[1])
    learner.is_saved()
    told = platform.close(again)["interactions"]
    assert [one["id"] for one in told.values()][-2:] == ["quiz-un_texte", "quiz-deux_seul"]
    _, calls = platform.sessions(page.context)
    assert violations(calls) == []


def test_a_browser_that_crashes_loses_nothing_that_was_said_to_be_saved(page, platform, launch):
    learner = launch(page)
    learner.take(learner.quizzes[0])
    learner.is_saved()
    with pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()
    (calls,) = platform.sessions(page.context)
    assert "LMSFinish" not in methods(calls)
    again = page.context.new_page()
    learner = launch(again)
    assert learner.title() == "Quiz un"
    expect(learner.window.locator(".score__figure")).to_contain_text("100")


def test_a_passed_course_stays_passed_when_its_update_is_done_badly(page, platform, launch):
    do_everything(launch(page))
    platform.close(page)
    again = page.context.new_page()
    again.goto(f"{platform.address}/lms.js")
    again.evaluate(
        """() => {
          const [name] = Object.keys(localStorage).filter((one) => one.startsWith("cmi:"));
          const kept = JSON.parse(localStorage.getItem(name));
          kept.suspend_data = "1earlier.AAAA";
          localStorage.setItem(name, JSON.stringify(kept));
        }"""
    )
    learner = launch(again)
    expect(learner.window.locator(".notices .notice")).to_be_visible()
    do_everything(learner, rightly=False)
    core = platform.close(again)["core"]
    assert (core["lesson_status"], core["score"]["raw"]) == ("passed", "100")
    _, calls = platform.sessions(page.context)
    assert set(values_of(calls, "cmi.core.lesson_status")) <= {"passed"}
    assert violations(calls) == []


def test_what_is_typed_is_kept_when_the_page_goes_out_of_sight(page, platform, launch):
    learner = launch(page)
    quiz = learner.quizzes[1]
    learner.go_to(quiz)
    learner.window.locator(".quiz__welcome button").click()
    learner.is_saved()
    learner.fill(learner.activity(quiz)["questions"][0], "c")
    before = platform.kept(page.context)["suspend_data"]
    learner.window.evaluate(
        """() => {
          Object.defineProperty(document, "visibilityState", { value: "hidden" });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert platform.kept(page.context)["suspend_data"] != before


# -- the window and its API -----------------------------------------------------------------------


@pytest.mark.parametrize("window", ["nested", "popup"])
def test_the_api_is_found_from_a_nested_frame_and_from_a_window_of_its_own(
    page, platform, launch, window
):
    learner = launch(page, window=window)
    learner.is_saved()
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[0]


def test_a_course_in_its_own_window_takes_leave_when_that_window_closes(page, platform, launch):
    learner = launch(page, window="popup")
    learner.take(learner.quizzes[0])
    learner.is_saved()
    kept = platform.close(learner.window)
    assert kept["core"]["exit"] == "suspend"
    (calls,) = platform.sessions(page.context)
    assert violations(calls) == []


def test_a_platform_that_takes_the_frame_away_is_told_goodbye_once(page, platform, launch):
    launch(page).is_saved()
    page.evaluate("document.querySelector('iframe').src = 'about:blank'")
    page.wait_for_function(HAS_FINISHED)
    (calls,) = platform.sessions(page.context)
    assert methods(calls).count("LMSFinish") == 1
    assert violations(calls) == []


def test_without_a_platform_the_course_opens_and_says_that_nothing_is_sent(page, platform):
    page.goto(platform.bare_course)
    learner = Learner(page)
    expect(problem(learner, "no-lms")).to_be_visible()
    learner.take(learner.quizzes[1])


@pytest.mark.parametrize("fault", ["false", "throw"])
def test_a_platform_that_does_not_start_tracking_is_named_to_the_learner(
    page, platform, launch, fault
):
    learner = launch(page, faults={"LMSInitialize": fault})
    notice = learner.window.locator(".notice--problem")
    expect(notice).to_be_visible()
    expect(notice).to_have_attribute("data-code", re.compile("lms-(initialize|save)"))
    learner.take(learner.quizzes[1])
    assert platform.kept(page.context) == {}


@pytest.mark.parametrize("fault", ["false", "throw"])
@pytest.mark.parametrize("function", ["LMSCommit", "LMSSetValue"])
def test_a_platform_that_does_not_save_is_named_and_caught_up_with_later(
    page, platform, launch, function, fault
):
    learner = launch(page)
    learner.is_saved()
    page.evaluate("faults => { options.faults = faults }", {function: fault})
    learner.go_to(learner.steps[1])
    expect(problem(learner, "lms-save")).to_be_visible()
    status = learner.window.locator(".save-status")
    expect(status).to_have_attribute("data-state", "unsaved")
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[0]
    page.evaluate("options.faults = {}")
    learner.go_to(learner.steps[3])
    expect(status).to_have_attribute("data-state", "saved")
    expect(problem(learner, "lms-save")).to_have_count(0)
    assert platform.kept(page.context)["core"]["lesson_location"] == learner.steps[3]


def test_a_platform_without_interactions_gets_everything_else(page, platform, launch):
    learner = launch(page)
    page.evaluate(
        """() => {
          const { LMSSetValue, LMSGetLastError } = window.API;
          let isOurs = false;
          window.API.LMSSetValue = (name, value) => {
            isOurs = name.startsWith("cmi.interactions.");
            return isOurs ? "false" : LMSSetValue(name, value);
          };
          window.API.LMSGetLastError = () => (isOurs ? "401" : LMSGetLastError());
        }"""
    )
    do_everything(learner)
    assert platform.close(page)["core"]["lesson_status"] == "passed"


# -- what a learner sees --------------------------------------------------------------------------


def test_the_drawing_of_the_page_is_in_the_package(page, launch):
    learner = launch(page)
    learner.go_to(learner.steps[1])
    picture = learner.window.locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_on_paper_every_question_has_a_place_for_its_answer(page, launch):
    learner = launch(page)
    learner.go_to(learner.quizzes[0])
    learner.window.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    questions = learner.window.locator(".printout__questions > li")
    places = questions.locator(".printout__boxes, .printout__line")
    count = len(learner.activity(learner.quizzes[0])["questions"])
    expect(questions).to_have_count(count)
    expect(places).to_have_count(count)
    learner.window.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    expect(questions).to_have_count(0)
