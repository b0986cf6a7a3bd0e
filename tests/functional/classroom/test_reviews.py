"""The classroom opens a student's work from its gradebook."""

from __future__ import annotations

import json

import pytest

from classroom.accounts import INSTRUCTOR, OTHER_STUDENT, STUDENT
from classroom.services import LINE_ITEM_TYPE, LINE_ITEMS_TYPE
from tests.functional.classroom.stranger import LTI
from tests.functional.classroom.visitor import Visitor

AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
OWN = f"/launch-review/1/{STUDENT.user_id}"


def test_a_teacher_s_review_names_the_column_and_the_student(visitor: Visitor) -> None:
    visitor.sign_in(INSTRUCTOR)

    claims = visitor.launch(OWN)

    assert claims[f"{LTI}message_type"] == "LtiSubmissionReviewRequest"
    assert claims[f"{LTI}for_user"]["user_id"] == STUDENT.user_id
    assert claims["sub"] == INSTRUCTOR.user_id
    assert "/lineitems/1/lineitem" in claims[AGS_CLAIM]["lineitem"]
    assert claims[f"{LTI}resource_link"]["id"] == visitor.link_id("Unité 1")
    assert claims[f"{LTI}target_link_uri"] == visitor.options.launch_url


def test_a_student_reviews_their_own_work_and_nobody_else_s(visitor: Visitor) -> None:
    visitor.sign_in(STUDENT)

    assert visitor.launch(OWN)["sub"] == STUDENT.user_id
    for door in ("launch-review", "reviews"):
        assert visitor.get(f"/{door}/1/{OTHER_STUDENT.user_id}").status_code == 403
    assert visitor.get(f"/reviews/1/{STUDENT.user_id}").status_code == 200


@pytest.mark.parametrize(
    "hint",
    [
        {"review": 1, "student": OTHER_STUDENT.user_id},
        {"review": 99, "student": STUDENT.user_id},
        {"review": "1", "student": STUDENT.user_id},
        {"review": 1},
        {"review": 1, "student": INSTRUCTOR.user_id},
    ],
)
def test_a_hint_that_somebody_changed_opens_nothing(
    visitor: Visitor, hint: dict[str, object]
) -> None:
    visitor.sign_in(STUDENT)

    answer = visitor.authorize(visitor.login_of(OWN), lti_message_hint=json.dumps(hint))

    assert answer.status_code in {403, 404}


def test_there_is_no_review_of_what_is_not_there(visitor: Visitor) -> None:
    visitor.sign_in(INSTRUCTOR)

    for door in ("launch-review", "reviews"):
        assert visitor.get(f"/{door}/99/{STUDENT.user_id}").status_code == 404
        assert visitor.get(f"/{door}/1/nobody").status_code == 404


def test_a_column_of_no_link_can_be_reviewed(visitor: Visitor) -> None:
    visitor.sign_in(INSTRUCTOR)
    line_items = visitor.launch(OWN)[AGS_CLAIM]["lineitems"]
    body = {"label": "À part", "scoreMaximum": 10}
    made = visitor.call("POST", line_items, body, LINE_ITEM_TYPE, Accept=LINE_ITEM_TYPE)
    assert made.status_code == 201
    number = len(visitor.call("GET", line_items, Accept=LINE_ITEMS_TYPE).json or [])

    claims = visitor.launch(f"/launch-review/{number}/{STUDENT.user_id}")

    assert claims[AGS_CLAIM]["lineitem"] == (made.json or {})["id"]
