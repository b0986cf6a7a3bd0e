"""``arrimage export``: a course in a box, for platforms that take packages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from config.institution import read_institution
from config.settings import Settings
from course_content.loader import load_course
from course_content.model import Course
from lti_tool.cli.common import as_json, clear_errors, print_json
from lti_tool.cli.courses import course_folder
from scorm_packages.package import Package
from scorm_packages.scorm12 import Scorm12Options, Scorm12Package

PERCENT = 100

PACKAGES: dict[str, Callable[[Course, str, Scorm12Options], Package]] = {"scorm12": Scorm12Package}


@click.command()
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
    with clear_errors():
        settings = Settings.from_environment()
        known = read_institution(institution or settings.institution_file)
        loaded = load_course(course_folder(name, settings), known)
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
        print_json({"file": str(written), "bytes": written.stat().st_size})
    else:
        click.echo(written)


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error, where it does not mix with what scripts read."""
    with click.progressbar(length=PERCENT, label=title, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.update(PERCENT * done // max(total, 1) - bar.pos)

        yield show
