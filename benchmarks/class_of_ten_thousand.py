"""A class of ten thousand at the built-in course, written into PostgreSQL by COPY."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Cursor
from sqlalchemy import text

from course_content.model import (
    Activity,
    Course,
    Matching,
    Question,
)
from course_content.scoring import activity_score, mark
from lti_tool.database import Database
from lti_tool.models import folded_name
from lti_tool.services.courses import AnswerKeys
from tests.seeding import SeededClass, seed_class

LEARNERS: Final = 10_000
ATTEMPTS: Final = 200_000
GROUPS: Final = 40
RETRIES: Final = 3
"""Attempts at most that one learner makes at one activity."""
BEGINNING: Final = datetime(2026, 9, 14, 8, tzinfo=UTC)
WEEKS: Final = 10
NEVER_OPENED: Final = 0.02
FIRST_NAMES: Final = (
    "Zoé",
    "Émile",
    "Noa",
    "Chloé",
    "Léo",
    "Inès",
    "Anaïs",
    "Gaël",
    "Maël",
    "Élise",
)
LAST_NAMES: Final = ("Martin", "Noël", "Petit", "Lefèvre", "Dubois", "Garçon", "Bœuf", "Nuñez")

_COLUMNS: Final = {
    "learner": "id, platform_id, sub, name, sort_name, is_test_user",
    "membership": "context_pk, learner_id, role, standing, first_seen_at, last_seen_at",
    "group_membership": "group_pk, learner_id",
    "progress": (
        "context_pk, learner_id, course, state, revision, version, updated_at, active_seconds"
    ),
    "attempt": (
        "id, context_pk, learner_id, course, activity, number, started_at, completed_at, score"
    ),
    "answer": "attempt_id, question, response, score, answered_at",
    "grade_delivery": (
        "line_item_pk, platform_id, learner_id, score, completed, scored_at, version, state,"
        " tries, due_at"
    ),
}


@dataclass(frozen=True, slots=True)
class _Ready:
    """Answers to a question that were marked beforehand: there are not many different ones."""

    question: Question
    answers: Sequence[tuple[str, float]]

    def answer(self, ability: float, chance: random.Random) -> tuple[str, float]:
        """Return an answer in JSON, and its score: a right one for who is able, more often."""
        if chance.random() < ability:
            return self.answers[0]
        return chance.choice(self.answers)


class Seeder:
    """Writes the class. The same seed writes the same class."""

    def __init__(self, database: Database, course: Course, keys: AnswerKeys) -> None:
        self.chance = random.Random(6)  # noqa: S311  # the same class each time, and no secret
        self.database = database
        self.course = course
        self.activities = tuple(course.activities)
        self.ready = {
            activity.id: [
                _Ready(each, _marked(each, keys[activity.id][each.id], self.chance))
                for each in activity.questions
            ]
            for activity in self.activities
        }

    def write(self) -> SeededClass:
        """Write the class, and have the server learn how its tables are filled."""
        with self.database.transaction() as db:
            seeded = seed_class(db, names=(), course=self.course.slug)
            groups = self._write_groups(db, seeded)
            item = db.execute(
                text(
                    "INSERT INTO line_item (resource_link_pk, made_by, activity, state, label,"
                    " maximum, resource_id, tag, tries)"
                    " VALUES (:link, 'platform', '', 'ready', '', 100, '', '', 0) RETURNING id"
                ),
                {"link": seeded.link_pk},
            ).scalar_one()
        tables = self._tables(seeded, groups, item)
        connection = self.database.engine.raw_connection()
        try:
            with connection.cursor() as cursor:
                for table, rows in tables.items():
                    _copy(cursor, table, rows)
                for table in ("learner", "attempt"):
                    cursor.execute(
                        f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"  # noqa: S608  # our own names
                    )
            connection.commit()
            connection.driver_connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            connection.driver_connection.autocommit = False
        finally:
            connection.close()
        return seeded

    def _write_groups(self, db: Any, seeded: SeededClass) -> list[int]:
        rows = db.execute(
            text(
                "INSERT INTO course_group (context_pk, group_id, name, set_id, set_name, origin)"
                " SELECT :context, n::text, 'TD ' || n, 'td', 'Travaux dirigés', 'listed'"
                " FROM generate_series(1, :groups) AS n RETURNING id"
            ),
            {"context": seeded.context_pk, "groups": GROUPS},
        )
        return [row.id for row in rows]

    def _tables(
        self, seeded: SeededClass, groups: Sequence[int], item: int
    ) -> dict[str, list[tuple[Any, ...]]]:
        tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
        steps = [f"{unit.id}/{step.id}" for unit in self.course.units for step in unit.steps]
        left = ATTEMPTS
        for learner_id in range(1, LEARNERS + 1):
            name = (
                f"{self.chance.choice(FIRST_NAMES)} {self.chance.choice(LAST_NAMES)} {learner_id}"
            )
            tables["learner"].append(
                (learner_id, seeded.platform_id, f"u-{learner_id}", name, folded_name(name), False)
            )
            tables["group_membership"].append((groups[learner_id % GROUPS], learner_id))
            if self.chance.random() < NEVER_OPENED:
                tables["membership"].append(
                    (seeded.context_pk, learner_id, "learner", "active", None, None)
                )
                continue
            share = -(-left // (LEARNERS - learner_id + 1))
            best, ended = self._work(tables, seeded, learner_id, share)
            left = ATTEMPTS - len(tables["attempt"])
            seen = BEGINNING + timedelta(days=self.chance.random() * 5)
            tables["membership"].append(
                (seeded.context_pk, learner_id, "learner", "active", seen, ended)
            )
            state = {"position": steps[0], "visited": steps[: 5 * len(best)], "made": []}
            tables["progress"].append(
                (seeded.context_pk, learner_id, self.course.slug,
                 json.dumps({**state, "drafts": {}}), 1, 1, ended, 480.0 * share)
            )  # fmt: skip
            score = activity_score([(1, best.get(one.id, 0)) for one in self.activities])
            sent = self.chance.choices(("sent", "pending", "refused"), (97, 2, 1))[0]
            tables["grade_delivery"].append(
                (
                    item,
                    seeded.platform_id,
                    learner_id,
                    score,
                    len(best) == len(self.ready),
                    ended,
                    1,
                    sent,
                    0,
                    ended,
                )
            )
        return tables

    def _work(
        self, tables: dict[str, list[Any]], seeded: SeededClass, learner_id: int, count: int
    ) -> tuple[dict[str, float], datetime]:
        """Write the attempts of one learner; return their best scores, and when they came last."""
        best: dict[str, float] = {}
        moment = BEGINNING + timedelta(days=self.chance.random() * 7)
        rest = timedelta(weeks=WEEKS) * self.chance.uniform(0.5, 1) / max(count, 1)
        ability = self.chance.betavariate(3, 2)
        for activity, number in self._plan(count):
            attempt_id = len(tables["attempt"]) + 1
            given = [
                (each.question, *each.answer(ability, self.chance))
                for each in self.ready[activity.id]
            ]
            for question, response, score in given:
                tables["answer"].append((attempt_id, question.id, response, score, moment))
            total = activity_score([(question.points, score) for question, _, score in given])
            tables["attempt"].append(
                (attempt_id, seeded.context_pk, learner_id, self.course.slug, activity.id, number,
                 moment, moment + timedelta(minutes=8), total)
            )  # fmt: skip
            best[activity.id] = max(best.get(activity.id, 0), total)
            moment += rest
        return best, moment

    def _plan(self, count: int) -> Iterator[tuple[Activity, int]]:
        """Yield which attempts somebody makes: the course from its beginning, some twice."""
        spare = max(0, count - len(self.activities))
        for activity in self.activities:
            again = min(RETRIES - 1, spare, self.chance.randint(0, RETRIES - 1))
            spare -= again
            for number in range(1, again + 2):
                if count:
                    count -= 1
                    yield activity, number


def _marked(question: Question, key: Any, chance: random.Random) -> list[tuple[str, float]]:
    """Return a right answer to a question, then wrong ones, with their scores."""
    wrong = _WRONG[question.kind]
    responses = [_RIGHT[question.kind](question), *(wrong(question, chance) for _ in range(12))]
    return [(json.dumps(each), mark(key, each).score) for each in responses]


def _ids(things: Iterable[Any]) -> list[str]:
    return [one.id for one in things]


def _mixed(question: Matching, chance: random.Random) -> dict[str, str]:
    sides = [pair.right.id for pair in question.pairs]
    mixed = chance.sample(sides, k=len(sides))
    return {pair.left.id: side for pair, side in zip(question.pairs, mixed, strict=True)}


_RIGHT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "single": lambda asked: _ids(one for one in asked.choices if one.correct)[0],
    "multiple": lambda asked: _ids(one for one in asked.choices if one.correct),
    "true_false": lambda asked: asked.answer,
    "ordering": lambda asked: _ids(asked.items),
    "matching": lambda asked: {pair.left.id: pair.right.id for pair in asked.pairs},
    "numeric": lambda asked: str(asked.answer),
    "text": lambda asked: asked.accepted[0],
}
_WRONG: Final[Mapping[str, Callable[[Any, random.Random], Any]]] = {
    "single": lambda asked, chance: chance.choice(
        _ids(one for one in asked.choices if not one.correct)
    ),
    "multiple": lambda asked, chance: chance.sample(_ids(asked.choices), k=2),
    "true_false": lambda asked, _chance: not asked.answer,
    "ordering": lambda asked, chance: chance.sample(_ids(asked.items), k=len(asked.items)),
    "matching": _mixed,
    "numeric": lambda asked, chance: str(asked.answer + chance.randint(1, 9)),
    "text": lambda _asked, chance: f"autre {chance.randint(1, 9)}",
}


def _copy(cursor: Cursor[Any], table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
