"""The spaces that French typography wants, put where authors forget them."""

from __future__ import annotations

import re

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"

_BLANK = "[ \\t\u00a0\u2009\u202f]"
_CLOSING = r"[\w»”’)\]%€…]"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A space that is there is made the right one.
    (re.compile(f"{_BLANK}+(?=[;?!])"), NARROW_NO_BREAK_SPACE),
    (re.compile(f"{_BLANK}+(?=:(?!//))"), NO_BREAK_SPACE),
    (re.compile(f"{_BLANK}+(?=[%€](?!\\w))"), NO_BREAK_SPACE),
    (re.compile(rf"(?<=\b[nN]°){_BLANK}+(?=\d)"), NO_BREAK_SPACE),
    (re.compile(rf"(?<=\d){_BLANK}+(?=h\b)"), NO_BREAK_SPACE),
    (re.compile(rf"(?<=\d){_BLANK}(?=\d{{3}}(?!\d))"), NARROW_NO_BREAK_SPACE),
    # One that is missing is added, unless the mark may be part of an address or a time.
    (re.compile(rf"(?<={_CLOSING})(?=[;?!]+(?:{_BLANK}|\Z|[»”)\]]))"), NARROW_NO_BREAK_SPACE),
    (re.compile(rf"(?<={_CLOSING})(?=:(?:{_BLANK}|\Z|[»”)\]]))"), NO_BREAK_SPACE),
    (re.compile(f"«{_BLANK}*"), f"«{NO_BREAK_SPACE}"),
    (re.compile(f"{_BLANK}*»"), f"{NO_BREAK_SPACE}»"),
    # Between two letters, a straight apostrophe is an elision.
    (re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])"), "’"),
)


def typographic(text: str, language: str) -> str:
    """Return ``text`` with French spacing and apostrophes; other languages are left alone.

    No-break space before a colon, inside guillemets and within « n° 5 » and « 9 h »; narrow
    no-break space before ``; ? !`` and between thousands. Doing it twice changes nothing more.
    """
    if language.partition("-")[0] != "fr":
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
