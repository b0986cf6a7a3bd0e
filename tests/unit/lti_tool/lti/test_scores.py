"""Scores and tokens, over real HTTP to a server that answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import jwt
import pytest

from lti_tool.lti import (
    SCORE_SCOPE,
    NoToken,
    Outdated,
    Refused,
    Score,
    ScoreClient,
    ScoreError,
    SigningKey,
    Temporary,
    TokenClient,
)
from lti_tool.models import Platform
from tests.functional.launch.lms import Answer, Asked, Key, Server

SCORE = Score("person-1", 82.5, 100, datetime(2026, 11, 23, 12, 30, 5, tzinfo=UTC))
ITEM = "/7/lineitems/3/lineitem"
QUERY = "?type_id=2"


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("tool-key")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        running.answers["/token"] = Answer(body=token_answer("token-1"))
        running.answers[f"{ITEM}/scores"] = Answer(200)
        yield running


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(
        issuer="https://lms.example",
        client_id="client-1",
        authorization_url=f"{server.url}/auth",
        token_url=f"{server.url}/token",
        jwks_url=f"{server.url}/jwks",
        service_origins=[],
    )


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(key: Key, clock: Clock) -> ScoreClient:
    signing = SigningKey(key.kid, key.private)
    return ScoreClient(TokenClient(lambda: signing, clock))


def token_answer(token: object, **more: object) -> bytes:
    given = {"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more}
    return json.dumps(given).encode()


def post(client: ScoreClient, platform: Platform, server: Server) -> None:
    client.post_score(platform, f"{server.url}{ITEM}{QUERY}", SCORE)


def test_a_score_goes_before_the_query_with_the_exact_media_type(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    post(client, platform, server)
    (asked,) = server.asked_at(f"{ITEM}/scores")
    assert asked.path == f"{ITEM}/scores?type_id=2"
    assert asked.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
    assert asked.headers["authorization"] == "Bearer token-1"
    assert json.loads(asked.body) == {
        "userId": "person-1",
        "scoreGiven": 82.5,
        "scoreMaximum": 100,
        "timestamp": "2026-11-23T12:30:05.000Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }


def test_a_score_of_zero_is_still_given(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    client.post_score(platform, f"{server.url}{ITEM}", Score("p", 0.0, 100, SCORE.timestamp))
    assert json.loads(server.asked_at(f"{ITEM}/scores")[0].body)["scoreGiven"] == 0


def test_nothing_of_a_line_item_s_query_is_lost(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    client.post_score(platform, f"{server.url}{ITEM}/?a=1?2&b=%3F", SCORE)
    assert server.asked_at(f"{ITEM}/scores")[0].path == f"{ITEM}/scores?a=1?2&b=%3F"


def test_a_token_is_asked_for_as_platforms_want_it(
    client: ScoreClient, platform: Platform, server: Server, key: Key
) -> None:
    post(client, platform, server)
    (asked,) = server.asked_at("/token")
    form = asked.form
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == SCORE_SCOPE
    assertion = form["client_assertion"]
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT", "kid": key.kid}
    claims = jwt.decode(
        assertion, key.private.public_key(), algorithms=["RS256"], audience=platform.token_url
    )
    assert claims["iss"] == claims["sub"] == "client-1"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["jti"]


def test_the_audience_of_a_token_can_be_the_one_that_the_platform_wants(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    platform.token_audience = "https://lms.example"
    post(client, platform, server)
    assertion = server.asked_at("/token")[0].form["client_assertion"]
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert claims["aud"] == "https://lms.example"


def test_a_token_serves_until_shortly_before_its_end(
    client: ScoreClient, platform: Platform, server: Server, clock: Clock
) -> None:
    post(client, platform, server)
    clock.now += 3500
    post(client, platform, server)
    assert len(server.asked_at("/token")) == 1
    clock.now += 60
    post(client, platform, server)
    assert len(server.asked_at("/token")) == 2


def test_two_registrations_of_one_issuer_never_share_a_token(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    server.answers["/token"] = one_after_the_other(
        Answer(body=token_answer("of-client-1")), Answer(body=token_answer("of-client-2"))
    )
    post(client, platform, server)
    platform.client_id = "client-2"
    post(client, platform, server)
    shown = [asked.headers["authorization"] for asked in server.asked_at(f"{ITEM}/scores")]
    assert shown == ["Bearer of-client-1", "Bearer of-client-2"]


def one_after_the_other(*answers: Answer) -> Callable[[Asked], Answer]:
    left = list(answers)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]


def test_a_token_that_the_platform_no_longer_takes_is_replaced_once(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    server.answers["/token"] = one_after_the_other(
        Answer(body=token_answer("old")), Answer(body=token_answer("new"))
    )
    server.answers[f"{ITEM}/scores"] = one_after_the_other(Answer(401), Answer(204))
    post(client, platform, server)
    shown = [asked.headers["authorization"] for asked in server.asked_at(f"{ITEM}/scores")]
    assert shown == ["Bearer old", "Bearer new"]


def test_a_platform_that_takes_no_token_at_all_is_left_alone(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    server.answers[f"{ITEM}/scores"] = Answer(401, b"no")
    with pytest.raises(NoToken) as raised:
        post(client, platform, server)
    assert raised.value.status == 401
    assert len(server.asked_at(f"{ITEM}/scores")) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (403, Refused),
        (404, Refused),
        (302, Refused),
        (409, Outdated),
        (408, Temporary),
        (429, Temporary),
        (500, Temporary),
        (503, Temporary),
    ],
)
def test_each_answer_of_a_gradebook_is_called_by_its_name(
    status: int,
    kind: type[ScoreError],
    client: ScoreClient,
    platform: Platform,
    server: Server,
) -> None:
    body = b"Incorrect score\x00\n received" + b"x" * 5000
    server.answers[f"{ITEM}/scores"] = Answer(status, body, {"Location": f"{server.url}/other"})
    with pytest.raises(ScoreError) as raised:
        post(client, platform, server)
    assert type(raised.value) is kind
    assert raised.value.status == status
    assert raised.value.body.startswith("Incorrect score received")
    assert len(raised.value.body) <= 300
    assert server.asked_at("/other") == [], "no token follows a redirect"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("99999999999999", timedelta(days=1)),
        ("soon", None),
        ("", None),
    ],
)
def test_a_platform_may_say_how_long_to_wait(
    header: str,
    expected: timedelta | None,
    client: ScoreClient,
    platform: Platform,
    server: Server,
) -> None:
    server.answers[f"{ITEM}/scores"] = Answer(503, b"", {"Retry-After": header})
    with pytest.raises(Temporary) as raised:
        post(client, platform, server)
    assert raised.value.retry_after == expected


def test_a_platform_may_say_until_when_to_wait(
    client: ScoreClient, platform: Platform, server: Server
) -> None:
    moment = datetime.now(UTC) + timedelta(minutes=10)
    date = format_datetime(moment, usegmt=True)
    server.answers[f"{ITEM}/scores"] = Answer(429, b"", {"Retry-After": date})
    with pytest.raises(Temporary) as raised:
        post(client, platform, server)
    assert raised.value.retry_after is not None
    assert timedelta(minutes=9) < raised.value.retry_after <= timedelta(minutes=10)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/lineitem",
        "http://127.0.0.1:1/lineitem",
        "ftp://lms.example/lineitem",
        "javascript:alert(1)",
        "",
        "http://[::1",
    ],
)
def test_no_token_is_asked_for_or_sent_to_a_host_that_is_not_the_platform_s(
    url: str, client: ScoreClient, platform: Platform, server: Server
) -> None:
    with pytest.raises(Refused, match="registered"):
        client.post_score(platform, url, SCORE)
    assert server.asked == []


def test_a_host_that_is_registered_for_services_gets_scores(
    client: ScoreClient, platform: Platform
) -> None:
    with Server().running() as gradebook:
        gradebook.answers[f"{ITEM}/scores"] = Answer(200)
        platform.service_origins = [gradebook.url]
        post(client, platform, gradebook)
        assert len(gradebook.asked_at(f"{ITEM}/scores")) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, b'{"error": "invalid_client"}'), NoToken),
        (Answer(401), NoToken),
        (Answer(302, b"", {"Location": "/elsewhere"}), NoToken),
        (Answer(200, b"<html>"), NoToken),
        (Answer(200, b"[]"), NoToken),
        (Answer(200, b"{}"), NoToken),
        (Answer(200, token_answer("a\r\nX-Injected: 1")), NoToken),
        (Answer(200, token_answer(7)), NoToken),
        (Answer(200, token_answer("t", expires_in="soon")), NoToken),
        (Answer(503), Temporary),
        (Answer(429), Temporary),
        (Answer(200, b"x" * 1_100_000), Temporary),
    ],
)
def test_a_platform_that_gives_no_token_gets_no_score(
    answer: Answer,
    kind: type[ScoreError],
    client: ScoreClient,
    platform: Platform,
    server: Server,
) -> None:
    server.answers["/token"] = answer
    with pytest.raises(ScoreError) as raised:
        post(client, platform, server)
    assert type(raised.value) is kind
    assert server.asked_at(f"{ITEM}/scores") == []


def test_a_platform_that_does_not_answer_is_tried_later(
    client: ScoreClient, platform: Platform
) -> None:
    platform.token_url = "http://127.0.0.1:1/token"
    platform.jwks_url = "http://127.0.0.1:1/jwks"
    with pytest.raises(Temporary):
        client.post_score(platform, "http://127.0.0.1:1/lineitem", SCORE)


def test_credentials_of_a_netrc_file_are_never_sent(
    client: ScoreClient,
    platform: Platform,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login root password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    post(client, platform, server)
    assert "authorization" not in server.asked_at("/token")[0].headers
    assert server.asked_at(f"{ITEM}/scores")[0].headers["authorization"] == "Bearer token-1"
