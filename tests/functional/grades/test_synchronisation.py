"""A gradebook is brought up to date, and what somebody gave there by hand is left to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from lti_tool.lti import (
    RESULT_SCOPE,
    SCORE_SCOPE,
    LineItemClient,
    Result,
    ScoreClient,
    ServiceFault,
    SigningKey,
    TokenClient,
)
from lti_tool.models import (
    Decision,
    DeliveryState,
    GradeDelivery,
    GradeSync,
    HandMadeGrade,
    JobState,
    NightlySync,
    Platform,
    PlatformHealth,
    ResourceLink,
)
from lti_tool.services.delivery import deliver_due
from lti_tool.services.errands import claim
from lti_tool.services.hand_made import Verdict, decide, undecided_grades
from lti_tool.services.sync_jobs import LEASE, MOST_TRIES, SyncDesk, ask, sync_next
from lti_tool.services.sync_nights import (
    SPREAD,
    Night,
    forget_old_syncs,
    plan_the_night,
    wishes_nights,
)
from lti_tool.services.sync_page import GradebookPage, Obstacle, gradebook_page
from tests.functional.grades.columns import Columns
from tests.functional.launch.lms import Answer, Server
from tests.functional.school import School
from tests.seeding import add_link

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on the database, once."""
FULL = 0.5
"""What the first quiz is worth, of the two that the link covers."""
PARTIAL = 1 / 3
"""The same with one answer of three wrong."""
NIGHT = Night(3, ZoneInfo("Europe/Paris"))


class Killed(BaseException):
    """The worker was killed: nothing of ours catches it, and nothing is cleaned up."""


@dataclass
class Reader:
    """Reads the platform's columns, and does something once one was read."""

    client: LineItemClient
    then: Callable[[], object] = lambda: None

    def results(self, platform: Platform, url: str) -> tuple[Result, ...]:
        found = self.client.results(platform, url)
        self.then()
        return found


@dataclass
class Office:
    """A class, its gradebook, and a clock that only the test turns."""

    school: School
    columns: Columns
    scores: ScoreClient
    reader: Reader
    moment: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))

    @property
    def desk(self) -> SyncDesk:
        return SyncDesk(
            self.school.database, self.reader, self.school.tool.courses, clock=lambda: self.moment
        )

    def later(self, **length: float) -> None:
        self.moment += timedelta(**length)

    def deliver(self) -> int:
        """Send what is due, in a second of its own."""
        self.later(seconds=1)
        return deliver_due(self.school.database, self.scores, clock=lambda: self.moment)

    def earn(self, learner: int, attempt: int = 1, **answers: Any) -> None:
        window = self.school.open(learner)
        if attempt > 1:
            assert window.post("/api/activities/quiz-un/attempts", {}).status_code == 200
        window.do_quiz_one(attempt, **answers)

    def hold(self, learner: int, share: float | None) -> None:
        """Have the column hold that grade for somebody, whoever gave it."""
        user = f"user-{learner + 1}"
        kept = [one for one in self.columns.results.get(1, []) if one["userId"] != user]
        if share is not None:
            kept.append({"userId": user, "resultScore": share * 100, "resultMaximum": 100})
        self.columns.results[1] = kept

    def grade(self, learner: int) -> float | None:
        return self.columns.grade(1, f"user-{learner + 1}")

    def ask(self) -> int:
        with self.school.database.transaction() as db:
            link = db.get_one(ResourceLink, self.school.seeded.link_pk)
            return ask(db, link, "Zoé Martin", self.moment).id

    def synchronise(self) -> None:
        """Ask, carry out, and send what it queued."""
        self.ask()
        assert sync_next(self.desk)
        self.deliver()

    def row(self, learner: int) -> GradeDelivery:
        with self.school.database.reading() as db:
            wanted = GradeDelivery.learner_id == self.school.seeded.learner_ids[learner]
            return db.scalars(select(GradeDelivery).where(wanted)).one()

    def page(self) -> GradebookPage:
        with self.school.database.reading() as db:
            link = db.get_one(ResourceLink, self.school.seeded.link_pk)
            return gradebook_page(db, link, self.moment)

    def decide(self, decision: Decision) -> int:
        """Decide about every grade that the page asks about."""
        verdicts = [Verdict(one.id, one.seen, decision) for one in self.page().to_decide]
        assert verdicts, "there is nothing to decide"
        return decide(self.school.database, self.school.seeded.link_pk, verdicts, "Zoé Martin")


