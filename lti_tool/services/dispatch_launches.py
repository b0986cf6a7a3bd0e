"""A learner of another university opens a course by a dispatch package.

The licence is asked each time: it may have been revoked since. Seats are given out one at a time,
under the lock of the licence's row, so that two who come at once cannot both get the last one.
A seat once given stays that learner's, however often they come.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lti_tool.database import Database
from lti_tool.lti import origin_of
from lti_tool.models import DispatchLicence, DispatchSeat, now
from lti_tool.services.dispatch_courses import DispatchedCourse, DispatchedCourses
from lti_tool.services.dispatch_licences import LicenceDesk, has_begun, is_over, seats_taken
from lti_tool.services.dispatch_refusals import DispatchFault, DispatchRefused
from lti_tool.services.seal import Seal

LEARNER: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
VISIT: Final = re.compile(
    r"(?P<text>(?P<seat>[0-9]{1,10})\.(?P<end>[0-9]{1,11}))\.(?P<seal>[0-9a-f]{64})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Knock:
    """What a package sends: its licence, its learner's pseudonym, and where it was opened.

    ``place`` is the origin that the browser names, ``None`` where it names none.
    """

    licence: str
    learner: str
    place: str | None


@dataclass(frozen=True, slots=True)
class Admission:
    """What a learner gets who is let in: the course, and the token of this visit."""

    course: DispatchedCourse
    visit: str
    places: tuple[str, ...]
    """The origins that may show it; none for any."""


class DispatchDoor:
    """Lets learners in who come by a package. ``lifetime`` is the longest that a visit lasts."""

    def __init__(
        self,
        database: Database,
        licences: LicenceDesk,
        courses: DispatchedCourses,
        lifetime: timedelta,
    ) -> None:
        self._database = database
        self._licences = licences
        self._courses = courses
        self._seal = Seal(database, "dispatch")
        self._lifetime = lifetime

    def enter(self, knock: Knock) -> Admission:
        """Give a learner their seat, and the course. Raise ``DispatchRefused``.

        Nothing is written for anybody who is refused.
        """
        if not LEARNER.fullmatch(knock.learner):
            raise DispatchRefused(DispatchFault.INCOMPLETE, "no pseudonym")
        public_id = self._licences.public_id(knock.licence)
        if public_id is None:
            raise DispatchRefused(DispatchFault.FORGED)
        at = now()
        with self._database.reading() as db:
            known = _licence(db, public_id)
            _refuse_closed(known, at)
        course = self._courses.of(known)
        places = tuple(known.origins)
        if places and origin_of(knock.place or "") not in places:
            raise DispatchRefused(
                DispatchFault.PLACE_FOREIGN, f"licence {known.id}", known.language
            )
        with self._database.transaction() as db:
            # SQLite takes its one write lock when the transaction begins.
            licence = _licence(db, public_id, lock=True)
            _refuse_closed(licence, at)
            seat = self._seat(db, licence, self._pseudonym(licence, knock.learner), at)
            seat.launches += 1
            licence.launches += 1
            seat.last_launch_at = licence.last_launch_at = at
            db.flush()
            return Admission(course, self._visit(seat, at), places)

    def course_of(self, visit: str) -> DispatchedCourse:
        """Return the course that a visit is to. Raise ``DispatchRefused``.

        A licence that was revoked meanwhile, or is over, opens nothing more.
        """
        found = VISIT.fullmatch(visit)
        at = now()
        if found is None or not hmac.compare_digest(self._sealed(found["text"]), found["seal"]):
            raise DispatchRefused(DispatchFault.VISIT_OVER, "no visit of ours")
        if at >= datetime.fromtimestamp(int(found["end"]), UTC):
            raise DispatchRefused(DispatchFault.VISIT_OVER, "too long ago")
        with self._database.reading() as db:
            seat = db.scalars(
                select(DispatchSeat)
                .where(DispatchSeat.id == int(found["seat"]))
                .options(joinedload(DispatchSeat.licence))
            ).one_or_none()
            if seat is None:
                raise DispatchRefused(DispatchFault.VISIT_OVER, "the seat is gone")
            _refuse_closed(seat.licence, at)
            return self._courses.of(seat.licence)

    def _pseudonym(self, licence: DispatchLicence, learner: str) -> str:
        return self._seal.of(b"learner", f"{licence.public_id}.{learner}".encode()).hex()

    def _seat(
        self, db: Session, licence: DispatchLicence, learner: str, at: datetime
    ) -> DispatchSeat:
        seat = db.scalars(
            select(DispatchSeat).where(
                DispatchSeat.licence_id == licence.id, DispatchSeat.learner == learner
            )
        ).one_or_none()
        if seat is not None:
            return seat
        if seats_taken(db, licence) >= licence.seats:
            raise DispatchRefused(DispatchFault.NO_SEAT, f"licence {licence.id}", licence.language)
        seat = DispatchSeat(licence_id=licence.id, learner=learner, launches=0, taken_at=at)
        db.add(seat)
        return seat

    def _visit(self, seat: DispatchSeat, at: datetime) -> str:
        text = f"{seat.id}.{int((at + self._lifetime).timestamp())}"
        return f"{text}.{self._sealed(text)}"

    def _sealed(self, text: str) -> str:
        return self._seal.of(b"visit", text.encode()).hex()


def _licence(db: Session, public_id: str, *, lock: bool = False) -> DispatchLicence:
    wanted = select(DispatchLicence).where(DispatchLicence.public_id == public_id)
    found = db.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise DispatchRefused(DispatchFault.UNKNOWN)
    return found


def _refuse_closed(licence: DispatchLicence, at: datetime) -> None:
    fault = None
    if licence.revoked_at is not None:
        fault = DispatchFault.REVOKED
    elif is_over(licence, at):
        fault = DispatchFault.OVER
    elif not has_begun(licence, at):
        fault = DispatchFault.NOT_YET
    if fault is not None:
        raise DispatchRefused(fault, f"licence {licence.id}", licence.language)
