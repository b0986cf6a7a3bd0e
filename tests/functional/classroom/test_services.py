"""Tokens, columns, scores, results and members, with Moodle's rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.test import TestResponse

from classroom.accounts import (
    ADMINISTRATOR,
    INSTRUCTOR,
    MENTOR,
    OTHER_STUDENT,
    STUDENT,
    TEST_STUDENT,
)
from classroom.app import create_app
from classroom.options import Options
from classroom.platform import (
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    MEMBERS_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
)
from classroom.services import (
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    MEMBERS_TYPE,
    RESULTS_TYPE,
    SCORE_TYPE,
)
from tests.functional.classroom.stranger import LTI
from tests.functional.classroom.visitor import Visitor

AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MOMENT = datetime(2026, 11, 2, 10, 0, 0, tzinfo=UTC)


@pytest.fixture
def claims(visitor: Visitor) -> dict[str, Any]:
    """What a student's launch of the first activity says."""
    visitor.sign_in(STUDENT)
    return visitor.launch(f"/launch/{visitor.link_id('Unité 1')}")


@pytest.fixture
def line_item(claims: dict[str, Any]) -> str:
    return str(claims[AGS_CLAIM]["lineitem"])


def below(line_item: str, name: str) -> str:
    """``/scores`` and ``/results`` go before the query."""
    return line_item.replace("?", f"/{name}?")


def score(**changes: Any) -> dict[str, Any]:
    return {
        "userId": STUDENT.user_id,
        "scoreGiven": 8,
        "scoreMaximum": 10,
        "timestamp": MOMENT.isoformat(),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        **changes,
    }


def send(visitor: Visitor, line_item: str, **changes: Any) -> TestResponse:
    return visitor.call("POST", below(line_item, "scores"), score(**changes), SCORE_TYPE)


def results(visitor: Visitor, line_item: str) -> list[dict[str, Any]]:
    response = visitor.call("GET", below(line_item, "results"), Accept=RESULTS_TYPE)
    assert response.status_code == 200
    assert response.mimetype == RESULTS_TYPE
    return list(response.json or [])


def shown(visitor: Visitor) -> str:
    """The gradebook's table as text."""
    text = re.sub(r"<[^>]+>", " ", visitor.get("/gradebook/lines").text)
    return re.sub(r"\s+", " ", text)


# Tokens


def test_a_signed_assertion_gets_a_token_for_an_hour(visitor: Visitor) -> None:
    answer = visitor.ask_token(scope=f"{SCORE_SCOPE} unknown").json or {}
    assert answer["token_type"].lower() == "bearer"
    assert answer["expires_in"] == 3600
    assert answer["scope"] == SCORE_SCOPE
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600


def test_the_issuer_will_do_as_the_audience(visitor: Visitor, options: Options) -> None:
    assert visitor.ask_token(visitor.tool.assertion(options.url)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"sub": "another"},
        {"aud": "http://attacker.test/token"},
        {"exp": 1},
        {"exp": None},
        {"exp": 4_000_000_000},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"jti": None},
    ],
    ids=str,
)
def test_an_assertion_with_a_wrong_claim_gets_none(
    visitor: Visitor, options: Options, changes: dict[str, Any]
) -> None:
    assertion = visitor.tool.assertion(options.token_url, **changes)
    response = visitor.ask_token(assertion)
    assert response.status_code == 401
    assert (response.json or {})["error"] == "invalid_client"


def test_an_assertion_serves_once(visitor: Visitor, options: Options) -> None:
    assertion = visitor.tool.assertion(options.token_url)
    assert visitor.ask_token(assertion).status_code == 200
    assert visitor.ask_token(assertion).status_code == 401


def test_an_assertion_signed_with_another_key_gets_none(visitor: Visitor, options: Options) -> None:
    claims = jwt.decode(
        visitor.tool.assertion(options.token_url), options={"verify_signature": False}
    )
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = jwt.encode(claims, other, "RS256", {"kid": "key-1"})
    assert visitor.ask_token(forged).status_code == 401


