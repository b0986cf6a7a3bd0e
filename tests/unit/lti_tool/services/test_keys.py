"""The tool's keys: one, whoever asks first, and its successors."""

from __future__ import annotations

import threading

import jwt
import pytest
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.models import ToolKey, now
from lti_tool.services.housekeeping import forget_what_is_over
from lti_tool.services.keys import (
    ANNOUNCED_FOR,
    KEPT_FOR,
    KeyRing,
    KeyUse,
    RotationUnderWay,
)


def test_the_first_key_is_made_once_by_many_at_the_same_time(database: Database) -> None:
    together = threading.Barrier(4)
    names: list[str] = []

    def ask() -> None:
        ring = KeyRing(database)
        together.wait()
        names.append(ring.signing_key().kid)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        (kid,) = db.scalars(select(ToolKey.kid))
    assert names == [kid] * 4


def test_a_new_key_is_announced_before_it_signs(database: Database) -> None:
    ring = KeyRing(database)
    first = ring.signing_key().kid
    ring.rotate()
    newer, older = ring.known_keys()
    assert (newer.use, older.use) == (KeyUse.ANNOUNCED, KeyUse.SIGNING)
    assert ring.signing_key().kid == older.kid == first
    assert published(ring) == [newer.kid, first]


def test_an_announced_key_signs_in_every_process_and_the_old_one_is_kept(
    database: Database,
) -> None:
    ring, other = KeyRing(database), KeyRing(database)
    first = ring.signing_key().kid
    ring.rotate(now() - ANNOUNCED_FOR)
    newer, older = ring.known_keys()
    assert (newer.use, older.use) == (KeyUse.SIGNING, KeyUse.KEPT)
    assert ring.signing_key().kid == other.signing_key().kid == newer.kid
    assert published(other) == [newer.kid, first]


def test_a_key_is_forgotten_a_day_after_its_last_signature(database: Database) -> None:
    ring = KeyRing(database)
    ring.signing_key()
    ring.rotate(now() - ANNOUNCED_FOR - KEPT_FOR)
    (signing,) = ring.known_keys()
    assert published(ring) == [signing.kid]
    forget_what_is_over(database)
    with database.reading() as db:
        assert list(db.scalars(select(ToolKey.kid))) == [signing.kid]


def test_the_keys_that_still_serve_are_not_forgotten(database: Database) -> None:
    ring = KeyRing(database)
    ring.signing_key()
    ring.rotate(now() - ANNOUNCED_FOR)
    forget_what_is_over(database)
    assert len(ring.known_keys()) == 2


def test_a_second_rotation_waits_for_the_first(database: Database) -> None:
    ring = KeyRing(database)
    ring.rotate()
    with pytest.raises(RotationUnderWay):
        ring.rotate()
    assert len(ring.known_keys()) == 2


def test_of_rotations_at_the_same_time_one_counts(database: Database) -> None:
    KeyRing(database).make_first_key()
    together = threading.Barrier(4)
    refused: list[bool] = []

    def rotate() -> None:
        ring = KeyRing(database)
        together.wait()
        try:
            ring.rotate()
        except RotationUnderWay:
            refused.append(True)

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(KeyRing(database).known_keys()) == 2


def test_a_key_that_somebody_may_have_is_gone_at_once(database: Database) -> None:
    ring = KeyRing(database)
    stolen = ring.signing_key().kid
    ring.replace_at_once()
    assert ring.signing_key().kid != stolen
    assert published(ring) == [ring.signing_key().kid]


def test_what_an_old_key_signed_can_still_be_checked_while_a_new_one_signs(
    database: Database,
) -> None:
    ring = KeyRing(database)
    before = ring.signing_key().sign({"signed": "before"})
    ring.rotate(now() - ANNOUNCED_FOR)
    after = ring.signing_key().sign({"signed": "after"})
    keys = jwt.PyJWKSet.from_dict(dict(ring.key_set()))
    for token, said in ((before, "before"), (after, "after")):
        key = keys[jwt.get_unverified_header(token)["kid"]]
        assert jwt.decode(token, key, ["RS256"]) == {"signed": said}


def test_a_key_is_read_from_its_text_once(database: Database) -> None:
    ring = KeyRing(database)
    assert ring.signing_key().key is ring.signing_key().key


def published(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.key_set()["keys"]]
