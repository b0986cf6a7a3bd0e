"""Licences for dispatch packages: what they let in, and how many, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.database import Database
from lti_tool.models import DispatchLicence, DispatchSeat, now
from lti_tool.services import dispatch_launches
from lti_tool.services.courses import CourseShelf
from lti_tool.services.dispatch_courses import DispatchedCourses
from lti_tool.services.dispatch_launches import Admission, DispatchDoor, Knock
from lti_tool.services.dispatch_licences import (
    LicenceDesk,
    LicenceFault,
    LicenceInvalid,
    Offer,
    Standing,
    Terms,
    forget_old_seats,
    renew,
    revoke,
    usage_of,
)
from lti_tool.services.dispatch_refusals import DispatchFault, DispatchRefused
from scorm_packages.exporter import Order
from scorm_packages.options import Options
from scorm_packages.package import PackageError
from scorm_packages.partners import Look, Partner, unknown_partner
from scorm_packages.registry import FORMATS

COURSES = Path(__file__).parents[3] / "courses"
COURSE = "deux-unites"
PARTNER = Partner("ecole", syllabus={"ects": "3"}, look=Look("École"), without=("deux",))
OFFER = Offer(("ecole",), {COURSE: ("fr",)})
TOOL = "https://tool.example"
HOUR = timedelta(hours=1)


def find_partner(name: str) -> Partner:
    if name != PARTNER.name:
        raise unknown_partner(name, [PARTNER.name])
    return PARTNER


@dataclass
class Office:
    """The desk that makes licences, and the door that they open."""

    database: Database
    desk: LicenceDesk
    door: DispatchDoor

    def licence(self, **terms: Any) -> int:
        today = now().date()
        usual = Terms("ecole", COURSE, "fr", 2, today, today + timedelta(days=9))
        values = {name: getattr(usual, name) for name in Terms.__slots__}
        return self.desk.make(Terms(**{**values, **terms}), OFFER)

    def row(self, number: int) -> DispatchLicence:
        with self.database.reading() as db:
            return db.get_one(DispatchLicence, number)

    def token(self, number: int) -> str:
        return self.desk.address(self.row(number)).partition("#")[2]

    def enter(self, number: int, learner: int, place: str | None = None) -> Admission:
        return self.door.enter(Knock(self.token(number), f"{learner:064x}", place))

    def change(self, number: int, **values: Any) -> None:
        with self.database.transaction() as db:
            row = db.get_one(DispatchLicence, number)
            for name, value in values.items():
                setattr(row, name, value)

    def seats(self) -> int:
        with self.database.reading() as db:
            return db.execute(select(func.count()).select_from(DispatchSeat)).scalar_one()


@pytest.fixture
def office(database: Database) -> Office:
    desk = LicenceDesk(database, TOOL)
    shelf = CourseShelf((COURSES,), {}, lambda slug: f"/content/{slug}/media/")
    courses = DispatchedCourses(shelf, find_partner, lambda slug: f"/content/{slug}/media/")
    return Office(database, desk, DispatchDoor(database, desk, courses, HOUR))


def fault_of(enter: Callable[..., object], *given: object) -> DispatchFault:
    with pytest.raises(DispatchRefused) as refused:
        enter(*given)
    return refused.value.fault


# -- who gets in ------------------------------------------------------------------------------


def test_a_learner_keeps_their_seat_and_visits_are_counted(office: Office) -> None:
    number = office.licence()
    for learner in (1, 1, 2, 1):
        office.enter(number, learner)
    with office.database.reading() as db:
        usage = usage_of(db, number)
    assert usage is not None
    assert (usage.seats_taken, usage.standing) == (2, Standing.FULL)
    assert usage.licence.launches == 4
    assert usage.licence.last_launch_at is not None
    assert fault_of(office.enter, number, 3) is DispatchFault.NO_SEAT
    assert office.enter(number, 2).course.title


def test_two_who_come_at_once_do_not_both_get_the_last_seat(office: Office) -> None:
    number = office.licence(seats=3)
    token = office.token(number)
    together = threading.Barrier(6)
    results: list[DispatchFault | None] = []

    def come(learner: int) -> None:
        together.wait()
        try:
            office.door.enter(Knock(token, f"{learner:064x}", None))
            results.append(None)
        except DispatchRefused as refused:
            results.append(refused.fault)

    threads = [threading.Thread(target=come, args=(learner,)) for learner in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["None"] * 3 + [str(DispatchFault.NO_SEAT)] * 3
    assert office.seats() == 3


def test_one_learner_in_several_windows_at_once_takes_one_seat(office: Office) -> None:
    number = office.licence()
    token = office.token(number)
    together = threading.Barrier(4)

    def come() -> None:
        together.wait()
        office.door.enter(Knock(token, "a" * 64, None))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.seats() == 1
    assert office.row(number).launches == 4


def test_nothing_of_a_learner_can_be_read_from_the_table(office: Office) -> None:
    first, second = office.licence(), office.licence()
    office.enter(first, 1)
    office.enter(second, 1)
    with office.database.reading() as db:
        kept = set(db.scalars(select(DispatchSeat.learner)))
    assert len(kept) == 2
    assert f"{1:064x}" not in kept


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _token: "",
        lambda token: token[:-1],
        lambda token: ("0" if token[0] != "0" else "1") + token[1:],
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.upper(),
        lambda token: token + "\n",
    ],
)
def test_a_licence_that_the_tool_did_not_seal_opens_nothing(
    office: Office, spoil: Callable[[str], str]
) -> None:
    token = spoil(office.token(office.licence()))
    knock = Knock(token, "0" * 64, None)
    assert fault_of(office.door.enter, knock) is DispatchFault.FORGED


def test_a_sealed_licence_that_is_gone_opens_nothing(office: Office) -> None:
    number = office.licence()
    knock = Knock(office.token(number), "0" * 64, None)
    with office.database.transaction() as db:
        db.delete(db.get_one(DispatchLicence, number))
    assert fault_of(office.door.enter, knock) is DispatchFault.UNKNOWN


@pytest.mark.parametrize("learner", ["", "Ada Lovelace", "A" * 64, "0" * 65])
def test_who_names_no_pseudonym_gets_no_seat(office: Office, learner: str) -> None:
    knock = Knock(office.token(office.licence()), learner, None)
    assert fault_of(office.door.enter, knock) is DispatchFault.INCOMPLETE
    assert office.seats() == 0


def test_a_licence_s_days_are_whole_wherever_the_learner_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.licence()
    office.change(number, valid_from=date(2027, 1, 10), valid_until=date(2027, 1, 20))
    cases = {
        datetime(2027, 1, 9, 9, 59, tzinfo=UTC): DispatchFault.NOT_YET,
        datetime(2027, 1, 9, 10, 0, tzinfo=UTC): None,
        datetime(2027, 1, 21, 11, 59, tzinfo=UTC): None,
        datetime(2027, 1, 21, 12, 0, tzinfo=UTC): DispatchFault.OVER,
    }
    for moment, fault in cases.items():
        monkeypatch.setattr(dispatch_launches, "now", lambda moment=moment: moment)
        if fault is None:
            office.enter(number, 1)
        else:
            assert fault_of(office.enter, number, 1) is fault


def test_a_revoked_licence_opens_nothing_more_not_even_in_an_open_window(office: Office) -> None:
    number = office.licence()
    visit = office.enter(number, 1).visit
    assert office.door.course_of(visit).unit("un")
    with office.database.transaction() as db:
        assert revoke(db, number)
        assert not revoke(db, number)
    assert fault_of(office.enter, number, 1) is DispatchFault.REVOKED
    assert fault_of(office.door.course_of, visit) is DispatchFault.REVOKED


def test_a_visit_ends_and_cannot_be_made_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = office.enter(office.licence(), 1).visit
    seat, _end, seal = visit.split(".")
    for wrong in ("", "x", f"{seat}.99999999999.{seal}", f"{int(seat) + 1}.{_end}.{seal}"):
        assert fault_of(office.door.course_of, wrong) is DispatchFault.VISIT_OVER
    later = now() + HOUR
    monkeypatch.setattr(dispatch_launches, "now", lambda: later)
    assert fault_of(office.door.course_of, visit) is DispatchFault.VISIT_OVER


@pytest.mark.parametrize(
    "place", [None, "null", "https://evil.example", "https://lms.example.evil"]
)
def test_a_licence_for_one_platform_opens_at_no_other(office: Office, place: str | None) -> None:
    number = office.licence(origins=("https://lms.example/",))
    assert office.enter(number, 1, "https://lms.example").places == ("https://lms.example",)
    assert fault_of(office.enter, number, 2, place) is DispatchFault.PLACE_FOREIGN
    assert office.seats() == 1


def test_the_course_is_the_partner_s(office: Office) -> None:
    course = office.enter(office.licence(), 1).course
    own, shared = course.boot_json(Options(), "visit", ())
    units = [unit["id"] for part in course.outline["parts"] for unit in part["units"]]
    assert units == ["syllabus", "un"]
    assert "École" in own.decode()
    assert b'"feedback"' not in shared
    assert "3" in course.unit("syllabus")["content"]["steps"]["syllabus"]["html"]
    with pytest.raises(KeyError):
        course.unit("deux")


@pytest.mark.parametrize(
    "change", [{"partner": "autre"}, {"course": "nulle-part"}, {"language": "de"}]
)
def test_a_course_or_a_profile_that_is_gone_is_said(office: Office, change: dict[str, str]) -> None:
    number = office.licence()
    office.change(number, **change)
    assert fault_of(office.enter, number, 1) is DispatchFault.COURSE_MISSING
    assert office.seats() == 0


# -- making, renewing, forgetting --------------------------------------------------------------


def test_every_mistake_in_a_licence_is_named_at_once(office: Office) -> None:
    today = now().date()
    terms = Terms("x", "y", "fr", 0, today, today - timedelta(days=2), ("ftp://x",), "\x00")
    with pytest.raises(LicenceInvalid) as refused:
        office.desk.make(terms, OFFER)
    assert [(each.field, each.fault) for each in refused.value.problems] == [
        ("partner", LicenceFault.PARTNER_UNKNOWN),
        ("course", LicenceFault.COURSE_UNKNOWN),
        ("seats", LicenceFault.SEATS_WRONG),
        ("until", LicenceFault.DATES_REVERSED),
        ("origins", LicenceFault.ORIGIN_WRONG),
        ("note", LicenceFault.NOTE_WRONG),
    ]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"language": "de"}, LicenceFault.LANGUAGE_UNKNOWN),
        ({"valid_until": date(9999, 12, 31)}, LicenceFault.DATE_FAR),
        (
            {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 1, 2)},
            LicenceFault.DATE_PAST,
        ),
    ],
)
def test_a_licence_that_could_not_serve_is_not_made(
    office: Office, change: dict[str, Any], fault: LicenceFault
) -> None:
    with pytest.raises(LicenceInvalid) as refused:
        office.licence(**change)
    assert [each.fault for each in refused.value.problems] == [fault]


def test_a_licence_is_renewed_under_the_same_seal(office: Office) -> None:
    number = office.licence(seats=1)
    before = office.token(number)
    office.enter(number, 1)
    until = now().date() + timedelta(days=400)
    with office.database.transaction() as db:
        renew(db, number, seats=2, until=until)
    assert office.token(number) == before
    office.enter(number, 2)
    with office.database.transaction() as db, pytest.raises(LicenceInvalid) as refused:
        renew(db, number, seats=1)
    assert refused.value.problems[0].fault is LicenceFault.SEATS_TAKEN
    with office.database.transaction() as db:
        renew(db, number, seats=1, free_seats=True)
    assert (office.seats(), office.row(number).valid_until) == (0, until)
    with office.database.transaction() as db:
        revoke(db, number)
        with pytest.raises(LicenceInvalid):
            renew(db, number, seats=9)
        with pytest.raises(LookupError):
            renew(db, 999, seats=9)


def test_seats_are_forgotten_a_year_after_a_licence_ends(office: Office) -> None:
    old, current = office.licence(), office.licence()
    office.enter(old, 1)
    office.enter(current, 1)
    office.change(old, valid_until=now().date() - timedelta(days=367))
    with office.database.transaction() as db:
        forget_old_seats(db, now())
    assert office.seats() == 1
    assert office.row(old).launches == 1


# -- for an export -----------------------------------------------------------------------------


def order_for(partner: Partner | None = PARTNER, **choices: Any) -> Order:
    return Order(FORMATS["dispatch"], Options(**choices), partner)


def licensed(office: Office, order: Order) -> str | None:
    return office.desk.licensed(order, COURSE, ("fr",)).options.licence


def test_an_order_gets_the_partner_s_only_licence_the_same_each_time(office: Office) -> None:
    number = office.licence()
    address = office.desk.address(office.row(number))
    assert address.startswith(f"{TOOL}/dispatch/launch#")
    assert licensed(office, order_for()) == address
    assert licensed(office, order_for(licence=str(number))) == address
    assert licensed(office, order_for(licence=address)) == address
    again = LicenceDesk(office.database, TOOL)
    assert again.address(office.row(number)) == address
    plain = Order(FORMATS["scorm12"], Options(), PARTNER)
    assert office.desk.licensed(plain, COURSE, ("fr",)) is plain


def test_an_order_without_a_licence_that_serves_says_what_to_do(office: Office) -> None:
    with pytest.raises(PackageError, match="arrimage licence create --partner ecole"):
        licensed(office, order_for())
    with pytest.raises(PackageError, match="--partner"):
        licensed(office, order_for(None))
    with pytest.raises(PackageError, match="no such licence"):
        licensed(office, order_for(licence="77"))
    first, second = office.licence(), office.licence()
    with pytest.raises(PackageError, match=f"{second}, {first}"):
        licensed(office, order_for())
    with pytest.raises(PackageError, match="in the language “fr”"):
        licensed(office, order_for(licence=str(first), language="en"))
    with pytest.raises(PackageError, match="is for the course"):
        office.desk.licensed(order_for(licence=str(first)), "autre", ("fr",))
    assert [each.licence.id for each in office.desk.choices("ecole", COURSE)] == [second, first]
    with office.database.transaction() as db:
        revoke(db, first)
    with pytest.raises(PackageError, match="revoked"):
        licensed(office, order_for(licence=str(first)))
    assert [each.licence.id for each in office.desk.choices("ecole", COURSE)] == [second]
    assert licensed(office, order_for()) == office.desk.address(office.row(second))
    elsewhere = office.desk.address(office.row(second)).replace(TOOL, "https://other.example")
    with pytest.raises(PackageError, match="no such licence"):
        licensed(office, order_for(licence=elsewhere))
