"""How a browser proves that it began the login that it ends, whatever it does to cookies.

By the partitioned cookie; else by the platform's storage; else in a new window: in that order
and by itself. Whoever stands in between gets nobody in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlencode

import pytest
import requests
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Request, Route, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Request as Asked
from werkzeug.wrappers import Response

from classroom.accounts import INSTRUCTOR, STUDENT
from classroom.options import CLIENT_ID
from course_content.model import Course
from tests.browser.lti.conftest import (
    NO_COOKIE_IN_FRAMES,
    THIRD_PARTY_COOKIES_BLOCKED,
    OpenBrowser,
)
from tests.browser.lti.person import Person, ToolLearner
from tests.browser.lti.school import School

LINK = "Unité 1"
QUIZ_UNIT = "metier-sim/"
EVIL = "http://evil.test"

Platform: TypeAlias = Callable[[str], None]

# A platform's window that keeps what it is given and answers as the test says: ``answer`` is
# the body of a function of the message, of what is kept, and of the reply that would be right.
PLATFORM_SCRIPT = """
"use strict";
(() => {
  const kept = new Map();
  const answer = (message, kept, reply) => { %s };
  window.addEventListener("message", (event) => {
    const { subject, message_id, key, value } = event.data;
    if (subject === "lti.put_data") kept.set(key, value);
    const right = { subject: `${subject}.response`, message_id, key, value: kept.get(key) };
    const reply = answer(event.data, kept, right);
    if (reply) event.source.postMessage(reply, event.origin);
  });
})();
"""
HONEST = "return reply;"


@pytest.fixture
def cookieless(open_browser: OpenBrowser) -> BrowserContext:
    """A browser that keeps nothing for a site in another one's frame, as older Safari."""
    return open_browser(NO_COOKIE_IN_FRAMES)


@pytest.fixture
def somebody(cookieless: BrowserContext, school: School, course: Course) -> Person:
    return Person(cookieless.new_page(), school, course)


@pytest.fixture
def platform(cookieless: BrowserContext) -> Platform:
    """Have the classroom's window answer the tool as those lines say."""

    def answering(lines: str) -> None:
        body = PLATFORM_SCRIPT % lines
        cookieless.route(
            "**/static/storage.js",
            lambda route: route.fulfill(content_type="text/javascript", body=body),
        )

    return answering


def open_frame(person: Person) -> FrameLocator:
    """Open the activity, and wait for nothing."""
    person.page.goto(f"{person.school.classroom_url}/")
    person.card(LINK).get_by_role("link", name="Ouvrir ici").click()
    return person.page.frame_locator("iframe.tool")


def requests_to(person: Person, path: str) -> list[Request]:
    """What the page asks the tool at that path, as it comes."""
    noted: list[Request] = []
    url = f"{person.school.tool_url}{path}"
    person.page.on("request", lambda one: noted.append(one) if one.url == url else None)
    return noted


def take_the_quiz(person: Person, window: ToolLearner) -> None:
    window.take(next(path for path in window.quizzes if path.startswith(QUIZ_UNIT)))
    person.grade_arrives(LINK, "100 / 100")


def expect_offer(frame: FrameLocator) -> None:
    expect(frame.get_by_role("link", name="Ouvrir dans une nouvelle fenêtre")).to_be_visible()


def expect_refusal(frame: FrameLocator, words: str) -> None:
    expect(frame.locator("#reference")).to_be_visible()
    expect(frame.locator("main")).to_contain_text(words)


def test_a_partitioned_cookie_is_the_proof_where_the_browser_keeps_it(
    open_browser: OpenBrowser, school: School, course: Course
) -> None:
    person = Person(open_browser(THIRD_PARTY_COOKIES_BLOCKED).new_page(), school, course)
    person.sign_in(STUDENT)
    stored = requests_to(person, "/lti/launch/stored")
    take_the_quiz(person, person.learn(LINK))
    assert stored == [], "the platform's storage was not needed"


def test_without_any_cookie_the_platform_s_storage_lets_the_student_in(somebody: Person) -> None:
    somebody.sign_in(STUDENT)
    stored = requests_to(somebody, "/lti/launch/stored")
    learner = somebody.learn(LINK)
    take_the_quiz(somebody, learner)
    assert len(stored) == 1
    learner.window.evaluate("location.reload()")
    learner.window.wait_for_load_state()
    ToolLearner(learner.window, somebody.course)


