"""The course, as plain data.

Everything here is frozen and knows nothing of Flask, LTI or SCORM: the same
``Course`` is served by the tool and boxed by the exporters.

Texts that a reader sees are ``Localized``: a mapping from a language tag
(BCP 47, such as ``fr``) to the text in that language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeAlias

Localized: TypeAlias = Mapping[str, str]

SYLLABUS: Final = "syllabus"
"""The id of the unit, and of its only step, as which the syllabus is read."""

WORDS_A_MINUTE: Final = 180
"""How fast somebody reads who studies."""

BIBLIOGRAPHY: Final = "bibliographie"
"""The id of the bibliography, a unit of one page beside the course's own units."""

HOME: Final = "accueil"
"""The id of the part that holds the syllabus, before the course's own parts."""


@dataclass(frozen=True, slots=True)
class Competency:
    """What the module certifies, in the words of a competency framework."""

    id: str
    title: Localized


CONTRIBUTIONS: Final = (
    "author",
    "content provider",
    "editor",
    "educational validator",
    "graphical designer",
    "initiator",
    "instructional designer",
    "publisher",
    "script writer",
    "subject matter expert",
    "technical implementer",
    "technical validator",
    "validator",
)
"""What somebody may have done for a course (IEEE 1484.12.1, 2.3.1)."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person or an organization that had a part in the course, as ``CONTRIBUTIONS`` says."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A bibliography entry. ``text`` is Markdown; ``doi`` has no ``https://doi.org/`` prefix.

    ``label`` is how a text cites it, such as ``Freeman, 1984``; without one, it is made
    from ``text``.
    """

    key: str
    text: str
    label: str | None = None
    doi: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary: a word, and what this course means by it. Markdown."""

    id: str
    title: Localized
    text: Localized


@dataclass(frozen=True, slots=True)
class SyllabusField:
    """One administrative line of the syllabus.

    ``value`` is ``None`` when only the institution can say it: credits, hours,
    assessment rules. Such a line is shown as left for the institution to fill in.
    """

    id: str
    label: Localized
    value: Localized | None


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of a lesson; ``body`` is Markdown without its first heading."""

    kind: ClassVar[Literal["page"]] = "page"

    id: str
    title: Localized
    body: Localized


