"""``arrimage admin``: who may enter the administration page."""

from __future__ import annotations

import sys

import click

from config.settings import WAYS_IN, Settings
from lti_tool.cli.common import clear_errors, open_checked_database, open_database
from lti_tool.services.administration import (
    COMMAND_TICKET,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    PasswordInvalid,
    Way,
    issue_ticket,
    set_password,
)
from lti_tool.tool import Addresses

MINUTE = 60


@click.group()
def admin() -> None:
    """The administration page: its password, and a way in that always works."""


@admin.command("password")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from a line of standard input.")
def admin_password(from_stdin: bool) -> None:
    """Set the password of the administration page, and end every session there.

    It is asked for twice and not shown, and only a slow hash of it is stored. The setting
    ARRIMAGE_ADMINISTRATION must name "password" for it to serve.
    """
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        length = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        password = click.prompt(
            f"Password ({length})", hide_input=True, confirmation_prompt=True, err=True
        )
    with clear_errors(), open_checked_database() as database:
        try:
            with database.transaction() as db:
                set_password(db, password)
        except PasswordInvalid as error:
            raise click.UsageError(str(error)) from error
        click.echo("The password is set. Whoever was in must enter again.")
        _warn_when_closed(Settings.from_environment(), "password")


@admin.command("enter")
def admin_enter() -> None:
    """Print an address that lets its holder into the administration page, once.

    It serves for ten minutes. Use it when the password is lost, or when too many tries
    keep you waiting.
    """
    with clear_errors():
        settings = Settings.from_environment()
        with open_database(settings) as database:
            database.check_schema()
            with database.transaction() as db:
                ticket = issue_ticket(db, Way.COMMAND)
        click.echo(Addresses(settings.public_url).ticket(ticket))
        minutes = int(COMMAND_TICKET.total_seconds()) // MINUTE
        click.echo(f"It serves once, within {minutes} minutes.", err=True)
        _warn_when_closed(settings, None)


def _warn_when_closed(settings: Settings, way: str | None) -> None:
    """Say so when what was done has no effect as the settings are."""
    if (way or "") in settings.administration or (way is None and settings.administration):
        return
    click.echo(
        f"Note: the administration page is closed. Set ARRIMAGE_ADMINISTRATION to "
        f"{way or ' or '.join(WAYS_IN)} where the tool is served.",
        err=True,
    )
