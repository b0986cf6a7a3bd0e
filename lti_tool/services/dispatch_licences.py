"""Licences for dispatch packages: made, listed, renewed, revoked, and put into an export.

A package holds an address: that of this tool, with the licence's number under the tool's seal.
The seal is the same each time, so the same export gives the same bytes. Everything that may
change, and all that is counted, stays here (docs/adr/0025-dispatch.md).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from config.settings import origin
from lti_tool.database import Database
from lti_tool.lti import UNSTORABLE
from lti_tool.models import DispatchLicence, DispatchSeat, now
from lti_tool.services.refusals import N_
from lti_tool.services.seal import Seal
from scorm_packages.exporter import Order
from scorm_packages.options import LICENCE_PLACE
from scorm_packages.package import PackageError

MOST_SEATS: Final = 1_000_000
MOST_YEARS: Final = timedelta(days=10 * 366)
MOST_ORIGINS: Final = 10
LONGEST_NOTE: Final = 500
PUBLIC_ID_BYTES: Final = 16
TOKEN: Final = re.compile(r"(?P<id>[0-9a-f]{32})\.(?P<seal>[0-9a-f]{64})", re.ASCII)
EAST: Final = timedelta(hours=14)
WEST: Final = timedelta(hours=-12)
"""Where a day begins first, and where it ends last: a licence's days are whole everywhere."""
SEATS_KEPT: Final = timedelta(days=366)
"""How long after its last day one knows which learners used a licence."""


class LicenceFault(StrEnum):
    """What can be wrong with a licence that somebody asks for, in words."""

    PARTNER_UNKNOWN = N_("Ce partenaire n’a pas de profil. Choisissez-en un de la liste.")
    COURSE_UNKNOWN = N_("L’outil n’a pas ce cours. Choisissez-en un de la liste.")
    LANGUAGE_UNKNOWN = N_("Le cours n’est pas écrit dans cette langue.")
    SEATS_WRONG = N_("Écrivez un nombre de places, de 1 à %(limit)s.")
    SEATS_TAKEN = N_("%(limit)s places sont déjà prises\u00a0: il en faut au moins autant.")
    DATE_WRONG = N_("Écrivez une date, comme 2027-06-30.")
    DATES_REVERSED = N_("Le dernier jour vient avant le premier.")
    DATE_PAST = N_("Ce jour est passé.")
    DATE_FAR = N_("Ce jour est trop loin\u00a0: dix ans au plus.")
    ORIGIN_WRONG = N_(
        "Écrivez des adresses https entières, sans chemin, comme https://moodle.example.org."
    )
    NOTE_WRONG = N_("Cette note dépasse %(limit)s caractères, ou en contient d’illisibles.")
    REVOKED = N_("Cette licence est révoquée. Faites-en une autre.")


@dataclass(frozen=True, slots=True)
class LicenceProblem:
    """A mistake in one field of a licence. The text takes ``limit``."""

    field: str
    fault: LicenceFault
    limit: int = 0


class LicenceInvalid(Exception):
    """A licence cannot be made or renewed so. ``problems`` holds every mistake."""

    def __init__(self, problems: Sequence[LicenceProblem]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.fault.name}" for each in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a licence is to allow. Dates are the first and the last day."""

    partner: str
    course: str
    language: str
    seats: int
    valid_from: date
    valid_until: date
    origins: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What licences can be made for: partners by name, and each course's languages."""

    partners: Sequence[str]
    courses: Mapping[str, Sequence[str]]


class Standing(StrEnum):
    """Whether a licence opens anything today, and if not, why."""

    OPEN = "open"
    FULL = "full"
    TO_COME = "to_come"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Usage:
    """A licence, how many of its seats are taken, and what it is worth today."""

    licence: DispatchLicence
    seats_taken: int
    standing: Standing


