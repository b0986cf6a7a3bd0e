"""Exported packages on platforms that play them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from scorm_packages.scorm12 import Scorm12
from tests.browser.scorm.platform import Platform, serving
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Platform]]:
    """Export a course and put it on a platform of its own."""
    with ExitStack() as platforms:

        def play(course: Course, language: str = "fr", **options: float | None) -> Platform:
            out = tmp_path_factory.mktemp("packages")
            package = box(course, Scorm12(), out, language, **options)
            return platforms.enter_context(serving(package, tmp_path_factory.mktemp("platform")))

        yield play


@pytest.fixture(scope="session")
def platform(played: Callable[..., Platform], tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A platform with a small course that asks every kind of question; 60 per cent to pass."""
    return played(every_kind(tmp_path_factory.mktemp("course")))


@pytest.fixture(scope="session")
def platform_without_mastery(
    played: Callable[..., Platform], tmp_path_factory: pytest.TempPathFactory
) -> Platform:
    """The same course, in which nobody passes or fails."""
    return played(every_kind(tmp_path_factory.mktemp("course")), mastery=None)


@pytest.fixture(scope="session")
def real_platform(played: Callable[..., Platform]) -> Platform:
    """The course that comes with Arrimage."""
    return played(load_course(BUILTIN_COURSES / "engagement-parties-prenantes"))


@pytest.fixture(scope="session")
def atelier(played: Callable[..., Platform]) -> Platform:
    """A course with a workshop of every kind."""
    return played(load_course(COURSES / "atelier"))
