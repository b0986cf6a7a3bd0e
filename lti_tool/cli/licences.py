"""``arrimage licence``: what partners' dispatch packages may open here, and for how long."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any

import click

from config.settings import Settings
from course_content.loader import load_course
from lti_tool.cli.common import (
    as_json,
    clear_errors,
    open_checked_database,
    open_database,
    print_json,
)
from lti_tool.cli.courses import course_folder
from lti_tool.models import now
from lti_tool.services.dispatch_licences import (
    LicenceDesk,
    LicenceInvalid,
    LicenceProblem,
    Offer,
    Terms,
    Usage,
    renew,
    revoke,
    usage_of,
    usages,
)
from lti_tool.services.exports import ExportDesk
from lti_tool.texts import english

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def licence() -> None:
    """The licences under which partners' dispatch packages open courses here."""


@licence.command("create")
@click.option("--partner", required=True, metavar="NAME", help="The name of its profile.")
@click.option("--course", required=True, metavar="COURSE", help="The course's folder's name.")
@click.option("--seats", required=True, type=int, help="How many learners may open it.")
@click.option("--from", "first", type=DAY, help="The first day.  [default: today]")
@click.option("--until", required=True, type=DAY, help="The last day, such as 2027-06-30.")
@click.option(
    "--language", metavar="TAG", help="[default: the profile's, else the course's first one]"
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="Let only this platform show it, such as https://moodle.example.org. Repeatable.",
)
@click.option("--note", default="", help="What to remember of it.")
@as_json
def licence_create(
    partner: str,
    course: str,
    seats: int,
    first: datetime | None,
    until: datetime,
    language: str | None,
    origins: tuple[str, ...],
    note: str,
    as_json: bool,
) -> None:
    """Let a partner's learners open a course here, by a package that their platform plays.

    Each learner takes a seat at their first visit, and keeps it. Days are whole, wherever the
    learner is.
    """
    with clear_errors():
        settings = Settings.from_environment()
        exports = ExportDesk(settings)
        found = load_course(course_folder(course, settings))
        chosen = language or exports.partner(partner).options().language or found.languages[0]
        offer = Offer(exports.partner_names, {found.slug: found.languages})
        day = first.date() if first else now().date()
        terms = Terms(partner, found.slug, chosen, seats, day, until.date(), origins, note)
        with open_database(settings) as database:
            database.check_schema()
            desk = LicenceDesk(database, settings.public_url)
            number = _tried(lambda: desk.make(terms, offer))
            with database.reading() as session:
                told = _facts(_known(usage_of(session, number)))
    if as_json:
        print_json(told)
        return
    click.echo(f"Licence {number} is made.")
    click.echo("Now make the package for the partner's platform:")
    click.echo(
        f"  arrimage export {course} --format dispatch --partner {partner} --licence {number}"
    )


@licence.command("list")
@as_json
def licence_list(as_json: bool) -> None:
    """List the licences and how they are used, the newest first."""
    with clear_errors(), open_checked_database() as database, database.reading() as session:
        facts = [_facts(each) for each in usages(session)]
    if as_json:
        print_json(facts)
        return
    for each in facts:
        click.echo(
            f"{each['id']}  {each['partner']}  {each['course']} ({each['language']})  "
            f"{each['standing'].replace('_', ' ')}"
        )
        last = f", the last one {each['last_launch_at']}" if each["last_launch_at"] else ""
        click.echo(f"     seats     {each['seats_taken']} of {each['seats']} taken")
        click.echo(f"     launches  {each['launches']}{last}")
        click.echo(f"     days      {each['valid_from']} to {each['valid_until']}")
        if each["origins"]:
            click.echo(f"     only at   {', '.join(each['origins'])}")
        if each["note"]:
            click.echo(f"     note      {each['note']}")
    if not facts:
        click.echo("There is no licence. See: arrimage licence create --help")


@licence.command("renew")
@click.argument("number", type=int, metavar="LICENCE")
@click.option("--seats", type=int, help="How many learners may open it from now on.")
@click.option("--until", type=DAY, help="The new last day.")
@click.option(
    "--free-seats",
    is_flag=True,
    help="Forget who has a seat: every seat is free again, for another year's learners.",
)
def licence_renew(number: int, seats: int | None, until: datetime | None, free_seats: bool) -> None:
    """Change a licence's seats or its last day. The packages that are out there go on serving."""
    if seats is None and until is None and not free_seats:
        raise click.UsageError("Say what changes: --seats, --until or --free-seats.")
    last: date | None = until.date() if until else None
    with clear_errors(), open_checked_database() as database, database.transaction() as session:
        try:
            _tried(lambda: renew(session, number, seats=seats, until=last, free_seats=free_seats))
        except LookupError as error:
            raise _no_licence(number) from error
    click.echo(f"Licence {number} is renewed. Nothing has to be exported again.")


@licence.command("revoke")
@click.argument("number", type=int, metavar="LICENCE")
@click.confirmation_option(
    prompt="Its packages will open nothing any more, for good. Revoke the licence?"
)
def licence_revoke(number: int) -> None:
    """Have a licence's packages open nothing any more, for good.

    What the partner's platform recorded of its learners stays there.
    """
    with clear_errors(), open_checked_database() as database, database.transaction() as session:
        if usage_of(session, number) is None:
            raise _no_licence(number)
        if not revoke(session, number):
            click.echo(f"Licence {number} was revoked before.", err=True)
            sys.exit(1)
    click.echo(f"Licence {number} is revoked.")


def _tried(make: Any) -> Any:
    try:
        return make()
    except LicenceInvalid as error:
        raise click.UsageError("\n".join(map(_said, error.problems))) from error


def _said(problem: LicenceProblem) -> str:
    return f"{problem.field}: {english(problem.fault.value) % {'limit': problem.limit}}"


def _known(found: Usage | None) -> Usage:
    if found is None:
        raise LookupError("a licence that was just made is gone")
    return found


def _no_licence(number: int) -> click.UsageError:
    return click.UsageError(f"There is no licence {number}. See: arrimage licence list")


def _facts(each: Usage) -> dict[str, Any]:
    one = each.licence
    return {
        "id": one.id,
        "partner": one.partner,
        "course": one.course,
        "language": one.language,
        "standing": each.standing.value,
        "seats": one.seats,
        "seats_taken": each.seats_taken,
        "launches": one.launches,
        "last_launch_at": one.last_launch_at and one.last_launch_at.isoformat(timespec="seconds"),
        "valid_from": one.valid_from.isoformat(),
        "valid_until": one.valid_until.isoformat(),
        "origins": one.origins,
        "note": one.note,
    }
