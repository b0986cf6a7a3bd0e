"""Exported packages on platforms that play them, each launch held to its edition's data model."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from scorm_packages.format import ZipFormat
from scorm_packages.scorm12 import Scorm12
from tests.browser.scorm.platform import Platform, serving
from tests.unit.course_content.conftest import COURSES
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind


@pytest.fixture(scope="session")
def platforms() -> list[Platform]:
    """Every platform that runs."""
    return []


@pytest.fixture(scope="session")
def played(
    tmp_path_factory: pytest.TempPathFactory, platforms: list[Platform]
) -> Iterator[Callable[..., Platform]]:
    """Export a course, in SCORM 1.2 unless told, and put it on a platform of its own."""
    with ExitStack() as running:

        def play(
            course: Course,
            language: str = "fr",
            package_format: ZipFormat | None = None,
            **options: Any,
        ) -> Platform:
            out = tmp_path_factory.mktemp("packages")
            package = box(course, package_format or Scorm12(), out, language, **options)
            platform = running.enter_context(serving(package, tmp_path_factory.mktemp("platform")))
            platforms.append(platform)
            return platform

        yield play


@pytest.fixture(autouse=True)
def held_to_the_data_model(
    request: pytest.FixtureRequest, platforms: list[Platform]
) -> Iterator[None]:
    """Look at all that was said in a test, before its accounts go."""
    request.getfixturevalue("page_at")
    yield
    assert [fault for platform in platforms for fault in platform.faults()] == []


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
