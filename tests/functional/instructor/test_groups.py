"""The groups of a class: listed by the platform, told by launches, and chosen in the table."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import lxml.html
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import Role, ServiceFault
from lti_tool.models import Context, Learner, Membership, now
from lti_tool.services.groups import groups_of, keep_launch
from lti_tool.services.objections import GROUP_OBJECTIONS
from lti_tool.services.reports import PAGE
from lti_tool.services.rosters import WHOLE_EVERY
from tests.functional.instructor.registrar import Registrar, given, person
from tests.functional.instructor.test_class import counted, rows
from tests.functional.instructor.test_roster import ask, asked_again, context_of, figures, names
from tests.functional.launch.lms import Answer, Server
from tests.functional.school import School


def within(*group_ids: str) -> dict[str, object]:
    return {"group_enrollments": [{"group_id": group_id} for group_id in group_ids]}


@pytest.fixture
def grouped(school: School, registrar: Registrar) -> Registrar:
    """The registrar, whose platform also lists the two groups of the class."""
    registrar.groups = [
        {"id": "12", "name": "Groupe 12", "set_id": "s1"},
        {"id": "2", "name": "Groupe 2", "set_id": "s1"},
    ]
    registrar.sets = [{"id": "s1", "name": "Travaux dirigés"}]
    registrar.members[0] |= within("2")
    registrar.members[1] |= within("12")
    registrar.members[2] |= within()
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        context.groups_url = registrar.groups_url
        context.group_sets_url = registrar.sets_url
    return registrar


def choices(answer: TestResponse) -> list[str]:
    """What the table offers to choose from."""
    options = lxml.html.fromstring(answer.text).xpath("//select[@id='class-group']//option")
    return [" ".join(option.text_content().split()) for option in options]


def key_of(answer: TestResponse, text: str) -> str:
    """The value of the choice whose text begins so."""
    options = lxml.html.fromstring(answer.text).xpath("//select[@id='class-group']//option")
    (found,) = [each.get("value") for each in options if each.text_content().startswith(text)]
    return str(found)


def groups_shown(answer: TestResponse) -> dict[str, str]:
    return {line[0]: line[1] for line in rows(answer.text)}


def table(school: School, group: str = "") -> TestResponse:
    return school.open(2, role=Role.INSTRUCTOR).get(f"/api/class?group={group}")


def groups_of_learner(school: School, learner: int) -> list[str]:
    with school.database.reading() as db:
        person = db.get_one(Learner, school.seeded.learner_ids[learner])
        context = db.get_one(Context, school.seeded.context_pk)
        return [group.group_id for group in groups_of(db, person, context)]


def told(school: School, learner: int, *group_ids: str) -> None:
    """Have a launch tell somebody's groups."""
    with school.database.transaction() as db:
        keep_launch(db, school.seeded.context_pk, school.seeded.learner_ids[learner], group_ids)


def test_the_table_says_who_is_in_which_group(school: School, grouped: Registrar) -> None:
    answer = ask(school)

    assert groups_shown(answer) == {
        "Émile Noël": "Groupe 12",
        "Noa Petit": "Sans groupe",
        "Zoé Martin": "Groupe 2",
    }
    assert choices(answer) == [
        "Toute la classe (3)",
        "Groupe 2 (1)",
        "Groupe 12 (1)",
        "Sans groupe (1)",
    ]
    sets = lxml.html.fromstring(answer.text).xpath("//optgroup/@label")
    assert sets == ["Travaux dirigés"]
    assert grouped.queries()[0]["groups"] == ["true"]


@pytest.mark.usefixtures("grouped")
def test_a_group_alone_has_its_own_lines_and_figures(school: School) -> None:
    school.open(0).do_quiz_one()
    school.open(1).do_quiz_one(choix="a")
    whole = ask(school)

    group = table(school, key_of(whole, "Groupe 2"))

    assert names(group) == ["Zoé Martin"]
    assert figures(group)["Personnes"] == "1"
    assert figures(group)["Note moyenne"] == "50\u202f%"
    assert choices(group) == choices(whole)
    assert "1 personne affichée." in group.text
    assert names(table(school, "none")) == ["Noa Petit"]


def test_an_empty_group_says_what_to_do_next(school: School, grouped: Registrar) -> None:
    grouped.groups.append({"id": "3", "name": "Nouveau"})
    whole = ask(school)

    group = table(school, key_of(whole, "Nouveau"))

    assert "Personne dans ce groupe" in group.text
    assert "<table" not in group.text
    assert choices(group) == choices(whole)


@pytest.mark.usefixtures("grouped")
@pytest.mark.parametrize("group", ["999999", "-1", "<b>", "%00", "٣", "1" * 5000])
def test_a_group_that_is_not_there_leaves_the_class_whole(school: School, group: str) -> None:
    ask(school)

    answer = table(school, group)

    assert answer.status_code == 200
    assert len(rows(answer.text)) == 3
    assert 'data-view="{&#34;works&#34;: 20}"' in answer.text