@pytest.mark.parametrize("kid", ["key-2", None])
def test_an_assertion_needs_the_kid_of_a_published_key(
    visitor: Visitor, options: Options, kid: str | None
) -> None:
    claims = jwt.decode(
        visitor.tool.assertion(options.token_url), options={"verify_signature": False}
    )
    assert visitor.ask_token(visitor.tool.sign(claims, kid=kid)).status_code == 401


def test_a_key_that_does_not_name_its_algorithm_is_ignored(visitor: Visitor) -> None:
    visitor.tool.key_fields = {"kid": "key-1", "use": "sig"}
    assert visitor.ask_token().status_code == 401


def test_a_key_that_the_tool_has_just_made_is_found(visitor: Visitor, options: Options) -> None:
    assert visitor.ask_token().status_code == 200
    visitor.tool.key_fields = {"kid": "key-2", "alg": "RS256"}
    claims = jwt.decode(
        visitor.tool.assertion(options.token_url), options={"verify_signature": False}
    )
    assert visitor.ask_token(visitor.tool.sign(claims, kid="key-2")).status_code == 200


def test_what_is_no_token_at_all_gets_none(visitor: Visitor) -> None:
    assert visitor.ask_token("no.token").status_code == 401
    assert visitor.ask_token("a.b.c").status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"client_assertion_type": "another"}, "invalid_client"),
    ],
    ids=str,
)
def test_a_token_request_with_a_fault_is_told_which(
    visitor: Visitor, changes: dict[str, str | None], error: str
) -> None:
    response = visitor.ask_token(**changes)
    assert response.status_code in {400, 401}
    assert (response.json or {})["error"] == error


@pytest.mark.parametrize("token", ["", "no.token.here", "two words"])
def test_a_service_wants_a_token(visitor: Visitor, line_item: str, token: str) -> None:
    response = visitor.call("GET", line_item, token=token)
    assert response.status_code == 401


def test_an_id_token_is_no_access_token(visitor: Visitor, line_item: str) -> None:
    login = visitor.login_of(f"/launch/{visitor.link_id('Unité 1')}")
    id_token = re.search(r'name="id_token" value="([^"]+)"', visitor.authorize(login).text)
    assert id_token is not None
    assert visitor.call("GET", line_item, token=id_token[1]).status_code == 401


@pytest.mark.parametrize(
    ("method", "name", "scopes"),
    [
        ("GET", "", {LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE}),
        ("PUT", "", {LINE_ITEM_SCOPE}),
        ("DELETE", "", {LINE_ITEM_SCOPE}),
        ("POST", "scores", {SCORE_SCOPE}),
        ("GET", "results", {RESULT_SCOPE}),
    ],
)
def test_each_call_needs_its_own_scope(
    visitor: Visitor, line_item: str, method: str, name: str, scopes: set[str]
) -> None:
    url = below(line_item, name) if name else line_item
    media_type = {"PUT": LINE_ITEM_TYPE, "POST": SCORE_TYPE}.get(method)
    everything = [
        LINE_ITEM_SCOPE,
        LINE_ITEM_READ_SCOPE,
        RESULT_SCOPE,
        SCORE_SCOPE,
        MEMBERS_SCOPE,
    ]
    refused = {
        scope
        for scope in everything
        if visitor.call(
            method, url, score() if media_type else None, media_type, token=visitor.token(scope)
        ).status_code
        == 401
    }
    assert refused == set(everything) - scopes


# Scores


def test_a_score_reaches_the_gradebook(visitor: Visitor, line_item: str) -> None:
    assert send(visitor, line_item, comment="Bravo").status_code == 200
    (result,) = results(visitor, line_item)
    assert result["userId"] == STUDENT.user_id
    assert (result["resultScore"], result["resultMaximum"]) == (80, 100)
    assert result["scoreOf"] == line_item
    assert result["comment"] == "Bravo"
    assert "Alix Fictive Unité 1 80 / 100 Commentaire : Bravo" in shown(visitor)
    assert "Completed · FullyGraded" in shown(visitor)


