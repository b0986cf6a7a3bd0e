"""Forgets what is over: logins, sessions, choices, invitations, tokens, keys, notices, refusals."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from lti_tool.database import Database
from lti_tool.models import (
    ContentSelection,
    Invitation,
    KeptToken,
    Notice,
    UsedLogin,
    WindowSession,
    now,
)
from lti_tool.services.administration import forget_old_entrances
from lti_tool.services.dispatch_licences import forget_old_seats
from lti_tool.services.export_jobs import forget_old_jobs
from lti_tool.services.keys import forget_replaced_keys
from lti_tool.services.refusal_book import forget_old_refusals
from lti_tool.services.sync_nights import forget_old_syncs

LOGINS_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=30)
INVITATIONS_KEPT = timedelta(days=30)
TOKENS_KEPT = timedelta(days=1)
NOTICES_KEPT = timedelta(days=90)
"""Many times longer than the tokens that brought them could come again."""


def forget_what_is_over(database: Database) -> None:
    """Delete rows that serve nobody any more.

    A used login stays for a day after its state has ended, so that no difference between two
    machines' clocks lets it serve again. An ended session stays for a month: it says which
    links a learner has opened. So does an invitation that is over: whoever still holds it
    reads that it was used, or came too late.
    """
    moment = now()
    with database.transaction() as db:
        db.execute(delete(UsedLogin).where(UsedLogin.expires_at < moment - LOGINS_KEPT))
        db.execute(delete(ContentSelection).where(ContentSelection.expires_at < moment))
        db.execute(delete(WindowSession).where(WindowSession.expires_at < moment - SESSIONS_KEPT))
        db.execute(delete(Invitation).where(Invitation.expires_at < moment - INVITATIONS_KEPT))
        db.execute(delete(KeptToken).where(KeptToken.good_until < moment - TOKENS_KEPT))
        forget_replaced_keys(db, moment)
        db.execute(delete(Notice).where(Notice.received_at < moment - NOTICES_KEPT))
        forget_old_refusals(db, moment)
        forget_old_entrances(db, moment)
        forget_old_seats(db, moment)
        forget_old_jobs(db, moment)
        forget_old_syncs(db, moment)
