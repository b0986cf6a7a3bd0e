"""What only the institution can say of a course: credits, hours, rules of assessment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from config.settings import SettingsError


def read_institution(path: Path | None) -> Mapping[str, str]:
    """Return the values of the ``[syllabus]`` table of a TOML file, by syllabus field.

    Without a file there are none. Raise ``SettingsError`` when the file cannot be read,
    is not TOML, or holds anything but texts and numbers there.
    """
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            table = tomllib.load(file).get("syllabus", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError((f"{path} cannot be read: {error}. Mend the file.",)) from error
    if not isinstance(table, dict):
        raise SettingsError((f"{path}: write a table [syllabus].",))
    wrong = tuple(
        f"{path}: [syllabus] {name} must be a text or a number. Put it between quotes."
        for name, value in table.items()
        if not isinstance(value, str | int | float) or isinstance(value, bool)
    )
    if wrong:
        raise SettingsError(wrong)
    return {name: str(value) for name, value in table.items()}
