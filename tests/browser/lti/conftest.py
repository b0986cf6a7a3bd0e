"""A school, and a browser that blocks third-party cookies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path, is_local
from tests.browser.lti.looks import AxeFindings, look_at
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school

# Five programs and a browser share the machine: what is right may take a while to show.
expect.set_options(timeout=20_000)

Preferences: TypeAlias = dict[str, Any]
OpenBrowser: TypeAlias = Callable[[Preferences], BrowserContext]

THIRD_PARTY_COOKIES_BLOCKED: Preferences = {
    "profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}
}
THIRD_PARTY_COOKIES_ALLOWED: Preferences = {
    "profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}
}

NO_COOKIE_IN_FRAMES: Preferences = {
    "profile": {
        "cookie_controls_mode": 1,
        # The tool, embedded by another site, may keep nothing: as in older versions of Safari.
        "content_settings": {
            "exceptions": {
                "cookies": {
                    "localhost,127.0.0.1": {"setting": 2},
                    "localhost,evil.test": {"setting": 2},
                }
            }
        },
    }
}


@pytest.fixture
def open_browser(browser: Browser, tmp_path: Path) -> Iterator[OpenBrowser]:
    """Open a browser with a profile of its own, which holds these preferences."""
    contexts: list[BrowserContext] = []
    mishaps: list[str] = []

    def note_stranger(url: str) -> None:
        if not is_local(url):
            mishaps.append(f"request to another host: {url}")

    def open_with(preferences: Preferences) -> BrowserContext:
        profile = tmp_path / f"profile-{len(contexts)}"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
        context = browser.browser_type.launch_persistent_context(
            profile,
            executable_path=chromium_path(),
            args=CHROMIUM_ARGUMENTS,
            viewport={"width": 1280, "height": 900},
            locale="fr-FR",
        )
        contexts.append(context)
        context.on("request", lambda request: note_stranger(request.url))
        context.on("weberror", lambda error: mishaps.append(f"uncaught: {error.error}"))
        return context

    yield open_with
    for context in contexts:
        context.close()
    assert mishaps == []


@pytest.fixture
def strict_browser(open_browser: OpenBrowser) -> BrowserContext:
    """A browser that blocks third-party cookies."""
    return open_browser(THIRD_PARTY_COOKIES_BLOCKED)


@pytest.fixture(scope="session")
def course() -> Course:
    """The course that comes with Arrimage: it holds the right answers."""
    return load_course(BUILTIN_COURSES / "engagement-parties-prenantes")


@pytest.fixture(scope="module")
def running_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school on a new SQLite database, for a whole module."""
    folder = tmp_path_factory.mktemp("school")
    with open_school(f"sqlite:///{folder / 'arrimage.db'}", folder) as school:
        yield school


@pytest.fixture(scope="module")
def school_without_storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose platform keeps nothing for its tools, as Moodle 4.5 does not."""
    folder = tmp_path_factory.mktemp("school-without-storage")
    database_url = f"sqlite:///{folder / 'arrimage.db'}"
    with open_school(database_url, folder, "--without-storage") as school:
        yield school


@pytest.fixture
def school(running_school: School) -> School:
    """A school where nobody has done anything yet."""
    running_school.new_course()
    return running_school


@pytest.fixture
def person(strict_browser: BrowserContext, school: School, course: Course) -> Person:
    """Somebody whose browser blocks third-party cookies."""
    return Person(strict_browser.new_page(), school, course)


@pytest.fixture
def findings() -> AxeFindings:
    """What axe finds on a page and in its frames, in each of its four looks."""
    return look_at
