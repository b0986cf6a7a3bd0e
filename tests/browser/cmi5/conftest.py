"""Courses as cmi5 packages on an LMS whose record store is Ralph."""

from collections.abc import Callable, Iterator

import pytest

from course_content.model import Course
from scorm_packages.cmi5 import Cmi5
from tests.browser.cmi5.lms import Lms, running
from tests.unit.scorm_packages.boxes import box
from tests.unit.scorm_packages.courses import every_kind


@pytest.fixture(scope="session")
def lms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lms]:
    with running(tmp_path_factory.mktemp("ralph")) as found:
        yield found


@pytest.fixture(scope="session")
def imported(lms: Lms, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Export a course and import it: the one that asks every kind of question, or another."""

    def import_course(course: Course | None = None, **options: float | str | None) -> str:
        folder = tmp_path_factory.mktemp("course")
        package = box(course or every_kind(folder / "source"), Cmi5(), folder, **options)
        return lms.add(package, tmp_path_factory.mktemp("imported"))

    return import_course


@pytest.fixture(scope="session")
def whole(imported: Callable[..., str]) -> str:
    """One unit for the module; 60 per cent to pass."""
    return imported()