def test_a_class_without_groups_offers_no_choice(school: School, registrar: Registrar) -> None:
    answer = ask(school)

    assert choices(answer) == []
    assert "Groupe affiché" not in answer.text
    assert "groups" not in registrar.queries()[0]


def test_groups_go_when_the_platform_lists_them_no_more(school: School, grouped: Registrar) -> None:
    ask(school)
    del grouped.groups[0]
    grouped.members[1] |= within()

    answer = asked_again(school)

    assert "Groupe 12" not in answer.text
    assert groups_of_learner(school, 0) == ["2"]
    assert groups_of_learner(school, 1) == []


def test_groups_are_renamed_and_people_move(school: School, grouped: Registrar) -> None:
    ask(school)
    grouped.groups[1]["name"] = "Matin"
    grouped.sets.clear()
    grouped.members[1] |= within("2", "12")

    answer = asked_again(school)

    assert groups_shown(answer)["Émile Noël"] == "Groupe 12, Matin"
    assert groups_shown(answer)["Zoé Martin"] == "Matin"
    assert "optgroup" not in answer.text


def test_a_group_that_only_its_people_name_has_a_number(school: School, grouped: Registrar) -> None:
    grouped.members[2] |= within("77")

    assert groups_shown(ask(school))["Noa Petit"] == "Groupe 77"

    grouped.members[2] |= within()
    assert "77" not in " ".join(choices(asked_again(school)))


def test_many_pages_of_groups_are_read_to_their_end(school: School, grouped: Registrar) -> None:
    grouped.groups = [{"id": number, "name": f"G{number}"} for number in range(1, 8)]
    grouped.page_size = 2
    grouped.members[0] |= {"group_enrollments": [{"group_id": 7}]}
    grouped.members[1] |= within()

    answer = ask(school)

    assert groups_shown(answer)["Zoé Martin"] == "G7"
    assert len(choices(answer)) == 9


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Answer(500), ServiceFault.PLATFORM_ERROR),
        (Answer(403), ServiceFault.NOT_ALLOWED),
        (Answer(200, b"<html>"), ServiceFault.UNREADABLE),
        (given({"groups": {"id": "1"}}), ServiceFault.UNREADABLE),
        (given({"groups": [{"id": str(number)} for number in range(2001)]}), ServiceFault.TOO_LONG),
    ],
    ids=lambda value: str(value) if isinstance(value, ServiceFault) else "",
)
def test_groups_that_do_not_come_leave_those_we_have_and_the_list_still_comes(
    school: School, grouped: Registrar, reply: Answer, fault: ServiceFault
) -> None:
    ask(school)
    grouped.server.answers["/groups"] = reply
    grouped.members.append(person(4, name="Nouvelle Venue"))

    answer = asked_again(school)

    page = " ".join(lxml.html.fromstring(answer.text).text_content().split())
    assert "Les groupes de la classe n’ont pas pu être actualisés." in page
    assert " ".join(GROUP_OBJECTIONS[fault].cause.split()) in page
    assert groups_shown(answer)["Zoé Martin"] == "Groupe 2"
    assert "Nouvelle Venue" in names(answer)


@pytest.mark.usefixtures("grouped")
def test_no_token_goes_to_groups_on_another_host(school: School) -> None:
    with Server().running() as stranger:
        with school.database.transaction() as db:
            context = db.get_one(Context, school.seeded.context_pk)
            context.groups_url = f"{stranger.url}/groups"

        answer = ask(school)

        assert stranger.asked == []
    cause = GROUP_OBJECTIONS[ServiceFault.FOREIGN_ADDRESS].cause
    assert cause in unescape(answer.text)


def test_groups_that_nobody_could_name_are_left_out(school: School, grouped: Registrar) -> None:
    grouped.groups += [{"id": None}, {"id": ""}, {"id": "x" * 256}, {"id": "a\x00"}, {"id": True}]
    grouped.groups += [{"id": "9", "name": ["no"], "set_id": {}}, "text"]  # type: ignore[list-item]  # what a broken platform sends
    grouped.members[0]["group_enrollments"] = [{"group_id": []}, "12", {"group_id": "9"}, {}]

    answer = ask(school)

    assert groups_shown(answer)["Zoé Martin"] == "Groupe 9"
    assert len(choices(answer)) == 5


def test_names_of_groups_are_text_and_nothing_else(school: School, grouped: Registrar) -> None:
    grouped.groups[0]["name"] = "<img src=x>"
    grouped.sets[0]["name"] = '"><script>'

    answer = ask(school)

    assert "<img" not in answer.text
    assert "<script" not in answer.text


