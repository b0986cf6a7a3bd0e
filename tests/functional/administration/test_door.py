"""Nobody is in the administration who should not be, and nobody is kept out who should."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lti_tool.database import Database
from lti_tool.models import (
    AdministratorSession,
    AdministratorTicket,
    KnownBrowser,
    SignInTries,
    now,
)
from lti_tool.services.administration import (
    IDLE,
    STRANGERS,
    Door,
    DoorClosed,
    DoorFault,
    Way,
    issue_ticket,
    set_password,
)
from lti_tool.services.administration import (
    Visitor as AtTheDoor,
)
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.tool import Tool
from tests.functional.administration.conftest import COURSE, PASSWORD, Visitor, make_app

SIGN_IN = "/admin/sign-in"


def pages_behind_the_door(app: Flask) -> list[tuple[str, str]]:
    """Every method and address of the administration and of the export page, but at the door."""
    adapter = app.url_map.bind("localhost")
    values = {
        **dict.fromkeys(("platform_id", "licence_id", "job_id", "package_id", "send_id"), 1),
        "step": "roster",
        "slug": COURSE,
        "language": "fr",
    }
    return [
        (method, adapter.build(rule.endpoint, {k: values[k] for k in rule.arguments}, method))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("admin.", "exports."))
        and not rule.rule.endswith(("/sign-in", "/enter"))
        and rule.endpoint != "exports.preview_file"
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]


def test_the_administration_is_closed_unless_a_setting_opens_it(database_url: str) -> None:
    app = make_app(database_url)
    closed = Visitor(app.test_client())
    for path in ("/admin", SIGN_IN, "/admin/enter?ticket=x", "/admin/platforms"):
        answer = closed.get(path)
        assert answer.status_code == 403
        assert "ARRIMAGE_ADMINISTRATION" in answer.text
    app.extensions["arrimage"].close()


def test_no_page_is_shown_and_nothing_done_without_a_session(app: Flask, visitor: Visitor) -> None:
    behind = pages_behind_the_door(app)
    assert len(behind) > 20
    for method, path in behind:
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        assert answer.status_code == 303, (method, path)
        assert answer.location.startswith(SIGN_IN)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost:9"])
def test_only_a_page_of_ours_can_change_anything(
    app: Flask, admin: Visitor, origin: str | None
) -> None:
    for method, path in pages_behind_the_door(app):
        if method == "POST":
            assert admin.post(path, origin).status_code == 403, path
    assert admin.post(SIGN_IN, origin, password=PASSWORD).status_code == 403
    assert admin.is_in


def test_no_page_can_be_framed(admin: Visitor, visitor: Visitor) -> None:
    for answer in (admin.get("/admin"), visitor.get(SIGN_IN), visitor.get("/admin/enter")):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("password")
def test_the_right_password_opens_a_session_that_scripts_and_other_sites_cannot_use(
    visitor: Visitor, tool: Tool
) -> None:
    answer = visitor.try_password()
    assert (answer.status_code, answer.location) == (303, "/admin")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert visitor.is_in
    tokens = [cookie.partition("=")[2].partition(";")[0] for cookie in cookies]
    with tool.database.reading() as db:
        kept = [
            *db.scalars(select(AdministratorSession.token_hash)),
            *db.scalars(select(KnownBrowser.token_hash)),
        ]
    assert not set(tokens) & set(kept)


def test_over_https_the_cookies_are_of_this_host_alone(database_url: str) -> None:
    app = make_app(database_url, "password", public_url="https://outil.example")
    tool: Tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        set_password(db, PASSWORD)
    answer = Visitor(app.test_client()).post(SIGN_IN, "https://outil.example", password=PASSWORD)
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-arrimage-")
        assert "Secure" in cookie.split("; ")
    tool.close()


def test_a_wrong_password_opens_nothing(password: str, visitor: Visitor) -> None:
    answer = visitor.try_password(password + " ")
    assert answer.status_code == 403
    assert "Ce n’est pas le mot de passe" in answer.text
    assert not visitor.is_in


def test_without_a_password_the_page_says_how_to_set_one(visitor: Visitor) -> None:
    answer = visitor.try_password("")
    assert answer.status_code == 403
    assert "arrimage admin password" in answer.text


@pytest.mark.usefixtures("password")
def test_whoever_tries_too_often_waits_even_with_the_right_password(
    visitor: Visitor, app: Flask
) -> None:
    statuses = [visitor.try_password("faux").status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    refused = visitor.try_password()
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "arrimage admin enter" in refused.text
    elsewhere = Visitor(app.test_client(), "203.0.113.9")
    assert elsewhere.try_password().status_code == 303


@pytest.mark.usefixtures("password")
def test_one_customer_s_ipv6_addresses_are_one_source(app: Flask) -> None:
    statuses = [
        Visitor(app.test_client(), f"2001:db8:1:1::{number:x}").try_password("faux").status_code
        for number in range(6)
    ]
    assert statuses[-1] == 429


@pytest.mark.usefixtures("password")
def test_tries_at_once_gain_nothing(tool: Tool) -> None:
    """Every try is counted before its password is looked at, by all processes together."""
    doors = [Door(Database(tool.settings.database_url), tool.door.ways) for _ in range(2)]
    faults: list[DoorFault] = []

    def attempt(door: Door) -> None:
        with pytest.raises(DoorClosed) as closed:
            door.enter_by_password("faux", AtTheDoor("198.51.100.7"))
        faults.append(closed.value.fault)

    threads = [threading.Thread(target=attempt, args=(doors[n % 2],)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for door in doors:
        door._database.close()
    assert Counter(faults) == {DoorFault.PASSWORD_WRONG: 5, DoorFault.TOO_MANY_TRIES: 4}


@pytest.mark.usefixtures("password")
def test_strangers_cannot_keep_an_administrator_out(
    app: Flask, tool: Tool, visitor: Visitor
) -> None:
    visitor.try_password()
    visitor.post("/admin/leave")
    assert not visitor.is_in
    with tool.database.transaction() as db:
        db.add(SignInTries(source="address:many", tries=500, last_at=now()))
        db.merge(SignInTries(source=STRANGERS, tries=5000, last_at=now()))
    stranger = Visitor(app.test_client(), "203.0.113.9")
    assert stranger.try_password().status_code == 429
    with tool.database.transaction() as db:
        ticket = issue_ticket(db, Way.COMMAND)
    assert stranger.post("/admin/enter", ticket=ticket).status_code == 200
    assert visitor.try_password().status_code == 303


@pytest.mark.usefixtures("password")
def test_a_flood_of_tries_is_read_and_not_written(tool: Tool, visitor: Visitor) -> None:
    with tool.database.transaction() as db:
        db.add(SignInTries(source=STRANGERS, tries=5000, last_at=now()))
    for number in range(5):
        Visitor(visitor.client, f"203.0.113.{number}").try_password("faux")
    with tool.database.reading() as db:
        assert db.scalars(select(SignInTries.source)).all() == [STRANGERS]


@pytest.mark.usefixtures("password")
def test_what_was_tried_is_forgotten_after_a_quiet_hour(tool: Tool, visitor: Visitor) -> None:
    for _ in range(6):
        visitor.try_password("faux")
    with tool.database.transaction() as db:
        db.execute(update(SignInTries).values(last_at=now() - timedelta(minutes=61)))
    assert visitor.try_password("faux").status_code == 403
    with tool.database.transaction() as db:
        db.execute(update(SignInTries).values(last_at=now() - timedelta(minutes=61)))
    forget_what_is_over(tool.database)
    with tool.database.reading() as db:
        assert db.scalars(select(SignInTries)).all() == []


def test_a_session_ends_when_it_is_left_alone(admin: Visitor, tool: Tool) -> None:
    with tool.database.transaction() as db:
        db.execute(update(AdministratorSession).values(expires_at=now()))
    assert not admin.is_in


def test_a_session_that_is_used_goes_on_but_not_for_ever(admin: Visitor, tool: Tool) -> None:
    soon = now() + timedelta(minutes=3)
    with tool.database.transaction() as db:
        db.execute(update(AdministratorSession).values(expires_at=soon))
    assert admin.is_in
    with tool.database.reading() as db:
        renewed = db.scalars(select(AdministratorSession.expires_at)).one()
    assert now() + IDLE - timedelta(minutes=1) < renewed <= now() + IDLE
    with tool.database.transaction() as db:
        db.execute(
            update(AdministratorSession).values(
                created_at=now() - timedelta(hours=8), expires_at=soon
            )
        )
    assert admin.is_in
    with tool.database.reading() as db:
        assert db.scalars(select(AdministratorSession.expires_at)).one() == soon


def test_leaving_ends_the_session_for_whoever_copied_its_cookie(app: Flask, admin: Visitor) -> None:
    cookie = admin.client.get_cookie("arrimage-admin")
    assert cookie is not None
    copy = Visitor(app.test_client())
    copy.client.set_cookie("arrimage-admin", cookie.value)
    assert copy.is_in
    admin.post("/admin/leave")
    assert not copy.is_in
    assert not admin.is_in


def test_a_new_password_ends_every_session_and_every_ticket(admin: Visitor, tool: Tool) -> None:
    with tool.database.transaction() as db:
        ticket = issue_ticket(db, Way.COMMAND)
    with tool.database.transaction() as db:
        set_password(db, "une autre longue phrase")
    assert not admin.is_in
    assert admin.post("/admin/enter", ticket=ticket).status_code == 403


def test_a_ticket_serves_once_and_not_for_long(visitor: Visitor, tool: Tool, app: Flask) -> None:
    with tool.database.transaction() as db:
        first, second = issue_ticket(db, Way.COMMAND), issue_ticket(db, Way.COMMAND)
    assert first in visitor.get(f"/admin/enter?ticket={first}").text
    assert visitor.post("/admin/enter", ticket=first).status_code == 200
    assert visitor.is_in
    late = Visitor(app.test_client())
    assert late.post("/admin/enter", ticket=first).status_code == 403
    with tool.database.transaction() as db:
        db.execute(update(AdministratorTicket).values(expires_at=now()))
    assert late.post("/admin/enter", ticket=second).status_code == 403
    assert not late.is_in
    forget_what_is_over(tool.database)
    with tool.database.reading() as db:
        assert db.scalars(select(AdministratorTicket)).all() == []


def test_a_way_that_the_settings_close_lets_nobody_in_any_more(admin: Visitor, tool: Tool) -> None:
    with tool.database.transaction() as db:
        db.execute(update(AdministratorSession).values(way=Way.LTI.value))
        ticket = issue_ticket(db, Way.LTI)
    only_password = Door(tool.database, frozenset({"password"}))
    cookie = admin.client.get_cookie("arrimage-admin")
    assert cookie is not None
    assert tool.door.is_in(cookie.value)
    assert not only_password.is_in(cookie.value)
    with pytest.raises(DoorClosed):
        only_password.enter_by_ticket(ticket)
    with pytest.raises(DoorClosed):
        Door(tool.database, frozenset({"lti"})).enter_by_password(PASSWORD, AtTheDoor("::1"))


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("/admin/keys", "/admin/keys"),
        ("https://evil.example", "/admin"),
        ("//evil.example/admin", "/admin"),
        ("/administration", "/admin"),
        ("/admin/\\evil.example", "/admin"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin"),
        ("/admin/" + "x" * 300, "/admin"),
    ],
)
@pytest.mark.usefixtures("password")
def test_after_the_door_one_only_goes_on_to_the_administration(
    visitor: Visitor, asked: str, reached: str
) -> None:
    answer = visitor.post(SIGN_IN, password=PASSWORD, next=asked)
    assert answer.location == reached
