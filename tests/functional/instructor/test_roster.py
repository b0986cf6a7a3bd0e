"""The instructor's table shows the whole class, by the platform's list of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import unescape

import lxml.html
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti import Role, ServiceFault
from lti_tool.models import Context, Learner, Membership, Platform, now
from lti_tool.services.objections import ROSTER_OBJECTIONS
from lti_tool.services.rosters import refresh
from tests.functional.instructor.registrar import MEMBERSHIP, Registrar, given, person
from tests.functional.instructor.test_class import counted, rows
from tests.functional.launch.lms import Answer, Server
from tests.functional.school import School

NEVER = "Jamais ouvert"


def ask(school: School, *, when: str | None = None, learner: int | None = None) -> TestResponse:
    role = Role.INSTRUCTOR if learner is None else Role.LEARNER
    query = f"?when={when}" if when else ""
    return school.open(learner, role=role).post(f"/api/class/roster{query}", {})


def note_asked(school: School, when: datetime) -> None:
    """Write down when the platform was asked for the list last."""
    with school.database.transaction() as db:
        db.get_one(Context, school.seeded.context_pk).roster_tried_at = when


def asked_again(school: School) -> TestResponse:
    """Ask as if the last time were long ago."""
    note_asked(school, now() - timedelta(hours=1))
    return ask(school)


def lines(answer: TestResponse) -> dict[str, str]:
    """The last cell of each line, by the text of its first."""
    assert answer.status_code == 200, answer.text
    return {line[0]: line[-1] for line in rows(answer.text)}


def figures(answer: TestResponse) -> dict[str, str]:
    page = lxml.html.fromstring(answer.text)
    terms = page.xpath("//dl[@class='class-figures']/div")
    return {each.find("dt").text_content(): each.find("dd").text_content() for each in terms}


def context_of(school: School) -> Context:
    with school.database.reading() as db:
        return db.get_one(Context, school.seeded.context_pk)


def test_those_who_never_launched_are_in_the_table(school: School, registrar: Registrar) -> None:
    registrar.members += [person(4, name="Absente Toujours"), person(5, name="Zacharie Après")]

    table = lines(ask(school))

    assert list(table) == [
        "Absente Toujours",
        "Émile Noël",
        "Noa Petit",
        "Zacharie Après",
        "Zoé Martin",
    ]
    assert [name for name, last in table.items() if last == NEVER] == [
        "Absente Toujours",
        "Zacharie Après",
    ]


def test_the_figures_keep_their_meaning(school: School, registrar: Registrar) -> None:
    registrar.members += [person(4), person(5)]
    school.open(0).do_quiz_one()
    school.open(0).answer("quiz-deux", "texte", "")
    before = figures(school.open(2, role=Role.INSTRUCTOR).get("/api/class"))

    after = figures(ask(school))

    assert before["Personnes"] == "3"
    assert after["Personnes"] == "5"
    assert after["N’ont jamais ouvert"] == "2"
    assert after["Note moyenne"] == before["Note moyenne"] == "50\u202f%"


def test_a_list_of_many_pages_is_read_to_its_end(school: School, registrar: Registrar) -> None:
    registrar.members = [person(number) for number in range(1, 12)]
    registrar.page_size = 2

    table = lines(ask(school))

    assert len(table) == 11
    assert len(registrar.calls) == 6
    assert registrar.tokens == 1
    assert all(query["limit"] for query in registrar.queries()[:1])
    assert all(query["class"] == ["7"] for query in registrar.queries())


def test_moodle_s_way_to_write_the_next_page_is_understood(
    school: School, registrar: Registrar
) -> None:
    registrar.page_size = 2
    registrar.link = "<{url}>; rel=“next”".encode().decode("latin-1").replace("&", "&amp;")

    assert len(lines(ask(school))) == 3


def test_no_token_goes_to_another_host(school: School, registrar: Registrar) -> None:
    registrar.page_size = 2
    with Server().running() as stranger:
        stranger.answers["/members"] = given({"members": [person(9)]})
        registrar.link = f'<{stranger.url}/members>; rel="next"'

        answer = ask(school)

        assert stranger.asked == []
    assert lines(answer).keys() == {"Zoé Martin", "Émile Noël", "Personne sans nom"}
    assert_told(answer, ServiceFault.FOREIGN_ADDRESS)
    assert context_of(school).roster_received_at is None


def test_a_list_at_an_address_that_is_not_the_platform_s_is_never_asked_for(
    school: School, registrar: Registrar
) -> None:
    with Server().running() as stranger:
        with school.database.transaction() as db:
            context = db.get_one(Context, school.seeded.context_pk)
            context.memberships_url = f"{stranger.url}/members"

        answer = ask(school)

        assert stranger.asked == []
    assert registrar.tokens == 0
    assert_told(answer, ServiceFault.FOREIGN_ADDRESS)


def test_suspended_students_are_marked_and_not_counted(
    school: School, registrar: Registrar
) -> None:
    registrar.members[0]["status"] = "Inactive"
    registrar.members.append(person(4, name="Suspendue Aussi", status="Inactive"))
    school.open(0).do_quiz_one()

    answer = ask(school)

    table = lines(answer)
    assert "Zoé Martin Inscription suspendue" in names(answer)
    assert "Suspendue Aussi Inscription suspendue" in names(answer)
    assert len(table) == 4
    assert figures(answer)["Personnes"] == "2"
    assert figures(answer)["Note moyenne"] == "–"
    assert "ne comptent pas dans les chiffres" in answer.text


def names(answer: TestResponse) -> list[str]:
    cells = lxml.html.fromstring(answer.text).xpath("//tbody/tr/th")
    return [" ".join(" ".join(cell.itertext()).split()) for cell in cells]


@pytest.mark.parametrize("deleted", [True, False])
def test_who_left_keeps_their_work_is_marked_and_not_counted(
    school: School, registrar: Registrar, deleted: bool
) -> None:
    school.open(0).do_quiz_one()
    if deleted:
        registrar.members[0]["status"] = "Deleted"
    else:
        del registrar.members[0]

    answer = ask(school)

    assert "Zoé Martin Hors de la liste" in names(answer)
    assert "50\u202f%" in answer.text
    assert figures(answer)["Personnes"] == "2"


def test_who_left_without_opening_anything_is_shown_no_more_and_forgotten(
    school: School, registrar: Registrar
) -> None:
    registrar.members += [person(4, name="Passagère Brève")]
    assert "Passagère Brève" in names(ask(school))
    del registrar.members[3]

    answer = asked_again(school)

    assert "Passagère" not in answer.text
    with school.database.reading() as db:
        learner = db.scalars(select(Learner).where(Learner.sub == "user-4")).one()
        assert learner.name == ""


def test_who_comes_back_is_of_the_class_again(school: School, registrar: Registrar) -> None:
    one = registrar.members.pop(0)
    assert "Zoé Martin Hors de la liste" in names(ask(school))
    registrar.members.append(one)

    assert "Zoé Martin" in names(asked_again(school))


def test_roles_are_read_short_or_whole(school: School, registrar: Registrar) -> None:
    registrar.members += [
        person(4, roles=[f"{MEMBERSHIP}#Learner"]),
        person(5, roles=["Instructor"]),
        person(6, roles=[f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Learner"]),
        person(7, roles=[f"{MEMBERSHIP}/Instructor#TeachingAssistant"]),
        person(8, roles=[f"{MEMBERSHIP}#Mentor"]),
        person(9, roles=[]),
        person(10, roles="Learner"),
    ]

    shown = lines(ask(school)).keys()

    assert {"Personne 4", "Personne 9", "Personne 10"} <= shown
    assert not {"Personne 5", "Personne 6", "Personne 7", "Personne 8"} & shown


def test_a_teacher_who_launched_as_a_student_is_no_student(
    school: School, registrar: Registrar
) -> None:
    registrar.members[0]["roles"] = ["Instructor"]

    assert "Zoé Martin" not in lines(ask(school))


def test_somebody_listed_for_each_of_their_groups_has_one_line(
    school: School, registrar: Registrar
) -> None:
    registrar.members += [person(4, status="Inactive"), person(4), person(4, status="Deleted")]

    assert names(ask(school)).count("Personne 4") == 1


def test_of_a_person_only_the_name_is_kept(school: School, registrar: Registrar) -> None:
    registrar.members.append(person(4, name="<b>Jean</b>\x00 \ud800Dupont"))

    answer = ask(school)

    assert "<b>Jean" not in answer.text
    with school.database.reading() as db:
        learner = db.scalars(select(Learner).where(Learner.sub == "user-4")).one()
        assert learner.name == "<b>Jean</b> Dupont"
        kept = " ".join(str(vars(each)) for each in db.scalars(select(Learner)))
    assert "@lms.example" not in kept
    assert "face.png" not in kept


def test_a_list_without_names_leaves_those_of_the_launches(
    school: School, registrar: Registrar
) -> None:
    for member in registrar.members:
        del member["name"]
    registrar.members[2]["given_name"] = "Noa"

    assert set(names(ask(school))) == {"Zoé Martin", "Émile Noël", "Noa"}


def test_members_whom_no_launch_could_name_are_left_out(
    school: School, registrar: Registrar
) -> None:
    registrar.members += [
        person(4, user_id=None),
        person(5, user_id="x" * 256),
        person(6, user_id="user\x006"),
        person(7, user_id=" "),
    ]
    registrar.members.append([])  # type: ignore[arg-type]  # what a broken platform sends

    assert len(lines(ask(school))) == 3


def assert_told(answer: TestResponse, fault: ServiceFault) -> None:
    """Check that the table is there, and says what is wrong with its list and what to do."""
    page = " ".join(lxml.html.fromstring(answer.text).text_content().split())
    objection = ROSTER_OBJECTIONS[fault]
    assert answer.status_code == 200
    assert len(rows(answer.text)) >= 3
    assert "La liste de la classe n’a pas pu être actualisée." in page
    assert " ".join(objection.cause.split()) in page
    assert " ".join(objection.remedy.split()) in page


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (Answer(500, b"<b>oops</b>"), ServiceFault.PLATFORM_ERROR),
        (Answer(429, b"oops", {"Retry-After": "1800"}), ServiceFault.BUSY),
        (given({"members": [], "x": 1}, Link='<mailto:x@y>; rel="next"'), ServiceFault.UNREADABLE),
    ],
    ids=lambda value: str(value) if isinstance(value, ServiceFault) else "",
)
def test_a_list_that_does_not_come_leaves_the_table_as_it_was(
    school: School, registrar: Registrar, reply: Answer, fault: ServiceFault
) -> None:
    ask(school)
    received = context_of(school).roster_received_at
    registrar.replies.append(reply)

    answer = asked_again(school)

    assert_told(answer, fault)
    assert "oops" not in answer.text
    assert "Hors de la liste" not in answer.text
    assert context_of(school).roster_received_at == received
    assert "Liste de la classe reçue" in unescape(answer.text)
    assert "La liste de la classe n’a pas pu" not in asked_again(school).text


def test_a_platform_is_left_alone_for_as_long_as_it_asks(
    school: School, registrar: Registrar
) -> None:
    registrar.replies.append(Answer(429, b"", {"Retry-After": "1800"}))

    ask(school)

    due = context_of(school).roster_due_at
    assert due is not None
    assert timedelta(minutes=29) < due - now() <= timedelta(minutes=30)


def test_a_token_that_is_refused_is_replaced_once(school: School, registrar: Registrar) -> None:
    registrar.replies.append(Answer(401))
    assert len(lines(ask(school))) == 3
    assert registrar.tokens == 2

    registrar.replies += [Answer(401), Answer(401)]
    assert_told(asked_again(school), ServiceFault.ACCESS_REFUSED)
    assert registrar.tokens == 3


def test_a_platform_that_gives_no_token_is_told_apart(school: School, registrar: Registrar) -> None:
    registrar.server.answers["/token"] = Answer(400, b'{"error": "invalid_scope"}')

    assert_told(ask(school), ServiceFault.ACCESS_REFUSED)
    assert registrar.calls == []


def test_a_platform_that_is_away_is_told_apart(school: School, registrar: Registrar) -> None:
    ask(school)
    assert registrar.calls
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        context.memberships_url = "http://127.0.0.1:1/members"
        platform = db.get_one(Platform, school.seeded.platform_id)
        platform.service_origins = ["http://127.0.0.1:1"]

    assert_told(asked_again(school), ServiceFault.UNREACHABLE)


def test_a_list_is_asked_for_again_only_when_it_is_old_or_wanted(
    school: School, registrar: Registrar
) -> None:
    page = school.open(2, role=Role.INSTRUCTOR).get("/api/class").text
    assert 'data-roster-due="yes"' in page
    assert 'data-roster-due=""' in ask(school, when="due").text
    ask(school, when="due")
    # Just before, however long this test takes.
    note_asked(school, now() + timedelta(hours=1))
    ask(school)
    assert len(registrar.calls) == 1

    asked_again(school)
    assert len(registrar.calls) == 2

    with school.database.transaction() as db:
        db.get_one(Context, school.seeded.context_pk).roster_due_at = now()
    ask(school, when="due")
    assert len(registrar.calls) == 3


def test_a_link_without_a_class_is_asked_for_its_own_people(
    school: School, registrar: Registrar
) -> None:
    with school.database.transaction() as db:
        context = db.get_one(Context, school.seeded.context_pk)
        context.context_id = "resource_link:lien&1"
    registrar.page_size = 2

    assert len(lines(ask(school))) == 3
    # The registrar forgets it in the next page's address, as some platforms do.
    assert [query["rlid"] for query in registrar.queries()] == [["lien&1"], ["lien&1"]]


def test_the_platform_is_asked_outside_any_transaction(
    school: School, registrar: Registrar
) -> None:
    def write() -> None:
        with school.database.transaction() as db:
            db.get_one(Context, school.seeded.context_pk).title = "Écrit entre-temps"

    registrar.before_answer = write

    assert "Écrit entre-temps" in unescape(ask(school).text)
    assert context_of(school).roster_received_at is not None


def test_who_is_launched_meanwhile_is_of_the_class(school: School, registrar: Registrar) -> None:
    def launch() -> None:
        with school.database.transaction() as db:
            place = db.scalars(
                select(Membership).where(Membership.learner_id == school.seeded.learner_ids[0])
            ).one()
            place.last_seen_at = now()

    del registrar.members[0]
    registrar.before_answer = launch

    assert "Zoé Martin" in names(ask(school))


def test_a_list_that_was_overtaken_by_a_later_one_is_not_kept(
    school: School, registrar: Registrar
) -> None:
    def overtake() -> None:
        with school.database.transaction() as db:
            db.get_one(Context, school.seeded.context_pk).roster_tried_at = now()

    del registrar.members[0]
    registrar.before_answer = overtake

    ask(school)

    assert context_of(school).roster_received_at is None


def test_a_fault_of_ours_leaves_the_table_as_well(school: School) -> None:
    class Broken:
        def members(self, *_: object) -> tuple[()]:
            raise ZeroDivisionError

    with school.database.transaction() as db:
        db.get_one(Context, school.seeded.context_pk).memberships_url = "https://lms.example.org/m"

    assert refresh(school.database, Broken(), school.seeded.context_pk, on_demand=True)

    answer = school.open(2, role=Role.INSTRUCTOR).get("/api/class")
    assert_told(answer, ServiceFault.INTERNAL)
    assert set(ROSTER_OBJECTIONS) == set(ServiceFault)


def test_a_platform_without_a_list_is_asked_for_none(school: School) -> None:
    answer = ask(school)

    assert len(lines(answer)) == 3
    assert 'data-roster-due=""' in answer.text
    assert "Actualiser la liste" not in answer.text
    assert context_of(school).roster_tried_at is None


def test_a_learner_cannot_have_the_list_asked_for(school: School, registrar: Registrar) -> None:
    answer = ask(school, learner=0)

    assert answer.status_code == 403
    assert registrar.calls == []


def test_a_larger_list_takes_no_more_queries(school: School, registrar: Registrar) -> None:
    registrar.members += [person(number) for number in range(4, 7)]
    registrar.page_size = 1000
    with counted(school) as few:
        ask(school)
    registrar.members += [person(number) for number in range(7, 207)]
    with counted(school) as many:
        answer = asked_again(school)

    assert " sur 206" in answer.text.replace("\u00a0", " ")
    assert len(many) - len(few) <= 2
