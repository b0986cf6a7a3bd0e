"""Reading a course's files, none of which is trusted, and remembering where everything stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from course_content.problems import Problem

LARGEST_TEXT: Final = 256 * 1024
"""Largest page or YAML file that is read, in bytes: several times the longest lesson."""

DEEPEST_YAML: Final = 20
"""How deep a YAML file may nest; a course needs 7."""

DataPath: TypeAlias = tuple[str | int, ...]

_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither XML 1.0 (2.2) nor a database holds. Half a surrogate pair is not even UTF-8."""

_LAST_CONTROL: Final = "\x7f"


class UnreadableFile(Exception):
    """A file cannot be used at all; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class MissingFile(UnreadableFile):
    """A file is not there."""


def plain_file(folder: Path, relative: str) -> Path:
    """Return the path of a file that lies in ``folder`` itself, not behind a link.

    Raise ``MissingFile`` when it does not exist, ``UnreadableFile`` when it is no plain
    file, or when a part of its path is a symbolic link: a course must not reach outside
    its folder.
    """
    path = folder
    try:
        for part in PurePosixPath(relative).parts:
            path = path / part
            if path.is_symlink() or part == "..":
                said = "This path leads out of the course's folder."
                remedy = "Replace the link by the file itself."
                raise UnreadableFile(Problem(relative, None, said, remedy))
        if not path.exists():
            said, remedy = "This file does not exist.", "Create it, or correct its name."
            raise MissingFile(Problem(relative, None, said, remedy))
        if not path.is_file():
            said, remedy = "This is not a plain file.", "Put a plain file in its place."
            raise UnreadableFile(Problem(relative, None, said, remedy))
    except OSError as error:
        raise UnreadableFile(_refused(relative, error)) from error
    return path


def _refused(relative: str, error: OSError) -> Problem:
    said = f"This file cannot be read: {error.strerror}."
    return Problem(relative, None, said, "Let the account that runs this program read it.")


def read_bytes(folder: Path, relative: str, largest: int, remedy: str) -> bytes:
    """Return the content of a file of at most ``largest`` bytes. Raise ``UnreadableFile``."""
    path = plain_file(folder, relative)
    try:
        size = path.stat().st_size
        if size <= largest:
            return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(_refused(relative, error)) from error
    said = f"This file has {size // 1024} KiB, and {largest // 1024} is the most."
    raise UnreadableFile(Problem(relative, None, said, remedy))


def _line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def read_text(folder: Path, relative: str) -> str:
    """Return the text of a UTF-8 file, its line ends made ``\\n``. Raise ``UnreadableFile``."""
    content = read_bytes(folder, relative, LARGEST_TEXT, "Split it into several files.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            Problem(
                relative,
                content.count(b"\n", 0, error.start) + 1,
                "This file is not in UTF-8.",
                "Save it again with the UTF-8 encoding.",
            )
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _UNSHOWABLE.search(text)
    if found:
        line = _line_of(text, found.start())
        raise UnreadableFile(Problem(relative, line, *_unshowable(found[0])))
    return text


def _unshowable(character: str) -> tuple[str, str]:
    code = f"{ord(character):04X}"
    if character <= _LAST_CONTROL:
        return f"This line holds a control character (U+{code}).", "Delete it."
    return f"This line holds a character that no page can show (U+{code}).", "Delete it."


@dataclass(slots=True)
class YamlFile:
    """A YAML file as plain data, with the line of every value.

    ``lines`` gives the line of the value at a path, ``blocks`` the line on which the
    content of a literal block begins; both count from 1.
    """

    path: str
    data: Any = None
    lines: dict[DataPath, int] = field(default_factory=dict)
    blocks: dict[DataPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, where: DataPath) -> int:
        """Return the line of the value at a path, or of the nearest value around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def text_line(self, where: DataPath, offset: int) -> int:
        """Return the line of a text's line number ``offset`` (from 0)."""
        return self.blocks[where] + offset if where in self.blocks else self.line(where)

    def report(self, line: int | None, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, line, message, remedy))


_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")


def _integer(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> float | str:
    return float(text) if _NUMBER.fullmatch(text) else text


def _nothing(text: str) -> None:
    del text


def _truth(text: str) -> bool:
    return text.lower() == "true"


_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "int": _integer,
    "float": _number,
    "bool": _truth,
    "null": _nothing,
    "timestamp": str,
}


_COLLECTIONS = frozenset({f"{_TAG}map", f"{_TAG}seq"})


