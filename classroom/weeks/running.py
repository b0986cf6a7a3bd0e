"""Lives the weeks once for each course, and remembers that they are over."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from werkzeug.utils import import_string

from classroom.app import create_app, open_store
from classroom.options import Options
from classroom.store import Store
from classroom.weeks.living import Weeks
from classroom.weeks.pupils import RAISED, pupil

DIARY: Final = "weeks.json"
PATIENCE_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 1.0


def live(options: Options, application: str) -> int:
    """Live what is left of the weeks; return how many events there were.

    ``application`` names what makes the tool's WSGI application (``module:function``): another
    process of the tool, beside those that serve. It reads the same environment. Nothing is done
    when the weeks are over, or when the course that they began in is no more.
    """
    store = open_store(options)
    diary = Diary.of(options.data / DIARY, store.course_id)
    if diary.is_over or diary.course_id != store.course_id:
        return 0
    tool = import_string(application)()
    lived = Weeks.of(create_app(options), tool, options, store)
    count = sum(1 for _ in lived.live(diary.end))
    _raise_by_hand(lived, store)
    diary.close()
    return count


def _raise_by_hand(lived: Weeks, store: Store) -> None:
    """Have the teacher raise some grades in the gradebook, once all have arrived there."""
    end = time.monotonic() + PATIENCE_SECONDS
    while lived.is_sending() and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
    column = store.line_item_of(lived.link_id)
    points = {pupil(username).user_id: more for username, more in RAISED.items()}
    for grade in store.grades():
        is_raised = column and grade.line_item_id == column.id and grade.user_id in points
        if is_raised and grade.score is not None:
            raised = grade.score + points[grade.user_id]
            store.write_grade(grade.line_item_id, grade.user_id, raised, time.time())


class Diary:
    """When the weeks end, in which course, and whether all of them were lived."""

    def __init__(self, path: Path, told: dict[str, Any]) -> None:
        self._path = path
        self._told = told
        self.end = datetime.fromisoformat(told["end"])
        self.course_id = str(told["course"])
        self.is_over = bool(told["over"])

    @classmethod
    def of(cls, path: Path, course_id: str) -> Diary:
        """The diary that was begun there, or a new one of weeks that end now."""
        if path.exists():
            return cls(path, json.loads(path.read_text(encoding="utf-8")))
        end = datetime.now(UTC).replace(microsecond=0).isoformat()
        diary = cls(path, {"end": end, "course": course_id, "over": False})
        diary._write()
        return diary

    def close(self) -> None:
        self._told["over"] = True
        self._write()

    def _write(self) -> None:
        """Write it whole or not at all: this process may be ended at any moment."""
        new = self._path.with_suffix(".new")
        new.write_text(json.dumps(self._told), encoding="utf-8")
        new.replace(self._path)
