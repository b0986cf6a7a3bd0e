"""Licences on the administration page: made, read, renewed and revoked by forms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.models import DispatchLicence, now
from lti_tool.services.dispatch_launches import Knock
from lti_tool.tool import Tool
from tests.functional.administration.conftest import COURSE, Visitor

TODAY = now().date()
FORM = {
    "partner": "cnam",
    "course": COURSE,
    "language": "fr",
    "seats": "30",
    "from": TODAY.isoformat(),
    "until": (TODAY + timedelta(days=200)).isoformat(),
    "origins": "https://lms.example\nhttps://autre.example/",
    "note": "Promotion 2027",
}


def licences(tool: Tool) -> list[DispatchLicence]:
    with tool.database.reading() as db:
        return list(db.scalars(select(DispatchLicence).order_by(DispatchLicence.id)))


def test_the_first_licence_is_made_by_a_form_and_says_how_to_export(
    admin: Visitor, tool: Tool
) -> None:
    assert "Aucune licence n’a encore été faite" in admin.get("/admin/licences").text
    answer = admin.post("/admin/licences", **FORM)
    assert answer.status_code == 303, answer.text
    (made,) = licences(tool)
    assert made.origins == ["https://autre.example", "https://lms.example"]
    shown = admin.get(answer.location).text
    assert "La licence est faite" in shown
    assert f"--format dispatch --partner cnam --licence {made.id}" in shown
    assert "Deux unités (français)" in shown
    assert "0 sur 30" in admin.get("/admin/licences").text


def test_partners_courses_and_languages_are_called_by_their_titles(
    admin: Visitor, tool: Tool
) -> None:
    admin.post("/admin/licences", **FORM)
    shown = admin.get("/admin/licences").text
    title = tool.courses.course(COURSE).title["fr"]
    assert '<option value="ecole-des-mines">École des Mines' in shown
    assert f'<option value="{COURSE}">{title}</option>' in shown
    assert f"{title} (français)" in shown


def test_every_mistake_is_shown_at_its_field(admin: Visitor, tool: Tool) -> None:
    wrong = {**FORM, "seats": "trente", "until": "bientôt"}
    answer = admin.post("/admin/licences", **wrong)
    assert answer.status_code == 400
    assert answer.text.count('class="problem"') == 2
    assert 'value="trente"' in answer.text
    wrong = {**FORM, "partner": "x", "seats": "0", "until": "2020-01-01", "origins": "ftp://x"}
    answer = admin.post("/admin/licences", **wrong)
    assert answer.text.count('class="problem"') == 4
    assert licences(tool) == []


def test_a_licence_is_renewed_and_its_seats_freed(admin: Visitor, tool: Tool) -> None:
    admin.post("/admin/licences", **{**FORM, "origins": ""})
    (made,) = licences(tool)
    token = tool.licences.address(made).partition("#")[2]
    for learner in ("a", "b"):
        tool.dispatch.enter(Knock(token, learner * 64, None))
    path = f"/admin/licences/{made.id}"
    assert "2 sur 30" in admin.get(path).text
    refused = admin.post(path, seats="1", until=FORM["until"])
    assert refused.status_code == 400
    assert "2 places sont déjà prises" in refused.text
    assert admin.post(path, seats="x", until=FORM["until"]).status_code == 400
    assert admin.post(path, seats="1", until=FORM["until"], free="yes").status_code == 303
    assert "0 sur 1" in admin.get(path).text


def test_a_licence_is_revoked_after_a_question_once(admin: Visitor, tool: Tool) -> None:
    admin.post("/admin/licences", **FORM)
    (made,) = licences(tool)
    path = f"/admin/licences/{made.id}/revoke"
    assert "C’est définitif" in admin.get(path).text
    assert licences(tool)[0].revoked_at is None
    assert "La licence est révoquée" in admin.get(admin.post(path).location).text
    assert "était déjà révoquée" in admin.get(admin.post(path).location).text
    renewed = admin.post(f"/admin/licences/{made.id}", seats="40", until=FORM["until"])
    assert renewed.status_code == 400


def test_a_licence_that_is_full_or_ends_soon_is_something_to_look_at(
    admin: Visitor, tool: Tool
) -> None:
    soon = (TODAY + timedelta(days=20)).isoformat()
    admin.post("/admin/licences", **{**FORM, "seats": "1", "until": soon, "origins": ""})
    (made,) = licences(tool)
    assert "se termine bientôt" not in admin.get("/admin").text
    tool.dispatch.enter(Knock(tool.licences.address(made).partition("#")[2], "a" * 64, None))
    shown = admin.get("/admin").text
    assert "Toutes les places de cnam sont prises" in shown
    assert "La licence de cnam pour deux-unites se termine bientôt" in shown
    assert 'href="/admin/licences"' in shown


@pytest.mark.parametrize("path", ["/admin/licences/9", "/admin/licences/9/revoke"])
def test_a_licence_that_is_not_there_is_not_found(admin: Visitor, path: str) -> None:
    assert admin.get(path).status_code == 404
    assert admin.post(path, seats="1", until=FORM["until"]).status_code == 404
