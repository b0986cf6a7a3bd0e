"""An instructor is told which works came late, where they are listed and where one is reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest
from sqlalchemy import select, update

from lti_tool.lti import Role
from lti_tool.models import Base, Learner, Membership, ResourceLink, Submission
from tests.functional.instructor.test_class import counted
from tests.functional.instructor.test_terms import dates, gives, set_whole
from tests.functional.learning.test_group_works import put_into
from tests.functional.school import School, Window

PLAN = "mon-plan"
MARKS = {"promesse": 2, "methode": 3}
ZOE, EMILE = 0, 1
DAY = timedelta(days=1)
DUE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
IN_TIME = DUE - DAY


@pytest.fixture
def atelier(school: School) -> School:
    """The class, whose link opens a course with workshops; a teacher is the last person."""
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
    return school


@pytest.fixture
def teacher(atelier: School) -> Window:
    """Somebody who teaches, and wrote until when work is awaited."""
    window = atelier.open(2, role=Role.INSTRUCTOR)
    set_whole(window, due=DUE)
    return window


def hands_in(
    school: School, learner: int, at: datetime, number: int = 1, group: str | None = None
) -> int:
    """Make the plan and hand it in at a moment; return the number of the hand-in."""
    window = school.open(learner)
    path = f"/api/works/{PLAN}"
    shared = {} if group is None else {"group": group}
    change = {"revision": number - 1, "changes": {"p": {"type": "promise", "who": str(number)}}}
    made = window.client.patch(path, json={**change, **shared}, headers=window.headers)
    assert made.status_code == 200, made.text
    handed = window.post(f"{path}/submissions", {"number": number, **shared})
    assert handed.status_code == 200, handed.text
    with school.database.transaction() as db:
        latest = db.scalars(select(Submission.id).order_by(Submission.id.desc()).limit(1)).one()
        db.execute(update(Submission).where(Submission.id == latest).values(handed_in_at=at))
    return latest


def returned(teacher: Window, submission_id: int) -> None:
    body = {"state": "returned", "revision": 0, "marks": {}, "comment": "À compléter."}
    assert teacher.post(f"/api/submissions/{submission_id}/decision", body).status_code == 200


def accepted(teacher: Window, submission_id: int) -> None:
    body = {"state": "accepted", "revision": 0, "marks": MARKS, "comment": ""}
    assert teacher.post(f"/api/submissions/{submission_id}/decision", body).status_code == 200


def queue(teacher: Window) -> Sequence[str]:
    """The lines of the queue, as one reads them."""
    html = teacher.get("/api/class").get_data(as_text=True)
    lines = lxml.html.fromstring(html).xpath("//section[@class='class-queue']//li/p")
    return [" ".join(line.text_content().split()) for line in lines]


def opened(teacher: Window, submission_id: int) -> Any:
    answered = teacher.get(f"/api/submissions/{submission_id}")
    assert answered.status_code == 200, answered.text
    return answered.get_json()


def test_a_late_work_says_by_how_much_in_the_queue_and_where_it_is_reviewed(
    atelier: School, teacher: Window
) -> None:
    late = hands_in(atelier, ZOE, DUE + timedelta(days=2, hours=3))
    in_time = hands_in(atelier, EMILE, IN_TIME)

    first, second = queue(teacher)

    assert first.startswith("Émile Noël")
    assert "retard" not in first
    assert second.startswith("Zoé Martin")
    assert second.endswith(", en retard de 2 jours")
    assert opened(teacher, late)["lateSeconds"] == 51 * 3600
    assert opened(teacher, in_time)["lateSeconds"] is None


def test_a_late_work_stays_late_once_it_is_accepted(atelier: School, teacher: Window) -> None:
    accepted(teacher, hands_in(atelier, ZOE, DUE + timedelta(hours=5)))

    (line,) = queue(teacher)

    assert "Accepté" in line
    assert line.endswith(", en retard de 5 heures")


@pytest.mark.usefixtures("teacher")
def test_who_hands_in_too_late_is_told_so_as_well(atelier: School) -> None:
    window = atelier.open(ZOE)
    path = f"/api/works/{PLAN}"
    change = {"revision": 0, "changes": {"p": {"type": "promise"}}}
    window.client.patch(path, json=change, headers=window.headers)
    assert window.get(f"{path}/submissions").get_json()["lateSeconds"] is None

    for _click in range(2):
        handed = window.post(f"{path}/submissions", {"number": 1}).get_json()
        assert handed["lateSeconds"] > 86_400
    assert window.get(f"{path}/submissions").get_json()["lateSeconds"] == handed["lateSeconds"]


@pytest.mark.usefixtures("teacher")
def test_who_reads_english_is_told_in_english(atelier: School) -> None:
    late = hands_in(atelier, ZOE, DUE + timedelta(days=1, hours=3))
    reader = atelier.open(2, role=Role.INSTRUCTOR, language="en")

    assert queue(reader)[0].endswith(", 1 day late")
    assert opened(reader, late)["pageLanguage"] == "en"
    assert opened(reader, late)["language"] == "fr"


def test_what_somebody_was_given_decides_whether_their_work_is_late(
    atelier: School, teacher: Window
) -> None:
    hands_in(atelier, ZOE, DUE + 3 * DAY)
    late = hands_in(atelier, EMILE, DUE + 3 * DAY)
    put_into(atelier, "7", EMILE, name="TD 7")
    zoe = f"learner:{atelier.seeded.learner_ids[ZOE]}"
    assert gives(teacher, zoe, **dates(due=DUE + 4 * DAY)).status_code == 200
    assert gives(teacher, "group:7", **dates(due=DUE + DAY)).status_code == 200

    by_name = {line.split(" –")[0]: line for line in queue(teacher)}

    assert "retard" not in by_name["Zoé Martin"]
    assert by_name["Émile Noël"].endswith(", en retard de 2 jours")
    assert opened(teacher, late)["lateSeconds"] == 2 * 86_400


def test_the_first_time_that_a_work_is_handed_in_decides(atelier: School, teacher: Window) -> None:
    returned(teacher, hands_in(atelier, ZOE, IN_TIME))
    returned(teacher, hands_in(atelier, EMILE, DUE + 2 * DAY))
    again = hands_in(atelier, ZOE, DUE + 5 * DAY, number=2)
    late_again = hands_in(atelier, EMILE, DUE + 6 * DAY, number=2)

    first, second = queue(teacher)

    assert "retard" not in first
    assert second.endswith(", première remise en retard de 2 jours")
    assert opened(teacher, again)["lateSeconds"] is None
    assert opened(teacher, late_again)["lateSeconds"] == 2 * 86_400


def test_of_a_group_s_work_the_terms_of_who_first_handed_it_in_decide(
    atelier: School, teacher: Window
) -> None:
    put_into(atelier, "11", ZOE, EMILE, name="Groupe A")
    emile = f"learner:{atelier.seeded.learner_ids[EMILE]}"
    assert gives(teacher, emile, **dates(due=DUE + 9 * DAY)).status_code == 200
    first = hands_in(atelier, ZOE, DUE + 2 * DAY, group="11")
    again = hands_in(atelier, EMILE, DUE + 4 * DAY, number=2, group="11")

    (line,) = queue(teacher)

    assert line.endswith(", première remise en retard de 2 jours")
    for submission_id in (first, again):
        assert opened(teacher, submission_id)["lateSeconds"] == 2 * 86_400
    for learner in (ZOE, EMILE):
        page = teacher.get(f"/api/class/learners/{atelier.seeded.learner_ids[learner]}").text
        works = lxml.html.fromstring(page).xpath("//section[@aria-labelledby='works-title']")
        assert works[0].text_content().count("en retard de 2 jours") == 1
        shown = atelier.open(learner).get(f"/api/works/{PLAN}/submissions?group=11")
        assert shown.get_json()["lateSeconds"] == 2 * 86_400


def test_a_class_without_dates_has_no_late_work(atelier: School) -> None:
    late = hands_in(atelier, ZOE, DUE + 2 * DAY)
    reader = atelier.open(2, role=Role.INSTRUCTOR)

    assert "retard" not in queue(reader)[0]
    assert opened(reader, late)["lateSeconds"] is None


def test_more_late_works_take_no_more_queries(atelier: School, teacher: Window) -> None:
    hands_in(atelier, ZOE, DUE + 2 * DAY)
    zoe = f"learner:{atelier.seeded.learner_ids[ZOE]}"
    assert gives(teacher, zoe, **dates(due=DUE + DAY)).status_code == 200
    queue(teacher)
    with counted(atelier) as few:
        queue(teacher)
    with atelier.database.transaction() as db:
        for number in range(12):
            db.add_all(late_people(atelier, number))
    queue(teacher)

    with counted(atelier) as many:
        lines = queue(teacher)

    assert len([line for line in lines if "en retard de" in line]) == 13
    assert len(many) == len(few)


def late_people(school: School, number: int) -> Sequence[Base]:
    """Somebody else in the class, and the work that they handed in too late."""
    person = Learner(
        platform_id=school.seeded.platform_id, sub=f"more-{number}", name=f"N {number}"
    )
    context_pk = school.seeded.context_pk
    return [
        Membership(context_pk=context_pk, learner=person, role="learner"),
        Submission(
            context_pk=context_pk,
            learner=person,
            holder=f"more-{number}",
            course="atelier",
            workshop=PLAN,
            number=1,
            records={},
            handed_in_at=DUE + 2 * DAY,
        ),
    ]
