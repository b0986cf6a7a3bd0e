"""A class at work: the application behind its HTTP door, and windows launched into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.database import Database
from lti_tool.lti import Role
from lti_tool.models import GradeDelivery
from lti_tool.tool import Tool
from tests.seeding import Entrant, SeededClass, open_window

QUIZ_ONE = {"choix": "b", "plusieurs": ["a", "b"], "vrai": True}
"""The right answers to the first quiz of the small course; each is worth one point."""


@dataclass
class Window:
    """A browser's window that holds a session's token."""

    client: FlaskClient
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers)

    def put(self, path: str, body: Any) -> TestResponse:
        return self.client.put(path, json=body, headers=self.headers)

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(path, json=body, headers=self.headers)

    def answer(self, quiz: str, question: str, response: Any, attempt: int = 1) -> TestResponse:
        body = {"attempt": attempt, "question": question, "response": response}
        return self.post(f"/api/activities/{quiz}/answers", body)

    def do_quiz_one(self, attempt: int = 1, **changed: Any) -> TestResponse:
        """Answer the whole first quiz; return what the last answer brought."""
        for question, response in {**QUIZ_ONE, **changed}.items():
            last = self.answer("quiz-un", question, response, attempt)
            assert last.status_code == 200, last.text
        return last


@dataclass
class School:
    """The application, and the class that the database begins with."""

    app: Flask
    seeded: SeededClass

    @property
    def tool(self) -> Tool:
        tool: Tool = self.app.extensions["arrimage"]
        return tool

    @property
    def database(self) -> Database:
        return self.tool.database

    def open(
        self,
        learner: int | None = 0,
        *,
        role: Role = Role.LEARNER,
        link_pk: int | None = None,
        language: str = "fr",
    ) -> Window:
        """Open a window as an accepted launch does; no learner makes it anonymous."""
        entrant = Entrant(
            link_pk=link_pk or self.seeded.link_pk,
            learner_id=None if learner is None else self.seeded.learner_ids[learner],
            role=role,
            language=language,
        )
        with self.database.transaction() as db:
            token = open_window(db, entrant, self.tool.limits)
        return Window(self.app.test_client(), token)

    def grades(self) -> dict[int, tuple[float, bool, str]]:
        """Score, completion and state of every grade, by its link."""
        with self.database.reading() as db:
            rows = db.scalars(select(GradeDelivery)).all()
            return {
                row.line_item.resource_link_pk: (row.score, row.completed, row.state)
                for row in rows
            }
