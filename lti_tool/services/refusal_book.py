"""Refusals and errors of ours, kept under the reference numbers that pages show.

Anybody can cause a refusal, as often as they like. So that a flood neither fills the
database nor makes it work, each process writes a limited number a minute, of each kind and
in all; the log has the others. What is asked for in vain has a budget of its own: whoever
tries addresses that are not there uses up no refused launch's place. ``forget_old_refusals``
bounds what is kept.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from lti_tool.database import Database
from lti_tool.lti import Fault, LaunchRefused, RegistrationFault, RegistrationRefused
from lti_tool.models import Refusal
from lti_tool.services.dispatch_refusals import (
    DISPATCH_EXPLANATIONS,
    DispatchFault,
    DispatchRefused,
)
from lti_tool.services.page_refusals import page_explanation
from lti_tool.services.refusals import (
    EXPLANATIONS,
    N_,
    REFERENCE_LENGTH,
    REFERENCE_LETTERS,
    Explanation,
    Mender,
    new_reference,
)
from lti_tool.services.registration_refusals import REGISTRATION_EXPLANATIONS

log = logging.getLogger(__name__)

LONGEST_DETAIL = 500
LONGEST_ISSUER = 500
MINUTE = 60.0
MOST_A_MINUTE = 60
MOST_OF_A_KIND_A_MINUTE = 20
MOST_IN_VAIN_A_MINUTE = 10
"""Pages that do not exist, and sessions that are over, kept by a process in a minute."""
MOST_KEPT = 20_000
KEPT_FOR = timedelta(days=90)
INTERNAL = "internal"

THE_VISITOR = N_("La personne qui ouvre l’activité")
INTERNAL_EXPLANATION = Explanation(
    500,
    N_("L’outil a rencontré une erreur qui vient de lui."),
    N_(
        "Cherchez la référence dans le journal du serveur, puis transmettez ce qui s’y trouve aux "
        "personnes qui développent l’outil."
    ),
    Mender.MAINTAINER,
)


class Budget:
    """How much may be written in a minute, of each kind and in all. Safe among threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, most: int = MOST_A_MINUTE
    ) -> None:
        self._clock = clock
        self._most = most
        self._began = clock()
        self._spent: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def spend(self, kind: str) -> bool:
        """Whether one more may be written now; if so, it is counted."""
        with self._lock:
            if self._clock() - self._began >= MINUTE:
                self._began = self._clock()
                self._spent.clear()
            if (
                sum(self._spent.values()) >= self._most
                or self._spent[kind] >= MOST_OF_A_KIND_A_MINUTE
            ):
                return False
            self._spent[kind] += 1
            return True


@dataclass(frozen=True, slots=True)
class Entry:
    """A refusal, with what is said of it."""

    reference: str
    code: str
    detail: str
    issuer: str | None
    created_at: datetime
    explanation: Explanation | None
    """``None`` for a code of another version of the program."""

    @property
    def who_mends(self) -> str | None:
        """Who can do something about it, as told to somebody else than the visitor."""
        if self.explanation is None:
            return None
        mender = self.explanation.mender
        return THE_VISITOR if mender is Mender.VISITOR else mender.value


