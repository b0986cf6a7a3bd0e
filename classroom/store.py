"""What the classroom remembers: its course, its links and its gradebook, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from classroom.options import DEPLOYMENT_ID
from classroom.tools import KnownTool

NEWEST_TOOLS = (
    "SELECT tool.*, tool_custom.custom FROM tool LEFT JOIN tool_custom USING (client_id)"
    " ORDER BY tool.rowid DESC"
)
SCHEMA = """
CREATE TABLE IF NOT EXISTS course (
    id TEXT PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS resource_link (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    address TEXT NOT NULL,
    custom TEXT NOT NULL,
    opens_at TEXT NOT NULL DEFAULT '',
    due_at TEXT NOT NULL DEFAULT '',
    opening TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS line_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL,
    maximum REAL NOT NULL,
    resource_link_id TEXT REFERENCES resource_link (id) ON DELETE CASCADE,
    resource_id TEXT NOT NULL,
    tag TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS grade (
    line_item_id INTEGER NOT NULL REFERENCES line_item (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    score REAL,
    comment TEXT NOT NULL,
    activity_progress TEXT NOT NULL,
    grading_progress TEXT NOT NULL,
    timestamp REAL NOT NULL,
    received_at REAL NOT NULL,
    by_hand INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (line_item_id, user_id)
);
CREATE TABLE IF NOT EXISTS tool (
    client_id TEXT PRIMARY KEY,
    deployment_id TEXT NOT NULL UNIQUE,
    login_url TEXT NOT NULL,
    launch_url TEXT NOT NULL,
    jwks_url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tool_custom (
    client_id TEXT PRIMARY KEY REFERENCES tool (client_id) ON DELETE CASCADE,
    custom TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS copy (
    id TEXT PRIMARY KEY,
    origin_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS notice_handler (
    deployment_id TEXT NOT NULL,
    notice_type TEXT NOT NULL,
    handler TEXT NOT NULL,
    PRIMARY KEY (deployment_id, notice_type)
);
CREATE TABLE IF NOT EXISTS used_once (
    value TEXT PRIMARY KEY,
    forget_at REAL NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class NewLineItem:
    """A gradebook column to be made. ``maximum`` is the number of points of a full score."""

    label: str
    maximum: float
    resource_link_id: str | None = None
    resource_id: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class LineItem(NewLineItem):
    """A gradebook column."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class NewLink:
    """An activity to be added to the course.

    ``address`` is below the tool's origin (``/lti/launch?…``): the same classroom still
    works when the tool comes back on another port. ``opens_at`` and ``due_at`` are as the
    tool wrote them (ISO 8601), and empty without. ``opening`` is where the tool wants the
    activity to open: ``iframe``, ``window``, or nothing.
    """

    title: str
    address: str
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: NewLineItem | None = None
    opens_at: str = ""
    due_at: str = ""
    opening: str = ""


@dataclass(frozen=True, slots=True)
class ResourceLink:
    """An activity of the course (LTI 1.3 core, 5.3.5); the rest is as in ``NewLink``."""

    id: str
    title: str
    description: str
    address: str
    custom: Mapping[str, str]
    opens_at: str
    due_at: str
    opening: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What the gradebook holds for a student in a column.

    ``score`` is in points of the column, ``None`` when there is no grade (yet, or any
    more). ``timestamp`` is the tool's, ``received_at`` ours; both in seconds since 1970.
    ``by_hand``: a teacher wrote it.
    """

    line_item_id: int
    user_id: str
    score: float | None
    comment: str
    activity_progress: str
    grading_progress: str
    timestamp: float
    received_at: float
    by_hand: bool = False


class Store:
    """One file, opened anew by each operation: threads share nothing else."""

    def __init__(self, path: Path, first_links: Iterable[NewLink]) -> None:
        """Make the file when it is not there; ``first_links`` fill a new course."""
        self._path = path
        self._first_links = tuple(first_links)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as database:
            database.executescript(SCHEMA)
            _add_what_older_files_lack(database)
        with self._transaction() as database:
            if database.execute("SELECT id FROM course").fetchone() is None:
                self._found(database)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("BEGIN IMMEDIATE")
            with database:
                yield database
        finally:
            database.close()

    def _found(self, database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO course (id) VALUES (?)", (uuid.uuid4().hex,))
        for link in self._first_links:
            _insert_link(database, link)

    def reset(self) -> None:
        """Begin again with a new course.

        Its id and those of its links are new, as those of a real new course are: the
        tool finds no earlier work in it.
        """
        with self._transaction() as database:
            for table in ("grade", "line_item", "resource_link", "course"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
            self._found(database)

    def copy(self) -> str:
        """Go on in a copy of the course, as at the beginning of a year; return the old id.

        The course and its links get new ids, which remember the former ones. The links'
        own columns come along, without a grade; those that the tool made do not.
        """
        links = [(link, self.line_item_of(link.id)) for link in self.links()]
        origin_id = self.course_id
        with self._transaction() as database:
            for table in ("grade", "line_item", "resource_link", "course"):
                database.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
            course_id = uuid.uuid4().hex
            database.execute("INSERT INTO course (id) VALUES (?)", (course_id,))
            pairs = [(course_id, origin_id)]
            for link, line_item in links:
                new = NewLink(
                    link.title,
                    link.address,
                    link.description,
                    link.custom,
                    line_item,
                    opens_at=link.opens_at,
                    due_at=link.due_at,
                    opening=link.opening,
                )
                pairs.append((_insert_link(database, new), link.id))
            database.executemany("INSERT INTO copy VALUES (?, ?)", pairs)
        return origin_id

    def history(self, identifier: str) -> list[str]:
        """What a course or a link was copied from, the newest first."""
        with self._transaction() as database:
            origins = dict(database.execute("SELECT id, origin_id FROM copy").fetchall())
        found = []
        while (identifier := origins.get(identifier, "")) != "":
            found.append(identifier)
        return found

    def notice_handlers(self, deployment_id: str) -> dict[str, str]:
        """Where the tool wants which kind of notice."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT notice_type, handler FROM notice_handler WHERE deployment_id = ?",
                (deployment_id,),
            )
            return dict(rows.fetchall())

    def keep_notice_handler(self, deployment_id: str, kind: str, handler: str) -> None:
        """Note where the tool wants a kind of notice."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO notice_handler VALUES (?, ?, ?)",
                (deployment_id, kind, handler),
            )

    @property
    def course_id(self) -> str:
        with self._transaction() as database:
            return str(database.execute("SELECT id FROM course").fetchone()["id"])

    def links(self) -> list[ResourceLink]:
        """In the order in which they were added."""
        with self._transaction() as database:
            rows = database.execute("SELECT * FROM resource_link ORDER BY position")
            return [_link(row) for row in rows]

    def link(self, link_id: str) -> ResourceLink | None:
        return next((link for link in self.links() if link.id == link_id), None)

    def add_links(self, links: Iterable[NewLink]) -> None:
        """Add all of them, each with its column, or none."""
        with self._transaction() as database:
            for link in links:
                _insert_link(database, link)

    def line_items(self) -> list[LineItem]:
        with self._transaction() as database:
            rows = database.execute("SELECT * FROM line_item ORDER BY id")
            return [_line_item(row) for row in rows]

    def line_item(self, line_item_id: int) -> LineItem | None:
        return next((item for item in self.line_items() if item.id == line_item_id), None)

    def line_item_of(self, link_id: str) -> LineItem | None:
        """The column that came with the link: AGS lets a tool add others to it."""
        items = (item for item in self.line_items() if item.resource_link_id == link_id)
        return next(items, None)

    def add_line_item(self, item: NewLineItem) -> LineItem:
        with self._transaction() as database:
            return _insert_line_item(database, item)

    def change_line_item(self, item: LineItem) -> None:
        with self._transaction() as database:
            database.execute(
                "UPDATE line_item SET label = ?, maximum = ?, resource_id = ?, tag = ?"
                " WHERE id = ?",
                (item.label, item.maximum, item.resource_id, item.tag, item.id),
            )

    def delete_line_item(self, line_item_id: int) -> None:
        """Delete the column and its grades."""
        with self._transaction() as database:
            database.execute("DELETE FROM line_item WHERE id = ?", (line_item_id,))

    def grades(self) -> list[Grade]:
        with self._transaction() as database:
            rows = [dict(row) for row in database.execute("SELECT * FROM grade")]
        return [Grade(**{**row, "by_hand": bool(row["by_hand"])}) for row in rows]

    def write_grade(self, line_item_id: int, user_id: str, score: float | None, now: float) -> None:
        """Keep what a teacher wrote into the gradebook. A later score of the tool replaces it.

        The time of the tool's last score stays: only a later one is taken, as before.
        """
        with self._transaction() as database:
            database.execute(
                "INSERT INTO grade VALUES (?, ?, ?, '', 'Completed', 'FullyGraded', 0, ?, 1)"
                " ON CONFLICT (line_item_id, user_id) DO UPDATE"
                " SET score = excluded.score, received_at = excluded.received_at, by_hand = 1",
                (line_item_id, user_id, score, now),
            )

    def record_grade(self, grade: Grade) -> bool:
        """Replace the student's grade in that column.

        Return ``False``, and change nothing, unless ``grade`` is strictly later than the
        one there is, in whole seconds: Moodle keeps no finer time.
        """
        with self._transaction() as database:
            former = database.execute(
                "SELECT timestamp FROM grade WHERE line_item_id = ? AND user_id = ?",
                (grade.line_item_id, grade.user_id),
            ).fetchone()
            if former is not None and int(grade.timestamp) <= int(former["timestamp"]):
                return False
            database.execute(
                "INSERT OR REPLACE INTO grade VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    grade.line_item_id,
                    grade.user_id,
                    grade.score,
                    grade.comment,
                    grade.activity_progress,
                    grade.grading_progress,
                    grade.timestamp,
                    grade.received_at,
                    grade.by_hand,
                ),
            )
            return True

    def tools(self) -> list[KnownTool]:
        """Those that registered themselves, the last one first. A reset keeps them."""
        with self._transaction() as database:
            rows = [dict(row) for row in database.execute(NEWEST_TOOLS)]
        return [KnownTool(**{**row, "custom": json.loads(row["custom"] or "{}")}) for row in rows]

    def keep_tool(self, tool: KnownTool) -> None:
        """Keep a registration, or replace the one of the same client id."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO tool VALUES (?, ?, ?, ?, ?)",
                (
                    tool.client_id,
                    tool.deployment_id,
                    tool.login_url,
                    tool.launch_url,
                    tool.jwks_url,
                ),
            )
            database.execute(
                "INSERT OR REPLACE INTO tool_custom VALUES (?, ?)",
                (tool.client_id, json.dumps(dict(tool.custom))),
            )

    def next_deployment_id(self) -> str:
        """The number that a new registration gets. The first is the one told beforehand."""
        with self._transaction() as database:
            count = database.execute("SELECT count(*) FROM tool").fetchone()[0]
        return str(int(DEPLOYMENT_ID) + count + 1)

    def use_once(self, value: str, forget_at: float) -> bool:
        """Return whether ``value`` is new. It is remembered until ``forget_at``."""
        with self._transaction() as database:
            database.execute("DELETE FROM used_once WHERE forget_at < ?", (time.time(),))
            known = database.execute("SELECT 1 FROM used_once WHERE value = ?", (value,)).fetchone()
            if known is None:
                database.execute("INSERT INTO used_once VALUES (?, ?)", (value, forget_at))
            return known is None


def _add_what_older_files_lack(database: sqlite3.Connection) -> None:
    """Give a file that an earlier version made the columns that links have now."""
    found = {row["name"] for row in database.execute("PRAGMA table_info(resource_link)")}
    for name in ("opens_at", "due_at", "opening"):
        if name not in found:
            database.execute(
                f"ALTER TABLE resource_link ADD COLUMN {name} TEXT NOT NULL DEFAULT ''"
            )
    grades = {row["name"] for row in database.execute("PRAGMA table_info(grade)")}
    if "by_hand" not in grades:
        database.execute("ALTER TABLE grade ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0")


def _insert_link(database: sqlite3.Connection, link: NewLink) -> str:
    link_id = uuid.uuid4().hex
    database.execute(
        "INSERT INTO resource_link"
        " (id, title, description, address, custom, opens_at, due_at, opening)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            link_id,
            link.title,
            link.description,
            link.address,
            json.dumps(dict(link.custom)),
            link.opens_at,
            link.due_at,
            link.opening,
        ),
    )
    if link.line_item is not None:
        item = link.line_item
        _insert_line_item(
            database, NewLineItem(item.label, item.maximum, link_id, item.resource_id, item.tag)
        )
    return link_id


def _insert_line_item(database: sqlite3.Connection, item: NewLineItem) -> LineItem:
    values = (item.label, item.maximum, item.resource_link_id, item.resource_id, item.tag)
    cursor = database.execute(
        "INSERT INTO line_item (label, maximum, resource_link_id, resource_id, tag)"
        " VALUES (?, ?, ?, ?, ?)",
        values,
    )
    return LineItem(*values, id=cursor.lastrowid or 0)


def _link(row: sqlite3.Row) -> ResourceLink:
    custom: dict[str, Any] = json.loads(row["custom"])
    return ResourceLink(
        row["id"],
        row["title"],
        row["description"],
        row["address"],
        custom,
        row["opens_at"],
        row["due_at"],
        row["opening"],
    )


def _line_item(row: sqlite3.Row) -> LineItem:
    return LineItem(
        row["label"],
        row["maximum"],
        row["resource_link_id"],
        row["resource_id"],
        row["tag"],
        id=row["id"],
    )
