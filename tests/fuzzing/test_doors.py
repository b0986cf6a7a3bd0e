"""schemathesis at every door: what the description allows, what it does not, and nonsense.

Whatever comes, the answer is one that the description knows: never a failure of ours, its
status, type, headers and JSON as described. A refusal has a reference number.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.openapi import from_path
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi import checks

from lti_tool.lti import Role
from tests.functional.school import School
from tests.fuzzing.effort import effort
from tests.fuzzing.test_description import DESCRIPTION
from tests.fuzzing.traces import stored
from tests.fuzzing.world import REFERENCE

DOORS = [operation.ok().label for operation in from_path(DESCRIPTION).get_all_operations()]
API_DOORS = [door for door in DOORS if " /api/" in door]
REFUSED = 400
TOKENS_ARE_OURS = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
"""Whether a request has a token, and which, is said by each test."""
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


PLAIN = {"Accept-Encoding": "identity"}
"""What schemathesis reads: it asks for compressed answers, and takes them as they come."""


@pytest.fixture(scope="module")
def described(school: School) -> BaseSchema:
    """The description, before the application that it describes."""
    school.tool.keys.signing_key()
    schema = from_path(DESCRIPTION, config=TOKENS_ARE_OURS)
    schema.app = school.app
    return schema


def operation_of(described: BaseSchema, door: str) -> APIOperation:
    return next(
        operation.ok()
        for operation in described.get_all_operations()
        if operation.ok().label == door
    )


def cases(operation: APIOperation) -> st.SearchStrategy[Any]:
    """Return requests as they are described, and requests that are wrong in some way."""
    return st.one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)


def says_why_beside_a_form(answer: Any) -> bool:
    """Whether the page that asked shows the answer where somebody corrects what they chose.

    It is a piece of the page, or names the field and what is wrong with it.
    """
    kind = answer.headers["content-type"][0]
    to_be_mended = {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
    is_beside = kind.startswith("text/html") or "problem" in answer.json()
    return answer.status_code in to_be_mended and is_beside


def check(case: Any, answer: Any) -> None:
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= REFUSED and not says_why_beside_a_form(answer):
        assert REFERENCE.search(answer.text), answer.text


@pytest.mark.parametrize("door", DOORS)
def test_no_door_breaks_or_stores_anything_for_whoever_has_no_token(
    door: str, described: BaseSchema, school: School
) -> None:
    before = stored(school.database)

    @effort(10)
    @given(case=cases(operation_of(described, door)))
    def knock(case: Any) -> None:
        answer = case.call(headers=PLAIN)
        check(case, answer)
        if " /api/" in door:
            assert answer.status_code == 401

    knock()

    assert stored(school.database) == before


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("door", API_DOORS)
def test_no_door_breaks_for_a_window_of_ours(
    door: str, role: Role, described: BaseSchema, school: School
) -> None:
    window = school.open(role=role)

    @effort(10)
    @given(case=cases(operation_of(described, door)))
    def knock(case: Any) -> None:
        answer = case.call(headers={**PLAIN, **window.headers})
        check(case, answer)
        assert answer.status_code != 401

    knock()
    assert window.get("/api/boot").status_code == 200
