"""A course as the player gets it: JSON, and the document that carries it.

The same input gives the same bytes: a package that is built twice does not differ.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from course_content.activities import Json, Voice, activity_keys, public_activity
from course_content.addresses import MEDIA_NAME
from course_content.appendices import appendix_entries, appendix_html, appendix_ids
from course_content.citations import citation_labels, cited_in, references_section
from course_content.files import plain_file
from course_content.inspection import inspect
from course_content.markdown import Setting
from course_content.model import (
    HOME,
    SYLLABUS,
    WORDS_A_MINUTE,
    Course,
    Page,
    Question,
    Quiz,
    Step,
    SyllabusField,
    Unit,
    Workshop,
    WorkshopBase,
    localized,
    texts_of,
)
from course_content.wording import wording
from course_content.workshops import shown_rubric, workshop_settings

Delivery: TypeAlias = Literal["lti", "scorm12", "scorm2004", "cmi5", "local", "dispatch"]
Role: TypeAlias = Literal["learner", "instructor"]

PLAYER_STYLE: Final = "player.css"
PLAYER_SCRIPT: Final = "player.js"
"""In a package, which has one delivery and one language."""

DISPATCH_SCRIPT: Final = "dispatch.js"
DISPATCH_STYLE: Final = "dispatch.css"
"""In a dispatch package, whose page shows no course by itself."""

PLAYER_LANGUAGES: Final = ("fr", "en")
"""What the player itself speaks; the first one stands in where a course has another."""

_HERE: Final = Path(__file__).parent


class PlayerNotBuilt(RuntimeError):
    """The player's script and style have not been made from their sources yet."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.message = f"The player is not built: {', '.join(missing)} missing."
        self.remedy = "Whoever installed this from sources builds it with: make build"
        super().__init__(f"{self.message} {self.remedy}")


@dataclass(frozen=True, slots=True)
class Assets:
    """The addresses of the player's script and style, as the document is to load them."""

    script: str
    style: str


def _voice(course: Course, language: str, media_base: str = "media/", scope: str = "") -> Voice:
    citations = citation_labels(course, language)
    return Voice(Setting(language, media_base, citations, scope))


# --- The outline ---------------------------------------------------------------------------


def _step_entry(step: Step, voice: Voice) -> Json:
    graded = isinstance(step, Quiz) and step.graded
    return {"id": step.id, "title": voice.plain(step.title), "kind": step.kind, "graded": graded}


def _unit_entry(unit: Unit, voice: Voice) -> Json:
    return {
        "id": unit.id,
        "title": voice.plain(unit.title),
        "minutes": unit.minutes,
        "outcomes": [voice.plain(outcome.text) for outcome in unit.outcomes],
        "steps": [_step_entry(step, voice) for step in unit.steps],
    }


def _home_entry(course: Course, voice: Voice) -> Json:
    """Return the part that holds the syllabus; its minutes are reckoned from its length."""
    language = voice.setting.language
    page = course.syllabus.page
    words = len(localized(page.body, language).split())
    unit = Unit(SYLLABUS, page.title, math.ceil(words / WORDS_A_MINUTE), (), (page,))
    entry = _unit_entry(unit, voice)
    entry["steps"][0]["id"] = SYLLABUS
    return {"id": HOME, "title": wording(language).home, "summary": "", "units": [entry]}


def outline(course: Course, language: str) -> Json:
    """Return the course's table of contents, as the player takes it.

    The syllabus comes first; what one only looks something up in stands apart.
    """
    voice = _voice(course, language)
    parts = [
        {
            "id": part.id,
            "title": voice.plain(part.title),
            "summary": voice.plain(part.summary),
            "units": [_unit_entry(unit, voice) for unit in part.units],
        }
        for part in course.parts
    ]
    return {
        "slug": course.slug,
        "version": course.version,
        "title": voice.plain(course.title),
        "summary": voice.plain(course.summary),
        "language": language,
        "licence": voice.plain(course.licence),
        "parts": [_home_entry(course, voice), *parts],
        "appendices": appendix_entries(course, language),
    }


