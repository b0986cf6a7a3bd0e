"""A school, and a browser that blocks third-party cookies."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from shlex import quote
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext

from course_content.loader import BUILTIN_COURSES, load_course
from course_content.model import Course
from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path, is_local
from tests.browser.lti.looks import AxeFindings, look_at
from tests.browser.lti.person import Person
from tests.browser.lti.school import School, open_school
from tests.browser.lti.setups import Setup, Several, Small
from tests.lending import Lending
from tests.servers import redis_server

Preferences: TypeAlias = dict[str, Any]
Chromium: TypeAlias = Callable[[Preferences], Browser]
OpenBrowser: TypeAlias = Callable[..., BrowserContext]

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


@pytest.fixture(scope="session")
def chromium_with(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Start a Chromium with these preferences, once for all the tests that ask for them."""
    started: dict[str, Browser] = {}

    def start(preferences: Preferences) -> Browser:
        written = json.dumps(preferences)
        if written not in started:
            profile = tmp_path_factory.mktemp("profile")
            (profile / "Default").mkdir()
            (profile / "Default" / "Preferences").write_text(written)
            # Playwright lets a browser of many contexts have no profile of ours: the last one
            # that Chromium is told is the one it takes.
            launcher = profile / "chromium"
            program, folder = quote(chromium_path()), quote(str(profile))
            launcher.write_text(f'#!/bin/sh\nexec {program} "$@" --user-data-dir={folder}\n')
            launcher.chmod(0o700)
            started[written] = browser.browser_type.launch(
                executable_path=launcher, args=CHROMIUM_ARGUMENTS
            )
        return started[written]

    yield start
    for each in started.values():
        each.close()


@pytest.fixture
def open_browser(chromium_with: Chromium) -> Iterator[OpenBrowser]:
    """Open a browser that has seen nothing yet, and has these preferences.

    Its user reads French, or another language: ``open_browser(preferences, "en")``.
    """
    contexts: list[BrowserContext] = []
    mishaps: list[str] = []

    def note_stranger(url: str) -> None:
        if not is_local(url):
            mishaps.append(f"request to another host: {url}")

    def open_with(preferences: Preferences, locale: str = "fr-FR") -> BrowserContext:
        context = chromium_with(preferences).new_context(
            viewport={"width": 1280, "height": 900}, locale=locale
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


@pytest.fixture(scope="session")
def several(
    _postgresql_databases: Lending, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Setup]:
    """Several processes, as a university runs them."""
    with redis_server(tmp_path_factory.mktemp("redis")) as address:
        yield Several(_postgresql_databases, address)


@pytest.fixture(scope="session")
def tool_setup(request: pytest.FixtureRequest) -> Setup:
    """The way in which the tool runs, small unless the environment says otherwise."""
    if os.environ.get("ARRIMAGE_TEST_SETUP") != "several":
        return Small()
    found: Setup = request.getfixturevalue("several")
    return found


@pytest.fixture(scope="session")
def running_school(tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school that begins with nothing. A file that changes its platforms has another one."""
    with open_school(tool_setup, tmp_path_factory.mktemp("school")) as school:
        yield school


@pytest.fixture(scope="session")
def school_without_storage(
    tool_setup: Setup, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[School]:
    """A school whose platform keeps nothing for its tools, as Moodle 4.5 does not."""
    folder = tmp_path_factory.mktemp("school-without-storage")
    with open_school(tool_setup, folder, "--without-storage") as school:
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
