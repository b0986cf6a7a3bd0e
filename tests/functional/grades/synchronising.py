"""A class whose gradebook is synchronised, on a platform that only the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.lti import (
    RESULT_SCOPE,
    SCORE_SCOPE,
    LineItemClient,
    Result,
    ScoreClient,
    SigningKey,
    TokenClient,
)
from lti_tool.models import Decision, GradeDelivery, Platform, ResourceLink
from lti_tool.services.delivery import deliver_due
from lti_tool.services.hand_made import Verdict, decide
from lti_tool.services.sync_jobs import SyncDesk, ask, sync_next
from lti_tool.services.sync_page import GradebookPage, gradebook_page
from tests.functional.grades.columns import Columns
from tests.functional.launch.lms import Server
from tests.functional.school import School

ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on the database, once."""
FULL = 0.5
"""What the first quiz is worth, of the two that the link covers."""
PARTIAL = 1 / 3
"""The same with one answer of three wrong."""


@dataclass
class Reader:
    """Reads the platform's columns, and does something once one was read."""

    client: LineItemClient
    then: Callable[[], object] = lambda: None

    def results(self, platform: Platform, url: str) -> tuple[Result, ...]:
        found = self.client.results(platform, url)
        self.then()
        return found


@dataclass
class Office:
    """A class, its gradebook, and a clock that only the test turns."""

    school: School
    columns: Columns
    scores: ScoreClient
    reader: Reader
    moment: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))

    @property
    def desk(self) -> SyncDesk:
        return SyncDesk(
            self.school.database, self.reader, self.school.tool.courses, clock=lambda: self.moment
        )

    def later(self, **length: float) -> None:
        self.moment += timedelta(**length)

    def deliver(self) -> int:
        """Send what is due, in a second of its own."""
        self.later(seconds=1)
        return deliver_due(self.school.database, self.scores, clock=lambda: self.moment)

    def earn(self, learner: int, attempt: int = 1, **answers: Any) -> None:
        window = self.school.open(learner)
        if attempt > 1:
            assert window.post("/api/activities/quiz-un/attempts", {}).status_code == 200
        window.do_quiz_one(attempt, **answers)

    def hold(self, learner: int, share: float | None) -> None:
        """Have the column hold that grade for somebody, whoever gave it."""
        user = f"user-{learner + 1}"
        kept = [one for one in self.columns.results.get(1, []) if one["userId"] != user]
        if share is not None:
            kept.append({"userId": user, "resultScore": share * 100, "resultMaximum": 100})
        self.columns.results[1] = kept

    def grade(self, learner: int) -> float | None:
        return self.columns.grade(1, f"user-{learner + 1}")

    def ask(self) -> int:
        with self.school.database.transaction() as db:
            link = db.get_one(ResourceLink, self.school.seeded.link_pk)
            return ask(db, link, "Zoé Martin", self.moment).id

    def synchronise(self) -> None:
        """Ask, carry out, and send what it queued."""
        self.ask()
        assert sync_next(self.desk)
        self.deliver()

    def row(self, learner: int) -> GradeDelivery:
        with self.school.database.reading() as db:
            wanted = GradeDelivery.learner_id == self.school.seeded.learner_ids[learner]
            return db.scalars(select(GradeDelivery).where(wanted)).one()

    def page(self) -> GradebookPage:
        with self.school.database.reading() as db:
            link = db.get_one(ResourceLink, self.school.seeded.link_pk)
            return gradebook_page(db, link, self.moment)

    def decide(self, decision: Decision) -> int:
        """Decide about every grade that the page asks about."""
        verdicts = [Verdict(one.id, one.seen, decision) for one in self.page().to_decide]
        assert verdicts, "there is nothing to decide"
        return decide(self.school.database, self.school.seeded.link_pk, verdicts, "Zoé Martin")


@contextmanager
def synchronising(school: School, signing_key: SigningKey) -> Iterator[Office]:
    """Give the school's link a column that can be read, on a platform of its own."""
    with Server().running() as server:
        columns = Columns(server)
        coupled = columns.add(label="Module 3", resourceLinkId="lien-1")
        with school.database.transaction() as db:
            platform = db.get_one(Platform, school.seeded.platform_id)
            platform.token_url = f"{server.url}/token"
            link = db.get_one(ResourceLink, school.seeded.link_pk)
            link.line_item_url = coupled
            link.grade_scopes = [SCORE_SCOPE, RESULT_SCOPE]
        tokens = TokenClient(lambda: signing_key)
        yield Office(school, columns, ScoreClient(tokens), Reader(LineItemClient(tokens)))
