"""Tells the workers, once a transaction is kept, which platforms it has scores for.

The score itself is in the transaction. What is told here may be lost: a sweep finds the row.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.orm import Session

from lti_tool.database import Database

DUE = "platforms with scores due"
"""Under which name a session remembers them."""


class Announcer(Protocol):
    """What tells the workers: ``services.queue.JobQueue``."""

    def announce(self, platform_ids: Collection[int]) -> bool:
        """Say that these platforms have scores due; return whether somebody will hear."""


def note_due(db: Session, platform_id: int) -> None:
    """Remember that the transaction under way has a score for a platform."""
    db.info.setdefault(DUE, set()).add(platform_id)


def announce_when_kept(database: Database, announcer: Announcer) -> None:
    """Tell of each transaction's scores after it was kept, and of none that was undone."""

    def tell(db: Session) -> None:
        due: set[int] = db.info.pop(DUE, set())
        if due:
            announcer.announce(due)

    database.after_commit(tell)
