"""A platform that answers anything at all: tokens, gradebooks, lists, columns, keys, notices.

Whatever it says, nothing of ours breaks: a client raises the errors that it declares, what
became of a score or a list is written down with a cause that is the platform's, and pages
still open.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from lti_tool.lti import (
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    SCORE_SCOPE,
    KeySets,
    LaunchRefused,
    LineItemClient,
    Role,
    ServiceError,
    ServiceFault,
)
from lti_tool.lti.line_items import Column, NewColumn
from lti_tool.models import (
    Context,
    Counting,
    GradeDelivery,
    GradeSync,
    HandMadeGrade,
    KeptToken,
    Notice,
    Platform,
    PlatformHealth,
    ResourceLink,
    now,
)
from lti_tool.services.columns import note_coupled
from lti_tool.services.delivery import DeliveryFault, deliver_due, fault_of
from lti_tool.services.rosters import RosterStatus, refresh
from lti_tool.services.sync_jobs import SyncDesk, ask, sync_next
from tests.functional.instructor.registrar import person
from tests.functional.launch.lms import CLIENT_ID, ISSUER, LTI, Answer, Asked, Key, Server
from tests.functional.launch.test_notices import claims as notice_claims
from tests.functional.school import School, Window
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import NOT_OBJECTS, NUMBERS, TEXTS, VALUES, rarely, signed, written

STATUSES = rarely(
    st.sampled_from([201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 503]), st.just(200)
)
LATIN = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40)
LINKS = st.one_of(
    LATIN,
    st.sampled_from(
        [
            '<{url}/members>; rel="next"',
            '<{url}/members?p=2>; rel=next, <x>; rel="differences"',
            '<http://evil.example/>; rel="next"',
            "<>; rel=next",
            "<{url}/members; rel=next",
            '<http://[::1>; rel="next"',
            "&lt;{url}/members&gt;; rel=“next”",
        ]
    ),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": LATIN,
        "Retry-After": st.one_of(
            LATIN, st.sampled_from(["-1", "9" * 400, "1e9", "Mon, 99 Foo 2026 00:00:00 GMT", "0"])
        ),
        "Link": LINKS,
        "Location": st.just("http://evil.example/"),
        "Content-Encoding": st.sampled_from(["gzip", "identity", "x"]),
    },
)
NAMES = st.one_of(
    st.sampled_from(["user_id", "name", "given_name", "family_name", "roles", "status"]),
    st.sampled_from(["message", "group_enrollments"]),
)
MEMBERS = rarely(
    VALUES,
    st.builds(
        lambda number, changes: {**person(number), **changes},
        st.integers(1, 4),
        st.dictionaries(NAMES, st.one_of(VALUES, st.lists(TEXTS, max_size=3)), max_size=2),
    ),
)
LISTS = rarely(
    VALUES,
    st.fixed_dictionaries(
        {"members": st.lists(MEMBERS, max_size=4)},
        optional={"groups": VALUES, "sets": VALUES, "id": VALUES},
    ),
)
COLUMNS = st.dictionaries(
    st.sampled_from(["id", "label", "scoreMaximum", "resourceId", "tag", "resourceLinkId"])
    | st.sampled_from(["userId", "resultScore", "resultMaximum", "comment", "scoreOf"]),
    VALUES,
    max_size=5,
)
TOKENS = st.one_of(
    st.dictionaries(
        st.sampled_from(["access_token", "expires_in", "token_type", "scope"]), VALUES, max_size=4
    ),
    VALUES,
)


def answers(bodies: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    """Return answers with such JSON, or with anything else."""
    return st.builds(
        Answer, STATUSES, rarely(NOT_OBJECTS, bodies.map(written)), rarely(HEADERS, st.just({}))
    )


GOOD_TOKEN = Answer(200, json.dumps({"access_token": "t", "expires_in": 3600}).encode())
TOKEN_ANSWERS = rarely(answers(TOKENS), st.just(GOOD_TOKEN))


@dataclass
class Hostile:
    """The class, and the platform that it depends on. ``hours`` pass from one try to the next."""

    school: School
    server: Server
    hours: Iterator[int]

    @property
    def platform(self) -> Platform:
        with self.school.database.reading() as db:
            return db.get_one(Platform, self.school.seeded.platform_id)

    def says(self, path: str, answer: Answer) -> None:
        """Have the platform answer so at a path, but for addresses, which are its own."""
        headers = {
            name: value.replace("{url}", self.server.url)
            .encode("latin-1", "replace")
            .decode("latin-1")
            for name, value in answer.headers.items()
        }

        def once(_asked: Asked) -> Answer:
            # A list whose every page has another would be read to its limit each time.
            self.server.answers[path] = Answer(answer.status, answer.body)
            return Answer(answer.status, answer.body, headers)

        self.server.answers[path] = once

    def forget(self) -> None:
        """Forget the tokens that the platform gave, and what it was asked."""
        self.server.asked.clear()
        with self.school.database.transaction() as db:
            db.execute(delete(KeptToken))

    def later(self) -> timedelta:
        return timedelta(hours=next(self.hours))


@pytest.fixture(scope="module")
def hostile(school: School) -> Iterator[Hostile]:
    with Server().running() as server:
        with school.database.transaction() as db:
            platform = db.get_one(Platform, school.seeded.platform_id)
            platform.token_url = f"{server.url}/token"
            platform.authorization_url = f"{server.url}/auth"
            platform.jwks_url = f"{server.url}/jwks"
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_item_url = f"{server.url}/items/1/lineitem"
            link.line_items_url = f"{server.url}/items"
            link.grade_scopes = [SCORE_SCOPE, LINE_ITEM_SCOPE, RESULT_SCOPE]
            context = db.get_one(Context, school.seeded.context_pk)
            context.memberships_url = f"{server.url}/members"
            context.groups_url = f"{server.url}/groups"
            context.group_sets_url = f"{server.url}/sets"
        yield Hostile(school, server, itertools.count(1, 24))


@pytest.fixture(scope="module")
def teacher(school: School) -> Window:
    return school.open(role=Role.INSTRUCTOR)


@effort(40)
@given(token=TOKEN_ANSWERS, score=answers(VALUES))
@example(GOOD_TOKEN, Answer(200))
@example(GOOD_TOKEN, Answer(409))
@example(GOOD_TOKEN, Answer(429, b"", {"Retry-After": "9" * 400}))
def test_no_gradebook_s_answer_stops_the_worker(
    hostile: Hostile, token: Answer, score: Answer
) -> None:
    hostile.forget()
    hostile.says("/token", token)
    hostile.says("/items/1/lineitem/scores", score)
    moment = now()
    with hostile.school.database.transaction() as db:
        db.execute(delete(GradeDelivery))
        # What the platform asked for in the example before has been forgotten.
        db.execute(delete(PlatformHealth))
        link = db.get_one(ResourceLink, hostile.school.seeded.link_pk)
        db.add(
            GradeDelivery(
                line_item=note_coupled(db, link),
                learner_id=hostile.school.seeded.learner_ids[0],
                score=0.5,
                completed=True,
                due_at=moment,
            )
        )

    # A score that comes too early by its second is due again at once: were the clock to go on,
    # a second that ends just then would have it tried twice.
    tried = deliver_due(hostile.school.database, hostile.school.tool.scores, clock=lambda: moment)
    assert tried == 1

    with hostile.school.database.reading() as db:
        row = db.scalars(select(GradeDelivery)).one()
    event(row.state)
    arrived = hostile.server.asked_at("/items/1/lineitem/scores")
    assert fault_of(row.error) is not DeliveryFault.INTERNAL
    assert row.claimed_until is None
    if row.state == "sent":
        assert arrived
        assert 200 <= score.status < 300
    assert hostile.school.open().get("/api/grade").status_code == 200


@effort(60)
@given(token=TOKEN_ANSWERS, members=answers(LISTS), groups=answers(LISTS), sets=answers(LISTS))
def test_no_class_list_breaks_the_instructor_s_table(
    hostile: Hostile, teacher: Window, token: Answer, members: Answer, groups: Answer, sets: Answer
) -> None:
    hostile.forget()
    hostile.says("/token", token)
    for path, answer in (("/members", members), ("/groups", groups), ("/sets", sets)):
        hostile.says(path, answer)
    moment = now() + hostile.later()

    asked = refresh(
        hostile.school.database,
        hostile.school.tool.class_lists,
        hostile.school.seeded.context_pk,
        on_demand=True,
        clock=lambda: moment,
    )

    assert asked
    with hostile.school.database.reading() as db:
        status = RosterStatus.of(db.get_one(Context, hostile.school.seeded.context_pk), moment)
    event(str(status.fault))
    assert status.fault is not ServiceFault.INTERNAL
    assert status.groups_fault is not ServiceFault.INTERNAL
    assert teacher.get("/api/class").status_code == 200


@effort(40)
@given(token=TOKEN_ANSWERS, items=answers(st.one_of(COLUMNS, st.lists(COLUMNS, max_size=3))))
def test_no_line_item_breaks_a_client(hostile: Hostile, token: Answer, items: Answer) -> None:
    client = LineItemClient(hostile.school.tool.tokens)
    url = f"{hostile.server.url}/items"
    platform = hostile.platform
    column = Column(
        url=url,
        label="Module",
        maximum=100.0,
        resource_id=None,
        tag=None,
        resource_link_id=None,
        members={},
    )
    for call in (
        lambda: client.columns(platform, url, tag="t"),
        lambda: client.column(platform, url),
        lambda: client.create(platform, url, NewColumn("Module", 100, "module", "t", None)),
        lambda: client.update(platform, column, "Module", 50),
        lambda: client.results(platform, url, "person-1"),
        lambda: client.remove(platform, url),
    ):
        hostile.forget()
        hostile.says("/token", token)
        hostile.says("/items", items)
        hostile.says("/items/results", items)
        try:
            call()
        except ServiceError as refused:
            assert refused.fault is not ServiceFault.INTERNAL  # noqa: PT017 -- most are not raised


CHOICES = st.fixed_dictionaries(
    {
        "counting": rarely(VALUES, st.sampled_from([*Counting])),
        "grading": rarely(VALUES, st.sampled_from(["whole", "activities"])),
        "columns": rarely(
            VALUES,
            st.dictionaries(
                rarely(TEXTS, st.sampled_from(["", "quiz-un", "quiz-deux"])),
                st.fixed_dictionaries(
                    {
                        "label": st.one_of(st.just("Module"), VALUES),
                        "maximum": st.one_of(st.just(20), VALUES),
                    }
                ),
                max_size=3,
            ),
        ),
    },
    optional={
        "remove": st.booleans(),
        "passMark": rarely(VALUES, st.one_of(st.none(), st.integers(0, 100))),
        "page": rarely(VALUES, st.integers(-1, 3)),
        "undo": st.booleans(),
    },
)


@effort(40)
@given(choice=CHOICES, items=answers(st.one_of(COLUMNS, st.lists(COLUMNS, max_size=3))))
def test_no_choice_of_columns_breaks_the_class_page(
    hostile: Hostile, teacher: Window, choice: object, items: Answer
) -> None:
    hostile.forget()
    hostile.says("/token", GOOD_TOKEN)
    hostile.says("/items", items)
    for path in ("/plan", ""):
        answer = teacher.client.post(
            f"/api/class/columns{path}", data=written(choice), headers=teacher.headers
        )
        assert answer.status_code in {200, 400, 409}, answer.text
        seen = re.search('data-seen="([^"]+)"', answer.text)
        if seen is not None:
            choice = {**choice, "seen": seen[1]}
    assert teacher.get("/api/class/columns").status_code == 200


RESULTS = st.lists(
    rarely(
        VALUES,
        st.fixed_dictionaries(
            {"userId": rarely(TEXTS, st.sampled_from(["user-1", "user-2"]))},
            optional={"resultScore": rarely(VALUES, st.floats(0, 200)), "resultMaximum": NUMBERS},
        ),
    ),
    max_size=3,
)


@effort(40)
@given(token=TOKEN_ANSWERS, results=answers(RESULTS))
@example(
    GOOD_TOKEN,
    Answer(200, written([{"userId": "user-1", "resultScore": 1e308, "resultMaximum": 1e-308}])),
)
def test_no_results_break_a_synchronisation(
    hostile: Hostile, teacher: Window, token: Answer, results: Answer
) -> None:
    hostile.forget()
    hostile.says("/token", token)
    hostile.says("/items/1/lineitem/results", results)
    tool = hostile.school.tool
    with tool.database.transaction() as db:
        for table in (GradeDelivery, GradeSync, HandMadeGrade, PlatformHealth):
            db.execute(delete(table))
        link = db.get_one(ResourceLink, hostile.school.seeded.link_pk)
        db.add(
            GradeDelivery(
                line_item=note_coupled(db, link),
                learner_id=hostile.school.seeded.learner_ids[0],
                score=0.5,
                state="sent",
                sent_score=0.5,
            )
        )
        ask(db, link, "", now())

    assert sync_next(SyncDesk(tool.database, tool.line_items, tool.courses))

    with tool.database.transaction() as db:
        row = db.scalars(select(GradeSync)).one()
        event(f"{row.state} {(row.error or '').partition(':')[0]}")
        assert not (row.error or "").startswith(ServiceFault.INTERNAL)
        db.execute(delete(PlatformHealth))
    for path in ("/api/class/gradebook", "/api/class/gradebook/progress", "/api/class"):
        assert teacher.get(path).status_code == 200
    assert teacher.post("/api/class/gradebook/comparison", {}).status_code == 200


JWKS = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {
            "keys": st.lists(
                st.one_of(
                    VALUES,
                    st.dictionaries(
                        st.sampled_from(["kty", "kid", "n", "e", "alg", "use", "key_ops", "x5c"]),
                        st.one_of(VALUES, st.sampled_from(["RSA", "EC", "oct", "AQAB", "key"])),
                    ),
                ),
                max_size=4,
            )
        }
    ),
)


@effort(50)
@given(answer=answers(JWKS), kid=st.one_of(st.just("key"), TEXTS))
@example(
    Answer(200, written({"keys": [{"kty": "RSA", "kid": "key", "n": "AQAB", "e": "AQAB"}]})), "key"
)
def test_no_key_set_breaks_a_launch(hostile: Hostile, answer: Answer, kid: str) -> None:
    hostile.says("/keys", answer)
    with pytest.raises(LaunchRefused):
        KeySets().key(f"{hostile.server.url}/keys", kid)


@pytest.fixture(scope="module")
def notice_key(hostile: Hostile) -> Key:
    """The platform's key. The platform is found by its issuer and the tool's client id."""
    key = Key("notices")
    hostile.server.answers["/jwks"] = Answer(body=written({"keys": [key.jwk()]}))
    with hostile.school.database.transaction() as db:
        db.execute(update(Platform).values(issuer=ISSUER, client_id=CLIENT_ID))
    return key


NOTICE = st.dictionaries(
    st.sampled_from(
        ["iss", "aud", "azp", "exp", "iat", "nonce"]
        + [f"{LTI}{name}" for name in ("version", "deployment_id", "notice", "context")]
        + [f"{LTI}origin_contexts"]
    ),
    st.one_of(
        VALUES, st.dictionaries(st.sampled_from(["id", "timestamp", "type", "title"]), VALUES)
    ),
    max_size=2,
)


@effort(60)
@given(
    changes=NOTICE,
    kind=st.sampled_from(["LtiHelloWorldNotice", "LtiContextCopyNotice"]),
    payload=rarely(NOT_OBJECTS, st.none()),
    body=rarely(st.one_of(NOT_OBJECTS, VALUES.map(written)), st.none()),
)
@example({}, "LtiHelloWorldNotice", None, None)
@example({"iss": "a\x00b"}, "LtiHelloWorldNotice", None, None)
@example({"iss": "\ud800"}, "LtiHelloWorldNotice", None, None)
def test_no_notice_breaks_their_door(
    hostile: Hostile,
    notice_key: Key,
    changes: Mapping[str, Any],
    kind: str,
    payload: bytes | None,
    body: bytes | None,
) -> None:
    right = {**notice_claims(kind), f"{LTI}deployment_id": "1", **changes}
    header = {"alg": "RS256", "kid": notice_key.kid}
    token = signed(header, written(right) if payload is None else payload, notice_key.private)
    sent = written({"notices": [{"jwt": token}]}) if body is None else body
    with hostile.school.database.reading() as db:
        before = len(db.scalars(select(Notice.id)).all())

    answer = hostile.school.app.test_client().post(
        "/lti/notices", data=sent, content_type="application/json"
    )

    event(f"answered {answer.status_code}")
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    with hostile.school.database.reading() as db:
        after = len(db.scalars(select(Notice.id)).all())
    if answer.status_code == 200:
        assert payload is None
        assert body is None
        assert right["iss"] == ISSUER
        assert right[f"{LTI}deployment_id"] == "1"
    else:
        assert after == before
        assert set(answer.get_json()["error"]) == {"code", "message", "remedy", "reference"}
