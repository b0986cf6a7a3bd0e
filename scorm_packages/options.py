"""How a course is boxed: every choice, declared once.

The command line, partners' profiles, the export page and the key under which a finished
package is kept are all made from these declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Annotated, Any, Final, get_type_hints

from course_content.problems import suggestion

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MODULE, UNITS = STRUCTURES = ("module", "units")
PAGES, QUIZ, BOTH = COMPLETIONS = ("pages", "quiz", "both")
STATUSES = ("passed-failed", "passed-incomplete", "completed-failed", "completed-incomplete")
WITH_OUTLINE, WITHOUT_OUTLINE = OUTLINES = ("yes", "no")
NO_MASTERY: Final = "none"
NO_LINKS: Final = "none"
ADDRESS: Final = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")

LONGEST_SHOWN: Final = 60
"""How much of a wrong value is said again, in characters."""

LICENCE_PLACE: Final = "/dispatch/launch#"
"""In a licence's address: between the origin of the tool and what the tool sealed."""
LICENCE: Final = re.compile(
    r"(?P<server>https://[a-z0-9.-]+(:[0-9]{1,5})?"
    r"|http://(localhost|([a-z0-9-]+\.)+localhost|127(\.[0-9]{1,3}){3})(:[0-9]{1,5})?)"
    r"/dispatch/launch#(?P<token>[A-Za-z0-9._-]{1,200})",
    re.ASCII,
)
"""Without https only on this very machine."""
LICENCE_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class OptionError(ValueError):
    """A choice that cannot be made: of which option, by its ``name``, why, and what to do."""

    def __init__(self, name: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.name = name
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: how it is read, and what it means.

    ``read`` takes what a file or a command line says and returns the value, or raises
    ``ValueError`` with a sentence on how to mend it. ``choices`` are the only values there
    are, or none when it is not a choice among few.
    """

    read: Callable[[object], Any]
    meaning: str
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"


def one_of(*choices: str) -> Callable[[object], str]:
    """Return a reader of one of ``choices``."""

    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"Write one of {', '.join(choices)}.")
        return str(value)

    return read


def yes_or_no(value: object) -> str:
    """Return “yes” or “no”, which a profile may write as true and false; raise ``ValueError``."""
    if isinstance(value, bool):
        return OUTLINES[0] if value else OUTLINES[1]
    return one_of(*OUTLINES)(value)


def percentage(value: object) -> float | None:
    """Return a number from 0 to 100, or ``None`` for “none”; raise ``ValueError``."""
    if value in (None, NO_MASTERY):
        return None
    try:
        number = float(value) if isinstance(value, str | int | float) else float("nan")
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not 0 <= number <= 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"Write a number from 0 to 100, or “{NO_MASTERY}”.")
    return number


def language_tag(value: object) -> str | None:
    """Return a language as the course names it, or ``None``; raise ``ValueError``."""
    if value is None or (isinstance(value, str) and LANGUAGE.fullmatch(value)):
        return value
    raise ValueError("Write a language as the course does, such as fr.")


def tool_address(value: object) -> str | None:
    """Return where the tool is on the web, or ``None`` for “none”; raise ``ValueError``."""
    if value in (None, NO_LINKS):
        return None
    if not isinstance(value, str) or not ADDRESS.fullmatch(value):
        raise ValueError(
            "Write the tool's public address, such as https://arrimage.example.org, "
            f"or “{NO_LINKS}”."
        )
    return value.rstrip("/")


def licence(value: object) -> str | None:
    """Return a licence's address or number, or ``None``; raise ``ValueError``."""
    if value is None:
        return None
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not LICENCE.fullmatch(text) and not LICENCE_NUMBER.fullmatch(text):
        raise ValueError("Write the licence's number.")
    return text


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of one export. Raise ``OptionError`` for one that cannot be."""

    language: Annotated[
        str | None,
        Option(
            language_tag, "The language to export. [default: the course's first one]", (), "TAG"
        ),
    ] = None
    structure: Annotated[
        str,
        Option(
            one_of(*STRUCTURES),
            "One piece for the whole module, or one for each unit, with a record of its own.",
            STRUCTURES,
        ),
    ] = MODULE
    outline: Annotated[
        str,
        Option(
            yes_or_no,
            "Whether the platform shows a menu of several pieces. Without one, they lead from "
            "one to the next by themselves, or are not made where that cannot be.",
            OUTLINES,
        ),
    ] = WITH_OUTLINE
    completion: Annotated[
        str,
        Option(
            one_of(*COMPLETIONS),
            "What completes it: every page seen, every graded quiz done, or both. "
            "Where nothing is graded, pages count.",
            COMPLETIONS,
        ),
    ] = QUIZ
    mastery: Annotated[
        float | None,
        Option(
            percentage,
            "The score, per cent, from which the learner has passed; “none” for nobody to "
            "pass or fail.",
            (),
            "NUMBER",
        ),
    ] = 60.0
    statuses: Annotated[
        str,
        Option(
            one_of(*STATUSES),
            "What the platform is told of those who reach the mastery score, and of those who "
            "did everything and do not.",
            STATUSES,
        ),
    ] = STATUSES[0]
    links: Annotated[
        str | None,
        Option(
            tool_address,
            "The public address of this tool: the package then holds links to it in the place "
            "of content.",
            (),
            "URL",
        ),
    ] = None
    licence: Annotated[
        str | None,
        Option(
            licence,
            "The number of the licence under which the course opens on this tool. "
            "[default: the partner's only one for this course]",
            (),
            "NUMBER",
        ),
    ] = None

    def __post_init__(self) -> None:
        for name, option in Options.declared().items():
            try:
                object.__setattr__(self, name, option.read(getattr(self, name)))
            except ValueError as error:
                value = str(getattr(self, name))[:LONGEST_SHOWN]
                raise OptionError(name, f"It cannot be “{value}”.", str(error)) from error

    @staticmethod
    def declared() -> Mapping[str, Option]:
        """Return the declaration of each option, by name."""
        return _declared()

    def but(self, changes: Mapping[str, Any]) -> Options:
        """Return these options with others in the place of some. Raise ``OptionError``."""
        for name in changes:
            if name not in self.declared():
                remedy = suggestion(name, self.declared())
                raise OptionError(name, "There is no such option.", remedy)
        return replace(self, **changes)

    def of(self, names: frozenset[str]) -> dict[str, Any]:
        """Return the values of some options by name, as JSON takes them."""
        return {
            field.name: getattr(self, field.name) for field in fields(self) if field.name in names
        }


@lru_cache(maxsize=1)
def _declared() -> Mapping[str, Option]:
    hints = get_type_hints(Options, include_extras=True)
    return {field.name: hints[field.name].__metadata__[0] for field in fields(Options)}
