"""``arrimage platform``: the learning platforms that may launch the tool."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click
from sqlalchemy.orm import selectinload

from config.settings import Settings
from lti_tool.cli.common import (
    as_json,
    clear_errors,
    open_checked_database,
    open_database,
    print_json,
)
from lti_tool.lti import KeySets, TokenClient
from lti_tool.models import Platform
from lti_tool.services.keys import KeyRing
from lti_tool.services.platforms import (
    LONGEST_NAME,
    PlatformInvalid,
    Registration,
    check_platform,
    keep_platform,
    list_platforms,
)
from lti_tool.services.registrations import invite
from lti_tool.tool import Addresses

LONGEST_INVITATION_HOURS = 30 * 24


@click.group()
def platform() -> None:
    """The learning platforms that may launch the tool."""


@platform.command("add")
@click.option("--name", required=True, help="What to call it here.")
@click.option("--issuer", required=True, help="The platform's issuer (iss), to the letter.")
@click.option("--client-id", required=True, help="The client id that it gave the tool.")
@click.option(
    "--deployment-id",
    "deployment_ids",
    multiple=True,
    required=True,
    help="The deployment id that it gave the tool. Repeat it for several.",
)
@click.option("--authorization-url", required=True, help="Its OpenID Connect login address.")
@click.option("--token-url", required=True, help="Its access token address.")
@click.option("--jwks-url", required=True, help="The address of its public keys.")
@click.option(
    "--token-audience",
    help="The audience of our token requests, if it wants another than the token address.",
)
@click.option(
    "--service-origin",
    "service_origins",
    multiple=True,
    help="Where its gradebook is, if on another host than the addresses above. Repeatable.",
)
@as_json
def platform_add(as_json: bool, **given: Any) -> None:
    """Register a platform, or bring its registration up to date.

    The issuer and the client id say which registration it is. Deployments are added to
    those that are known. What the platform must be told of the tool is printed.
    """
    with clear_errors():
        settings = Settings.from_environment()
        with open_database(settings) as database:
            database.check_schema()
            try:
                with database.transaction() as session:
                    told = _platform_facts(keep_platform(session, Registration(**given)))
            except PlatformInvalid as error:
                raise click.UsageError("\n".join(error.problems)) from error
    addresses = Addresses(settings.public_url)
    if as_json:
        tool = {
            "login_url": addresses.login,
            "launch_url": addresses.launch,
            "jwks_url": addresses.jwks,
        }
        print_json({**told, "tool": tool})
        return
    click.echo(f"Platform {told['id']} is registered: {told['name']}.")
    click.echo("Tell the platform these addresses of the tool:")
    click.echo(f"  login initiation     {addresses.login}")
    click.echo(f"  redirection, launch  {addresses.launch}")
    click.echo(f"  public keys (JWKS)   {addresses.jwks}")
    click.echo(f"Then try: arrimage platform test {told['id']}")


@platform.command("invite")
@click.option("--name", help="What to call the platform here. [default: its host's name]")
@click.option(
    "--hours",
    type=click.IntRange(1, LONGEST_INVITATION_HOURS),
    default=72,
    show_default=True,
    help="How long the address may serve.",
)
@as_json
def platform_invite(name: str | None, hours: int, as_json: bool) -> None:
    """Print an address with which a platform registers the tool by itself.

    Give it to the platform's administrator, who pastes it where the platform adds an LTI
    tool. It serves once, for one platform: whoever holds it may register theirs.
    """
    if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise click.UsageError(f"--name is empty or longer than {LONGEST_NAME} characters.")
    with clear_errors():
        settings = Settings.from_environment()
        with open_database(settings) as database:
            database.check_schema()
            with database.transaction() as session:
                token = invite(session, timedelta(hours=hours), name)
    address = Addresses(settings.public_url).registration(token)
    if as_json:
        print_json({"url": address, "hours": hours, "name": name})
    else:
        click.echo(address)


@platform.command("list")
@as_json
def platform_list(as_json: bool) -> None:
    """List the registered platforms."""
    with clear_errors(), open_checked_database() as database, database.reading() as session:
        facts = [_platform_facts(each) for each in list_platforms(session)]
    if as_json:
        print_json(facts)
        return
    for each in facts:
        click.echo(f"{each['id']}  {each['name']}")
        for name in ("issuer", "client_id", "authorization_url", "token_url", "jwks_url"):
            click.echo(f"     {name:<18} {each[name]}")
        click.echo(f"     {'deployments':<18} {', '.join(each['deployment_ids']) or 'none'}")
    if not facts:
        click.echo("No platform is registered. See: arrimage platform add --help")


@platform.command("test")
@click.argument("number", type=int, metavar="PLATFORM")
@as_json
def platform_test(number: int, as_json: bool) -> None:
    """Try the connection with a platform: its keys, and a token for the gradebook.

    PLATFORM is the number that `arrimage platform list` shows. The exit code is 1 when
    something does not work; what, and who can mend it, is printed.
    """
    with clear_errors(), open_checked_database() as database:
        with database.reading() as session:
            known = session.get(Platform, number, options=[selectinload(Platform.deployments)])
        if known is None:
            raise click.UsageError(f"There is no platform {number}. See: arrimage platform list")
        checks = check_platform(known, KeySets(), TokenClient(KeyRing(database).signing_key))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            mark = (
                click.style("ok  ", fg="green") if check.passed else click.style("FAIL", fg="red")
            )
            click.echo(f"{mark} {check.name}: {check.detail}")
            if check.remedy:
                click.echo(f"     {check.remedy}")
    if not all(check.passed for check in checks):
        sys.exit(1)


def _platform_facts(known: Platform) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.name,
        "issuer": known.issuer,
        "client_id": known.client_id,
        "deployment_ids": sorted(each.deployment_id for each in known.deployments),
        "authorization_url": known.authorization_url,
        "token_url": known.token_url,
        "token_audience": known.token_audience,
        "jwks_url": known.jwks_url,
        "service_origins": known.service_origins,
    }
