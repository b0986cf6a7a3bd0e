"""A teacher chooses what to place in a course, and the platform gets the answer."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lti_tool.models import ContentSelection, WindowSession, now
from lti_tool.tool import Tool
from tests.functional.launch.conftest import COURSE
from tests.functional.launch.lms import (
    ABSENT,
    CLIENT_ID,
    DEEP_LINKING,
    DEPLOYMENT,
    INSTRUCTOR,
    ISSUER,
    LAUNCH_URL,
    LTI,
    Lms,
)

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RETURN_URL = 'https://lms.example/return?a=1&b="><script>alert(1)</script>'
SETTINGS = {
    "deep_link_return_url": RETURN_URL,
    "accept_types": ["ltiResourceLink"],
    "accept_presentation_document_targets": ["iframe", "window"],
    "accept_multiple": True,
}


class Form(HTMLParser):
    """The first form of a page: where it goes, and its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        if tag == "input" and found["type"] == "hidden":
            self.hidden[found["name"]] = found["value"]
        if tag == "input" and found["type"] == "radio":
            self.choices.append(found["value"])


def pick(lms: Lms, browser: FlaskClient, **settings: object) -> Form:
    """Launch the picker as a teacher, and return its form."""
    answer = lms.enter(
        browser,
        lti_message_type="LtiDeepLinkingRequest",
        lti_roles=[INSTRUCTOR],
        lti_resource_link=ABSENT,
        **{DEEP_LINKING: {**SETTINGS, **settings}},
    )
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def choose(browser: FlaskClient, form: Form, choice: str) -> tuple[Form, str]:
    answer = browser.post(form.action, data={**form.hidden, "choice": choice})
    assert answer.status_code == 200, answer.text
    return Form(answer.text), answer.headers["Content-Security-Policy"]


def read(browser: FlaskClient, token: str) -> dict[str, Any]:
    """Check our answer as a platform does, with our published keys."""
    keys = {key["kid"]: key for key in browser.get("/.well-known/jwks.json").get_json()["keys"]}
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]]).key
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=ISSUER, issuer=CLIENT_ID
    )
    return claims


def test_the_whole_course_and_each_unit_can_be_placed(lms: Lms, browser: FlaskClient) -> None:
    choices = pick(lms, browser).choices
    assert [choice for choice in choices if choice.partition("/")[0] == COURSE] == [
        COURSE,
        f"{COURSE}/un",
        f"{COURSE}/deux",
    ]


def test_a_course_with_mistakes_is_not_offered(lms: Lms, browser: FlaskClient) -> None:
    courses = {choice.partition("/")[0] for choice in pick(lms, browser).choices}
    assert {COURSE, "minimal"} <= courses
    assert "many-mistakes" not in courses


@pytest.mark.parametrize(
    ("choice", "custom"),
    [(COURSE, {"course": COURSE}), (f"{COURSE}/un", {"course": COURSE, "unit": "un"})],
)
def test_the_choice_goes_to_the_platform_as_a_graded_link(
    choice: str, custom: dict[str, str], lms: Lms, browser: FlaskClient
) -> None:
    returned, _ = choose(browser, pick(lms, browser), choice)
    assert returned.action == RETURN_URL
    claims = read(browser, returned.hidden["JWT"])
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}deployment_id"] == DEPLOYMENT
    assert claims["nonce"]
    assert f"{DL}data" not in claims
    (item,) = claims[f"{DL}content_items"]
    assert item["type"] == "ltiResourceLink"
    assert item["url"] == LAUNCH_URL
    assert item["custom"] == custom
    assert item["lineItem"]["scoreMaximum"] == 100
    assert item["lineItem"]["label"] == item["title"]


def test_what_was_placed_opens_there(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    returned, _ = choose(browser, pick(lms, browser), f"{COURSE}/deux")
    (item,) = read(browser, returned.hidden["JWT"])[f"{DL}content_items"]
    answer = lms.enter(browser, lti_custom=item["custom"], lti_target_link_uri=item["url"])
    assert answer.status_code == 200
    with tool.database.reading() as db:
        assert db.scalars(select(WindowSession)).one().resource_link.target == "deux"


def test_what_the_platform_wants_to_see_again_is_given_back(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser, data='opaque "<&> é')
    returned, _ = choose(browser, form, COURSE)
    assert read(browser, returned.hidden["JWT"])[f"{DL}data"] == 'opaque "<&> é'


def test_a_platform_that_takes_no_column_gets_none(lms: Lms, browser: FlaskClient) -> None:
    returned, _ = choose(browser, pick(lms, browser, accept_lineitem=False), COURSE)
    (item,) = read(browser, returned.hidden["JWT"])[f"{DL}content_items"]
    assert "lineItem" not in item


def test_the_return_form_escapes_the_platform_s_address(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser)
    page = browser.post(form.action, data={**form.hidden, "choice": COURSE}).text
    assert "<script>alert" not in page
    assert RETURN_URL in unescape(page)


def test_the_return_page_may_post_to_the_platform_and_run_nothing_else(
    lms: Lms, browser: FlaskClient
) -> None:
    _, policy = choose(browser, pick(lms, browser), COURSE)
    assert "form-action https: https://lms.example" in policy
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_the_picker_opens_no_session_of_a_learner(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    pick(lms, browser)
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 0


@pytest.mark.parametrize("choice", ["", "no-such-course", f"{COURSE}/no-such-unit", "../etc"])
def test_a_choice_that_was_not_offered_is_refused(
    choice: str, lms: Lms, browser: FlaskClient
) -> None:
    form = pick(lms, browser)
    answer = browser.post(form.action, data={**form.hidden, "choice": choice})
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_choice_without_a_picker_s_token_is_refused(token: str, browser: FlaskClient) -> None:
    answer = browser.post("/lti/deep-linking", data={"selection": token, "choice": COURSE})
    assert answer.status_code == 401


def test_a_choice_that_took_too_long_is_refused(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    form = pick(lms, browser)
    with tool.database.transaction() as db:
        db.execute(update(ContentSelection).values(expires_at=now() - timedelta(seconds=1)))
    answer = browser.post(form.action, data={**form.hidden, "choice": COURSE})
    assert answer.status_code == 401


@pytest.mark.parametrize("missing", ["accept_types", "accept_presentation_document_targets"])
def test_a_platform_that_could_not_take_our_link_is_told_so(
    missing: str, lms: Lms, browser: FlaskClient
) -> None:
    settings = {name: value for name, value in SETTINGS.items() if name != missing}
    answer = lms.enter(
        browser,
        lti_message_type="LtiDeepLinkingRequest",
        lti_roles=[INSTRUCTOR],
        **{DEEP_LINKING: settings},
    )
    assert answer.status_code == 400


def test_a_french_title_on_an_english_page_says_that_it_is_french(
    lms: Lms, browser: FlaskClient
) -> None:
    page = lms.enter(
        browser,
        lti_message_type="LtiDeepLinkingRequest",
        lti_roles=[INSTRUCTOR],
        lti_launch_presentation={"locale": "en"},
        **{DEEP_LINKING: SETTINGS},
    ).text
    assert '<html lang="en">' in page
    assert '<legend lang="fr">Deux unités</legend>' in page