# --- Units ---------------------------------------------------------------------------------


def _page_voice(course: Course, language: str, media_base: str, path: str) -> Voice:
    voice = _voice(course, language, media_base, path.replace("/", "-"))
    setting = voice.setting
    return Voice(
        Setting(language, media_base, setting.citations, setting.scope, has_references=True)
    )


def _page(course: Course, page: Page, voice: Voice, addition: str = "") -> Json:
    """Return a page, what is added to its text, and the references that it cites."""
    language = voice.setting.language
    cited = cited_in(localized(page.body, language))
    title = wording(language).references
    references = references_section(course, cited, title, voice.setting)
    return {"html": voice.block(page.body) + addition + references}


def _field_html(field: SyllabusField, voice: Voice) -> str:
    label = escape(voice.plain(field.label))
    if field.value is None:
        missing = escape(wording(voice.setting.language).left_to_institution)
        return f'<dt>{label}</dt>\n<dd class="to-complete">{missing}</dd>\n'
    return f"<dt>{label}</dt>\n<dd>{escape(voice.plain(field.value))}</dd>\n"


def _syllabus(course: Course, voice: Voice) -> Json:
    """Return the syllabus page with what the institution has to say."""
    sheet = ""
    if course.syllabus.fields:
        title = escape(wording(voice.setting.language).module_sheet)
        entries = "".join(_field_html(field, voice) for field in course.syllabus.fields)
        sheet = f'<h2>{title}</h2>\n<dl class="module-sheet">\n{entries}</dl>\n'
    return _page(course, course.syllabus.page, voice, sheet)


def _workshop(course: Course, workshop: Workshop, voice: Voice) -> Json:
    """Return a workshop as the player takes it, with the steps whose works it reads."""
    units = {each.id: unit.id for unit in course.units for each in unit.workshops}
    return {
        "id": workshop.id,
        "tool": workshop.tool,
        "title": voice.plain(workshop.title),
        "instructions": voice.within(workshop.id).block(workshop.instructions),
        "settings": workshop_settings(workshop, voice),
        "review": shown_rubric(workshop.review, voice),
        "group": workshop.group,
        "reads": [
            {
                "id": read.id,
                "tool": read.tool,
                "title": voice.plain(read.title),
                "path": f"{units[read.id]}/{read.id}",
                "settings": workshop_settings(read, voice),
            }
            for read in map(course.workshop, workshop.reads)
        ],
    }


def unit_content(course: Course, unit_id: str, language: str, media_base: str = "media/") -> Json:
    """Return a unit's pages as HTML and its activities without answers.

    ``unit_id`` may be ``syllabus``, or an appendix's. Raise ``KeyError`` when the course has
    no such unit.
    """
    if unit_id == SYLLABUS:
        voice = _page_voice(course, language, media_base, SYLLABUS)
        return {"id": SYLLABUS, "steps": {SYLLABUS: _syllabus(course, voice)}}
    if unit_id in appendix_ids(course):
        voice = _page_voice(course, language, media_base, unit_id)
        html = appendix_html(course, unit_id, voice)
        return {"id": unit_id, "steps": {unit_id: {"html": html}}}
    unit = course.unit(unit_id)
    steps: Json = {}
    for step in unit.steps:
        if isinstance(step, Quiz):
            voice = _voice(course, language, media_base)
            steps[step.id] = {"activity": public_activity(step, voice)}
        elif isinstance(step, WorkshopBase):
            voice = _voice(course, language, media_base)
            steps[step.id] = {"workshop": _workshop(course, step, voice)}
        else:
            voice = _page_voice(course, language, media_base, f"{unit_id}/{step.id}")
            steps[step.id] = _page(course, step, voice)
    return {"id": unit_id, "steps": steps}


def answer_keys(
    course: Course, language: str, media_base: str = "media/"
) -> dict[str, dict[str, Json]]:
    """Return what answers are marked with: by activity, then by question.

    For LTI it never leaves the server.
    """
    return {
        activity.id: activity_answers(course, activity, language, media_base)
        for activity in course.activities
    }


