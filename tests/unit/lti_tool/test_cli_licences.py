"""``arrimage licence``, and the export of a package under a licence."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lti_tool.cli import main
from lti_tool.models import now

COURSES = Path(__file__).parents[2] / "courses"
SMALL = "deux-unites"
UNTIL = (now().date() + timedelta(days=100)).isoformat()
EXPORT = ("export", SMALL, "--format", "dispatch")


@pytest.fixture(autouse=True)
def _environment(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ARRIMAGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", database_url)
    monkeypatch.setenv("ARRIMAGE_PUBLIC_URL", "https://tool.example")
    monkeypatch.setenv("ARRIMAGE_COURSES", str(COURSES))
    monkeypatch.setenv("ARRIMAGE_CACHE", str(tmp_path / "cache"))


def run(*arguments: str, told: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=told)


def create(*more: str, seats: str = "30") -> Result:
    named = ("--partner", "cnam", "--course", SMALL, "--seats", seats, "--until", UNTIL)
    return run("licence", "create", *named, *more)


def test_without_a_licence_an_export_says_how_to_make_one_and_then_does_it(tmp_path: Path) -> None:
    export = (*EXPORT, "--partner", "cnam", "--out", str(tmp_path / "out"))
    refused = run(*export)
    assert refused.exit_code == 1
    assert f"arrimage licence create --partner cnam --course {SMALL}" in refused.output
    made = create()
    assert made.exit_code == 0, made.output
    assert "--format dispatch --partner cnam --licence 1" in made.output
    first, again = (json.loads(run(*export, "--json").stdout) for _ in range(2))
    assert first["sha256"] == again["sha256"]
    assert (first["new"], again["new"]) == (True, False)
    assert "https://tool.example" in " ".join(first["warnings"])


def test_every_partner_without_a_licence_is_named_and_the_others_served(tmp_path: Path) -> None:
    create()
    done = run(*EXPORT, "--all-partners", "--out", str(tmp_path / "out"), "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert [each["partner"] for each in told["packages"]] == ["cnam"]
    assert "essec" in told["failures"]


def test_licences_are_listed_with_their_use_renewed_and_revoked() -> None:
    assert "There is no licence." in run("licence", "list").output
    made = json.loads(create("--origin", "https://lms.example", "--note", "2027", "--json").stdout)
    assert (made["standing"], made["seats_taken"], made["language"]) == ("open", 0, "fr")
    number = str(made["id"])
    listed = run("licence", "list").output
    for part in ("0 of 30 taken", "https://lms.example", "2027", UNTIL):
        assert part in listed
    assert run("licence", "renew", number, "--seats", "40", "--free-seats").exit_code == 0
    assert json.loads(run("licence", "list", "--json").stdout)[0]["seats"] == 40
    assert run("licence", "revoke", number, told="n\n").exit_code == 1
    assert run("licence", "revoke", number, told="y\n").exit_code == 0
    assert "revoked" in run("licence", "list").output
    assert run("licence", "revoke", number, "--yes").exit_code == 1
    assert "Make another one" in run("licence", "renew", number, "--seats", "50").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("renew", "9", "--seats", "3"), "There is no licence 9"),
        (("renew", "9"), "Say what changes"),
        (("revoke", "9", "--yes"), "There is no licence 9"),
    ],
)
def test_what_cannot_be_done_to_a_licence_says_what_can(
    arguments: tuple[str, ...], said: str
) -> None:
    result = run("licence", *arguments)
    assert result.exit_code == 2
    assert said in result.output


def test_a_licence_that_cannot_be_says_why() -> None:
    result = create("--language", "de", seats="0")
    assert result.exit_code == 2
    assert "seats: Enter a number of seats" in result.output
    assert "language: The course is not written in this language." in result.output
