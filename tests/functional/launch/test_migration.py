"""Names of LTI 1.1 that a launch claims: kept where the platform proves them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.models import Context, Learner, Platform, ResourceLink
from lti_tool.services.migrations import keep_consumer_key, renamed
from lti_tool.tool import Tool
from tests.functional.launch.lms import ABSENT, CLIENT_ID, DEPLOYMENT, ISSUER, LTI, Lms
from tests.functional.launch.test_copies import UNIT, launch, links

KEY = "key-of-2019"
SECRET = "a secret, é"
OLDER = {"user_id": "u-11", "context_id": "c-11", "resource_link_id": "l-11"}


@pytest.fixture(autouse=True)
def platform_id(tool: Tool) -> int:
    with tool.database.transaction() as db:
        platform_id = db.scalars(select(Platform.id)).one()
        keep_consumer_key(db, platform_id, KEY, "a mistake")
        keep_consumer_key(db, platform_id, KEY, SECRET)
    return platform_id


def enter(
    lms: Lms, browser: FlaskClient, older: dict[str, Any], secret: str = SECRET, **changes: Any
) -> None:
    login = lms.begin(browser)
    claims = lms.claims(login.nonce, **changes)
    parts = (KEY, DEPLOYMENT, ISSUER, CLIENT_ID, str(claims["exp"]), login.nonce)
    digest = hmac.new(secret.encode(), "&".join(parts).encode(), hashlib.sha256).digest()
    claims[f"{LTI}lti1p1"] = {
        "oauth_consumer_key": KEY,
        "oauth_consumer_key_sign": base64.b64encode(digest).decode(),
        **older,
    }
    answer = lms.launch(browser, lms.sign(claims), login.state)
    assert answer.status_code == 200, answer.text


def kept(tool: Tool) -> tuple[str | None, str | None, str | None]:
    with tool.database.reading() as db:
        return (
            db.scalars(select(Learner.lti11_user_id)).one(),
            db.scalars(select(Context.lti11_context_id)).one(),
            db.scalars(select(ResourceLink.lti11_resource_link_id)).one(),
        )


def test_proved_names_are_kept(
    lms: Lms, browser: FlaskClient, tool: Tool, platform_id: int
) -> None:
    for _ in range(2):
        enter(lms, browser, OLDER)
    assert kept(tool) == ("u-11", "c-11", "l-11")
    with tool.database.reading() as db:
        found = [(one.kind, one.lti13_id, one.lti11_id) for one in renamed(db, platform_id)]
    assert found == [
        ("user", "person-1", "u-11"),
        ("context", "class-1", "c-11"),
        ("resource_link", "link-1", "l-11"),
    ]


def test_a_name_that_is_not_given_is_left_as_it_was(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    enter(lms, browser, OLDER)
    enter(lms, browser, {"user_id": "u-12"})
    assert kept(tool) == ("u-12", "c-11", "l-11")


@pytest.mark.parametrize(
    ("older", "secret", "why"),
    [
        (OLDER, "another secret", "its signature is wrong"),
        ({**OLDER, "oauth_consumer_key": "unheard-of"}, SECRET, "its key is unknown"),
    ],
)
def test_a_claim_that_is_not_proved_is_logged_and_the_launch_goes_on(
    lms: Lms,
    browser: FlaskClient,
    tool: Tool,
    caplog: pytest.LogCaptureFixture,
    older: dict[str, str],
    secret: str,
    why: str,
) -> None:
    enter(lms, browser, older, secret)
    assert kept(tool) == (None, None, None)
    assert why in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize("claim", ["text", [], {}, {"user_id": "u-11"}])
def test_an_unsigned_claim_is_ignored(
    lms: Lms, browser: FlaskClient, tool: Tool, claim: object
) -> None:
    assert lms.enter(browser, lti_lti1p1=claim).status_code == 200
    assert kept(tool) == (None, None, None)


def test_an_anonymous_launch_names_the_link_and_nobody(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    enter(lms, browser, OLDER, sub=ABSENT)
    with tool.database.reading() as db:
        assert db.scalars(select(Learner)).all() == []
        assert db.scalars(select(ResourceLink.lti11_resource_link_id)).one() == "l-11"


def test_a_link_that_the_platform_calls_by_another_name_opens_what_it_did(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    context = {"id": "1", "title": "Classe 1"}
    enter(
        lms,
        browser,
        {"resource_link_id": "l-11"},
        lti_context=context,
        lti_resource_link={"id": "a"},
        lti_custom=UNIT,
    )
    enter(
        lms,
        browser,
        {"resource_link_id": "l-11"},
        lti_context=context,
        lti_resource_link={"id": "renamed"},
    )
    assert links(tool)["1/renamed"] == ("deux-unites", "deux", "1/a")


def test_a_name_that_is_not_proved_opens_nothing(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "l-11", **UNIT)
    enter(
        lms,
        browser,
        {"resource_link_id": "l-11"},
        "another secret",
        lti_context={"id": "1"},
        lti_resource_link={"id": "b"},
    )
    assert links(tool)["1/b"] == ("deux-unites", "", None)
