"""A course is copied in the classroom, and the tool learns of it: both behind their HTTP doors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from lxml import html
from sqlalchemy import select

from classroom.accounts import ADMINISTRATOR, STUDENT, Account
from classroom.app import EXTENSION
from classroom.classroom import Classroom
from classroom.options import Options
from lti_tool.models import Context, Grading, LineItemState, Maker, ResourceLink
from lti_tool.services.column_choice import Choice, WantedColumn, choose
from lti_tool.services.columns import line_items_of
from lti_tool.services.courses import graded_activities
from lti_tool.services.subscriptions import notice_statuses, subscribe_due
from lti_tool.tool import Tool
from tests.functional.classroom.campus import open_campus
from tests.servers import PATIENCE_SECONDS

HELLO = "LtiHelloWorldNotice"
COPY = "LtiContextCopyNotice"


@dataclass
class Campus:
    """The classroom and the tool, each on a port of this machine."""

    classroom: Classroom
    tool: Tool

    def browser_of(self, account: Account) -> requests.Session:
        browser = requests.Session()
        signed_in = browser.post(
            f"{self.classroom.options.url}/sign-in",
            {"account": account.user_id},
            timeout=PATIENCE_SECONDS,
        )
        signed_in.raise_for_status()
        return browser

    def launch(self) -> None:
        """Have the student open the course's first activity, up to the tool's page."""
        link = self.classroom.store.links()[0]
        with self.browser_of(STUDENT) as browser:
            opened = browser.get(
                f"{self.classroom.options.url}/launch/{link.id}", timeout=PATIENCE_SECONDS
            )
            page = submit(browser, submit(browser, opened))
        assert page.status_code == 200, page.text
        assert 'id="boot"' in page.text, "the player, and no page on the way to it"

    def copy_the_course(self) -> None:
        with self.browser_of(ADMINISTRATOR) as browser:
            copied = browser.post(f"{self.classroom.options.url}/copy", timeout=PATIENCE_SECONDS)
        copied.raise_for_status()

    def first_link(self) -> str:
        """Return what the classroom calls the first activity of its course."""
        return self.classroom.store.links()[0].id


def submit(browser: requests.Session, page: requests.Response) -> requests.Response:
    """Send the form of a page, as its script does."""
    page.raise_for_status()
    (form,) = html.fromstring(page.text).forms
    for cookie in browser.cookies:
        cookie.secure = False  # To a browser, this machine's own addresses are as good as https.
    fields = [(name, value) for name, value in form.form_values() if name]
    return browser.post(str(form.action), fields, timeout=PATIENCE_SECONDS)


@pytest.fixture
def campus(database_url: str, options: Options) -> Iterator[Campus]:
    with open_campus(database_url, options) as apps:
        yield Campus(apps.classroom.extensions[EXTENSION], apps.tool.extensions["arrimage"])


def origins(tool: Tool) -> dict[str, str | None]:
    """Return every class that the tool knows, and which one it was copied from."""
    with tool.database.reading() as db:
        return {
            row.context_id: row.copied_from.context_id if row.copied_from else None
            for row in db.scalars(select(Context))
        }


def choose_a_column_for_each_activity(tool: Tool) -> list[str]:
    """Choose the columns of the only link, as its instructor does; return their labels."""
    with tool.database.transaction() as db:
        link = db.scalars(select(ResourceLink)).one()
        course = tool.courses.course(link.course)
        wanted = {
            activity.id: WantedColumn(activity.id, f"Note {activity.id}", 20.0)
            for activity in graded_activities(course, link.target)
        }
        choose(db, course, link.id, Choice(Grading.ACTIVITIES, wanted))
        return sorted(column.label for column in wanted.values())


def test_the_first_launch_of_a_copied_activity_finds_what_was_chosen_for_its_ancestor(
    campus: Campus,
) -> None:
    course, link = campus.classroom.store.course_id, campus.first_link()
    campus.launch()
    labels = choose_a_column_for_each_activity(campus.tool)

    campus.copy_the_course()
    assert origins(campus.tool) == {course: None}, "nobody has asked for notices"
    campus.launch()

    assert origins(campus.tool) == {course: None, campus.classroom.store.course_id: course}
    with campus.tool.database.reading() as db:
        rows = {row.resource_link_id: row for row in db.scalars(select(ResourceLink))}
        copy = rows[campus.first_link()]
        assert rows.keys() == {link, copy.resource_link_id}
        assert copy.copied_from_pk == rows[link].id
        assert copy.target == rows[link].target
        assert copy.grading == Grading.ACTIVITIES
        ours = [each for each in line_items_of(db, [copy.id]) if each.made_by == Maker.TOOL]
        assert sorted(column.label for column in ours) == labels != []
        assert {column.state for column in ours} == {LineItemState.WANTED}


def test_a_notice_tells_of_a_copy_before_anybody_opens_it(campus: Campus) -> None:
    course = campus.classroom.store.course_id
    campus.launch()
    tool = campus.tool

    asked = subscribe_due(tool.database, tool.notice_client, tool.addresses.notices)
    campus.copy_the_course()

    assert asked == 1
    copy = campus.classroom.store.course_id
    assert origins(tool) == {course: None, copy: course}
    with tool.database.reading() as db:
        (known,) = db.scalars(select(Context).filter_by(context_id=course))
        (status,) = notice_statuses(db, known.deployment.platform_id)
        assert db.scalars(select(ResourceLink.context_pk)).all() == [known.id]
    assert status.error is None
    assert status.received.keys() == {HELLO, COPY}
