"""``arrimage export``: a course in a box, for platforms that take packages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from config.settings import Settings
from lti_tool.cli.common import as_json, clear_errors, open_database, print_json
from lti_tool.cli.courses import course_folder
from lti_tool.services.dispatch_licences import LicenceDesk
from lti_tool.services.exports import ExportDesk
from scorm_packages.exporter import Exporter, Order, Outcome
from scorm_packages.kept import Made
from scorm_packages.options import Option, OptionError, Options
from scorm_packages.package import PackageError
from scorm_packages.partners import ProfileError
from scorm_packages.registry import FORMATS

PERCENT = 100


class _Choice(click.ParamType[Any]):
    """A choice of an export, read as profiles read it too."""

    def __init__(self, option: Option) -> None:
        self._option = option
        self.name = option.metavar

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._option.read(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        del param, ctx
        return f"[{'|'.join(self._option.choices)}]" if self._option.choices else self.name


def _choices(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command every option that an export has."""
    usual = Options()
    for name, option in reversed(tuple(Options.declared().items())):
        default = getattr(usual, name)
        known = "" if default is None else f" [default: {default}, or as the profile says]"
        command = click.option(f"--{name}", type=_Choice(option), help=option.meaning + known)(
            command
        )
    return command


@click.command()
@click.argument("name", metavar="COURSE", required=False)
@click.option(
    "--list", "list_formats", is_flag=True, help="Say what each format is for, and export nothing."
)
@click.option("--format", "format_name", metavar="NAME", help="The kind of package; see --list.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="the current folder",
    help="The folder to write the package to. It is made if need be.",
)
@click.option(
    "--partner",
    "--institution",
    "partner_name",
    metavar="NAME",
    help="Export for a partner: the name of its profile, or a path to one.",
)
@click.option("--all-partners", is_flag=True, help="Export for every partner that has a profile.")
@_choices
@as_json
@click.pass_context
def export(
    context: click.Context,
    /,
    name: str | None,
    list_formats: bool,
    format_name: str | None,
    out: Path,
    partner_name: str | None,
    all_partners: bool,
    as_json: bool,
    **choices: Any,
) -> None:
    """Box a course for learning platforms that take packages.

    COURSE is the name of the course's folder, or a path to it. The same course gives the
    same file, byte for byte. What is not said here is as the partner's profile says.
    """
    with clear_errors(), _usage_errors():
        settings = Settings.from_environment()
        desk = ExportDesk(settings)
        if list_formats:
            _list(desk, as_json)
            return
        if name is None:
            raise click.UsageError("Name a COURSE. See: arrimage course list")
        if all_partners and partner_name:
            raise click.UsageError("Name one partner, or all of them.")
        said = _said(context, choices)
        exporter = desk.exporter(course_folder(name, settings))
        if all_partners:
            _export_all(desk, exporter, settings, format_name, said, out, as_json)
            return
        if format_name is None and partner_name is None:
            raise click.UsageError("Name a --format. See: arrimage export --list")
        partner = desk.partner(partner_name) if partner_name else None
        order = desk.order(format_name, partner, said)
        _refuse_meaningless(order, said)
        order = _licensed(order, exporter, settings)
        with _progress(order.format.title) as progress:
            made = exporter.export(order, out, progress)
    _report(made, as_json)


def _said(context: click.Context, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The options that stand on the command line: “none” is a choice, and no option is not."""
    given = click.core.ParameterSource.COMMANDLINE
    return {
        name: value
        for name, value in choices.items()
        if context.get_parameter_source(name) is given
    }


def _licensed(order: Order, exporter: Exporter, settings: Settings) -> Order:
    """Put the licence into an order that needs one: only then is the database opened."""
    if "licence" not in order.format.options:
        return order
    with open_database(settings) as database:
        database.check_schema()
        desk = LicenceDesk(database, settings.public_url)
        return desk.licensed(order, exporter.course.slug, exporter.course.languages)


def _refuse_meaningless(order: Order, said: Mapping[str, Any]) -> None:
    for name in said:
        if name not in order.format.options:
            raise click.UsageError(f"--{name} means nothing to {order.format.name}.")


def _export_all(
    desk: ExportDesk,
    exporter: Exporter,
    settings: Settings,
    format_name: str | None,
    said: Mapping[str, Any],
    out: Path,
    as_json: bool,
) -> None:
    orders: list[Order] = []
    unreadable: dict[str, str] = {}
    for name in desk.partner_names:
        try:
            order = desk.order(format_name, desk.partner(name), said)
            orders.append(_licensed(order, exporter, settings))
        except (PackageError, ProfileError) as error:
            unreadable[name] = str(error)
    outcomes: list[Outcome] = []
    with _progress(f"{len(orders)} partners") as progress:
        for outcome in exporter.export_all(orders, out):
            outcomes.append(outcome)
            progress(len(outcomes), len(orders))
    failures = {_partner(each): each.failure for each in outcomes if each.failure} | unreadable
    if as_json:
        done = [{"partner": _partner(each), **_facts(each.made)} for each in outcomes if each.made]
        print_json({"packages": done, "failures": failures})
    else:
        for each in outcomes:
            if each.made:
                state = "" if each.made.is_new else "  (unchanged)"
                click.echo(f"{_partner(each)}: {each.made.path}{state}")
        for name, failure in failures.items():
            click.echo(f"{name}: no package. {failure}", err=True)
    if failures:
        sys.exit(1)


def _partner(outcome: Outcome) -> str:
    return outcome.order.partner.name if outcome.order.partner else ""


def _list(desk: ExportDesk, as_json: bool) -> None:
    facts = [
        {
            "name": each.name,
            "title": each.title,
            "purpose": each.purpose,
            "platforms": list(desk.takers(each.name)),
            "options": [name for name in Options.declared() if name in each.options],
        }
        for each in FORMATS.values()
    ]
    if as_json:
        print_json(facts)
        return
    for fact in facts:
        click.echo(f"{fact['name']}  {fact['title']}")
        click.echo(f"     {fact['purpose']}")
        if fact["platforms"]:
            click.echo(f"     Taken by: {', '.join(fact['platforms'])}.")
        click.echo(f"     Options: {' '.join(f'--{name}' for name in fact['options'])}")


def _report(made: Made, as_json: bool) -> None:
    if as_json:
        print_json(_facts(made))
        return
    for warning in made.warnings:
        click.echo(f"to look at again: {warning}", err=True)
    click.echo(made.path)


def _facts(made: Made) -> dict[str, Any]:
    return {
        "file": str(made.path),
        "bytes": made.path.stat().st_size,
        "sha256": made.checksum,
        "version": made.version,
        "language": made.language,
        "new": made.is_new,
        "warnings": [str(warning) for warning in made.warnings],
    }


@contextmanager
def _usage_errors() -> Iterator[None]:
    try:
        yield
    except OptionError as error:
        raise click.UsageError(f"--{error.name}: {error}") from error


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, where it does not mix with what scripts read."""
    with click.progressbar(length=PERCENT, label=title, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.update(PERCENT * done // max(total, 1) - bar.pos)

        yield show
