"""An open class table hears that it is behind, and asks for what changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import closing

import lxml.html
import pytest
from flask import Flask, Response
from sqlalchemy import select, update

from lti_tool.lti import Role
from lti_tool.models import (
    Counting,
    GradeDelivery,
    Learner,
    LineItem,
    Membership,
    Term,
    WindowSession,
    now,
)
from lti_tool.models import Decision as HandMadeDecision
from lti_tool.services import class_lines, hand_made
from lti_tool.services.decisions import Decision, decide
from lti_tool.services.followers import OPENING
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.hand_made import Verdict, note_hand_made, undecided_grades
from lti_tool.services.pulse import pulse_of
from lti_tool.views.places import keep_places
from tests.functional.school import School, Window

STREAM = "/api/class/stream"


def pulse(school: School) -> str:
    with school.database.reading() as db:
        return pulse_of(db, school.seeded.link_pk)


def teacher(school: School) -> Window:
    return school.open(2, role=Role.INSTRUCTOR)


def first_words(window: Window, count: int, known: str = "") -> list[str]:
    """Return what a stream says first, and close it."""
    headers = {**window.headers, "Last-Event-ID": known}
    answer = window.client.get(STREAM, headers=headers, buffered=False)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in answer.headers
    with closing(answer):
        words = iter(answer.response)
        return [bytes(next(words)).decode() for _one in range(count)]


def test_a_stream_tells_a_page_that_is_behind_and_has_nothing_of_anybody_in_it(
    school: School,
) -> None:
    opening, event = first_words(teacher(school), 2, known="earlier")

    assert opening == OPENING
    assert event == f"event: change\nid: {pulse(school)}\ndata: {pulse(school)}\n\n"


def test_a_closed_stream_makes_room(school: School) -> None:
    school.tool.followers._most = 1
    for _time in range(3):
        assert len(first_words(teacher(school), 2)) == 2


def test_a_page_without_room_for_its_stream_is_told_to_ask_instead(school: School) -> None:
    school.tool.followers._most = 0

    answer = teacher(school).get(STREAM)

    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR])
def test_only_instructors_follow_a_class(school: School, role: Role) -> None:
    assert school.open(0, role=role).get(STREAM).status_code == 403


def test_a_session_that_is_over_has_no_stream(school: School) -> None:
    window = teacher(school)
    with school.database.transaction() as db:
        db.execute(update(WindowSession).values(expires_at=now()))

    assert window.get(STREAM).status_code == 401


def pulses_after(school: School, acts: Sequence[Callable[[], object]]) -> list[str]:
    """Return the pulse as it is, and after each of these acts."""
    pulses = [pulse(school)]
    for act in acts:
        act()
        pulses.append(pulse(school))
    return pulses


def test_all_that_a_table_shows_changes_its_pulse(school: School) -> None:
    learner = school.open(0)

    def sent() -> None:
        with school.database.transaction() as db:
            row = db.scalars(select(GradeDelivery)).one()
            row.state, row.sent_at = "sent", now()

    def joins() -> None:
        with school.database.transaction() as db:
            person = Learner(platform_id=school.seeded.platform_id, sub="new", name="Nouvelle")
            db.add(Membership(context_pk=school.seeded.context_pk, learner=person, role="learner"))

    def comes_again() -> None:
        with school.database.transaction() as db:
            db.execute(update(Membership).values(last_seen_at=now()))

    acts: list[Callable[[], object]] = [
        lambda: learner.put("/api/state", {"revision": 0, "state": {"visited": ["un/lecon"]}}),
        lambda: learner.answer("quiz-un", "choix", "b"),
        learner.do_quiz_one,
        sent,
        joins,
        comes_again,
    ]
    pulses = pulses_after(school, acts)

    assert len(set(pulses)) == len(acts) + 1
    assert pulse(school) == pulses[-1]


def test_what_instructors_decide_changes_the_pulse_of_their_tables(school: School) -> None:
    school.open(0).do_quiz_one()

    def is_decided_otherwise() -> None:
        with school.database.transaction() as db:
            course = school.tool.courses.course("deux-unites")
            policy = GradingPolicy(Counting.LAST, pass_mark=90)
            assert decide(db, course, school.seeded.link_pk, Decision(policy), version=1)

    def finds_a_hand_made_grade() -> None:
        with school.database.transaction() as db:
            row = db.scalars(select(GradeDelivery)).one()
            note_hand_made(db, row.line_item_pk, row.learner_id, 0.25, row)

    def keeps_it() -> None:
        with school.database.reading() as db:
            [found] = undecided_grades(db, db.scalars(select(LineItem.id)).all(), 1)
        verdict = Verdict(found.id, found.seen, HandMadeDecision.KEEP)
        assert hand_made.decide(school.database, school.seeded.link_pk, [verdict], "Ada") == 1

    day = {"due": ["2026-01-15", "12:00"], "closes": ["", ""]}
    later = {"due": ["2026-01-16", "12:00"], "closes": ["", ""]}
    holder = f"learner:{school.seeded.learner_ids[0]}"

    def dates_the_class() -> None:
        body = {"zone": "Europe/Paris", "dates": {"": day}}
        assert teacher(school).post("/api/class/terms", body).status_code == 200

    def gives_more_time() -> None:
        body = {"holder": holder, "target": "", **later}
        assert teacher(school).post("/api/class/terms/exceptions", body).status_code == 200

    def takes_it_back() -> None:
        with school.database.reading() as db:
            given = db.scalars(select(Term.id).where(Term.learner_id.is_not(None))).one()
        path = f"/api/class/terms/exceptions/{given}"
        assert teacher(school).post(path, {"withdrawn": True}).status_code == 200

    acts = [
        is_decided_otherwise,
        finds_a_hand_made_grade,
        keeps_it,
        dates_the_class,
        gives_more_time,
        takes_it_back,
    ]

    assert len(set(pulses_after(school, acts))) == len(acts) + 1


def test_a_link_that_is_gone_has_no_pulse(school: School) -> None:
    with school.database.reading() as db:
        assert pulse_of(db, 4_000) == ""


def test_a_table_that_is_as_it_was_is_not_sent_again(school: School) -> None:
    window = teacher(school)
    answer = window.get("/api/class")
    known = {**window.headers, "If-None-Match": answer.headers["ETag"]}
    page = lxml.html.fromstring(answer.text)
    assert json.dumps(page.get("data-pulse")) in answer.headers["ETag"]

    assert window.client.get("/api/class", headers=known).status_code == 304

    school.open(0).do_quiz_one()
    assert window.client.get("/api/class", headers=known).status_code == 200


def test_a_table_whose_lines_are_not_all_made_is_sent_again_though_nothing_changed(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_lines, "MOST_AT_ONCE", 0)
    for learner in (0, 1):
        school.open(learner).do_quiz_one()
    window = teacher(school)

    def asks(known: str) -> Response:
        headers = {**window.headers, "If-None-Match": f'"{known}"'}
        return window.client.get("/api/class?search=emile", headers=headers)

    first = lxml.html.fromstring(window.get("/api/class?search=emile").text)
    assert first.xpath("//@data-behind") == ["1"]

    monkeypatch.setattr(class_lines, "MOST_AT_ONCE", 1)
    again = asks(first.get("data-pulse"))
    assert again.status_code == 200
    whole = lxml.html.fromstring(again.text)
    assert whole.xpath("//@data-behind") == []
    assert asks(whole.get("data-pulse")).status_code == 304


def test_a_page_gets_the_lines_that_it_shows_wherever_they_stand_now(school: School) -> None:
    page = lxml.html.fromstring(
        teacher(school).get("/api/class?search=emile&shown=1,2,x,-1,,9").text
    )

    assert page.xpath("//tbody/tr[not(ancestor::template)]/@data-learner") == ["2"]
    assert page.xpath("//template//tr/@data-learner") == ["1"]


def test_no_list_of_lines_is_too_long_or_too_strange(school: School) -> None:
    for shown in ("1," * 5000, "٣", "9" * 400, "1;2", "%00"):
        assert teacher(school).get(f"/api/class?shown={shown}").status_code == 200


def test_a_request_gives_its_place_back_and_a_stream_has_none() -> None:
    app = Flask(__name__)
    keep_places(app, 1)
    app.add_url_rule("/stream", "stream", view_func=lambda: Response(iter([b"a", b"b"])))
    app.add_url_rule("/page", "page", view_func=lambda: "page")
    client = app.test_client()
    with closing(client.get("/stream", buffered=False)) as stream:
        assert next(iter(stream.response)) == b"a"

        for path, status in (("/page", 200), ("/nowhere", 404), ("/page", 200)):
            assert client.get(path).status_code == status


def test_a_request_waits_for_its_place() -> None:
    app = Flask(__name__)
    keep_places(app, 1)
    inside, go_on, order = threading.Event(), threading.Event(), []

    def slow() -> str:
        inside.set()
        go_on.wait()
        order.append("slow")
        return ""

    def quick() -> str:
        order.append("quick")
        return ""

    app.add_url_rule("/slow", view_func=slow)
    app.add_url_rule("/quick", view_func=quick)
    first = threading.Thread(target=app.test_client().get, args=("/slow",))
    second = threading.Thread(target=app.test_client().get, args=("/quick",))
    first.start()
    inside.wait()
    second.start()
    go_on.set()
    first.join()
    second.join()

    assert order == ["slow", "quick"]
