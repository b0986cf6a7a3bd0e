"""A platform's administrators enter by a link to the administration, and nobody else does."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.models import AdministratorTicket, Platform, Refusal, WindowSession
from lti_tool.tool import Tool
from tests.functional.administration.conftest import Visitor, make_app
from tests.functional.launch.lms import DEPLOYMENT, TOOL, Lms

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
INSTITUTION = f"{LIS}institution/person#"
SYSTEM = f"{LIS}system/person#"
MEMBERSHIP = f"{LIS}membership#"

ADMINISTRATORS = (f"{INSTITUTION}Administrator", f"{SYSTEM}Administrator")
OTHERS = (
    *(
        f"{INSTITUTION}{name}"
        for name in (
            "Faculty",
            "Guest",
            "None",
            "Other",
            "Staff",
            "Student",
            "Alumni",
            "Instructor",
            "Learner",
            "Member",
            "Mentor",
            "Observer",
            "ProspectiveStudent",
        )
    ),
    *(
        f"{SYSTEM}{name}"
        for name in ("None", "AccountAdmin", "Creator", "SysAdmin", "SysSupport", "User")
    ),
    *(
        f"{MEMBERSHIP}{name}"
        for name in (
            "Administrator",
            "ContentDeveloper",
            "Instructor",
            "Learner",
            "Mentor",
            "Manager",
            "Member",
            "Officer",
        )
    ),
    f"{LIS}membership/Administrator#SystemAdministrator",
    f"{LIS}membership/Administrator#Support",
    "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
    "Administrator",
    "SysAdmin",
    "urn:lti:sysrole:ims/lis/Administrator",
    "urn:lti:instrole:ims/lis/Administrator",
    f"{INSTITUTION}Administrator ",
    f"{INSTITUTION}administrator",
)


def enter(
    visitor: Visitor, lms: Lms, *roles: str, target: str = f"{TOOL}/admin"
) -> tuple[int, str]:
    """Launch the link to the administration; return the status and the ticket, if any."""
    login = lms.begin(visitor.client, target_link_uri=target)
    claims = lms.claims(
        login.nonce,
        lti_roles=list(roles),
        lti_target_link_uri=target,
        lti_resource_link={"id": "administration"},
    )
    answer = lms.launch(visitor.client, lms.sign(claims), login.state)
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    return answer.status_code, found[1] if found else ""


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_an_administrator_enters_in_a_window_of_its_own(
    visitor: Visitor, app: Flask, tool: Tool, lms: Lms, role: str
) -> None:
    status, ticket = enter(visitor, lms, role, f"{MEMBERSHIP}Learner")
    assert status == 200
    # Nothing of the frame is needed from here on: no cookie of it, no session.
    window = Visitor(app.test_client())
    assert window.post("/admin/enter", ticket=ticket).status_code == 200
    assert window.is_in
    with tool.database.reading() as db:
        assert db.scalars(select(WindowSession)).all() == []
        assert db.scalars(select(AdministratorTicket)).all() == []


def test_no_other_role_of_the_vocabularies_enters(visitor: Visitor, tool: Tool, lms: Lms) -> None:
    for role in OTHERS:
        assert enter(visitor, lms, role) == (403, ""), role
    assert enter(visitor, lms, *OTHERS) == (403, "")
    assert enter(visitor, lms) == (403, "")
    with tool.database.reading() as db:
        assert set(db.scalars(select(Refusal.code))) == {"administrators_only"}
        assert db.scalars(select(AdministratorTicket)).all() == []


def test_a_platform_that_was_not_allowed_opens_nothing(
    visitor: Visitor, tool: Tool, lms: Lms
) -> None:
    with tool.database.transaction() as db:
        db.scalars(select(Platform)).one().admits_administrators = False
    assert enter(visitor, lms, *ADMINISTRATORS) == (403, "")
    with tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["administration_closed"]


@pytest.mark.usefixtures("app")
def test_without_the_setting_no_launch_opens_the_administration(
    database_url: str, lms: Lms
) -> None:
    app = make_app(database_url, "password")
    assert enter(Visitor(app.test_client()), lms, *ADMINISTRATORS) == (403, "")
    app.extensions["arrimage"].close()


def test_an_administrator_who_opens_an_activity_is_no_more_than_their_role_there(
    visitor: Visitor, tool: Tool, lms: Lms
) -> None:
    status, ticket = enter(visitor, lms, *ADMINISTRATORS, target=f"{TOOL}/lti/launch")
    assert (status, ticket) == (200, "")
    with tool.database.reading() as db:
        (window,) = db.scalars(select(WindowSession)).all()
    assert window.role == "learner"


def test_the_launch_serves_once(visitor: Visitor, lms: Lms) -> None:
    target = f"{TOOL}/admin"
    login = lms.begin(visitor.client, target_link_uri=target)
    claims = lms.claims(login.nonce, lti_roles=[ADMINISTRATORS[0]], lti_target_link_uri=target)
    assert claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] == DEPLOYMENT
    token = lms.sign(claims)
    name, secret = login.cookie(visitor.client)
    assert lms.launch(visitor.client, token, login.state).status_code == 200
    visitor.client.set_cookie(name, secret)
    assert lms.launch(visitor.client, token, login.state).status_code == 401
