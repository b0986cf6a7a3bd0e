"""The command line: ``arrimage``.

Exit codes: 0 when all went well, 1 when something was found wrong, 2 when the command or
the settings are wrong.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from config.institution import read_institution
from config.settings import PREFIX, Settings, SettingsError
from course_content.check import check_course
from course_content.loader import (
    BUILTIN_COURSES,
    CourseError,
    CourseNotFound,
    available_courses,
    find_course,
    load_course,
)
from course_content.model import Course, localized
from lti_tool.app import create_app
from lti_tool.database import Database, OutdatedSchema
from lti_tool.logs import set_up_logs
from lti_tool.lti import KeySets, TokenClient
from lti_tool.models import Platform
from lti_tool.services.delivery import run_worker
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.keys import KeyRing, RotationUnderWay
from lti_tool.services.platforms import (
    LONGEST_NAME,
    PlatformInvalid,
    Registration,
    check_platform,
    keep_platform,
    list_platforms,
)
from lti_tool.services.registrations import invite
from lti_tool.tool import Addresses, build_tool
from scorm_packages.package import Package, PackageError
from scorm_packages.scorm12 import Scorm12Options, Scorm12Package

HOUSEKEEPING_SECONDS = 3600.0
PERCENT = 100
LONGEST_INVITATION_HOURS = 30 * 24

PACKAGES: dict[str, Callable[[Course, str, Scorm12Options], Package]] = {"scorm12": Scorm12Package}

log = logging.getLogger(__name__)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


class WrongSettings(click.ClickException):
    """The settings cannot be used."""

    exit_code = 2


class ToolGroup(click.Group):
    """The commands, whose help ends with the environment variables that they read."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        variables = Settings.variables().values()
        with formatter.section("Environment"):
            formatter.write_dl([(f"{PREFIX}{each.name}", each.meaning) for each in variables])


@click.group(
    cls=ToolGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(package_name="arrimage", prog_name="arrimage")
def main() -> None:
    """Serve a course to learning platforms by LTI 1.3, or box it for them."""


@main.command()
@click.option("--host", help="The address to listen on. [default: that of ARRIMAGE_BIND]")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="The port to listen on. [default: that of ARRIMAGE_BIND]",
)
@click.option(
    "--debug",
    is_flag=True,
    help="One process that restarts when the code changes, for whoever develops the tool.",
)
def serve(host: str | None, port: int | None, debug: bool) -> None:
    """Serve the tool over HTTP until it is stopped."""
    with _clear_errors():
        settings = Settings.from_environment()
        usual_host, usual_port = settings.bind
        os.environ["ARRIMAGE_BIND"] = f"{host or usual_host}:{port or usual_port}"
        settings = Settings.from_environment()
        with _database(settings) as database:
            database.check_schema()
        if debug:
            set_up_logs("DEBUG")
            create_app(settings).run(*settings.bind, debug=True, threaded=True)
            return
    _become_gunicorn()


def _become_gunicorn() -> NoReturn:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    os.execv(sys.executable, [*command, "lti_tool.app:from_environment()"])  # noqa: S606 -- our own command, no shell


@main.command()
def worker() -> None:
    """Carry grades to the platforms' gradebooks until it is stopped.

    Several may run at once. A grade that cannot be delivered is tried again, later and
    later; the learner's and the instructor's pages say what became of it.
    """
    with _clear_errors():
        settings = Settings.from_environment()
        set_up_logs(settings.log_level)
        stop = _stop_on_signals()
        tool = build_tool(settings)
        tool.database.check_schema()
        log.info("The worker carries grades to their gradebooks.")
        sweeper = threading.Thread(target=_sweep, args=(tool.database, stop))
        sweeper.start()
        try:
            run_worker(tool.database, tool.scores, stop)
        finally:
            stop.set()
            sweeper.join()
            tool.close()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


