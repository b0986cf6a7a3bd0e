"""The player's page, its files, and the courses' media."""

from __future__ import annotations

import re

import pytest

from course_content import render
from tests.functional.school import School


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_reload_brings_the_player_in_the_language_of_the_course(
    school: School, language: str
) -> None:
    page = school.app.test_client().get(
        f"/learn?language={language}", headers={"Accept-Language": "fr, en;q=0.5"}
    )

    assert f'<html lang="{language}">' in page.text
    assert f"/static/player/player.lti.{language}.js" in page.text


@pytest.mark.parametrize("language", ["de", "../../x", ""])
def test_a_page_in_a_language_that_the_player_does_not_speak_is_in_french(
    school: School, language: str
) -> None:
    page = school.app.test_client().get("/learn", query_string={"language": language})

    assert page.status_code == 200
    assert "/static/player/player.lti.fr.js" in page.text


def test_a_reload_brings_a_page_that_knows_nobody(school: School) -> None:
    window = school.open()

    page = window.client.get("/learn")

    assert page.status_code == 200
    assert 'id="boot"' not in page.text
    assert "Zoé" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/learn", "/class"])
def test_a_page_runs_nothing_inline_and_loads_nothing_from_elsewhere(
    school: School, path: str
) -> None:
    page = school.app.test_client().get(path)

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page.text)
    assert not re.search(r"<style|style=|(src|href)=\"(https?:)?//| on\w+=", page.text)


@pytest.mark.parametrize("name", ["player.lti.fr.js", "player.css"])
def test_the_player_s_files_are_kept_for_ever_under_the_address_in_the_page(
    school: School, name: str
) -> None:
    client = school.app.test_client()
    found = re.search(rf'"(/static/player/{name}\?v=\w+)"', client.get("/learn").text)
    assert found is not None

    file = client.get(found[1], buffered=True)

    assert file.data == (render.player_assets() / name).read_bytes()
    assert file.cache_control.immutable
    assert file.cache_control.max_age == 365 * 24 * 3600
    again = client.get(found[1], headers={"If-None-Match": file.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


def test_another_version_of_a_player_s_file_is_not_kept_for_ever(school: School) -> None:
    file = school.app.test_client().get("/static/player/player.lti.fr.js?v=old", buffered=True)

    assert file.status_code == 200
    assert not file.cache_control.immutable


def test_a_picture_of_the_course_is_served_and_can_run_nothing(school: School) -> None:
    unit = school.open().get("/api/units/un").get_json()
    found = re.search(r'src="([^"]+\.svg)"', unit["steps"]["lecon"]["html"])
    assert found is not None

    picture = school.app.test_client().get(found[1], buffered=True)

    assert picture.status_code == 200
    assert picture.mimetype == "image/svg+xml"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["ETag"]


ELSEWHERE = [
    "/content/deux-unites/media/../course.yaml",
    "/content/deux-unites/media/..%2Fcourse.yaml",
    "/content/deux-unites/media/%2e%2e/course.yaml",
    "/content/deux-unites/course.yaml",
    "/content/deux-unites/media/",
    "/content/deux-unites/media/absent.svg",
    "/content/absent/media/carre.svg",
    "/content/../media/carre.svg",
    "/content/deux-unites%2Fapprendre/media/carre.svg",
    "/static/player/../main.js",
    "/static/player/..%2Fmain.js",
    "/static/player/absent.js?v=1",
]


def test_nothing_else_of_the_disk_is_served(school: School) -> None:
    client = school.app.test_client()
    for path in ELSEWHERE:
        answer = client.get(path)

        assert answer.status_code == 404, path
        assert "quiz" not in answer.text


def test_what_is_said_about_somebody_is_in_no_cache(school: School) -> None:
    window = school.open()

    for path in ("/api/boot", "/api/units/un", "/api/grade", "/api/nowhere"):
        assert window.get(path).headers["Cache-Control"] == "no-store"
