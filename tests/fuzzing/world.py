"""The tool, a platform that it knows, and what launches leave behind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from lti_tool.models import Context, Learner, ResourceLink, WindowSession
from lti_tool.tool import Tool
from tests.functional.launch.lms import Key, Lms, Login
from tests.fuzzing.traces import stored

REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass
class Proof:
    """What a browser holds of a login: its state, and the secret that its cookie keeps."""

    login: Login
    secret: str


@dataclass
class World:
    """The tool, a platform that it knows, and what the tool has stored so far."""

    app: Flask
    lms: Lms
    stranger: Key

    @property
    def tool(self) -> Tool:
        tool: Tool = self.app.extensions["arrimage"]
        return tool

    def rows(self) -> dict[str, int]:
        return stored(self.tool.database)

    def begin(self, *, storage: bool) -> Proof:
        """Begin a login, as a browser whose platform has a storage for secrets or has none."""
        browser = self.app.test_client()
        target = {"lti_storage_target": "_parent"} if storage else {}
        login = self.lms.begin(browser, **target)
        return Proof(login, login.cookie(browser)[1])

    def newest(self) -> tuple[WindowSession, Learner | None, ResourceLink, Context]:
        """Return the window that was let in last, and what it is a window on."""
        with self.tool.database.reading() as db:
            newest = select(WindowSession).order_by(WindowSession.created_at.desc()).limit(1)
            window = db.scalars(newest).one()
            link = window.resource_link
            return window, window.learner, link, link.context
