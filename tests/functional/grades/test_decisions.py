"""An instructor decides how a link is graded: told beforehand, applied to the last learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, select

from course_content.loader import load_course
from course_content.model import Course
from lti_tool.database import Database
from lti_tool.lti import LINE_ITEM_SCOPE, SCORE_SCOPE
from lti_tool.models import (
    Attempt,
    ClassLine,
    Counting,
    DeliveryState,
    GradeDelivery,
    Grading,
    HandMadeGrade,
    Learner,
    LineItem,
    Maker,
    Progress,
    ResourceLink,
    now,
)
from lti_tool.models import Decision as Verdict
from lti_tool.services import grades, regrading
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.services.column_choice import Choice, ChoiceFault, ChoiceRefused, proposed
from lti_tool.services.columns import line_items_of
from lti_tool.services.courses import CourseShelf
from lti_tool.services.decisions import Decision, decide, inherit_policy, undoing
from lti_tool.services.forecasts import Forecast, forecast
from lti_tool.services.grading_policy import GradingPolicy
from lti_tool.services.progress import Seat
from tests.seeding import COURSE, SeededClass, seed_class

COURSES = Path(__file__).parents[2] / "courses"
NAMES = ("Zoé Martin", "Émile Noël", "Noa Petit", "Dominique Roy", "Camille Leroy")
TRIES: Mapping[int, Mapping[str, tuple[float, ...]]] = {
    0: {"quiz-un": (0.4, 0.9), "quiz-deux": (1.0, 0.2, 0.6)},
    1: {"quiz-un": (0.8, 0.5)},
    2: {"quiz-deux": (0.7,)},
    3: {"quiz-un": (0.0, 1.0), "quiz-deux": (0.5, 0.5)},
    4: {},
}
WHOLE = {
    # Worked out by hand: the mean of the two quizzes, one that is not done counting 0.
    "best": {0: 0.95, 1: 0.4, 2: 0.35, 3: 0.75},
    "last": {0: 0.75, 1: 0.25, 2: 0.35, 3: 0.75},
    "first": {0: 0.7, 1: 0.4, 2: 0.35, 3: 0.25},
    "average": {0: 0.625, 1: 0.325, 2: 0.35, 3: 0.5},
}
LAST = GradingPolicy(Counting.LAST)


@dataclass
class Office:
    """A class of five at one link, whose work was graded as it was done."""

    database: Database
    courses: CourseShelf
    course: Course
    seeded: SeededClass

    def tries(self, learner: int, activity: str, score: float, *, recorded: bool = True) -> None:
        learner_id = self.seeded.learner_ids[learner]
        seat = Seat(self.seeded.context_pk, learner_id, COURSE)
        with self.database.transaction() as db:
            of_theirs = (Attempt.learner_id == learner_id, Attempt.activity == activity)
            number = len(db.scalars(select(Attempt.id).where(*of_theirs)).all()) + 1
            db.add(
                Attempt(
                    context_pk=self.seeded.context_pk,
                    learner_id=learner_id,
                    course=COURSE,
                    activity=activity,
                    number=number,
                    completed_at=now(),
                    score=score,
                )
            )
            db.flush()
            if recorded:
                links = {self.seeded.link_pk}
                grades.record(db, seat, self.course, links, self.course.activity(activity))

    def forecast(self, decision: Decision) -> Forecast:
        with self.database.reading() as db:
            link = db.get_one(ResourceLink, self.seeded.link_pk)
            return forecast(db, self.course, link, decision)

    def decide(self, decision: Decision) -> Forecast:
        """Decide, and return what was told before."""
        told = self.forecast(decision)
        with self.database.transaction() as db:
            assert decide(db, self.course, self.seeded.link_pk, decision, told.grading_version)
        return told

    def regrade(self) -> None:
        regrading.regrade_due(self.database, self.courses)

    def undoing(self) -> Decision:
        with self.database.reading() as db:
            link = db.get_one(ResourceLink, self.seeded.link_pk)
            return undoing(db, self.course, link, "fr")

    def columns(self, grading: Grading) -> Choice:
        """The columns that the page proposes."""
        with self.database.reading() as db:
            link = db.get_one(ResourceLink, self.seeded.link_pk)
            offered = proposed(self.course, link, line_items_of(db, [link.id]), "fr")
        return Choice(grading, {one.activity: one for one in offered})

    def grades(self, activity: str = "") -> dict[int, float]:
        """The score of each learner in a column, as the gradebook has it or will."""
        with self.database.reading() as db:
            rows = db.execute(
                select(GradeDelivery.learner_id, GradeDelivery.score)
                .join(LineItem, LineItem.id == GradeDelivery.line_item_pk)
                .where(LineItem.activity == activity)
            )
            places = {one: place for place, one in enumerate(self.seeded.learner_ids)}
            return {places[learner_id]: score for learner_id, score in rows}

    def versions(self) -> list[int]:
        with self.database.reading() as db:
            return list(db.scalars(select(GradeDelivery.version).order_by(GradeDelivery.id)))

    def give_by_hand(self, learner: int, theirs: float, verdict: Verdict | None = None) -> None:
        """Have a teacher's grade found in the column of the link, and decided about."""
        with self.database.transaction() as db:
            db.add(
                HandMadeGrade(
                    line_item_pk=db.scalars(select(LineItem.id)).one(),
                    learner_id=self.seeded.learner_ids[learner],
                    theirs=theirs,
                    decision=verdict,
                )
            )

    def link(self) -> ResourceLink:
        with self.database.reading() as db:
            return db.get_one(ResourceLink, self.seeded.link_pk)

    def change_link(self, **values: object) -> None:
        with self.database.transaction() as db:
            link = db.get_one(ResourceLink, self.seeded.link_pk)
            for name, value in values.items():
                setattr(link, name, value)


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(COURSES / COURSE)


