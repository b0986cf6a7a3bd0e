"""The tool's own clients against a platform's gradebook that lti1p3platform serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from classroom.accounts import OTHER_STUDENT, STUDENT
from classroom.app import EXTENSION, create_app
from classroom.classroom import Classroom
from classroom.messages import Addresses
from classroom.options import CLIENT_ID, Options
from lti_tool.lti import (
    LineItemClient,
    NewColumn,
    Score,
    ScoreClient,
    ServiceError,
    ServiceFault,
    SigningKey,
    TokenClient,
    line_items,
)
from lti_tool.models import Platform
from tests.functional.classroom.stranger import Stranger
from tests.servers import free_ports


@pytest.fixture
def classroom(options: Options) -> Iterator[Classroom]:
    """The classroom on a port of its own, for the tool whose keys the stranger publishes."""
    (port,) = free_ports(1)
    here = Options(f"http://127.0.0.1:{port}", options.tool_url, Path(options.data))
    app = create_app(here)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    classroom: Classroom = app.extensions[EXTENSION]
    yield classroom
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def platform(classroom: Classroom) -> Platform:
    here = classroom.options
    return Platform(
        issuer=here.url,
        client_id=CLIENT_ID,
        authorization_url=here.authorization_url,
        token_url=here.token_url,
        jwks_url=here.jwks_url,
        service_origins=[],
    )


@pytest.fixture
def tokens(tool: Stranger) -> TokenClient:
    key = SigningKey("key-1", tool.private_key)
    return TokenClient(lambda: key)


@pytest.fixture
def line_items_url(classroom: Classroom) -> str:
    return Addresses(classroom.options).line_items(classroom.store.course_id)


def test_a_column_is_made_found_changed_and_removed(
    classroom: Classroom,
    platform: Platform,
    tokens: TokenClient,
    line_items_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_items, "PAGE_ITEMS", 1)
    client = LineItemClient(tokens)
    link = classroom.store.links()[0]
    before = client.columns(platform, line_items_url)
    assert len(before) == 2, "a page for each column of the two links"

    made = client.create(
        platform, line_items_url, NewColumn("Quiz", 20, link.id, "cours/quiz", "arrimage-1")
    )
    found = client.columns(
        platform,
        line_items_url,
        resource_link_id=link.id,
        resource_id="cours/quiz",
        tag="arrimage-1",
    )
    assert [column.url for column in found] == [made.url]

    client.update(platform, found[0], "Devoir", 40)
    changed = client.column(platform, made.url)
    assert (changed.label, changed.maximum, changed.tag) == ("Devoir", 40, "arrimage-1")
    assert changed.resource_link_id == link.id

    client.remove(platform, made.url)
    with pytest.raises(ServiceError) as caught:
        client.column(platform, made.url)
    assert caught.value.fault is ServiceFault.GONE
    assert client.columns(platform, line_items_url) == before


def test_scores_are_read_back_page_after_page(
    classroom: Classroom,
    platform: Platform,
    tokens: TokenClient,
    line_items_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_items, "PAGE_ITEMS", 1)
    client = LineItemClient(tokens)
    made = client.create(platform, line_items_url, NewColumn("Quiz", 20, None, "cours/quiz", "a"))
    moment = datetime.now(UTC)
    for student, points in ((STUDENT, 50.0), (OTHER_STUDENT, 75.0)):
        ScoreClient(tokens).post_score(
            platform, made.url, Score(student.user_id, points, 100.0, moment)
        )

    shares = {result.user_id: result.share for result in client.results(platform, made.url)}
    assert shares == {STUDENT.user_id: 0.5, OTHER_STUDENT.user_id: 0.75}
    (own,) = client.results(platform, made.url, OTHER_STUDENT.user_id)
    assert (own.score, own.maximum) == (15, 20)
    assert len(classroom.store.grades()) == 2
