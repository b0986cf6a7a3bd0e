"""Every variant of a launch that the specification allows gets in, as whom it says."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lti_tool.models import Context, Learner, Membership, ResourceLink, WindowSession
from lti_tool.services.sessions import SessionUnknown, session_of
from lti_tool.tool import Tool
from tests.functional.launch.conftest import COURSE
from tests.functional.launch.lms import (
    ABSENT,
    AGS,
    CLIENT_ID,
    INSTRUCTOR,
    LAUNCH_URL,
    LEARNER,
    MEMBERSHIP,
    SCORE_SCOPE,
    Key,
    Lms,
)

LINE_ITEM_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEMS = "https://lms.example/7/lineitems?type_id=3"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"

ROLES = {"student": [LEARNER], "teacher": [INSTRUCTOR]}
OURS = {"student": "learner", "teacher": "instructor"}

NO_PERSON = {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT, "email": ABSENT}

VARIANTS: dict[str, dict[str, object]] = {
    "standard": {},
    "e-mail only": {**NO_PERSON, "email": "camille@lms.example"},
    "names only": {**NO_PERSON, "given_name": "Camille", "family_name": "Exemple"},
    "no personal data": NO_PERSON,
    "no context": {"lti_context": ABSENT},
    "context with an id only": {"lti_context": {"id": "class-1"}},
    "no title of the link": {"lti_resource_link": {"id": "link-1"}},
    "aud as a list": {"aud": [CLIENT_ID]},
    "aud as a list with azp": {"aud": [CLIENT_ID], "azp": CLIENT_ID},
    "several aud with azp": {"aud": ["another", CLIENT_ID], "azp": CLIENT_ID},
    "clock a little ahead": {"iat": 30, "exp": 600},
    "clock a little behind": {"iat": -90, "exp": 600},
    "times with a fraction": {"iat": 0.25, "exp": 600.5},
    "claims of other standards": {"https://lms.example/claim": {"a": [1]}, "jti": "1"},
    "titles in many scripts": {
        "lti_context": {"id": "class-1", "title": "日本語 \U0001f600 <b>&amp;</b>\x00\ud800"},
        "name": "Ève O’Connor \U0001f600",
    },
    "unknown roles besides": {},
    "sub of the greatest length": {"sub": "x" * 255},
}


def timely(claims: dict[str, object]) -> dict[str, object]:
    """Return the claims with times that count from now, not from when the tests were collected."""
    moment = int(time.time())
    return {
        name: moment + value if name in ("iat", "exp") and isinstance(value, int | float) else value
        for name, value in claims.items()
    }


class Entered(NamedTuple):
    """What a launch left in the database."""

    window: WindowSession
    learner: Learner | None
    link: ResourceLink
    context: Context


def entered(tool: Tool) -> Entered:
    with tool.database.reading() as db:
        window = db.scalars(select(WindowSession).order_by(WindowSession.created_at.desc())).first()
        assert window is not None
        return Entered(window, window.learner, window.resource_link, window.resource_link.context)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_launch_that_the_specification_allows_gets_in(
    variant: str, who: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    roles = ROLES[who]
    if variant == "unknown roles besides":
        roles = [f"{MEMBERSHIP}#Wizard", "https://lms.example/roles#a", "", *roles]
    answer = lms.enter(browser, lti_roles=roles, **timely(VARIANTS[variant]))
    assert answer.status_code == 200, answer.text
    found = entered(tool)
    assert found.window.role == OURS[who]
    assert found.learner is not None


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([INSTRUCTOR], "instructor"),
        (["Instructor"], "instructor"),
        (["urn:lti:role:ims/lis/Instructor"], "instructor"),
        ([f"{MEMBERSHIP}/Instructor#TeachingAssistant"], "instructor"),
        ([f"{MEMBERSHIP}/Instructor#GuestInstructor"], "instructor"),
        ([f"{MEMBERSHIP}#TeachingAssistant"], "instructor"),
        ([f"{MEMBERSHIP}#ContentDeveloper"], "instructor"),
        ([f"{MEMBERSHIP}#Administrator"], "instructor"),
        ([LEARNER, INSTRUCTOR], "instructor"),
        ([LEARNER], "learner"),
        (["Learner"], "learner"),
        ([f"{MEMBERSHIP}/Learner#Instructor"], "learner"),
        ([f"{MEMBERSHIP}#Mentor"], "mentor"),
        (["Mentor", f"{MEMBERSHIP}#Manager"], "mentor"),
        ([f"{MEMBERSHIP}/Mentor#Tutor"], "mentor"),
        ([f"{MEMBERSHIP}#Mentor", LEARNER], "learner"),
        ([f"{MEMBERSHIP}#Mentor", INSTRUCTOR], "instructor"),
        ([f"{MEMBERSHIP}#Member"], "learner"),
        ([f"{MEMBERSHIP}#Wizard"], "learner"),
        (["instructor"], "learner"),
        ([], "learner"),
        ([f"{INSTITUTION}#Instructor"], "learner"),
        ([f"{INSTITUTION}#Faculty", LEARNER], "learner"),
        ([f"{INSTITUTION}#Administrator"], "learner"),
        ([f"{SYSTEM}#Administrator"], "learner"),
        ([f"{SYSTEM}#SysAdmin", LEARNER], "learner"),
        (["urn:lti:sysrole:ims/lis/Administrator"], "learner"),
        (["urn:lti:instrole:ims/lis/Instructor"], "learner"),
        (["https://evil.example/membership#Instructor"], "learner"),
    ],
)
def test_the_roles_in_the_class_decide_and_no_others(
    roles: list[str], expected: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    assert lms.enter(browser, lti_roles=roles).status_code == 200
    found = entered(tool)
    assert found.window.role == expected
    with tool.database.reading() as db:
        assert db.scalars(select(Membership.role)).all() == [expected]


def test_an_anonymous_launch_gets_in_and_leaves_nobody_behind(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    assert lms.enter(browser, sub=ABSENT, name=ABSENT).status_code == 200
    assert entered(tool).learner is None
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Learner)) == 0
        assert db.scalar(select(func.count()).select_from(Membership)) == 0


def test_only_the_name_is_kept_of_a_person(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    lms.enter(browser, picture="https://lms.example/camille.png", email="camille@lms.example")
    with tool.database.engine.connect() as connection:
        rows = [
            str(row)
            for table in Learner.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    everything = " ".join(rows)
    assert "Camille Exemple" in everything
    assert "camille@lms.example" not in everything
    assert "camille.png" not in everything


def test_a_second_launch_finds_the_same_class_link_and_person(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.enter(browser)
    lms.enter(browser, name="Camille Nouveau-Nom", lti_context={"id": "class-1", "title": "GP 2"})
    with tool.database.reading() as db:
        assert [each.name for each in db.scalars(select(Learner))] == ["Camille Nouveau-Nom"]
        assert [each.title for each in db.scalars(select(Context))] == ["GP 2"]
        for table in (ResourceLink, Membership):
            assert db.scalar(select(func.count()).select_from(table)) == 1
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 2


def test_the_same_link_id_in_two_classes_is_two_links(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.enter(browser)
    lms.enter(browser, lti_context={"id": "class-2"})
    lms.enter(browser, lti_context=ABSENT)
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ResourceLink)) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (COURSE, "")),
        ({"lti_custom": {"course": COURSE}}, (COURSE, "")),
        ({"lti_custom": {"course": COURSE, "unit": "deux"}}, (COURSE, "deux")),
        ({"lti_custom": {"unit": "deux"}}, (COURSE, "deux")),
        ({"lti_target_link_uri": f"{LAUNCH_URL}?unit=deux"}, (COURSE, "deux")),
        (
            {
                "lti_target_link_uri": f"{LAUNCH_URL}?unit=deux",
                "lti_custom": {"unit": "$Unreplaced.variable"},
            },
            (COURSE, "deux"),
        ),
        ({"lti_custom": {"unit": "gone"}}, (COURSE, "")),
        ({"lti_custom": {"course": "$CourseSection.sourcedId"}}, (COURSE, "")),
        ({"lti_custom": {"course": ["a"], "unit": 7}}, (COURSE, "")),
    ],
)
def test_a_link_opens_the_course_and_the_unit_that_it_names(
    changes: dict[str, object],
    expected: tuple[str, str],
    lms: Lms,
    browser: FlaskClient,
    tool: Tool,
) -> None:
    assert lms.enter(browser, **changes).status_code == 200
    link = entered(tool).link
    assert (link.course, link.target) == expected


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (
            {"scope": [SCORE_SCOPE], "lineitem": "https://lms.example/items/1?type_id=3"},
            "https://lms.example/items/1?type_id=3",
        ),
        ({"scope": [], "lineitem": "https://lms.example/items/1"}, None),
        ({"lineitem": "https://lms.example/items/1"}, None),
        ({"scope": [SCORE_SCOPE]}, None),
        ({"scope": [SCORE_SCOPE], "lineitem": "javascript:alert(1)"}, None),
        ({"scope": [SCORE_SCOPE], "lineitem": 7}, None),
        (ABSENT, None),
    ],
)
def test_a_link_has_a_column_when_scores_may_be_posted_to_it(
    endpoint: object, expected: str | None, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    assert lms.enter(browser, **{AGS: endpoint}).status_code == 200
    assert entered(tool).link.line_item_url == expected


@pytest.mark.parametrize(
    ("endpoint", "url", "scopes"),
    [
        (
            {"scope": [SCORE_SCOPE, LINE_ITEM_SCOPE, "other"], "lineitems": LINE_ITEMS},
            LINE_ITEMS,
            [SCORE_SCOPE, LINE_ITEM_SCOPE],
        ),
        ({"scope": LINE_ITEM_SCOPE, "lineitems": LINE_ITEMS}, LINE_ITEMS, []),
        ({"scope": [[], 7], "lineitems": "javascript:alert(1)"}, None, []),
        (ABSENT, None, []),
    ],
)
def test_what_may_be_done_with_the_gradebook_is_kept_with_the_link(
    endpoint: object,
    url: str | None,
    scopes: list[str],
    lms: Lms,
    browser: FlaskClient,
    tool: Tool,
) -> None:
    assert lms.enter(browser, **{AGS: endpoint}).status_code == 200
    link = entered(tool).link
    assert (link.line_items_url, link.grade_scopes) == (url, scopes)
    assert lms.enter(browser, **{AGS: ABSENT}).status_code == 200
    assert (entered(tool).link.line_items_url, entered(tool).link.grade_scopes) == (None, [])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (({"locale": "en-GB"}, "fr"), "en"),
        (({"locale": "fr_ca"}, "en"), "fr"),
        (({"locale": "de"}, "en;q=0.8, fr;q=0.2"), "en"),
        (({}, "en"), "en"),
        (({}, ""), "fr"),
        (({"locale": "<script>"}, ""), "fr"),
        (({"locale": 7}, ""), "fr"),
    ],
)
def test_the_window_speaks_the_language_of_the_launch_else_of_the_browser(
    asked: tuple[dict[str, object], str], expected: str, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    presentation, accepts = asked
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce, lti_launch_presentation=presentation))
    lms.launch(browser, token, login.state, **{"Accept-Language": accepts})
    assert entered(tool).window.language == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://lms.example/course/7", "https://lms.example/course/7"),
        ("javascript:alert(1)", None),
        (7, None),
    ],
)
def test_the_way_back_is_a_web_address_or_none(
    url: object, expected: str | None, lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.enter(browser, lti_launch_presentation={"return_url": url})
    assert entered(tool).window.return_url == expected


def test_the_session_travels_with_the_page_and_needs_no_cookie(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    answer = lms.enter(browser)
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Max-Age=0" in cookie for cookie in cookies), "the login's cookie has served"
    token = next(word for word in answer.text.replace('"', " ").split() if _opens(tool, word))
    assert token not in str(answer.headers)


def _opens(tool: Tool, word: str) -> bool:
    with tool.database.reading() as db:
        try:
            session_of(db, word, tool.limits)
        except SessionUnknown:
            return False
    return True


def test_a_launch_may_not_be_kept_by_a_cache_nor_tell_where_it_came_from(
    lms: Lms, browser: FlaskClient
) -> None:
    headers = lms.enter(browser).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_a_key_is_fetched_once_for_many_launches(lms: Lms, browser: FlaskClient) -> None:
    for _ in range(3):
        assert lms.enter(browser).status_code == 200
    assert len(lms.server.asked_at("/jwks")) == 1


def test_a_platform_that_changed_its_keys_gets_in_after_at_most_a_minute(
    lms: Lms, other_key: Key, browser: FlaskClient, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(tool.key_sets, "_clock", lambda: clock[0])
    assert lms.enter(browser).status_code == 200
    renewed = Lms(lms.server, other_key)
    clock[0] += 30
    for _ in range(3):
        assert renewed.enter(browser).status_code == 401
    assert len(lms.server.asked_at("/jwks")) == 1, "asked once a minute, whoever insists"
    clock[0] += 31
    assert renewed.enter(browser).status_code == 200
    assert len(lms.server.asked_at("/jwks")) == 2


def test_of_many_launches_with_one_login_at_once_exactly_one_gets_in(
    lms: Lms, app: Flask, tool: Tool
) -> None:
    browser = app.test_client()
    login = lms.begin(browser)
    token = lms.sign(lms.claims(login.nonce))
    cookie = login.cookie(browser)
    statuses: list[int] = []
    together = threading.Barrier(6)

    def launch() -> None:
        own = app.test_client()
        own.set_cookie(*cookie)
        together.wait()
        statuses.append(lms.launch(own, token, login.state).status_code)

    threads = [threading.Thread(target=launch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401, 401, 401, 401]
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 1


def test_a_whole_class_can_enter_at_once(lms: Lms, app: Flask, tool: Tool) -> None:
    """The first launches of a class all want to write the same class and the same link."""
    statuses: list[int] = []
    together = threading.Barrier(8)

    def enter(number: int) -> None:
        browser = app.test_client()
        together.wait()
        statuses.append(lms.enter(browser, sub=f"person-{number}").status_code)

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ResourceLink)) == 1
        assert db.scalar(select(func.count()).select_from(Membership)) == 8
