"""A class that was copied in its platform: what its links open, and what they do not bring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from lti_tool.app import create_app
from lti_tool.lti import LINE_ITEM_SCOPE
from lti_tool.models import (
    Attempt,
    Context,
    GradeDelivery,
    Grading,
    LineItem,
    LineItemState,
    Maker,
    Membership,
    Progress,
    ResourceLink,
    WindowSession,
)
from lti_tool.services.column_choice import Choice, WantedColumn, choose
from lti_tool.services.columns import line_items_of, note_coupled
from lti_tool.services.courses import graded_activities
from lti_tool.services.platforms import keep_platform
from lti_tool.tool import Tool
from tests.functional.launch.lms import AGS, SCORE_SCOPE, Lms
from tests.functional.launch.test_notices import copied, send

UNIT = {"course": "deux-unites", "unit": "deux"}
UNREPLACED = {
    "context_id_history": "$Context.id.history",
    "resource_link_id_history": "$ResourceLink.id.history",
}
WHOLE = ("deux-unites", "")


def launch(lms: Lms, browser: FlaskClient, class_id: str, link_id: str, **changes: Any) -> None:
    """Launch a link; ``title`` is the link's, what else there is are custom parameters."""
    title = changes.pop("title", "Module 3")
    answer = lms.enter(
        browser,
        lti_context={"id": class_id, "title": f"Classe {class_id}"},
        lti_resource_link={"id": link_id, "title": title},
        lti_custom=changes,
    )
    assert answer.status_code == 200, answer.text


def links(tool: Tool) -> dict[str, tuple[str, str, str | None]]:
    """Return course, target and ancestor of every link, by class and link."""
    with tool.database.reading() as db:
        rows = db.scalars(select(ResourceLink)).all()
        names = {row.id: f"{row.context.context_id}/{row.resource_link_id}" for row in rows}
        return {
            names[row.id]: (row.course, row.target, names.get(row.copied_from_pk or 0))
            for row in rows
        }


def origins(tool: Tool) -> dict[str, str | None]:
    with tool.database.reading() as db:
        return {
            row.context_id: row.copied_from.context_id if row.copied_from else None
            for row in db.scalars(select(Context))
        }


