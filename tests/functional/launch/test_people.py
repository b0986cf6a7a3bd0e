"""What a launch tells besides who comes in: their groups, whom they accompany, and tests."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lti_tool.lti import GROUP_SCOPE
from lti_tool.lti.groups import GROUPS_CLAIM
from lti_tool.models import Context, CourseGroup, GroupMembership, Learner, WindowSession
from lti_tool.tool import Tool
from tests.functional.launch.lms import ABSENT, LEARNER, LTI, MEMBERSHIP, Lms

URL = "https://lms.example/classes/7/groups"
SETS = "https://lms.example/classes/7/sets"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
MENTOR = f"{MEMBERSHIP}#Mentor"


def offered(**changes: object) -> dict[str, Any]:
    service = {
        "context_groups_url": URL,
        "context_group_sets_url": SETS,
        "scope": [GROUP_SCOPE],
        "service_versions": ["1.0"],
    }
    return {**service, **changes}


def addresses(tool: Tool) -> tuple[str | None, str | None]:
    with tool.database.reading() as db:
        context = db.scalars(select(Context)).one()
        return context.groups_url, context.group_sets_url


def groups(tool: Tool) -> list[str]:
    """The groups in which somebody is, one for each person in it."""
    with tool.database.reading() as db:
        query = select(CourseGroup.group_id).join(
            GroupMembership, GroupMembership.group_pk == CourseGroup.id
        )
        return sorted(db.scalars(query))


def test_the_addresses_of_the_groups_are_the_last_launch_s(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    assert lms.enter(browser, **{GROUPS_CLAIM: offered()}).status_code == 200
    assert addresses(tool) == (URL, SETS)

    without_sets = offered(context_group_sets_url=None)
    assert lms.enter(browser, **{GROUPS_CLAIM: without_sets}).status_code == 200
    assert addresses(tool) == (URL, None)

    assert lms.enter(browser).status_code == 200
    assert addresses(tool) == (None, None)


@pytest.mark.parametrize(
    "service",
    [
        None,
        {},
        offered(context_groups_url=None),
        offered(context_groups_url="javascript:alert(1)"),
        offered(scope=[]),
        offered(scope=GROUP_SCOPE),
        offered(service_versions=["2.0"]),
        offered(service_versions="1.0"),
    ],
    ids=str,
)
def test_groups_that_we_cannot_ask_for_are_none(
    lms: Lms, browser: FlaskClient, tool: Tool, service: object
) -> None:
    assert lms.enter(browser, **{GROUPS_CLAIM: service}).status_code == 200
    assert addresses(tool) == (None, None)


def test_a_claim_of_groups_that_is_no_object_is_refused(lms: Lms, browser: FlaskClient) -> None:
    assert lms.enter(browser, **{GROUPS_CLAIM: [URL]}).status_code == 400


def test_a_launch_s_custom_parameter_tells_somebody_s_groups(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    lms.enter(browser, lti_custom={"group_ids": "12, 5,12,,"})
    assert groups(tool) == ["12", "5"]

    lms.enter(browser, sub="somebody-else", lti_custom={"group_ids": "5"})
    assert groups(tool) == ["12", "5", "5"]

    lms.enter(browser, lti_custom={"group_ids": ""})
    assert groups(tool) == ["5"]


@pytest.mark.parametrize(
    "told", ["$Moodle.Person.userGroupIds", None, 5, ["5"], "x" * 256, "\x00", "a\ud800"]
)
def test_what_tells_no_groups_leaves_those_that_we_know(
    lms: Lms, browser: FlaskClient, tool: Tool, told: object
) -> None:
    lms.enter(browser, lti_custom={"group_ids": "5"})
    is_told = isinstance(told, str) and not told.startswith("$")

    assert lms.enter(browser, lti_custom={"group_ids": told}).status_code == 200
    assert groups(tool) == ([] if is_told else ["5"])


def test_somebody_is_in_so_many_groups_at_most(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    many = ",".join(map(str, range(5_000)))

    assert lms.enter(browser, lti_custom={"group_ids": many}).status_code == 200
    assert len(groups(tool)) == 100


def test_an_anonymous_launch_is_in_no_group(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    assert lms.enter(browser, sub=ABSENT, lti_custom={"group_ids": "5"}).status_code == 200
    assert groups(tool) == []


def test_a_test_user_is_known_as_one(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    lms.enter(browser, lti_roles=[TEST_USER, LEARNER])
    lms.enter(browser, sub="somebody-else", lti_roles=[LEARNER])

    with tool.database.reading() as db:
        people = {one.sub: one.is_test_user for one in db.scalars(select(Learner))}
    assert people.pop("somebody-else") is False
    assert list(people.values()) == [True]


def test_a_mentor_s_window_knows_whom_they_accompany(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    scope = {f"{LTI}role_scope_mentor": ["user-1", "user-1", "", 5, "x" * 256, None, "user-2"]}
    answer = lms.enter(browser, lti_roles=[MENTOR], **scope)

    assert answer.status_code == 200
    assert "Personne à afficher pour l’instant" in answer.text
    with tool.database.reading() as db:
        window = db.scalars(select(WindowSession)).one()
    assert (window.role, window.mentored) == ("mentor", ["user-1", "user-2"])


@pytest.mark.parametrize("scope", [None, "user-1", {"user-1": True}])
def test_a_mentor_whose_claim_is_no_list_accompanies_nobody(
    lms: Lms, browser: FlaskClient, scope: object
) -> None:
    answer = lms.enter(browser, lti_roles=[MENTOR], **{f"{LTI}role_scope_mentor": scope})

    assert answer.status_code == 200
    assert "Personne à afficher pour l’instant" in answer.text


def test_who_is_no_mentor_accompanies_nobody(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    lms.enter(browser, lti_roles=[LEARNER], **{f"{LTI}role_scope_mentor": ["user-1"]})

    with tool.database.reading() as db:
        assert not db.scalars(select(WindowSession)).one().mentored


def test_an_administrator_reads_the_parameters_to_copy(browser: FlaskClient) -> None:
    assert "group_ids=$Moodle.Person.userGroupIds" in browser.get("/").text