@pytest.fixture
def office(database: Database, course: Course) -> Office:
    with database.transaction() as db:
        seeded = seed_class(db, names=NAMES)
        link = db.get_one(ResourceLink, seeded.link_pk)
        link.line_items_url = "https://lms.example.org/items"
        link.grade_scopes = [SCORE_SCOPE, LINE_ITEM_SCOPE]
    office = Office(database, CourseShelf((COURSES,), {}, str), course, seeded)
    for learner, tried in TRIES.items():
        for activity, scores in tried.items():
            for score in scores:
                office.tries(learner, activity, score)
    return office


def told_as_grades(told: Forecast, office: Office) -> dict[tuple[str, int], float]:
    places = {one: place for place, one in enumerate(office.seeded.learner_ids)}
    return {(one.column, places[one.learner_id]): one.after for one in told.grades}


@pytest.mark.parametrize("counting", list(Counting))
def test_what_is_told_is_what_is_applied_as_worked_out_by_hand(
    office: Office, counting: Counting
) -> None:
    before = office.grades()
    assert before == pytest.approx(WHOLE["best"])
    versions = office.versions()

    told = office.forecast(Decision(GradingPolicy(counting)))
    assert (office.grades(), office.versions()) == (before, versions), "nothing is written"
    assert {one.learner_id: one.before for one in told.grades} == {
        office.seeded.learner_ids[place]: before[place]
        for place, score in WHOLE[counting].items()
        if score != pytest.approx(before[place])
    }

    office.decide(Decision(GradingPolicy(counting)))

    assert office.grades() == pytest.approx(WHOLE[counting])
    changed = {place for (_column, place) in told_as_grades(told, office)}
    expected = before | {place: told_as_grades(told, office)["", place] for place in changed}
    assert office.grades() == expected
    assert sum(office.versions()) - sum(versions) == len(told.grades), "and nothing else"


def test_a_grade_that_falls_is_sent_once_more(office: Office) -> None:
    with office.database.transaction() as db:
        for row in db.scalars(select(GradeDelivery)):
            row.state = DeliveryState.SENT

    told = office.decide(Decision(LAST))

    assert (told.people, told.rising, told.falling, told.new) == (2, 0, 2, 0)
    with office.database.reading() as db:
        waiting = select(GradeDelivery.learner_id).where(GradeDelivery.state == "pending")
        assert set(db.scalars(waiting)) == {one.learner_id for one in told.grades}


@pytest.mark.parametrize("verdict", [None, Verdict.KEEP])
def test_a_grade_given_by_hand_stays_and_is_told_apart(
    office: Office, verdict: Verdict | None
) -> None:
    office.give_by_hand(0, 0.8, verdict)

    told = office.decide(Decision(LAST))

    assert (told.people, told.rising, told.falling, told.new) == (1, 0, 1, 0)
    [held] = told.held
    assert (held.name, held.before, held.after, held.theirs) == (NAMES[0], 0.95, 0.75, 0.8)
    assert told.changes == (*told.grades, held, *told.passes)
    assert office.grades()[0] == pytest.approx(0.75), "ours is ready for whoever decides"


def test_a_grade_that_an_instructor_had_replaced_changes_as_any_other(office: Office) -> None:
    office.give_by_hand(0, 0.8, Verdict.REPLACE)

    told = office.forecast(Decision(LAST))

    assert (told.falling, told.held) == (2, ())


def test_a_first_score_beside_a_grade_given_by_hand_is_not_told_as_new(office: Office) -> None:
    office.tries(4, "quiz-un", 1.0, recorded=False)
    office.give_by_hand(4, 0.8)

    told = office.forecast(Decision(LAST))

    assert (told.people, told.new) == (2, 0)
    assert [(one.before, one.after) for one in told.held] == [(None, 0.5)]


