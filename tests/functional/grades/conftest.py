"""A gradebook on the loopback, a class whose column is there, and a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.lti import ScoreClient, SigningKey, TokenClient
from lti_tool.models import GradeDelivery, Learner, ResourceLink
from lti_tool.services.columns import note_coupled
from lti_tool.services.delivery import deliver_due
from tests.functional.grades.gradebook import Gradebook, serving
from tests.seeding import SeededClass, seed_class

NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture
def gradebook() -> Iterator[Gradebook]:
    with serving(Gradebook()) as running:
        yield running


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    return SigningKey("kid", rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture
def scores(signing_key: SigningKey) -> ScoreClient:
    return ScoreClient(TokenClient(lambda: signing_key))


@dataclass
class Outbox:
    """The grades of one class, and the means to deliver them at a chosen time."""

    database: Database
    scores: ScoreClient
    seeded: SeededClass
    time: datetime = NOON

    def enrol(self, count: int) -> None:
        """Write more learners of the class."""
        known = len(self.seeded.learner_ids)
        with self.database.transaction() as db:
            more = [
                Learner(platform_id=self.seeded.platform_id, sub=f"user-{known + number}")
                for number in range(1, count + 1)
            ]
            db.add_all(more)
            db.flush()
            ids = (*self.seeded.learner_ids, *(one.id for one in more))
        self.seeded = replace(self.seeded, learner_ids=ids)

    def put(self, score: float, *, completed: bool = True, learner: int = 0) -> None:
        """Queue a grade that is due now."""
        with self.database.transaction() as db:
            db.add(
                GradeDelivery(
                    line_item=note_coupled(db, db.get_one(ResourceLink, self.seeded.link_pk)),
                    learner_id=self.seeded.learner_ids[learner],
                    score=score,
                    completed=completed,
                    due_at=self.time,
                )
            )

    def supersede(self, score: float) -> None:
        """Queue a newer score of the first learner, as ``grades.record`` does."""
        with self.database.transaction() as db:
            row = db.scalars(select(GradeDelivery)).one()
            row.score = score
            row.version += 1
            row.state = "pending"
            row.due_at = self.time

    def deliver(self) -> int:
        return deliver_due(self.database, self.scores, clock=lambda: self.time)

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def row(self, learner: int = 0) -> GradeDelivery:
        with self.database.reading() as db:
            wanted = GradeDelivery.learner_id == self.seeded.learner_ids[learner]
            return db.scalars(select(GradeDelivery).where(wanted)).one()


@pytest.fixture
def outbox(database: Database, gradebook: Gradebook, scores: ScoreClient) -> Outbox:
    with database.transaction() as db:
        seeded = seed_class(
            db,
            line_item_url=gradebook.line_item(),
            platform_url=gradebook.url,
            names=("Alex Martin", "Camille Noël", "Dominique Roy"),
        )
    return Outbox(database, scores, seeded)
