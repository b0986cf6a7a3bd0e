"""``arrimage course``: the courses, as files, and where they are found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from config.settings import Settings
from course_content.check import check_course
from course_content.loader import (
    BUILTIN_COURSES,
    CourseError,
    available_courses,
    find_course,
    load_course,
)
from course_content.model import localized
from lti_tool.cli.common import as_json, clear_errors, print_json
from lti_tool.services.institution import institution_values


@click.group()
def course() -> None:
    """The courses, as files."""


@course.command("list")
@as_json
def course_list(as_json: bool) -> None:
    """List the courses that can be served and exported."""
    with clear_errors():
        settings = Settings.from_environment()
        institution = institution_values(settings)
        facts = [
            _course_facts(slug, folder, institution)
            for slug, folder in available_courses(course_roots(settings)).items()
        ]
    if as_json:
        print_json(facts)
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
    with clear_errors():
        settings = Settings.from_environment()
        institution = institution_values(settings)
        folders = [course_folder(name, settings) for name in names]
        if not names:
            folders = list(available_courses(course_roots(settings)).values())
        reports = {str(folder): check_course(folder, institution) for folder in folders}
    if as_json:
        print_json({folder: asdict(report) for folder, report in reports.items()})
    else:
        for folder, report in reports.items():
            click.echo(f"{folder}: {len(report.problems) or 'no'} mistake(s)")
            for problem in report.problems:
                click.echo(f"  {problem}")
            for warning in report.warnings:
                click.echo(f"  to look at again: {warning}")
    if any(report.problems for report in reports.values()):
        sys.exit(1)


def course_roots(settings: Settings) -> tuple[Path, ...]:
    """Return the folders that hold courses, those of the settings first."""
    return (*settings.course_roots, BUILTIN_COURSES)


def course_folder(name: str, settings: Settings) -> Path:
    """Return a course's folder, by its name or by its path. Raise ``CourseNotFound``."""
    as_path = Path(name)
    if as_path.is_absolute() or len(as_path.parts) > 1:
        return find_course(as_path.name, [as_path.parent])
    return find_course(name, course_roots(settings))


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
