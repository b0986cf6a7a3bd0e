"""Families of learning platforms, and what is particular to each, as data.

A family is a TOML file whose name is the family's. What exporters have to know of it stands
in fields; what people have to know stands in ``notes``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from course_content.problems import Problem
from scorm_packages.partners import ProfileError

FIELDS: Final = ("title", "formats", "mobile", "outline", "single", "notes", "sources")


@dataclass(frozen=True, slots=True)
class Platform:
    """A family of platforms.

    ``formats`` are the formats that it takes, the best one first; ``mobile`` those that its
    mobile application plays. ``outline`` tells whether it shows learners a menu of several
    SCOs: without one, they could not get from one to the next. ``single`` are the formats that
    it takes in one piece only. ``sources`` are the public documents that say so.
    """

    name: str
    title: str
    formats: tuple[str, ...]
    mobile: tuple[str, ...] = ()
    outline: bool = True
    notes: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def read_platforms(folder: Path) -> Mapping[str, Platform]:
    """Return the families described in a folder, by name. Raise ``ProfileError``."""
    found: dict[str, Platform] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found[path.stem] = _platform(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"This family of platforms cannot be used: {error!r}."
            problems.append(Problem(str(path), None, message, "Mend the file."))
    if problems:
        raise ProfileError(problems)
    return found


def _platform(path: Path) -> Platform:
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    if unknown := set(data) - set(FIELDS):
        raise ValueError(f"there is no field {min(unknown)}")
    return Platform(
        name=path.stem,
        title=str(data["title"]),
        formats=_names(data["formats"]),
        mobile=_names(data.get("mobile", ())),
        outline=bool(data.get("outline", True)),
        notes=_names(data.get("notes", ())),
        single=_names(data.get("single", ())),
        sources=_names(data.get("sources", ())),
    )


def _names(value: Iterable[object]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise TypeError("write a list of texts")
    return tuple(map(str, value))