def test_without_any_cookie_an_instructor_adds_an_activity(somebody: Person) -> None:
    title = somebody.course.unit("parties-prenantes").title["fr"]
    somebody.sign_in(INSTRUCTOR)
    somebody.page.get_by_role("link", name="Ajouter une activité").click()
    picker = somebody.page.frame_locator("iframe.tool")
    picker.get_by_role("checkbox", name=f"Unité {title}").check()
    picker.get_by_role("button", name="Ajouter au cours").click()
    expect(somebody.card(title)).to_contain_text("Notée sur 100")


def test_the_secret_is_in_no_address(somebody: Person) -> None:
    somebody.sign_in(STUDENT)
    addresses: list[str] = []
    somebody.page.on("request", lambda one: addresses.append(one.url))
    stored = requests_to(somebody, "/lti/launch/stored")
    somebody.learn(LINK)
    (secret,) = parse_qs(stored[0].post_data or "")["browser"]
    assert len(secret) >= 43
    assert [address for address in addresses if secret in address] == []
    assert secret not in somebody.school.tool_log()


def test_the_platform_s_window_forgets_the_secret_once_it_gave_it_back(
    somebody: Person, platform: Platform
) -> None:
    platform(f"window.keptForTool = kept; {HONEST}")
    somebody.sign_in(STUDENT)
    somebody.learn(LINK)
    assert somebody.page.evaluate("[...window.keptForTool.values()]") == [None]


def test_a_platform_that_answers_late_is_asked_again(somebody: Person, platform: Platform) -> None:
    platform("window.times = (window.times || 0) + 1; return window.times > 6 ? reply : null;")
    somebody.sign_in(STUDENT)
    ToolLearner(somebody.open(LINK), somebody.course)


def test_without_cookie_nor_storage_a_new_window_is_offered_and_works(
    cookieless: BrowserContext, school_without_storage: School, course: Course
) -> None:
    person = Person(cookieless.new_page(), school_without_storage, course)
    person.sign_in(STUDENT)
    frame = open_frame(person)
    with person.page.expect_popup() as popup:
        frame.get_by_role("link", name="Ouvrir dans une nouvelle fenêtre").click()
    popup.value.wait_for_url(f"{school_without_storage.tool_url}/learn*")
    take_the_quiz(person, ToolLearner(popup.value, course))


def test_a_storage_that_never_answers_leaves_the_new_window(
    somebody: Person, platform: Platform
) -> None:
    platform("return null;")
    somebody.sign_in(STUDENT)
    frame = open_frame(somebody)
    with somebody.page.expect_popup() as popup:
        frame.get_by_role("link", name="Ouvrir dans une nouvelle fenêtre").click()
    popup.value.wait_for_url(f"{somebody.school.tool_url}/learn*")


def test_a_storage_that_refuses_leaves_the_new_window(somebody: Person, platform: Platform) -> None:
    platform("return { ...reply, error: { code: 'storage_exhaustion', message: '' } };")
    somebody.sign_in(STUDENT)
    expect_offer(open_frame(somebody))


def test_an_answer_to_another_message_counts_for_nothing(
    somebody: Person, platform: Platform
) -> None:
    platform("return { ...reply, message_id: 'another' };")
    somebody.sign_in(STUDENT)
    expect_offer(open_frame(somebody))


def test_a_storage_that_keeps_and_never_gives_back_leads_to_a_page_with_a_remedy(
    somebody: Person, platform: Platform
) -> None:
    platform("return message.subject === 'lti.put_data' ? reply : null;")
    somebody.sign_in(STUDENT)
    expect_refusal(open_frame(somebody), "n’a pas rendu à temps")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("value: 'forged'", "ce n’est pas le même navigateur"),
        ("value: null", "n’a pas rendu à temps"),
        ("value: { toString: 'forged' }", "n’a pas rendu à temps"),
        ("error: { code: 'bad_request', message: 'no' }", "n’a pas rendu à temps"),
    ],
    ids=["forged", "lost", "no text", "refused"],
)
def test_anything_but_the_secret_gets_nobody_in(
    lines: str, words: str, somebody: Person, platform: Platform
) -> None:
    platform(f"return message.subject === 'lti.get_data' ? {{ ...reply, {lines} }} : reply;")
    somebody.sign_in(STUDENT)
    expect_refusal(open_frame(somebody), words)


