"""The table of a large class: sorted, searched and cut into pages by the database."""

from __future__ import annotations

import json
from html import unescape

import lxml.html
import pytest
from sqlalchemy import delete, func, select

from lti_tool.lti import Role
from lti_tool.models import ClassLine, Learner, Membership, Progress, ResourceLink, folded_name
from lti_tool.services import class_lines
from lti_tool.services.class_lines import Share, bring_up_to_date
from lti_tool.views.figures import duration
from tests.functional.instructor.test_class import rows, texts
from tests.functional.school import School


def table(school: School, query: str = "") -> str:
    answer = school.open(2, role=Role.INSTRUCTOR).get(f"/api/class?{query}")
    assert answer.status_code == 200
    return answer.text


def names(school: School, query: str = "") -> list[str]:
    return [line[0] for line in rows(table(school, query))]


def view(html: str) -> dict[str, str]:
    said = lxml.html.fromstring(html).get("data-view")
    assert said is not None
    chosen: dict[str, str] = json.loads(said)
    return chosen


@pytest.fixture
def crowd(school: School) -> School:
    """The class of three with a hundred and twenty more."""
    with school.database.transaction() as db:
        for number in range(120):
            person = Learner(
                platform_id=school.seeded.platform_id,
                sub=f"crowd-{number}",
                name=f"Personne {number:03}",
            )
            db.add(Membership(context_pk=school.seeded.context_pk, learner=person, role="learner"))
    return school


def test_a_page_holds_fifty_lines_and_the_next_one_goes_on(crowd: School) -> None:
    pages = [names(crowd, f"page={number}") for number in (1, 2, 3)]

    assert [len(page) for page in pages] == [50, 50, 23]
    assert len({name for page in pages for name in page}) == 123
    assert pages[0][0] == "Émile Noël"
    assert pages[2][-1] == "Personne sans nom"


def test_a_page_that_there_is_not_is_another_one(crowd: School) -> None:
    for page in ("4", "99999", "0", "-1", "x", "٣", "9" * 400):
        assert names(crowd, f"page={page}"), page


def test_the_page_says_which_lines_of_how_many_it_shows(crowd: School) -> None:
    html = table(crowd, "page=3")

    assert "101 à 123 sur 123" in " ".join(texts(html, "//p"))
    assert view(html)["page"] == "3"


def test_people_are_found_without_accents_by_any_part_of_their_name(crowd: School) -> None:
    for search in ("emile", "ÉMILE", "noel", "Noël  émi", "oel"):
        assert names(crowd, f"search={search}") == ["Émile Noël"], search


def test_what_a_database_would_take_for_a_pattern_is_text(crowd: School) -> None:
    for search in ("%", "_", "\\", "%00é", "a" * 5000):
        html = table(crowd, f"search={search.replace('%', '%25')}")
        assert "Personne ne correspond à cette recherche" in unescape(html), search


def test_the_figures_are_those_of_the_class_whoever_is_sought(crowd: School) -> None:
    html = table(crowd, "search=emile")

    assert texts(html, "//dl/div/dd")[0] == "123"


def test_the_table_is_sorted_by_what_was_achieved(school: School) -> None:
    school.open(0).do_quiz_one()
    school.open(1).do_quiz_one(choix="a")

    for key in ("overall", "activity:quiz-un"):
        assert names(school, f"sort={key}") == ["Personne sans nom", "Émile Noël", "Zoé Martin"]
        falling = names(school, f"sort={key}&direction=descending")
        assert falling == ["Zoé Martin", "Émile Noël", "Personne sans nom"]


def test_every_column_says_how_it_is_sorted(school: School) -> None:
    page = lxml.html.fromstring(table(school))
    keys = page.xpath("//thead//button/@data-sort")
    assert keys == ["name", "progress", "activity:quiz-un", "activity:quiz-deux", "overall",
                    "grade", "time", "seen"]  # fmt: skip

    for place, key in enumerate(keys):
        sorted_page = lxml.html.fromstring(table(school, f"sort={key}&direction=descending"))
        said = [head.get("aria-sort") for head in sorted_page.iterfind(".//thead//th")]
        assert said == ["none"] * place + ["descending"] + ["none"] * (len(keys) - place - 1)


def test_a_column_that_there_is_not_sorts_by_name(school: School) -> None:
    for key in ("activity:", "activity:nothing", "activity", "sub", "group", "'"):
        html = table(school, f"sort={key}")
        assert rows(html)[0][0] == "Émile Noël"
        assert "sort" not in view(html)


def test_a_line_tells_of_what_was_just_done(school: School) -> None:
    learner = school.open(0)
    learner.do_quiz_one(choix="a")
    before = rows(table(school))[1]

    learner.post("/api/activities/quiz-un/attempts", {})
    learner.do_quiz_one(attempt=2)
    after = rows(table(school))[1]

    assert before[2].replace("\u202f", " ") == "66,7 %"
    assert after[2].replace("\u202f", " ") == "100 %"


def test_a_line_that_is_up_to_date_is_not_made_anew(school: School) -> None:
    school.open(0).do_quiz_one()
    table(school)
    with school.database.transaction() as db:
        db.scalars(select(ClassLine)).one().score = 0.25

    assert rows(table(school))[1][4].replace("\u202f", " ") == "25 %"


