"""The files of a course, read one by one: what could be understood, and what could not.

A draft may be half right. It keeps the lines of everything, so that what files say of
one another can be checked, and reported, even when one of them has mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from course_content.fields import LANGUAGE, SLUG, Data, Languages, Record, load_record, records
from course_content.files import (
    DataPath,
    MissingFile,
    UnreadableFile,
    YamlFile,
    plain_file,
    read_text,
    read_yaml,
)
from course_content.inspection import Inspection, inspect
from course_content.markdown import plain
from course_content.model import SYLLABUS
from course_content.problems import Problem
from course_content.schema import (
    PAGE_FILE,
    CourseRecord,
    GlossaryRecord,
    QuizRecord,
    UnitRecord,
)
from course_content.workshop_schema import WorkshopRecord

COURSE_FILE: Final = "course.yaml"
UNIT_FILE: Final = "unit.yaml"


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A YAML file. ``data`` holds what could be read of it, if only an empty mapping."""

    file: YamlFile
    data: Data

    def report(self, where: DataPath, message: str, remedy: str) -> Problem:
        return Problem(self.file.path, self.file.line(where), message, remedy)


@dataclass(frozen=True, slots=True)
class PageText:
    """A page in one language."""

    path: str
    title: str
    body: str
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class PageDraft:
    id: str
    texts: Mapping[str, PageText]


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """A step that has a file of its own, and in it an id that is unique in the course."""

    record: RecordDraft

    @property
    def id(self) -> str | None:
        """``None`` when the file does not say it rightly."""
        activity_id: str | None = self.record.data.get("id")
        return activity_id


class QuizDraft(ActivityDraft):
    """A quiz's file."""


class WorkshopDraft(ActivityDraft):
    """A workshop's file."""


StepDraft: TypeAlias = PageDraft | QuizDraft | WorkshopDraft


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """``steps`` pairs each readable step with its place in the unit's file."""

    id: str
    part: str
    record: RecordDraft
    steps: tuple[tuple[int, StepDraft], ...]

    @property
    def certain(self) -> bool:
        """Whether every step of the unit is known by its id."""
        listed = self.record.data.get("steps") or ()
        return len(listed) == len(self.steps) and all(step.id for _place, step in self.steps)


