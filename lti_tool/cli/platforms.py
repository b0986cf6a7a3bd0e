"""``arrimage platform``: the learning platforms that may launch the tool."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
from sqlalchemy.orm import Session

from config.settings import Settings
from lti_tool.cli.common import (
    as_json,
    clear_errors,
    open_checked_database,
    open_database,
    print_json,
)
from lti_tool.cli.lazy import LazyGroup
from lti_tool.lti import KeySets
from lti_tool.models import Platform
from lti_tool.services.connections import (
    STEP_NAMES,
    ConnectionTest,
    Finding,
    Outcome,
    PlatformGone,
)
from lti_tool.services.keys import KeyRing
from lti_tool.services.platform_care import platform_of, resume, suspend
from lti_tool.services.platforms import (
    LONGEST_NAME,
    FieldProblem,
    PlatformInvalid,
    Registration,
    keep_platform,
    list_platforms,
)
from lti_tool.services.registrations import LONGEST_INVITATION, invite
from lti_tool.texts import english
from lti_tool.tool import Addresses

HOUR = timedelta(hours=1)


@click.group(
    cls=LazyGroup,
    lazy={
        "migrate-from": "lti_tool.cli.migration:migrate_from",
        "older-ids": "lti_tool.cli.migration:older_ids",
    },
)
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
                raise click.UsageError("\n".join(map(_said, error.problems))) from error
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
    type=click.IntRange(1, LONGEST_INVITATION // HOUR),
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
        state = "  (suspended)" if each["suspended"] else ""
        click.echo(f"{each['id']}  {each['name']}{state}")
        for name in ("issuer", "client_id", "authorization_url", "token_url", "jwks_url"):
            click.echo(f"     {name:<18} {each[name]}")
        click.echo(f"     {'deployments':<18} {', '.join(each['deployment_ids']) or 'none'}")
    if not facts:
        click.echo("No platform is registered. See: arrimage platform add --help")


@platform.command("test")
@click.argument("number", type=int, metavar="PLATFORM")
@as_json
def platform_test(number: int, as_json: bool) -> None:
    """Try the connection with a platform: keys, tokens, gradebook and class list.

    PLATFORM is the number that `arrimage platform list` shows. Nothing is changed there.
    The exit code is 1 when something does not work; what, and who can mend it, is printed.
    What says "wait" cannot be tried before somebody launched the tool from a course.
    """
    with clear_errors():
        settings = Settings.from_environment()
        with open_database(settings) as database:
            database.check_schema()
            addresses = Addresses(settings.public_url)
            test = ConnectionTest(database, KeySets(), KeyRing(database), addresses.jwks)
            findings: list[Finding] = []
            try:
                for finding in test.run(number):
                    findings.append(finding)
                    if not as_json:
                        _show(finding)
            except PlatformGone as error:
                raise _no_platform(number) from error
    if as_json:
        print_json([_finding_facts(each) for each in findings])
    if any(each.outcome is Outcome.FAILED for each in findings):
        sys.exit(1)


@platform.command("suspend")
@click.argument("number", type=int, metavar="PLATFORM")
def platform_suspend(number: int) -> None:
    """Let nobody in from a platform. Everything is kept; `resume` undoes it."""
    with clear_errors(), open_checked_database() as database, database.transaction() as db:
        suspend(db, known_platform(db, number))
    click.echo("Nobody gets in from this platform now, and its open windows are over.")


@platform.command("resume")
@click.argument("number", type=int, metavar="PLATFORM")
def platform_resume(number: int) -> None:
    """Let people in again from a platform that was suspended."""
    with clear_errors(), open_checked_database() as database, database.transaction() as db:
        resume(known_platform(db, number))
    click.echo("People get in from this platform again.")


@platform.command("administrators")
@click.argument("number", type=int, metavar="PLATFORM")
@click.option(
    "--allow/--refuse",
    required=True,
    help="Whether this platform's administrators may administer the tool.",
)
def platform_administrators(number: int, allow: bool) -> None:
    """Say whether a platform's administrators may enter the administration page.

    They enter by a link to the tool's address /admin that they place in the platform. The
    setting ARRIMAGE_ADMINISTRATION must name "lti" as well.
    """
    with clear_errors(), open_checked_database() as database, database.transaction() as db:
        known_platform(db, number).admits_administrators = allow
    click.echo(
        "This platform's administrators may administer the tool."
        if allow
        else "This platform's administrators may not administer the tool."
    )


@platform.command("designers")
@click.argument("number", type=int, metavar="PLATFORM")
@click.option(
    "--allow/--refuse",
    required=True,
    help="Whether this platform's course designers may export courses.",
)
def platform_designers(number: int, allow: bool) -> None:
    """Say whether a platform's course designers may enter the export page.

    They enter from any activity of the tool, or by a link to its address /exports. They see
    answers, as packages hold them. The setting ARRIMAGE_ADMINISTRATION must name "lti" as well.
    """
    with clear_errors(), open_checked_database() as database, database.transaction() as db:
        known_platform(db, number).admits_designers = allow
    click.echo(
        "This platform's course designers may export courses."
        if allow
        else "This platform's course designers may not export courses."
    )


def known_platform(db: Session, number: int) -> Platform:
    """Return the platform of that number. Raise ``UsageError``."""
    known = platform_of(db, number)
    if known is None:
        raise _no_platform(number)
    return known


def _no_platform(number: int) -> click.UsageError:
    return click.UsageError(f"There is no platform {number}. See: arrimage platform list")


def _show(finding: Finding) -> None:
    marks = {
        Outcome.OK: click.style("ok  ", fg="green"),
        Outcome.FAILED: click.style("FAIL", fg="red"),
        Outcome.WAITING: click.style("wait", fg="yellow"),
    }
    facts = _finding_facts(finding)
    click.echo(f"{marks[finding.outcome]} {facts['name']}: {facts['said']}")
    if facts["detail"]:
        click.echo(f"     {facts['detail']}")
    if facts["remedy"]:
        click.echo(f"     {facts['mender']}: {facts['remedy']}")


def _finding_facts(finding: Finding) -> dict[str, Any]:
    return {
        "step": finding.step.value,
        "name": english(STEP_NAMES[finding.step]),
        "outcome": finding.outcome.value,
        "said": english(finding.said) % finding.values,
        "detail": finding.detail,
        "remedy": english(finding.remedy) if finding.remedy else "",
        "mender": english(finding.mender.value) if finding.mender else "",
    }


def _said(problem: FieldProblem) -> str:
    said = english(problem.fault.value) % {"limit": problem.limit}
    return f"{problem.field} is {problem.value!r}: {said}"


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
        "suspended": known.suspended_at is not None,
        "admits_administrators": known.admits_administrators,
        "admits_designers": known.admits_designers,
    }
