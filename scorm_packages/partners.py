"""A partner university: its profile, and what it changes in a course.

A profile is a TOML file whose name is the partner's short name. The file that
``ARRIMAGE_INSTITUTION`` names is one too: that of the institution which runs the tool.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from course_content.model import Course, Part, SyllabusField
from course_content.problems import Problem, suggestion
from scorm_packages.options import LONGEST_SHOWN, Option, Options
from scorm_packages.package import PackageError

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII | re.IGNORECASE)
LONGEST_MARK: Final = 40
LEAST_CONTRAST: Final = 4.5
"""Of text on white, as white text on it (WCAG 2.1, 1.4.3)."""

TABLES: Final = ("export", "syllabus", "look", "course")
INSTITUTION: Final = "ARRIMAGE_INSTITUTION"
"""What names the profile of the institution that runs the tool, which has no short name."""


class ProfileError(Exception):
    """A profile that cannot be used. ``problems`` tells all that is wrong with it.

    Their paths are those of profiles.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Look:
    """How a partner's package is told from another's, without a logo.

    ``mark`` is a short text, ``accent`` a colour such as ``#0b5563`` or ``None``.
    """

    mark: str = ""
    accent: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner university's profile.

    ``title`` is the institution's name. ``lms`` names a family of platforms
    (``scorm_packages.platforms``) and ``format`` a format, where they are known. ``choices``
    are the options that differ from the usual ones. ``syllabus`` is what only the institution
    can say, by field; ``without`` are the units that it does not teach; ``licence`` takes the
    place of the course's.
    """

    name: str
    title: str = ""
    lms: str | None = None
    format: str | None = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    syllabus: Mapping[str, str] = field(default_factory=dict)
    look: Look = Look()
    without: tuple[str, ...] = ()
    licence: str | None = None

    def options(self) -> Options:
        """Return the options as this partner wants them."""
        return Options().but(self.choices)

    def adapt(self, course: Course) -> Course:
        """Return the course as this partner gives it.

        Raise ``PackageError`` when the profile names a unit or a line of the syllabus that
        the course does not have, or leaves out a unit that another one needs.
        """
        fields = {each.id: each for each in course.syllabus.fields}
        filled = tuple(self._filled(each, course) for each in fields.values())
        for name in self.syllabus:
            if name not in fields:
                message = f"The profile fills in “{name}”, which is no field of this syllabus."
                raise self._objection("[syllabus]", message, suggestion(name, fields))
        units = [unit.id for unit in course.units]
        for name in self.without:
            if name not in units:
                message = f"The profile leaves out “{name}”, which is no unit of this course."
                raise self._objection("[course] without", message, suggestion(name, units))
        parts = tuple(self._kept(part) for part in course.parts)
        adapted = replace(
            course,
            parts=tuple(part for part in parts if part.units or not self.without),
            syllabus=replace(course.syllabus, fields=filled),
            licence=course.licence if self.licence is None else _said(self.licence, course),
        )
        self._refuse_orphans(adapted)
        return adapted

    def facts(self) -> dict[str, Any]:
        """Return all that a package may depend on, as JSON takes it."""
        return asdict(self)

    def _objection(self, place: str, message: str, remedy: str) -> PackageError:
        profile = f"{self.name}.toml" if self.name else INSTITUTION
        return PackageError(message, remedy, f"{profile}, {place}")

    def _kept(self, part: Part) -> Part:
        return replace(part, units=tuple(u for u in part.units if u.id not in self.without))

    def _filled(self, line: SyllabusField, course: Course) -> SyllabusField:
        said = self.syllabus.get(line.id)
        return line if said is None else replace(line, value=_said(said, course))

    def _refuse_orphans(self, course: Course) -> None:
        there = {workshop.id for workshop in course.workshops}
        for unit in course.units:
            for workshop in unit.workshops:
                if missing := set(workshop.reads) - there:
                    message = (
                        f"The unit “{unit.id}” begins from the workshop “{min(missing)}”, "
                        "whose unit is left out."
                    )
                    remedy = "Leave out both units, or neither."
                    raise self._objection("[course] without", message, remedy)


def _said(text: str, course: Course) -> Mapping[str, str]:
    return dict.fromkeys(course.languages, text)


# -- reading --------------------------------------------------------------------------------


def available_partners(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the profiles in these folders by name, sorted. The first folder wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def find_partner(name: str, folders: Iterable[Path]) -> Partner:
    """Return the partner called ``name``; a path to a profile is taken as well.

    Raise ``ProfileError`` when there is none, or when its profile has mistakes.
    """
    if name.endswith(".toml"):
        return read_partner(Path(name))
    partners = available_partners(folders)
    if name not in partners:
        raise unknown_partner(name, partners)
    return read_partner(partners[name])


def unknown_partner(name: str, known: Iterable[str]) -> ProfileError:
    """Return the error that says that no profile has this name, and which one is near."""
    shown = name[:LONGEST_SHOWN]
    message = f"There is no partner “{shown}”: no profile has that name."
    return ProfileError([Problem(f"{shown}.toml", None, message, suggestion(name, known))])


def read_partner(path: Path) -> Partner:
    """Read a profile. Raise ``ProfileError`` with every mistake, each with its line."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        message, remedy = f"This profile cannot be read: {said}.", "Mend the file as TOML."
        if isinstance(error, OSError):
            remedy = "Let the account that runs this program read it."
        raise ProfileError([Problem(str(path), None, message, remedy)]) from error
    reader = _Reader(path, text, data)
    partner = reader.partner()
    if reader.problems:
        raise ProfileError(reader.problems)
    return partner


