"""The pages that a course has beside its units: its glossary and its bibliography.

One looks something up in them and goes back: they are no steps on the way, and do not
count for having done the course. Each is a unit of one page, both of the same id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Final

from course_content.activities import Json, Voice
from course_content.addresses import GLOSSARY
from course_content.citations import cited_in, reference_html, references_section
from course_content.markdown import plain, reference_id
from course_content.model import (
    BIBLIOGRAPHY,
    SYLLABUS,
    Course,
    Reference,
    Step,
    Term,
    Unit,
    localized,
    texts_of,
)
from course_content.scoring import normalized_text
from course_content.wording import wording


def appendix_ids(course: Course) -> tuple[str, ...]:
    """Return the ids of those pages that the course has something to put on."""
    there = {GLOSSARY: course.glossary, BIBLIOGRAPHY: course.references}
    return tuple(appendix for appendix, entries in there.items() if entries)


def appendix_entries(course: Course, language: str) -> list[Json]:
    """Return the same as the outline has them: units of one page, without a duration."""
    titles = wording(language).appendices
    return [
        {
            "id": appendix,
            "title": titles[appendix],
            "minutes": 0,
            "outcomes": [],
            "steps": [{"id": appendix, "title": titles[appendix], "kind": "page", "graded": False}],
        }
        for appendix in appendix_ids(course)
    ]


def appendix_html(course: Course, appendix: str, voice: Voice) -> str:
    """Return a page's HTML. ``voice`` has the page's own scope.

    Raise ``KeyError`` when the course has no such page.
    """
    if appendix not in appendix_ids(course):
        raise KeyError(appendix)
    return _MAKERS[appendix](course, voice)


# --- The glossary --------------------------------------------------------------------------


def _glossary(course: Course, voice: Voice) -> str:
    """Return the entries in the order of the alphabet, under their first letters."""
    language = voice.setting.language
    entries = sorted(course.glossary, key=lambda term: normalized_text(voice.plain(term.title)))
    html = "".join(
        f"<h2>{escape(letter)}</h2>\n<dl>\n{''.join(_entry(term, voice) for term in terms)}</dl>\n"
        for letter, terms in groupby(entries, lambda term: _first_letter(term, voice))
    )
    cited = (key for term in entries for key in cited_in(localized(term.text, language)))
    title = wording(language).references
    return html + references_section(course, cited, title, voice.setting)


def _first_letter(term: Term, voice: Voice) -> str:
    return normalized_text(voice.plain(term.title))[:1].upper()


def _entry(term: Term, voice: Voice) -> str:
    title = escape(voice.plain(term.title))
    return f'<dt id="term-{term.id}">{title}</dt>\n<dd>{voice.block(term.text)}</dd>\n'


# --- The bibliography ----------------------------------------------------------------------


def _bibliography(course: Course, voice: Voice) -> str:
    """Return all the references in the order of the alphabet, each with where it is cited."""
    places = _citing_places(course, voice)
    language = voice.setting.language
    entries = sorted(
        course.references, key=lambda each: normalized_text(plain(each.text, language).lstrip("« "))
    )
    items = "".join(_reference(each, places[each.key], voice) for each in entries)
    return f'<ul class="bibliography">\n{items}</ul>\n'


def _reference(reference: Reference, places: Iterable[str], voice: Voice) -> str:
    language = voice.setting.language
    html = reference_html(reference, language)
    cited = ", ".join(places)
    if cited:
        html += f'\n<p class="cited-in">{escape(wording(language).cited_in)} {cited}</p>'
    return f'<li id="{reference_id(voice.setting.scope, reference.key)}">{html}</li>\n'


def _cited_by(step: Step) -> Iterator[str]:
    return (key for text in texts_of(step) if "[@" in text for key in cited_in(text))


def _citing_places(course: Course, voice: Voice) -> Mapping[str, list[str]]:
    """Return by key a link to each unit that cites it: to the first of its steps that does."""
    page = course.syllabus.page
    syllabus = Unit(SYLLABUS, page.title, 0, (), (page,))
    places: dict[str, list[str]] = defaultdict(list)
    for unit in (syllabus, *course.units):
        title = escape(voice.plain(unit.title))
        first = unit.steps[0].id
        steps = dict.fromkeys(unit.references, first)
        for step in reversed(unit.steps):
            steps |= dict.fromkeys(_cited_by(step), step.id)
        for key, step_id in steps.items():
            places[key].append(f'<a href="#/{unit.id}/{step_id}">{title}</a>')
    return places


_MAKERS: Final[Mapping[str, Callable[[Course, Voice], str]]] = {
    GLOSSARY: _glossary,
    BIBLIOGRAPHY: _bibliography,
}
