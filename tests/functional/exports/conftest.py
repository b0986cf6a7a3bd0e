"""The export page of a tool with two courses, a partner, and a place to keep packages."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from config.settings import Settings
from lti_tool.app import create_app
from lti_tool.models import ExportJob, ExportPackage
from lti_tool.services.administration import Way, issue_ticket
from lti_tool.services.export_jobs import export_next
from lti_tool.tool import Tool
from tests.functional.administration.conftest import Visitor
from tests.functional.launch.lms import TOOL, Key, Lms, Server

COURSES = Path(__file__).parents[2] / "courses"
COURSE = "deux-unites"
TWO_LANGUAGES = "bilingual"
PARTNER = "ecole"
PROFILE = """
title = "École d’essai"
lms = "moodle"

[export]
mastery = 70

[look]
mark = "École"
accent = "#0b5563"

[course]
without = ["deux"]
"""
DESIGNER = "Zoé Martin"
ORDER: Mapping[str, str] = {"course": COURSE, "format": "scorm12"}


@dataclass
class Office:
    """The tool, somebody who exports its courses, and where its files are."""

    app: Flask
    folder: Path
    visitor: Visitor

    @property
    def tool(self) -> Tool:
        tool: Tool = self.app.extensions["arrimage"]
        return tool

    @property
    def packages(self) -> Path:
        return self.folder / "packages"

    def enter(self, way: Way, name: str = "") -> Visitor:
        """Return a browser that is in, by a ticket of that way."""
        with self.tool.database.transaction() as db:
            ticket = issue_ticket(db, way, name)
        entered = Visitor(self.app.test_client())
        assert entered.post("/admin/enter", ticket=ticket).status_code == 200
        return entered

    def get(self, path: str) -> TestResponse:
        return self.visitor.get(path)

    def post(self, path: str, **form: str) -> TestResponse:
        return self.visitor.post(path, **form)

    def order(self, **changes: str) -> str:
        """Ask for a package; return the address of its job."""
        answer = self.post("/exports", **{**ORDER, **changes})
        assert answer.status_code == 303, answer.text
        return answer.location

    def work(self) -> bool:
        """Make one package as the worker does."""
        return export_next(
            self.tool.database, self.tool.exports, self.tool.licences, threading.Event()
        )

    def make(self, **changes: str) -> str:
        """Ask for a package and make it; return the address of its page."""
        job = self.order(**changes)
        assert self.work()
        made = self.get(job)
        assert made.status_code == 303, made.text
        return made.location.partition("?")[0]

    def jobs(self) -> list[ExportJob]:
        with self.tool.database.reading() as db:
            return list(db.scalars(select(ExportJob).order_by(ExportJob.id)))

    def kept(self) -> list[ExportPackage]:
        with self.tool.database.reading() as db:
            return list(db.scalars(select(ExportPackage).order_by(ExportPackage.id)))

    def files(self) -> list[Path]:
        return sorted(each for each in self.packages.rglob("*") if each.is_file())


@pytest.fixture(scope="session")
def lms_key() -> Key:
    return Key("lms-key-1")


@pytest.fixture
def lms(lms_key: Key) -> Iterator[Lms]:
    with Server().running() as running:
        yield Lms(running, lms_key)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A designer in an office of their own, on SQLite and on PostgreSQL."""
    for name in (COURSE, TWO_LANGUAGES):
        shutil.copytree(COURSES / name, tmp_path / "courses" / name)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / f"{PARTNER}.toml").write_text(PROFILE, encoding="utf-8")
    app = create_app(
        Settings(
            public_url=TOOL,
            database_url=database_url,
            course_roots=(tmp_path / "courses",),
            default_course=COURSE,
            partners=(tmp_path / "partners",),
            cache=tmp_path / "cache",
            packages=tmp_path / "packages",
            administration=frozenset({"lti"}),
        )
    )
    opened = Office(app, tmp_path, Visitor(app.test_client()))
    opened.visitor = opened.enter(Way.DESIGNER, DESIGNER)
    yield opened
    opened.tool.close()
