"""Forms of the administration that no page of ours sends, by somebody who is in or is not.

Nothing breaks, a stranger changes nothing, and no form makes a platform that others took for
another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import origin_of
from lti_tool.models import Platform
from lti_tool.services.administration import Way, issue_ticket
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.administration.conftest import Visitor, make_app
from tests.functional.administration.test_licences import FORM as LICENCE
from tests.functional.administration.test_pages import FORM
from tests.functional.launch.lms import TOOL, Key, Lms, Server
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import TEXTS, rarely
from tests.fuzzing.traces import stored

FIELDS = (
    *FORM,
    "admit",
    "course",
    "deployment_name",
    "free",
    "from",
    "hours",
    "invitation",
    "language",
    "next",
    "note",
    "origins",
    "partner",
    "password",
    "seats",
    "ticket",
    "until",
)
FORMS = st.dictionaries(
    st.sampled_from(FIELDS),
    rarely(
        TEXTS, st.sampled_from([*FORM.values(), *LICENCE.values(), "1", "on", "/admin/keys", "-1"])
    ),
    max_size=6,
)
DOORS = (
    "platforms/new",
    "platforms/{platform}/edit",
    "platforms/{platform}/deployments",
    "platforms/{platform}/administrators",
    "platforms/{platform}/designers",
    "platforms/{platform}/suspend",
    "platforms/{platform}/resume",
    "platforms/{platform}/remove",
    "invitations",
    "invitations/revoke",
    "keys/rotate",
    "licences",
    "licences/{platform}",
    "licences/{platform}/revoke",
    "sign-in",
    "enter",
)
ORIGINS = st.sampled_from([TOOL, "null", "https://evil.example", "\x01", ""])
PLATFORMS = st.sampled_from(["1", "2", "999", "2147483647", "2147483648", "-1", "0", "x", "%00"])


@dataclass
class Office:
    """The administration, somebody who is in, and somebody who is not."""

    tool: Tool
    admin: Visitor
    stranger: Visitor

    def platforms(self) -> list[Platform]:
        with self.tool.database.reading() as db:
            return list(db.scalars(select(Platform)))


@pytest.fixture(scope="module")
def office(fuzzing_url: str) -> Iterator[Office]:
    app = make_app(fuzzing_url, "password", "lti")
    tool: Tool = app.extensions["arrimage"]
    with Server().running() as server:
        known = Lms(server, Key("lms-key")).registration
    with tool.database.transaction() as db:
        keep_platform(db, known)
        ticket = issue_ticket(db, Way.COMMAND)
    tool.keys.signing_key()
    admin = Visitor(app.test_client())
    assert admin.post("/admin/enter", ticket=ticket).status_code == 200
    yield Office(tool, admin, Visitor(app.test_client()))
    tool.close()


def post(visitor: Visitor, door: str, form: Mapping[str, str], origin: str = TOOL) -> TestResponse:
    """Post a form, halves of characters included, as from a page of that origin."""
    return visitor.client.post(
        f"/admin/{door}",
        data={name: text.encode(errors="surrogatepass") for name, text in form.items()},
        headers={"Origin": origin},
        environ_base={"REMOTE_ADDR": visitor.address},
    )


@effort(30)
@given(door=st.sampled_from(DOORS), platform=PLATFORMS, form=FORMS, whole=st.booleans())
@example("platforms/new", "1", {"name": "a\x00b\ud800"}, True)
@example("platforms/{platform}/deployments", "1", {"deployment_id": "\ud800"}, False)
@example("platforms/{platform}/edit", "1", {"service_origins": "https://[::1"}, True)
@example("invitations", "1", {"hours": "1" * 5000}, False)
@example("licences", "1", {"seats": "1" * 5000, "until": "9" * 5000, "origins": "http://["}, True)
@example("licences", "1", {"note": "\ud800", "until": "0000-00-00"}, True)
def test_no_form_breaks_the_administration(
    office: Office, door: str, platform: str, form: Mapping[str, str], whole: bool
) -> None:
    answer = post(
        office.admin,
        door.format(platform=platform),
        {**({**FORM, **LICENCE} if whole else {}), **form},
    )

    event(f"{door} answered {answer.status_code}")
    assert answer.status_code in {200, 303} or 400 <= answer.status_code < 500, answer.text
    assert office.admin.is_in
    if answer.status_code == 303:
        assert urlsplit(answer.location).netloc == ""
        assert answer.location.startswith("/admin")
        assert office.admin.get(answer.location).status_code == 200
    for page in ("/admin/platforms", "/admin/invitations", "/admin/licences"):
        assert office.admin.get(page).status_code == 200
    for kept in office.platforms():
        addresses = (kept.authorization_url, kept.token_url, kept.jwks_url)
        assert all(map(origin_of, (*addresses, *(kept.service_origins or ()))))
        assert "\x00" not in kept.name


@effort(20)
@given(door=st.sampled_from(DOORS), form=FORMS, origin=ORIGINS)
def test_no_form_of_a_stranger_changes_anything(
    office: Office, door: str, form: Mapping[str, str], origin: str
) -> None:
    before = stored(office.tool.database)

    answer = post(office.stranger, door.format(platform=1), {**FORM, **form}, origin)

    assert answer.status_code in {303, 403, 429}, answer.text
    assert stored(office.tool.database) == before
    assert not office.stranger.is_in
