"""The course's groups: by the Course Groups service, or as Moodle tells them at each launch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from classroom.accounts import (
    INSTRUCTOR,
    MENTOR,
    OTHER_STUDENT,
    STUDENT,
    TEST_STUDENT,
    TEST_USER,
    Account,
)
from classroom.app import create_app
from classroom.groups import GROUPS_CLAIM, GROUPS_TYPE, SETS_TYPE
from classroom.options import GROUPS_VARIABLE, Options
from classroom.platform import GROUP_SCOPE, MEMBERS_SCOPE
from tests.functional.classroom.stranger import LTI, Stranger
from tests.functional.classroom.visitor import Visitor

NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@pytest.fixture
def like_moodle(options: Options, tool: Stranger) -> Visitor:
    """Somebody in a classroom that has no Course Groups service."""
    without = replace(options, groups="parameter")
    return Visitor(create_app(without).test_client(), without, tool)


def launch(visitor: Visitor, account: Account) -> dict[str, Any]:
    visitor.sign_in(account)
    return visitor.launch(f"/launch/{visitor.link_id('Unité 1')}")


def service(visitor: Visitor) -> dict[str, Any]:
    claim: dict[str, Any] = launch(visitor, INSTRUCTOR)[GROUPS_CLAIM]
    return claim


def test_the_groups_are_listed_with_their_sets(visitor: Visitor) -> None:
    claim = service(visitor)
    groups = visitor.call("GET", claim["context_groups_url"], Accept=GROUPS_TYPE)
    sets = visitor.call("GET", claim["context_group_sets_url"], Accept=SETS_TYPE)

    assert claim["scope"] == [GROUP_SCOPE]
    assert groups.mimetype == GROUPS_TYPE
    assert [one["name"] for one in (groups.json or {})["groups"]] == ["Groupe A", "Groupe B"]
    assert sets.mimetype == SETS_TYPE
    assert (sets.json or {})["sets"] == [{"id": "1", "name": "Travaux dirigés"}]


def test_groups_are_given_by_pages_and_for_one_person(visitor: Visitor) -> None:
    url = service(visitor)["context_groups_url"]
    first = visitor.call("GET", f"{url}?limit=1")
    following = re.fullmatch(r"<(.+)>; rel=next", first.headers["Link"])
    assert following is not None
    second = visitor.call("GET", following[1])
    theirs = visitor.call("GET", f"{url}?user_id={OTHER_STUDENT.user_id}")

    assert [one["id"] for one in (second.json or {})["groups"]] == ["12"]
    assert "Link" not in second.headers
    assert [one["id"] for one in (theirs.json or {})["groups"]] == ["12"]
    assert (visitor.call("GET", f"{url}?user_id=99").json or {})["groups"] == []


@pytest.mark.parametrize("name", ["context_groups_url", "context_group_sets_url"])
def test_groups_need_their_scope_and_their_media_type(visitor: Visitor, name: str) -> None:
    url = service(visitor)[name]

    assert visitor.call("GET", url, token=visitor.token(MEMBERS_SCOPE)).status_code == 401
    assert visitor.call("GET", url, token="").status_code == 401
    assert visitor.call("GET", url, token="no.token.here").status_code == 401
    assert visitor.call("GET", url, token=visitor.token(GROUP_SCOPE)).status_code == 200
    assert visitor.call("GET", url, Accept="text/html").status_code == 400


def test_the_list_of_people_tells_their_groups_when_asked(visitor: Visitor) -> None:
    url = launch(visitor, INSTRUCTOR)[NRPS_CLAIM]["context_memberships_url"]
    told = visitor.call("GET", f"{url}?groups=true&role=Learner").json or {}
    untold = visitor.call("GET", url).json or {}

    assert [one["group_enrollments"] for one in told["members"]] == [
        [{"group_id": "11"}],
        [{"group_id": "12"}],
    ]
    assert all("group_enrollments" not in one for one in untold["members"])


def test_a_variable_that_the_classroom_does_not_know_arrives_as_it_is(visitor: Visitor) -> None:
    assert launch(visitor, STUDENT)[f"{LTI}custom"]["group_ids"] == GROUPS_VARIABLE


def test_like_moodle_each_launch_tells_its_person_s_groups(like_moodle: Visitor) -> None:
    claims = launch(like_moodle, STUDENT)

    assert GROUPS_CLAIM not in claims
    assert claims[f"{LTI}custom"]["group_ids"] == "11"
    assert launch(like_moodle, INSTRUCTOR)[f"{LTI}custom"]["group_ids"] == ""


def test_like_moodle_there_is_no_service_of_groups(like_moodle: Visitor) -> None:
    url = launch(like_moodle, INSTRUCTOR)[NRPS_CLAIM]["context_memberships_url"]
    members = like_moodle.call("GET", f"{url}?groups=true").json or {}
    configuration = like_moodle.get("/.well-known/openid-configuration").json or {}

    assert all("group_enrollments" not in one for one in members["members"])
    assert like_moodle.call("GET", url.replace("memberships", "groups")).status_code == 404
    assert GROUP_SCOPE not in configuration["scopes_supported"]
    assert like_moodle.ask_token(scope=GROUP_SCOPE).status_code == 400


def test_a_mentor_s_launch_names_whom_they_accompany(visitor: Visitor) -> None:
    claims = launch(visitor, MENTOR)

    assert claims[f"{LTI}role_scope_mentor"] == [STUDENT.user_id]
    assert f"{LTI}role_scope_mentor" not in launch(visitor, STUDENT)


def test_a_mentor_reads_the_grades_of_whom_they_accompany_alone(visitor: Visitor) -> None:
    visitor.sign_in(MENTOR)
    page = visitor.get("/gradebook").text

    assert STUDENT.name in page
    assert OTHER_STUDENT.name not in page


def test_the_student_view_is_a_test_user_s_and_of_no_list(visitor: Visitor) -> None:
    claims = launch(visitor, TEST_STUDENT)
    members = visitor.call("GET", claims[NRPS_CLAIM]["context_memberships_url"]).json or {}

    assert TEST_USER in claims[f"{LTI}roles"]
    assert TEST_STUDENT.user_id not in [one["user_id"] for one in members["members"]]
