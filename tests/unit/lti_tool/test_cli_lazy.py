"""The command line imports what a command needs, and no more."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from lti_tool.cli import main

WHAT_SERVES = ("flask", "gunicorn", "lti_tool.app", "lti_tool.services.grades")


def commands(*group: str) -> list[str]:
    """Return the names that a group's help lists, in its order."""
    said = CliRunner().invoke(main, [*group, "--help"])
    assert said.exit_code == 0, said.output
    section = said.output.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in section.splitlines()]


def test_an_export_does_not_wait_for_what_serves_a_class() -> None:
    script = f"""
import sys
from lti_tool.cli import main
main(["export", "--list"], standalone_mode=False)
print("READ", [name for name in {WHAT_SERVES!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "READ []", done.stderr


def test_the_help_tells_of_every_command_in_alphabetical_order() -> None:
    assert commands() == [
        *("admin", "course", "db", "errors", "export", "keys", "licence", "package"),
        *("platform", "serve", "worker"),
    ]


@pytest.mark.parametrize("name", ["add", "migrate-from", "older-ids"])
def test_a_group_s_own_commands_and_those_imported_later_are_found_alike(name: str) -> None:
    assert name in commands("platform")
    assert CliRunner().invoke(main, ["platform", name, "--help"]).exit_code == 0


def test_a_command_that_is_none_is_refused() -> None:
    said = CliRunner().invoke(main, ["dance"])
    assert said.exit_code == 2
    assert "No such command" in said.output
