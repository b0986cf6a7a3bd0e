"""The instructor's choice of columns, on a platform that follows Moodle's rules."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from course_content.loader import load_course
from course_content.model import Course
from lti_tool.database import Database
from lti_tool.lti import (
    LINE_ITEM_SCOPE,
    SCORE_SCOPE,
    LineItemClient,
    NewColumn,
    ScoreClient,
    SigningKey,
    TokenClient,
)
from lti_tool.models import (
    Attempt,
    Context,
    GradeDelivery,
    Grading,
    HandMadeGrade,
    LineItem,
    LineItemState,
    Maker,
    Platform,
    ResourceLink,
    now,
)
from lti_tool.services import grades
from lti_tool.services.column_choice import (
    Choice,
    ChoiceFault,
    ChoiceRefused,
    Plan,
    checked_column,
    choose,
    plan,
    proposed,
    uncovered,
)
from lti_tool.services.column_making import LEASE, NOT_OURS, settle_due
from lti_tool.services.columns import has_column, line_items_of
from lti_tool.services.courses import CourseShelf
from lti_tool.services.delivery import deliver_due
from lti_tool.services.progress import Seat
from lti_tool.services.regrading import regrade_due
from tests.functional.grades.columns import Columns
from tests.functional.launch.lms import Answer, Asked, Server
from tests.seeding import COURSE, SeededClass, seed_class

COURSES = Path(__file__).parents[2] / "courses"


@dataclass
class Office:
    """An instructor's link, its platform, and a clock that the test turns."""

    database: Database
    columns: Columns
    client: LineItemClient
    scores: ScoreClient
    course: Course
    seeded: SeededClass
    coupled: str
    time: datetime

    def choice(
        self, grading: Grading, *, remove: bool = False, maximum: float = 100.0, **labels: str
    ) -> Choice:
        """Choose what the page proposes, but for these labels."""
        with self.database.reading() as db:
            link = db.get_one(ResourceLink, self.seeded.link_pk)
            offered = proposed(self.course, link, line_items_of(db, [link.id]), "fr")
        return Choice(
            grading,
            {
                one.activity: checked_column(
                    one.activity, labels.get(one.activity.replace("-", "_"), one.label), maximum
                )
                for one in offered
            },
            remove,
        )

    def choose(self, grading: Grading, *, remove: bool = False, **options: object) -> None:
        choice = self.choice(grading, remove=remove, **options)  # type: ignore[arg-type]  # labels and a maximum
        with self.database.transaction() as db:
            choose(db, self.course, self.seeded.link_pk, choice)

    def give_by_hand(self, theirs: float) -> None:
        """Have a teacher's grade found beside the first score in a column of ours."""
        ours = select(GradeDelivery).join(LineItem).where(LineItem.made_by == Maker.TOOL)
        with self.database.transaction() as db:
            row = db.scalars(ours.order_by(GradeDelivery.id)).first()
            assert row is not None
            place = {"line_item_pk": row.line_item_pk, "learner_id": row.learner_id}
            db.add(HandMadeGrade(**place, theirs=theirs))

    def plan(self, grading: Grading, *, remove: bool = False, **labels: str) -> Plan:
        choice = self.choice(grading, remove=remove, **labels)
        with self.database.reading() as db:
            return plan(db, self.course, db.get_one(ResourceLink, self.seeded.link_pk), choice)

    def settle(self) -> int:
        return settle_due(self.database, self.client, clock=lambda: self.time)

    def deliver(self) -> int:
        return deliver_due(self.database, self.scores, clock=lambda: self.time)

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def work(self, activity: str, score: float, *, learner: int = 0, recorded: bool = True) -> None:
        """Complete an activity; ``recorded`` writes its grade as an answer does."""
        learner_id = self.seeded.learner_ids[learner]
        with self.database.transaction() as db:
            db.add(
                Attempt(
                    context_pk=self.seeded.context_pk,
                    learner_id=learner_id,
                    course=COURSE,
                    activity=activity,
                    number=1,
                    completed_at=now(),
                    score=score,
                )
            )
            db.flush()
            if recorded:
                grades.record(
                    db,
                    Seat(self.seeded.context_pk, learner_id, COURSE),
                    self.course,
                    {self.seeded.link_pk},
                    self.course.activity(activity),
                )

    def items(self) -> dict[str, LineItem]:
        """Return the tool's own columns by activity."""
        with self.database.reading() as db:
            rows = db.scalars(select(LineItem).where(LineItem.made_by == Maker.TOOL))
            return {row.activity: row for row in rows}

    def change_link(self, **values: object) -> None:
        with self.database.transaction() as db:
            db.execute(update(ResourceLink).values(**values))


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(COURSES / COURSE)