def test_a_grade_given_by_hand_makes_another_forecast_as_long_as_it_stays(office: Office) -> None:
    def version() -> str:
        return office.forecast(Decision(LAST)).version

    before = version()
    office.give_by_hand(0, 0.8)
    held = version()
    with office.database.transaction() as db:
        db.scalars(select(HandMadeGrade)).one().theirs = 0.9
    changed = version()
    with office.database.transaction() as db:
        db.delete(db.scalars(select(HandMadeGrade)).one())

    assert len({before, held, changed}) == 3
    assert version() == before


def test_grades_given_by_hand_cost_no_more_queries_the_more_there_are(office: Office) -> None:
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def queries() -> int:
        asked.clear()
        event.listen(office.database.engine, "before_cursor_execute", note)
        office.forecast(Decision(LAST))
        event.remove(office.database.engine, "before_cursor_execute", note)
        return len(asked)

    before = queries()
    for learner in range(4):
        office.give_by_hand(learner, 0.8)

    assert queries() == before


def test_a_decision_about_columns_and_attempts_is_told_column_by_column(office: Office) -> None:
    decision = Decision(LAST, office.columns(Grading.ACTIVITIES))

    told = office.decide(decision)

    assert told.plan is not None
    assert len(told.plan.made) == 2
    assert (told.people, told.new, told.falling) == (4, 6, 0)
    assert told_as_grades(told, office) == {
        (activity, place): score
        for activity in ("quiz-un", "quiz-deux")
        for place, score in office.grades(activity).items()
    }
    assert office.grades("quiz-un") == {0: 0.9, 1: 0.5, 3: 1.0}
    assert office.grades() == pytest.approx(WHOLE["best"]), "what the old column has stays there"


def test_who_passes_is_told_by_person_and_activity(office: Office) -> None:
    strict = office.forecast(Decision(GradingPolicy(Counting.BEST, 85)))
    assert strict.grades == ()
    lost = {(one.name, one.activity) for one in strict.passes if not one.passes}
    assert lost == {("Émile Noël", "quiz-un"), ("Noa Petit", "quiz-deux")}
    assert (strict.passing, strict.failing) == (0, 2)

    mild = office.forecast(Decision(GradingPolicy(Counting.FIRST, 40)))
    assert {(one.name, one.activity, one.passes) for one in mild.passes} == {
        ("Dominique Roy", "quiz-un", False),
        ("Dominique Roy", "quiz-deux", True),
    }


def test_an_older_decision_is_not_made_over_a_newer_one(office: Office) -> None:
    told = office.forecast(Decision(LAST))
    office.decide(Decision(GradingPolicy(Counting.FIRST)))

    with office.database.transaction() as db:
        made = decide(db, office.course, office.seeded.link_pk, told.decision, told.grading_version)

    assert not made
    assert office.link().counting == Counting.FIRST
    assert office.grades() == pytest.approx(WHOLE["first"])


def test_work_that_comes_between_makes_another_forecast(office: Office) -> None:
    told = office.forecast(Decision(LAST))
    assert office.forecast(Decision(LAST)).version == told.version
    office.tries(1, "quiz-deux", 1.0)

    assert office.forecast(Decision(LAST)).version != told.version
    assert office.forecast(Decision(LAST)).grading_version == told.grading_version


def test_the_last_decision_is_taken_back_and_brought_forth_again(office: Office) -> None:
    with pytest.raises(ChoiceRefused) as refused:
        office.undoing()
    assert refused.value.fault is ChoiceFault.NOTHING_BEFORE
    before = office.grades()
    there = office.decide(Decision(GradingPolicy(Counting.AVERAGE, 80)))

    back = office.decide(office.undoing())

    assert office.grades() == before
    assert [(one.learner_id, one.before, one.after) for one in back.grades] == [
        (one.learner_id, one.after, one.before) for one in there.grades
    ]
    assert (office.link().counting, office.link().pass_mark) == ("best", None)
    office.decide(office.undoing())
    assert office.grades() == pytest.approx(WHOLE["average"])
    assert office.link().pass_mark == 80


def test_columns_come_back_with_the_decision_that_let_them_go(office: Office) -> None:
    office.decide(Decision(LAST, office.columns(Grading.ACTIVITIES)))

    back = office.decide(office.undoing())
    assert back.plan is not None
    assert len(back.plan.retired) == 0, "they were not made yet, and are forgotten"
    assert office.link().grading == Grading.WHOLE

    again = office.decide(office.undoing())
    assert again.plan is not None
    assert office.link().grading == Grading.ACTIVITIES
    assert office.grades("quiz-un") == {0: 0.9, 1: 0.5, 3: 1.0}


