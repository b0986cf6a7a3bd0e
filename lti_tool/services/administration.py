"""The door of the administration and of the export page: a password, or a ticket.

A ticket comes from the command line, or from a launch by an administrator of a platform that
was marked as allowed. Both ways end in the same session, whose token is in a cookie.

Tries at the password are counted for each address and for all strangers together, in the
database, so that all processes count as one. Whoever must wait is not read any further: a
flood costs a read. A browser that entered before is counted by itself: strangers can slow
strangers down, and never keep an administrator out (docs/adr/0017-administration.md).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from lti_tool.database import Database
from lti_tool.models import (
    THE_PASSWORD,
    AdministratorPassword,
    AdministratorSession,
    AdministratorTicket,
    KnownBrowser,
    SignInTries,
    now,
)
from lti_tool.services.progress import insert_unless_there
from lti_tool.services.tokens import hashed, new_token

ADMINISTRATION = "/admin"
"""The path of the pages, which a platform's link to them has too."""
EXPORTS = "/exports"
"""The path of the export page, and of a platform's link to it."""
IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=8)
RENEW_EVERY = timedelta(minutes=1)
LAUNCH_TICKET = timedelta(minutes=5)
DESIGNER_TICKET = timedelta(hours=1)
"""It lies in the page of a class, which is read for a while."""
COMMAND_TICKET = timedelta(minutes=10)
KNOWN_FOR = timedelta(days=180)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
SCRYPT = "scrypt:32768:8:3"
"""One of the settings that OWASP gives as equal: 32 MiB and some 0.2 s a try."""
FIRST_WAIT = timedelta(seconds=30)
QUIET = timedelta(hours=1)
"""After that long without a try, what was tried before is forgotten."""
STRANGERS = "strangers"

_one_at_a_time = threading.Lock()
"""A process hashes one password at a time: many at once would take all of the memory."""


