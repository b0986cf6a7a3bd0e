"""Access tokens that the processes of the tool share, so that they ask a platform once.

Each statement is a transaction of its own: nobody waits for a platform on a lock.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import and_, delete, or_, update
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import AccessToken
from lti_tool.models import KeptToken
from lti_tool.services.progress import insert_into


class SharedTokens:
    """The ``TokenStore`` of ``TokenClient``. Safe to share among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, place: str) -> AccessToken | None:
        """Return the token of a place, were it over."""
        with self._database.reading() as db:
            row = db.get(KeptToken, place)
        if row is None or row.token is None or row.good_until is None:
            return None
        return AccessToken(row.token, row.good_until.timestamp())

    def claim(self, place: str, platform_id: int, moment: float, until: float) -> bool:
        """Take it upon us to ask for a token.

        ``False`` when another process does so, or has just got one.
        """
        values = {"platform_id": platform_id, "claimed_until": _time(until)}
        with self._database.transaction() as db:
            claimed = db.execute(
                insert_into(db, KeptToken)
                .values(place=place, **values)
                .on_conflict_do_update(
                    index_elements=["place"],
                    set_=values,
                    where=and_(
                        or_(
                            KeptToken.claimed_until.is_(None),
                            KeptToken.claimed_until <= _time(moment),
                        ),
                        or_(KeptToken.good_until.is_(None), KeptToken.good_until <= _time(moment)),
                    ),
                )
                .returning(KeptToken.place)
            )
            return claimed.scalar_one_or_none() is not None

    def keep(self, place: str, platform_id: int, token: AccessToken) -> None:
        """Share a token, and let go of the claim."""
        values = {
            "platform_id": platform_id,
            "token": token.value,
            "good_until": _time(token.good_until),
            "claimed_until": None,
        }
        with self._database.transaction() as db:
            db.execute(
                insert_into(db, KeptToken)
                .values(place=place, **values)
                .on_conflict_do_update(index_elements=["place"], set_=values)
            )

    def release(self, place: str) -> None:
        """Let go of the claim: no token came."""
        with self._database.transaction() as db:
            db.execute(update(KeptToken).where(KeptToken.place == place).values(claimed_until=None))

    def forget(self, place: str, value: str) -> None:
        """Forget this token, if it is still the one that is shared."""
        with self._database.transaction() as db:
            db.execute(
                update(KeptToken)
                .where(KeptToken.place == place, KeptToken.token == value)
                .values(token=None, good_until=None)
            )


def forget_access_tokens(db: Session) -> None:
    """Forget every token, in the caller's transaction: somebody may have the key behind them.

    Other processes use their own copies for ``LOOK_AGAIN_SECONDS`` at most.
    """
    db.execute(delete(KeptToken))


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
