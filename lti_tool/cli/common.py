"""What the commands share: the database, errors said in a sentence, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings, SettingsError
from course_content.loader import CourseError, CourseNotFound
from lti_tool.database import Database, OutdatedSchema
from scorm_packages.package import PackageError
from scorm_packages.partners import ProfileError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


class WrongSettings(click.ClickException):
    """The settings cannot be used."""

    exit_code = 2


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open the database of these settings, and close it when the block ends."""
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def open_checked_database() -> Iterator[Database]:
    """Open the database of the environment. Raise ``OutdatedSchema`` when it needs an upgrade."""
    with open_database(Settings.from_environment()) as database:
        database.check_schema()
        yield database


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what can go wrong outside the program into a sentence and an exit code."""
    try:
        yield
    except (SettingsError, ProfileError) as error:
        raise WrongSettings("\n".join(map(str, error.problems))) from error
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


def print_json(value: object) -> None:
    """Print a value as JSON that a person can read too."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