def test_a_score_survives_a_restart(visitor: Visitor, line_item: str, options: Options) -> None:
    send(visitor, line_item)
    again = Visitor(create_app(options).test_client(), options, visitor.tool)
    again.sign_in(STUDENT)
    assert "80 / 100" in shown(again)


@pytest.mark.parametrize(
    "step", [timedelta(0), timedelta(milliseconds=999), timedelta(seconds=-1)], ids=str
)
def test_a_score_that_is_not_strictly_later_is_a_conflict(
    visitor: Visitor, line_item: str, step: timedelta
) -> None:
    send(visitor, line_item)
    response = send(visitor, line_item, scoreGiven=10, timestamp=(MOMENT + step).isoformat())
    assert response.status_code == 409
    assert results(visitor, line_item)[0]["resultScore"] == 80


def test_a_score_one_second_later_replaces_the_first(visitor: Visitor, line_item: str) -> None:
    send(visitor, line_item)
    later = (MOMENT + timedelta(seconds=1)).isoformat()
    assert send(visitor, line_item, scoreGiven=10, timestamp=later).status_code == 200
    assert results(visitor, line_item)[0]["resultScore"] == 100


def test_a_future_timestamp_blocks_all_later_scores(visitor: Visitor, line_item: str) -> None:
    assert send(visitor, line_item, timestamp="2090-01-01T00:00:00Z").status_code == 200
    assert send(visitor, line_item, timestamp="2030-01-01T00:00:00Z").status_code == 409


@pytest.mark.parametrize(
    "changes",
    [
        {"gradingProgress": "Pending"},
        {"gradingProgress": "NotReady"},
        {"gradingProgress": "PendingManual"},
        {"gradingProgress": "Failed"},
        {"scoreGiven": None},
    ],
    ids=str,
)
def test_anything_but_a_fully_graded_score_erases_the_grade(
    visitor: Visitor, line_item: str, changes: dict[str, Any]
) -> None:
    send(visitor, line_item)
    later = (MOMENT + timedelta(seconds=1)).isoformat()
    assert send(visitor, line_item, timestamp=later, **changes).status_code == 200
    assert "resultScore" not in results(visitor, line_item)[0]
    assert "Alix Fictive Unité 1 Pas de note" in shown(visitor)


@pytest.mark.parametrize(
    ("given", "kept"), [(15, 100), (-3, 0), (1 / 3, pytest.approx(3.3333, abs=1e-3))]
)
def test_a_score_is_rescaled_and_capped(
    visitor: Visitor, line_item: str, given: float, kept: float
) -> None:
    send(visitor, line_item, scoreGiven=given)
    assert results(visitor, line_item)[0]["resultScore"] == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": INSTRUCTOR.user_id},
        {"userId": ADMINISTRATOR.user_id},
        {"userId": TEST_STUDENT.user_id},
        {"userId": MENTOR.user_id},
        {"userId": "99"},
        {"userId": ["4"]},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-02T10:00:00"},
        {"timestamp": None},
        {"activityProgress": "Done"},
        {"gradingProgress": "Done"},
        {"scoreGiven": "8"},
        {"scoreGiven": True},
        {"scoreMaximum": None},
        {"scoreMaximum": 0},
        {"scoreGiven": 10**400},
        {"comment": 4},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_teachers_strangers_and_malformed_scores_share_one_message(
    visitor: Visitor, line_item: str, changes: dict[str, Any]
) -> None:
    response = send(visitor, line_item, **changes)
    assert response.status_code == 400
    assert (response.json or {})["reason"] == "Incorrect score received"
    assert results(visitor, line_item) == []


