"""What a browser may send under ``/api/``: real activities, questions and workshops, and
nonsense where their answers, notes and works are due.

Nothing breaks, a refusal has the agreed shape, and what is stored can still be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import ResourceLink
from tests.functional.school import QUIZ_ONE, School, Window
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import NOT_OBJECTS, TEXTS, VALUES, written
from tests.fuzzing.traces import stored
from tests.seeding import add_link

QUESTIONS = {
    "quiz-un": ["choix", "plusieurs", "vrai"],
    "quiz-deux": ["ordre", "paires", "nombre", "mot"],
}
STEPS = ["un/lecon", "un/quiz-un", "deux/lecon", "deux/quiz-deux", "syllabus/syllabus"]
WORKSHOPS = ["ma-carte", "ma-grille"]
WORKSHOP_COURSE = "atelier"
ERROR = {"code", "message", "remedy", "reference"}


@pytest.fixture(scope="module")
def windows(school: School) -> Mapping[str, Window]:
    """A learner's window, an instructor's, and one on the course that has workshops."""
    with school.database.transaction() as db:
        workshop_link = add_link(db, school.seeded, 2)
        db.get_one(ResourceLink, workshop_link).course = WORKSHOP_COURSE
    return {
        "learner": school.open(),
        "instructor": school.open(role=Role.INSTRUCTOR),
        "workshop": school.open(1, link_pk=workshop_link),
    }


def send(window: Window, method: str, path: str, body: bytes) -> TestResponse:
    answer = window.client.open(path, method=method, data=body, headers=window.headers)
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert set(answer.get_json()["error"]) == ERROR
    assert window.get("/api/boot").status_code == 200
    return answer


def either_infinity(value: object) -> st.SearchStrategy[bytes]:
    """Return the JSON of a value; an infinite number as Python's JSON has it, or as JSON's."""
    text = written(value)
    return st.sampled_from([text, text.replace(b"Infinity", b"1e999")])


PLACES = st.one_of(st.sampled_from(STEPS), TEXTS)
DRAFTS = st.dictionaries(
    st.one_of(
        st.sampled_from([f"{quiz}/{each}" for quiz in QUESTIONS for each in QUESTIONS[quiz]]),
        TEXTS,
    ),
    VALUES,
    max_size=3,
)
STATES = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {},
        optional={
            "position": st.one_of(PLACES, VALUES),
            "visited": st.one_of(st.lists(PLACES, max_size=4), VALUES),
            "drafts": st.one_of(DRAFTS, VALUES),
        },
    ),
)
REVISIONS = st.one_of(st.integers(-2, 3), VALUES)


@pytest.mark.parametrize("who", ["learner", "instructor"])
def test_no_state_breaks_the_player(windows: Mapping[str, Window], who: str) -> None:
    bodies = st.fixed_dictionaries({}, optional={"revision": REVISIONS, "state": STATES})

    @effort(50)
    @given(body=st.one_of(bodies.flatmap(either_infinity), NOT_OBJECTS))
    @example(b'{"revision": 0, "state": {"drafts": {"quiz-un/choix": 1e999}}}')
    def save(body: bytes) -> None:
        send(windows[who], "PUT", "/api/state", body)

    save()


@pytest.mark.parametrize("who", ["learner", "instructor"])
@pytest.mark.parametrize("quiz", QUESTIONS)
def test_no_answer_breaks_a_quiz(windows: Mapping[str, Window], who: str, quiz: str) -> None:
    window = windows[who]
    bodies = st.fixed_dictionaries(
        {
            "attempt": st.one_of(st.just(1), st.integers(-1, 3), VALUES),
            "question": st.one_of(st.sampled_from(QUESTIONS[quiz]), TEXTS),
            "response": st.one_of(
                VALUES,
                st.sampled_from(list(QUIZ_ONE.values())),
                st.lists(st.sampled_from("abcd"), max_size=5),
                st.text(st.sampled_from("0123456789,.-+ −e"), max_size=30),
            ),
        }
    )

    @effort(50)
    @given(body=st.one_of(bodies.flatmap(either_infinity), NOT_OBJECTS))
    def answer(body: bytes) -> None:
        answered = send(window, "POST", f"/api/activities/{quiz}/answers", body)
        if answered.status_code == 200:
            again = send(window, "POST", f"/api/activities/{quiz}/answers", body)
            assert again.status_code == 200
            assert again.get_json()["verdict"] == answered.get_json()["verdict"]

    answer()


def test_no_change_breaks_a_work(windows: Mapping[str, Window]) -> None:
    records = st.dictionaries(
        st.one_of(st.sampled_from(["a", "acteur-1", "z" * 40]), TEXTS),
        st.one_of(
            st.dictionaries(
                st.one_of(st.sampled_from(["label", "x", "removed"]), TEXTS), VALUES, max_size=3
            ),
            VALUES,
        ),
        max_size=3,
    )
    bodies = st.fixed_dictionaries({"revision": REVISIONS, "changes": st.one_of(records, VALUES)})

    @effort(50)
    @given(
        workshop=st.sampled_from(WORKSHOPS),
        body=st.one_of(bodies.flatmap(either_infinity), NOT_OBJECTS),
    )
    @example("ma-carte", b'{"revision": 0, "changes": {"a": {"x": 1' + b"0" * 400 + b"}}}")
    def change(workshop: str, body: bytes) -> None:
        window = windows["workshop"]
        send(window, "PATCH", f"/api/works/{workshop}", body)
        assert window.get(f"/api/works/{workshop}").status_code == 200

    change()


@effort(50)
@given(
    path=st.one_of(
        TEXTS.map(lambda text: f"/api/units/{text}"),
        TEXTS.map(lambda text: f"/api/works/{text}"),
        TEXTS.map(lambda text: f"/api/activities/{text}/attempts"),
        st.sampled_from(["/api/units/un", "/api/activities/quiz-un/attempts", "/api/grade"]),
    ),
    unit=TEXTS,
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]),
)
def test_no_address_breaks_the_tool(
    windows: Mapping[str, Window], path: str, unit: str, method: str
) -> None:
    window = windows["learner"]
    readable = quote(path.encode(errors="surrogatepass"), safe="/%")
    query = {"unit": unit.encode(errors="surrogatepass")}
    answer = window.client.open(readable, method=method, headers=window.headers, query_string=query)
    assert answer.status_code < 500, answer.text


@effort(50)
@given(
    shown=st.one_of(
        TEXTS,
        TEXTS.map(lambda text: f"Bearer {text}"),
        st.sampled_from(["Bearer", "bearer ", "Basic {token}", "Bearer {token}x", "{token}"]),
        st.sampled_from(["Bearer {token} x", "Token {token}", "Bearer x{token}", "Bearer \t"]),
    )
)
def test_no_token_but_the_window_s_own_opens_anything(
    school: School, windows: Mapping[str, Window], shown: str
) -> None:
    header = shown.replace("{token}", windows["learner"].token)
    as_received = header.encode(errors="replace").decode("latin-1")
    before = stored(school.database)
    client = school.app.test_client()
    for method, path in (("GET", "/api/boot"), ("PUT", "/api/state"), ("GET", "/api/class")):
        answer = client.open(
            path,
            method=method,
            data=b'{"revision": 0, "state": {}}',
            environ_overrides={"HTTP_AUTHORIZATION": as_received},
        )
        assert answer.status_code == 401
        assert set(answer.get_json()["error"]) == ERROR
    assert stored(school.database) == before
