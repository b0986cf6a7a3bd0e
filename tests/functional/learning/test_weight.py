"""How heavy a unit's page is, without media.

Documents and units are counted as they are, uncompressed, the player's script and style as they
are sent.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from course_content import render
from course_content.appendices import appendix_ids
from course_content.loader import BUILTIN_COURSES, find_course, load_course
from course_content.model import SYLLABUS, Course
from lti_tool.app import create_app
from scorm_packages.options import Options
from scorm_packages.rendered import RenderedCourse
from scorm_packages.scorm12 import Scorm12
from scorm_packages.scos import LAUNCH_PAGE
from tests.functional.school import School, Window
from tests.seeding import seed_class

MODULE = "engagement-parties-prenantes"
HEAVIEST_PAGE = 150_000
HEAVIEST_PLAYER = 60_000
HEAVIEST_SENT = 100_000
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def module() -> Course:
    return load_course(find_course(MODULE, [BUILTIN_COURSES]))


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    app = create_app(Settings(database_url=database_url))
    tool = app.extensions["arrimage"]
    with tool.database.transaction() as db:
        seeded = seed_class(db, names=("Zoé Martin",), course=MODULE)
    yield School(app, seeded)
    tool.close()


def units_of(course: Course) -> list[str]:
    return [SYLLABUS, *(unit.id for unit in course.units), *appendix_ids(course)]


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_no_unit_s_page_is_heavy_in_an_lms(school: School, module: Course) -> None:
    window = school.open()
    shell = window.client.get("/learn").text
    player = player_bytes(window, shell)

    assert player <= HEAVIEST_PLAYER
    assert too_heavy({unit: launched(module, unit) + player for unit in units_of(module)}) == {}
    reloaded = {unit: len(window.get(f"/api/boot?unit={unit}").data) for unit in units_of(module)}
    assert too_heavy({unit: len(shell) + boot + player for unit, boot in reloaded.items()}) == {}


def test_nor_is_it_on_the_network_with_all_of_somebody_s_answers(
    school: School, module: Course
) -> None:
    window = school.open()
    do_everything(window, module)
    shell = window.client.get("/learn").text
    player = player_bytes(window, shell)

    boots = {
        unit: len(window.client.get(f"/api/boot?unit={unit}", headers=GZIP | window.headers).data)
        for unit in units_of(module)
    }

    sent = {unit: len(shell) + boot + player for unit, boot in boots.items()}
    assert too_heavy(sent, limit=HEAVIEST_SENT) == {}


def launched(course: Course, unit: str) -> int:
    """Return the bytes of the document that answers a launch, which embeds one unit."""
    visit = render.Visit(delivery="lti", units=(unit,), media_base=f"/content/{MODULE}/media/")
    boot = render.boot(course, "fr", visit)
    assets = render.Assets("/static/player/player.js", "/static/player/player.css")
    return len(render.document(course, "fr", boot=boot, assets=assets))


def player_bytes(window: Window, shell: str) -> int:
    """Return the bytes of the script and the style that a page names, as they are sent."""
    addresses = re.findall(r'"(/static/player/[^"]+)"', shell)
    assert len(addresses) == 2
    return sum(
        len(window.client.get(address, headers=GZIP, buffered=True).data) for address in addresses
    )


def too_heavy(pages: dict[str, int], limit: int = HEAVIEST_PAGE) -> dict[str, int]:
    return {unit: weight for unit, weight in pages.items() if weight > limit}


def do_everything(window: Window, course: Course) -> None:
    """Answer every question, and have read every step."""
    for quiz in course.activities:
        keys = render.answer_keys(course, "fr")[quiz.id]
        for question, key in keys.items():
            right = key["accepted"][0] if key["kind"] == "text" else key["correct"]
            response = str(right) if key["kind"] == "numeric" else right
            assert window.answer(quiz.id, question, response).status_code == 200
    paths = [f"{unit.id}/{step.id}" for unit in course.units for step in unit.steps]
    state = {"position": paths[-1], "visited": paths, "made": [], "drafts": {}}
    revision = window.get("/api/boot").get_json()["snapshot"]["revision"]
    assert window.put("/api/state", {"revision": revision, "state": state}).status_code == 200


def test_no_unit_s_page_is_heavy_in_a_package(module: Course) -> None:
    course = RenderedCourse(module, "fr")
    files = {
        name: content.read_bytes() if isinstance(content, Path) else content
        for name, content in Scorm12().files(course, Options(language="fr")).items()
    }
    player = packed(files[render.PLAYER_SCRIPT]) + packed(files[render.PLAYER_STYLE])

    assert player <= HEAVIEST_PLAYER
    pages = {
        unit: len(files[LAUNCH_PAGE]) + len(files[render.unit_script_name(unit)]) + player
        for unit in units_of(module)
    }
    assert too_heavy(pages) == {}
