"""The application with the small course, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from lti_tool.app import create_app
from tests.functional.school import School
from tests.seeding import COURSE, seed_class

COURSES = Path(__file__).parents[1] / "courses"


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    """A class of three at the small course, through a link to all of it that has a column."""
    settings = Settings(database_url=database_url, course_roots=(COURSES,), default_course=COURSE)
    app = create_app(settings)
    tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        seeded = seed_class(db, names=("Zoé Martin", "Émile Noël", ""))
    yield School(app, seeded)
    tool.close()
