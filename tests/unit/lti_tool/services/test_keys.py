"""The tool's keys: one, whoever asks first."""

from __future__ import annotations

import threading

from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.models import ToolKey
from lti_tool.services.keys import KeyRing


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


def test_the_newest_key_signs_and_all_are_published(database: Database) -> None:
    ring = KeyRing(database)
    first = ring.signing_key()
    other = KeyRing(database)
    with database.transaction() as db:
        pem = db.scalars(select(ToolKey.private_pem)).one()
        db.add(ToolKey(kid="newer", serial=2, private_pem=pem))
    assert other.signing_key().kid == "newer"
    assert ring.signing_key().kid == "newer"
    assert [key["kid"] for key in ring.key_set()["keys"]] == ["newer", first.kid]
