"""Submission reviews that say anything at all, signed as they should be.

Nothing breaks, nobody's work is shown but where the claims allow it, and nothing is stored
but that the login is used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from tests.functional.launch.lms import ABSENT, AGS, INSTRUCTOR, LEARNER, LTI, SCORE_SCOPE
from tests.functional.launch.test_review import COLUMN, OTHER_COLUMN, enter_learner
from tests.functional.school import QUIZ_ONE
from tests.fuzzing.attempts import teaches
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import TEXTS, VALUES, rarely
from tests.fuzzing.world import REFERENCE, World

STUDENT = "person-1"
CLAIMS: dict[str, Any] = {
    "sub": "teacher-1",
    "lti_message_type": "LtiSubmissionReviewRequest",
    "lti_roles": [INSTRUCTOR],
    "lti_for_user": {"user_id": STUDENT},
    AGS: {"scope": [SCORE_SCOPE], "lineitem": COLUMN},
}
PEOPLE = rarely(VALUES, st.sampled_from([STUDENT, "teacher-1", "person-2"]))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "sub": rarely(TEXTS, st.sampled_from([STUDENT, "person-2", ABSENT])),
        "lti_roles": rarely(VALUES, st.sampled_from([[LEARNER], [INSTRUCTOR], [], ["Mentor"]])),
        "lti_for_user": rarely(VALUES, st.fixed_dictionaries({"user_id": PEOPLE})),
        "lti_resource_link": rarely(VALUES, st.fixed_dictionaries({"id": VALUES})),
        "lti_context": rarely(VALUES, st.fixed_dictionaries({"id": VALUES})),
        AGS: rarely(
            VALUES,
            st.fixed_dictionaries(
                {"lineitem": rarely(VALUES, st.sampled_from([COLUMN, OTHER_COLUMN]))}
            ),
        ),
    },
)


@pytest.fixture(scope="module")
def graded(world: World) -> World:
    """A student has answered the first quiz of a link that has a column."""
    window = enter_learner(world.lms, world.app.test_client())
    for question, response in QUIZ_ONE.items():
        assert window.answer("quiz-un", question, response).status_code == 200
    return world


@effort(40)
@given(changes=CHANGES)
@example({})
@example({"sub": STUDENT, "lti_roles": [LEARNER]})
@example({"sub": "person-2", "lti_roles": [LEARNER]})
@example({AGS: {"lineitem": OTHER_COLUMN}})
@example({"lti_for_user": {"user_id": "a\x00b"}})
@example({AGS: {"lineitem": f"{COLUMN}\x00"}})
@example({AGS: {"lineitem": f"{COLUMN}\ud800"}})
def test_no_review_breaks_or_shows_work_to_somebody_else(
    graded: World, changes: Mapping[str, Any]
) -> None:
    browser = graded.app.test_client()
    claims = {**CLAIMS, **changes}
    before = graded.rows()

    answer = graded.lms.enter(browser, **claims)

    event(f"answered {answer.status_code}")
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert graded.rows() == before
        assert REFERENCE.search(answer.text)
        return
    assert graded.rows() == {**before, "used_login": before["used_login"] + 1}
    assert claims[AGS]["lineitem"] == COLUMN
    about = claims["lti_for_user"]["user_id"]
    assert claims.get("sub") == about or teaches({f"{LTI}roles": claims["lti_roles"]})
