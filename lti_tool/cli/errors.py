"""``arrimage errors``: what went wrong before a visitor, by the reference that they read out."""

from __future__ import annotations

from typing import Any

import click

from lti_tool.cli.common import as_json, clear_errors, open_checked_database, print_json
from lti_tool.services.refusal_book import Entry, find_refusal, last_refusals
from lti_tool.texts import english


@click.command()
@click.argument("reference", required=False)
@click.option(
    "--last",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="How many to list.",
)
@as_json
def errors(reference: str | None, last: int, as_json: bool) -> None:
    """Say what is behind a reference number, or list the last refusals and errors.

    REFERENCE is the number that a page showed, in any spelling.
    """
    with clear_errors(), open_checked_database() as database, database.reading() as db:
        if reference is None:
            found = list(last_refusals(db, last))
        else:
            entry = find_refusal(db, reference)
            if entry is None:
                raise click.ClickException(
                    f"Nothing is kept under {reference!r}. It may be older than 90 days, or one "
                    "of very many at once: search the server's log for it."
                )
            found = [entry]
    facts = [_facts(each) for each in found]
    if as_json:
        print_json(facts)
        return
    for each in facts:
        click.echo(f"{each['reference']}  {each['time']}  {each['code']}")
        for name in ("issuer", "detail", "cause", "remedy", "mender"):
            if each[name]:
                click.echo(f"     {name:<7} {each[name]}")
    if not facts:
        click.echo("Nothing was refused lately, and nothing failed.")


def _facts(entry: Entry) -> dict[str, Any]:
    why = entry.explanation
    return {
        "reference": entry.reference,
        "time": entry.created_at.isoformat(timespec="seconds"),
        "code": entry.code,
        "issuer": entry.issuer,
        "detail": entry.detail,
        "cause": english(why.cause) if why else None,
        "remedy": english(why.remedy) if why else None,
        "mender": english(entry.who_mends) if entry.who_mends else None,
    }
