"""A platform that says anything at all while it registers the tool.

Nothing breaks, a refusal keeps no platform, and what is kept is about that platform alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from lti_tool.app import create_app
from lti_tool.lti import origin_of
from lti_tool.models import Platform
from lti_tool.services.registrations import invite
from lti_tool.tool import Tool
from tests.functional.launch.lms import Answer, Server
from tests.functional.registration.conftest import (
    PLATFORM_CONFIGURATION,
    TOOL_CONFIGURATION,
    Desk,
    Registrar,
    settings_for,
)
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import NOT_OBJECTS, TEXTS, VALUES, rarely, written
from tests.fuzzing.world import REFERENCE

DESCRIBED = st.dictionaries(
    st.sampled_from(
        [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "registration_endpoint",
            "scopes_supported",
            "claims_supported",
            PLATFORM_CONFIGURATION,
        ]
    ),
    rarely(
        VALUES,
        st.dictionaries(
            st.sampled_from(["product_family_code", "version", "messages_supported", "variables"]),
            VALUES,
            max_size=3,
        ),
    ),
    max_size=2,
)
REGISTERED = st.dictionaries(
    st.sampled_from(["client_id", "client_name", TOOL_CONFIGURATION, "scope"]), VALUES, max_size=2
)


@pytest.fixture(scope="module")
def desk(fuzzing_url: str) -> Iterator[Desk]:
    app = create_app(settings_for(fuzzing_url, allow_loopback=True))
    tool: Tool = app.extensions["arrimage"]
    with Server().running() as server:
        yield Desk(app.test_client(), tool, Registrar(server))
    tool.close()


@effort(50)
@given(
    described=DESCRIBED,
    registered=st.one_of(st.none(), REGISTERED.map(written), NOT_OBJECTS),
    status=rarely(st.sampled_from([204, 302, 400, 401, 500]), st.just(201)),
    shown=rarely(TEXTS, st.none()),
)
@example({}, None, 201, None)
@example({PLATFORM_CONFIGURATION: {"product_family_code": "a\x00b"}}, None, 201, None)
@example({"issuer": "http://127.0.0.1:1/\x00"}, None, 201, None)
@example({}, b'{"client_id": "a\\u0000b"}', 201, None)
def test_no_registration_breaks_the_tool_or_leaves_half_a_platform(
    desk: Desk,
    described: Mapping[str, Any],
    registered: bytes | None,
    status: int,
    shown: str | None,
) -> None:
    registrar = desk.registrar
    registrar.changes = dict(described)
    registrar.__post_init__()
    if registered is not None:
        registrar.server.answers["/register"] = Answer(status, registered)
    with desk.tool.database.transaction() as db:
        db.execute(delete(Platform))
        invitation = invite(db, timedelta(hours=1))
    sent = None if shown is None else shown.encode(errors="replace").decode()
    changes = {} if sent is None else {"openid_configuration": sent}

    opened = desk.open(invitation, **changes)
    answer = desk.confirm(invitation, **changes)

    event(f"answered {answer.status_code}")
    for page in (opened, answer):
        assert page.status_code == 200 or 400 <= page.status_code < 500, page.text
        assert page.status_code == 200 or REFERENCE.search(page.text)
    with desk.tool.database.reading() as db:
        kept = db.scalars(select(Platform)).all()
    assert len(kept) == (1 if answer.status_code == 200 else 0)
    for platform in kept:
        assert origin_of(platform.issuer) == origin_of(registrar.server.url)
