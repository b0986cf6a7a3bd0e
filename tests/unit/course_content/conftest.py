"""Miniature courses, as they are and with one thing changed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from course_content.loader import CourseError, load_course
from course_content.model import Course
from course_content.problems import Problem

COURSES = Path(__file__).parents[2] / "courses"


@pytest.fixture(scope="session")
def every_kind() -> Course:
    """A course with every kind of question and of text."""
    return load_course(COURSES / "every-kind")


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies a miniature course to where it may be changed."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(COURSES / name, tmp_path / name))

    return copy


@pytest.fixture
def minimal(copy_of: Callable[[str], Path]) -> Path:
    """A folder with the smallest course, free to be spoilt."""
    return copy_of("minimal")


def problems_of(folder: Path, institution: dict[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(CourseError) as refusal:
        load_course(folder, institution)
    return refusal.value.problems


def edit(file: Path, old: str, new: str) -> None:
    """Replace what is there exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"“{old}” stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
