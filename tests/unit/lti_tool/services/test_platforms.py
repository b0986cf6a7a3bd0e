"""Registrations: what is kept, and what is sent back for correction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.models import Platform
from lti_tool.services.platforms import (
    FieldFault,
    PlatformInvalid,
    Registration,
    deployments_of,
    keep_platform,
    list_platforms,
)

GOOD = Registration(
    name="École",
    issuer="https://lms.example",
    client_id="client-1",
    authorization_url="https://lms.example/auth",
    token_url="https://lms.example/token",
    jwks_url="https://lms.example/jwks",
    deployment_ids=("1",),
)


def test_a_second_registration_updates_the_first_and_adds_deployments(database: Database) -> None:
    with database.transaction() as db:
        keep_platform(db, GOOD)
    again = replace(GOOD, name="École 2", deployment_ids=("2",), token_audience="aud")
    with database.transaction() as db:
        keep_platform(db, again)
    with database.reading() as db:
        (platform,) = list_platforms(db)
        assert platform.name == "École 2"
        assert platform.token_audience == "aud"
        assert deployments_of(platform) == {"1", "2"}


def test_one_issuer_may_have_several_client_ids(database: Database) -> None:
    with database.transaction() as db:
        keep_platform(db, GOOD)
        keep_platform(db, replace(GOOD, client_id="client-2"))
    with database.reading() as db:
        assert len(db.scalars(select(Platform)).all()) == 2


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"name": " "}, FieldFault.EMPTY),
        ({"issuer": ""}, FieldFault.EMPTY),
        ({"issuer": "https://" + "x" * 500}, FieldFault.TOO_LONG),
        ({"client_id": "x" * 256}, FieldFault.TOO_LONG),
        ({"client_id": "client\x00"}, FieldFault.UNREADABLE),
        ({"token_url": "lms.example/token"}, FieldFault.NO_ADDRESS),
        ({"jwks_url": "file:///etc/passwd"}, FieldFault.NO_ADDRESS),
        ({"authorization_url": "http://lms.example/auth"}, FieldFault.NOT_HTTPS),
        ({"service_origins": ("lms",)}, FieldFault.NO_ADDRESS),
        ({"deployment_ids": ("",)}, FieldFault.EMPTY),
    ],
)
def test_a_registration_that_cannot_work_is_explained(
    wrong: dict[str, object], fault: FieldFault, database: Database
) -> None:
    changed = Registration(
        **{  # type: ignore[arg-type]  # wrong on purpose
            name: wrong.get(name, getattr(GOOD, name)) for name in Registration.__slots__
        }
    )
    with database.transaction() as db, pytest.raises(PlatformInvalid) as raised:
        keep_platform(db, changed)
    (problem,) = raised.value.problems
    assert (problem.field, problem.fault) == (*wrong, fault)


def test_all_mistakes_of_a_registration_come_at_once(database: Database) -> None:
    wrong = replace(GOOD, name="", token_url="x", jwks_url="y")
    with database.transaction() as db, pytest.raises(PlatformInvalid) as raised:
        keep_platform(db, wrong)
    assert len(raised.value.problems) == 3


def test_a_platform_on_this_machine_may_do_without_https(database: Database) -> None:
    with database.transaction() as db:
        keep_platform(db, replace(GOOD, token_url="http://127.0.0.1:9000/token"))
