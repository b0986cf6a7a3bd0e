"""A launch tells where the platform's list of the class is, if there is one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.lti.claims import NRPS
from lti_tool.models import Context
from lti_tool.tool import Tool
from tests.functional.launch.lms import Lms

URL = "https://lms.example/classes/7/members?type_id=2"


def address(tool: Tool) -> str | None:
    with tool.database.reading() as db:
        return db.scalars(select(Context)).one().memberships_url


def test_the_address_of_the_list_is_the_last_launch_s(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    service = {"context_memberships_url": URL, "service_versions": ["1.0", "2.0"]}
    assert lms.enter(browser, **{NRPS: service}).status_code == 200
    assert address(tool) == URL

    assert lms.enter(browser).status_code == 200
    assert address(tool) is None


@pytest.mark.parametrize(
    "service",
    [
        None,
        {},
        {"context_memberships_url": None},
        {"context_memberships_url": "javascript:alert(1)"},
        {"context_memberships_url": URL, "service_versions": ["1.0"]},
        {"context_memberships_url": URL, "service_versions": "2.0"},
    ],
)
def test_a_list_that_we_cannot_ask_for_is_none(
    lms: Lms, browser: FlaskClient, tool: Tool, service: object
) -> None:
    assert lms.enter(browser, **{NRPS: service}).status_code == 200
    assert address(tool) is None


def test_a_claim_that_is_no_object_is_refused(lms: Lms, browser: FlaskClient) -> None:
    answer = lms.enter(browser, **{NRPS: [URL]})

    assert answer.status_code == 400
    assert "<h1" in answer.text
