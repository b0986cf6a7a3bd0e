"""What the files of a course say of one another: ids, citations, links, media."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from course_content.addresses import GLOSSARY, MEDIA_NAME, link_kind, term_path
from course_content.drafts import (
    CourseDraft,
    PageDraft,
    QuizDraft,
    RecordDraft,
    StepDraft,
    WorkshopDraft,
)
from course_content.fields import Data, LocalizedText, records, repeated
from course_content.files import DataPath, MissingFile, UnreadableFile, plain_file
from course_content.inspection import Found, Inspection, inspect
from course_content.media import medium_problem
from course_content.model import BIBLIOGRAPHY, HOME, SYLLABUS
from course_content.problems import Problem, suggestion
from course_content.sanitizer import RAW_ELEMENTS
from course_content.wording import CALLOUTS

RESERVED_UNITS: Final = frozenset({SYLLABUS, GLOSSARY, BIBLIOGRAPHY, "media"})
RESERVED_PARTS: Final = frozenset({HOME, "media"})

Objections: TypeAlias = Iterator[tuple[str, str]]
"""What is wrong, and the remedy."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of Markdown in a file; ``line`` tells where a line of it stands."""

    path: str
    line: Callable[[int], int]
    inspection: Inspection
    is_page: bool


def marked_texts(data: Any, where: DataPath = ()) -> Iterator[tuple[DataPath, str, str]]:
    """Yield the place, the text and the kind of each Markdown text in a record's data."""
    if isinstance(data, LocalizedText):
        for language, text in data.items() if data.markdown else ():
            yield (*where, language) if data.by_language else where, text, data.markdown
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from marked_texts(value, (*where, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from marked_texts(value, (*where, index))


def _record_passage(record: RecordDraft, where: DataPath, text: str, kind: str) -> Passage:
    inspection = inspect(text, inline=kind == "inline")
    file = record.file
    return Passage(file.path, lambda offset: file.text_line(where, offset), inspection, False)


def _record_passages(record: RecordDraft) -> Iterator[Passage]:
    for where, text, kind in marked_texts(record.data):
        yield _record_passage(record, where, text, kind)


def _page_passages(page: PageDraft) -> Iterator[Passage]:
    for text in page.texts.values():
        yield Passage(text.path, lambda offset: offset + 1, text.inspection, True)


def _passages(draft: CourseDraft) -> Iterator[Passage]:
    yield from _page_passages(draft.syllabus)
    yield from _record_passages(draft.record)
    for index, reference in records(draft.record.data.get("references")):
        if reference.get("text"):
            where = ("references", index, "text")
            yield _record_passage(draft.record, where, reference["text"], "inline")
    if draft.glossary:
        yield from _record_passages(draft.glossary)
    for unit in draft.units:
        yield from _record_passages(unit.record)
        for _place, step in unit.steps:
            if isinstance(step, PageDraft):
                yield from _page_passages(step)
            else:
                yield from _record_passages(step.record)


class _Words:
    """Looks up what a text mentions in the rest of the course."""

    def __init__(self, draft: CourseDraft) -> None:
        self._draft = draft
        self._references = _ids(draft.record.data.get("references"), "key")
        self._uncertain = _listed(draft) - {unit.id for unit in draft.units if unit.certain}
        self._terms = _terms(draft)
        self._steps = {f"{SYLLABUS}/{SYLLABUS}", *_appendices(draft)} | {
            f"{unit.id}/{step.id}" for unit in draft.units for _place, step in unit.steps
        }
        self._media: dict[str, Problem | None] = {}
        self._looks: Mapping[str, Callable[[Found], Objections]] = {
            "citation": self._citation,
            "image": self._image,
            "link": self._link,
            "raw": self._raw,
            "note": self._note,
            "broken": self._broken,
            "container": self._container,
            "unclosed": self._unclosed,
        }

    def problems(self, passage: Passage) -> Iterator[Problem]:
        for found in passage.inspection.found:
            for objection in self._looks[found.kind](found):
                yield Problem(passage.path, passage.line(found.line), *objection)
        for heading in () if passage.is_page else passage.inspection.headings:
            yield Problem(
                passage.path,
                passage.line(heading.line),
                "A heading stands here, and only pages have headings.",
                "Write a paragraph: **bold** will do.",
            )

    def media_problems(self) -> Iterator[Problem]:
        yield from (problem for problem in self._media.values() if problem)

    def _citation(self, found: Found) -> Objections:
        if found.value not in self._references:
            message = f"“@{found.value}” is not a reference of this course."
            yield message, suggestion(found.value, self._references)

    def _medium(self, target: str) -> Objections:
        name = target.removeprefix("media/")
        try:
            plain_file(self._draft.folder, target)
        except MissingFile:
            yield f"“{target}” does not exist.", "Put the file there, or correct the name."
            return
        except UnreadableFile as error:
            self._media[name] = error.problem
        if name not in self._media:
            self._media[name] = medium_problem(self._draft.folder, name)

    def _image(self, found: Found) -> Objections:
        if not found.detail.strip():
            remedy = "Say between the brackets what it shows, for those who do not see it."
            yield "This image has no text alternative.", remedy
        if MEDIA_NAME.fullmatch(found.value):
            yield from self._medium(found.value)
        else:
            message = f"“{found.value[:80]}” is not a file of this course's media folder."
            yield message, "Put the image there and write media/its-name."

    def _link(self, found: Found) -> Objections:
        if not found.detail.strip():
            yield "This link has no words.", "Say between the brackets where it leads."
        kind = link_kind(found.value)
        if kind is None:
            message = f"“{found.value[:80]}” is not an address that a course may link to."
            yield message, "Write https://…, unit/step or media/file."
        elif kind == "media":
            yield from self._medium(found.value)
        elif kind == "term" and self._terms is not None and found.value not in self._terms:
            message = f"“{found.value}” is not an entry of the glossary."
            yield message, suggestion(found.value, self._terms)
        elif kind == "step" and not self._is_step(found.value):
            message = f"“{found.value}” is not a step of this course."
            yield message, suggestion(found.value, self._steps)

    def _is_step(self, target: str) -> bool:
        return target in self._steps or target.partition("/")[0] in self._uncertain

    def _raw(self, found: Found) -> Objections:
        yield (
            f"“<{found.value}>”, written so, is HTML that a course does not use.",
            f"Write Markdown; of HTML, only {', '.join(sorted(RAW_ELEMENTS))} may stay.",
        )

    def _note(self, found: Found) -> Objections:
        message = f"The note “{found.value}” is called here and is nowhere."
        yield message, f"Write it on a line of its own: [^{found.value}]: …"

    def _broken(self, found: Found) -> Objections:
        message = f"This citation cannot be read: {found.value}"
        yield message, "Write [@key] or [@key, p. 12]."

    def _container(self, found: Found) -> Objections:
        if found.value:
            yield f"“::: {found.value}” is not a callout.", suggestion(found.value, CALLOUTS)
        else:
            yield "This ends a callout that did not begin.", "Remove the line."

    def _unclosed(self, found: Found) -> Objections:
        message = f"The callout “{found.value}” has no end."
        yield message, "Write ::: on a line after its last one."


def _ids(entries: object, key: str) -> frozenset[str]:
    return frozenset(entry[key] for _index, entry in records(entries) if entry.get(key))


def _terms(draft: CourseDraft) -> frozenset[str] | None:
    """Return the addresses of the glossary's entries; ``None`` when they are not to be known."""
    if draft.glossary is None:
        return None if draft.record.data.get("glossary") else frozenset()
    return frozenset(map(term_path, _ids(draft.glossary.data.get("terms"), "id")))


def _appendices(draft: CourseDraft) -> Iterator[str]:
    if draft.record.data.get("glossary"):
        yield term_path(GLOSSARY)
    if draft.record.data.get("references"):
        yield f"{BIBLIOGRAPHY}/{BIBLIOGRAPHY}"


def _listed(draft: CourseDraft) -> set[str]:
    """Return every unit that the course lists, even one that could not be read."""
    parts = records(draft.record.data.get("parts"))
    return {unit for _index, part in parts for unit in part.get("units") or () if unit}


def _repeated_in(
    record: RecordDraft, where: DataPath, entries: object, key: str
) -> Iterator[Problem]:
    named = ((index, entry.get(key)) for index, entry in records(entries))
    for index, value in repeated(named):
        message = f"The {key} “{value}” is there twice."
        yield record.report((*where, index, key), message, "Rename one of the two.")


def _ids_in_course_file(draft: CourseDraft) -> Iterator[Problem]:
    record = draft.record
    for name, key in (("competencies", "id"), ("references", "key"), ("parts", "id")):
        yield from _repeated_in(record, (name,), record.data.get(name), key)
    fields = (record.data.get("syllabus") or {}).get("fields")
    yield from _repeated_in(record, ("syllabus", "fields"), fields, "id")
    for index, language in repeated(enumerate(record.data.get("languages") or ())):
        message = f"The language “{language}” is there twice."
        yield record.report(("languages", index), message, "Remove one of the two.")


def _unit_ids(draft: CourseDraft) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, part in records(draft.record.data.get("parts")):
        if part.get("id") in RESERVED_PARTS:
            message = f"“{part['id']}” is a name that the player uses itself."
            yield draft.record.report(("parts", place, "id"), message, "Choose another id.")
        for index, unit in enumerate(part.get("units") or ()):
            where = ("parts", place, "units", index)
            if unit in RESERVED_UNITS:
                message = f"“{unit}” is a name that the player uses itself."
                yield draft.record.report(where, message, "Rename the folder and this line.")
            if unit and unit in seen:
                message = f"The unit “{unit}” is listed twice."
                yield draft.record.report(where, message, "List it once: a unit is in one part.")
            seen.add(unit)


def _step_ids(draft: CourseDraft) -> Iterator[Problem]:
    activities: dict[str, str] = {}
    for unit in draft.units:
        for place, step_id in repeated((place, step.id) for place, step in unit.steps):
            message = f"Two steps of this unit have the id “{step_id}”."
            yield unit.record.report(("steps", place), message, "Rename one of the two.")
        for _place, step in unit.steps:
            if isinstance(step, PageDraft) or not step.id:
                continue
            first = activities.setdefault(step.id, step.record.file.path)
            if first != step.record.file.path:
                message = f"The id “{step.id}” is used in {first} already."
                yield step.record.report(("id",), message, "Choose another id.")


def _works_read(draft: CourseDraft) -> Iterator[Problem]:
    """A workshop begins from works that the learner has had the occasion to make."""
    before: set[str] = set()
    for unit in draft.units:
        for _place, step in unit.steps:
            if not isinstance(step, WorkshopDraft):
                continue
            for index, read in enumerate(step.record.data.get("reads") or ()):
                if read and read not in before:
                    message = f"“{read}” is not a workshop that comes before this one."
                    where: DataPath = ("reads", index)
                    yield step.record.report(where, message, suggestion(read, before))
            if step.id:
                before.add(step.id)


def _competencies(draft: CourseDraft) -> Iterator[Problem]:
    known = _ids(draft.record.data.get("competencies"), "id")

    def unknown(record: RecordDraft, where: DataPath, competency: str | None) -> Iterator[Problem]:
        if competency and competency not in known:
            message = f"“{competency}” is not a competency of this course."
            yield record.report(where, message, suggestion(competency, known))

    for unit in draft.units:
        for index, outcome in records(unit.record.data.get("outcomes")):
            where: DataPath = ("outcomes", index, "competency")
            yield from unknown(unit.record, where, outcome.get("competency"))
        for record, place, question in _questions(unit.steps):
            for index, competency in enumerate(question.get("competencies") or ()):
                where = ("questions", place, "competencies", index)
                yield from unknown(record, where, competency)


def _questions(
    steps: Iterable[tuple[int, StepDraft]],
) -> Iterator[tuple[RecordDraft, int, Data]]:
    for _place, step in steps:
        if isinstance(step, QuizDraft):
            for place, question in records(step.record.data.get("questions")):
                yield step.record, place, question


def _unit_references(draft: CourseDraft) -> Iterator[Problem]:
    known = _ids(draft.record.data.get("references"), "key")
    for unit in draft.units:
        for index, key in enumerate(unit.record.data.get("references") or ()):
            if key and key not in known:
                message = f"“{key}” is not a reference of this course."
                yield unit.record.report(("references", index), message, suggestion(key, known))


def _institution(draft: CourseDraft, values: Mapping[str, object]) -> Iterator[Problem]:
    known = _ids((draft.record.data.get("syllabus") or {}).get("fields"), "id")
    path = "institution values"
    for field_id, value in values.items():
        if field_id not in known:
            message = f"“{field_id}” is not a field of this course's syllabus."
            yield Problem(path, None, message, suggestion(str(field_id), known))
        elif not isinstance(value, str) or not value.strip():
            message = f"The value of “{field_id}” is not a text."
            yield Problem(path, None, message, "Write a text between quotes, or remove the line.")


def cross_problems(draft: CourseDraft, institution: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong between the files of a course, however wrong each of them is."""
    yield from _ids_in_course_file(draft)
    yield from _unit_ids(draft)
    yield from _step_ids(draft)
    yield from _works_read(draft)
    yield from _competencies(draft)
    yield from _unit_references(draft)
    words = _Words(draft)
    for passage in _passages(draft):
        yield from words.problems(passage)
    yield from words.media_problems()
    yield from _institution(draft, institution)
