"""What people see of the classroom, and what they may do there."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom.accounts import ACCOUNTS, ADMINISTRATOR, INSTRUCTOR, STUDENT, Account
from classroom.app import create_app
from classroom.keys import load_secrets
from classroom.options import Options, ToolRegistration
from classroom.texts import ENGLISH, FRENCH, LANGUAGES, TEXTS
from tests.functional.classroom.visitor import Visitor


def test_every_page_says_that_this_is_a_development_aid(visitor: Visitor) -> None:
    pages = [visitor.get("/")]
    visitor.sign_in(ADMINISTRATOR)
    link = visitor.link_id("Unité 1")
    paths = [
        "/",
        "/gradebook",
        "/administration",
        f"/activities/{link}",
        "/activities/new",
        f"/launch/{link}",
        "/return",
        "/nowhere",
    ]
    pages += [visitor.get(path) for path in paths]
    assert [page.request.path for page in pages if FRENCH["banner"] not in page.text] == []


def test_the_language_is_french_unless_the_browser_prefers_english(visitor: Visitor) -> None:
    assert 'lang="fr"' in visitor.get("/").text
    english = visitor.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,fr;q=0.5"})
    assert '<html lang="en">' in english.text
    unknown = visitor.get("/", headers={"Accept-Language": "pl"})
    assert '<html lang="fr">' in unknown.text


def test_a_chosen_language_is_kept(visitor: Visitor) -> None:
    visitor.get("/?lang=en")
    assert ENGLISH["sign_in_title"] in visitor.get("/").text


def test_both_languages_say_the_same_things() -> None:
    assert {frozenset(TEXTS[language]) for language in LANGUAGES} == {frozenset(FRENCH)}
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.role)
def test_each_account_can_be_chosen_and_left(visitor: Visitor, account: Account) -> None:
    visitor.sign_in(account)
    assert account.name in visitor.get("/").text
    visitor.post("/sign-out")
    assert FRENCH["sign_in_title"] in visitor.get("/").text


def test_an_account_that_does_not_exist_cannot_be_chosen(visitor: Visitor) -> None:
    assert visitor.post("/sign-in", data={"account": "99"}).status_code == 400


@pytest.mark.parametrize("path", ["/gradebook", "/administration", "/activities/new"])
def test_nobody_sees_the_pages_behind_an_account_without_one(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/administration", "/activities/new", "/launch-picker"])
def test_a_student_sees_neither_the_administration_nor_the_picker(
    visitor: Visitor, path: str
) -> None:
    visitor.sign_in(STUDENT)
    response = visitor.get(path)
    assert response.status_code == 403
    assert FRENCH["error_forbidden"] in response.text


def test_an_instructor_does_not_reset_the_class(visitor: Visitor) -> None:
    visitor.sign_in(INSTRUCTOR)
    assert visitor.post("/reset").status_code == 403


def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    response = visitor.post(
        "/sign-in", data={"account": STUDENT.user_id}, headers={"Origin": "http://localhost:8000"}
    )
    assert response.status_code == 403
    assert FRENCH["error_cross_site"] in response.text


def test_another_host_name_is_refused(visitor: Visitor) -> None:
    response = visitor.client.get("/", base_url="http://attacker.test")
    assert response.status_code == 400


def test_the_administrator_reads_what_the_tool_must_know(
    visitor: Visitor, options: Options
) -> None:
    visitor.sign_in(ADMINISTRATOR)
    page = visitor.get("/administration").text
    known = ToolRegistration.of(options)
    for value in (
        known.issuer,
        known.client_id,
        known.authorization_url,
        known.token_url,
        known.jwks_url,
        options.launch_url,
    ):
        assert f"<code>{value}</code>" in page


def test_a_reset_makes_a_new_course_with_the_two_first_activities(visitor: Visitor) -> None:
    visitor.sign_in(ADMINISTRATOR)
    former = visitor.link_id("Unité 1")
    page = visitor.client.post("/reset", base_url=visitor.options.url, follow_redirects=True)
    assert FRENCH["reset_done"] in page.text
    assert visitor.titles() == ["Unité 1", "Module 3 (entier)"]
    assert visitor.link_id("Unité 1") != former
    assert visitor.get(f"/activities/{former}").status_code == 404


def test_only_the_tool_may_be_framed_or_posted_to(visitor: Visitor, options: Options) -> None:
    policy = visitor.get("/").headers["Content-Security-Policy"]
    assert f"frame-src 'self' {options.tool_url};" in policy
    assert f"form-action 'self' {options.tool_url};" in policy
    assert policy.startswith("default-src 'none';")


def test_what_the_tool_says_on_return_is_shown_as_text(visitor: Visitor) -> None:
    visitor.sign_in(STUDENT)
    visitor.get("/return", query_string={"lti_errormsg": "<b>Perdu</b>"})
    assert "&lt;b&gt;Perdu&lt;/b&gt;" in visitor.get("/").text


def test_a_restart_keeps_the_course_and_its_keys(visitor: Visitor, options: Options) -> None:
    visitor.sign_in(STUDENT)
    link = visitor.link_id("Unité 1")
    keys = visitor.get("/lti/jwks").json
    again = Visitor(create_app(options).test_client(), options, visitor.tool)
    again.sign_in(STUDENT)
    assert again.link_id("Unité 1") == link
    assert again.get("/lti/jwks").json == keys


def test_each_classroom_makes_keys_of_its_own_for_its_owner_only(tmp_path: Path) -> None:
    one, other = load_secrets(tmp_path / "one"), load_secrets(tmp_path / "other")
    assert one.private_key != other.private_key
    assert one.session_key != other.session_key
    assert load_secrets(tmp_path / "one") == one
    for name in ("platform-key.pem", "session-key"):
        assert (tmp_path / "one" / name).stat().st_mode & 0o077 == 0