class _Reader:
    """Takes a profile apart, and remembers what is wrong with it and where."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = text.splitlines()
        self._data = data

    def partner(self) -> Partner:
        if not NAME.fullmatch(self._path.stem):
            message = f"“{self._path.stem}” is not a name for a partner."
            remedy = "Name the file in small letters without accents, figures, and hyphens."
            self.problems.append(Problem(str(self._path), None, message, remedy))
        self._refuse_unknown("", self._data, ("title", "lms", "format", *TABLES))
        tables = {name: self._table(name) for name in TABLES}
        look, course = tables["look"], tables["course"]
        self._refuse_unknown("look", look, ("mark", "accent"))
        self._refuse_unknown("course", course, ("without", "licence"))
        return Partner(
            name=self._path.stem,
            title=self._read("", "title", self._data, _text, ""),
            lms=self._read("", "lms", self._data, _name, None),
            format=self._read("", "format", self._data, _name, None),
            choices=self._choices(tables["export"]),
            syllabus={
                name: self._read("syllabus", name, tables["syllabus"], _value, "")
                for name in tables["syllabus"]
            },
            look=Look(
                self._read("look", "mark", look, _mark, ""),
                self._read("look", "accent", look, _accent, None),
            ),
            without=self._read("course", "without", course, _names, ()),
            licence=self._read("course", "licence", course, _text, None),
        )

    def _choices(self, table: dict[str, Any]) -> dict[str, Any]:
        declared: Mapping[str, Option] = Options.declared()
        self._refuse_unknown("export", table, declared)
        return {
            name: self._read("export", name, table, declared[name].read, None)
            for name in table
            if name in declared
        }

    def _table(self, name: str) -> dict[str, Any]:
        table = self._data.get(name, {})
        if isinstance(table, dict):
            return table
        self._wrong("", name, "is not a table", f"Write [{name}] on a line, its fields below it.")
        return {}

    def _read(
        self,
        table: str,
        name: str,
        data: dict[str, Any],
        read: Callable[[object], Any],
        default: Any,
    ) -> Any:
        if name not in data:
            return default
        try:
            return read(data[name])
        except ValueError as error:
            shown = str(data[name])[:LONGEST_SHOWN]
            self._wrong(table, name, f"cannot be “{shown}”", str(error))
            return default

    def _refuse_unknown(self, table: str, data: Iterable[str], known: Iterable[str]) -> None:
        for name in data:
            if name not in known:
                self._wrong(table, name, "is not a field of a profile", suggestion(name, known))

    def _wrong(self, table: str, name: str, what: str, remedy: str) -> None:
        """Note what is wrong with a field; ``what`` ends the sentence that begins with it."""
        named = f"[{table}] {name}" if table else name
        line = self._line(table, name)
        self.problems.append(Problem(str(self._path), line, f"“{named}” {what}.", remedy))

    def _line(self, table: str, name: str) -> int | None:
        """Return the line on which a field stands, which ``tomllib`` does not tell."""
        current = ""
        field_start = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
        for number, line in enumerate(self._lines, 1):
            if header := re.fullmatch(r"\s*\[+([^\]]*)\]+\s*(#.*)?", line):
                current = header[1].strip()
                if not table and current == name:
                    return number
            elif current == table and field_start.match(line):
                return number
        return None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("Write a text between quotes.")
    return value.strip()


def _name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("Write a name in small letters, such as moodle.")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError('Write a list of units, such as ["chaine-effets"].')
    return tuple(_name(each) for each in value)


def _value(value: object) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError("Write a text between quotes, or a number.")
    return str(value)


def _mark(value: object) -> str:
    text = _text(value)
    if len(text) > LONGEST_MARK:
        raise ValueError(f"Write {LONGEST_MARK} characters at most: it has {len(text)}.")
    return text


def _accent(value: object) -> str:
    if not isinstance(value, str) or not COLOUR.fullmatch(value):
        raise ValueError("Write a colour such as #0b5563.")
    contrast = 1.05 / (_luminance(value) + 0.05)
    if contrast < LEAST_CONTRAST:
        raise ValueError(
            "Choose a darker colour, on which everybody can read white text: the contrast is "
            f"{contrast:.1f}, and {LEAST_CONTRAST} is the least."
        )
    return value.lower()


def _luminance(colour: str) -> float:
    """Relative luminance, 0 for black and 1 for white (WCAG 2.1, definitions).

    The nearly black, for which the definition has a formula of its own, is a shade too light.
    """
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (math.pow((each + 0.055) / 1.055, 2.4) for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