@dataclass(frozen=True, slots=True)
class Syllabus:
    """The module's public description, shown before its first part."""

    page: Page
    fields: tuple[SyllabusField, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said after an answer, whichever it was. Markdown."""

    correct: Localized = field(default_factory=dict)
    partial: Localized = field(default_factory=dict)
    incorrect: Localized = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice question, with the feedback for those who pick it."""

    id: str
    text: Localized
    correct: bool
    feedback: Localized


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put in order, or one side of a pair."""

    id: str
    text: Localized


@dataclass(frozen=True, slots=True)
class Pair:
    """A left side, the right side that belongs to it, and why."""

    left: Item
    right: Item
    feedback: Localized


@dataclass(frozen=True, slots=True)
class AnticipatedAnswer:
    """A wrong answer that the author saw coming, and what to say to it."""

    answer: str
    feedback: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionBase:
    """What every kind of question has. ``points`` is its weight in the activity."""

    id: str
    prompt: Localized
    feedback: Feedback
    points: int = 1
    competencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleChoice(QuestionBase):
    kind: ClassVar[Literal["single"]] = "single"
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoice(QuestionBase):
    kind: ClassVar[Literal["multiple"]] = "multiple"
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse(QuestionBase):
    """``when_true`` and ``when_false`` answer the learner who said so."""

    kind: ClassVar[Literal["true_false"]] = "true_false"
    answer: bool
    when_true: Localized
    when_false: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(QuestionBase):
    """``items`` stand in the right order; the renderer shuffles them."""

    kind: ClassVar[Literal["ordering"]] = "ordering"
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(QuestionBase):
    """``distractors`` are right sides that belong to no left side."""

    kind: ClassVar[Literal["matching"]] = "matching"
    pairs: tuple[Pair, ...]
    distractors: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(QuestionBase):
    """``tolerance`` is absolute, in the unit of ``answer``."""

    kind: ClassVar[Literal["numeric"]] = "numeric"
    answer: float
    tolerance: float = 0.0
    unit: Localized = field(default_factory=dict)
    anticipated: tuple[AnticipatedAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(QuestionBase):
    """``accepted`` is compared without regard to case, accents or spacing."""

    kind: ClassVar[Literal["text"]] = "text"
    accepted: tuple[str, ...]
    anticipated: tuple[AnticipatedAnswer, ...] = ()


Question: TypeAlias = (
    SingleChoice | MultipleChoice | TrueFalse | Ordering | Matching | Numeric | ShortText
)


@dataclass(frozen=True, slots=True)
class Quiz:
    """A series of questions answered one by one.

    ``id`` is unique in the course. ``attempts`` is how often a learner may do it,
    0 for as often as they like. ``pass_mark`` is a percentage.
    """

    kind: ClassVar[Literal["quiz"]] = "quiz"

    id: str
    title: Localized
    instructions: Localized
    questions: tuple[Question, ...]
    graded: bool = True
    attempts: int = 0
    pass_mark: int = 60

    def question(self, question_id: str) -> Question:
        """Raise ``KeyError`` when the quiz has no such question."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)


@dataclass(frozen=True, slots=True)
class Level:
    """How far a work may have come by one criterion: in points, and in words."""

    points: int
    text: Localized


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a work is looked at for. ``levels`` go from the fewest points to the most."""

    id: str
    title: Localized
    levels: tuple[Level, ...]

    @property
    def maximum(self) -> int:
        return self.levels[-1].points


@dataclass(frozen=True, slots=True)
class Rubric:
    """By what an instructor reviews the works of a workshop, and whether that makes a grade."""

    criteria: tuple[Criterion, ...]
    graded: bool

    @property
    def maximum(self) -> int:
        """Points of a work that has the highest level everywhere."""
        return sum(criterion.maximum for criterion in self.criteria)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopBase:
    """An activity in which the learner makes something of their own: a *work*.

    ``id`` is unique in the course, among workshops and quizzes. ``reads`` are the
    workshops whose works this one begins from; they come before it in the course.
    ``tool`` names what the player shows. With a ``review``, works are handed in to the
    instructor, where the delivery can carry them. With ``group``, the members of a group make
    one work together, where the platform tells who is in which group.
    """

    kind: ClassVar[Literal["workshop"]] = "workshop"
    tool: ClassVar[str]

    id: str
    title: Localized
    instructions: Localized
    reads: tuple[str, ...] = ()
    review: Rubric | None = None
    group: bool = False

    @property
    def graded(self) -> bool:
        """Whether what an instructor accepts counts for a grade."""
        return self.review is not None and self.review.graded


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWorkshop(WorkshopBase):
    """A map of stakeholders: actors, links, groups, and who is missing."""

    tool: ClassVar[Literal["map"]] = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridWorkshop(WorkshopBase):
    """A grid of power and interest, read twice, and the classes of salience."""

    tool: ClassVar[Literal["grid"]] = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWorkshop(WorkshopBase):
    """An engagement plan: one sheet a promise, whose method has to be able to keep it."""

    tool: ClassVar[Literal["plan"]] = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainWorkshop(WorkshopBase):
    """A theory of change: from means to impact, with the hypotheses in between."""

    tool: ClassVar[Literal["chain"]] = "chain"


@dataclass(frozen=True, slots=True)
class SortingCase:
    """A case to sort. ``feedback`` says why it belongs where it does; ``others`` answers those
    who put it elsewhere, by category."""

    id: str
    text: Localized
    category: str
    feedback: Localized
    others: Mapping[str, Localized]


@dataclass(frozen=True, slots=True, kw_only=True)
class SortingWorkshop(WorkshopBase):
    """Borderline cases to sort into categories, with a reason for every answer. Not marked."""

    tool: ClassVar[Literal["sorting"]] = "sorting"
    categories: tuple[Item, ...]
    cases: tuple[SortingCase, ...]


@dataclass(frozen=True, slots=True)
class RadarAxis:
    """Something that one can be better at. ``hint`` says what a proof of it may be."""

    id: str
    title: Localized
    hint: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarWorkshop(WorkshopBase):
    """Where one stands, before and after, with a written proof for each axis."""

    tool: ClassVar[Literal["radar"]] = "radar"
    axes: tuple[RadarAxis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioWorkshop(WorkshopBase):
    """What the learner made in the workshops that it reads, with what they say of it."""

    tool: ClassVar[Literal["portfolio"]] = "portfolio"


Workshop: TypeAlias = (
    MapWorkshop
    | GridWorkshop
    | PlanWorkshop
    | ChainWorkshop
    | SortingWorkshop
    | RadarWorkshop
    | PortfolioWorkshop
)
Activity: TypeAlias = Quiz
Gradable: TypeAlias = Activity | Workshop
"""What may count for a grade, where it says that it is ``graded``."""
Step: TypeAlias = Page | Activity | Workshop


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the learner will be able to do, and the competency it serves."""

    text: Localized
    competency: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Twenty to forty minutes of work. ``id`` is unique in the course, a step's in its unit."""

    id: str
    title: Localized
    minutes: int
    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...]
    references: tuple[str, ...] = ()

    @property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(step for step in self.steps if isinstance(step, Quiz))

    @property
    def workshops(self) -> tuple[Workshop, ...]:
        return tuple(step for step in self.steps if isinstance(step, WorkshopBase))


