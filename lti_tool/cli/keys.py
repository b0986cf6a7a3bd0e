"""``arrimage keys``: the keys by which platforms recognise the tool."""

from __future__ import annotations

import click

from lti_tool.cli.common import as_json, clear_errors, open_checked_database, print_json
from lti_tool.services.keys import KeyRing, RotationUnderWay


@click.group()
def keys() -> None:
    """The keys by which platforms recognise the tool."""


@keys.command("list")
@as_json
def keys_list(as_json: bool) -> None:
    """List the published keys, the newest first.

    One is signing. An announced one will sign within the hour; a kept one no longer does.
    """
    with clear_errors(), open_checked_database() as database:
        facts = [
            {"kid": each.kid, "use": each.use.value, "created_at": each.created_at.isoformat()}
            for each in KeyRing(database).known_keys()
        ]
    if as_json:
        print_json(facts)
        return
    for each in facts:
        click.echo(f"{each['use']:9}  {each['kid']}  since {each['created_at']}")


@keys.command("rotate")
@click.option(
    "--compromised",
    is_flag=True,
    help="Somebody may have a key: forget all of them, and sign with a new one at once.",
)
def keys_rotate(compromised: bool) -> None:
    """Replace the key that signs.

    The new key is published now and signs in an hour; the old one stays published for a
    day after that. Platforms notice nothing.
    """
    with clear_errors(), open_checked_database() as database:
        ring = KeyRing(database)
        if compromised:
            ring.replace_at_once()
            click.echo(
                "A new key signs now. A platform that keeps our key set may refuse the tool "
                "until it reads the set again, within the hour for most."
            )
            return
        try:
            ring.rotate()
        except RotationUnderWay as error:
            raise click.ClickException(
                "A new key was announced within the last hour and does not sign yet. Wait for "
                "it, or see: arrimage keys list"
            ) from error
        click.echo("A new key is announced. It signs in an hour; nothing else is to be done.")
