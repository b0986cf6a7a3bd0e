"""What an administrator does on the pages, and what a hostile form cannot do."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lti_tool.lti import Fault, LaunchRefused, NoticeOffer, RegistrationFault, RegistrationRefused
from lti_tool.models import (
    DeliveryState,
    Deployment,
    GradeDelivery,
    Invitation,
    Learner,
    LineItem,
    Platform,
    ToolKey,
    WindowSession,
    now,
)
from lti_tool.services.registrations import invite
from lti_tool.services.subscriptions import keep_offer, subscribe_due
from lti_tool.tool import Tool
from tests.functional.administration.conftest import Visitor
from tests.functional.launch.lms import DEPLOYMENT, ISSUER, TOOL, Answer, Lms

FORM = {
    "name": "Université",
    "issuer": "https://moodle.example",
    "client_id": "abc",
    "deployment_id": "4",
    "authorization_url": "https://moodle.example/auth",
    "token_url": "https://moodle.example/token",
    "jwks_url": "https://moodle.example/jwks",
    "token_audience": "",
    "service_origins": "https://notes.example/ https://autres.example",
}


def platforms(tool: Tool) -> list[Platform]:
    with tool.database.reading() as db:
        return list(db.scalars(select(Platform).order_by(Platform.id)))


def launch(app: Flask, lms: Lms) -> None:
    answer = lms.enter(app.test_client())
    assert answer.status_code == 200, answer.text


def test_a_platform_is_added_by_a_form_and_changed_by_another(admin: Visitor, tool: Tool) -> None:
    answer = admin.post("/admin/platforms/new", **FORM)
    assert answer.status_code == 303, answer.text
    added = platforms(tool)[-1]
    assert added.service_origins == ["https://autres.example", "https://notes.example"]
    shown = admin.get(answer.location)
    assert "La plateforme est inscrite" in shown.text
    assert FORM["issuer"] in shown.text
    edit = f"/admin/platforms/{added.id}/edit"
    assert "https://moodle.example/token" in admin.get(edit).text
    changed = {**FORM, "name": "Moodle", "issuer": "https://evil.example", "deployment_id": ""}
    assert admin.post(edit, **changed).status_code == 303
    kept = platforms(tool)[-1]
    assert (kept.name, kept.issuer, kept.token_audience) == ("Moodle", FORM["issuer"], None)


def test_every_mistake_is_shown_at_its_field(admin: Visitor, tool: Tool) -> None:
    wrong = {
        "name": " ",
        "issuer": "x" * 501,
        "client_id": "a\x00b",
        "authorization_url": "moodle",
        "token_url": "http://moodle.example/token",
        "jwks_url": "https://[",
        "deployment_id": "d" * 256,
        "service_origins": "ftp://notes.example",
    }
    answer = admin.post("/admin/platforms/new", **wrong)
    assert answer.status_code == 400
    for name in wrong:
        assert f'id="{name}-problem"' in answer.text, name
    assert "500 caractères" in answer.text
    assert len(platforms(tool)) == 1


def test_a_mistake_in_a_known_platform_s_form_is_shown_at_its_field(
    admin: Visitor, tool: Tool, lms: Lms
) -> None:
    (platform,) = platforms(tool)
    wrong = {**FORM, "name": "Autre", "service_origins": "ftp://notes.example"}
    answer = admin.post(f"/admin/platforms/{platform.id}/edit", **wrong)
    assert answer.status_code == 400
    assert 'id="service_origins-problem"' in answer.text
    assert "ftp://notes.example" in answer.text
    (kept,) = platforms(tool)
    assert (kept.name, kept.token_url) == (platform.name, lms.registration.token_url)


def test_a_platform_that_is_known_is_not_overwritten_by_the_form(
    admin: Visitor, tool: Tool, lms: Lms
) -> None:
    known = lms.registration
    answer = admin.post(
        "/admin/platforms/new", **{**FORM, "issuer": known.issuer, "client_id": known.client_id}
    )
    assert answer.status_code == 400
    assert "déjà inscrite" in answer.text
    assert platforms(tool)[0].token_url == known.token_url


def test_what_a_form_holds_is_shown_as_text(admin: Visitor) -> None:
    answer = admin.post("/admin/platforms/new", **{**FORM, "name": "<script>x</script>"})
    page = admin.get(answer.location).text
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_deployment_is_added_and_named_by_hand(admin: Visitor, tool: Tool) -> None:
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/deployments"
    assert admin.post(path, deployment_id="9", deployment_name="Droit").status_code == 303
    assert admin.post(path, deployment_id="9", deployment_name="Sciences").status_code == 303
    wrong = admin.post(path, deployment_id=" ", deployment_name="x" * 256)
    assert wrong.status_code == 400
    assert 'id="deployment_id-problem"' in wrong.text
    with tool.database.reading() as db:
        found = dict(db.execute(select(Deployment.deployment_id, Deployment.name)).all())
    assert found["9"] == "Sciences"


def test_a_suspended_platform_lets_nobody_in_and_keeps_everything(
    admin: Visitor, tool: Tool, lms: Lms, app: Flask
) -> None:
    launch(app, lms)
    (platform,) = platforms(tool)
    on_the_way = app.test_client()
    login = lms.begin(on_the_way)
    path = f"/admin/platforms/{platform.id}"
    assert "fenêtres ouvertes prendront fin" in admin.get(f"{path}/suspend").text
    assert admin.post(f"{path}/suspend").status_code == 303
    refused = lms.log_in(app.test_client())
    assert refused.status_code == 403
    assert "suspendu" in refused.text
    token = lms.sign(lms.claims(login.nonce))
    assert lms.launch(on_the_way, token, login.state).status_code in {401, 403}
    with tool.database.reading() as db:
        assert db.scalars(select(WindowSession.expires_at)).one() <= now()
        assert db.scalars(select(Learner)).all()
    assert "suspendue" in admin.get(path).text
    assert "suspendue" in admin.get("/admin").text
    assert admin.post(f"{path}/resume").status_code == 303
    launch(app, lms)


def test_a_platform_from_which_people_came_is_never_removed(
    admin: Visitor, tool: Tool, lms: Lms, app: Flask
) -> None:
    launch(app, lms)
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/remove"
    asked = admin.get(path)
    assert "ne peut pas être retirée" in asked.text
    assert f'action="{path}"' not in asked.text
    assert admin.post(path).status_code == 409
    assert len(platforms(tool)) == 1


def test_a_platform_that_nobody_used_is_removed_after_a_question(
    admin: Visitor, tool: Tool
) -> None:
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/remove"
    assert f'action="{path}"' in admin.get(path).text
    assert platforms(tool)
    assert admin.post(path).location.startswith("/admin/platforms?")
    assert not platforms(tool)
    assert "Aucune plateforme" in admin.get("/admin/platforms").text
    assert "Aucune plateforme" in admin.get("/admin").text


def test_administrators_of_a_platform_are_admitted_and_refused(admin: Visitor, tool: Tool) -> None:
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/administrators"
    for answer, admitted in (("no", False), ("yes", True), ("maybe", False)):
        admin.post(path, admit=answer)
        assert platforms(tool)[0].admits_administrators is admitted


def test_numbers_and_texts_that_no_database_takes_are_refused(admin: Visitor) -> None:
    assert admin.get("/admin/platforms/99999999999999999999").status_code == 404
    for name in ("\x00", "0" * 64, "é" * 9000):
        answer = admin.post("/admin/invitations/revoke", invitation=name)
        assert answer.location.endswith("over")
    assert admin.post("/admin/invitations", name="a\x00b", hours="2").status_code == 400


@pytest.mark.parametrize(
    "path", ["", "/edit", "/suspend", "/remove", "/resume", "/deployments", "/test", "/test/roster"]
)
def test_a_platform_that_is_not_there_is_not_found(admin: Visitor, path: str) -> None:
    whole = f"/admin/platforms/404{path}"
    if path in {"", "/edit", "/suspend", "/remove"}:
        assert admin.get(whole).status_code == 404
    if path:
        assert admin.post(whole, **FORM).status_code == 404


def test_an_invitation_s_address_is_shown_once_and_serves(admin: Visitor, tool: Tool) -> None:
    answer = admin.post("/admin/invitations", name="École", hours="2")
    assert answer.status_code == 200
    start = re.escape(f"{TOOL}/lti/register?invitation=")
    found = re.search(rf'data-copy="({start}[^"]+)"', answer.text)
    assert found
    token = html.unescape(found[1]).partition("=")[2]
    assert token not in admin.get("/admin/invitations").text
    with tool.database.reading() as db:
        (kept,) = db.scalars(select(Invitation)).all()
    assert kept.name == "École"
    assert timedelta(minutes=119) < kept.expires_at - now() <= timedelta(hours=2)


@pytest.mark.parametrize("hours", ["", "0", "721", "-3", "²", "9" * 400, "1.5", "x"])
def test_an_invitation_of_a_wrong_length_is_not_made(
    admin: Visitor, tool: Tool, hours: str
) -> None:
    answer = admin.post("/admin/invitations", name="n" * 256, hours=hours)
    assert answer.status_code == 400
    assert 'id="hours-problem"' in answer.text
    assert 'id="name-problem"' in answer.text
    with tool.database.reading() as db:
        assert db.scalars(select(Invitation)).all() == []


def test_invitations_say_what_became_of_them_and_open_ones_can_be_revoked(
    admin: Visitor, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        invite(db, timedelta(hours=-1), "Tardive")
        invite(db, timedelta(hours=1), "Servie")
        invite(db, timedelta(hours=1), "Ouverte")
        db.execute(update(Invitation).where(Invitation.name == "Servie").values(used_at=now()))
    page = admin.get("/admin/invitations").text
    for said in ("Durée écoulée", "A servi", "Ouverte"):
        assert said in page
    (hashed,) = re.findall(r'name="invitation" value="([0-9a-f]+)"', page)
    assert admin.post("/admin/invitations/revoke", invitation=hashed).location.endswith("revoked")
    assert admin.post("/admin/invitations/revoke", invitation=hashed).location.endswith("over")
    with tool.database.reading() as db:
        names = set(db.scalars(select(Invitation.name)))
    assert names == {"Tardive", "Servie"}


def test_keys_are_listed_replaced_and_forgotten(admin: Visitor, tool: Tool) -> None:
    assert "Aucune clé" in admin.get("/admin/keys").text
    tool.keys.make_first_key()
    assert admin.post("/admin/keys/rotate").location.endswith("key-announced")
    assert admin.post("/admin/keys/rotate").location.endswith("key-under-way")
    page = admin.get("/admin/keys").text
    for key in tool.keys.known_keys():
        assert key.kid in page
    assert "peut refuser l’outil" in admin.get("/admin/keys/compromised").text
    assert len(tool.keys.known_keys()) == 2
    assert admin.post("/admin/keys/compromised").location.endswith("key-replaced")
    assert len(tool.keys.known_keys()) == 1


def test_last_launches_name_the_class_and_nobody(
    admin: Visitor, app: Flask, lms: Lms, tool: Tool
) -> None:
    launch(app, lms)
    (platform,) = platforms(tool)
    for path in ("/admin/launches", "/admin", f"/admin/platforms/{platform.id}"):
        page = admin.get(path).text
        assert "Gestion de projet" in page
        assert "Apprentissage" in page
        assert "Camille" not in page


def test_a_refusal_is_found_by_its_reference_with_its_remedy(admin: Visitor, tool: Tool) -> None:
    launch_refused = LaunchRefused(Fault.STATE_EXPIRED, "the login is over")
    launch_refused.issuer = ISSUER
    registration_refused = RegistrationRefused(RegistrationFault.UNREACHABLE, "<b>no</b>")
    references = [
        tool.refusals.record(launch_refused),
        tool.refusals.record(registration_refused),
        tool.refusals.record_error("ValueError at /lti/launch"),
    ]
    listed = admin.get("/admin/errors").text
    for reference in references:
        assert reference in listed
    found = admin.get(f"/admin/errors?reference={references[0].lower().replace('-', '')}").text
    assert ISSUER in found
    assert "the login is over" in found
    assert "La personne qui ouvre l’activité" in found
    assert "<b>no" not in admin.get(f"/admin/errors?reference={references[1]}").text
    assert "Les personnes qui développent cet outil" in (
        admin.get(f"/admin/errors?reference={references[2]}").text
    )
    nothing = admin.get("/admin/errors?reference=2222-2222%00%22%3E")
    assert "Rien n’est gardé" in nothing.text


def test_the_overview_says_what_needs_attention(
    admin: Visitor, tool: Tool, app: Flask, lms: Lms
) -> None:
    assert "Personne n’a encore ouvert d’activité depuis" in admin.get("/admin").text
    launch(app, lms)
    assert "Rien ne demande votre attention" in admin.get("/admin").text
    with tool.database.transaction() as db:
        window = db.scalars(select(WindowSession)).one()
        db.add(
            GradeDelivery(
                line_item=LineItem(
                    resource_link_pk=window.resource_link_pk, made_by="tool", label="Note"
                ),
                learner_id=window.learner_id,
                score=1.0,
                state=DeliveryState.REFUSED,
            )
        )
        db.execute(update(Platform).values(awaits_deployment=False))
    assert "refusées" in admin.get("/admin").text
    tool.keys.make_first_key()
    with tool.database.transaction() as db:
        db.execute(update(ToolKey).values(created_at=now() - timedelta(days=400)))
    assert "plus d’un an" in admin.get("/admin").text


def test_the_pages_are_in_english_for_who_reads_english(admin: Visitor) -> None:
    english = {"Accept-Language": "en"}
    for path in ("/admin", "/admin/platforms/new", "/admin/invitations", "/admin/keys"):
        page = admin.client.get(path, headers=english).text
        assert 'lang="en"' in page
        assert "Vue d’ensemble" not in page


def steps(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-step="([^"]+)" data-outcome="([^"]+)"', page))


def test_the_connection_is_tested_without_scripts_and_step_by_step(
    admin: Visitor, app: Flask, tool: Tool, lms: Lms
) -> None:
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/test"
    lms.server.answers["/token"] = Answer(body=b'{"access_token": "t", "expires_in": 3600}')
    found = steps(admin.post(path).text)
    # Nobody serves the tool at its public address here.
    assert found.pop("own-keys") == "failed"
    assert found.pop("roster") == found.pop("line-items") == "waiting"
    assert set(found.values()) == {"ok"}

    members = f"{lms.server.url}/members?x=1"
    column = f"{lms.server.url}/items/1/lineitem?type_id=1"
    login = lms.begin(browser := app.test_client())
    claims = lms.claims(
        login.nonce,
        **{
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": members,
                "service_versions": ["2.0"],
            },
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitem": column,
            },
        },
    )
    assert lms.launch(browser, lms.sign(claims), login.state).status_code == 200
    assert steps(admin.post(f"{path}/roster").text) == {"roster": "failed"}
    assert steps(admin.post(f"{path}/line-items").text) == {"line-items": "failed"}
    lms.server.answers["/members"] = Answer(
        body=json.dumps({"members": [{"user_id": "1", "roles": ["Learner"]}]}).encode()
    )
    lms.server.answers["/items/1/lineitem"] = Answer(
        body=json.dumps({"id": column, "label": "Quiz", "scoreMaximum": 100}).encode()
    )
    assert steps(admin.post(f"{path}/roster").text) == {"roster": "ok"}
    assert steps(admin.post(f"{path}/line-items").text) == {"line-items": "ok"}
    assert admin.post(f"{path}/dance").status_code == 404
    methods = {asked.method for asked in lms.server.asked if "/items/" in asked.path}
    assert methods == {"GET"}, "a test changes nothing"


def test_a_test_says_what_the_platform_said(admin: Visitor, tool: Tool, lms: Lms) -> None:
    (platform,) = platforms(tool)
    path = f"/admin/platforms/{platform.id}/test"
    lms.server.answers["/token"] = Answer(400, b'{"error": "<i>invalid_scope</i>"}')
    page = admin.post(f"{path}/score-token").text
    assert steps(page) == {"score-token": "failed"}
    assert "&lt;i&gt;invalid_scope" in page
    lms.server.answers["/token"] = Answer(503)
    assert "Réessayez dans quelques minutes" in admin.post(f"{path}/score-token").text
    lms.publish()
    assert "Publiez une clé RSA" in admin.post(f"{path}/platform-keys").text
    with tool.database.transaction() as db:
        for deployment in db.scalars(select(Deployment)):
            db.delete(deployment)
    assert steps(admin.post(f"{path}/deployments").text) == {"deployments": "failed"}
    assert "n’a aucun déploiement" in admin.get("/admin").text


def test_what_became_of_a_platform_s_notices_is_shown(admin: Visitor, tool: Tool, lms: Lms) -> None:
    (known,) = platforms(tool)
    page = f"/admin/platforms/{known.id}"
    assert "Avis de la plateforme" not in admin.get(page).text
    lms.server.answers["/token"] = Answer(body=b'{"access_token": "t", "expires_in": 3600}')
    offer = NoticeOffer(f"{lms.server.url}/pns", ("LtiContextCopyNotice",))
    with tool.database.transaction() as db:
        keep_offer(db, known.id, DEPLOYMENT, offer)

    waiting = admin.get(page).text
    assert "Avis de la plateforme" in waiting
    assert "arrimage worker" in waiting
    assert "aucun avis reçu" in waiting

    lms.server.answers["/pns"] = Answer(403, b"not allowed")
    subscribe_due(tool.database, tool.notice_client, f"{TOOL}/lti/notices")
    assert "HTTP 403" in admin.get(page).text

    lms.server.answers["/pns"] = lambda asked: Answer(body=asked.body)
    later = now() + timedelta(days=1)
    subscribe_due(tool.database, tool.notice_client, f"{TOOL}/lti/notices", clock=lambda: later)
    assert "Abonné depuis" in html.unescape(admin.get(page).text)
