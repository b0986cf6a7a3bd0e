"""The class of thirty, and the weeks that it lived before anybody looked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from classroom.accounts import ACCOUNTS, INSTRUCTOR
from classroom.app import EXTENSION, create_app, open_store
from classroom.class_of_thirty import CLASSMATES, DEPARTED, LISTENER
from classroom.options import Options
from classroom.people import in_gradebook, members
from classroom.weeks.events import Event, HandIn, Review, Study, weeks
from classroom.weeks.living import Weeks
from classroom.weeks.preview import Quiz, Unit
from classroom.weeks.pupils import COURSES, HANDED, SALIENCE
from classroom.weeks.running import DIARY, live
from lti_tool.models import Attempt, DeliveryState, GradeDelivery, Learner, Submission
from lti_tool.services.delivery import deliver_due
from lti_tool.tool import Tool
from tests.conftest import empty_database
from tests.functional.classroom.campus import Applications, open_campus
from tests.functional.classroom.stranger import Stranger
from tests.functional.classroom.visitor import Visitor

END = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
UNITS = [Unit(f"u{number}", (), Quiz(f"q{number}", ()), f"u{number}/q", ()) for number in range(13)]
FEW = {"hugo.pretexte", "oceane.chimerique", "kadiatou.conte", LISTENER.username}


@pytest.fixture
def whole(options: Options) -> Options:
    return replace(options, whole_class=True)


@pytest.fixture
def campus(
    request: pytest.FixtureRequest, tmp_path: Path, whole: Options
) -> Iterator[Applications]:
    """On SQLite alone, as ``make run``."""
    with (
        empty_database(request, "sqlite", tmp_path) as address,
        open_campus(address, whole) as applications,
    ):
        yield applications


def is_of_few(event: Event) -> bool:
    """A stuck learner's three quizzes, one quiz each of two more, and a work that is returned."""
    if isinstance(event, Study):
        first = event.units[0].id == "syllabus"
        return event.username in FEW and (first or event.username == "hugo.pretexte")
    return event.handing.username in FEW


def test_the_class_has_thirty_people_to_learn_in_four_groups_and_without(whole: Options) -> None:
    students = [one for one in members(whole) if one.role == "student"]

    assert len(students) == 30
    assert {group for one in students for group in one.groups} == {"11", "12", "13", "14"}
    assert any(not one.groups for one in students)
    assert DEPARTED not in students
    assert LISTENER not in in_gradebook(whole)
    assert len({one.user_id for one in (*ACCOUNTS, *CLASSMATES)}) == len(ACCOUNTS) + len(CLASSMATES)
    assert all(handing.username in COURSES for handing in HANDED)


def test_others_of_the_class_may_be_entered_as(whole: Options, tool: Stranger) -> None:
    visitor = Visitor(create_app(whole).test_client(), whole, tool)

    page = visitor.get("/?lang=fr").text
    visitor.sign_in(CLASSMATES[0])

    assert "Entrer comme une autre personne de la classe" in page
    assert CLASSMATES[0].name in visitor.get("/").text


def test_two_students_are_alone_unless_a_whole_class_is_asked_for(visitor: Visitor) -> None:
    refused = visitor.post("/sign-in", data={"account": CLASSMATES[0].user_id})

    assert CLASSMATES[0].name not in visitor.get("/").text
    assert refused.status_code == 400


def test_the_weeks_are_in_the_order_of_time_and_over_before_anybody_looks() -> None:
    events = weeks(UNITS, END)

    assert all(one.at <= other.at for one, other in pairwise(events))
    assert END - timedelta(days=35) < events[0].at
    assert events[-1].at < END
    assert events == weeks(UNITS, END)


def test_a_work_is_handed_in_after_its_unit_was_read_and_before_it_is_reviewed() -> None:
    last_study: dict[str, datetime] = {}
    handed: dict[tuple[str, str], datetime] = {}
    for event in weeks(UNITS, END):
        if isinstance(event, Study):
            last_study[event.username] = event.at
        elif isinstance(event, HandIn):
            assert event.handing.username in last_study
            handed[event.handing.username, event.handing.workshop] = event.at
        else:
            assert isinstance(event, Review)
            assert handed[event.handing.username, event.handing.workshop] < event.at


def test_what_was_lived_is_the_tool_s_own_and_is_not_lived_twice(campus: Applications) -> None:
    """Both doors are real; the tool's own worker then carries the grades to the classroom."""
    tool: Tool = campus.tool.extensions["arrimage"]
    store = campus.classroom.extensions[EXTENSION].store
    lived = Weeks.of(campus.classroom, campus.tool, campus.options, store)
    end = datetime.now(UTC)

    count = sum(1 for _ in lived.live(end, is_of_few))
    before = attempts_of(tool)
    again = sum(1 for _ in lived.live(end, is_of_few))
    deliver_due(tool.database, tool.scores)

    assert count == again > len(FEW)
    assert attempts_of(tool) == before
    stuck = [each for each in before if each[:2] == ("Hugo Prétexte", SALIENCE)]
    assert [number for _name, _quiz, number, _score in stuck] == [1, 2, 3]
    assert all(score < 0.6 for *_, score in stuck)
    with tool.database.reading() as db:
        begun = db.scalars(select(Attempt.started_at).order_by(Attempt.started_at)).all()
        assert begun[0] < end - timedelta(days=25)
        (work,) = db.scalars(select(Submission)).all()
        assert (work.state, work.learner.name) == ("returned", "Kadiatou Conte")
        states = dict(
            db.execute(
                select(Learner.name, GradeDelivery.state).join(
                    Learner, Learner.id == GradeDelivery.learner_id
                )
            ).all()
        )
        assert states.pop(LISTENER.name) == DeliveryState.REFUSED
        assert set(states.values()) == {DeliveryState.SENT}
        assert len(states) == len(FEW) - 1
    assert len([grade for grade in store.grades() if grade.score is not None]) == len(FEW) - 1
    page = lived.opened_by(INSTRUCTOR).ask("GET", "/api/class")
    told = dict(re.findall(r'data-rule="(\w+)".*?(\d+)</span>', page))
    assert told.keys() >= {"stuck", "grade_refused", "work_returned", "inactive", "never_opened"}


@pytest.mark.parametrize("what", ["the weeks are over", "the course is another one"])
def test_nothing_is_lived_once_it_is_too_late(what: str, whole: Options) -> None:
    """No application is even asked for: none has this name."""
    course = open_store(whole).course_id if what == "the weeks are over" else "an older course"
    diary = {"end": END.isoformat(), "course": course, "over": what == "the weeks are over"}
    (whole.data / DIARY).write_text(json.dumps(diary), encoding="utf-8")

    assert live(whole, "no_such_module:application") == 0


def attempts_of(tool: Tool) -> list[tuple[str, str, int, float]]:
    with tool.database.reading() as db:
        rows = db.execute(
            select(Learner.name, Attempt.activity, Attempt.number, Attempt.score)
            .join(Learner, Learner.id == Attempt.learner_id)
            .order_by(Learner.name, Attempt.activity, Attempt.number)
        )
        return [(name, activity, number, score or 0.0) for name, activity, number, score in rows]