def _yaml_remedy(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "Replace the tab that stands here: indent with spaces."
    if "mapping values are not allowed" in problem:
        return "Put the text between quotes: it holds a colon followed by a space."
    if "cannot start any token" in problem:
        return "Put the text between quotes: its first character has a meaning in YAML."
    if "another document" in problem:
        return "Keep one document in the file: remove the line of dashes."
    return "Look at indentation, quotes and brackets on this line and the one before."


def _broken(relative: str, error: YAMLError) -> Problem:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        said = (error.problem or "").strip()
        return Problem(relative, line, f"This is not YAML: {said}.", _yaml_remedy(said))
    if isinstance(error, ReaderError):
        message = "This is not YAML: it holds a character that YAML does not know."
        return Problem(relative, None, message, "Delete that character.")
    return Problem(relative, None, "This is not YAML.", "Save the file again as plain text.")


class _NoAliases(Composer):
    """Composes nodes. Raise ``UnreadableFile`` for an alias in the file ``relative``."""

    def __init__(self, relative: str, loader: Any = None) -> None:
        super().__init__(loader)
        self._relative = relative

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent):
            raise UnreadableFile(
                Problem(
                    self._relative,
                    event.start_mark.line + 1,
                    f"“*{event.anchor}” is an alias, and aliases are not used here.",
                    "Write the value out again.",
                )
            )
        node: Node | None = super().compose_node(parent, index)
        return node


def _composed(text: str, relative: str) -> Node | None:
    """Return the file's node tree."""
    yaml = YAML(typ="safe", pure=True)
    # It is only ever called.
    yaml.Composer = partial(_NoAliases, relative)  # type: ignore[assignment]  # see above
    # What a collection holds is one level deeper than the collection.
    yaml.max_depth = DEEPEST_YAML + 1
    try:
        node: Node | None = yaml.compose(text)
    except MaxDepthExceededError as error:
        raise UnreadableFile(
            Problem(
                relative,
                error.problem_mark.line + 1,
                f"This is nested deeper than {DEEPEST_YAML} levels.",
                "Flatten it: no key of a course lies that deep.",
            )
        ) from error
    except YAMLError as error:
        raise UnreadableFile(_broken(relative, error)) from error
    return node


class _Reader:
    """Turns nodes into plain data; reports doubled keys and odd tags, and goes on."""

    def __init__(self, file: YamlFile) -> None:
        self._file = file

    def value(self, node: Node, where: DataPath) -> Any:
        self._file.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, ScalarNode):
            return self._scalar(node, where)
        if node.tag not in _COLLECTIONS:
            self._report_tag(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, where)
        return [self.value(entry, (*where, i)) for i, entry in enumerate(node.value)]

    def _mapping(self, node: MappingNode, where: DataPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._file.report(line, "A key must be a word.", "Write a plain word as key.")
                continue
            key = self._text(key_node)
            if key in mapping:
                first = self._file.lines[(*where, key)]
                self._file.report(
                    line,
                    f"The key “{key}” is already there, on line {first}.",
                    "Keep one of the two.",
                )
                continue
            self._file.lines[(*where, key)] = line
            mapping[key] = self.value(value_node, (*where, key))
        return mapping

    def _scalar(self, node: ScalarNode, where: DataPath) -> Any:
        tag = str(node.tag)
        read = _SCALARS.get(tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
        if read is None:
            self._report_tag(node)
            return self._text(node)
        if node.style == "|":
            self._file.blocks[where] = node.start_mark.line + 2
        return read(self._text(node))

    def _text(self, node: ScalarNode) -> str:
        """Return a scalar's text; what an escape in it may say, and a file not, is reported."""
        text = str(node.value)
        found = _UNSHOWABLE.search(text)
        if found is None:
            return text
        self._file.report(node.start_mark.line + 1, *_unshowable(found[0]))
        return _UNSHOWABLE.sub("\ufffd", text)

    def _report_tag(self, node: Node) -> None:
        tag = str(node.tag).removeprefix(_TAG)
        self._file.report(
            node.start_mark.line + 1,
            f"The tag “{tag}” is not used here.",
            "Remove the word that begins with an exclamation mark.",
        )


def read_yaml(folder: Path, relative: str) -> YamlFile:
    """Read a YAML file as plain data. Raise ``UnreadableFile`` when it cannot be read at all.

    Doubled keys and tags are reported in the result's ``problems``. Aliases are
    refused, so that a small file cannot become a huge value.
    """
    text = read_text(folder, relative)
    file = YamlFile(relative)
    node = _composed(text, relative)
    if node is None:
        raise UnreadableFile(
            Problem(relative, None, "This file is empty.", "Write its keys, or delete it.")
        )
    file.data = _Reader(file).value(node, ())
    return file