def test_a_launch_by_storage_serves_once(somebody: Person) -> None:
    somebody.sign_in(STUDENT)
    stored = requests_to(somebody, "/lti/launch/stored")
    somebody.learn(LINK)
    form = {name: values[0] for name, values in parse_qs(stored[0].post_data or "").items()}
    tool = somebody.school.tool_url
    again = requests.post(f"{tool}/lti/launch/stored", form, headers={"Origin": tool}, timeout=10)
    assert again.status_code == 401
    assert "a déjà servi" in again.text


@contextmanager
def evil_page(html: str) -> Iterator[str]:
    """A page of another site than the tool's and the platform's."""

    @Asked.application
    def site(_asked: Asked) -> Response:
        return Response(f"<!doctype html>{html}", mimetype="text/html")

    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{EVIL}:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def login_initiation(school: School, **more: str) -> str:
    hints = {
        "iss": school.classroom_url,
        "login_hint": STUDENT.user_id,
        "target_link_uri": school.options.launch_url,
        "client_id": CLIENT_ID,
        "lti_message_hint": "{}",
        **more,
    }
    return f"{school.options.login_url}?{urlencode(hints)}"


# Plays the platform around the tool's frame: names a frame of its own, and answers each
# message that it hears of, and the one that it cannot hear, under the number it does know.
EAVESDROPPER = """
<iframe name="storage_frame"></iframe><iframe id="tool"></iframe>
<script>
const tool = document.getElementById("tool");
window.heard = [];
window.addEventListener("message", (event) => {
  window.heard.push(event.data);
  const { message_id } = event.data;
  const supported_messages = ["lti.put_data", "lti.get_data"].map(
    (subject) => ({ subject, frame: "storage_frame" }));
  for (const subject of ["lti.capabilities", "lti.put_data", "lti.get_data"]) {
    event.source.postMessage(
      { subject: `${subject}.response`, message_id, supported_messages, value: "x" }, "*");
  }
});
tool.src = %s;
</script>
"""


@pytest.mark.parametrize("target", ["_parent", "storage_frame", "no_such_frame", "location"])
def test_a_page_of_another_origin_is_told_no_secret_and_not_believed(
    target: str, cookieless: BrowserContext, school: School
) -> None:
    login = login_initiation(school, lti_storage_target=target)
    with evil_page(EAVESDROPPER % json.dumps(login)) as url:
        page = cookieless.new_page()
        page.goto(url)
        expect_offer(page.frame_locator("#tool"))
        heard = page.evaluate("window.heard.map((one) => Object.keys(one).sort().join(' '))")
        assert set(heard) == {"message_id subject"}
        page.close()


# Opens the classroom, hears of each message from it, and answers in the platform's place.
USURPER = """
<script>
window.heard = 0;
window.addEventListener("message", (event) => {
  window.heard += 1;
  event.source.frames[0].postMessage(event.data, "*");
});
</script>
"""


def test_the_right_answer_from_another_origin_counts_for_nothing(
    somebody: Person, platform: Platform
) -> None:
    platform("if (message.key) window.opener.postMessage(reply, '*'); return null;")
    somebody.sign_in(STUDENT)
    somebody.page.goto(f"{somebody.school.classroom_url}/")
    activity = somebody.card(LINK).get_by_role("link", name="Ouvrir ici").get_attribute("href")
    with evil_page(USURPER) as url:
        page = somebody.page.context.new_page()
        page.goto(url)
        with page.expect_popup() as popup:
            page.evaluate("(url) => void open(url)", f"{somebody.school.classroom_url}{activity}")
        expect_offer(popup.value.frame_locator("iframe.tool"))
        assert page.evaluate("window.heard") > 0
        page.close()


# From inside the tool's frame: what the classroom's window answers to each message.
ASK_IN_TURN = """
async (messages) => {
  const answers = [];
  for (const message of messages) {
    answers.push(await new Promise((resolve) => {
      const listen = (event) => {
        if (event.data.message_id !== message.message_id) return;
        window.removeEventListener("message", listen);
        resolve(event.data);
      };
      window.addEventListener("message", listen);
      window.parent.postMessage(message, "*");
    }));
  }
  return answers;
}
"""


def asked_in_turn(frame: Frame, *messages: dict[str, object]) -> list[dict[str, Any]]:
    """The answers, without what every answer has."""
    numbered: list[dict[str, Any]] = [
        {**one, "message_id": f"m{number}"} for number, one in enumerate(messages)
    ]
    answers: list[dict[str, Any]] = frame.evaluate(ASK_IN_TURN, numbered)
    for asked, answer in zip(numbered, answers, strict=True):
        assert answer.pop("subject") == f"{asked['subject']}.response"
        assert answer.pop("message_id") == asked["message_id"]
    return answers


