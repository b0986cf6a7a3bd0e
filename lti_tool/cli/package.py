"""``arrimage package``: packages as files, ours or a stranger's."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lti_tool.cli.common import as_json, clear_errors, print_json
from scorm_packages.check import check_package


@click.group()
def package() -> None:
    """Packages for learning platforms, as files."""


@package.command("check")
@click.argument("file", metavar="ZIP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def package_check(file: Path, as_json: bool) -> None:
    """Say whether a platform will accept a package, and learners be able to use it.

    The zip may be anybody's. The exit code is 1 when there are errors.
    """
    with clear_errors():
        report = check_package(file)
    if as_json:
        print_json(report.as_json())
    else:
        click.echo(f"{file}: {report.title}, {report.files} files, {report.bytes} bytes")
        click.echo(f"{len(report.errors) or 'no'} error(s), {len(report.warnings)} warning(s)")
        for finding in report.errors:
            click.echo(f"  {finding}")
        for finding in report.warnings:
            click.echo(f"  to look at again: {finding}")
    if report.errors:
        sys.exit(1)
