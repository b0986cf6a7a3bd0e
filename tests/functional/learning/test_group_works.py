"""The members of a group make one work together, through the HTTP door."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from lti_tool.lti import Role
from lti_tool.models import (
    Context,
    CourseGroup,
    GradeDelivery,
    GroupMembership,
    GroupOrigin,
    Learner,
    LearnerWork,
    Membership,
    Replacement,
    ResourceLink,
    Submission,
)
from lti_tool.services.group_works import MOST_REPLACEMENTS
from tests.functional.school import School, Window

MAP = "/api/works/ma-carte"
PLAN = "/api/works/mon-plan"
MARKS = {"promesse": 2, "methode": 3}
ZOE, EMILE, NOA = 0, 1, 2
MAIRIE = {"a": {"type": "actor", "label": "Mairie"}}


def put_into(school: School, group_id: str, *learners: int, name: str = "") -> None:
    """Put people into a group of the class, as a launch or a list does."""
    with school.database.transaction() as db:
        group = CourseGroup(
            context_pk=school.seeded.context_pk,
            group_id=group_id,
            name=name,
            origin=GroupOrigin.LISTED,
        )
        db.add(group)
        db.flush()
        for learner in learners:
            db.add(
                GroupMembership(group_pk=group.id, learner_id=school.seeded.learner_ids[learner])
            )


def put_out(school: School, learner: int) -> None:
    with school.database.transaction() as db:
        theirs = GroupMembership.learner_id == school.seeded.learner_ids[learner]
        db.execute(delete(GroupMembership).where(theirs))


@pytest.fixture
def alone(school: School) -> School:
    """A class at a course whose map and plan a group shares; it has no groups yet."""
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).course = "atelier"
        db.get_one(Learner, school.seeded.learner_ids[NOA]).name = "Noa Petit"
    return school


@pytest.fixture
def atelier(alone: School) -> School:
    """The same, with Zoé and Émile in one group. Noa is in none."""
    put_into(alone, "11", ZOE, EMILE, name="Groupe A")
    return alone


def change(
    window: Window, revision: int, changes: Any, group: str | None = "11", path: str = MAP
) -> TestResponse:
    body = {"revision": revision, "changes": changes, "group": group}
    return window.client.patch(path, json=body, headers=window.headers)


def refusal(answered: TestResponse) -> tuple[int, str]:
    return answered.status_code, answered.get_json()["error"]["code"]


def test_both_members_find_the_same_work(atelier: School) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)

    seen = atelier.open(EMILE).get(MAP).get_json()

    assert (seen["records"], seen["revision"]) == (MAIRIE, 1)
    assert seen["share"] == {
        "id": "11",
        "name": "Groupe A",
        "members": ["Zoé Martin"],
        "groups": [{"id": "11", "name": "Groupe A"}],
        "own": False,
        "replaced": [],
    }


def test_a_group_without_a_name_is_called_by_its_number(alone: School) -> None:
    put_into(alone, "12", ZOE)
    assert alone.open(ZOE).get(MAP).get_json()["share"]["name"] == "Groupe 12"


def test_who_is_in_no_group_makes_a_work_of_their_own(atelier: School) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    assert atelier.open(NOA).get(MAP).get_json() == {"records": {}, "revision": 0}


def test_a_workshop_that_is_not_shared_stays_everybody_s_own(atelier: School) -> None:
    grid = "/api/works/ma-grille"
    change(atelier.open(ZOE), 0, {"r": {"power": 2}}, None, grid)

    assert atelier.open(EMILE).get(grid).get_json() == {"records": {}, "revision": 0}
    refused = change(atelier.open(ZOE), 0, {"r": {"power": 2}}, "11", grid)
    assert refusal(refused) == (403, "not_in_group")


def test_changes_of_different_fields_both_hold(atelier: School) -> None:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    change(zoe, 0, MAIRIE)

    change(zoe, 1, {"a": {"label": "Commune"}})
    late = change(emile, 1, {"a": {"note": "élue"}, "b": {"type": "actor"}}).get_json()

    assert late["records"]["a"] == {"type": "actor", "label": "Commune", "note": "élue"}
    assert late["records"]["b"] == {"type": "actor"}
    assert late["share"] == {"replaced": []}


def test_of_two_changes_to_one_field_the_later_holds_and_the_other_is_kept(
    atelier: School,
) -> None:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    change(zoe, 0, MAIRIE)

    late = change(emile, 0, {"a": {"label": "Collège"}}).get_json()

    assert late["records"]["a"]["label"] == "Collège"
    (replaced,) = late["share"]["replaced"]
    assert replaced == {
        "id": replaced["id"],
        "record": "a",
        "field": "label",
        "value": "Mairie",
        "author": "Zoé Martin",
        "replacer": "Émile Noël",
        "isMine": False,
        "isByMe": True,
        "isUnseen": True,
    }
    (told,) = zoe.get(f"{MAP}?group=11&since=1").get_json()["share"]["replaced"]
    assert (told["isMine"], told["isByMe"]) == (True, False)


def test_words_that_a_member_has_seen_before_they_wrote_over_them_are_kept_too(
    atelier: School,
) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    emile = atelier.open(EMILE)

    change(emile, 1, {"a": {"label": "Collège"}})

    (replaced,) = emile.get(MAP).get_json()["share"]["replaced"]
    assert (replaced["value"], replaced["isUnseen"]) == ("Mairie", False)


def test_one_s_own_words_are_replaced_without_a_trace(atelier: School) -> None:
    zoe = atelier.open(ZOE)
    change(zoe, 0, MAIRIE)
    change(zoe, 1, {"a": {"label": "Collège"}})
    change(zoe, 2, {"a": {"removed": True}})

    assert zoe.get(MAP).get_json()["share"]["replaced"] == []


def test_a_record_of_another_s_that_is_removed_can_be_brought_back(atelier: School) -> None:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    change(zoe, 0, MAIRIE)
    change(emile, 1, {"a": {"removed": True}})
    change(zoe, 1, {"a": {"note": "élue"}})

    seen = zoe.get(MAP).get_json()

    assert seen["records"]["a"] == {**MAIRIE["a"], "note": "élue", "removed": True}
    (removed,) = seen["share"]["replaced"]
    assert (removed["field"], removed["value"]) == ("removed", None)
    change(zoe, 3, {"a": {removed["field"]: removed["value"]}})
    assert emile.get(MAP).get_json()["records"]["a"] == {**MAIRIE["a"], "note": "élue"}


def test_two_who_type_in_one_field_leave_one_trace_each(atelier: School) -> None:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    for length in range(1, 5):
        change(zoe, 0, {"a": {"label": "Mairie"[:length]}})
        change(emile, 0, {"a": {"label": "École"[:length]}})

    replaced = zoe.get(MAP).get_json()["share"]["replaced"]

    assert sorted(each["value"] for each in replaced) == ["Mair", "Éco"]


def test_only_the_latest_replacements_are_kept(atelier: School) -> None:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    for prefix in ("a", "b"):
        records = {f"{prefix}{number:03}": {"label": "x"} for number in range(150)}
        change(zoe, 0, records)
        change(emile, 0, {name: {"label": "y"} for name in records})

    with atelier.database.reading() as db:
        kept = db.scalars(select(Replacement.record).order_by(Replacement.id)).all()
    assert len(kept) == MOST_REPLACEMENTS
    assert (kept[0], kept[-1]) == ("a100", "b149")


def test_a_window_that_knows_the_revision_gets_no_records(atelier: School) -> None:
    zoe = atelier.open(ZOE)
    change(zoe, 0, MAIRIE)

    assert zoe.get(f"{MAP}?group=11&since=1").get_json() == {"revision": 1, "records": None}
    for since in ("0", "x", "", "9" * 400):
        assert zoe.get(f"{MAP}?group=11&since={since}").get_json()["records"] == MAIRIE


@pytest.mark.parametrize("group", ["11", "12", "", "é" * 400, "\x00"])
def test_a_stranger_to_the_group_gets_nothing(atelier: School, group: str) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    noa = atelier.open(NOA)

    assert refusal(change(noa, 1, {"a": {"label": "x"}}, group)) == (403, "not_in_group")
    assert refusal(noa.post(f"{MAP}/group", {"group": group})) == (403, "not_in_group")
    if group:
        asked = noa.client.get(MAP, query_string={"group": group}, headers=noa.headers)
        assert refusal(asked) == (403, "not_in_group")
    assert atelier.open(ZOE).get(MAP).get_json()["records"] == MAIRIE


@pytest.mark.parametrize("group", [1, True, [], {}])
def test_a_group_s_name_is_a_text(atelier: School, group: object) -> None:
    body = {"revision": 0, "changes": MAIRIE, "group": group}
    window = atelier.open(ZOE)
    answered = window.client.patch(MAP, json=body, headers=window.headers)
    assert refusal(answered) == (400, "unreadable_request")
    assert window.post(f"{MAP}/group", {"group": group}).status_code == 400


def test_a_group_of_another_class_is_strange(atelier: School) -> None:
    with atelier.database.transaction() as db:
        here = db.get_one(Context, atelier.seeded.context_pk)
        elsewhere = Context(deployment_id=here.deployment_id, context_id="classe-2")
        link = ResourceLink(context=elsewhere, resource_link_id="lien-9", course="atelier")
        zoe = atelier.seeded.learner_ids[ZOE]
        db.add_all([link, Membership(context=elsewhere, learner_id=zoe, role="learner")])
        db.flush()
        link_pk = link.id
    change(atelier.open(ZOE), 0, MAIRIE)

    there = atelier.open(ZOE, link_pk=link_pk)

    assert there.get(MAP).get_json()["records"] == {}
    assert refusal(change(there, 0, MAIRIE)) == (403, "not_in_group")


def test_who_leaves_the_group_loses_its_work(atelier: School) -> None:
    emile = atelier.open(EMILE)
    change(emile, 0, MAIRIE)
    put_out(atelier, EMILE)

    assert refusal(emile.get(f"{MAP}?group=11&since=1")) == (403, "not_in_group")
    assert refusal(change(emile, 1, {"a": {"removed": True}})) == (403, "not_in_group")
    assert emile.get(MAP).get_json()["records"] == {}
    assert atelier.open(ZOE).get(MAP).get_json()["records"] == MAIRIE


def test_a_group_that_comes_back_finds_its_work(atelier: School) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    with atelier.database.transaction() as db:
        db.execute(delete(CourseGroup))
    assert atelier.open(ZOE).get(MAP).get_json()["records"] == {}

    put_into(atelier, "11", ZOE)

    assert atelier.open(ZOE).get(MAP).get_json()["records"] == MAIRIE


def test_what_one_made_before_stays_one_s_own_and_can_be_taken_along(alone: School) -> None:
    zoe = alone.open(ZOE)
    change(zoe, 0, MAIRIE, None)
    put_into(alone, "11", ZOE, EMILE)

    # A window that was open before still writes to its learner's own work.
    assert change(zoe, 1, {"a": {"note": "élue"}}, None).status_code == 200

    seen = zoe.get(MAP).get_json()
    assert (seen["records"], seen["share"]["own"]) == ({}, True)
    own = zoe.get(f"{MAP}?group=").get_json()
    assert own["records"] == {"a": {**MAIRIE["a"], "note": "élue"}}
    change(zoe, 0, own["records"])
    assert alone.open(EMILE).get(MAP).get_json()["records"] == own["records"]
    assert zoe.get(f"{MAP}?group=").get_json() == own


def test_who_is_in_several_groups_chooses_once(atelier: School) -> None:
    put_into(atelier, "12", ZOE, NOA, name="Groupe B")
    zoe = atelier.open(ZOE)

    asked = zoe.get(MAP).get_json()
    assert (asked["records"], asked["share"]["id"]) == ({}, None)
    assert [each["name"] for each in asked["share"]["groups"]] == ["Groupe A", "Groupe B"]
    assert refusal(zoe.get(f"{PLAN}/submissions")) == (409, "group_not_chosen")
    assert refusal(zoe.post(f"{PLAN}/submissions", {"number": 1})) == (409, "group_not_chosen")

    chosen = zoe.post(f"{MAP}/group", {"group": "12"}).get_json()
    assert (chosen["share"]["id"], chosen["share"]["members"]) == ("12", ["Noa Petit"])
    assert atelier.open(ZOE).get(PLAN).get_json()["share"]["id"] == "12"
    assert zoe.post(f"{MAP}/group", {"group": "11"}).get_json()["share"]["id"] == "11"
    assert zoe.get(f"{MAP}?group=12").get_json()["share"]["id"] == "12"


def test_who_has_not_chosen_hands_in_a_portfolio_without_the_group_s_map(atelier: School) -> None:
    put_into(atelier, "12", ZOE)
    zoe = atelier.open(ZOE)
    portfolio = "/api/works/mon-portfolio"
    change(zoe, 0, {"review": {"next": "Relire."}}, None, portfolio)

    assert zoe.post(f"{portfolio}/submissions", {"number": 1}).status_code == 200
    with atelier.database.reading() as db:
        assert db.scalars(select(Submission)).one().records["ma-carte"] == {}


def test_an_instructor_sees_the_work_of_every_group(atelier: School) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    teacher = atelier.open(None, role=Role.INSTRUCTOR)

    begun = teacher.get(MAP).get_json()
    assert (begun["records"], begun["share"]["id"]) == ({}, None)
    seen = teacher.get(f"{MAP}?group=11").get_json()
    assert seen["records"] == MAIRIE
    assert seen["share"]["members"] == ["Zoé Martin", "Émile Noël"]
    assert seen["share"]["isLooking"] is True
    assert refusal(teacher.get(f"{MAP}?group=13")) == (403, "not_in_group")
    change(teacher, 1, {"a": {"label": "x"}})
    assert atelier.open(ZOE).get(MAP).get_json()["records"] == MAIRIE


def test_an_instructor_of_a_class_without_groups_looks_at_an_empty_work(alone: School) -> None:
    teacher = alone.open(None, role=Role.INSTRUCTOR)
    assert teacher.get(MAP).get_json() == {"records": {}, "revision": 0}


@pytest.mark.parametrize("role", [Role.MENTOR, Role.LEARNER])
def test_who_records_nothing_and_does_not_teach_sees_no_group(atelier: School, role: Role) -> None:
    change(atelier.open(ZOE), 0, MAIRIE)
    nobody = atelier.open(None, role=role)
    assert nobody.get(f"{MAP}?group=11").get_json() == {"records": {}, "revision": 0}


def test_what_is_no_change_is_refused_in_a_group_too(atelier: School) -> None:
    zoe = atelier.open(ZOE)
    assert refusal(change(zoe, 0, {"A": {}})) == (400, "unreadable_request")
    many = {f"r{number}": {"x": 1} for number in range(401)}
    assert refusal(change(zoe, 0, many)) == (413, "request_too_large")
    assert zoe.get(MAP).get_json()["revision"] == 0


def all_at_once(*acts: Callable[[], TestResponse]) -> None:
    """Do these things at once, each of which is answered."""
    together = threading.Barrier(len(acts))
    answers: list[int] = []

    def work(act: Callable[[], TestResponse]) -> None:
        together.wait()
        answers.append(act().status_code)

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * len(acts)


def test_what_two_members_write_at_once_is_all_there(atelier: School) -> None:
    windows = [atelier.open(learner) for learner in (ZOE, EMILE) * 3]

    def writing(number: int) -> Callable[[], TestResponse]:
        fields = {"label": f"Mairie {number}", f"note{number}": "x"}
        return lambda: change(windows[number], 0, {"a": fields, f"r{number}": {"label": "x"}})

    all_at_once(*(writing(number) for number in range(len(windows))))

    seen = windows[0].get(MAP).get_json()
    assert seen["revision"] == len(windows)
    assert sorted(seen["records"]) == ["a", *(f"r{number}" for number in range(len(windows)))]
    assert {f"note{number}" for number in range(len(windows))} < set(seen["records"]["a"])
    # The label is that of one of them, and the other member's latest words were kept.
    owner = int(seen["records"]["a"]["label"][-1]) % 2
    others = {each["value"] for each in seen["share"]["replaced"] if each["isMine"] == (owner == 1)}
    assert all(int(words[-1]) % 2 != owner for words in others)
    assert others


def works_and_hands_in(atelier: School) -> tuple[Window, Window]:
    zoe, emile = atelier.open(ZOE), atelier.open(EMILE)
    change(zoe, 0, MAIRIE)
    change(zoe, 0, {"p": {"type": "promise", "who": "Imprimerie"}}, path=PLAN)
    assert zoe.post(f"{PLAN}/submissions", {"number": 1}).status_code == 200
    return zoe, emile


def test_who_began_alone_hands_in_what_they_see_though_a_group_has_come(alone: School) -> None:
    zoe = alone.open(ZOE)
    change(zoe, 0, {"p": {"type": "promise", "who": "Seule"}}, None, PLAN)
    put_into(alone, "11", ZOE, EMILE)

    handed = zoe.post(f"{PLAN}/submissions", {"number": 1, "group": ""}).get_json()

    assert zoe.get(f"{PLAN}/submissions?group=").get_json() == handed
    assert zoe.get(f"{PLAN}/submissions?group=11").get_json()["submissions"] == []
    with alone.database.reading() as db:
        row = db.scalars(select(Submission)).one()
        assert (row.group_id, row.group_name) == (None, "")
        assert row.records["mon-plan"]["p"]["who"] == "Seule"


def test_nobody_hands_in_for_a_group_that_they_are_not_in(atelier: School) -> None:
    noa = atelier.open(NOA)
    body = {"number": 1, "group": "11"}
    assert refusal(noa.post(f"{PLAN}/submissions", body)) == (403, "not_in_group")
    asked = noa.get(f"{PLAN}/submissions?group=11")
    assert refusal(asked) == (403, "not_in_group")
    assert noa.post(f"{PLAN}/submissions", {"number": 1, "group": 11}).status_code == 400


def decide(atelier: School, state: str, comment: str = "", **marks: int) -> TestResponse:
    with atelier.database.reading() as db:
        latest = db.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
    teacher = atelier.open(None, role=Role.INSTRUCTOR)
    body = {"state": state, "revision": 0, "marks": marks, "comment": comment}
    return teacher.post(f"/api/submissions/{latest}/decision", body)


def test_one_member_hands_in_for_all_and_everybody_sees_who_did(atelier: School) -> None:
    zoe, emile = works_and_hands_in(atelier)

    seen = emile.get(f"{PLAN}/submissions").get_json()

    assert [(one["number"], one["by"]) for one in seen["submissions"]] == [(1, "Zoé Martin")]
    assert seen == zoe.get(f"{PLAN}/submissions").get_json()
    assert atelier.open(NOA).get(f"{PLAN}/submissions").get_json()["submissions"] == []


def test_the_instructor_reads_for_whom_it_is_with_the_map_that_it_begins_from(
    atelier: School,
) -> None:
    works_and_hands_in(atelier)
    teacher = atelier.open(None, role=Role.INSTRUCTOR)

    page = teacher.get("/api/class").text
    assert "Groupe A, remis par Zoé Martin" in page
    with atelier.database.reading() as db:
        number = db.scalars(select(Submission.id)).one()
    shown = teacher.get(f"/api/submissions/{number}").get_json()
    assert shown["works"]["ma-carte"] == MAIRIE
    assert shown["group"] == {
        "name": "Groupe A",
        "number": "11",
        "members": ["Zoé Martin", "Émile Noël"],
    }


def test_members_who_hand_in_at_once_hand_in_one_copy(atelier: School) -> None:
    change(atelier.open(ZOE), 0, {"p": {"type": "promise"}}, path=PLAN)
    windows = [atelier.open(learner) for learner in (ZOE, EMILE) * 2]

    def handing_in(window: Window) -> Callable[[], TestResponse]:
        return lambda: window.post(f"{PLAN}/submissions", {"number": 1})

    all_at_once(*(handing_in(window) for window in windows))

    with atelier.database.reading() as db:
        assert len(db.scalars(select(Submission)).all()) == 1


def test_a_returned_work_is_handed_in_again_by_another_member(atelier: School) -> None:
    zoe, emile = works_and_hands_in(atelier)
    assert decide(atelier, "returned", "Quelle décision ?").status_code == 200

    assert emile.post(f"{PLAN}/submissions", {"number": 2}).status_code == 200

    seen = zoe.get(f"{PLAN}/submissions").get_json()["submissions"]
    assert [(one["number"], one["state"], one["by"]) for one in seen] == [
        (1, "returned", "Zoé Martin"),
        (2, "handed_in", "Émile Noël"),
    ]
    assert "Remise n°\u00a02" in atelier.open(None, role=Role.INSTRUCTOR).get("/api/class").text


def test_the_grade_is_for_each_member_who_was_in_the_group_then(atelier: School) -> None:
    works_and_hands_in(atelier)
    put_out(atelier, EMILE)

    assert decide(atelier, "accepted", "Bien.", **MARKS).status_code == 200

    with atelier.database.reading() as db:
        rows = db.execute(
            select(GradeDelivery.learner_id, GradeDelivery.score, GradeDelivery.comment)
        ).all()
    members = atelier.seeded.learner_ids[ZOE], atelier.seeded.learner_ids[EMILE]
    assert sorted(map(tuple, rows)) == [(member, 5 / 8, "Bien.") for member in sorted(members)]


def test_the_class_table_counts_the_grade_for_each_member(atelier: School) -> None:
    works_and_hands_in(atelier)
    decide(atelier, "accepted", "Bien.", **MARKS)

    page = atelier.open(None, role=Role.INSTRUCTOR).get("/api/class").text

    assert page.count("62,5\u202f%") + page.count("62,5\u00a0%") >= len(MARKS)


def test_a_learner_s_own_work_is_untouched_by_the_group_s(alone: School) -> None:
    zoe = alone.open(ZOE)
    change(zoe, 0, {"p": {"type": "promise", "who": "Seule"}}, None, PLAN)
    assert zoe.post(f"{PLAN}/submissions", {"number": 1}).status_code == 200
    put_into(alone, "11", ZOE, EMILE)

    assert zoe.get(f"{PLAN}/submissions").get_json()["submissions"] == []
    works_and_hands_in(alone)

    with alone.database.reading() as db:
        rows = db.scalars(select(Submission).order_by(Submission.id)).all()
        assert [(row.number, row.group_id) for row in rows] == [(1, None), (1, "11")]
        assert db.scalars(select(LearnerWork)).one().records["p"]["who"] == "Seule"
