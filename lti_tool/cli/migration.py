"""``arrimage platform migrate-from`` and ``older-ids``: what LTI 1.1 called people and links."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, fields
from typing import TextIO

import click

from lti_tool.cli.common import as_json, clear_errors, open_checked_database, print_json
from lti_tool.cli.platforms import known_platform
from lti_tool.services.migrations import (
    LONGEST_KEY,
    LONGEST_SECRET,
    Renamed,
    keep_consumer_key,
    renamed,
)


@click.command("migrate-from")
@click.argument("number", type=int, metavar="PLATFORM")
@click.argument("key")
@click.option(
    "--secret-file",
    type=click.File(encoding="utf-8"),
    help="The file whose first line is the secret; - is standard input. [default: ask for it]",
)
def migrate_from(number: int, key: str, secret_file: TextIO | None) -> None:
    """Believe what a platform says of its LTI 1.1 names, proved by a KEY's secret.

    KEY is the consumer key that the platform and an older tool shared. The secret is never
    given on the command line, where everybody on the machine could read it. The names are
    kept beside the new ones, for `arrimage platform older-ids`; no LTI 1.1 launch gets in.
    """
    if not 0 < len(key.strip()) <= LONGEST_KEY:
        raise click.UsageError(f"KEY is empty or longer than {LONGEST_KEY} characters.")
    secret = (
        secret_file.readline().rstrip("\r\n")
        if secret_file is not None
        else click.prompt("Secret", hide_input=True, err=True)
    )
    if not 0 < len(secret) <= LONGEST_SECRET:
        raise click.UsageError(f"The secret is empty or longer than {LONGEST_SECRET} characters.")
    with clear_errors(), open_checked_database() as database, database.transaction() as db:
        keep_consumer_key(db, known_platform(db, number).id, key, secret)
    click.echo("What the platform proves with this secret is kept from now on.")


@click.command("older-ids")
@click.argument("number", type=int, metavar="PLATFORM")
@as_json
def older_ids(number: int, as_json: bool) -> None:
    """Print what people, classes and links of a PLATFORM were called in LTI 1.1, as CSV.

    With it, an older gradebook or record can be joined to what the tool keeps now.
    """
    with clear_errors(), open_checked_database() as database, database.reading() as db:
        found = list(renamed(db, known_platform(db, number).id))
    if as_json:
        print_json([asdict(each) for each in found])
        return
    columns = [each.name for each in fields(Renamed)]
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in found)