def put(key: object, value: object) -> dict[str, object]:
    return {"subject": "lti.put_data", "key": key, "value": value}


def get(key: object) -> dict[str, object]:
    return {"subject": "lti.get_data", "key": key}


def test_the_classroom_keeps_small_things_for_its_tool_only(person: Person) -> None:
    person.sign_in(STUDENT)
    frame = person.open(LINK)
    ToolLearner(frame, person.course)
    person.page.evaluate(
        "(message) => window.postMessage(message, '*')", {**put("k", "ours"), "message_id": "own"}
    )
    (capabilities, nothing, kept, again, gone, after) = asked_in_turn(
        frame,
        {"subject": "lti.capabilities"},
        get("k"),
        put("k", "v"),
        get("k"),
        put("k", None),
        get("k"),
    )
    assert {"subject": "lti.put_data"} in capabilities["supported_messages"]
    assert nothing == {"key": "k", "value": None}, "what another origin put is not kept"
    assert kept == again == {"key": "k", "value": "v"}
    assert gone == after == {"key": "k", "value": None}


def test_the_classroom_keeps_neither_much_nor_anything(person: Person) -> None:
    person.sign_in(STUDENT)
    frame = person.open(LINK)
    ToolLearner(frame, person.course)
    many = [put(f"k{number}", "v") for number in range(21)]
    answers = asked_in_turn(
        frame,
        {"subject": "lti.dance"},
        put("k0", "x" * 2001),
        put("x" * 201, "v"),
        put("k0", {"a": 1}),
        get(7),
        *many,
    )
    codes = [one["error"]["code"] if "error" in one else None for one in answers]
    assert codes == [
        "unsupported_subject",
        "storage_exhaustion",
        "bad_request",
        "bad_request",
        "bad_request",
        *[None] * 20,
        "storage_exhaustion",
    ]


# Has a visitor's browser end a login that the page's author began: with everything that the
# author knows of it, the secret included.
LOGIN_FORGERY = """
<form id="forged" method="post" action="%(action)s" target="tool">
  <input name="id_token" value="%(id_token)s"><input name="state" value="%(state)s">
  <input name="browser" value="%(browser)s">
</form>
<iframe name="tool" class="tool"></iframe>
<script>document.getElementById("forged").submit()</script>
"""


def unfinished_launch(author: Person) -> dict[str, str]:
    """All that a launch by storage needs, taken before it reaches the tool."""
    taken: list[dict[str, str]] = []

    def keep(route: Route, request: Request) -> None:
        fields = parse_qs(request.post_data or "")
        taken.append({name: values[0] for name, values in fields.items()})
        route.fulfill(body="taken", content_type="text/plain")

    author.page.route("**/lti/launch/stored", keep)
    author.sign_in(STUDENT)
    frame = open_frame(author)
    expect(frame.get_by_text("taken")).to_be_visible()
    return taken[0]


@pytest.mark.parametrize("path", ["/lti/launch", "/lti/launch/stored"])
def test_nobody_can_have_a_visitor_end_a_login_that_somebody_else_began(
    path: str, somebody: Person, open_browser: OpenBrowser
) -> None:
    form = unfinished_launch(somebody)
    visitor = open_browser(NO_COOKIE_IN_FRAMES).new_page()
    page = LOGIN_FORGERY % {**form, "action": f"{somebody.school.tool_url}{path}"}
    with evil_page(page) as url:
        visitor.goto(url)
        refusal = visitor.frame_locator("iframe.tool")
        expect(refusal.locator("#reference")).to_be_visible()
        visitor.close()


def test_a_browser_that_does_not_say_that_it_is_in_a_frame_is_asked_by_script(
    cookieless: BrowserContext, school_without_storage: School, course: Course
) -> None:
    def without_fetch_metadata(route: Route, request: Request) -> None:
        headers = {k: v for k, v in request.headers.items() if not k.startswith("sec-fetch-")}
        route.continue_(headers=headers)

    cookieless.route("**/lti/login*", without_fetch_metadata)
    person = Person(cookieless.new_page(), school_without_storage, course)
    person.sign_in(STUDENT)
    frame = open_frame(person)
    with person.page.expect_popup() as popup:
        frame.get_by_role("link", name="Ouvrir dans une nouvelle fenêtre").click()
    popup.value.wait_for_url(f"{school_without_storage.tool_url}/learn*")
    ToolLearner(popup.value, course)
