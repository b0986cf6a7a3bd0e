"""The tool in a world that its fuzzing works on, made once for many examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.settings import Settings
from lti_tool.app import create_app
from tests.conftest import DATABASE_KINDS, empty_database
from tests.functional.conftest import COURSES
from tests.functional.school import School
from tests.seeding import COURSE, seed_class


@pytest.fixture(scope="module", params=DATABASE_KINDS)
def fuzzing_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database for all the examples of a module: SQLite, then PostgreSQL.

    What no database can keep, PostgreSQL refuses with an error and SQLite may take.
    """
    with empty_database(request, request.param, tmp_path_factory.mktemp("fuzzing")) as address:
        yield address


@pytest.fixture(scope="module")
def school(fuzzing_url: str) -> Iterator[School]:
    """A class of two at the small course."""
    app = create_app(
        Settings(database_url=fuzzing_url, course_roots=(COURSES,), default_course=COURSE)
    )
    tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        seeded = seed_class(db, names=("Zoé Martin", "Émile Noël"))
    yield School(app, seeded)
    tool.close()
