"""Whatever a package or its frame sends, no door of dispatch breaks, and seats stay counted.

A licence is in every learner's browser: so the form may hold a real one, and anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import event, example, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lti_tool.models import DispatchLicence, DispatchSeat, now
from lti_tool.services.dispatch_licences import Offer, Terms
from lti_tool.tool import Tool
from tests.functional.administration.conftest import COURSE, make_app
from tests.fuzzing.effort import effort
from tests.fuzzing.hostile import TEXTS, rarely
from tests.fuzzing.world import REFERENCE

SEATS = 3
LEARNERS = [f"{number:064x}" for number in range(6)]
REAL = "the real one"
FORMS = st.fixed_dictionaries(
    {
        "licence": rarely(TEXTS, st.just(REAL)),
        "learner": rarely(TEXTS, st.sampled_from(LEARNERS)),
    },
    optional={
        "completion": rarely(TEXTS, st.sampled_from(["pages", "quiz", "both"])),
        "mastery": rarely(TEXTS, st.sampled_from(["none", "0", "60", "100", "nan", "1e999"])),
        "statuses": rarely(TEXTS, st.just("completed-failed")),
    },
)
ORIGINS = st.sampled_from(["https://lms.example", "null", "https://[", "\x01", ""])


@dataclass
class Host:
    """The tool, and a licence with few seats."""

    app: Flask
    token: str

    def seats(self) -> int:
        tool: Tool = self.app.extensions["arrimage"]
        with tool.database.reading() as db:
            return db.execute(select(func.count()).select_from(DispatchSeat)).scalar_one()

    def launch(self, form: Mapping[str, str], origin: str) -> tuple[int, str]:
        said = {
            name: text.replace(REAL, self.token).encode(errors="surrogatepass")
            for name, text in form.items()
        }
        answer = self.app.test_client().post(
            "/dispatch/launch", data=said, headers={"Origin": origin}
        )
        return answer.status_code, answer.text


@pytest.fixture(scope="module")
def host(fuzzing_url: str) -> Iterator[Host]:
    app = make_app(fuzzing_url, "password")
    tool: Tool = app.extensions["arrimage"]
    today = now().date()
    terms = Terms("cnam", COURSE, "fr", SEATS, today, today + timedelta(days=9))
    number = tool.licences.make(terms, Offer(("cnam",), {COURSE: ("fr",)}))
    with tool.database.reading() as db:
        address = tool.licences.address(db.get_one(DispatchLicence, number))
    yield Host(app, address.partition("#")[2])
    tool.close()


@effort(40)
@given(form=FORMS, origin=ORIGINS)
@example({"licence": "0" * 32 + "." + "0" * 64, "learner": LEARNERS[0]}, "")
@example({"licence": REAL, "learner": LEARNERS[0], "mastery": "١٢"}, "null")
@example({"licence": REAL, "learner": "\ud800"}, "null")
def test_no_form_breaks_the_door_or_takes_a_seat_too_many(
    host: Host, form: Mapping[str, str], origin: str
) -> None:
    before = host.seats()

    status, text = host.launch(form, origin)

    event(f"answered {status}")
    assert status in {200, 400, 403}, text
    assert host.seats() <= SEATS
    if status != 200:
        assert REFERENCE.search(text)
        assert host.seats() == before


@effort(30)
@given(token=st.one_of(TEXTS, st.from_regex(r"[0-9]{1,12}\.[0-9]{1,12}\.[0-9a-f]{64}")), unit=TEXTS)
@example("1.99999999999." + "0" * 64, "un")
@example("\u0661.1." + "0" * 64, "..")
def test_no_made_up_visit_gets_a_unit(host: Host, token: str, unit: str) -> None:
    shown = token.encode("utf-8", "surrogatepass").decode("latin-1")
    shown = "".join(letter for letter in shown if letter.isprintable())
    path = quote(unit.encode("utf-8", "surrogatepass"), safe="") or "un"

    answer = host.app.test_client().get(
        f"/dispatch/units/{path}", headers={"Authorization": f"Bearer {shown}"}
    )

    assert answer.status_code in {401, 404, 405}, answer.text