@pytest.fixture
def office(school: School, signing_key: SigningKey) -> Iterator[Office]:
    with Server().running() as server:
        columns = Columns(server)
        coupled = columns.add(label="Module 3", resourceLinkId="lien-1")
        with school.database.transaction() as db:
            platform = db.get_one(Platform, school.seeded.platform_id)
            platform.token_url = f"{server.url}/token"
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_item_url = coupled
            link.grade_scopes = [SCORE_SCOPE, RESULT_SCOPE]
        tokens = TokenClient(lambda: signing_key)
        yield Office(school, columns, ScoreClient(tokens), Reader(LineItemClient(tokens)))


def test_what_the_gradebook_lacks_is_sent_again_and_the_rest_is_left(office: Office) -> None:
    for learner in (0, 1):
        office.earn(learner)
    office.deliver()
    office.hold(0, None)
    sent = len(office.columns.calls("POST"))

    office.synchronise()

    assert (office.grade(0), office.grade(1)) == (FULL, FULL)
    assert len(office.columns.calls("POST")) == sent + 1
    standing = office.page().sync
    assert standing is not None
    assert (standing.done, standing.total, standing.same, standing.sent) == (2, 2, 1, 1)
    assert not standing.is_under_way
    assert standing.asked_by == "Zoé Martin"


def test_a_score_sent_again_is_strictly_later_than_the_one_before(office: Office) -> None:
    office.earn(0)
    office.deliver()
    before = office.row(0).last_sent_timestamp
    office.hold(0, None)
    office.ask()
    assert sync_next(office.desk)

    same_second = deliver_due(office.school.database, office.scores, clock=lambda: office.moment)

    assert same_second == 0
    assert office.deliver() == 1
    after = office.row(0).last_sent_timestamp
    assert before is not None
    assert after is not None
    assert after > before


@ON_ONE_DATABASE
def test_a_refused_score_is_tried_again_and_says_why_it_is_refused_again(office: Office) -> None:
    office.earn(0)
    office.columns.replies.append(Answer(404, b"gone"))
    office.deliver()
    assert office.row(0).state == DeliveryState.REFUSED

    office.ask()
    assert sync_next(office.desk)
    office.columns.replies.append(Answer(403, b"no"))
    office.deliver()

    (failure,) = office.page().failures
    assert (failure.name, failure.status.state) == ("Zoé Martin", "refused")
    assert str(failure.status.error).startswith("not_allowed")
    office.synchronise()
    assert office.grade(0) == FULL
    assert office.page().failures == []


@ON_ONE_DATABASE
def test_work_done_before_there_was_a_column_gets_its_grade(office: Office) -> None:
    with office.school.database.transaction() as db:
        link = db.get_one(ResourceLink, office.school.seeded.link_pk)
        coupled, link.line_item_url = link.line_item_url, None
    office.earn(0)
    with office.school.database.transaction() as db:
        db.get_one(ResourceLink, office.school.seeded.link_pk).line_item_url = coupled

    office.synchronise()

    assert office.grade(0) == FULL


def test_a_grade_changed_by_hand_stays_until_the_instructor_decides(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)

    office.synchronise()

    assert office.grade(0) == 0.8
    (one,) = office.page().to_decide
    assert (one.name, one.theirs) == ("Zoé Martin", 0.8)
    assert one.ours == pytest.approx(PARTIAL, abs=0.001)
    assert office.decide(Decision.REPLACE) == 1
    office.deliver()
    assert office.grade(0) == pytest.approx(PARTIAL, abs=0.001)
    office.synchronise()
    assert office.page().undecided == 0
    with office.school.database.reading() as db:
        assert db.scalars(select(HandMadeGrade)).all() == []