@pytest.mark.parametrize("body", [[], "text", None])
def test_a_score_that_is_no_object_is_refused(visitor: Visitor, line_item: str, body: Any) -> None:
    response = visitor.call("POST", below(line_item, "scores"), body, SCORE_TYPE)
    assert response.status_code == 400


@pytest.mark.parametrize("media_type", ["application/json", LINE_ITEM_TYPE, "text/plain"])
def test_a_score_needs_its_exact_media_type(
    visitor: Visitor, line_item: str, media_type: str
) -> None:
    response = visitor.call("POST", below(line_item, "scores"), score(), media_type)
    assert response.status_code == 400
    assert results(visitor, line_item) == []


def test_scores_after_the_query_lead_nowhere(visitor: Visitor, line_item: str) -> None:
    response = visitor.call("POST", f"{line_item}/scores", score(), SCORE_TYPE)
    assert response.status_code == 405
    assert results(visitor, line_item) == []


def test_a_student_sees_the_live_table_change_once(visitor: Visitor, line_item: str) -> None:
    first = visitor.get("/gradebook/lines")
    known = {"If-None-Match": first.headers["ETag"]}
    assert visitor.get("/gradebook/lines", headers=known).status_code == 304
    send(visitor, line_item)
    assert visitor.get("/gradebook/lines", headers=known).status_code == 200


def test_an_instructor_sees_the_grades_of_the_students(visitor: Visitor, line_item: str) -> None:
    send(visitor, line_item)
    visitor.sign_in(INSTRUCTOR)
    assert "Alix Fictive Unité 1 80 / 100" in shown(visitor)
    assert "Dominique" not in shown(visitor)


# Columns


def test_a_tool_creates_a_column_posts_a_score_and_reads_it_back(
    visitor: Visitor, claims: dict[str, Any]
) -> None:
    link_id = claims[f"{LTI}resource_link"]["id"]
    new = {"label": "Essai", "scoreMaximum": 20, "resourceLinkId": link_id, "tag": "essai"}
    created = visitor.call("POST", claims[AGS_CLAIM]["lineitems"], new, LINE_ITEM_TYPE)
    assert created.status_code == 201
    assert created.mimetype == LINE_ITEM_TYPE
    column = created.json or {}
    assert {name: column[name] for name in new} == new
    assert send(visitor, column["id"]).status_code == 200
    assert results(visitor, column["id"])[0]["resultScore"] == 16


@pytest.mark.parametrize(
    "new",
    [
        {"label": "", "scoreMaximum": 1},
        {"label": "Essai"},
        {"label": "Essai", "scoreMaximum": -1},
        {"label": "Essai", "scoreMaximum": 1, "resourceLinkId": "unknown"},
        {"label": "Essai", "scoreMaximum": 1, "tag": 4},
        [],
    ],
    ids=str,
)
def test_a_malformed_column_is_refused(
    visitor: Visitor, claims: dict[str, Any], new: object
) -> None:
    response = visitor.call("POST", claims[AGS_CLAIM]["lineitems"], new, LINE_ITEM_TYPE)
    assert response.status_code == 400


def test_a_column_is_changed_and_stays_with_its_link(visitor: Visitor, line_item: str) -> None:
    former = visitor.call("GET", line_item).json or {}
    changed = visitor.call("PUT", line_item, {"label": "Autre", "scoreMaximum": 10}, LINE_ITEM_TYPE)
    assert changed.status_code == 200
    assert visitor.call("GET", line_item).json == {
        **former,
        "label": "Autre",
        "scoreMaximum": 10,
    }


def test_a_deleted_column_takes_its_grades_along(visitor: Visitor, line_item: str) -> None:
    send(visitor, line_item)
    assert visitor.call("DELETE", line_item).status_code == 204
    assert visitor.call("GET", line_item).status_code == 404
    assert send(visitor, line_item).status_code == 404
    assert "80 / 100" not in shown(visitor)
    claims = visitor.launch(f"/launch/{visitor.link_id('Unité 1')}")
    assert "lineitem" not in claims[AGS_CLAIM]


