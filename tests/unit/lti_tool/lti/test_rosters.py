"""A class's list, page after page, over real HTTP: where the next page is, and when to stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lti_tool.lti import (
    RosterClient,
    ServiceError,
    ServiceFault,
    SigningKey,
    TokenClient,
    next_page,
    rosters,
    services,
)
from lti_tool.models import Platform
from tests.functional.instructor.registrar import Registrar, given, person
from tests.functional.launch.lms import Answer, Key, Server

HERE = "https://lms.example/classes/7/members?limit=2"
NEXT = "https://lms.example/classes/7/members?limit=2&from=2"


@pytest.mark.parametrize(
    "header",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f"<{NEXT}>;rel='next'",
        f'<{NEXT}>; REL="NEXT"',
        f'<{NEXT}>; type="application/json"; rel="next"',
        f'<{HERE}>; rel="current", <{NEXT}>; rel="next last", <{HERE}>; rel="first"',
        f'<{HERE}>; rel="prev",<{NEXT}>; rel="next"',
        f"<{NEXT.replace('&', '&amp;')}>; rel=“next”".encode().decode("latin-1"),
        '</classes/7/members?limit=2&from=2>; rel="next"',
        '<?limit=2&from=2>; rel="next"',
    ],
)
def test_the_next_page_is_found_however_it_is_written(header: str) -> None:
    assert next_page(header, HERE) == NEXT


def test_an_address_may_hold_commas_semicolons_and_capitals() -> None:
    address = "https://lms.example/Members?groups=1,2;3&cursor=AbC"

    assert next_page(f'<{address}>; rel="next"', HERE) == address


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f'<{NEXT}>; rel="prev"',
        f'<{NEXT}>; rel="nextish"',
        f'<{NEXT}>; title="next"',
        f'<{NEXT}>; rel="differences"',
        NEXT,
        "<" * 20_000,
    ],
)
def test_a_header_that_names_no_next_page_ends_the_list(header: str) -> None:
    assert next_page(header, HERE) is None


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "file:///etc/passwd", "https://[", "ftp://lms.example/2"]
)
def test_a_next_page_that_is_no_web_address_makes_the_list_unreadable(target: str) -> None:
    with pytest.raises(ServiceError) as caught:
        next_page(f'<{target}>; rel="next"', HERE)

    assert caught.value.fault is ServiceFault.UNREADABLE


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("tool-key")


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Server().running() as server:
        registrar = Registrar(server)
        registrar.members = [person(number) for number in range(1, 8)]
        registrar.page_size = 2
        yield registrar


@pytest.fixture
def platform(registrar: Registrar) -> Platform:
    return Platform(
        issuer="https://lms.example",
        client_id="client-1",
        authorization_url="https://lms.example/auth",
        token_url=f"{registrar.server.url}/token",
        jwks_url="https://lms.example/jwks",
        service_origins=[],
    )


@pytest.fixture
def client(key: Key) -> RosterClient:
    signing = SigningKey(key.kid, key.private)
    return RosterClient(TokenClient(lambda: signing))


def fault_of(client: RosterClient, platform: Platform, registrar: Registrar) -> ServiceFault:
    """Ask for the list, which must not come; return why not."""
    with pytest.raises(ServiceError) as caught:
        client.roster(platform, registrar.url)
    return caught.value.fault


def test_every_page_is_read_once(
    client: RosterClient, platform: Platform, registrar: Registrar
) -> None:
    found = client.roster(platform, registrar.url).members

    assert [member.user_id for member in found] == [f"user-{number}" for number in range(1, 8)]
    assert len(registrar.calls) == 4
    assert registrar.queries()[0]["limit"] == ["200"]
    assert "role" not in registrar.queries()[0]


def test_pages_that_lead_back_to_one_another_are_given_up(
    client: RosterClient, platform: Platform, registrar: Registrar
) -> None:
    registrar.link = f'<{registrar.url}&from=2>; rel="next"'

    assert fault_of(client, platform, registrar) is ServiceFault.UNREADABLE
    assert len(registrar.calls) == 2


def test_pages_without_an_end_are_given_up(
    client: RosterClient,
    platform: Platform,
    registrar: Registrar,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "MOST_PAGES", 3)

    assert fault_of(client, platform, registrar) is ServiceFault.UNREADABLE
    assert len(registrar.calls) == 3


def test_a_list_that_is_too_long_is_given_up(
    client: RosterClient,
    platform: Platform,
    registrar: Registrar,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rosters, "MOST_MEMBERS", 3)

    assert fault_of(client, platform, registrar) is ServiceFault.TOO_LONG
    assert len(registrar.calls) == 2


def test_a_page_that_is_too_large_is_given_up(
    client: RosterClient, platform: Platform, registrar: Registrar
) -> None:
    registrar.members[0]["picture"] = "x" * 1_100_000

    assert fault_of(client, platform, registrar) is ServiceFault.UNREACHABLE


def test_a_list_that_takes_too_long_is_given_up(
    key: Key, platform: Platform, registrar: Registrar
) -> None:
    seconds = iter((0.0, 1.0, services.TOTAL_SECONDS + 1))
    signing = SigningKey(key.kid, key.private)
    slow = RosterClient(TokenClient(lambda: signing), monotonic=lambda: next(seconds))

    assert fault_of(slow, platform, registrar) is ServiceFault.UNREACHABLE
    assert len(registrar.calls) == 1


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Answer(500), ServiceFault.PLATFORM_ERROR),
        (Answer(429), ServiceFault.BUSY),
        (Answer(403), ServiceFault.NOT_ALLOWED),
        (Answer(404), ServiceFault.GONE),
        (Answer(410), ServiceFault.GONE),
        (Answer(400), ServiceFault.REFUSED),
        (Answer(302, b"", {"Location": "/members?class=7"}), ServiceFault.REFUSED),
        (Answer(200, b"<html>Sign in</html>"), ServiceFault.UNREADABLE),
        (Answer(200, b"[" * 100_000), ServiceFault.UNREADABLE),
        (Answer(200, b"\xff\xfe"), ServiceFault.UNREADABLE),
        (given([]), ServiceFault.UNREADABLE),
        (given({"members": {}}), ServiceFault.UNREADABLE),
    ],
)
def test_an_answer_that_is_no_list_has_its_fault(
    client: RosterClient,
    platform: Platform,
    registrar: Registrar,
    reply: Answer,
    fault: ServiceFault,
) -> None:
    registrar.replies.append(reply)

    assert fault_of(client, platform, registrar) is fault
    assert len(registrar.calls) == 1


def test_a_list_that_breaks_off_is_not_given_by_half(
    client: RosterClient, platform: Platform, registrar: Registrar
) -> None:
    registrar.replies += [
        given({"members": [person(1)]}, Link=f'<{registrar.url}&from=2>; rel="next"'),
        Answer(503),
    ]

    assert fault_of(client, platform, registrar) is ServiceFault.PLATFORM_ERROR