@dataclass(slots=True)
class CourseDraft:
    """``problems`` are those found in single files so far.

    ``glossary`` is there where the course names a file that could be read.
    """

    folder: Path
    record: RecordDraft
    languages: tuple[str, ...]
    syllabus: PageDraft = PageDraft(SYLLABUS, {})
    glossary: RecordDraft | None = None
    units: list[UnitDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _label(where: DataPath) -> str:
    label = ""
    for part in where:
        label += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return f"“{label.lstrip('.')}”" if label else "This file"


def _messages(messages: Any, where: DataPath = ()) -> Iterator[tuple[DataPath, str]]:
    """Yield every message of marshmallow's nested errors, with the place it is about."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _messages(inner, where if key == "_schema" else (*where, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from _messages(message, where)
    else:
        yield where, str(messages)


def _record_problems(file: YamlFile, messages: Any) -> Iterator[Problem]:
    for where, message in _messages(messages):
        said, _separator, remedy = message.partition("\n")
        yield Problem(file.path, file.line(where), f"{_label(where)} {said}.", remedy)


_ACTIVITIES: Final[Mapping[str, tuple[type[Record], type[QuizDraft | WorkshopDraft]]]] = {
    "quiz": (QuizRecord, QuizDraft),
    "workshop": (WorkshopRecord, WorkshopDraft),
}


class _Reading:
    """Reads the files of one course, and collects what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def record(self, relative: str, schema: type[Record]) -> RecordDraft | None:
        try:
            file = read_yaml(self.folder, relative)
        except UnreadableFile as error:
            self.problems.append(error.problem)
            return None
        self.problems.extend(file.problems)
        try:
            data = load_record(schema, file.data)
        except ValidationError as error:
            self.problems.extend(_record_problems(file, error.messages))
            data = error.valid_data if isinstance(error.valid_data, dict) else {}
        return RecordDraft(file, data)

    def is_there(self, relative: str, listed: RecordDraft, where: DataPath) -> bool:
        """Report a file that does not exist at the place that names it."""
        try:
            plain_file(self.folder, relative)
        except MissingFile:
            message = f"“{relative}” does not exist."
            self.problems.append(listed.report(where, message, "Create it, or correct the name."))
            return False
        except UnreadableFile as error:
            self.problems.append(error.problem)
            return False
        return True

    def page(
        self, relative: str, languages: Sequence[str], listed: RecordDraft, where: DataPath
    ) -> PageDraft | None:
        if not self.is_there(relative, listed, where):
            return None
        texts = {}
        for language in languages:
            own = relative
            if language != languages[0]:
                own = f"{relative.removesuffix('.md')}.{language}.md"
                if not (self.folder / own).is_file():
                    continue
            text = self._page_text(own, language)
            if text:
                texts[language] = text
        named = PAGE_FILE.fullmatch(relative.rpartition("/")[2])
        return PageDraft(named["step"], texts) if named and texts else None

    def _page_text(self, relative: str, language: str) -> PageText | None:
        try:
            text = read_text(self.folder, relative)
        except UnreadableFile as error:
            self.problems.append(error.problem)
            return None
        inspection = inspect(text)
        heading = next(iter(inspection.headings), None)
        if heading is None or not heading.first or heading.level != 1 or not heading.text.strip():
            self._report(relative, 1, "This page has no title.", "Begin it with “# Its title”.")
            return PageText(relative, "", text, inspection)
        for other in inspection.headings[1:]:
            if other.level == 1:
                remedy = "Begin the line with ## instead of #."
                self._report(relative, other.line + 1, "A page has one title only.", remedy)
        body = "\n".join(text.split("\n")[heading.end :])
        if not body.strip():
            self._report(relative, 1, "This page has a title and nothing else.", "Write its text.")
        return PageText(relative, plain(heading.text, language), body, inspection)

    def _report(self, path: str, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(path, line, message, remedy))

    def unit(
        self, part: str, unit: str, languages: Sequence[str], course: RecordDraft, where: DataPath
    ) -> UnitDraft | None:
        folder = f"{part}/{unit}"
        if not self.is_there(f"{folder}/{UNIT_FILE}", course, where):
            return None
        record = self.record(f"{folder}/{UNIT_FILE}", UnitRecord)
        if record is None:
            return None
        steps = []
        for place, entry in records(record.data.get("steps")):
            step = self._step(folder, entry, languages, record, ("steps", place))
            if step:
                steps.append((place, step))
        return UnitDraft(unit, part, record, tuple(steps))

    def _step(
        self,
        folder: str,
        entry: Data,
        languages: Sequence[str],
        unit: RecordDraft,
        where: DataPath,
    ) -> StepDraft | None:
        if "page" in entry:
            return self.page(f"{folder}/{entry['page']}", languages, unit, (*where, "page"))
        for name, (schema, draft) in _ACTIVITIES.items():
            if name in entry:
                relative = f"{folder}/{entry[name]}"
                if not self.is_there(relative, unit, (*where, name)):
                    return None
                record = self.record(relative, schema)
                return draft(record) if record else None
        return None


def _first_language(folder: Path) -> str:
    """Return the first language that the course names; French when it cannot be read.

    It has to be known before anything is checked: plain strings are in that language.
    """
    try:
        data = read_yaml(folder, COURSE_FILE).data
    except UnreadableFile:
        return "fr"
    languages = data.get("languages") if isinstance(data, dict) else None
    first = languages[0] if isinstance(languages, list) and languages else None
    return first if isinstance(first, str) and LANGUAGE.fullmatch(first) else "fr"


def _listed_units(record: RecordDraft) -> Iterator[tuple[str, str, DataPath]]:
    """Yield the part, the unit and the place of each unit that the course lists."""
    for place, part in records(record.data.get("parts")):
        for index, unit in enumerate(part.get("units") or ()):
            if unit and SLUG.fullmatch(str(part.get("id"))):
                yield part["id"], unit, ("parts", place, "units", index)


def read_drafts(folder: Path) -> CourseDraft | tuple[Problem, ...]:
    """Read all the files of a course; only its problems when ``course.yaml`` is unreadable."""
    reading = _Reading(folder)
    first = _first_language(folder)
    with Context(Languages(first)):
        record = reading.record(COURSE_FILE, CourseRecord)
        if record is None:
            return tuple(reading.problems)
        languages = tuple(filter(None, record.data.get("languages") or ())) or (first,)
        draft = CourseDraft(folder, record, languages, problems=reading.problems)
        syllabus = record.data.get("syllabus") or {}
        if syllabus.get("page"):
            where: DataPath = ("syllabus", "page")
            page = reading.page(syllabus["page"], languages, record, where)
            draft.syllabus = page or draft.syllabus
        named = record.data.get("glossary")
        if named and reading.is_there(named, record, ("glossary",)):
            draft.glossary = reading.record(named, GlossaryRecord)
        for part, unit, where in _listed_units(record):
            unit_draft = reading.unit(part, unit, languages, record, where)
            if unit_draft:
                draft.units.append(unit_draft)
    return draft
