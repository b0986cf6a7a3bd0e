"""A teacher chooses what to place in a course, and the platform gets the answer."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

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
    TOOL,
    Lms,
)

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RETURN_URL = 'https://lms.example/return?a=1&b="><script>alert(1)</script>'
DUE = "$ResourceLink.submission.endDateTime"
SETTINGS = {
    "deep_link_return_url": RETURN_URL,
    "accept_types": ["ltiResourceLink"],
    "accept_presentation_document_targets": ["iframe", "window"],
    "accept_multiple": True,
}


PREVIEWED: tuple[tuple[str, list[str], list[str]], ...] = (
    (COURSE, ["Première unité", "Deuxième unité", "Quiz de la deuxième unité"], []),
    (f"{COURSE}/part:apprendre", ["Première unité", "Deuxième unité"], []),
    (f"{COURSE}/un", ["Quiz de la première unité"], ["Quiz de la deuxième unité"]),
    (f"{COURSE}/activity:quiz-un", ["3 questions"], ["Première unité", "Deuxième unité"]),
    (f"{COURSE}/syllabus", ["Crédits ECTS"], ["Première unité"]),
    ("every-kind/questions", ["Vrai", "À associer avec", "Réponse à écrire"], []),
)
"""A choice, what its preview holds, and titles that it does not have."""


class Form(HTMLParser):
    """The first form of a page: where it goes, and its fields. ``kinds`` are those of inputs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: list[str] = []
        self.ticked: list[str] = []
        self.kinds: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = found["action"]
        if tag != "input" or "name" not in found:
            return
        if found["type"] == "hidden" and found["name"] != "choice":
            self.hidden[found["name"]] = found["value"]
        if found["type"] in {"radio", "checkbox"} and found["name"] == "choice":
            self.kinds.add(found["type"])
            self.choices.append(found["value"])
            self.ticked += [found["value"]] if "checked" in found else []


def ask(lms: Lms, browser: FlaskClient, **settings: object) -> TestResponse:
    """Launch the picker as a teacher."""
    given = {**SETTINGS, **settings}
    return lms.enter(
        browser,
        lti_message_type="LtiDeepLinkingRequest",
        lti_roles=[INSTRUCTOR],
        lti_resource_link=ABSENT,
        **{DEEP_LINKING: {name: value for name, value in given.items() if value is not ABSENT}},
    )


def pick(lms: Lms, browser: FlaskClient, **settings: object) -> Form:
    """Launch the picker as a teacher, and return its form."""
    answer = ask(lms, browser, **settings)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def send(browser: FlaskClient, form: Form, *choices: str, **fields: str) -> TestResponse:
    """Send the form. ``fields`` are settings, as ``title__un`` for the unit of that name."""
    settings = {
        name.replace("__", f":{COURSE}/", 1).replace("quiz_", "activity:quiz-"): value
        for name, value in fields.items()
    }
    return browser.post(form.action, data={**form.hidden, **settings, "choice": list(choices)})


def choose(browser: FlaskClient, form: Form, *choices: str, **fields: str) -> tuple[Form, str]:
    answer = send(browser, form, *choices, **fields)
    assert answer.status_code == 200, answer.text
    return Form(answer.text), answer.headers["Content-Security-Policy"]


def placed(lms: Lms, browser: FlaskClient, *choices: str, **fields: str) -> list[dict[str, Any]]:
    """The items that a platform gets which accepts all there is."""
    returned, _ = choose(browser, pick(lms, browser), *choices, **fields)
    items: list[dict[str, Any]] = read(browser, returned.hidden["JWT"])[f"{DL}content_items"]
    return items


def read(browser: FlaskClient, token: str) -> dict[str, Any]:
    """Check our answer as a platform does, with our published keys."""
    keys = {key["kid"]: key for key in browser.get("/.well-known/jwks.json").get_json()["keys"]}
    key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]]).key
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=ISSUER, issuer=CLIENT_ID
    )
    return claims


def test_all_that_a_link_may_point_at_can_be_placed(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser)
    assert [choice for choice in form.choices if choice.partition("/")[0] == COURSE] == [
        COURSE,
        f"{COURSE}/syllabus",
        f"{COURSE}/part:apprendre",
        f"{COURSE}/un",
        f"{COURSE}/activity:quiz-un",
        f"{COURSE}/deux",
        f"{COURSE}/activity:quiz-deux",
    ]
    assert form.kinds == {"checkbox"}