class LicenceDesk:
    """Knows the tool's licences, and what they are called in packages."""

    def __init__(self, database: Database, public_url: str) -> None:
        self._database = database
        self._seal = Seal(database, "dispatch")
        self._public_url = public_url

    def make(self, terms: Terms, offer: Offer) -> int:
        """Make a licence and return its number. Raise ``LicenceInvalid`` with every mistake."""
        problems = tuple(_problems(terms, offer))
        if problems:
            raise LicenceInvalid(problems)
        licence = DispatchLicence(
            public_id=secrets.token_hex(PUBLIC_ID_BYTES),
            partner=terms.partner,
            course=terms.course,
            language=terms.language,
            seats=terms.seats,
            valid_from=terms.valid_from,
            valid_until=terms.valid_until,
            origins=sorted({origin(each) for each in terms.origins}),
            note=terms.note.strip(),
        )
        with self._database.transaction() as db:
            db.add(licence)
        return licence.id

    def address(self, licence: DispatchLicence) -> str:
        """Return what a package holds: where it opens, and the licence's sealed number."""
        return f"{self._public_url}{LICENCE_PLACE}{licence.public_id}.{self._sealed(licence)}"

    def public_id(self, token: str) -> str | None:
        """Return the licence that a package's token names, ``None`` unless the tool sealed it."""
        found = TOKEN.fullmatch(token)
        if found is None:
            return None
        expected = self._seal.of(b"licence", found["id"].encode()).hex()
        return found["id"] if hmac.compare_digest(expected, found["seal"]) else None

    def licensed(self, order: Order, course: str, languages: Sequence[str]) -> Order:
        """Return an order for a dispatch package with its licence; any other as it is.

        ``course`` is the course's short name. The licence may be named by its number
        (``options.licence``); otherwise it is the partner's only one that serves. Whoever shows
        a choice finds what there is to choose from with ``choices``. The package is in the
        licence's language. Raise ``PackageError``, which says what to do, when none serves.
        """
        if "licence" not in order.format.options:
            return order
        partner = order.partner.name if order.partner else ""
        if not partner:
            raise PackageError(
                "A dispatch package is for one partner.", "Name it (--partner), then export again."
            )
        wanted = order.options.language
        with self._database.reading() as db:
            found = self._named(db, order.options.licence) or self._only(
                db, partner, course, wanted
            )
        if (found.partner, found.course) != (partner, course):
            raise PackageError(
                f"Licence {found.id} is for the course “{found.course}” at “{found.partner}”.",
                "Name another one. See: arrimage licence list",
            )
        if wanted not in (None, found.language) or found.language not in languages:
            raise PackageError(
                f"Licence {found.id} is for the course in the language “{found.language}”.",
                "Export in that language, or make another licence: arrimage licence create --help",
            )
        options = order.options.but({"licence": self.address(found), "language": found.language})
        return replace(order, options=options)

    def choices(self, partner: str, course: str) -> Sequence[Usage]:
        """Return the licences with which this partner's package of a course would open today.

        The newest comes first. For a page on which somebody chooses one: give its number to
        ``options.licence``.
        """
        with self._database.reading() as db:
            return [
                each
                for each in usages(db)
                if (each.licence.partner, each.licence.course) == (partner, course)
                and each.standing in (Standing.OPEN, Standing.FULL, Standing.TO_COME)
            ]

    def _sealed(self, licence: DispatchLicence) -> str:
        return self._seal.of(b"licence", licence.public_id.encode()).hex()

    def _named(self, db: Session, named: str | None) -> DispatchLicence | None:
        if named is None:
            return None
        if named.isdecimal():
            found = db.get(DispatchLicence, int(named))
        else:
            address, _, token = named.rpartition(LICENCE_PLACE)
            known = self.public_id(token) if address == self._public_url else None
            found = licence_of(db, known) if known else None
        if found is None:
            raise PackageError("There is no such licence here.", "See: arrimage licence list")
        if found.revoked_at is not None:
            raise PackageError(
                f"Licence {found.id} is revoked.", "Make another one: arrimage licence create"
            )
        return found

    def _only(
        self, db: Session, partner: str, course: str, language: str | None
    ) -> DispatchLicence:
        found = [
            each.licence
            for each in usages(db)
            if (each.licence.partner, each.licence.course) == (partner, course)
            and language in (None, each.licence.language)
            and each.standing not in (Standing.REVOKED, Standing.OVER)
        ]
        if not found:
            raise PackageError(
                f"The partner “{partner}” has no licence that opens the course “{course}”.",
                f"Make one: arrimage licence create --partner {partner} --course {course} "
                "--seats NUMBER --until DATE",
            )
        if len(found) > 1:
            numbers = ", ".join(str(each.id) for each in found)
            raise PackageError(
                f"The partner “{partner}” has several licences for “{course}”: {numbers}.",
                "Say which one the package is for (--licence NUMBER).",
            )
        return found[0]


def licence_of(db: Session, public_id: str) -> DispatchLicence | None:
    """Return the licence that packages name so."""
    wanted = select(DispatchLicence).where(DispatchLicence.public_id == public_id)
    return db.scalars(wanted).one_or_none()


def usages(db: Session, moment: datetime | None = None) -> Sequence[Usage]:
    """Return every licence with its use, the newest first."""
    taken = dict(
        db.execute(
            select(DispatchSeat.licence_id, func.count()).group_by(DispatchSeat.licence_id)
        ).all()
    )
    newest = select(DispatchLicence).order_by(DispatchLicence.id.desc())
    return [_usage(each, taken.get(each.id, 0), moment) for each in db.scalars(newest)]


def usage_of(db: Session, number: int, moment: datetime | None = None) -> Usage | None:
    """Return a licence with its use, ``None`` when there is none of that number."""
    licence = db.get(DispatchLicence, number)
    return None if licence is None else _usage(licence, seats_taken(db, licence), moment)


