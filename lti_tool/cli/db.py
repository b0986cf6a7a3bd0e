"""``arrimage db``: the database."""

from __future__ import annotations

import click

from config.settings import Settings
from lti_tool.cli.common import clear_errors, open_database
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.keys import KeyRing


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them up to date, and make the tool's key.

    Run it before the first start and after each update. It can be run again at will.
    """
    with clear_errors(), open_database(Settings.from_environment()) as database:
        database.upgrade()
        KeyRing(database).make_first_key()
        forget_what_is_over(database)
    click.echo("The database is up to date.")
