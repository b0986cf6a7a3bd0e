"""A sentence in two languages, with holes for what changes in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HOLE: Final = re.compile(r"\{(\w*)\}", re.ASCII)
DETAIL: Final = "detail"
"""The hole for what somebody else says: the system, or a library. It is shown apart, as it is."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in French with the values that go into it, or as it was written, in English.

    ``detail`` is what somebody else said about it, in whatever language.
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_translated: bool = True
    detail: str = ""


class Wording:
    """A sentence in English, with holes such as ``{name}``, and the same in French.

    The French names them as ``%(name)s``; what is in a hole without a name is not said again.
    ``fixed`` counts the characters outside the holes.
    """

    def __init__(self, english: str, french: str) -> None:
        self.english = english
        self.french = french
        pieces = HOLE.split(english)
        self._texts, self._names = pieces[::2], pieces[1::2]
        self.fixed = sum(map(len, self._texts))

    def values(self, english: str) -> dict[str, str] | None:
        """Return what is in the holes of a sentence, or ``None`` when it is another sentence."""
        first, *others = self._texts
        if not others:
            return {} if english == first else None
        *middle, last = others
        start, end = len(first), len(english) - len(last)
        if start > end or not (english.startswith(first) and english.endswith(last)):
            return None
        found = []
        for text in middle:
            place = english.find(text, start, end)
            if place < 0:
                return None
            found.append(english[start:place])
            start = place + len(text)
        found.append(english[start:end])
        return {name: value for name, value in zip(self._names, found, strict=True) if name}
