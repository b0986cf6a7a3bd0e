"""``arrimage platform migrate-from`` and ``older-ids``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from lti_tool.cli import main
from lti_tool.database import Database
from lti_tool.models import ConsumerKey, Context, Learner, ResourceLink
from tests.seeding import seed_class


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["platform", *arguments], input=typed)


@pytest.fixture
def number(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The number of a platform with a class, in the database that the commands use."""
    for name in list(os.environ):
        if name.startswith("ARRIMAGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARRIMAGE_DATABASE_URL", database_url)
    with database.transaction() as db:
        return str(seed_class(db).platform_id)


def kept(database: Database) -> list[tuple[str, str]]:
    with database.reading() as db:
        return [(row.key, row.secret) for row in db.scalars(select(ConsumerKey))]


def test_the_secret_is_asked_for_and_not_shown(number: str, database: Database) -> None:
    done = run("migrate-from", number, "key-1", typed="the secret\n")
    assert done.exit_code == 0, done.output
    assert "the secret" not in done.output
    assert kept(database) == [("key-1", "the secret")]


def test_the_secret_may_come_from_a_file_or_from_standard_input(
    number: str, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("from é file\r\nnothing\n", encoding="utf-8")
    assert run("migrate-from", number, "key-1", "--secret-file", str(file)).exit_code == 0
    assert kept(database) == [("key-1", "from é file")]
    piped = run("migrate-from", number, "key-1", "--secret-file", "-", typed="piped\n")
    assert piped.exit_code == 0
    assert kept(database) == [("key-1", "piped")]


@pytest.mark.parametrize(
    "arguments",
    [("99", "key-1"), ("NUMBER", ""), ("NUMBER", "x" * 256), ("NUMBER", "key-1", "the secret")],
    ids=["no platform", "no key", "long key", "secret on the command line"],
)
def test_a_mistake_is_a_misuse_and_keeps_nothing(
    number: str, database: Database, arguments: tuple[str, ...]
) -> None:
    given = [number if each == "NUMBER" else each for each in arguments]
    assert run("migrate-from", *given, typed="s\n").exit_code == 2
    assert kept(database) == []


def test_an_empty_secret_is_a_misuse(number: str, database: Database) -> None:
    assert run("migrate-from", number, "k", "--secret-file", "-", typed="\n").exit_code == 2
    assert kept(database) == []


def test_older_names_are_printed_to_be_joined(number: str, database: Database) -> None:
    assert run("older-ids", number).output == "kind,lti13_id,lti11_id,context_id\n"
    with database.transaction() as db:
        db.scalars(select(Learner)).one().lti11_user_id = 'u,"11"'
        db.scalars(select(Context)).one().lti11_context_id = "c-11"
        db.scalars(select(ResourceLink)).one().lti11_resource_link_id = "l-11"
    assert run("older-ids", number).output.splitlines()[1:] == [
        'user,user-1,"u,""11""",',
        "context,classe-1,c-11,",
        "resource_link,lien-1,l-11,classe-1",
    ]
    (user, *_others) = json.loads(run("older-ids", number, "--json").output)
    assert user == {
        "kind": "user",
        "lti13_id": "user-1",
        "lti11_id": 'u,"11"',
        "context_id": "",
    }
