"""What stands in the way of a package, told as a check tells what it finds.

Courses, profiles, options and packages each have an error of their own. A page shows what any
of them says in one way, in French (``export_sentences``).
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, TypeAlias

from course_content.loader import CourseError, CourseNotFound
from course_content.problems import Problem
from scorm_packages.checks.findings import Finding
from scorm_packages.options import OptionError
from scorm_packages.package import PackageError
from scorm_packages.partners import ProfileError

Objection: TypeAlias = CourseNotFound | CourseError | ProfileError | OptionError | PackageError
OBJECTIONS: Final = (CourseNotFound, CourseError, ProfileError, OptionError, PackageError)
"""The errors that say what is wrong and how to mend it."""


def objections(error: Objection) -> tuple[Finding, ...]:
    """Return what an error says, by the file that it is about."""
    if isinstance(error, CourseError | ProfileError):
        return tuple(map(_finding, error.problems))
    return (Finding(_place(error), error.message, error.remedy),)


def _place(error: CourseNotFound | OptionError | PackageError) -> str:
    if isinstance(error, OptionError):
        return error.name
    return PurePath(error.place).name if isinstance(error, PackageError) else ""


def _finding(problem: Problem) -> Finding:
    """Return a mistake in a file. Where the server keeps the file is nobody's business."""
    path = PurePath(problem.path)
    name = path.name if path.is_absolute() else problem.path
    place = name if problem.line is None else f"{name}, line {problem.line}"
    return Finding(place, problem.message, problem.remedy)
