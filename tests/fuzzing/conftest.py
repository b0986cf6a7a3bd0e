"""The tool in a world that its fuzzing works on, made once for many examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.conftest import DATABASE_KINDS, empty_database
from tests.functional.conftest import COURSES
from tests.functional.launch.lms import TOOL, Key, Lms, Server
from tests.functional.school import School
from tests.fuzzing.world import World
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
        # A stream that is read to its end would take minutes.
        Settings(
            database_url=fuzzing_url, course_roots=(COURSES,), default_course=COURSE, streams=0
        )
    )
    tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        seeded = seed_class(db, names=("Zoé Martin", "Émile Noël"))
    yield School(app, seeded)
    tool.close()


@pytest.fixture(scope="module")
def world(fuzzing_url: str) -> Iterator[World]:
    with Server().running() as server:
        lms = Lms(server, Key("lms-key"))
        app = create_app(
            Settings(
                public_url=TOOL,
                database_url=fuzzing_url,
                course_roots=(COURSES,),
                default_course=COURSE,
            )
        )
        tool: Tool = app.extensions["arrimage"]
        with tool.database.transaction() as db:
            keep_platform(db, lms.registration)
        tool.keys.signing_key()
        yield World(app, lms, Key("lms-key"))
        tool.close()
