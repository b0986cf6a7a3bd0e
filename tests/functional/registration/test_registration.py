"""An invited platform registers the tool by itself: once, and never as somebody else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool.cli import main
from lti_tool.lti import Fault, RegistrationFault
from lti_tool.models import Invitation, Refusal, now
from lti_tool.services.connections import Outcome, Step
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.platforms import keep_platform
from lti_tool.services.registration_refusals import REGISTRATION_EXPLANATIONS
from tests.functional.launch.lms import TOOL, Answer, Asked, Key, Lms
from tests.functional.registration.conftest import (
    DEPLOYMENT,
    PLATFORM_CONFIGURATION,
    TOKEN,
    TOOL_CONFIGURATION,
    Desk,
    fields,
)
from tests.servers import PATIENCE_SECONDS

SCOPE = "https://purl.imsglobal.org/spec/"


def fault_of(desk: Desk, answer: TestResponse) -> str:
    """The code under which a refusal is kept, whose number and words the page shows."""
    with desk.tool.database.reading() as db:
        (kept,) = db.scalars(select(Refusal)).all()
    assert kept.reference in answer.text
    why = REGISTRATION_EXPLANATIONS[RegistrationFault(kept.code)]
    assert why.cause in answer.text
    assert why.remedy in answer.text
    assert why.mender in answer.text
    assert answer.status_code == why.status
    assert TOKEN not in kept.detail
    return kept.code


def test_opening_the_address_changes_nothing_and_says_who_asks(desk: Desk) -> None:
    invitation = desk.invite()
    page = desk.open(invitation)
    assert page.status_code == 200
    assert desk.registrar.issuer in page.text
    assert fields(page.text) == desk.asked(invitation)
    assert desk.registrar.tools == []
    assert desk.platforms() == []
    assert desk.invitations()[0].used_at is None


def test_the_platform_learns_all_that_it_needs_of_the_tool(desk: Desk) -> None:
    assert desk.confirm(desk.invite()).status_code == 200
    (tool,) = desk.registrar.tools
    assert tool["initiate_login_uri"] == f"{TOOL}/lti/login"
    assert tool["redirect_uris"] == [f"{TOOL}/lti/launch"]
    assert tool["jwks_uri"] == f"{TOOL}/.well-known/jwks.json"
    assert tool["token_endpoint_auth_method"] == "private_key_jwt"
    assert tool["client_name#fr"]
    assert tool["client_name#en"]
    assert set(tool["scope"].split()) == {
        f"{SCOPE}lti-ags/scope/score",
        f"{SCOPE}lti-ags/scope/lineitem",
        f"{SCOPE}lti-ags/scope/result.readonly",
        f"{SCOPE}lti-nrps/scope/contextmembership.readonly",
        f"{SCOPE}lti-gs/scope/contextgroup.readonly",
    }
    lti = tool[TOOL_CONFIGURATION]
    assert lti["domain"] == "localhost:8000"
    assert lti["target_link_uri"] == f"{TOOL}/lti/launch"
    assert "email" not in lti["claims"]
    kinds = {each["type"]: each for each in lti["messages"]}
    assert set(kinds) == {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
    choice = kinds["LtiDeepLinkingRequest"]
    assert choice["label#fr"] != choice["label#en"]
    with desk.browser.get(choice["icon_uri"].removeprefix(TOOL)) as icon:
        assert icon.mimetype == "image/svg+xml"


def test_the_tool_asks_for_nothing_that_the_platform_does_not_have(desk: Desk) -> None:
    desk.registrar.changes = {
        "scopes_supported": ["openid", f"{SCOPE}lti-ags/scope/score"],
        "claims_supported": ["iss", "sub"],
        PLATFORM_CONFIGURATION: {"messages_supported": [{"type": "LtiResourceLinkRequest"}]},
    }
    assert desk.confirm(desk.invite()).status_code == 200
    (tool,) = desk.registrar.tools
    assert tool["scope"] == f"{SCOPE}lti-ags/scope/score"
    assert tool[TOOL_CONFIGURATION]["claims"] == ["iss", "sub"]
    assert [each["type"] for each in tool[TOOL_CONFIGURATION]["messages"]] == [
        "LtiResourceLinkRequest"
    ]


def test_notices_are_asked_for_where_the_platform_says_that_it_has_some(desk: Desk) -> None:
    notices = f"{SCOPE}lti/scope/noticehandlers"
    desk.registrar.changes = {"scopes_supported": [f"{SCOPE}lti-ags/scope/score", notices]}
    assert desk.confirm(desk.invite()).status_code == 200
    (tool,) = desk.registrar.tools
    assert tool["scope"].split() == [f"{SCOPE}lti-ags/scope/score", notices]


def test_the_platform_and_its_deployment_are_kept_and_the_invitation_is_over(desk: Desk) -> None:
    desk.registrar.changes = {"authorization_server": "https://tokens.example"}
    page = desk.confirm(desk.invite(name="École du Sud"))
    assert "École du Sud" in page.text
    (platform,) = desk.platforms()
    assert platform.name == "École du Sud"
    assert (platform.issuer, platform.client_id) == (desk.registrar.issuer, "client-7")
    assert platform.jwks_url == f"{desk.registrar.issuer}/jwks"
    assert platform.token_audience == "https://tokens.example"
    assert [each.deployment_id for each in platform.deployments] == [DEPLOYMENT]
    assert not platform.awaits_deployment
    assert desk.invitations()[0].used_at is not None


def test_only_the_hash_of_an_invitation_is_stored(desk: Desk) -> None:
    invitation = desk.invite()
    assert invitation not in str(vars(desk.invitations()[0]))


def test_a_second_registration_updates_the_first(desk: Desk) -> None:
    assert "L’outil est inscrit" in desk.confirm(desk.invite(name="École du Sud")).text
    desk.registrar.changes = {"token_endpoint": f"{desk.registrar.issuer}/new-token"}
    desk.registrar.deployment = "deployment-8"
    page = desk.confirm(desk.invite())
    assert "L’inscription est à jour" in page.text
    (platform,) = desk.platforms()
    assert platform.name == "École du Sud"
    assert platform.token_url == f"{desk.registrar.issuer}/new-token"
    assert [each.deployment_id for each in platform.deployments] == [DEPLOYMENT, "deployment-8"]


def test_an_update_keeps_the_origins_that_the_tool_s_administrator_added(desk: Desk) -> None:
    desk.confirm(desk.invite())
    with desk.tool.database.transaction() as db:
        (platform,) = desk.platforms()
        db.merge(platform).service_origins = ["https://grades.example"]
    desk.confirm(desk.invite())
    assert desk.platforms()[0].service_origins == ["https://grades.example"]


def test_an_invitation_serves_once(desk: Desk) -> None:
    invitation = desk.invite()
    assert desk.confirm(invitation).status_code == 200
    again = desk.confirm(invitation)
    assert fault_of(desk, again) == RegistrationFault.INVITATION_USED
    assert len(desk.registrar.tools) == 1
    assert desk.open(invitation).status_code == 403


def test_of_two_registrations_at_once_with_one_invitation_one_is_made(
    desk: Desk, app: Flask
) -> None:
    invitation = desk.invite()
    second_was_refused = threading.Event()
    answers: list[int] = []
    register = desk.registrar.register

    def hold(asked: Asked) -> Answer:
        """Answer the first once the second has been turned away."""
        second_was_refused.wait(PATIENCE_SECONDS)
        return register(asked)

    desk.registrar.server.answers["/register"] = hold

    def confirm() -> None:
        own = replace(desk, browser=app.test_client())
        answers.append(own.confirm(invitation).status_code)
        second_was_refused.set()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 403]
    assert len(desk.registrar.tools) == 1
    assert len(desk.platforms()) == 1


def test_a_registration_that_never_ended_does_not_hold_its_invitation_for_ever(desk: Desk) -> None:
    invitation = desk.invite()
    for until, status in ((now() + timedelta(minutes=1), 403), (now(), 200)):
        with desk.tool.database.transaction() as db:
            db.execute(update(Invitation).values(claimed_until=until))
        assert desk.confirm(invitation).status_code == status


def test_an_expired_invitation_is_refused(desk: Desk) -> None:
    assert (
        fault_of(desk, desk.confirm(desk.invite(hours=-1))) == RegistrationFault.INVITATION_EXPIRED
    )
    assert desk.registrar.tools == []


@pytest.mark.parametrize("invitation", ["never-made", "é", "x" * 3_000])
def test_an_unknown_invitation_is_refused_before_anything_is_fetched(
    desk: Desk, invitation: str
) -> None:
    answer = desk.confirm(invitation)
    assert fault_of(desk, answer) == RegistrationFault.INVITATION_UNKNOWN
    assert desk.registrar.server.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"openid_configuration": ""},
        {"invitation": ""},
        {"openid_configuration": "https://lms.example/\x00"},
        {"registration_token": "a\r\nX-Forged: 1"},
        {"registration_token": "jeton-é"},
        {"registration_token": "x" * 5_000},
    ],
)
def test_an_address_without_all_that_it_needs_is_explained(
    desk: Desk, changes: dict[str, str]
) -> None:
    invitation = desk.invite()
    assert fault_of(desk, desk.confirm(invitation, **changes)) == RegistrationFault.INCOMPLETE
    assert desk.serves_still(invitation)


def test_a_wrong_registration_token_is_refused_by_the_platform(desk: Desk) -> None:
    invitation = desk.invite()
    answer = desk.confirm(invitation, registration_token="stolen")
    assert fault_of(desk, answer) == RegistrationFault.REJECTED
    assert desk.platforms() == []
    assert desk.serves_still(invitation)


def test_a_token_that_the_platform_repeats_is_not_kept(desk: Desk) -> None:
    body = b"x" * 190 + f"{TOKEN} is over".encode()
    answering("/register", Answer(400, body))(desk)
    assert fault_of(desk, desk.confirm(desk.invite())) == RegistrationFault.REJECTED
    with desk.tool.database.reading() as db:
        detail = db.scalars(select(Refusal.detail)).one()
    assert "answered 400: xxx" in detail
    assert TOKEN[:5] not in detail


def test_errors_are_said_in_english_too(desk: Desk) -> None:
    answer = desk.browser.get("/lti/register", headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert "The tool is not registered" in answer.text
    assert "paste it into the platform" in answer.text


def broken(name: str, value: object) -> Callable[[Desk], None]:
    return lambda desk: desk.registrar.changes.update({name: value})


def answering(path: str, answer: Answer) -> Callable[[Desk], None]:
    return lambda desk: desk.registrar.server.answers.update({path: answer})


WRONG_CONFIGURATIONS = {
    "not JSON": answering("/configuration", Answer(body=b"<html>")),
    "a list": answering("/configuration", Answer(body=b"[]")),
    "deeper than can be read": answering("/configuration", Answer(body=b"[" * 100_000)),
    "no platform configuration": broken(PLATFORM_CONFIGURATION, None),
    "a platform configuration of text": broken(PLATFORM_CONFIGURATION, "x"),
    "no issuer": broken("issuer", None),
    "an issuer that is a number": broken("issuer", 7),
    "an issuer that no database stores": broken("issuer", "http://127.0.0.1/\x00"),
    "no registration endpoint": broken("registration_endpoint", None),
    "no key set": broken("jwks_uri", None),
}


@pytest.mark.parametrize("name", WRONG_CONFIGURATIONS)
def test_a_configuration_that_cannot_be_used_is_refused(desk: Desk, name: str) -> None:
    invitation = desk.invite()
    WRONG_CONFIGURATIONS[name](desk)
    answer = desk.confirm(invitation)
    assert fault_of(desk, answer) == RegistrationFault.CONFIGURATION_WRONG
    assert desk.serves_still(invitation)


@pytest.mark.parametrize(
    "issuer", ["https://lms.example", "no address", "//127.0.0.1.example", "http://["]
)
def test_nobody_registers_under_the_name_of_another_site(desk: Desk, issuer: str) -> None:
    desk.registrar.changes = {"issuer": issuer}
    answer = desk.confirm(desk.invite())
    assert fault_of(desk, answer) == RegistrationFault.ISSUER_FOREIGN
    assert desk.registrar.tools == []


WRONG_ANSWERS = {
    "not JSON": b"OK",
    "a list": b"[]",
    "no client id": b"{}",
    "an empty client id": b'{"client_id": " "}',
    "a client id that no database stores": b'{"client_id": "a\\u0000"}',
    "a client id that is too long": json.dumps({"client_id": "x" * 256}).encode(),
    "a deployment of the wrong kind": json.dumps(
        {"client_id": "c", TOOL_CONFIGURATION: {"deployment_id": {}}}
    ).encode(),
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_an_answer_that_cannot_be_used_keeps_nothing(desk: Desk, name: str) -> None:
    invitation = desk.invite()
    answering("/register", Answer(201, WRONG_ANSWERS[name]))(desk)
    assert fault_of(desk, desk.confirm(invitation)) == RegistrationFault.ANSWER_WRONG
    assert desk.platforms() == []
    assert desk.serves_still(invitation)


@pytest.mark.parametrize("path", ["/configuration", "/register"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(302, headers={"Location": "/elsewhere"}),
        Answer(500),
        Answer(body=b'{"x": "' + b"x" * 300_000 + b'"}'),
    ],
    ids=["a redirect", "an error", "too long"],
)
def test_a_platform_that_does_not_answer_as_it_should_is_refused(
    desk: Desk, path: str, answer: Answer
) -> None:
    invitation = desk.invite()
    answering(path, answer)(desk)
    page = desk.confirm(invitation)
    assert page.status_code == 400
    assert fault_of(desk, page) in {RegistrationFault.UNREACHABLE, RegistrationFault.REJECTED}
    assert desk.registrar.server.asked_at("/elsewhere") == []
    assert desk.platforms() == []
    assert desk.serves_still(invitation)


def test_a_platform_that_is_not_there_is_refused(desk: Desk) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/configuration"
        answer = desk.confirm(desk.invite(), openid_configuration=url)
    assert fault_of(desk, answer) == RegistrationFault.UNREACHABLE


def test_in_production_no_program_of_this_machine_is_called(strict_desk: Desk) -> None:
    invitation = strict_desk.invite()
    port = strict_desk.registrar.url.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        for scheme in ("http", "https"):
            url = f"{scheme}://{host}:{port}"
            answer = strict_desk.confirm(invitation, openid_configuration=url)
            assert answer.status_code == 400, url
            assert REGISTRATION_EXPLANATIONS[RegistrationFault.ADDRESS_REFUSED].cause in answer.text
    assert strict_desk.registrar.server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fe80::1]/",
        "ftp://lms.example/",
        "file:///etc/passwd",
        "https://user:secret@lms.example/",
        "https://",
        "https://lms.example:99999/",
    ],
)
def test_what_is_not_a_public_web_address_is_refused_even_in_development(
    desk: Desk, url: str
) -> None:
    answer = desk.confirm(desk.invite(), openid_configuration=url)
    assert fault_of(desk, answer) == RegistrationFault.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "name", ["registration_endpoint", "token_endpoint", "jwks_uri", "authorization_endpoint"]
)
def test_the_addresses_that_a_configuration_names_are_checked_as_well(
    desk: Desk, name: str
) -> None:
    desk.registrar.changes = {name: "http://192.168.1.1/inside"}
    answer = desk.confirm(desk.invite())
    assert fault_of(desk, answer) == RegistrationFault.ADDRESS_REFUSED
    assert desk.registrar.tools == []


def claims_of(lms: Lms, nonce: str, desk: Desk, deployment: str) -> dict[str, Any]:
    return lms.claims(
        nonce,
        iss=desk.registrar.issuer,
        aud=desk.registrar.client_id,
        lti_deployment_id=deployment,
    )


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("key-1")


def launch(desk: Desk, lms: Lms, deployment: str) -> TestResponse:
    login = lms.begin(desk.browser, iss=desk.registrar.issuer, client_id=desk.registrar.client_id)
    token = lms.sign(claims_of(lms, login.nonce, desk, deployment))
    return lms.launch(desk.browser, token, login.state)


def test_a_registered_platform_launches_the_tool(desk: Desk, key: Key) -> None:
    desk.confirm(desk.invite())
    assert launch(desk, Lms(desk.registrar.server, key), DEPLOYMENT).status_code == 200
    assert launch(desk, Lms(desk.registrar.server, key), "another").status_code == 403


def test_without_a_deployment_the_first_verified_launch_tells_it_and_no_other_does(
    desk: Desk, key: Key
) -> None:
    desk.registrar.deployment = None
    page = desk.confirm(desk.invite())
    assert "identifiant de déploiement" in page.text
    lms = Lms(desk.registrar.server, key)
    login = lms.begin(desk.browser, iss=desk.registrar.issuer, client_id=desk.registrar.client_id)
    forged = Lms(desk.registrar.server, Key(key.kid)).sign(
        claims_of(lms, login.nonce, desk, "forged")
    )
    lms.publish(key.jwk())
    assert lms.launch(desk.browser, forged, login.state).status_code == 401
    assert desk.platforms()[0].awaits_deployment
    assert launch(desk, lms, "first").status_code == 200
    assert launch(desk, lms, "first").status_code == 200
    second = launch(desk, lms, "second")
    assert second.status_code == 403
    with desk.tool.database.reading() as db:
        assert db.scalars(select(Refusal.code)).all()[-1] == Fault.DEPLOYMENT_UNKNOWN
        (platform,) = desk.platforms()
    assert [each.deployment_id for each in platform.deployments] == ["first"]
    assert not platform.awaits_deployment


def test_a_deployment_that_is_added_by_hand_is_the_only_one(desk: Desk, key: Key) -> None:
    desk.registrar.deployment = None
    desk.confirm(desk.invite())
    lms = Lms(desk.registrar.server, key)
    found = desk.tool.connections.try_step(desk.platforms()[0].id, Step.DEPLOYMENTS)
    assert found.outcome is Outcome.WAITING
    registration = replace(
        lms.registration,
        issuer=desk.registrar.issuer,
        client_id=desk.registrar.client_id,
        deployment_ids=("by-hand",),
    )
    with desk.tool.database.transaction() as db:
        keep_platform(db, registration)
    assert launch(desk, lms, "another").status_code == 403
    assert launch(desk, lms, "by-hand").status_code == 200


def test_of_two_first_launches_at_once_one_tells_the_deployment(
    desk: Desk, app: Flask, key: Key
) -> None:
    desk.registrar.deployment = None
    desk.confirm(desk.invite())
    lms = Lms(desk.registrar.server, key)
    started = threading.Barrier(2)
    statuses: list[int] = []

    def enter(deployment: str) -> None:
        own = replace(desk, browser=app.test_client())
        started.wait(PATIENCE_SECONDS)
        statuses.append(launch(own, lms, deployment).status_code)

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 403]
    assert len(desk.platforms()[0].deployments) == 1


def test_old_invitations_are_forgotten_a_month_after_their_end(desk: Desk) -> None:
    desk.invite(hours=-24 * 29)
    desk.invite(hours=-24 * 31)
    forget_what_is_over(desk.tool.database)
    assert len(desk.invitations()) == 1


def test_the_command_prints_one_address_that_serves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", database_url)
    monkeypatch.setenv("ARRIMAGE_PUBLIC_URL", TOOL)
    done = CliRunner().invoke(main, ["platform", "invite", "--name", "École", "--hours", "2"])
    assert done.exit_code == 0, done.output
    (address,) = done.stdout.splitlines()
    start = f"{TOOL}/lti/register?invitation="
    assert address.startswith(start)
    (kept,) = desk.invitations()
    assert timedelta(minutes=119) < kept.expires_at - now() <= timedelta(hours=2)
    desk.confirm(address.removeprefix(start))
    assert desk.platforms()[0].name == "École"


def test_an_invitation_s_name_must_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    done = CliRunner().invoke(main, ["platform", "invite", "--name", "x" * 256])
    assert done.exit_code == 2
    assert "255" in done.output


@pytest.mark.parametrize("fault", RegistrationFault)
def test_every_fault_has_a_cause_a_remedy_and_somebody_who_can_mend_it(
    fault: RegistrationFault,
) -> None:
    why = REGISTRATION_EXPLANATIONS[fault]
    assert why.cause
    assert why.remedy
    assert why.mender
    assert why.status in {400, 401, 403}