def test_a_link_that_had_no_column_has_none_again(office: Office) -> None:
    office.change_link(line_item_url=None)
    with office.database.transaction() as db:
        for item in db.scalars(select(LineItem)):
            db.delete(item)
    nowhere = office.forecast(Decision(LAST))
    assert not nowhere.has_columns
    assert (nowhere.people, nowhere.falling) == (2, 2), "the table's own score is told instead"
    office.decide(Decision(LAST, office.columns(Grading.WHOLE)))
    assert office.grades() == pytest.approx(WHOLE["last"])

    office.decide(office.undoing())

    with office.database.reading() as db:
        [item] = db.scalars(select(LineItem).where(LineItem.made_by == Maker.TOOL))
        assert item.state == "retired"


class Crash(Exception):
    """The process ends here."""


def test_a_crash_in_the_midst_of_a_class_leaves_what_another_worker_finishes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regrading, "BATCH", 2)
    told = office.decide(Decision(LAST))
    assert told.falling == 2
    assert office.link().regrade_after == office.seeded.learner_ids[1]

    def die(_connection: object) -> None:
        raise Crash

    event.listen(office.database.engine, "commit", die)
    office.regrade()
    event.remove(office.database.engine, "commit", die)
    assert office.link().regrade_after == office.seeded.learner_ids[1], "as if it had not begun"

    office.regrade()

    assert office.link().regrade_after is None
    assert office.grades() == pytest.approx(WHOLE["last"])


def test_an_answer_in_the_midst_of_regrading_is_graded_by_the_new_policy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regrading, "BATCH", 1)
    office.decide(Decision(LAST))
    with office.database.reading() as db:
        assert regrading.waiting(db, db.get_one(ResourceLink, office.seeded.link_pk)) == 3
    office.tries(3, "quiz-un", 0.2)
    assert office.grades()[3] == pytest.approx(0.35)
    office.tries(0, "quiz-deux", 0.0)

    office.regrade()

    assert office.grades() == pytest.approx({0: 0.45, 1: 0.25, 2: 0.35, 3: 0.35})


def test_a_launch_brings_grades_up_to_date_by_the_policy(office: Office) -> None:
    office.decide(Decision(LAST))
    office.tries(0, "quiz-un", 0.1, recorded=False)
    seat = Seat(office.seeded.context_pk, office.seeded.learner_ids[0], COURSE)

    with office.database.transaction() as db:
        link = db.get_one(ResourceLink, office.seeded.link_pk)
        grades.bring_up_to_date(db, seat, office.course, link)

    assert office.grades()[0] == pytest.approx(0.35)


def test_test_users_are_neither_told_nor_graded(office: Office) -> None:
    with office.database.transaction() as db:
        db.get_one(Learner, office.seeded.learner_ids[0]).is_test_user = True
    before = office.grades()[0]

    told = office.decide(Decision(LAST))

    assert office.seeded.learner_ids[0] not in {one.learner_id for one in told.grades}
    assert office.grades()[0] == before


def test_the_lines_of_the_class_table_follow_the_policy(office: Office) -> None:
    with office.database.transaction() as db:
        db.add_all(
            Progress(context_pk=office.seeded.context_pk, learner_id=one, course=COURSE)
            for one in office.seeded.learner_ids
        )

    def lines() -> dict[int, tuple[float | None, int]]:
        with office.database.reading() as db:
            link = db.get_one(ResourceLink, office.seeded.link_pk)
            bring_up_to_date(office.database, db, office.course, link, Share(most=None))
            places = {one: place for place, one in enumerate(office.seeded.learner_ids)}
            return {
                places[one.learner_id]: (one.score, one.failed_tries)
                for one in db.scalars(select(ClassLine))
            }

    assert {place: score for place, (score, _failed) in lines().items() if score} == pytest.approx(
        WHOLE["best"]
    )
    assert {place: failed for place, (_score, failed) in lines().items() if failed} == {3: 2}

    office.decide(Decision(GradingPolicy(Counting.FIRST, 70)))

    assert {place: score for place, (score, _failed) in lines().items() if score} == pytest.approx(
        WHOLE["first"]
    )
    # Zoé and Dominique passed the first quiz later on: what counts failed once. Two attempts of
    # Dominique's at the second one never reached the mark.
    assert {place: failed for place, (_score, failed) in lines().items() if failed} == {0: 1, 3: 2}


def test_a_copied_link_is_graded_as_its_ancestor(office: Office) -> None:
    office.decide(Decision(GradingPolicy(Counting.FIRST, 70)))
    copy = ResourceLink()

    inherit_policy(copy, office.link())

    assert GradingPolicy.of(copy) == GradingPolicy(Counting.FIRST, 70)
