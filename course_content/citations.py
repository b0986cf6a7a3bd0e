"""References: how a text cites them, and how a list shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

from course_content.inspection import inspect
from course_content.markdown import (
    Setting,
    external_link,
    plain,
    reference_id,
    render_inline,
)
from course_content.model import Course, Reference
from course_content.typography import NO_BREAK_SPACE

_AUTHORS_AND_YEAR = re.compile(r"(?P<authors>[^()]+?)\s*\((?P<year>[0-9]{4}[a-z]?)\b")
_INITIALS = re.compile(r",\s*(?:[^\W\d_]\.[-\s]?)+")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|&|\bet\b|\band\b)\s*")
_NAMES_SHOWN = 2


def citation_label(reference: Reference, number: int, language: str) -> str:
    """Return how a text cites a reference: its own label, else ``Author, year``, else a number.

    Three authors or more are shortened to the first and “et al.”.
    """
    if reference.label:
        return reference.label
    found = _AUTHORS_AND_YEAR.match(plain(reference.text, language))
    if found is None:
        return str(number)
    authors = _INITIALS.sub(",", found["authors"]).rstrip(" .,")
    names = [name for name in _BETWEEN_NAMES.split(authors) if name]
    if len(names) > _NAMES_SHOWN:
        names = [f"{names[0]}{NO_BREAK_SPACE}et{NO_BREAK_SPACE}al."]
    joined = (" et " if language.startswith("fr") else " and ").join(names)
    return f"{joined}, {found['year']}"


@lru_cache(maxsize=4096)
def cited_in(text: str) -> tuple[str, ...]:
    """Return the keys that a Markdown text cites, as often as it does."""
    return tuple(found.value for found in inspect(text).found if found.kind == "citation")


def citation_labels(course: Course, language: str) -> tuple[tuple[str, str], ...]:
    """Return every reference's key and label, in the form that ``Setting`` takes."""
    return tuple(
        (reference.key, citation_label(reference, number, language))
        for number, reference in enumerate(course.references, start=1)
    )


def reference_html(reference: Reference, language: str) -> str:
    """Return one entry of a list of references, with its links."""
    parts = [render_inline(reference.text, Setting(language))]
    if reference.doi:
        address = f"https://doi.org/{reference.doi}"
        parts.append(external_link(address, f"doi:{reference.doi}", language))
    if reference.url:
        site = urlsplit(reference.url).netloc.removeprefix("www.")
        parts.append(external_link(reference.url, site, language))
    return " ".join(parts)


def references_section(course: Course, keys: Iterable[str], title: str, setting: Setting) -> str:
    """Return the list of those references of a course, in the order of ``keys``, or nothing."""
    by_key = {reference.key: reference for reference in course.references}
    entries = "".join(
        f'<li id="{reference_id(setting.scope, key)}">'
        f"{reference_html(by_key[key], setting.language)}</li>\n"
        for key in dict.fromkeys(keys)
        if key in by_key
    )
    if not entries:
        return ""
    return (
        f'<section class="references" role="doc-bibliography" aria-label="{escape(title)}">\n'
        f"<h2>{escape(title)}</h2>\n<ul>\n{entries}</ul>\n</section>\n"
    )