def test_a_better_score_does_not_overwrite_a_grade_that_was_kept(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    assert office.decide(Decision.KEEP) == 1
    assert office.page().undecided == 0

    office.synchronise()
    assert office.page().undecided == 0, "the same two values are not asked about again"
    office.earn(0, attempt=2)
    office.deliver()

    assert office.grade(0) == 0.8
    (one,) = office.page().to_decide
    assert (one.ours, one.theirs) == (FULL, 0.8)
    office.decide(Decision.REPLACE)
    office.deliver()
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_kept_grade_that_is_changed_again_is_asked_about_again(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    office.decide(Decision.KEEP)
    office.hold(0, 0.6)

    office.synchronise()

    (one,) = office.page().to_decide
    assert one.theirs == 0.6
    assert office.grade(0) == 0.6


def test_a_grade_of_somebody_without_a_score_stays_when_they_earn_one(office: Office) -> None:
    office.hold(2, 0.6)
    office.synchronise()
    (standing,) = office.page().standing
    assert (standing.ours, standing.theirs) == (None, 0.6)
    assert office.page().undecided == 0, "there is nothing to put in its place"

    office.earn(2)
    office.deliver()

    assert office.grade(2) == 0.6
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_an_older_score_of_ours_is_not_taken_for_somebody_else_s(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.columns.replies.append(Answer(503))
    office.earn(0, attempt=2)
    office.deliver()
    assert office.row(0).state == DeliveryState.PENDING

    office.synchronise()

    assert office.page().undecided == 0
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_score_that_arrived_although_its_answer_was_lost_is_ours(office: Office) -> None:
    office.earn(0, vrai=False)
    office.later(seconds=1)
    (errand,) = claim(office.school.database, office.school.seeded.platform_id, office.moment)
    office.scores.post_score(errand.platform, errand.line_item_url or "", errand.as_score())
    office.earn(0, attempt=2)
    office.later(seconds=30)

    office.synchronise()

    assert office.page().undecided == 0
    office.deliver()
    assert office.grade(0) == FULL


@ON_ONE_DATABASE
def test_a_decision_about_what_has_changed_since_is_not_carried_out(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    (seen,) = office.page().to_decide
    office.earn(0, attempt=2)

    old = Verdict(seen.id, seen.seen, Decision.REPLACE)
    link_pk = office.school.seeded.link_pk
    assert decide(office.school.database, link_pk, [old], "Zoé Martin") == 0
    office.deliver()

    assert office.grade(0) == 0.8
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_nobody_decides_about_another_link_s_grades(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    (one,) = office.page().to_decide
    with office.school.database.transaction() as db:
        other = add_link(db, office.school.seeded, 2)

    assert (
        decide(office.school.database, other, [Verdict(one.id, one.seen, Decision.KEEP)], "") == 0
    )
    assert office.page().undecided == 1


@ON_ONE_DATABASE
def test_a_platform_that_keeps_the_hand_made_grade_all_the_same_is_told_of(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.hold(0, 0.8)
    office.synchronise()
    office.decide(Decision.REPLACE)
    office.deliver()
    # As Moodle does with a grade that somebody overrode: it takes the score, and shows the other.
    office.hold(0, 0.8)

    office.synchronise()

    (one,) = office.page().to_decide
    assert one.resisted
    assert office.grade(0) == 0.8


def test_a_score_that_leaves_while_the_column_is_read_is_not_judged_by_it(office: Office) -> None:
    office.earn(0, vrai=False)
    office.deliver()
    office.earn(0, attempt=2)
    office.reader.then = office.deliver

    office.synchronise()

    assert office.grade(0) == FULL
    assert office.page().undecided == 0


def test_a_worker_killed_between_reading_and_sending_loses_nothing(office: Office) -> None:
    for learner in (0, 1, 2):
        office.earn(learner)
    office.deliver()
    for learner, share in ((0, None), (1, 0.4), (2, None)):
        office.hold(learner, share)
    office.ask()

    def kill() -> None:
        raise Killed

    office.reader.then = kill
    with pytest.raises(Killed):
        sync_next(office.desk)
    assert not sync_next(office.desk), "its lease is not over"
    office.reader.then = lambda: None
    office.later(seconds=LEASE.total_seconds())
    sent = len(office.columns.calls("POST"))

    assert sync_next(office.desk)
    office.deliver()

    assert [office.grade(learner) for learner in (0, 1, 2)] == [FULL, 0.4, FULL]
    assert len(office.columns.calls("POST")) == sent + 2
    standing = office.page().sync
    assert standing is not None
    assert (standing.sent, standing.done, standing.total) == (2, 3, 3)


@ON_ONE_DATABASE
def test_a_worker_asked_to_end_among_the_grades_sends_none_twice(office: Office) -> None:
    for learner in (0, 1, 2):
        office.earn(learner)
    office.deliver()
    for learner in (0, 1, 2):
        office.hold(learner, None)
    office.ask()
    stops = iter([False, False, False, True])
    assert sync_next(office.desk, lambda: next(stops))
    with office.school.database.reading() as db:
        (row,) = db.scalars(select(GradeSync)).all()
        assert (row.state, row.claim, row.tries) == (JobState.WAITING, None, 0)
    office.deliver()
    sent = len(office.columns.calls("POST"))

    assert sync_next(office.desk)
    office.deliver()

    assert [office.grade(learner) for learner in (0, 1, 2)] == [FULL, FULL, FULL]
    assert len(office.columns.calls("POST")) < sent + 3
    versions = [office.row(learner).version for learner in (0, 1, 2)]
    assert versions == [versions[0]] * 3


@ON_ONE_DATABASE
def test_a_platform_that_does_not_answer_is_read_again_later(office: Office) -> None:
    office.earn(0)
    office.deliver()
    office.ask()
    office.columns.replies.append(Answer(503, b"", {"Retry-After": "40"}))
    assert sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_open, standing.fault) == (True, ServiceFault.PLATFORM_ERROR)
    office.later(seconds=39)
    assert not sync_next(office.desk), "the platform asked to be left alone"

    office.later(seconds=2)
    assert sync_next(office.desk)

    standing = office.page().sync
    assert standing is not None
    assert (standing.same, standing.is_open, standing.fault) == (1, False, None)


@ON_ONE_DATABASE
def test_a_platform_that_never_answers_is_given_up_and_said_so(office: Office) -> None:
    office.ask()
    office.columns.replies.extend([Answer(500)] * MOST_TRIES)
    for _ in range(MOST_TRIES):
        assert sync_next(office.desk)
        with office.school.database.transaction() as db:
            db.execute(update(PlatformHealth).values(paused_until=None))
        office.later(hours=2)

    assert not sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_open, standing.fault) == (False, ServiceFault.PLATFORM_ERROR)


@ON_ONE_DATABASE
def test_a_platform_that_is_left_alone_is_not_read(office: Office) -> None:
    office.ask()
    until = office.moment + timedelta(minutes=1)
    with office.school.database.transaction() as db:
        db.add(
            PlatformHealth(
                platform_id=office.school.seeded.platform_id,
                failures=5,
                failing_since=office.moment,
                paused_at=office.moment,
                paused_until=until,
                error="unreachable: no answer",
            )
        )

    assert not sync_next(office.desk)
    assert office.columns.server.asked == []
    trouble = office.page().trouble
    assert trouble is not None
    assert trouble.next_try_at == until
    office.moment = until
    assert sync_next(office.desk)
    assert office.page().trouble is None


@ON_ONE_DATABASE
def test_a_column_that_is_gone_is_named(office: Office) -> None:
    office.earn(0)
    office.deliver()
    del office.columns.items[1]

    office.ask()
    assert sync_next(office.desk)

    standing = office.page().sync
    assert standing is not None
    assert [each.fault for each in standing.faults] == [ServiceFault.GONE]
    assert not standing.is_under_way


def test_one_column_of_a_platform_is_read_at_a_time_and_counts_among_its_calls(
    office: Office,
) -> None:
    office.earn(0)
    with office.school.database.transaction() as db:
        other = db.get_one(ResourceLink, add_link(db, office.school.seeded, 2))
        other.grade_scopes = [RESULT_SCOPE]
        ask(db, other, "", office.moment)
    office.ask()
    meanwhile: list[object] = []

    def look() -> None:
        meanwhile.append(sync_next(office.desk))
        platform_id = office.school.seeded.platform_id
        meanwhile.append(claim(office.school.database, platform_id, office.moment, limit=1))

    office.reader.then = look
    with office.school.database.transaction() as db:
        db.execute(update(ResourceLink).values(line_item_url=office.columns.address(1)))
    assert sync_next(office.desk)

    assert meanwhile == [False, ()]


def test_a_second_press_finds_the_synchronisation_that_is_open(office: Office) -> None:
    assert office.ask() == office.ask()
    assert sync_next(office.desk)
    first = office.page().sync
    assert office.ask() != (first and first.id)


@ON_ONE_DATABASE
def test_a_link_without_a_column_or_without_the_right_to_read_says_so(office: Office) -> None:
    assert office.page().obstacle is None
    for values, obstacle in (
        ({"grade_scopes": [SCORE_SCOPE]}, Obstacle.NOT_READABLE),
        ({"line_item_url": None}, Obstacle.NO_COLUMN),
    ):
        with office.school.database.transaction() as db:
            db.execute(update(ResourceLink).values(values))
        assert office.page().obstacle is obstacle


@pytest.mark.parametrize(
    ("moment", "began"),
    [
        ("2026-01-15T02:00+00:00", "2026-01-15T02:00+00:00"),
        ("2026-01-15T01:59+00:00", "2026-01-14T02:00+00:00"),
        ("2026-07-15T01:00+00:00", "2026-07-15T01:00+00:00"),
        # The clocks go back on 25 October: the night before was one hour closer to UTC.
        ("2026-10-25T01:30+00:00", "2026-10-24T01:00+00:00"),
    ],
)
def test_a_night_begins_at_an_hour_of_the_zone_in_winter_and_in_summer(
    moment: str, began: str
) -> None:
    assert NIGHT.last(datetime.fromisoformat(moment)) == datetime.fromisoformat(began)


def test_a_class_that_wishes_it_is_synchronised_once_each_night(office: Office) -> None:
    office.earn(0)
    database, context_pk = office.school.database, office.school.seeded.context_pk
    with database.transaction() as db:
        wishes_nights(db, context_pk, "Zoé Martin", wished=True)
    assert plan_the_night(database, NIGHT, office.moment) == 0, "from the next night on"
    office.moment = NIGHT.last(office.moment) + timedelta(days=1, minutes=5)

    assert plan_the_night(database, NIGHT, office.moment) == 1
    assert plan_the_night(database, NIGHT, office.moment) == 0

    office.later(seconds=SPREAD.total_seconds())
    assert sync_next(office.desk)
    standing = office.page().sync
    assert standing is not None
    assert standing.is_nightly
    with database.transaction() as db:
        wishes_nights(db, context_pk, "Zoé Martin", wished=False)
        assert db.scalars(select(NightlySync)).all() == []


@ON_ONE_DATABASE
def test_a_class_that_nobody_opens_any_more_is_left_alone_at_night(office: Office) -> None:
    database = office.school.database
    with database.transaction() as db:
        wishes_nights(db, office.school.seeded.context_pk, "", wished=True)
    office.later(days=2)

    assert plan_the_night(database, NIGHT, office.moment) == 0
    assert not sync_next(office.desk)


def test_somebody_who_asks_goes_before_the_night(office: Office) -> None:
    office.earn(0)
    database = office.school.database
    with database.transaction() as db:
        wishes_nights(db, office.school.seeded.context_pk, "", wished=True)
    office.later(days=2)
    plan_the_night(database, NIGHT, office.moment)

    office.ask()

    assert sync_next(office.desk), "nobody waits for the hour of the night"
    standing = office.page().sync
    assert standing is not None
    assert (standing.is_nightly, standing.asked_by) == (False, "Zoé Martin")


def test_old_synchronisations_are_forgotten_but_for_the_last(office: Office) -> None:
    for _ in range(2):
        office.synchronise()
    office.later(days=200)
    with office.school.database.transaction() as db:
        forget_old_syncs(db, office.moment)
        assert len(db.scalars(select(GradeSync)).all()) == 1


@ON_ONE_DATABASE
def test_decisions_are_listed_by_name(office: Office) -> None:
    for learner in (0, 1):
        office.earn(learner)
    office.deliver()
    for learner in (0, 1):
        office.hold(learner, 0.2)
    office.synchronise()

    with office.school.database.reading() as db:
        items = [row.line_item_pk for row in db.scalars(select(HandMadeGrade))]
        assert [one.name for one in undecided_grades(db, items, 10)] == ["Émile Noël", "Zoé Martin"]
        assert len(undecided_grades(db, items, 1)) == 1