def test_lines_of_another_scope_are_made_anew(school: School) -> None:
    """The link, or the course, covers something else now."""
    school.open(0).do_quiz_one()
    assert rows(table(school))[1][1] == "0 sur 5 étapes"
    with school.database.transaction() as db:
        db.get_one(ResourceLink, school.seeded.link_pk).target = "un"

    line = rows(table(school))[1]

    assert line[1] == "0 sur 2 étapes"
    assert line[3].replace("\u202f", " ") == "100 %"


def test_lines_come_back_after_the_table_was_emptied(school: School) -> None:
    school.open(0).do_quiz_one()
    before = rows(table(school))
    with school.database.transaction() as db:
        db.execute(delete(ClassLine))

    assert rows(table(school)) == before
    with school.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ClassLine)) == 1


def test_everything_that_is_done_in_a_course_is_noticed(school: School) -> None:
    learner = school.open(0)
    versions = []
    for act in (
        lambda: learner.put("/api/state", {"revision": 0, "state": {"visited": ["un/lecon"]}}),
        lambda: learner.answer("quiz-un", "choix", "b"),
        learner.do_quiz_one,
    ):
        act()
        with school.database.reading() as db:
            versions.append(db.scalars(select(Progress.version)).one())

    assert versions == sorted(set(versions))


@pytest.fixture
def busy(crowd: School) -> School:
    """The crowd, all of whom did something since the class was last looked at."""
    with crowd.database.transaction() as db:
        db.add_all(
            Progress(
                context_pk=crowd.seeded.context_pk,
                learner_id=learner_id,
                course="deux-unites",
                state={"visited": ["un/lecon"]},
                revision=1,
            )
            for learner_id in db.scalars(select(Learner.id))
        )
    return crowd


def test_a_request_makes_so_many_lines_and_those_it_shows(
    busy: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_lines, "MOST_AT_ONCE", 30)

    html = table(busy, "page=3")

    assert {line[1] for line in rows(html)} == {"1 sur 5 étapes"}
    assert "Le tableau se prépare." in html
    assert lxml.html.fromstring(html).xpath("//@data-behind") == ["70"]


def test_the_next_requests_make_the_other_lines(
    busy: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_lines, "MOST_AT_ONCE", 30)

    left = [
        lxml.html.fromstring(table(busy, "page=3")).xpath("//@data-behind") for _time in range(3)
    ]

    assert left == [["70"], ["17"], []]


def test_two_who_look_at_once_make_no_line_twice(busy: School) -> None:
    """The second one looked for what is behind before the first one had made any of it."""
    course = busy.tool.courses.course("deux-unites")
    looks = []
    with busy.database.reading() as first, busy.database.reading() as second:
        for db in (first, second):
            link = db.get_one(ResourceLink, busy.seeded.link_pk)
            looks.append(bring_up_to_date(busy.database, db, course, link, Share(most=100)))

    assert looks == [23, 0]


def test_a_file_waits_for_all_of_its_lines(busy: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_lines, "MOST_AT_ONCE", 1)

    answer = busy.open(2, role=Role.INSTRUCTOR).get("/api/class/table.csv")

    assert answer.text.count(";1;5;") == 123


def test_the_time_that_somebody_worked_is_said_as_an_estimate(school: School) -> None:
    school.open(0).do_quiz_one()
    school.open(1).do_quiz_one()
    with school.database.transaction() as db:
        for row in db.scalars(select(Progress)):
            row.active_seconds = {0: 4_870.0, 1: 95.0}[row.learner_id - 1]

    lines = rows(table(school, "sort=time"))

    assert [line[6].replace("\xa0", " ") for line in lines] == [
        "moins d’une minute", "environ 2 min", "environ 1 h 20"]  # fmt: skip
    assert school.open(2, role=Role.INSTRUCTOR).get("/api/class/table.csv").text.count(";81;") == 1
    page = school.open(2, role=Role.INSTRUCTOR).get("/api/class/learners/1").text
    assert "environ 1\xa0h\xa020" in unescape(page)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "moins d’une minute"),
        (29, "moins d’une minute"),
        (240, "environ 4 min"),
        (13 * 60, "environ 15 min"),
        (58 * 60, "environ 1 h"),
        (62 * 60, "environ 1 h"),
        (3 * 3600 + 4 * 60, "environ 3 h 05"),
    ],
)
def test_lengths_of_time_are_rounded_to_what_is_known(
    school: School, seconds: float, words: str
) -> None:
    with school.app.test_request_context(headers={"Accept-Language": "fr"}):
        assert duration(seconds).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Zoé  MARTIN", "zoe martin"),
        ("Œuvrard, Læticia", "oeuvrard, laeticia"),
        ("Straße Łódź Søren", "strasse lodz soren"),
        ("D’Arc", "d'arc"),
        ("Ελένη 李小龙", "ελενη 李小龙"),
        ("", ""),
    ],
)
def test_names_are_folded_in_any_script(name: str, folded: str) -> None:
    assert folded_name(name) == folded