def test_columns_are_listed_by_pages(visitor: Visitor, claims: dict[str, Any]) -> None:
    url = claims[AGS_CLAIM]["lineitems"]
    first = visitor.call("GET", f"{url}&limit=1", Accept=LINE_ITEMS_TYPE)
    assert first.mimetype == LINE_ITEMS_TYPE
    assert [column["label"] for column in first.json or []] == ["Unité 1"]
    following = re.fullmatch(r"<(.+)>; rel=next", first.headers["Link"])
    assert following is not None
    second = visitor.call("GET", following[1], Accept=LINE_ITEMS_TYPE)
    assert [column["label"] for column in second.json or []] == ["Module 3 (entier)"]
    assert "Link" not in second.headers


def test_columns_are_found_by_their_link(visitor: Visitor, claims: dict[str, Any]) -> None:
    link_id = claims[f"{LTI}resource_link"]["id"]
    url = f"{claims[AGS_CLAIM]['lineitems']}&resource_link_id={link_id}"
    assert [column["label"] for column in visitor.call("GET", url).json or []] == ["Unité 1"]


def test_a_list_is_not_given_under_another_media_type(
    visitor: Visitor, claims: dict[str, Any]
) -> None:
    response = visitor.call("GET", claims[AGS_CLAIM]["lineitems"], Accept="text/html")
    assert response.status_code == 400


def test_another_course_s_services_are_not_here(visitor: Visitor, line_item: str) -> None:
    elsewhere = re.sub(r"/services/[^/]+/", "/services/another/", line_item)
    response = visitor.call("GET", elsewhere)
    assert response.status_code == 404
    assert response.mimetype == "application/json"


# Members


def test_members_have_short_roles(visitor: Visitor, claims: dict[str, Any]) -> None:
    url = claims[NRPS_CLAIM]["context_memberships_url"]
    response = visitor.call("GET", url, Accept=MEMBERS_TYPE)
    assert response.mimetype == MEMBERS_TYPE
    answer = response.json or {}
    assert answer["context"]["id"] == claims[f"{LTI}context"]["id"]
    assert {member["name"]: member["roles"] for member in answer["members"]} == {
        "Alix Fictive": ["Learner"],
        "Claude Chimère": ["Learner"],
        "Dominique Inventée": ["Instructor"],
        "Camille Supposée": ["Mentor"],
    }


def test_members_are_found_by_role_and_listed_by_pages(
    visitor: Visitor, claims: dict[str, Any]
) -> None:
    url = claims[NRPS_CLAIM]["context_memberships_url"]
    learners = visitor.call("GET", f"{url}?role=Learner").json or {}
    students = [STUDENT.user_id, OTHER_STUDENT.user_id]
    assert [member["user_id"] for member in learners["members"]] == students
    first = visitor.call("GET", f"{url}?limit=2")
    following = re.fullmatch(r"<(.+)>; rel=next", first.headers["Link"])
    assert following is not None
    second = visitor.call("GET", following[1]).json or {}
    others = [INSTRUCTOR.user_id, MENTOR.user_id]
    assert [member["user_id"] for member in second["members"]] == others


def test_members_of_a_link_are_those_of_this_course_only(
    visitor: Visitor, claims: dict[str, Any]
) -> None:
    url = claims[NRPS_CLAIM]["context_memberships_url"]
    link_id = claims[f"{LTI}resource_link"]["id"]
    assert visitor.call("GET", f"{url}?rlid={link_id}").status_code == 200
    assert visitor.call("GET", f"{url}?rlid=another").status_code == 403


def test_members_need_their_scope(visitor: Visitor, claims: dict[str, Any]) -> None:
    url = claims[NRPS_CLAIM]["context_memberships_url"]
    assert visitor.call("GET", url, token=visitor.token(SCORE_SCOPE)).status_code == 401