def activity_answers(
    course: Course, activity: Quiz, language: str, media_base: str = "media/"
) -> dict[str, Json]:
    """Return the same of one activity."""
    return activity_keys(activity, _voice(course, language, media_base))


# --- Media ---------------------------------------------------------------------------------


def media_files(course: Course) -> dict[str, Path]:
    """Return the media that the course's texts show or link to, by name (``media/x.svg``), sorted.

    Raise ``UnreadableFile`` when one is not there, or lies behind a symbolic link.
    """
    names = frozenset[str]().union(*map(_media_named_in, texts_of(course)))
    return {name: plain_file(course.folder, name) for name in sorted(names)}


@lru_cache(maxsize=4096)
def _media_named_in(text: str) -> frozenset[str]:
    """Return the media that a text shows or links to; a course is asked once for each partner."""
    if "media/" not in text:
        return frozenset()
    return frozenset(
        found.value
        for found in inspect(text).found
        if found.kind in ("image", "link") and MEDIA_NAME.fullmatch(found.value)
    )


# --- The document --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who opens a course, how, and how much of it the document carries.

    ``units`` are the ids of the units to embed: ``None`` for all, with the syllabus
    and the appendices.
    ``scope`` is what the launch covers: units' ids, or paths of single steps
    (``unit/step``); none for the whole course. Answer keys are only embedded when asked
    for: whoever gets them can read them. ``mastery`` is a percentage; ``rules`` are more of the
    player's options. ``look`` says whose course this is: a text (``mark``) and a colour
    (``accent``). To LTI belong
    ``session``, ``snapshot``, ``due``, until when the work is awaited (ISO 8601), and
    ``class_page``, the address of the page that an instructor's preview leads back to.
    """

    delivery: Delivery
    role: Role = "learner"
    learner: str = ""
    units: tuple[str, ...] | None = None
    with_keys: bool = False
    start: str | None = None
    scope: tuple[str, ...] = ()
    mastery: float | None = 60
    rules: Mapping[str, Any] = field(default_factory=dict)
    look: Mapping[str, str | None] | None = None
    session: str | None = None
    snapshot: Mapping[str, Any] | None = None
    return_url: str | None = None
    due: str | None = None
    class_page: str | None = None
    media_base: str = "media/"


def boot(course: Course, language: str, visit: Visit) -> Json:
    """Return the player's description of what it is to play."""
    units = visit.units
    if units is None:
        units = (SYLLABUS, *(unit.id for unit in course.units), *appendix_ids(course))
    contents = {unit: unit_content(course, unit, language, visit.media_base) for unit in units}
    data = boot_data(outline(course, language), contents, visit)
    return {**data, **_marking(course, language, visit, units)} if visit.with_keys else data


def _marking(course: Course, language: str, visit: Visit, embedded: Collection[str]) -> Json:
    """Return what a browser marks with, where no server does.

    What is said to answers comes with the unit, by ``unit_script`` where it is not embedded.
    What remains of its keys is what answers are kept and counted by; and ``quizzes`` says which
    questions a quiz has, which a unit to come cannot say yet.
    """
    keys = answer_keys(course, language, visit.media_base)
    for unit in course.units:
        if unit.id not in embedded:
            keys.update((quiz.id, bare_keys(keys[quiz.id])) for quiz in unit.activities)
    return {"keys": keys, "quizzes": quizzes_in_brief(course.activities)}


def bare_keys(keys: Mapping[str, Json]) -> dict[str, Json]:
    """Return a quiz's keys without what is said to answers."""
    return {
        question: {name: value for name, value in key.items() if name != "feedback"}
        for question, key in keys.items()
    }


def quizzes_in_brief(quizzes: Iterable[Quiz]) -> dict[str, Json]:
    """Return how often each quiz may be done, and of which questions it consists."""
    return {
        quiz.id: {
            "attempts": quiz.attempts,
            "questions": [_question_in_brief(one) for one in quiz.questions],
        }
        for quiz in quizzes
    }