@dataclass(frozen=True, slots=True)
class Part:
    """One of the aims of the module. A part may have no unit yet."""

    id: str
    title: Localized
    summary: Localized
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A whole course. ``slug`` is its folder's name; ``folder`` holds its media.

    ``keywords`` and ``contributors`` are what catalogues show of it.
    """

    slug: str
    version: str
    title: Localized
    summary: Localized
    languages: tuple[str, ...]
    licence: Localized
    syllabus: Syllabus
    parts: tuple[Part, ...]
    competencies: tuple[Competency, ...]
    references: tuple[Reference, ...]
    folder: Path
    keywords: tuple[Localized, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    glossary: tuple[Term, ...] = ()

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(unit for part in self.parts for unit in part.units)

    @property
    def activities(self) -> Iterator[Activity]:
        return (activity for unit in self.units for activity in unit.activities)

    @property
    def workshops(self) -> Iterator[Workshop]:
        return (workshop for unit in self.units for workshop in unit.workshops)

    def unit(self, unit_id: str) -> Unit:
        """Raise ``KeyError`` when the course has no such unit."""
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise KeyError(unit_id)

    def activity(self, activity_id: str) -> Activity:
        """Raise ``KeyError`` when the course has no such activity."""
        for activity in self.activities:
            if activity.id == activity_id:
                return activity
        raise KeyError(activity_id)

    def workshop(self, workshop_id: str) -> Workshop:
        """Raise ``KeyError`` when the course has no such workshop."""
        for workshop in self.workshops:
            if workshop.id == workshop_id:
                return workshop
        raise KeyError(workshop_id)


def localized(text: Localized, language: str) -> str:
    """Return ``text`` in ``language``, else in the first language it has, else nothing."""
    return text.get(language) or next(iter(text.values()), "")


def texts_of(value: object) -> Iterator[str]:
    """Yield every text of a course or a part of it, in every language."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in texts_of(each))
    elif isinstance(value, tuple):
        yield from (text for each in value for text in texts_of(each))
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name))