def _sweep(database: Database, stop: threading.Event) -> None:
    while True:
        forget_what_is_over(database)
        if stop.wait(HOUSEKEEPING_SECONDS):
            return


@main.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them up to date, and make the tool's key.

    Run it before the first start and after each update. It can be run again at will.
    """
    with _clear_errors(), _database(Settings.from_environment()) as database:
        database.upgrade()
        KeyRing(database).make_first_key()
        forget_what_is_over(database)
    click.echo("The database is up to date.")


@main.group()
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
    with _clear_errors():
        settings = Settings.from_environment()
        with _database(settings) as database:
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
        _print_json({**told, "tool": tool})
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
    with _clear_errors():
        settings = Settings.from_environment()
        with _database(settings) as database:
            database.check_schema()
            with database.transaction() as session:
                token = invite(session, timedelta(hours=hours), name)
    address = Addresses(settings.public_url).registration(token)
    if as_json:
        _print_json({"url": address, "hours": hours, "name": name})
    else:
        click.echo(address)


@platform.command("list")
@as_json
def platform_list(as_json: bool) -> None:
    """List the registered platforms."""
    with _clear_errors(), _checked_database() as database, database.reading() as session:
        facts = [_platform_facts(each) for each in list_platforms(session)]
    if as_json:
        _print_json(facts)
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
    with _clear_errors(), _checked_database() as database:
        with database.reading() as session:
            known = session.get(Platform, number, options=[selectinload(Platform.deployments)])
        if known is None:
            raise click.UsageError(f"There is no platform {number}. See: arrimage platform list")
        checks = check_platform(known, KeySets(), TokenClient(KeyRing(database).signing_key))
    if as_json:
        _print_json([asdict(check) for check in checks])
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


@main.group()
def keys() -> None:
    """The keys by which platforms recognise the tool."""


@keys.command("list")
@as_json
def keys_list(as_json: bool) -> None:
    """List the published keys, the newest first.

    One is signing. An announced one will sign within the hour; a kept one no longer does.
    """
    with _clear_errors(), _checked_database() as database:
        facts = [
            {"kid": each.kid, "use": each.use.value, "created_at": each.created_at.isoformat()}
            for each in KeyRing(database).known_keys()
        ]
    if as_json:
        _print_json(facts)
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
    with _clear_errors(), _checked_database() as database:
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


@main.group()
def course() -> None:
    """The courses, as files."""


@course.command("list")
@as_json
def course_list(as_json: bool) -> None:
    """List the courses that can be served and exported."""
    with _clear_errors():
        settings = Settings.from_environment()
        institution = read_institution(settings.institution_file)
        facts = [
            _course_facts(slug, folder, institution)
            for slug, folder in available_courses(_roots(settings)).items()
        ]
    if as_json:
        _print_json(facts)
        return
    for each in facts:
        state = each["title"] or "has mistakes, see: arrimage course check"
        click.echo(f"{each['slug']}  {state}")
        click.echo(f"     {each['folder']}")


@course.command("check")
@click.argument("names", nargs=-1, metavar="[COURSE]...")
@as_json
def course_check(names: Sequence[str], as_json: bool) -> None:
    """Read courses and report every mistake, with file, line and remedy.

    A course without mistakes is also searched for what was probably forgotten. COURSE is
    the name of a course's folder, or a path to one; without any, all courses are read. The
    exit code is 1 when there are mistakes.
    """
    with _clear_errors():
        settings = Settings.from_environment()
        institution = read_institution(settings.institution_file)
        folders = [_folder(name, settings) for name in names]
        if not names:
            folders = list(available_courses(_roots(settings)).values())
        reports = {str(folder): check_course(folder, institution) for folder in folders}
    if as_json:
        _print_json({folder: asdict(report) for folder, report in reports.items()})
    else:
        for folder, report in reports.items():
            click.echo(f"{folder}: {len(report.problems) or 'no'} mistake(s)")
            for problem in report.problems:
                click.echo(f"  {problem}")
            for warning in report.warnings:
                click.echo(f"  to look at again: {warning}")
    if any(report.problems for report in reports.values()):
        sys.exit(1)


@main.command()
@click.argument("name", metavar="COURSE")
@click.option(
    "--format",
    "package_format",
    type=click.Choice(sorted(PACKAGES)),
    required=True,
    help="The kind of package.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="the current folder",
    help="The folder to write the package to. It is made if need be.",
)
@click.option("--language", help="The language to export. [default: the course's first one]")
@click.option(
    "--mastery",
    type=click.FloatRange(0, 100),
    default=Scorm12Options().mastery,
    show_default=True,
    help="The score, per cent, from which the learner has passed.",
)
@click.option(
    "--institution",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    show_default="that of ARRIMAGE_INSTITUTION",
    help="A TOML file whose table [syllabus] fills in what only the institution can say.",
)
@as_json
def export(
    name: str,
    package_format: str,
    out: Path,
    language: str | None,
    mastery: float,
    institution: Path | None,
    as_json: bool,
) -> None:
    """Box a course for learning platforms that take packages.

    COURSE is the name of the course's folder, or a path to it. The same course gives the
    same file, byte for byte.
    """
    with _clear_errors():
        settings = Settings.from_environment()
        known = read_institution(institution or settings.institution_file)
        loaded = load_course(_folder(name, settings), known)
        chosen = language or loaded.languages[0]
        if chosen not in loaded.languages:
            raise click.UsageError(
                f"The course is not in {chosen!r}. It is in: {', '.join(loaded.languages)}."
            )
        out.mkdir(parents=True, exist_ok=True)
        package = PACKAGES[package_format](loaded, chosen, Scorm12Options(mastery))
        with _progress(package.title) as progress:
            written = package.write(out, progress)
    if as_json:
        _print_json({"file": str(written), "bytes": written.stat().st_size})
    else:
        click.echo(written)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, where it does not mix with what scripts read."""
    with click.progressbar(length=PERCENT, label=title, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.update(PERCENT * done // max(total, 1) - bar.pos)

        yield show


def _roots(settings: Settings) -> tuple[Path, ...]:
    return (*settings.course_roots, BUILTIN_COURSES)


def _folder(name: str, settings: Settings) -> Path:
    """Return a course's folder, by its name or by its path. Raise ``CourseNotFound``."""
    as_path = Path(name)
    if as_path.is_absolute() or len(as_path.parts) > 1:
        return find_course(as_path.name, [as_path.parent])
    return find_course(name, _roots(settings))


def _course_facts(slug: str, folder: Path, institution: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"slug": slug, "folder": str(folder)}
    try:
        loaded = load_course(folder, institution)
    except CourseError as error:
        return {**facts, "title": None, "mistakes": len(error.problems)}
    return {
        **facts,
        "title": localized(loaded.title, loaded.languages[0]),
        "version": loaded.version,
        "languages": list(loaded.languages),
        "mistakes": 0,
    }


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


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _checked_database() -> Iterator[Database]:
    with _database(Settings.from_environment()) as database:
        database.check_schema()
        yield database


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn what can go wrong outside the program into a sentence and an exit code."""
    try:
        yield
    except SettingsError as error:
        raise WrongSettings("\n".join(error.problems)) from error
    except CourseNotFound as error:
        raise click.UsageError(f"{error.args[0]} See: arrimage course list") from error
    except CourseError as error:
        raise click.ClickException(f"The course has mistakes:\n{error}") from error
    except (OutdatedSchema, PackageError) as error:
        raise click.ClickException(str(error)) from error
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip()
        raise click.ClickException(
            f"The database does not do what is asked: {said}\n"
            "Check ARRIMAGE_DATABASE_URL, and that the database runs and may be written to."
        ) from error
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or 'A file'}: {error.strerror or error}"
        ) from error


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