class RefusalBook:
    """Keeps refusals. One for each process; safe to share among threads."""

    def __init__(
        self, database: Database, budget: Budget | None = None, in_vain: Budget | None = None
    ) -> None:
        self._database = database
        self._budget = budget or Budget()
        self._in_vain = in_vain or Budget(most=MOST_IN_VAIN_A_MINUTE)

    def record(self, refused: LaunchRefused | RegistrationRefused) -> str:
        """Keep a refusal, in the log and in the database; return its reference number."""
        row = _row(refused.fault.value, refused.detail, refused.issuer)
        what = "launch" if isinstance(refused, LaunchRefused) else "registration"
        log.warning(
            "A %s was refused.",
            what,
            extra={
                "reference": row.reference,
                "code": row.code,
                "detail": row.detail,
                "issuer": row.issuer,
            },
        )
        self._keep(row, self._budget)
        return row.reference

    def record_dispatch(self, refused: DispatchRefused) -> str:
        """Keep that a dispatched course did not open; return the reference number."""
        row = _row(refused.fault.value, refused.detail, None)
        log.warning(
            "A dispatched course was refused.",
            extra={"reference": row.reference, "code": row.code, "detail": row.detail},
        )
        self._keep(row, self._budget)
        return row.reference

    def record_in_vain(self, code: str, detail: str) -> str:
        """Keep that something was asked for in vain; return its reference number."""
        row = _row(code, detail, None)
        log.info(
            "Something was asked for in vain.",
            extra={"reference": row.reference, "code": row.code, "detail": row.detail},
        )
        self._keep(row, self._in_vain)
        return row.reference

    def record_error(self, detail: str) -> str:
        """Keep an error of ours, whose details are in the log; return its reference number."""
        row = _row(INTERNAL, detail, None)
        self._keep(row, self._budget)
        return row.reference

    def _keep(self, row: Refusal, budget: Budget) -> None:
        reference = row.reference
        if not budget.spend(row.code):
            return
        try:
            with self._database.transaction() as db:
                db.add(row)
        except SQLAlchemyError:
            # The visitor must be told what happened to them, whatever our database does.
            log.exception("A refusal was not kept.", extra={"reference": reference})


def find_refusal(db: Session, asked: str) -> Entry | None:
    """Return the entry of a reference number, however it was typed."""
    row = db.get(Refusal, normal_reference(asked))
    return None if row is None else _entry(row)


def last_refusals(db: Session, most: int) -> Sequence[Entry]:
    """Return the last refusals, the newest first."""
    newest = select(Refusal).order_by(Refusal.created_at.desc(), Refusal.reference).limit(most)
    return [_entry(row) for row in db.scalars(newest)]


def normal_reference(asked: str) -> str:
    """Write a reference as it is kept: ``7kqf 3m9t`` is ``7KQF-3M9T``."""
    letters = "".join(letter for letter in asked.upper()[:50] if letter in REFERENCE_LETTERS)
    half = REFERENCE_LENGTH // 2
    return f"{letters[:half]}-{letters[half:]}"


def explanation_of(code: str) -> Explanation | None:
    """Return what is said of a code, ``None`` when no such code exists (any more)."""
    if code == INTERNAL:
        return INTERNAL_EXPLANATION
    if code in set(Fault):
        return EXPLANATIONS[Fault(code)]
    if code in set(RegistrationFault):
        return REGISTRATION_EXPLANATIONS[RegistrationFault(code)]
    if code in set(DispatchFault):
        return DISPATCH_EXPLANATIONS[DispatchFault(code)]
    return page_explanation(code)


def forget_old_refusals(db: Session, moment: datetime) -> None:
    """Delete, in the caller's transaction, the old refusals and those beyond ``MOST_KEPT``."""
    db.execute(delete(Refusal).where(Refusal.created_at < moment - KEPT_FOR))
    oldest_kept = db.scalars(
        select(Refusal.created_at).order_by(Refusal.created_at.desc()).offset(MOST_KEPT).limit(1)
    ).first()
    if oldest_kept is not None:
        db.execute(delete(Refusal).where(Refusal.created_at <= oldest_kept))


def _row(code: str, detail: str, issuer: str | None) -> Refusal:
    return Refusal(
        reference=new_reference(),
        code=code,
        detail=_printable(detail, LONGEST_DETAIL),
        issuer=_printable(issuer, LONGEST_ISSUER) if issuer else None,
    )


def _entry(row: Refusal) -> Entry:
    return Entry(
        row.reference, row.code, row.detail, row.issuer, row.created_at, explanation_of(row.code)
    )


def _printable(text: str, length: int) -> str:
    return re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text[:length])
