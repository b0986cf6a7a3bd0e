"""What an application makes anew each time that it begins, made once for all the tests.

A process of the tool is one application, for days. A process of the tests is thousands, of which
each would compile the same addresses and templates and read the same courses: most of its time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from course_content.loader import load_course
from course_content.model import Course


class KnownRule(Rule):
    """An address of the application, whose two functions that write it are compiled once."""

    _compiled: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        # The functions are made of these alone: they ask the rule itself for its converters.
        written = (tuple(self._trace), append_unknown)
        if written not in self._compiled:
            self._compiled[written] = super()._compile_builder(append_unknown)
        return self._compiled[written]


class KnownTemplates(BytecodeCache):
    """Templates by their text, compiled once."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        kept = self._compiled.get((bucket.key, bucket.checksum))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class KnownCourses:
    """Courses as ``load_course`` reads them, read again when a file of theirs has changed."""

    def __init__(self) -> None:
        self._read: dict[object, Course] = {}

    def __call__(self, folder: Path, institution: Mapping[str, str] | None = None) -> Course:
        files = tuple((file, file.stat().st_mtime_ns) for file in sorted(folder.rglob("*")))
        key: Any = (folder, files, tuple(sorted((institution or {}).items())))
        if key not in self._read:
            self._read[key] = load_course(folder, institution)
        return self._read[key]