def _question_in_brief(question: Question) -> Json:
    brief: Json = {"id": question.id, "points": question.points}
    if question.competencies:
        brief["competencies"] = list(question.competencies)
    return brief


def competencies_of(course: Course, quizzes: Iterable[Quiz], language: str) -> dict[str, str]:
    """Return the titles of the competencies that questions of these quizzes are about, by id."""
    asked = {name for quiz in quizzes for one in quiz.questions for name in one.competencies}
    voice = Voice(Setting(language))
    return {each.id: voice.plain(each.title) for each in course.competencies if each.id in asked}


def unit_script(content: Json, keys: Mapping[str, Mapping[str, Json]]) -> bytes:
    """Return the script that brings a unit which the document does not embed.

    It lies beside the document, named by ``unit_script_name``. ``content`` is the unit's,
    ``keys`` are those of its quizzes; what they say to answers comes along.
    """
    return b"arrimageUnit(%b);\n" % json_for_script(unit_with_feedback(content, keys))


def unit_with_feedback(content: Json, keys: Mapping[str, Mapping[str, Json]]) -> Json:
    """Return a unit and what is said to answers in it, where it comes by itself."""
    feedback = {
        quiz: {name: key["feedback"] for name, key in questions.items() if "feedback" in key}
        for quiz, questions in keys.items()
    }
    return {"content": content, "feedback": feedback}


def unit_script_name(unit_id: str) -> str:
    """Return the name of a unit's script, as the player asks for it."""
    return f"unit-{unit_id}.js"


def boot_data(course: Json, units: Mapping[str, Json], visit: Visit) -> Json:
    """Return the same from an outline and units that were rendered before, without keys.

    For a server, which renders each of them once and marks by itself: ``units`` are what is
    embedded, whatever ``visit`` says of them.
    """
    return {**_visit_data(course["language"], visit), "course": course, "units": dict(units)}


