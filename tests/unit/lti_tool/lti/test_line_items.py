"""Columns listed, made, changed and removed, and results read, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lti_tool.lti import (
    LineItemClient,
    NewColumn,
    ServiceError,
    ServiceFault,
    SigningKey,
    TokenClient,
    line_items,
)
from lti_tool.models import Platform
from tests.functional.grades.columns import Columns
from tests.functional.instructor.registrar import given
from tests.functional.launch.lms import Answer, Key, Server

QUIZ = NewColumn("Quiz 1", 20, "link-1", "cours/quiz-un", "arrimage-1")


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("tool-key")


@pytest.fixture
def columns() -> Iterator[Columns]:
    with Server().running() as server:
        yield Columns(server)


@pytest.fixture
def platform(columns: Columns) -> Platform:
    return Platform(
        issuer="https://lms.example",
        client_id="client-1",
        authorization_url="https://lms.example/auth",
        token_url=f"{columns.server.url}/token",
        jwks_url="https://lms.example/jwks",
        service_origins=[],
    )


@pytest.fixture
def client(key: Key) -> LineItemClient:
    signing = SigningKey(key.kid, key.private)
    return LineItemClient(TokenClient(lambda: signing))


def test_every_page_of_the_columns_is_read(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    for _ in range(5):
        columns.add()
    columns.page_size = 2

    found = client.columns(platform, columns.url)

    assert [column.label for column in found] == [f"Colonne {number}" for number in range(1, 6)]
    assert found[0].url == columns.address(1)
    assert len(columns.calls("GET")) == 3
    assert "limit=100" in columns.calls("GET")[0].path


@pytest.mark.parametrize("reads_filters", [True, False])
def test_a_filter_holds_also_where_the_platform_forgets_it(
    client: LineItemClient, platform: Platform, columns: Columns, reads_filters: bool
) -> None:
    columns.reads_filters = reads_filters
    ours = columns.add(resourceLinkId="link-1", resourceId="cours/quiz-un", tag="arrimage-1")
    columns.add(resourceLinkId="link-1", resourceId="cours/quiz-un")
    columns.add(resourceLinkId="link-2", resourceId="cours/quiz-un", tag="arrimage-1")
    columns.add(resourceLinkId="link-1", resourceId="cours/quiz-deux", tag="arrimage-1")
    columns.page_size = 1

    found = client.columns(
        platform,
        columns.url,
        resource_link_id="link-1",
        resource_id="cours/quiz-un",
        tag="arrimage-1",
    )

    assert [column.url for column in found] == [ours]


def test_a_column_is_made_as_platforms_want_it(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    made = client.create(platform, columns.url, QUIZ)

    (asked,) = columns.calls("POST")
    assert asked.headers["content-type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert json.loads(asked.body) == {
        "label": "Quiz 1",
        "scoreMaximum": 20,
        "resourceLinkId": "link-1",
        "resourceId": "cours/quiz-un",
        "tag": "arrimage-1",
    }
    assert made.url == columns.address(1)
    assert client.column(platform, made.url) == made


def test_a_change_keeps_what_the_platform_said_besides(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    more = {"https://lms.example/own": {"a": [1]}, "startDateTime": "2026-11-23T12:00:00Z"}
    url = columns.add(resourceLinkId="link-1", tag="arrimage-1", **more)

    client.update(platform, client.column(platform, url), "Devoir", 40)

    assert columns.items[1] == {
        "id": url,
        "label": "Devoir",
        "scoreMaximum": 40,
        "resourceLinkId": "link-1",
        "tag": "arrimage-1",
        **more,
    }


def test_a_column_is_removed_and_removing_it_again_is_no_error(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    url = columns.add()

    client.remove(platform, url)
    client.remove(platform, url)

    assert columns.items == {}
    assert len(columns.calls("DELETE")) == 2


def test_results_are_read_page_after_page_before_the_query(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    url = columns.add()
    columns.results[1] = [
        {"userId": f"user-{number}", "resultScore": number, "resultMaximum": 4}
        for number in range(1, 6)
    ]
    columns.page_size = 2

    found = client.results(platform, url)

    assert [(result.user_id, result.share) for result in found] == [
        ("user-1", 0.25),
        ("user-2", 0.5),
        ("user-3", 0.75),
        ("user-4", 1.0),
        ("user-5", 1.25),
    ]
    assert columns.calls("GET")[0].path.startswith("/7/lineitems/1/lineitem/results?type_id=3&")


def test_the_result_of_one_person_can_be_asked_for(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    url = columns.add()
    columns.results[1] = [
        {"userId": f"user-{number}", "resultScore": 1, "resultMaximum": 1} for number in (1, 2)
    ]

    (found,) = client.results(platform, url, "user-2")

    assert found.user_id == "user-2"
    assert "user_id=user-2" in columns.calls("GET")[0].path


def test_a_result_without_a_grade_or_of_nobody_is_told_from_a_zero(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    url = columns.add()
    columns.results[1] = [
        {"userId": "nothing"},
        {"userId": "zero", "resultScore": 0, "resultMaximum": 10},
        {"userId": "strange", "resultScore": "many", "resultMaximum": -1},
        {"userId": "huge", "resultScore": 10**400},
        {"resultScore": 1},
        "not a result",  # type: ignore[list-item]  # a platform may say anything
    ]
    columns.server.answers["/7/lineitems/1/lineitem/results"] = given(columns.results[1])

    shares = {result.user_id: result.share for result in client.results(platform, url)}

    assert shares == {"nothing": None, "zero": 0.0, "strange": None, "huge": None}


@pytest.mark.parametrize(
    "url", ["https://evil.example/lineitems", "javascript:alert(1)", "", "http://[::1"]
)
def test_no_token_goes_to_a_host_that_is_not_the_platform_s(
    client: LineItemClient, platform: Platform, columns: Columns, url: str
) -> None:
    calls = (
        lambda: client.columns(platform, url),
        lambda: client.column(platform, url),
        lambda: client.create(platform, url, QUIZ),
        lambda: client.remove(platform, url),
        lambda: client.results(platform, url),
    )
    for call in calls:
        with pytest.raises(ServiceError) as caught:
            call()
        assert caught.value.fault is ServiceFault.FOREIGN_ADDRESS
    assert columns.server.asked == []


def test_no_token_follows_a_next_page_to_another_host(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    columns.replies.append(
        given([], Link='<https://evil.example/lineitems?page=2>; rel="next"'),
    )

    with pytest.raises(ServiceError) as caught:
        client.columns(platform, columns.url)

    assert caught.value.fault is ServiceFault.FOREIGN_ADDRESS


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Answer(500), ServiceFault.PLATFORM_ERROR),
        (Answer(503), ServiceFault.PLATFORM_ERROR),
        (Answer(429), ServiceFault.BUSY),
        (Answer(403), ServiceFault.NOT_ALLOWED),
        (Answer(404), ServiceFault.GONE),
        (Answer(400), ServiceFault.REFUSED),
        (Answer(200, b"<html>"), ServiceFault.UNREADABLE),
        (Answer(200, b"[" * 100_000), ServiceFault.UNREADABLE),
        (given({"items": []}), ServiceFault.UNREADABLE),
        (given([7]), ServiceFault.UNREADABLE),
        (given([{"label": "without an address"}]), ServiceFault.UNREADABLE),
        (given([{"id": "javascript:alert(1)"}]), ServiceFault.UNREADABLE),
        (Answer(200, b"x" * 1_100_000), ServiceFault.UNREACHABLE),
    ],
)
def test_an_answer_that_is_no_list_has_its_fault(
    client: LineItemClient,
    platform: Platform,
    columns: Columns,
    reply: Answer,
    fault: ServiceFault,
) -> None:
    columns.replies.append(reply)

    with pytest.raises(ServiceError) as caught:
        client.columns(platform, columns.url)

    assert caught.value.fault is fault


def test_lists_without_an_end_are_given_up(
    client: LineItemClient,
    platform: Platform,
    columns: Columns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = columns.add()
    columns.add()
    columns.results[1] = [{"userId": f"user-{number}"} for number in range(3)]
    monkeypatch.setattr(line_items, "MOST_COLUMNS", 1)
    monkeypatch.setattr(line_items, "MOST_RESULTS", 1)

    for call in (
        lambda: client.columns(platform, columns.url),
        lambda: client.results(platform, url),
    ):
        with pytest.raises(ServiceError) as caught:
            call()
        assert caught.value.fault is ServiceFault.TOO_LONG


def test_a_label_from_a_platform_is_harmless_to_store(
    client: LineItemClient, platform: Platform, columns: Columns
) -> None:
    columns.add(label="a\x00b" + "c" * 2000, scoreMaximum="many", resourceId=12)

    (found,) = client.columns(platform, columns.url)

    assert found.label.startswith("a bc")
    assert len(found.label) <= 300
    assert found.maximum is None
    assert found.resource_id == "12"
