"""From a folder of files to a :class:`~course_content.model.Course`.

Every mistake is looked for before giving up, so that an author mends them in one
round: each file by itself, then what the files say of one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from course_content.crosscheck import cross_problems
from course_content.drafts import (
    COURSE_FILE,
    CourseDraft,
    PageDraft,
    QuizDraft,
    StepDraft,
    UnitDraft,
    WorkshopDraft,
    read_drafts,
)
from course_content.fields import SLUG, Data
from course_content.model import (
    SYLLABUS,
    Competency,
    Contributor,
    Course,
    Localized,
    Outcome,
    Page,
    Part,
    Reference,
    Step,
    Syllabus,
    SyllabusField,
    Term,
    Unit,
)
from course_content.problems import CourseError, Problem, suggestion
from course_content.schema import build_quiz
from course_content.workshop_schema import build_workshop

__all__ = [
    "BUILTIN_COURSES",
    "CourseError",
    "CourseNotFound",
    "Problem",
    "available_courses",
    "find_course",
    "load_course",
]

BUILTIN_COURSES: Final = Path(__file__).parent / "courses"
"""The folder of the courses that come with the package."""


class CourseNotFound(LookupError):
    """No folder under the given roots is a course of that name."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


def available_courses(roots: Iterable[Path]) -> dict[str, Path]:
    """Return the folders that hold a ``course.yaml``, by name, sorted.

    Where two roots have a course of the same name, the first root wins.
    """
    found: dict[str, Path] = {}
    for root in roots:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if SLUG.fullmatch(folder.name) and (folder / COURSE_FILE).is_file():
                found.setdefault(folder.name, folder)
    return dict(sorted(found.items()))


def find_course(name: str, roots: Iterable[Path]) -> Path:
    """Return the folder of the course called ``name``.

    A name is only looked up in what the roots hold, never joined to a path. Raise
    ``CourseNotFound``, whose text suggests a name, when there is none.
    """
    courses = available_courses(roots)
    if name not in courses:
        message = f"There is no course “{name[:80]}”."
        raise CourseNotFound(message, suggestion(name, courses))
    return courses[name]


def load_course(folder: Path, institution: Mapping[str, str] | None = None) -> Course:
    """Read a course.

    ``institution`` maps ids of syllabus fields to what this institution says there; it
    replaces the course's own value, in every language.

    Raise ``CourseError`` with every problem of every file.
    """
    values = institution or {}
    if not SLUG.fullmatch(folder.name):
        message = f"“{folder.name}” is not a name for a course's folder."
        remedy = "Use small letters without accents, figures, and hyphens between them."
        raise CourseError([Problem(folder.name, None, message, remedy)])
    drafts = read_drafts(folder)
    if not isinstance(drafts, CourseDraft):
        raise CourseError(drafts)
    problems = [*drafts.problems, *cross_problems(drafts, values)]
    if problems:
        raise CourseError(problems)
    return _course(drafts, values)


def _course(drafts: CourseDraft, institution: Mapping[str, str]) -> Course:
    data = drafts.record.data
    units = {unit.id: _unit(unit) for unit in drafts.units}
    return Course(
        slug=drafts.folder.name,
        version=data["version"],
        title=data["title"],
        summary=data["summary"],
        languages=drafts.languages,
        licence=data["licence"],
        syllabus=_syllabus(drafts, institution),
        parts=tuple(
            Part(
                id=part["id"],
                title=part["title"],
                summary=part["summary"],
                units=tuple(units[unit] for unit in part["units"]),
            )
            for part in data["parts"]
        ),
        competencies=tuple(Competency(**each) for each in data["competencies"]),
        references=tuple(Reference(**each) for each in data["references"]),
        folder=drafts.folder,
        keywords=tuple(data["keywords"]),
        contributors=tuple(Contributor(**each) for each in data["contributors"]),
        glossary=_glossary(drafts),
    )


def _glossary(drafts: CourseDraft) -> tuple[Term, ...]:
    entries = drafts.glossary.data["terms"] if drafts.glossary else ()
    return tuple(Term(id=each["id"], title=each["term"], text=each["text"]) for each in entries)


def _syllabus(drafts: CourseDraft, institution: Mapping[str, str]) -> Syllabus:
    languages = drafts.languages

    def value(field: Data) -> Localized | None:
        said = institution.get(field["id"])
        return dict.fromkeys(languages, said) if said is not None else field["value"]

    fields = tuple(
        SyllabusField(id=each["id"], label=each["label"], value=value(each))
        for each in drafts.record.data["syllabus"]["fields"]
    )
    page = replace(_page(drafts.syllabus), id=SYLLABUS)
    return Syllabus(page=page, fields=fields)


def _page(draft: PageDraft) -> Page:
    return Page(
        id=draft.id,
        title={language: text.title for language, text in draft.texts.items()},
        body={language: text.body for language, text in draft.texts.items()},
    )


def _step(draft: StepDraft) -> Step:
    if isinstance(draft, QuizDraft):
        return build_quiz(draft.record.data)
    if isinstance(draft, WorkshopDraft):
        return build_workshop(draft.record.data)
    return _page(draft)


def _unit(draft: UnitDraft) -> Unit:
    data = draft.record.data
    return Unit(
        id=draft.id,
        title=data["title"],
        minutes=data["minutes"],
        outcomes=tuple(Outcome(each["text"], each.get("competency")) for each in data["outcomes"]),
        steps=tuple(_step(step) for _place, step in draft.steps),
        references=tuple(data["references"]),
    )