def test_a_course_with_mistakes_is_not_offered(lms: Lms, browser: FlaskClient) -> None:
    courses = {choice.partition("/")[0] for choice in pick(lms, browser).choices}
    assert {COURSE, "minimal"} <= courses
    assert "many-mistakes" not in courses


@pytest.mark.parametrize("given", [False, "false", ABSENT])
def test_a_platform_that_takes_one_link_is_offered_one(
    given: object, lms: Lms, browser: FlaskClient
) -> None:
    form = pick(lms, browser, accept_multiple=given)
    assert form.kinds == {"radio"}
    assert send(browser, form, f"{COURSE}/un", f"{COURSE}/deux").status_code == 422


@pytest.mark.parametrize(
    ("choice", "kind", "custom"),
    [
        (COURSE, "whole", {}),
        (f"{COURSE}/part:apprendre", "part", {"part": "apprendre"}),
        (f"{COURSE}/un", "unit", {"unit": "un"}),
        (f"{COURSE}/activity:quiz-un", "activity", {"unit": "un", "activity": "quiz-un"}),
    ],
)
def test_the_choice_goes_to_the_platform_as_a_graded_link(
    choice: str, kind: str, custom: dict[str, str], lms: Lms, browser: FlaskClient
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
    assert item["custom"] == {"course": COURSE, "due": DUE, **custom}
    assert item["icon"]["url"] == f"{TOOL}/static/icon.svg"
    assert item["lineItem"] == {
        "scoreMaximum": 100,
        "label": item["title"],
        "resourceId": choice,
        "tag": kind,
    }
    assert not {"iframe", "window", "available", "submission"} & set(item)


def test_the_syllabus_goes_without_a_column(lms: Lms, browser: FlaskClient) -> None:
    (item,) = placed(lms, browser, f"{COURSE}/syllabus")
    assert item["custom"] == {"course": COURSE, "syllabus": "yes"}
    assert "lineItem" not in item


def test_several_choices_go_in_the_order_in_which_they_were_put(
    lms: Lms, browser: FlaskClient
) -> None:
    order = [f"{COURSE}/deux", COURSE, f"{COURSE}/activity:quiz-un", f"{COURSE}/deux"]
    items = placed(lms, browser, *order)
    assert [item["lineItem"]["resourceId"] for item in items] == order[:3]


def test_the_teacher_s_settings_go_along(lms: Lms, browser: FlaskClient) -> None:
    first, second = placed(
        lms,
        browser,
        f"{COURSE}/un",
        f"{COURSE}/activity:quiz-deux",
        title__un="  Semaine\u00a01\n<b>",
        set__un="yes",
        column__un="yes",
        label__un="Contrôle",
        maximum__un="12,5",
        from__un="2026-11-02T08:00:00+01:00",
        until__un="2026-11-30T23:59:00+01:00",
        opening__un="window",
        title__quiz_deux="",
        set__quiz_deux="yes",
        maximum__quiz_deux="40",
    )
    assert first["title"] == "Semaine\u00a01 <b>"
    assert first["lineItem"]["label"] == "Contrôle"
    assert first["lineItem"]["scoreMaximum"] == 12.5
    assert first["available"] == {"startDateTime": "2026-11-02T08:00:00+01:00"}
    assert first["submission"] == {"endDateTime": "2026-11-30T23:59:00+01:00"}
    assert first["window"] == {"targetName": "_blank"}
    assert second["title"] == "Quiz de la deuxième unité"
    assert "lineItem" not in second


def test_settings_that_cannot_be_are_sent_back_with_the_choice_kept(
    lms: Lms, browser: FlaskClient
) -> None:
    answer = send(browser, pick(lms, browser), f"{COURSE}/un", maximum__un="vingt")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert Form(answer.text).ticked == [f"{COURSE}/un"]


def test_nothing_chosen_is_said_on_the_page(lms: Lms, browser: FlaskClient) -> None:
    answer = send(browser, pick(lms, browser))
    assert answer.status_code == 422
    assert "Choisissez au moins un contenu" in answer.text


def test_who_changes_their_mind_goes_back_with_nothing(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser, data="opaque")
    returned, _ = choose(browser, form, COURSE, leave="cancel")
    claims = read(browser, returned.hidden["JWT"])
    assert claims[f"{DL}content_items"] == []
    assert claims[f"{DL}msg"] == "Aucun contenu n’a été ajouté."
    assert claims[f"{DL}data"] == "opaque"
    assert f"{DL}errormsg" not in claims


def test_a_platform_that_takes_no_link_is_told_so_and_the_teacher_too(
    lms: Lms, browser: FlaskClient
) -> None:
    answer = ask(lms, browser, accept_types=["link", "file"])
    assert answer.status_code == 200
    assert "ltiResourceLink" in answer.text
    assert "L’administration de la plateforme de cours (LMS)" in answer.text
    form = Form(answer.text)
    assert form.choices == []
    assert "content_items" not in send(browser, form, COURSE).text
    returned, _ = choose(browser, form, leave="impossible")
    claims = read(browser, returned.hidden["JWT"])
    assert claims[f"{DL}content_items"] == []
    assert "n’accepte pas de lien" in claims[f"{DL}errormsg"]
    assert "accept_types" in claims[f"{DL}errorlog"]


def test_the_same_choice_sent_twice_gives_two_good_answers(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser)
    first, second = (
        read(browser, choose(browser, form, COURSE)[0].hidden["JWT"]) for _ in range(2)
    )
    assert first["nonce"] != second["nonce"]
    assert first[f"{DL}content_items"] == second[f"{DL}content_items"]


def test_the_preview_shows_what_would_be_placed_and_records_nothing(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    form = pick(lms, browser)
    for choice, held, left_out in PREVIEWED:
        answer = browser.post(f"{form.action}/preview", data={**form.hidden, "preview": choice})
        assert answer.status_code == 200
        page = unescape(answer.text)
        assert [text for text in held if text not in page] == []
        assert [text for text in left_out if f">{text}<" in page] == []
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 0


def test_the_preview_of_what_was_not_offered_is_refused(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser)
    for choice in ("", "nowhere", f"{COURSE}/gone", f"{COURSE}/part:gone"):
        answer = browser.post(f"{form.action}/preview", data={**form.hidden, "preview": choice})
        assert answer.status_code == 400


def test_the_preview_is_not_for_passers_by(browser: FlaskClient) -> None:
    answer = browser.post("/lti/deep-linking/preview", data={"preview": COURSE})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "choice",
    [
        COURSE,
        f"{COURSE}/syllabus",
        f"{COURSE}/part:apprendre",
        f"{COURSE}/deux",
        f"{COURSE}/activity:quiz-deux",
    ],
)
def test_what_was_placed_opens_there(
    choice: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    (item,) = placed(lms, browser, choice)
    answer = lms.enter(browser, lti_custom=item["custom"], lti_target_link_uri=item["url"])
    assert answer.status_code == 200
    with tool.database.reading() as db:
        window = db.scalars(select(WindowSession)).one()
        assert window.resource_link.target == choice.partition("/")[2]
        assert window.due_at is None


def test_what_the_platform_wants_to_see_again_is_given_back(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser, data='opaque "<&> é')
    returned, _ = choose(browser, form, COURSE)
    assert read(browser, returned.hidden["JWT"])[f"{DL}data"] == 'opaque "<&> é'


@pytest.mark.parametrize("data", ["a\x00b", "\ud800"])
def test_what_could_not_be_given_back_whole_is_refused(
    data: str, lms: Lms, browser: FlaskClient
) -> None:
    assert ask(lms, browser, data=data).status_code == 400


def test_a_platform_that_takes_no_column_gets_none(lms: Lms, browser: FlaskClient) -> None:
    returned, _ = choose(browser, pick(lms, browser, accept_lineitem=False), COURSE)
    (item,) = read(browser, returned.hidden["JWT"])[f"{DL}content_items"]
    assert "lineItem" not in item


def test_the_return_form_escapes_the_platform_s_address(lms: Lms, browser: FlaskClient) -> None:
    page = send(browser, pick(lms, browser), COURSE).text
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


def test_a_choice_that_was_not_offered_is_refused(lms: Lms, browser: FlaskClient) -> None:
    form = pick(lms, browser)
    for choice in ("no-such-course", f"{COURSE}/no-such-unit", "../etc", "\x00"):
        assert send(browser, form, choice).status_code == 400


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("2027-01-12T23:59:00+01:00", "2027-01-12T22:59:00+00:00"),
        ("$ResourceLink.submission.endDateTime", None),
        ("demain", None),
    ],
)
def test_a_learner_is_told_until_when_their_work_is_awaited(
    sent: str, known: str | None, lms: Lms, browser: FlaskClient
) -> None:
    page = lms.enter(browser, lti_custom={"course": COURSE, "unit": "un", "due": sent}).text
    boot = json.loads(re.search(r'id="boot">(.*?)</script>', page).group(1))  # type: ignore[union-attr]  # always there
    assert boot.get("due") == known


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