def boot_json(
    language: str,
    course: bytes,
    units: Mapping[str, bytes],
    visit: Visit,
    marking: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the text of the same, around an outline and units that were written before.

    They are what ``json_for_script`` made of them, and so is the whole. ``marking`` is what a
    browser marks with, where no server does: the texts of ``keys`` and ``quizzes``.
    """
    return visit_json(language, visit) + course_json(course, units, marking)


def visit_json(language: str, visit: Visit) -> bytes:
    """Return the first part of that text, which is about the person."""
    return b"%b," % json_for_script(_visit_data(language, visit))[:-1]


def course_json(
    course: bytes, units: Mapping[str, bytes], marking: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the rest of it, the same for everybody to whom these units are open."""
    members = {"course": course, "units": json_object(units), **(marking or {})}
    return json_object(members)[1:]


def json_object(members: Mapping[str, bytes]) -> bytes:
    """Return the JSON of an object from that of its members."""
    written = (b"%b:%b" % (json_for_script(name), text) for name, text in members.items())
    return b"{%b}" % b",".join(written)


def _visit_data(language: str, visit: Visit) -> Json:
    data: Json = {
        "delivery": visit.delivery,
        "language": language,
        "role": visit.role,
        "learner": {"name": visit.learner},
        "options": {
            "start": visit.start,
            "scope": list(visit.scope),
            "mastery": visit.mastery,
            **visit.rules,
        },
        "returnUrl": visit.return_url,
        "classPage": visit.class_page,
    }
    if visit.look is not None:
        data["look"] = dict(visit.look)
    if visit.due is not None:
        data["due"] = visit.due
    if visit.session is not None:
        data["session"] = visit.session
    if visit.snapshot is not None:
        data["snapshot"] = dict(visit.snapshot)
    return data


_ESCAPES = (
    ("&", "\\u0026"),
    ("<", "\\u003c"),
    (">", "\\u003e"),
    ("\u2028", "\\u2028"),
    ("\u2029", "\\u2029"),
)


def json_for_script(data: Mapping[str, Any] | str) -> bytes:
    """Write JSON that can stand in a ``script`` element, whatever it says; in UTF-8."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Five passes of ``replace`` take a fraction of the time of one ``str.translate``.
    for character, escape_sequence in _ESCAPES:
        text = text.replace(character, escape_sequence)
    return text.encode()


@dataclass(frozen=True, slots=True)
class Site:
    """That the document is a page of a web site, with no platform around it.

    ``about`` are the names and contents of what it tells search engines and catalogues.
    Somebody may open it inside an archive, where its style and script are not: it says so.
    """

    about: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def document(
    course: Course | None,
    language: str,
    *,
    boot: Mapping[str, Any] | None,
    assets: Assets,
) -> str:
    """Return the HTML document in which the player plays.

    Without ``course`` and ``boot`` it is the bare shell, which holds nothing about
    anybody and fetches what it plays.
    """
    title = Voice(Setting(language)).plain(course.title) if course else ""
    written = None if boot is None else json_for_script(boot)
    return document_around(written, title, language, assets).decode()


def document_around(
    boot: bytes | None, title: str, language: str, assets: Assets, site: Site | None = None
) -> bytes:
    """Return the same in UTF-8, around what ``json_for_script`` or ``boot_json`` wrote."""
    before, after = frame(title, language, assets, with_boot=boot is not None, site=site)
    return b"".join((before, boot or b"", after))


@lru_cache(maxsize=256)
def frame(
    title: str, language: str, assets: Assets, *, with_boot: bool, site: Site | None = None
) -> tuple[bytes, bytes]:
    """Return what stands before and after the boot data, the same for everybody, in UTF-8."""
    page = (
        _templates()
        .get_template("player.html")
        .render(
            language=language,
            title=title,
            site=site,
            boot_json="\0" if with_boot else None,
            assets=assets,
            noscript=wording(language).needs_javascript,
            without_files=wording(language).without_files,
        )
    )
    before, _, after = page.encode().rpartition(b"\0")
    return (before, after) if with_boot else (after, b"")


def player_script(delivery: Delivery, language: str) -> str:
    """Return the name of the player's script for a delivery, in a language that it speaks."""
    return f"player.{delivery}.{_spoken(language)}.js"


def _spoken(language: str) -> str:
    primary = language.partition("-")[0]
    return primary if primary in PLAYER_LANGUAGES else PLAYER_LANGUAGES[0]


def player_style(delivery: Delivery) -> str:
    """Return the name of the player's style: without our server, there is less to show."""
    return PLAYER_STYLE if delivery == "lti" else "player.alone.css"


def player_assets() -> Path:
    """Return the folder of the built player: every ``player_style`` and ``player_script``.

    Raise ``PlayerNotBuilt`` when they have not been built.
    """
    dist = _HERE / "player" / "dist"
    deliveries: tuple[Delivery, ...] = get_args(Delivery)
    styles = sorted({player_style(delivery) for delivery in deliveries})
    scripts = (
        player_script(delivery, language)
        for delivery in deliveries
        for language in PLAYER_LANGUAGES
    )
    packaged = (_dispatch_script(language) for language in PLAYER_LANGUAGES)
    wanted = (DISPATCH_STYLE, *styles, *scripts, *packaged)
    missing = [name for name in wanted if not (dist / name).is_file()]
    if missing:
        raise PlayerNotBuilt(missing)
    return dist


def player_files(delivery: Delivery, language: str) -> dict[str, Path]:
    """Return the player for a delivery, which has one language, as ``player.js`` and its style.

    Raise ``PlayerNotBuilt`` when they have not been built.
    """
    dist = player_assets()
    return {
        PLAYER_STYLE: dist / player_style(delivery),
        PLAYER_SCRIPT: dist / player_script(delivery, language),
    }


def dispatch_files(language: str) -> dict[str, Path]:
    """Return script and style of the page in a dispatch package.

    Raise ``PlayerNotBuilt`` when they have not been built.
    """
    dist = player_assets()
    return {
        DISPATCH_STYLE: dist / DISPATCH_STYLE,
        DISPATCH_SCRIPT: dist / _dispatch_script(language),
    }


def _dispatch_script(language: str) -> str:
    return f"dispatch.{_spoken(language)}.js"
