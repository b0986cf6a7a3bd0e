"""A learner at work in a workshop, through the HTTP door."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import LearnerWork, ResourceLink
from tests.functional.school import School, Window

MAP = "/api/works/ma-carte"


@pytest.fixture
def atelier(school: School) -> School:
    """The class, whose link opens a course with workshops."""
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
    return school


def change(window: Window, revision: int, changes: Any, path: str = MAP) -> TestResponse:
    body = {"revision": revision, "changes": changes}
    return window.client.patch(path, json=body, headers=window.headers)


def test_a_workshop_begins_with_nothing(atelier: School) -> None:
    assert atelier.open().get(MAP).get_json() == {"records": {}, "revision": 0}


def test_what_was_made_is_there_in_another_window(atelier: School) -> None:
    made = change(atelier.open(), 0, {"a": {"type": "actor", "label": "Mairie"}})

    assert made.get_json() == {"revision": 1, "records": None}
    assert atelier.open().get(MAP).get_json() == {
        "records": {"a": {"type": "actor", "label": "Mairie"}},
        "revision": 1,
    }


def test_two_windows_do_not_undo_one_another(atelier: School) -> None:
    one, other = atelier.open(), atelier.open()
    change(one, 0, {"a": {"label": "Mairie", "note": "élue"}})

    late = change(other, 0, {"a": {"note": "élue en 2026"}, "b": {"label": "Collège"}})

    assert late.get_json() == {
        "revision": 2,
        "records": {
            "a": {"label": "Mairie", "note": "élue en 2026"},
            "b": {"label": "Collège"},
        },
    }


def test_changes_that_arrive_twice_do_no_harm(atelier: School) -> None:
    window = atelier.open()
    for _time in range(2):
        change(window, 0, {"a": {"label": "Mairie"}})

    assert window.get(MAP).get_json()["records"] == {"a": {"label": "Mairie"}}


def test_each_learner_has_a_work_of_their_own(atelier: School) -> None:
    change(atelier.open(0), 0, {"a": {"label": "Mairie"}})

    assert atelier.open(1).get(MAP).get_json()["records"] == {}


def test_each_workshop_has_a_work_of_its_own(atelier: School) -> None:
    window = atelier.open()
    change(window, 0, {"a": {"label": "Mairie"}})

    assert window.get("/api/works/ma-grille").get_json()["records"] == {}


def test_a_preview_keeps_nothing(atelier: School) -> None:
    window = atelier.open(role=Role.INSTRUCTOR)

    answered = change(window, 4, {"a": {"label": "Mairie"}})

    assert answered.get_json() == {"revision": 5, "records": None}
    assert window.get(MAP).get_json() == {"records": {}, "revision": 0}
    with atelier.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(LearnerWork)) == 0


def test_an_anonymous_person_is_shown_the_same_as_a_preview(atelier: School) -> None:
    window = atelier.open(None)

    assert change(window, 0, {"a": {"label": "Mairie"}}).status_code == 200
    assert window.get(MAP).get_json()["revision"] == 0


@pytest.mark.parametrize(
    "changes",
    [None, [], "a", {"A": {}}, {"a": None}, {"a": {"x": {}}}, {"a": {"x": "\x00"}}],
    ids=repr,
)
@pytest.mark.parametrize("role", [Role.LEARNER, Role.INSTRUCTOR])
def test_what_is_no_change_is_refused_and_nothing_is_kept(
    atelier: School, changes: Any, role: Role
) -> None:
    window = atelier.open(role=role)

    refused = change(window, 0, changes)

    assert refused.status_code == 400
    assert refused.get_json()["error"]["code"] == "unreadable_request"
    assert window.get(MAP).get_json()["revision"] == 0


def test_a_work_that_is_too_long_is_refused_and_what_was_made_stays(atelier: School) -> None:
    window = atelier.open()
    change(window, 0, {"a": {"label": "Mairie"}})

    refused = change(window, 1, {f"r{number}": {"x": 1} for number in range(401)})

    assert refused.status_code == 413
    assert window.get(MAP).get_json() == {"records": {"a": {"label": "Mairie"}}, "revision": 1}


@pytest.mark.parametrize("revision", [None, "1", True, 1.5, 2**40])
def test_a_revision_is_a_whole_number(atelier: School, revision: object) -> None:
    window = atelier.open()
    body = {"revision": revision, "changes": {}}
    assert window.client.patch(MAP, json=body, headers=window.headers).status_code == 400


def test_a_workshop_that_the_course_does_not_have_is_not_found(atelier: School) -> None:
    window = atelier.open()

    for answered in (window.get("/api/works/x"), change(window, 0, {}, "/api/works/x")):
        assert answered.status_code == 404
        assert answered.get_json()["error"]["code"] == "unknown_workshop"


def test_nobody_reads_a_work_without_a_session(atelier: School) -> None:
    assert atelier.app.test_client().get(MAP).status_code == 401


def test_changes_made_at_once_are_all_kept(atelier: School) -> None:
    windows = [atelier.open() for _number in range(6)]
    together = threading.Barrier(len(windows))

    def work(number: int) -> None:
        together.wait()
        assert change(windows[number], 0, {f"r{number}": {"label": "x"}}).status_code == 200

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(windows))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    kept = atelier.open().get(MAP).get_json()
    assert sorted(kept["records"]) == [f"r{number}" for number in range(len(windows))]
    assert kept["revision"] == len(windows)