class Way(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"  # noqa: S105 -- the name of a way, no password
    LTI = "lti"
    COMMAND = "command"
    DESIGNER = "designer"
    """By a launch too, as a course designer, and to the export page only."""


TICKETS = {Way.COMMAND: COMMAND_TICKET, Way.DESIGNER: DESIGNER_TICKET}


class DoorFault(StrEnum):
    """Why the door stays closed."""

    PASSWORD_WRONG = "password_wrong"  # noqa: S105 -- a fault's name
    PASSWORD_UNSET = "password_unset"  # noqa: S105 -- a fault's name
    TOO_MANY_TRIES = "too_many_tries"
    TICKET_OVER = "ticket_over"
    WAY_CLOSED = "way_closed"


class DoorClosed(Exception):
    """Somebody is not let in. ``wait`` is how long until the next try, where that helps."""

    def __init__(self, fault: DoorFault, wait: timedelta | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.wait = wait


class PasswordInvalid(Exception):
    """A password that is too short or too long to be the administration's."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands before the door: an address, and the mark of a browser that is known."""

    address: str
    known_browser: str | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a browser gets that is let in: the session's token, and its mark, if any."""

    session: str
    known_browser: str | None = None
    way: Way = Way.PASSWORD


@dataclass(frozen=True, slots=True)
class Insider:
    """Somebody who is in: by which way, and under which name, where anybody told it."""

    way: Way
    name: str

    @property
    def administrates(self) -> bool:
        """Whether they may do everything; if not, they may export courses."""
        return self.way is not Way.DESIGNER


@dataclass(frozen=True, slots=True)
class _Patience:
    """``free`` tries at once; from then on twice the wait each time, up to ``longest``."""

    free: int
    longest: timedelta

    def wait_after(self, tries: int) -> timedelta:
        if tries < self.free:
            return timedelta()
        return min(FIRST_WAIT * (1 << min(tries - self.free, 20)), self.longest)


_ADDRESS = _Patience(5, timedelta(minutes=15))
_BROWSER = _Patience(10, timedelta(minutes=1))
_STRANGERS = _Patience(50, timedelta(minutes=1))


class Door:
    """Lets administrators in. ``ways`` are those that the settings open."""

    def __init__(self, database: Database, ways: frozenset[str]) -> None:
        self._database = database
        self.ways = ways

    @property
    def is_open(self) -> bool:
        """Whether the administration is there at all."""
        return bool(self.ways)

    def has_password(self) -> bool:
        """Whether somebody set a password."""
        with self._database.reading() as db:
            return db.get(AdministratorPassword, THE_PASSWORD) is not None

    def enter_by_password(self, password: str, visitor: Visitor) -> Entrance:
        """Open a session for the right password. Raise ``DoorClosed``.

        A try is counted before the password is looked at: many at once gain nothing.
        """
        if Way.PASSWORD not in self.ways:
            raise DoorClosed(DoorFault.WAY_CLOSED)
        with self._database.reading() as db:
            kept = db.get(AdministratorPassword, THE_PASSWORD)
            sources = _sources(db, visitor)
            _require_patience(db.scalars(_tries(sources)).all(), now())
        if kept is None:
            raise DoorClosed(DoorFault.PASSWORD_UNSET)
        self._count(sources)
        # werkzeug compares in constant time.
        with _one_at_a_time:
            right = check_password_hash(kept.password_hash, password[:LONGEST_PASSWORD])
        if not right:
            raise DoorClosed(DoorFault.PASSWORD_WRONG)
        with self._database.transaction() as db:
            own = [source for source in sources if source != STRANGERS]
            db.execute(delete(SignInTries).where(SignInTries.source.in_(own)))
            mark = new_token()
            if visitor.known_browser is not None:
                _forget_browser(db, visitor.known_browser)
            db.add(KnownBrowser(token_hash=hashed(mark), expires_at=now() + KNOWN_FOR))
            return Entrance(_open(db, Way.PASSWORD), mark)

    def enter_by_ticket(self, ticket: str) -> Entrance:
        """Use a ticket up, and open a session. Raise ``DoorClosed``."""
        with self._database.transaction() as db:
            used = db.execute(
                delete(AdministratorTicket)
                .where(
                    AdministratorTicket.token_hash == hashed(ticket),
                    AdministratorTicket.expires_at > now(),
                )
                .returning(AdministratorTicket.way, AdministratorTicket.holder)
                .execution_options(synchronize_session=False)
            ).all()
            if not used:
                raise DoorClosed(DoorFault.TICKET_OVER)
            way = Way(used[0].way)
            if not self._allows(way):
                raise DoorClosed(DoorFault.WAY_CLOSED)
            return Entrance(_open(db, way, used[0].holder), way=way)

    def is_in(self, token: str | None) -> bool:
        """Whether an administrator's session is open under this token."""
        insider = self.insider(token)
        return insider is not None and insider.administrates

    def insider(self, token: str | None) -> Insider | None:
        """Return whose session is open under this token, if any; it is renewed as it is used."""
        if not token or not self.is_open:
            return None
        moment = now()
        with self._database.reading() as db:
            found = db.get(AdministratorSession, hashed(token))
        if found is None or found.expires_at <= moment or not self._allows(Way(found.way)):
            return None
        renewed = min(moment + IDLE, found.created_at + LIFETIME)
        if renewed - found.expires_at >= RENEW_EVERY:
            with self._database.transaction() as db:
                db.execute(
                    update(AdministratorSession)
                    .where(AdministratorSession.token_hash == found.token_hash)
                    .values(expires_at=renewed)
                )
        return Insider(Way(found.way), found.holder)

    def leave(self, token: str | None) -> None:
        """End a session."""
        if token:
            with self._database.transaction() as db:
                db.execute(
                    delete(AdministratorSession).where(
                        AdministratorSession.token_hash == hashed(token)
                    )
                )

    def _allows(self, way: Way) -> bool:
        # Whoever may run the tool's commands could set a password as well.
        needed = Way.LTI if way is Way.DESIGNER else way
        return self.is_open and (way is Way.COMMAND or needed in self.ways)

    def _count(self, sources: Sequence[str]) -> None:
        with self._database.transaction() as db:
            for source in sources:
                insert_unless_there(
                    db, SignInTries, {"source": source, "tries": 0, "last_at": now()}
                )
            rows = db.scalars(_tries(sources).with_for_update()).all()
            moment = now()
            _require_patience(rows, moment)
            for row in rows:
                row.tries = 1 if moment - row.last_at > QUIET else row.tries + 1
                row.last_at = moment


def set_password(db: Session, password: str) -> None:
    """Set the password, and end every session. Raise ``PasswordInvalid``."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordInvalid(
            f"The password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        )
    kept = AdministratorPassword(
        id=THE_PASSWORD,
        password_hash=generate_password_hash(password, method=SCRYPT),
        set_at=now(),
    )
    db.merge(kept)
    for entered in (AdministratorSession, AdministratorTicket, KnownBrowser):
        db.execute(delete(entered))


def issue_ticket(db: Session, way: Way, holder: str = "") -> str:
    """Make a ticket that lets its holder in once, soon; return its token."""
    token = new_token()
    db.add(
        AdministratorTicket(
            token_hash=hashed(token),
            way=way.value,
            holder=holder,
            expires_at=now() + TICKETS.get(way, LAUNCH_TICKET),
        )
    )
    return token


def forget_old_entrances(db: Session, moment: datetime) -> None:
    """Delete, in the caller's transaction, what is over at the door."""
    for table in (AdministratorSession, AdministratorTicket, KnownBrowser):
        db.execute(delete(table).where(table.expires_at < moment))
    db.execute(delete(SignInTries).where(SignInTries.last_at < moment - QUIET))


def _open(db: Session, way: Way, holder: str = "") -> str:
    token = new_token()
    opened = now()
    db.add(
        AdministratorSession(
            token_hash=hashed(token),
            way=way.value,
            holder=holder,
            created_at=opened,
            expires_at=opened + IDLE,
        )
    )
    return token


def _sources(db: Session, visitor: Visitor) -> list[str]:
    if visitor.known_browser is not None:
        known = db.get(KnownBrowser, hashed(visitor.known_browser))
        if known is not None and known.expires_at > now():
            return [f"browser:{known.token_hash}"]
    # In this order everywhere: two tries at once never wait for each other in a circle.
    return [f"address:{_neighbourhood(visitor.address)}", STRANGERS]


def _neighbourhood(address: str) -> str:
    """Return a hash of an address; of IPv6, of the network that one customer usually has."""
    try:
        known = ip_address(address)
        place = str(ip_network(f"{known}/{32 if known.version == 4 else 64}", strict=False))  # noqa: PLR2004 -- IP's own numbers
    except ValueError:
        place = address
    return hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()


def _tries(sources: Sequence[str]) -> Select[SignInTries]:
    return select(SignInTries).where(SignInTries.source.in_(sources)).order_by(SignInTries.source)


def _require_patience(rows: Sequence[SignInTries], moment: datetime) -> None:
    waits = [_wait(row, moment) for row in rows]
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        raise DoorClosed(DoorFault.TOO_MANY_TRIES, longest)


def _wait(row: SignInTries, moment: datetime) -> timedelta:
    if moment - row.last_at > QUIET:
        return timedelta()
    kind = row.source.partition(":")[0]
    patience = {"address": _ADDRESS, "browser": _BROWSER}.get(kind, _STRANGERS)
    pause = patience.wait_after(row.tries)
    # Without a pause nobody waits, not even for a try that was counted a moment after ours.
    return row.last_at + pause - moment if pause else pause


def _forget_browser(db: Session, mark: str) -> None:
    db.execute(delete(KnownBrowser).where(KnownBrowser.token_hash == hashed(mark)))