def seats_taken(db: Session, licence: DispatchLicence) -> int:
    """Return how many learners have a seat."""
    count = select(func.count()).where(DispatchSeat.licence_id == licence.id)
    return db.execute(count).scalar_one()


def has_begun(licence: DispatchLicence, moment: datetime) -> bool:
    """Whether the licence's first day has come, wherever that is first."""
    return (moment + EAST).date() >= licence.valid_from


def is_over(licence: DispatchLicence, moment: datetime) -> bool:
    """Whether the licence's last day has gone everywhere."""
    return (moment + WEST).date() > licence.valid_until


def revoke(db: Session, number: int) -> bool:
    """Have a licence open nothing any more, for good; whether it still did."""
    licence = _locked(db, number)
    if licence is None or licence.revoked_at is not None:
        return False
    licence.revoked_at = now()
    return True


def renew(
    db: Session,
    number: int,
    *,
    seats: int | None = None,
    until: date | None = None,
    free_seats: bool = False,
) -> None:
    """Give a licence another number of seats, another last day, or new learners.

    ``free_seats`` forgets who has a seat: for the next year's class. The packages that are out
    there go on serving. Raise ``LookupError`` when there is no such licence, and
    ``LicenceInvalid``.
    """
    licence = _locked(db, number)
    if licence is None:
        raise LookupError(number)
    taken = 0 if free_seats else seats_taken(db, licence)
    problems = []
    if licence.revoked_at is not None:
        problems.append(LicenceProblem("licence", LicenceFault.REVOKED))
    if seats is not None:
        problems += _seat_problems(seats)
        if not problems and seats < taken:
            problems.append(LicenceProblem("seats", LicenceFault.SEATS_TAKEN, taken))
    if until is not None:
        problems += _date_problems(licence.valid_from, until)
    if problems:
        raise LicenceInvalid(problems)
    if free_seats:
        db.execute(delete(DispatchSeat).where(DispatchSeat.licence_id == licence.id))
    licence.seats = seats or licence.seats
    licence.valid_until = until or licence.valid_until


def forget_old_seats(db: Session, moment: datetime) -> None:
    """Delete, in the caller's transaction, the seats of licences that are over for long."""
    over = select(DispatchLicence.id).where(
        DispatchLicence.valid_until < (moment - SEATS_KEPT).date()
    )
    db.execute(delete(DispatchSeat).where(DispatchSeat.licence_id.in_(over)))


def _locked(db: Session, number: int) -> DispatchLicence | None:
    wanted = select(DispatchLicence).where(DispatchLicence.id == number).with_for_update()
    return db.scalars(wanted).one_or_none()


def _usage(licence: DispatchLicence, taken: int, moment: datetime | None) -> Usage:
    return Usage(licence, taken, _standing(licence, taken, moment or now()))


def _standing(licence: DispatchLicence, taken: int, moment: datetime) -> Standing:
    if licence.revoked_at is not None:
        return Standing.REVOKED
    if is_over(licence, moment):
        return Standing.OVER
    if not has_begun(licence, moment):
        return Standing.TO_COME
    return Standing.FULL if taken >= licence.seats else Standing.OPEN


def _problems(terms: Terms, offer: Offer) -> Iterator[LicenceProblem]:
    if terms.partner not in offer.partners:
        yield LicenceProblem("partner", LicenceFault.PARTNER_UNKNOWN)
    if terms.course not in offer.courses:
        yield LicenceProblem("course", LicenceFault.COURSE_UNKNOWN)
    elif terms.language not in offer.courses[terms.course]:
        yield LicenceProblem("language", LicenceFault.LANGUAGE_UNKNOWN)
    yield from _seat_problems(terms.seats)
    yield from _date_problems(terms.valid_from, terms.valid_until)
    if len(terms.origins) > MOST_ORIGINS or not all(map(_is_origin, terms.origins)):
        yield LicenceProblem("origins", LicenceFault.ORIGIN_WRONG)
    if len(terms.note) > LONGEST_NOTE or UNSTORABLE.search(terms.note):
        yield LicenceProblem("note", LicenceFault.NOTE_WRONG, LONGEST_NOTE)


def _seat_problems(seats: int) -> Iterator[LicenceProblem]:
    if not 1 <= seats <= MOST_SEATS:
        yield LicenceProblem("seats", LicenceFault.SEATS_WRONG, MOST_SEATS)


def _date_problems(first: date, last: date) -> Iterator[LicenceProblem]:
    today = (now() + WEST).date()
    if last < first:
        yield LicenceProblem("until", LicenceFault.DATES_REVERSED)
    elif last < today:
        yield LicenceProblem("until", LicenceFault.DATE_PAST)
    elif last > today + MOST_YEARS:
        yield LicenceProblem("until", LicenceFault.DATE_FAR)


def _is_origin(text: str) -> bool:
    try:
        return bool(origin(text)) and text.isascii() and text.isprintable() and " " not in text
    except ValueError:
        return False