@pytest.fixture
def columns() -> Iterator[Columns]:
    with Server().running() as server:
        yield Columns(server)


@pytest.fixture
def office(database: Database, columns: Columns, signing_key: SigningKey, course: Course) -> Office:
    """A link that has a column of the platform's, in a class of two."""
    coupled = columns.add(label="Module 3", resourceLinkId="lien-1")
    with database.transaction() as db:
        seeded = seed_class(
            db,
            line_item_url=coupled,
            platform_url=columns.server.url,
            names=("Alex Martin", "Camille Noël"),
        )
        link = db.get_one(ResourceLink, seeded.link_pk)
        link.line_items_url = columns.url
        link.grade_scopes = [SCORE_SCOPE, LINE_ITEM_SCOPE]
    tokens = TokenClient(lambda: signing_key)
    return Office(
        database,
        columns,
        LineItemClient(tokens),
        ScoreClient(tokens),
        course,
        seeded,
        coupled,
        now(),
    )


def test_each_activity_gets_a_column_with_what_was_earned_already(
    office: Office, columns: Columns
) -> None:
    office.work("quiz-un", 0.5)
    office.work("quiz-deux", 0.8, learner=1, recorded=False)
    office.time = now()

    office.choose(Grading.ACTIVITIES)
    assert office.deliver() == 0, "nothing is sent to a column that is not there yet"
    office.time = now()
    assert office.settle() == 2
    office.deliver()

    assert len(columns.items) == 3
    assert [item["resourceLinkId"] for item in columns.items.values()] == ["lien-1"] * 3
    assert columns.grade(2, "user-1") == 0.5
    assert columns.grade(3, "user-2") == pytest.approx(0.8)
    assert columns.grade(1, "user-1") is None, "the platform's own column gets nothing more"
    assert {item.state for item in office.items().values()} == {LineItemState.READY}


