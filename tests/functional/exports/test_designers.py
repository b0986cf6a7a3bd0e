"""A platform's course designers find the export page from an activity, or by a link to it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.lti.roles import MEMBERSHIP, designs
from lti_tool.models import AdministratorTicket, Platform, Refusal, now
from lti_tool.services.administration import DESIGNER_TICKET, Way
from lti_tool.services.platforms import keep_platform
from tests.functional.administration.conftest import Visitor
from tests.functional.exports.conftest import DESIGNER, Office
from tests.functional.launch.lms import TOOL, Lms

DESIGN = f"{MEMBERSHIP}#ContentDeveloper"
TEACH = f"{MEMBERSHIP}#Instructor"
ADMINISTRATE = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
ACTIVITY = f"{TOOL}/lti/launch"
PAGE = f"{TOOL}/exports"


@pytest.fixture
def platform(office: Office, lms: Lms) -> Lms:
    """A platform whose designers may export courses."""
    with office.tool.database.transaction() as db:
        keep_platform(db, lms.registration).admits_designers = True
    return lms


def launch(office: Office, lms: Lms, target: str, *roles: str) -> TestResponse:
    browser = office.app.test_client()
    login = lms.begin(browser, target_link_uri=target)
    claims = lms.claims(
        login.nonce, lti_roles=list(roles), lti_target_link_uri=target, name=DESIGNER
    )
    return lms.launch(browser, lms.sign(claims), login.state)


def ticket_in(answer: TestResponse) -> str | None:
    found = re.search(r'name="ticket" value="([^"]+)"', answer.text)
    return found[1] if found else None


@pytest.mark.parametrize("target", [ACTIVITY, PAGE])
def test_a_designer_enters_and_is_known_by_name(office: Office, platform: Lms, target: str) -> None:
    answer = launch(office, platform, target, DESIGN)
    assert answer.status_code == 200
    # Without it, the browser would keep from us where the form came from.
    assert answer.headers["Referrer-Policy"] == "same-origin"
    ticket = ticket_in(answer)
    assert ticket
    window = Visitor(office.app.test_client())
    entered = window.post("/admin/enter", ticket=ticket)
    assert 'href="/exports"' in entered.text
    job = window.post("/exports", course="deux-unites", format="epub").location
    assert DESIGNER in window.get(job).text
    assert window.get("/admin").status_code == 303
    # The button that is pressed again leads there again, as long as the window is open.
    assert 'href="/exports"' in window.post("/admin/enter", ticket=ticket).text
    assert Visitor(office.app.test_client()).post("/admin/enter", ticket=ticket).status_code == 403


def test_who_only_teaches_is_offered_nothing_and_refused_at_the_page(
    office: Office, platform: Lms
) -> None:
    assert ticket_in(launch(office, platform, ACTIVITY, TEACH)) is None
    answer = launch(office, platform, PAGE, TEACH)
    assert answer.status_code == 403
    assert "ContentDeveloper" in answer.text
    with office.tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all() == ["designers_only"]
        assert db.scalars(select(AdministratorTicket)).all() == []


def test_a_platform_that_was_not_allowed_sends_no_designers(office: Office, platform: Lms) -> None:
    with office.tool.database.transaction() as db:
        db.execute(update(Platform).values(admits_designers=False))
    answer = launch(office, platform, ACTIVITY, DESIGN)
    assert (answer.status_code, ticket_in(answer)) == (200, None)
    answer = launch(office, platform, PAGE, DESIGN)
    assert answer.status_code == 403
    assert "arrimage platform designers" in answer.text


def test_an_administrator_enters_by_the_same_link_where_they_may_administer(
    office: Office, platform: Lms
) -> None:
    assert launch(office, platform, PAGE, ADMINISTRATE).status_code == 403
    with office.tool.database.transaction() as db:
        db.execute(update(Platform).values(admits_administrators=True))
    ticket = ticket_in(launch(office, platform, PAGE, ADMINISTRATE))
    window = Visitor(office.app.test_client())
    window.post("/admin/enter", ticket=str(ticket))
    assert window.get("/admin").status_code == 200
    assert window.get("/exports").status_code == 200


def test_a_ticket_that_lay_for_too_long_lets_nobody_in(office: Office, platform: Lms) -> None:
    ticket = ticket_in(launch(office, platform, ACTIVITY, DESIGN))
    with office.tool.database.transaction() as db:
        (kept,) = db.scalars(select(AdministratorTicket)).all()
        assert now() + DESIGNER_TICKET / 2 < kept.expires_at
        kept.expires_at = now()
    window = Visitor(office.app.test_client())
    assert window.post("/admin/enter", ticket=str(ticket)).status_code == 403
    assert window.get("/exports").status_code == 303


@pytest.mark.usefixtures("platform")
def test_an_administrator_allows_a_platform_s_designers_on_its_page(office: Office) -> None:
    administrator = office.enter(Way.COMMAND)
    for admit, expected in (("no", False), ("yes", True)):
        answer = administrator.post("/admin/platforms/1/designers", admit=admit)
        assert "done=designers-kept" in answer.location
        with office.tool.database.reading() as db:
            assert db.scalars(select(Platform.admits_designers)).all() == [expected]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (DESIGN, True),
        (f"{MEMBERSHIP}/ContentDeveloper#ContentExpert", True),
        ("ContentDeveloper", True),
        ("urn:lti:role:ims/lis/ContentDeveloper/Librarian", True),
        (TEACH, False),
        (ADMINISTRATE, False),
        (f"{MEMBERSHIP}/Instructor#ContentDeveloper", False),
        (f"{DESIGN} ", False),
    ],
)
def test_a_designer_is_told_by_a_role_in_the_class(role: str, *, expected: bool) -> None:
    assert designs([role]) is expected
