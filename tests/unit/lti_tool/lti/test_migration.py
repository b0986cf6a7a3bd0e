"""The migration claim's signature, by the example of the LTI 1.3 migration guide."""

from __future__ import annotations

from typing import Any

import pytest

from lti_tool.lti.migration import OlderIds, read_older_ids

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
SECRET = "my-lti11-secret"
CLIENT = "PM48OJSfGDTAzAo"


def claims(**changes: Any) -> dict[str, Any]:
    claim = {
        "user_id": "34212",
        "oauth_consumer_key": "179248902",
        "oauth_consumer_key_sign": "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps=",
        **changes,
    }
    return {
        "nonce": "172we8671fd8z",
        "iat": 1551290796,
        "exp": 1551290856,
        "iss": "https://lmsvendor.com",
        "aud": CLIENT,
        "sub": "3",
        f"{LTI}deployment_id": "689302",
        f"{LTI}lti1p1": claim,
    }


def read(said: dict[str, Any]) -> OlderIds:
    found = read_older_ids(said, CLIENT)
    assert found is not None
    return found


def test_the_signature_of_the_guide_s_own_example_is_right() -> None:
    assert read(claims()).is_signed_with(SECRET)
    assert (read(claims()).user_id, read(claims()).resource_link_id) == ("34212", None)


def test_a_time_with_a_fraction_of_nothing_is_signed_as_a_number() -> None:
    assert read({**claims(), "exp": 1551290856.0}).is_signed_with(SECRET)


@pytest.mark.parametrize("secret", ["", "another", "my-lti11-secret ", "é"])
def test_another_secret_proves_nothing(secret: str) -> None:
    assert not read(claims()).is_signed_with(secret)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"exp": 1551290857},
        {"iss": "https://another.example"},
        {f"{LTI}deployment_id": "1"},
    ],
    ids=lambda changes: next(iter(changes)).rpartition("/")[2],
)
def test_a_claim_of_another_launch_proves_nothing(changes: dict[str, Any]) -> None:
    assert not read({**claims(), **changes}).is_signed_with(SECRET)


def test_a_claim_for_another_client_or_key_proves_nothing() -> None:
    found = read_older_ids(claims(), "another")
    assert found is not None
    assert not found.is_signed_with(SECRET)
    assert not read(claims(oauth_consumer_key="1")).is_signed_with(SECRET)


@pytest.mark.parametrize("sign", ["é" * 44, "\x00", "=", "x" * 100])
def test_a_signature_of_any_shape_is_wrong_without_an_error(sign: str) -> None:
    found = read_older_ids(claims(oauth_consumer_key_sign=sign), CLIENT)
    assert found is None or not found.is_signed_with(SECRET)


@pytest.mark.parametrize(
    "changes",
    [
        {"oauth_consumer_key": None},
        {"oauth_consumer_key": ["179248902"]},
        {"oauth_consumer_key_sign": None},
        {"oauth_consumer_key_sign": ""},
        {"oauth_consumer_key_sign": "x" * 101},
    ],
)
def test_a_claim_that_cannot_be_signed_is_none(changes: dict[str, Any]) -> None:
    assert read_older_ids(claims(**changes), CLIENT) is None


@pytest.mark.parametrize("claim", [None, "user_id", ["user_id"], {}])
def test_what_is_no_claim_is_none(claim: object) -> None:
    assert read_older_ids({**claims(), f"{LTI}lti1p1": claim}, CLIENT) is None


def test_names_that_cannot_be_stored_are_left_out_and_numbers_are_texts() -> None:
    found = read(claims(user_id=34212, context_id="x" * 256, resource_link_id="a\x00b"))
    assert (found.user_id, found.context_id, found.resource_link_id) == ("34212", None, None)
    assert found.is_signed_with(SECRET)


def test_secrets_and_signatures_do_not_show_in_what_is_logged() -> None:
    assert "lWd54" not in repr(read(claims()))
