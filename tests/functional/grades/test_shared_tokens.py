"""Two processes with one database ask a platform for one token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from lti_tool.database import Database
from lti_tool.lti import SCORE_SCOPE, NoToken, SigningKey, TokenClient
from lti_tool.lti.tokens import LEASE_SECONDS, LOOK_AGAIN_SECONDS, ServiceCall
from lti_tool.models import KeptToken, Platform, now
from lti_tool.services.access_tokens import SharedTokens
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.keys import KeyRing
from tests.functional.grades.gradebook import Gradebook, Reply
from tests.seeding import seed_class

OTHER_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"


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
def platform(database: Database, gradebook: Gradebook) -> Platform:
    with database.transaction() as db:
        seeded = seed_class(db, platform_url=gradebook.url)
        return db.get_one(Platform, seeded.platform_id)


@pytest.fixture
def process(
    database_url: str, signing_key: SigningKey, clock: Clock
) -> Iterator[Callable[..., TokenClient]]:
    """Begin another process: an engine and a token client of its own."""
    opened: list[Database] = []

    def begin(**options: Any) -> TokenClient:
        opened.append(Database(database_url))
        return TokenClient(lambda: signing_key, clock, store=SharedTokens(opened[-1]), **options)

    yield begin
    for database in opened:
        database.close()


def test_two_processes_ask_once(
    process: Callable[..., TokenClient], platform: Platform, gradebook: Gradebook
) -> None:
    shown = [process().token(platform, [SCORE_SCOPE]) for _ in range(2)]

    assert shown == ["token-1", "token-1"]
    assert gradebook.tokens_issued == 1


def test_two_processes_that_begin_at_once_ask_once(
    process: Callable[..., TokenClient], platform: Platform, gradebook: Gradebook
) -> None:
    barrier = threading.Barrier(2)
    shown: list[str] = []

    def work(client: TokenClient) -> None:
        barrier.wait()
        shown.append(client.token(platform, [SCORE_SCOPE]))

    threads = [threading.Thread(target=work, args=(process(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert shown == ["token-1", "token-1"]
    assert gradebook.tokens_issued == 1


def test_another_registration_of_the_same_issuer_gets_a_token_of_its_own(
    process: Callable[..., TokenClient],
    database: Database,
    platform: Platform,
) -> None:
    with database.transaction() as db:
        other = Platform(
            name="LMS",
            issuer=platform.issuer,
            client_id="client-2",
            authorization_url=platform.authorization_url,
            token_url=platform.token_url,
            jwks_url=platform.jwks_url,
        )
        db.add(other)

    assert process().token(platform, [SCORE_SCOPE]) == "token-1"
    assert process().token(other, [SCORE_SCOPE]) == "token-2"
    assert process().token(platform, [SCORE_SCOPE]) == "token-1"


def test_each_set_of_scopes_has_a_token_of_its_own_in_whatever_order(
    process: Callable[..., TokenClient], platform: Platform
) -> None:
    client = process()

    assert client.token(platform, [SCORE_SCOPE]) == "token-1"
    assert client.token(platform, [SCORE_SCOPE, OTHER_SCOPE]) == "token-2"
    assert process().token(platform, [OTHER_SCOPE, SCORE_SCOPE]) == "token-2"


def test_a_token_is_replaced_before_it_ends(
    process: Callable[..., TokenClient], platform: Platform, clock: Clock
) -> None:
    client = process()
    client.token(platform, [SCORE_SCOPE])
    clock.now += 3600 - 59

    assert client.token(platform, [SCORE_SCOPE]) == "token-2"
    assert process().token(platform, [SCORE_SCOPE]) == "token-2"


def test_a_token_that_the_platform_refuses_is_replaced_for_all_and_only_once(
    process: Callable[..., TokenClient], platform: Platform, gradebook: Gradebook
) -> None:
    one, other = process(), process()
    for client in (one, other):
        client.token(platform, [SCORE_SCOPE])
    gradebook.replies.extend([Reply(401), Reply(200)] * 2)
    post = ServiceCall("POST", f"{gradebook.line_item()}", {}, b'{"userId": "user-1"}')

    assert one.call(platform, [SCORE_SCOPE], post).status == 200
    assert other.call(platform, [SCORE_SCOPE], post).status == 200
    assert gradebook.tokens_issued == 2, "the second process took the token of the first"


def test_a_process_that_died_while_it_asked_does_not_keep_the_others_from_asking(
    process: Callable[..., TokenClient], database: Database, platform: Platform, clock: Clock
) -> None:
    client = process(wait=lambda _seconds: None)
    client.token(platform, [SCORE_SCOPE])
    with database.transaction() as db:
        soon = datetime.fromtimestamp(clock.now + LEASE_SECONDS, UTC)
        db.execute(update(KeptToken).values(token=None, good_until=None, claimed_until=soon))

    late = process(wait=lambda _seconds: None)
    assert late.token(platform, [SCORE_SCOPE]) == "token-2", "after a while it asks on its own"
    clock.now += LEASE_SECONDS
    assert process().token(platform, [SCORE_SCOPE]) == "token-3"
    assert process().token(platform, [SCORE_SCOPE]) == "token-3"


def test_a_process_waits_for_the_token_that_another_one_is_asking_for(
    process: Callable[..., TokenClient], database: Database, platform: Platform, clock: Clock
) -> None:
    asking = SharedTokens(database)
    process().token(platform, [SCORE_SCOPE])
    with database.transaction() as db:
        db.execute(update(KeptToken).values(token=None, good_until=None))
    with database.reading() as db:
        place = db.scalars(select(KeptToken.place)).one()
    assert asking.claim(place, platform.id, clock.now, clock.now + LEASE_SECONDS)

    def answer(_seconds: float) -> None:
        with database.transaction() as db:
            later = datetime.fromtimestamp(clock.now + 3600, UTC)
            db.execute(update(KeptToken).values(token="of-the-other", good_until=later))

    assert process(wait=answer).token(platform, [SCORE_SCOPE]) == "of-the-other"


def test_a_platform_that_gives_no_token_is_asked_again_at_once_by_the_next(
    process: Callable[..., TokenClient], platform: Platform, gradebook: Gradebook
) -> None:
    gradebook.token_replies.append(Reply(401, "invalid_client"))
    client = process()
    with pytest.raises(NoToken):
        client.token(platform, [SCORE_SCOPE])

    assert client.token(platform, [SCORE_SCOPE]) == "token-1"


def test_the_tokens_go_with_a_platform_that_is_removed(
    process: Callable[..., TokenClient], database: Database, platform: Platform
) -> None:
    process().token(platform, [SCORE_SCOPE])
    with database.transaction() as db:
        db.execute(delete(Platform))
    with database.reading() as db:
        assert db.scalars(select(KeptToken)).all() == []


def test_a_compromised_key_takes_its_tokens_along(
    process: Callable[..., TokenClient], database: Database, platform: Platform, clock: Clock
) -> None:
    client = process()
    client.token(platform, [SCORE_SCOPE])

    KeyRing(database).replace_at_once()

    assert process().token(platform, [SCORE_SCOPE]) == "token-2"
    clock.now += LOOK_AGAIN_SECONDS
    assert client.token(platform, [SCORE_SCOPE]) == "token-2", "a copy serves for a minute only"


def test_a_token_that_is_long_over_is_forgotten(
    process: Callable[..., TokenClient], database: Database, platform: Platform
) -> None:
    process().token(platform, [SCORE_SCOPE])
    with database.transaction() as db:
        long_ago = now().replace(year=2020)
        db.execute(update(KeptToken).values(good_until=long_ago))

    forget_what_is_over(database)

    with database.reading() as db:
        assert db.scalars(select(KeptToken)).all() == []


def test_what_is_printed_of_a_token_does_not_tell_it(
    process: Callable[..., TokenClient], database: Database, platform: Platform
) -> None:
    value = process().token(platform, [SCORE_SCOPE])
    with database.reading() as db:
        place = db.scalars(select(KeptToken.place)).one()

    kept = SharedTokens(database).find(place)
    assert kept is not None
    assert kept.value == value
    assert value not in repr(kept)
