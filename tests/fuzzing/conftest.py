"""The tool in a world that its fuzzing works on, made once for many examples."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from lti_tool.app import create_app
from tests.functional.conftest import COURSES
from tests.functional.school import School
from tests.seeding import COURSE, seed_class


@pytest.fixture(scope="module")
def school(_empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A class of two at the small course, on SQLite, for all the examples of a module."""
    file = tmp_path_factory.mktemp("fuzzing") / "school.db"
    shutil.copyfile(_empty_sqlite, file)
    app = create_app(
        Settings(database_url=f"sqlite:///{file}", course_roots=(COURSES,), default_course=COURSE)
    )
    tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        seeded = seed_class(db, names=("Zoé Martin", "Émile Noël"))
    yield School(app, seeded)
    tool.close()