def test_a_copied_link_opens_what_its_ancestor_opened(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    for _ in range(2):
        launch(lms, browser, "2", "b", resource_link_id_history="a", context_id_history="1")
        assert links(tool)["2/b"] == ("deux-unites", "deux", "1/a")
    assert origins(tool) == {"1": None, "2": "1"}


def test_another_process_opens_the_same_in_a_copied_link(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    launch(lms, browser, "2", "b", resource_link_id_history="a")
    forgetful = create_app(tool.settings)
    launch(lms, forgetful.test_client(), "2", "b")
    forgetful.extensions["arrimage"].close()
    assert links(tool)["2/b"] == ("deux-unites", "deux", "1/a")


@pytest.mark.parametrize(
    "named", [{"course": "deux-unites"}, {"unit": "un"}, {"course": "deux-unites", "unit": "un"}]
)
def test_what_a_launch_names_holds_and_the_ancestor_is_known_all_the_same(
    lms: Lms, browser: FlaskClient, tool: Tool, named: dict[str, str]
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    launch(lms, browser, "2", "b", resource_link_id_history="a", **named)
    assert links(tool)["2/b"] == ("deux-unites", named.get("unit", ""), "1/a")


def test_where_the_platform_has_no_history_of_links_the_title_tells(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a", title="Unité 2", **UNIT)
    launch(lms, browser, "1", "z", title="Autre")
    launch(lms, browser, "2", "b", title="Unité 2", **{**UNREPLACED, "context_id_history": "1"})
    assert links(tool)["2/b"] == ("deux-unites", "deux", "1/a")


def test_two_links_of_one_title_tell_nothing(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    for link_id in ("a", "z"):
        launch(lms, browser, "1", link_id, **UNIT)
    launch(lms, browser, "2", "b", context_id_history="1")
    assert links(tool)["2/b"] == (*WHOLE, None)
    assert origins(tool)["2"] == "1"


def test_a_class_that_a_notice_told_of_finds_its_links_by_their_titles(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    for copy, origin in (("2", "1"), ("3", "2")):
        assert send(browser, lms.sign(copied(copy, origin))).status_code == 200
    launch(lms, browser, "3", "c", **UNREPLACED)
    assert links(tool)["3/c"] == ("deux-unites", "deux", "1/a")


def test_of_several_ancestors_the_newest_that_we_know_is_meant(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a")
    launch(lms, browser, "2", "b", **UNIT)
    history = {"resource_link_id_history": "never-seen,b,a", "context_id_history": "0,2,1"}
    launch(lms, browser, "4", "d", **history)
    assert links(tool)["4/d"] == ("deux-unites", "deux", "2/b")
    assert origins(tool)["4"] == "2"


def test_one_link_may_be_copied_many_times(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    for number in ("2", "3"):
        launch(lms, browser, number, "a", resource_link_id_history="a", context_id_history="1")
    assert {links(tool)[f"{number}/a"] for number in ("2", "3")} == {("deux-unites", "deux", "1/a")}


def test_names_are_written_as_addresses_are(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    launch(lms, browser, "1", "a,b é", **UNIT)
    launch(lms, browser, "2", "b", resource_link_id_history="x, a%2Cb%20%C3%A9 ")
    assert links(tool)["2/b"][2] == "1/a,b é"


@pytest.mark.parametrize(
    "history",
    [
        "$ResourceLink.id.history",
        "",
        ",,,",
        "never-seen",
        "%00",
        "%ff%fe",
        "b",
        "x" * 400,
        ",".join(["y"] * 30) + ",a",
        "z" * 40_000,
        "a\x00",
    ],
    ids=lambda history: history[:20].replace("\x00", "nul") or "nothing",
)
def test_a_history_that_tells_nothing_is_ignored(
    lms: Lms, browser: FlaskClient, tool: Tool, history: str
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    launch(lms, browser, "2", "b", resource_link_id_history=history, context_id_history=history)
    assert links(tool)["2/b"] == (*WHOLE, None)
    assert origins(tool)["2"] is None


def test_a_history_that_is_no_text_is_ignored(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    launch(lms, browser, "2", "b", resource_link_id_history=["a"], context_id_history={"id": "1"})
    assert links(tool)["2/b"] == (*WHOLE, None)


def test_a_link_that_we_know_does_not_become_a_copy(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a", **UNIT)
    launch(lms, browser, "2", "b")
    launch(lms, browser, "2", "b", resource_link_id_history="a", context_id_history="1")
    assert links(tool)["2/b"] == (*WHOLE, None)


def test_nothing_is_inherited_from_another_deployment_or_platform(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    with tool.database.transaction() as db:
        keep_platform(db, replace(lms.registration, deployment_ids=("other",)))
        platform = keep_platform(db, replace(lms.registration, client_id="other-client"))
        db.add(
            ResourceLink(
                context=Context(deployment=platform.deployments[0], context_id="9"),
                resource_link_id="i",
                course="deux-unites",
                target="deux",
            )
        )
    login = lms.begin(browser)
    said = lms.claims(login.nonce, lti_deployment_id="other", lti_custom=UNIT)
    assert lms.launch(browser, lms.sign(said), login.state).status_code == 200
    launch(lms, browser, "2", "b", resource_link_id_history="link-1", context_id_history="class-1")
    launch(lms, browser, "3", "c", resource_link_id_history="i", context_id_history="9")
    assert links(tool)["2/b"] == links(tool)["3/c"] == (*WHOLE, None)
    assert (origins(tool)["2"], origins(tool)["3"]) == (None, None)


def test_classes_that_are_each_other_s_copies_lead_nobody_round_in_a_circle(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    for class_id in ("1", "2"):
        launch(lms, browser, class_id, "a")
    send(browser, lms.sign(copied("1", "2")), lms.sign(copied("2", "1")))
    launch(lms, browser, "2", "new", title="Sans pareil")
    assert links(tool)["2/new"] == (*WHOLE, None)


def test_a_copy_begins_empty(lms: Lms, browser: FlaskClient, tool: Tool) -> None:
    endpoint = {"scope": [SCORE_SCOPE], "lineitem": f"{lms.server.url}/items/1"}
    assert lms.enter(browser, **{AGS: endpoint}).status_code == 200
    with tool.database.transaction() as db:
        (link,) = db.scalars(select(ResourceLink)).all()
        (place,) = db.scalars(select(Membership)).all()
        whose = {"context_pk": link.context_pk, "learner_id": place.learner_id}
        db.add(Attempt(**whose, course=link.course, activity="quiz-un", number=1, score=1.0))
        column = note_coupled(db, link)
        db.add(GradeDelivery(line_item=column, learner_id=place.learner_id, score=1.0))
        db.add(Progress(**whose, course=link.course, state={"position": "deux/lecon"}))
    launch(lms, browser, "2", "b", resource_link_id_history="link-1", context_id_history="class-1")
    with tool.database.reading() as db:
        copy = db.scalars(select(ResourceLink).filter_by(resource_link_id="b")).one()
        assert copy.copied_from_pk == link.id
        assert copy.line_item_url is None
        assert db.scalar(select(func.count()).select_from(GradeDelivery)) == 1
        assert db.scalars(select(Attempt.context_pk)).all() == [link.context_pk]
        assert db.scalars(select(LineItem.resource_link_pk)).all() == [link.id]
        states = select(Progress.state).filter_by(context_pk=copy.context_pk)
        assert db.scalars(states).all() in ([], [{}])


def columns_of(tool: Tool, link_id: str) -> list[tuple[str, str, float, str, str | None]]:
    """Return a link's columns, in a word each but for their secret tag."""
    with tool.database.reading() as db:
        link = db.scalars(select(ResourceLink).filter_by(resource_link_id=link_id)).one()
        return [
            (item.activity, item.label, item.maximum, item.state, item.url)
            for item in line_items_of(db, [link.id])
            if item.made_by == Maker.TOOL
        ]


def choose_a_column_for_each(lms: Lms, browser: FlaskClient, tool: Tool) -> dict[str, Any]:
    """Launch a link and choose its columns, which the platform has made; return the endpoint."""
    endpoint = {
        "scope": [SCORE_SCOPE, LINE_ITEM_SCOPE],
        "lineitems": f"{lms.server.url}/items",
        "lineitem": f"{lms.server.url}/items/1",
    }
    assert lms.enter(browser, **{AGS: endpoint}).status_code == 200
    course = tool.courses.course("deux-unites")
    with tool.database.transaction() as db:
        link = db.scalars(select(ResourceLink)).one()
        wanted = {
            name: WantedColumn(name, f"Note {name}", 20.0)
            for name in (each.id for each in graded_activities(course, link.target))
        }
        choose(db, course, link.id, Choice(Grading.ACTIVITIES, wanted))
        for number, item in enumerate(line_items_of(db, [link.id])):
            item.state, item.url = LineItemState.READY, f"{lms.server.url}/items/{number}"
    return endpoint


def test_the_columns_that_were_chosen_are_wanted_for_the_copy_too(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    endpoint = choose_a_column_for_each(lms, browser, tool)
    copy = {"lti_context": {"id": "2"}, "lti_resource_link": {"id": "b"}}
    history = {"lti_custom": {"resource_link_id_history": "link-1"}}
    endpoint = {**endpoint, "lineitem": f"{lms.server.url}/items/9"}
    assert lms.enter(browser, **copy, **history, **{AGS: endpoint}).status_code == 200
    chosen = columns_of(tool, "link-1")
    assert len(chosen) > 1
    assert columns_of(tool, "b") == [(*one[:3], LineItemState.WANTED, None) for one in chosen]
    with tool.database.reading() as db:
        link = db.scalars(select(ResourceLink).filter_by(resource_link_id="b")).one()
        assert link.grading == Grading.ACTIVITIES
        tags = [tag for tag in db.scalars(select(LineItem.tag)) if tag]
        assert len(set(tags)) == len(tags)


def test_no_column_is_wanted_where_the_platform_would_not_have_it(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    choose_a_column_for_each(lms, browser, tool)
    launch(lms, browser, "2", "b", resource_link_id_history="link-1")
    assert columns_of(tool, "b") == []
    assert links(tool)["2/b"][2] == "class-1/link-1"


def test_no_column_is_wanted_for_a_copy_that_opens_something_else(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    endpoint = choose_a_column_for_each(lms, browser, tool)
    custom = {"resource_link_id_history": "link-1", **UNIT}
    copy = {"lti_context": {"id": "2"}, "lti_resource_link": {"id": "b"}, "lti_custom": custom}
    assert lms.enter(browser, **copy, **{AGS: endpoint}).status_code == 200
    assert columns_of(tool, "b") == []
    assert links(tool)["2/b"] == ("deux-unites", "deux", "class-1/link-1")


def test_a_link_that_we_know_costs_no_statement_more(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a")
    launch(lms, browser, "2", "b", resource_link_id_history="a", context_id_history="1")
    statements: list[str] = []

    def count(_1: Any, _2: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(tool.database.engine, "before_cursor_execute", count)
    launch(lms, browser, "1", "a")
    plain = len(statements)
    statements.clear()
    launch(lms, browser, "2", "b", resource_link_id_history="a", context_id_history="1")
    assert len(statements) == plain


def test_the_course_of_a_copy_that_is_gone_is_told_apart(
    lms: Lms, browser: FlaskClient, tool: Tool
) -> None:
    launch(lms, browser, "1", "a")
    with tool.database.transaction() as db:
        db.scalars(select(ResourceLink)).one().course = "withdrawn"
    answer = lms.enter(
        browser,
        lti_resource_link={"id": "b"},
        lti_custom={"resource_link_id_history": "a"},
    )
    assert answer.status_code == 400
    with tool.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(WindowSession)) == 1
