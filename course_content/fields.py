"""The kinds of value that a course's YAML files hold, and how to mend a wrong one.

Every message of a ``ValidationError`` raised here is two lines: what is wrong, as the
end of a sentence that begins with the key, and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.experimental.context import Context

from course_content.problems import suggestion

Data: TypeAlias = dict[str, Any]

SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID: Final = 64
LARGEST_NUMBER: Final = 10**12
SMALLEST_NUMBER: Final = 10**-6
"""Numbers in between are written the same by Python and JavaScript."""

LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def fault(message: str, remedy: str) -> ValidationError:
    """Return an error in the form that the loader reads back."""
    return ValidationError(f"{message}\n{remedy}")


def faults(messages: Mapping[str | int, Any]) -> ValidationError:
    """Return an error that belongs to several places of the data at once."""
    return ValidationError(dict(messages))


def said(message: str, remedy: str) -> list[str]:
    return [f"{message}\n{remedy}"]


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of the course being read; the first is that of its plain strings."""

    first: str


class Entry(fields.Field[Any]):
    """A value of one kind. Subclasses say which, and how to mend another."""

    def __init__(self, **kwargs: Any) -> None:
        messages: dict[str, str | list[Any] | dict[Any, Any]] = {
            "required": "is missing\nAdd it.",
            "null": "is empty\nWrite a value, or remove the key.",
        }
        super().__init__(error_messages=messages, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        return self.read(value)

    def read(self, value: Any) -> Any:
        """Return the checked value, or raise ``ValidationError``."""
        raise NotImplementedError


class Text(Entry):
    """Words on which nothing is to be rendered."""

    def __init__(self, *, longest: int = 500, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._longest = longest

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise fault("is not a text", "Put it between quotes.")
        if not value.strip():
            raise fault("is blank", "Write a text.")
        if len(value) > self._longest:
            raise fault(f"is longer than {self._longest} characters", "Shorten it.")
        return value


class Patterned(Text):
    """A text of a set form: an id, a file name, an address."""

    def __init__(
        self, pattern: re.Pattern[str], remedy: str, *, longest: int = 100, **kwargs: Any
    ) -> None:
        super().__init__(longest=longest, **kwargs)
        self._pattern = pattern
        self._remedy = remedy

    def read(self, value: Any) -> str:
        text = super().read(value)
        if not self._pattern.fullmatch(text):
            raise fault(f"is not of the right form: “{text[:60]}”", self._remedy)
        return text


class Identifier(Patterned):
    def __init__(self, **kwargs: Any) -> None:
        remedy = "Use small letters without accents, figures, and hyphens between them."
        super().__init__(SLUG, remedy, longest=LONGEST_ID, **kwargs)


class LocalizedText(dict[str, str]):
    """A reader's text by language, as it stood in the file.

    ``markdown`` is ``"block"``, ``"inline"``, or ``""`` when the text is no Markdown;
    ``by_language`` whether the file named the languages.
    """

    markdown: str = ""
    by_language: bool = False


class ReaderText(Entry):
    """What a reader sees: a string in the course's first language, or one text a language."""

    def __init__(self, markdown: str = "", *, longest: int = 8000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._markdown = markdown
        self._text = Text(longest=longest)

    def read(self, value: Any) -> LocalizedText:
        first = Context[Languages].get().first
        if isinstance(value, Mapping):
            texts = self._by_language(value, first)
        else:
            texts = LocalizedText({first: self._text.deserialize(value)})
        texts.markdown = self._markdown
        return texts

    def _by_language(self, value: Mapping[str, Any], first: str) -> LocalizedText:
        texts, wrong = LocalizedText(), {}
        for language, text in value.items():
            try:
                if not LANGUAGE.fullmatch(language):
                    raise fault("is not a language tag", "Write a tag such as fr or en.")
                texts[language] = self._text.deserialize(text)
            except ValidationError as error:
                wrong[language] = error.messages
        if first not in value:
            remedy = f"Add it under “{first}”, the course's first language."
            wrong[first] = said("is missing", remedy)
        if wrong:
            raise ValidationError(wrong)
        texts.by_language = True
        return texts


class Whole(Entry):
    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def read(self, value: Any) -> int:
        if type(value) is not int or not self._least <= value <= self._most:
            message = f"is not a whole number from {self._least} to {self._most}"
            raise fault(message, "Write such a number, without quotes.")
        return value


class Number(Entry):
    def read(self, value: Any) -> float:
        if type(value) not in (int, float):
            raise fault("is not a number", "Write a number with a dot, without quotes: 2.5.")
        if value and not SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER:
            raise fault("is too large or too small", "Write it in a larger or a smaller unit.")
        return float(value)


class Flag(Entry):
    def read(self, value: Any) -> bool:
        if type(value) is not bool:
            raise fault("is neither true nor false", "Write true or false, without quotes.")
        return value


class Entries(Entry):
    """A list. Unlike marshmallow's, a wrong entry keeps its place, as ``None``."""

    def __init__(
        self, entry: fields.Field[Any], least: int = 0, most: int = 500, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._entry = entry
        self._least, self._most = least, most

    def read(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise fault("is not a list", "Write one entry a line, each after a hyphen.")
        wrong: dict[str | int, Any] = {}
        entries: list[Any] = []
        for index, each in enumerate(value[: self._most]):
            try:
                entries.append(self._entry.deserialize(each))
            except ValidationError as error:
                wrong[index] = error.messages
                entries.append(error.valid_data)
        if not self._least <= len(value) <= self._most:
            message = f"has the wrong number of entries: {len(value)}"
            wrong["_schema"] = said(message, f"Write {self._least} to {self._most} of them.")
        if wrong:
            raise ValidationError(wrong, valid_data=entries)
        return entries


class Record(Schema):
    """A mapping of known keys. Any other key is an error that suggests the nearest one."""

    class Meta:
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown_keys(self, data: Data, original: Any, **kwargs: Any) -> None:
        del data, kwargs
        known = {field.data_key or name for name, field in self.fields.items()}
        unknown = [key for key in original if key not in known]
        if unknown:
            raise faults(
                {key: said("is not a key here", suggestion(key, known)) for key in unknown}
            )


def load_record(schema: type[Record], value: Any) -> Data:
    """Return the checked data of a record.

    Raise ``ValidationError``, whose ``valid_data`` is what could be read nevertheless.
    """
    if not isinstance(value, Mapping):
        raise fault("is not a set of keys", "Write each key on its own line, before a colon.")
    loaded: Data = schema().load(value)
    return loaded


class Nested(Entry):
    """A record inside a record, whose partial data survive its errors."""

    def __init__(self, schema: type[Record], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._schema = schema

    def read(self, value: Any) -> Data:
        return load_record(self._schema, value)


def records(entries: object) -> Iterator[tuple[int, Data]]:
    """Yield the entries that are records, even half-right ones, with their places."""
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def repeated(values: Iterable[tuple[int, str | None]]) -> Iterator[tuple[int, str]]:
    """Yield each value that came before, with its place."""
    seen = set()
    for index, value in values:
        if value is not None and value in seen:
            yield index, value
        seen.add(value)


def refuse_repeated(entries: object, key: str, remedy: str = "Rename one of them.") -> None:
    """Raise a ``ValidationError`` for records whose ``key`` another record has too."""
    named = ((index, entry.get(key)) for index, entry in records(entries))
    wrong: dict[str | int, Any] = {
        index: {key: said(f"repeats “{value}”", remedy)} for index, value in repeated(named)
    }
    if wrong:
        raise faults(wrong)