def test_an_answer_goes_to_the_column_of_its_activity_alone(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()

    office.work("quiz-un", 1.0)
    office.time = now()

    assert office.deliver() == 1
    assert columns.grade(2, "user-1") == 1.0


def test_one_learner_has_one_row_in_each_column_and_only_the_latest_score_is_sent(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    office.work("quiz-un", 0.2)
    with office.database.transaction() as db:
        db.execute(update(Attempt).values(score=0.9))
        seat = Seat(office.seeded.context_pk, office.seeded.learner_ids[0], COURSE)
        link = db.get_one(ResourceLink, office.seeded.link_pk)
        grades.bring_up_to_date(db, seat, office.course, link)
    office.time = now()

    assert office.deliver() == 1
    assert columns.grade(2, "user-1") == pytest.approx(0.9)
    with office.database.reading() as db:
        assert len(db.scalars(select(GradeDelivery)).all()) == 1


def test_a_link_without_a_column_of_the_platform_s_gets_one_of_ours_for_everything(
    office: Office, columns: Columns
) -> None:
    columns.items.clear()
    office.change_link(line_item_url=None)
    office.work("quiz-un", 1.0)

    office.choose(Grading.WHOLE)
    office.time = now()
    office.settle()
    office.deliver()

    assert columns.labels() == ["Deux unités"]
    assert columns.grade(1, "user-1") == 0.5


def test_our_own_column_that_launches_name_is_not_taken_for_the_platform_s(
    office: Office, columns: Columns
) -> None:
    columns.items.clear()
    office.change_link(line_item_url=None)
    office.choose(Grading.WHOLE)
    office.time = now()
    office.settle()
    office.change_link(line_item_url=office.items()[""].url)

    assert not office.plan(Grading.WHOLE).uses_coupled
    office.choose(Grading.ACTIVITIES, remove=True)
    office.time = now()
    office.settle()

    assert "Deux unités" not in columns.labels()
    assert len(columns.items) == 2


def test_the_platform_s_column_is_remembered_once_launches_name_none(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    office.change_link(line_item_url=None)

    assert office.plan(Grading.WHOLE).uses_coupled
    office.choose(Grading.WHOLE)
    office.work("quiz-un", 1.0)
    office.time = now()
    office.deliver()

    assert columns.grade(1, "user-1") == 0.5


def test_a_choice_is_told_before_it_is_made(office: Office, columns: Columns) -> None:
    office.work("quiz-un", 0.5)
    first = office.plan(Grading.ACTIVITIES)
    assert len(first.made) == 2
    assert first.rests
    assert (first.changed, first.kept, first.retired, first.removed) == ((), (), (), ())
    assert columns.calls("POST") == []
    assert office.items() == {}

    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    office.deliver()
    again = office.plan(Grading.ACTIVITIES, quiz_un="Devoir")
    assert again.changed == ("Devoir",)
    assert len(again.kept) == 1

    back = office.plan(Grading.WHOLE)
    assert back.uses_coupled
    assert len(back.retired) == 2
    assert back.lost == 0
    gone = office.plan(Grading.WHOLE, remove=True)
    assert len(gone.removed) == 2
    assert (gone.lost, gone.lost_by_hand) == (1, 0)

    office.give_by_hand(0.9)
    gone = office.plan(Grading.WHOLE, remove=True)
    assert (gone.lost, gone.lost_by_hand) == (0, 1)


def test_going_back_keeps_our_columns_and_what_is_in_them(office: Office, columns: Columns) -> None:
    office.work("quiz-un", 0.5)
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    office.deliver()

    office.choose(Grading.WHOLE)
    office.wait(2)
    office.settle()
    office.deliver()

    assert len(columns.items) == 3
    assert columns.grade(2, "user-1") == 0.5
    assert columns.grade(1, "user-1") == 0.25
    assert columns.calls("DELETE") == []

    office.choose(Grading.ACTIVITIES)
    office.wait(2)
    office.settle()
    assert len(columns.items) == 3, "the same columns serve again"


def test_our_columns_are_removed_when_the_instructor_asks_for_it(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()

    office.choose(Grading.WHOLE, remove=True)
    office.time = now()
    office.settle()

    assert columns.labels() == ["Module 3"]
    assert office.items() == {}


def test_a_label_and_a_maximum_can_be_changed_and_nothing_else_is(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    columns.items[2]["https://lms.example/own"] = [1]

    office.choose(Grading.ACTIVITIES, quiz_un="Devoir 1", maximum=20.0)
    office.time = now()
    office.settle()

    assert columns.items[2]["label"] == "Devoir 1"
    assert columns.items[2]["scoreMaximum"] == 20.0
    assert columns.items[2]["https://lms.example/own"] == [1]
    assert len(columns.items) == 3


def test_a_column_that_was_made_but_not_noted_is_found_again(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    for item in office.items().values():
        # The other process made it, and died before it could say so.
        mark = NewColumn(item.label, item.maximum, "lien-1", item.resource_id, item.tag)
        with office.database.reading() as db:
            platform = db.scalars(select(Platform)).one()
        office.client.create(platform, columns.url, mark)
    office.time = now()
    office.settle()

    assert len(columns.items) == 3
    assert {item.url for item in office.items().values()} == {
        columns.address(2),
        columns.address(3),
    }


def test_work_that_came_by_a_column_that_was_not_noted_yet_is_not_overwritten(
    office: Office, columns: Columns
) -> None:
    columns.items.clear()
    office.change_link(line_item_url=None)
    office.work("quiz-un", 0.4)
    office.choose(Grading.WHOLE)
    # A worker made it, and died before it could say so. Launches name it from now on.
    item = office.items()[""]
    mark = NewColumn(item.label, item.maximum, "lien-1", item.resource_id, item.tag)
    with office.database.reading() as db:
        platform = db.scalars(select(Platform)).one()
    office.change_link(line_item_url=office.client.create(platform, columns.url, mark).url)
    office.work("quiz-deux", 1.0)
    office.time = now()
    office.deliver()
    assert columns.grade(1, "user-1") == 0.7

    office.wait(LEASE.total_seconds())
    assert office.settle() == 1
    regrade_due(office.database, CourseShelf((COURSES,), {}, str))
    office.deliver()

    assert columns.grade(1, "user-1") == 0.7


def test_two_workers_at_once_make_one_column_each(office: Office, columns: Columns) -> None:
    office.choose(Grading.ACTIVITIES)
    moment = now()
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        settle_due(office.database, office.client, clock=lambda: moment)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(columns.items) == 3
    assert len(columns.calls("POST")) == 2


def test_the_column_of_a_worker_that_died_is_taken_up_when_its_lease_ends(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    with office.database.transaction() as db:
        db.execute(update(LineItem).values(claimed_until=office.time + LEASE))

    assert office.settle() == 0
    office.wait(LEASE.total_seconds())
    assert office.settle() == 2
    assert len(columns.items) == 3


def test_a_platform_that_is_away_is_asked_again_later(office: Office, columns: Columns) -> None:
    office.choose(Grading.ACTIVITIES)
    columns.replies.extend([Answer(500), Answer(503)])
    office.time = now()
    assert office.settle() == 2
    assert {item.state for item in office.items().values()} == {LineItemState.WANTED}
    assert all(item.error for item in office.items().values())

    office.wait(60)
    office.settle()
    assert {item.state for item in office.items().values()} == {LineItemState.READY}
    assert not any(item.error for item in office.items().values())


def test_a_refusal_waits_for_somebody_to_mend_it(office: Office, columns: Columns) -> None:
    office.choose(Grading.ACTIVITIES)
    columns.replies.extend([Answer(403)] * 2)
    office.time = now()
    office.settle()
    office.wait(7 * 24 * 3600)
    assert office.settle() == 0
    assert all(str(item.error).startswith("not_allowed") for item in office.items().values())

    office.choose(Grading.ACTIVITIES)
    office.wait(1)
    assert office.settle() == 2
    assert len(columns.items) == 3


def test_a_column_that_the_platform_does_not_call_ours_is_never_deleted(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    # Of the same link, at the address that we noted, and not ours any more.
    columns.items[2].update(tag="", resourceId="")
    columns.items[3].update(tag="arrimage-of-another", resourceLinkId="lien-1")

    office.choose(Grading.WHOLE, remove=True)
    office.time = now()
    office.settle()

    assert len(columns.items) == 3
    assert columns.calls("DELETE") == []
    items = office.items().values()
    assert {item.state for item in items} == {LineItemState.RETIRED}
    assert all(str(item.error).startswith(NOT_OURS) for item in items)


def test_the_platform_s_own_column_is_never_deleted_whatever_our_rows_say(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    mark = office.items()["quiz-un"]
    columns.items[1].update(tag=mark.tag, resourceId=mark.resource_id)
    with office.database.transaction() as db:
        row = db.get_one(LineItem, mark.id)
        row.url = office.coupled
        db.execute(
            update(LineItem).where(LineItem.made_by == Maker.PLATFORM).values(url=office.coupled)
        )

    office.change_link(line_item_url=None)
    office.choose(Grading.WHOLE, remove=True)
    office.time = now()
    office.settle()

    assert 1 in columns.items
    assert office.columns.address(1) not in [
        f"{columns.server.url}{asked.path}" for asked in columns.calls("DELETE")
    ]


def test_a_column_that_somebody_deleted_is_made_anew_with_all_its_scores(
    office: Office, columns: Columns
) -> None:
    office.work("quiz-un", 0.5)
    office.work("quiz-un", 0.7, learner=1)
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()
    office.deliver()
    del columns.items[2]
    with office.database.transaction() as db:
        db.execute(update(GradeDelivery).values(state="pending"))
    office.give_by_hand(0.9)
    office.wait(2)
    office.deliver()

    office.choose(Grading.ACTIVITIES)
    office.wait(2)
    office.settle()
    office.wait(2)
    office.deliver()

    assert columns.grade(4, "user-1") == 0.5
    assert columns.grade(4, "user-2") == pytest.approx(0.7)


def test_a_change_of_mind_while_the_column_is_being_made_loses_nothing(
    office: Office, columns: Columns
) -> None:
    office.choose(Grading.ACTIVITIES)

    def change_mind(asked: Asked) -> None:
        if asked.method == "POST":
            columns.after = lambda _asked: None
            office.choose(Grading.WHOLE, remove=True)

    columns.after = change_mind
    office.time = now()
    office.settle()
    office.wait(LEASE.total_seconds())
    office.settle()

    assert columns.labels() == ["Module 3"]
    assert office.items() == {}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"line_items_url": None}, ChoiceFault.NO_ADDRESS),
        ({"grade_scopes": [SCORE_SCOPE]}, ChoiceFault.NOT_GRANTED),
    ],
)
def test_a_platform_that_does_not_allow_it_gets_no_columns(
    office: Office, changes: dict[str, object], fault: ChoiceFault
) -> None:
    office.change_link(**changes)

    with pytest.raises(ChoiceRefused) as caught:
        office.choose(Grading.ACTIVITIES)

    assert caught.value.fault is fault
    assert office.items() == {}
    office.choose(Grading.WHOLE)


@pytest.mark.parametrize("label", ["", " \n ", "x" * 201])
def test_a_label_that_no_column_can_have_is_refused(label: str) -> None:
    with pytest.raises(ChoiceRefused):
        checked_column("quiz-un", label, 100)


@pytest.mark.parametrize("maximum", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_maximum_that_no_column_can_have_is_refused(maximum: float) -> None:
    with pytest.raises(ChoiceRefused):
        checked_column("quiz-un", "Quiz", maximum)


def test_an_activity_that_the_course_got_since_is_told_to_have_no_column(office: Office) -> None:
    office.choose(Grading.ACTIVITIES)
    with office.database.transaction() as db:
        db.execute(
            update(LineItem).where(LineItem.activity == "quiz-deux").values(activity="autrefois")
        )
    with office.database.reading() as db:
        link = db.get_one(ResourceLink, office.seeded.link_pk)
        items = line_items_of(db, [link.id])

        assert [one.id for one in uncovered(office.course, link, items)] == ["quiz-deux"]
        assert has_column(link, items)


def test_columns_on_a_foreign_host_are_neither_made_nor_asked_for(office: Office) -> None:
    office.change_link(line_items_url="https://evil.example/lineitems")
    office.choose(Grading.ACTIVITIES)
    office.time = now()
    office.settle()

    assert all(str(i.error).startswith("foreign_address") for i in office.items().values())
    assert office.columns.server.asked == []


def test_the_class_of_a_link_goes_with_its_columns(office: Office) -> None:
    office.choose(Grading.ACTIVITIES)
    with office.database.transaction() as db:
        db.delete(db.get_one(Context, office.seeded.context_pk))

    assert office.items() == {}