@pytest.mark.usefixtures("registrar")
def test_a_launch_tells_the_groups_of_one_person_only(school: School) -> None:
    told(school, 0, "5", "12")
    told(school, 1, "12")

    assert groups_shown(table(school)) == {
        "Émile Noël": "Groupe 12",
        "Zoé Martin": "Groupe 5, Groupe 12",
        "Personne sans nom": "Sans groupe",
    }

    told(school, 0, "5")
    assert groups_of_learner(school, 1) == ["12"]
    told(school, 1)
    assert choices(table(school)) == ["Toute la classe (3)", "Groupe 5 (1)", "Sans groupe (2)"]


@pytest.mark.usefixtures("registrar")
def test_a_list_that_tells_no_groups_leaves_those_of_the_launches(school: School) -> None:
    told(school, 0, "5")

    assert groups_shown(ask(school))["Zoé Martin"] == "Groupe 5"


def test_the_groups_of_a_later_launch_outweigh_the_list_s(
    school: School, grouped: Registrar
) -> None:
    def launch() -> None:
        told(school, 1, "2")
        with school.database.transaction() as db:
            for place in db.scalars(select(Membership)):
                place.last_seen_at = now() + timedelta(minutes=1)

    grouped.before_answer = launch

    assert groups_shown(ask(school))["Émile Noël"] == "Groupe 2"


def test_a_link_s_list_tells_what_each_launch_would(school: School, registrar: Registrar) -> None:
    claim = "https://purl.imsglobal.org/spec/lti/claim/custom"
    registrar.members[0]["message"] = ["no", {claim: {"group_ids": "4, 8"}}]
    registrar.members[1]["message"] = [{claim: {"group_ids": "$Moodle.Person.userGroupIds"}}]
    registrar.members[2]["message"] = {"no": "list"}
    told(school, 1, "3")

    shown = groups_shown(ask(school))

    assert shown["Zoé Martin"] == "Groupe 4, Groupe 8"
    assert shown["Noa Petit"] == "Sans groupe"


def test_a_larger_class_with_groups_takes_no_more_queries(
    school: School, grouped: Registrar
) -> None:
    ask(school)
    instructor = school.open(2, role=Role.INSTRUCTOR)
    with counted(school) as few:
        instructor.get("/api/class")
    grouped.members += [person(number, **within("2", "12")) for number in range(10, 70)]
    asked_again(school)

    with counted(school) as many:
        answer = instructor.get("/api/class")

    assert len(rows(answer.text)) == PAGE
    assert len(many) == len(few)


# Differences


def test_what_changed_is_asked_for_by_itself(school: School, registrar: Registrar) -> None:
    registrar.members[0] |= within("2")
    registrar.members[1] |= within("2")
    registrar.changed = []
    ask(school)
    registrar.changed = [
        person(2, name="Émile Noël", status="Deleted"),
        person(4, name="Nouvelle Venue"),
    ]

    answer = due(school)

    assert "since" in registrar.queries()[-1]
    assert "Émile Noël Hors de la liste" in names(answer)
    assert "Nouvelle Venue" in names(answer)
    assert "Zoé Martin" in names(answer)
    assert groups_of_learner(school, 0) == ["2"]
    assert context_of(school).roster_error is None


def due(school: School) -> TestResponse:
    """Ask as the page does when the list is old."""
    with school.database.transaction() as db:
        db.get_one(Context, school.seeded.context_pk).roster_due_at = None
    return ask(school, when="due")


def test_who_wants_the_list_gets_all_of_it(school: School, registrar: Registrar) -> None:
    registrar.changed = []
    ask(school)

    asked_again(school)

    assert all("since" not in query for query in registrar.queries())


def test_changes_that_do_not_come_make_the_whole_list_be_asked_for(
    school: School, registrar: Registrar
) -> None:
    registrar.changed = []
    ask(school)
    registrar.members.append(person(4, name="Nouvelle Venue"))
    registrar.replies.append(Answer(410))

    answer = due(school)

    assert "Nouvelle Venue" in names(answer)
    assert ["since" in query for query in registrar.queries()] == [False, True, False]


@pytest.mark.usefixtures("registrar")
def test_no_token_goes_to_differences_on_another_host(school: School) -> None:
    with Server().running() as stranger:
        with school.database.transaction() as db:
            context = db.get_one(Context, school.seeded.context_pk)
            context.differences_url = f"{stranger.url}/members?since=1"
        ask(school)
        with school.database.transaction() as db:
            context = db.get_one(Context, school.seeded.context_pk)
            context.differences_url = f"{stranger.url}/members?since=1"

        assert len(names(due(school))) == 3
        assert stranger.asked == []


def test_the_whole_list_is_asked_for_once_a_day(school: School, registrar: Registrar) -> None:
    registrar.changed = []
    ask(school)
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        assert context.roster_whole_at is not None
        context.roster_whole_at -= WHOLE_EVERY

    due(school)

    assert all("since" not in query for query in registrar.queries())
