"""A course as all formats box it: rendered once, in one language, with its media by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from course_content import render
from course_content.appendices import appendix_ids
from course_content.files import UnreadableFile
from course_content.model import SYLLABUS, Course, Quiz, Unit
from scorm_packages.package import PackageError
from scorm_packages.partners import Look, Partner
from scorm_packages.press import Content

Json: TypeAlias = dict[str, Any]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Launch:
    """A page of the package that plays some of the course.

    ``units`` are the ids of what it plays, the syllabus included, and ``None`` stands for
    the whole course. They are in the page, or ``beside`` it in ``unit_files``: then each comes
    when it is opened. ``rules`` are told to the player as they are (``options`` of its boot
    data); ``mastery`` is a percentage, or ``None`` where nobody passes or fails. ``site`` is
    there for a page without a platform.
    """

    delivery: render.Delivery
    units: tuple[str, ...] | None = None
    mastery: float | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    beside: bool = False
    site: render.Site | None = None


class RenderedCourse:
    """``course`` in ``language``, for ``partner`` if there is one.

    Everything is made when it is first asked for, and once. Raise ``PackageError`` when the
    course is not written in this language.
    """

    def __init__(self, course: Course, language: str, partner: Partner | None = None) -> None:
        if language not in course.languages:
            raise PackageError(
                f"The course “{course.slug}” is not written in the language “{language}”.",
                f"Choose one of its languages: {', '.join(course.languages)}.",
            )
        self.course = course
        self.language = language
        self.partner = partner
        # What is the same for every partner, by name.
        self._shelf: dict[str, Any] = {}

    def for_partner(self, partner: Partner) -> RenderedCourse:
        """Return the course as this partner gives it; units that it shares are not made anew.

        Raise ``PackageError`` when the profile names what the course does not have.
        """
        adapted = RenderedCourse(partner.adapt(self.course), self.language, partner)
        adapted._shelf = self._shelf
        return adapted

    @property
    def title(self) -> str:
        title: str = self.outline["title"]
        return title

    @cached_property
    def outline(self) -> Json:
        """The table of contents, with the syllabus first (``course_content.render.outline``)."""
        return render.outline(self.course, self.language)

    @cached_property
    def unit_ids(self) -> tuple[str, ...]:
        """Every unit, in reading order; the first is the syllabus."""
        return (SYLLABUS, *(unit.id for unit in self.course.units))

    def unit(self, unit_id: str) -> Json:
        """Return a unit's pages as HTML and activities without answers. Raise ``KeyError``."""
        if unit_id in self._own:
            return self._own[unit_id]
        return self.once(
            f"unit/{unit_id}", lambda: render.unit_content(self.course, unit_id, self.language)
        )

    @cached_property
    def _own(self) -> Mapping[str, Json]:
        """The pages that are each partner's own.

        What the institution has to say is in the syllabus; the appendices tell of the units
        that the partner gives.
        """
        pages = (SYLLABUS, *appendix_ids(self.course))
        return {page: render.unit_content(self.course, page, self.language) for page in pages}

    def keys(self, quiz: Quiz) -> Mapping[str, Json]:
        """Return what answers to a quiz are marked with, by question."""
        return self.once(
            f"keys/{quiz.id}", lambda: render.activity_answers(self.course, quiz, self.language)
        )

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what is the same for every partner, and is made the first time it is asked for."""
        if name not in self._shelf:
            self._shelf[name] = make()
        made: Made = self._shelf[name]
        return made

    @cached_property
    def media(self) -> Mapping[str, Content]:
        """The media that the course shows, by name. Raise ``PackageError`` for one missing."""
        try:
            return dict(render.media_files(self.course))
        except UnreadableFile as error:
            problem = error.problem
            raise PackageError(problem.message, problem.remedy, problem.path) from error

    def graded(self, units: Iterable[str] | None = None) -> bool:
        """Whether anything in these units, or in the whole course, counts for a score."""
        return any(quiz.graded for quiz in self.activities(units))

    def activities(self, units: Iterable[str] | None = None) -> tuple[Quiz, ...]:
        """Return the quizzes of these units, or of the whole course."""
        return tuple(quiz for unit in self.units(units) for quiz in unit.activities)

    def units(self, units: Iterable[str] | None = None) -> tuple[Unit, ...]:
        """Return these units as the course has them, or all; the syllabus is none of them."""
        wanted = None if units is None else frozenset(units)
        return tuple(unit for unit in self.course.units if wanted is None or unit.id in wanted)

    def page(self, launch: Launch) -> bytes:
        """Return the document in which the player plays what ``launch`` says, keys included.

        The glossary and the bibliography come along, whatever of the course it plays, with the
        units: in the page, or beside it.
        """
        units = self.unit_ids if launch.units is None else launch.units
        appendices = appendix_ids(self.course)
        visit = render.Visit(
            delivery=launch.delivery,
            scope=(*launch.units, *appendices) if launch.units else (),
            mastery=launch.mastery,
            rules=launch.rules,
            look=self._look,
        )
        embedded = () if launch.beside else (*units, *appendices)
        quizzes = self.activities(units)
        key_text = self._bare_key_text if launch.beside else self._key_text
        boot = render.boot_json(
            self.language,
            render.json_for_script(self.outline),
            {unit: self._text(unit) for unit in embedded},
            visit,
            {
                "keys": render.json_object({quiz.id: key_text(quiz) for quiz in quizzes}),
                "quizzes": render.json_for_script(render.quizzes_in_brief(quizzes)),
                "competencies": render.json_for_script(
                    render.competencies_of(self.course, quizzes, self.language)
                ),
            },
        )
        assets = render.Assets(render.PLAYER_SCRIPT, render.PLAYER_STYLE)
        return render.document_around(boot, self.title, self.language, assets, launch.site)

    @property
    def unit_files(self) -> Mapping[str, Content]:
        """The scripts of all units, by name, for a page that has them beside it."""
        return {
            render.unit_script_name(unit): render.unit_script(
                self.unit(unit), {quiz.id: self.keys(quiz) for quiz in self.activities((unit,))}
            )
            for unit in (*self.unit_ids, *appendix_ids(self.course))
        }

    @property
    def _look(self) -> Mapping[str, str | None] | None:
        look = self.partner.look if self.partner else Look()
        return None if look == Look() else asdict(look)

    def _text(self, unit_id: str) -> bytes:
        if unit_id in self._own:
            return render.json_for_script(self._own[unit_id])
        return self._written(f"unit/{unit_id}", lambda: self.unit(unit_id))

    def _key_text(self, quiz: Quiz) -> bytes:
        return self._written(f"keys/{quiz.id}", lambda: self.keys(quiz))

    def _bare_key_text(self, quiz: Quiz) -> bytes:
        return self._written(f"bare keys/{quiz.id}", lambda: render.bare_keys(self.keys(quiz)))

    def _written(self, name: str, make: Callable[[], Mapping[str, Any]]) -> bytes:
        return self.once(f"text of {name}", lambda: render.json_for_script(make()))


def player_files(delivery: render.Delivery, language: str) -> dict[str, Content]:
    """Return the player's script for a delivery and language, and its style, by name.

    Raise ``PackageError`` when they have not been built.
    """
    try:
        return dict[str, Content](render.player_files(delivery, language))
    except render.PlayerNotBuilt as error:
        raise PackageError(error.message, error.remedy) from error
