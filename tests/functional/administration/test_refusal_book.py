"""Refusals are kept within bounds, whoever causes how many."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused, RegistrationFault
from lti_tool.models import Refusal, now
from lti_tool.services import refusal_book
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.refusal_book import (
    KEPT_FOR,
    MINUTE,
    MOST_A_MINUTE,
    MOST_IN_VAIN_A_MINUTE,
    MOST_OF_A_KIND_A_MINUTE,
    Budget,
    RefusalBook,
    explanation_of,
    find_refusal,
    last_refusals,
    normal_reference,
)
from tests.functional.administration.conftest import Visitor
from tests.functional.launch.lms import TOOL

REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class Clock:
    """A time that only moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_flood_writes_a_limited_number_a_minute_and_leaves_room_for_other_kinds(
    database: Database,
) -> None:
    clock = Clock()
    book = RefusalBook(database, Budget(clock))

    def flood(fault: Fault, times: int) -> None:
        for _ in range(times):
            book.record(LaunchRefused(fault))

    def kept() -> int:
        with database.reading() as db:
            return db.scalar(select(func.count()).select_from(Refusal)) or 0

    flood(Fault.PLATFORM_UNKNOWN, MOST_OF_A_KIND_A_MINUTE + 5)
    assert kept() == MOST_OF_A_KIND_A_MINUTE
    reference = book.record(LaunchRefused(Fault.EXPIRED))
    with database.reading() as db:
        assert find_refusal(db, reference) is not None
    for fault in (Fault.STATE_UNKNOWN, Fault.UNREADABLE, Fault.EARLY):
        flood(fault, MOST_OF_A_KIND_A_MINUTE)
    assert kept() == MOST_A_MINUTE
    clock.seconds += MINUTE
    flood(Fault.PLATFORM_UNKNOWN, 1)
    assert kept() == MOST_A_MINUTE + 1


def test_only_so_many_are_kept_and_not_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusal_book, "MOST_KEPT", 10)
    moment = now()
    ages = [timedelta(minutes=number) for number in range(15)]
    rows = [
        {"reference": f"R{n}", "code": "x", "detail": "", "created_at": moment - age}
        for n, age in enumerate(ages)
    ]
    with database.transaction() as db:
        db.execute(insert(Refusal), rows)
    forget_what_is_over(database)
    with database.reading() as db:
        assert [each.reference for each in last_refusals(db, 99)] == [f"R{n}" for n in range(10)]
    with database.transaction() as db:
        for row in db.scalars(select(Refusal)):
            row.created_at -= KEPT_FOR
    forget_what_is_over(database)
    with database.reading() as db:
        assert last_refusals(db, 99) == []


def test_a_refusal_without_a_database_still_has_its_reference(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    Refusal.__table__.drop(database.engine)  # type: ignore[attr-defined]  # a Table at run time
    reference = RefusalBook(database).record(LaunchRefused(Fault.EXPIRED))
    assert normal_reference(reference) == reference
    assert reference in [getattr(record, "reference", "") for record in caplog.records]


def test_what_is_kept_can_be_stored_whatever_a_platform_said(database: Database) -> None:
    refused = LaunchRefused(Fault.UNREADABLE, "a\x00b\ud800" * 200)
    refused.issuer = "i\x00" * 600
    reference = RefusalBook(database).record(refused)
    with database.reading() as db:
        entry = find_refusal(db, reference)
    assert entry is not None
    assert len(entry.detail) == 500
    assert "\x00" not in f"{entry.detail}{entry.issuer}"


@pytest.mark.parametrize("code", [*Fault, *RegistrationFault, "internal"])
def test_every_code_is_explained_to_an_administrator(code: str) -> None:
    why = explanation_of(code)
    assert why is not None
    assert why.cause
    assert why.remedy
    assert why.mender


def test_a_code_of_another_version_is_shown_as_it_is(database: Database) -> None:
    assert explanation_of("from_another_version") is None
    with database.transaction() as db:
        db.add(Refusal(reference="2222-3333", code="from_another_version", detail=""))
    with database.reading() as db:
        entry = find_refusal(db, "2222 3333")
    assert entry is not None
    assert entry.who_mends is None


def test_no_two_kinds_of_fault_share_a_code() -> None:
    assert not set(Fault) & set(RegistrationFault)


def test_an_error_of_ours_is_kept_under_the_reference_of_its_page(app: Flask) -> None:
    def break_down() -> str:
        raise ValueError("secret=abc")

    app.add_url_rule("/broken", view_func=break_down)
    answer = app.test_client().get("/broken?token=abc")
    assert answer.status_code == 500
    tool = app.extensions["arrimage"]
    with tool.database.reading() as db:
        (entry,) = last_refusals(db, 9)
    assert entry.reference in answer.text
    assert entry.code == "internal"
    assert entry.detail == "ValueError at /broken"


def test_what_is_asked_for_in_vain_uses_up_no_refused_launch_s_place(database: Database) -> None:
    book = RefusalBook(database, Budget(Clock()), Budget(Clock(), most=MOST_IN_VAIN_A_MINUTE))
    for number in range(MOST_A_MINUTE):
        book.record_in_vain(f"http_{400 + number}", "GET /nowhere")
    reference = book.record(LaunchRefused(Fault.EXPIRED))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Refusal)) == MOST_IN_VAIN_A_MINUTE + 1
        assert find_refusal(db, reference) is not None


@pytest.mark.parametrize(
    ("method", "path", "cause"),
    [
        ("GET", "/nowhere?name=Camille", "Cette page n’existe pas."),
        ("POST", "/admin/keys", "Cette adresse ne s’ouvre pas de cette façon."),
        ("GET", "/api/boot", "Cette fenêtre n’a pas de session ouverte."),
    ],
)
def test_the_reference_of_what_was_asked_for_in_vain_is_found(
    admin: Visitor, app: Flask, method: str, path: str, cause: str
) -> None:
    origin = {"Origin": TOOL}
    refused = app.test_client().open(path, method=method, headers=origin)
    (reference,) = REFERENCE.findall(refused.text)

    found = unescape(admin.get(f"/admin/errors?reference={reference}").text)

    assert cause in found
    assert f"{method} {path.partition('?')[0]}" in found
    assert "Camille" not in found
