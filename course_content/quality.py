"""What a sound course may still do better: its time, its sources, its pictures, its typography.

Nothing here makes a course unusable: each remark is a warning of ``arrimage course check``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from course_content.crosscheck import marked_texts
from course_content.drafts import CourseDraft, PageDraft, QuizDraft, RecordDraft, UnitDraft
from course_content.fields import records
from course_content.inspection import running_lines
from course_content.model import WORDS_A_MINUTE
from course_content.problems import Problem
from course_content.typography import typographic

SHORTEST_LESSON: Final = 20
LONGEST_UNIT: Final = 40
"""Minutes. A lesson is a unit with a quiz; what is only looked up may be shorter."""

HEAVIEST_IMAGE: Final = 200 * 1024
"""Bytes: with more, a page takes over a second on a slow line for one picture."""

SHORTEST_SOURCE: Final = 40
"""Characters that a reference needs to be found by, when it has no address."""

_IMAGES: Final = frozenset({".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
_TOLERANCE: Final = 10
_EXERCISE = re.compile(r"^:::+\s*exercice\b.*\(\s*(?P<minutes>\d+)\s+min", re.MULTILINE)
_YEAR_OR_NUMBER = re.compile(r"\d{2}")
_FAULTS: Final = (
    (re.compile(r'"'), "A straight quotation mark stands here", "Write « … », and “…” inside it."),
    (re.compile(r"\.\.\."), "Three dots stand for an ellipsis", "Write “…”, one character."),
    (re.compile(r"'"), "A straight apostrophe stands here", "Write “’”."),
    (
        re.compile(r"(?<=[\w»)\]])[:;?!](?=\s|$)"),
        "A space is missing before a high mark",
        "Put the mark beside its word, or a no-break space before it.",
    ),
)
_BREAKABLE = re.compile(r"[ ](?=[:;?!»](?:\s|$))|«[ ]")


def quality_warnings(draft: CourseDraft, media: Mapping[str, Path]) -> Iterator[Problem]:
    """Yield what the author of a sound course should look at again.

    ``media`` are the files that its texts show or link to, by name (``media/x.svg``).
    """
    yield from _times(draft)
    yield from _sources(draft)
    yield from _skipped_levels(draft)
    yield from _images(draft, media)
    yield from _typography(draft)


# --- Time ----------------------------------------------------------------------------------


def reckoned_minutes(unit: UnitDraft, language: str) -> int:
    """Return the time that a unit seems to ask for, in minutes.

    Its pages are read, the exercises take what they announce, and a question takes one.
    """
    bodies = [
        step.texts[language].body
        for _place, step in unit.steps
        if isinstance(step, PageDraft) and language in step.texts
    ]
    reading = sum(len(body.split()) for body in bodies) / WORDS_A_MINUTE
    exercises = sum(int(found["minutes"]) for body in bodies for found in _EXERCISE.finditer(body))
    questions = sum(
        len(step.record.data["questions"])
        for _place, step in unit.steps
        if isinstance(step, QuizDraft)
    )
    return round(reading + exercises + questions)


def _times(draft: CourseDraft) -> Iterator[Problem]:
    for unit in draft.units:
        kinds = {type(step) for _place, step in unit.steps}
        announced: int = unit.record.data["minutes"]
        if announced > LONGEST_UNIT:
            yield _time(unit, f"This unit announces {announced} minutes.", "Divide it into two.")
        elif announced < SHORTEST_LESSON and {PageDraft, QuizDraft} <= kinds:
            message = f"This lesson announces {announced} minutes only."
            yield _time(unit, message, f"A lesson takes {SHORTEST_LESSON} to {LONGEST_UNIT}.")
        if kinds <= {PageDraft, QuizDraft}:
            reckoned = reckoned_minutes(unit, draft.languages[0])
            if abs(announced - reckoned) > max(_TOLERANCE, announced / 3):
                yield _time(
                    unit,
                    f"This unit announces {announced} minutes and seems to take {reckoned}.",
                    f"Reckon {WORDS_A_MINUTE} words and one question a minute, and the exercises.",
                )


def _time(unit: UnitDraft, message: str, remedy: str) -> Problem:
    return unit.record.report(("minutes",), message, remedy)


# --- Sources -------------------------------------------------------------------------------


def _sources(draft: CourseDraft) -> Iterator[Problem]:
    """A reference without an address has to be found by its words: who, when, what, where."""
    for index, reference in records(draft.record.data.get("references")):
        text = reference["text"]
        is_findable = len(text) >= SHORTEST_SOURCE and _YEAR_OR_NUMBER.search(text)
        if not (reference.get("doi") or reference.get("url") or is_findable):
            yield draft.record.report(
                ("references", index),
                f"The reference “{reference['key']}” cannot be found by what it says.",
                "Give its DOI or its address, else author, year, title and publisher.",
            )


# --- Headings ------------------------------------------------------------------------------


def _skipped_levels(draft: CourseDraft) -> Iterator[Problem]:
    for page in _pages(draft):
        for text in page.texts.values():
            for before, after in pairwise(text.inspection.headings):
                if after.level > before.level + 1:
                    yield Problem(
                        text.path,
                        after.line + 1,
                        "This heading skips a level.",
                        "Go down one level at a time: ## under the title, then ###.",
                    )


def _pages(draft: CourseDraft) -> Iterator[PageDraft]:
    yield draft.syllabus
    for unit in draft.units:
        yield from (step for _place, step in unit.steps if isinstance(step, PageDraft))


# --- Images --------------------------------------------------------------------------------


def _images(draft: CourseDraft, media: Mapping[str, Path]) -> Iterator[Problem]:
    """Weigh the images, and read the words of drawings: no renderer mends them."""
    is_french = draft.languages[0].partition("-")[0] == "fr"
    for name, path in media.items():
        suffix = path.suffix.lower()
        size = path.stat().st_size
        if size > HEAVIEST_IMAGE and suffix in _IMAGES:
            yield Problem(
                name,
                None,
                f"This image weighs {size // 1024} KiB.",
                f"Make it smaller: {HEAVIEST_IMAGE // 1024} KiB at most.",
            )
        if is_french and suffix == ".svg":
            yield from _drawing(name, fromstring(path.read_bytes(), forbid_dtd=True))


def _drawing(name: str, root: Element) -> Iterator[Problem]:
    for element in root.iter():
        text = (element.text or "").strip()
        kind = str(element.tag).rpartition("}")[2]
        if kind not in ("title", "desc", "text", "tspan") or not text:
            continue
        if _BREAKABLE.search(text):
            message = f"An ordinary space stands at a high mark: “{text[:60]}”."
            yield Problem(name, None, message, "Write a no-break space (U+00A0 or U+202F).")
        for fault, message, remedy in _FAULTS[:3]:
            if fault.search(text):
                yield Problem(name, None, f"{message}: “{text[:60]}”.", remedy)


# --- Typography ----------------------------------------------------------------------------


def _typography(draft: CourseDraft) -> Iterator[Problem]:
    """French only, and only what the renderer cannot mend: it puts the no-break spaces itself."""
    for page in _pages(draft):
        for language, text in page.texts.items():
            title = typographic(text.title, language)
            lines = [*running_lines(text.body, language)]
            # The text begins on the line after the title's last; lines are told from 1.
            first = text.inspection.headings[0].end + 1
            yield from _faults(text.path, language, [(0, title)], 1)
            yield from _faults(text.path, language, lines, first)
    for record in _records(draft):
        for where, text_here, kind in marked_texts(record.data):
            last = where[-1]
            language = str(last) if last in draft.languages else draft.languages[0]
            lines = [*running_lines(text_here, language, inline=kind == "inline")]
            first = record.file.text_line(where, 0)
            yield from _faults(record.file.path, language, lines, first)


def _records(draft: CourseDraft) -> Iterator[RecordDraft]:
    yield draft.record
    for unit in draft.units:
        yield unit.record
        for _place, step in unit.steps:
            if not isinstance(step, PageDraft):
                yield step.record


def _faults(
    path: str, language: str, lines: list[tuple[int, str]], first: int
) -> Iterator[Problem]:
    if language.partition("-")[0] != "fr":
        return
    for number, line in lines:
        for fault, message, remedy in _FAULTS:
            found = fault.search(line)
            if found:
                around = line[max(0, found.start() - 20) : found.end() + 20].strip()
                yield Problem(path, first + number, f"{message}: “{around}”.", remedy)
