"""Dates and grants that no page of ours sends: a refusal says in which field; nothing breaks."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from lti_tool.lti import Role
from tests.functional.school import School
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import NOT_OBJECTS, TEXTS, VALUES, rarely, written

DAYS = st.one_of(TEXTS, st.dates().map(str), st.sampled_from(["2031-03-30", "0001-01-01", ""]))
HOURS = st.one_of(TEXTS, st.times().map(lambda time: f"{time:%H:%M}"), st.just(""))
DATES = st.one_of(VALUES, st.tuples(DAYS, HOURS).map(list), st.lists(DAYS, max_size=3))
TARGETS = rarely(TEXTS, st.sampled_from(["", "activity:quiz-un", "un", "part:apprendre"]))
HOLDERS = st.one_of(
    TEXTS,
    st.sampled_from(["learner:1", "learner:2", "learner:99999999999", "group:a", "group:\x00"]),
    TEXTS.map(lambda text: f"group:{text}"),
)
CLASS_DATES = st.fixed_dictionaries(
    {
        "zone": rarely(st.one_of(TEXTS, VALUES), st.sampled_from(["Europe/Paris", "Etc/UTC"])),
        "dates": st.one_of(
            VALUES,
            st.dictionaries(
                TARGETS,
                st.one_of(
                    VALUES, st.fixed_dictionaries({}, optional={"due": DATES, "closes": DATES})
                ),
                max_size=3,
            ),
        ),
    }
)
GRANTS = st.fixed_dictionaries(
    {"holder": HOLDERS, "target": TARGETS},
    optional={
        "due": DATES,
        "closes": DATES,
        "extra": st.one_of(VALUES, st.integers(-1, 30)),
        "note": st.one_of(TEXTS, VALUES),
    },
)


@effort(60)
@given(
    sent=st.one_of(
        st.tuples(st.just(""), CLASS_DATES),
        st.tuples(st.just("/exceptions"), GRANTS),
        st.tuples(
            st.integers(0, 2**70).map(lambda number: f"/exceptions/{number}"),
            st.fixed_dictionaries({"withdrawn": st.one_of(st.booleans(), VALUES)}),
        ),
        st.tuples(st.sampled_from(["", "/exceptions", "/exceptions/1"]), NOT_OBJECTS),
    )
)
@example(("/exceptions", {"holder": "learner:1", "target": "activity:quiz-un", "extra": 1}))
def test_no_dates_and_no_grant_break_the_class(school: School, sent: tuple[str, object]) -> None:
    path, said = sent
    body = said if isinstance(said, bytes) else written(said)
    teacher = school.open(role=Role.INSTRUCTOR)

    answer = teacher.client.post(f"/api/class/terms{path}", data=body, headers=teacher.headers)

    assert answer.status_code in {200, 400, 413, 422}, answer.text
    if answer.status_code == 422:
        assert set(answer.get_json()["problem"]) == {"place", "field", "text"}
    assert teacher.get("/api/class/terms").status_code == 200
    assert school.open().get("/api/terms").status_code == 200
