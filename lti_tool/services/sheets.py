"""A table as a file for a spreadsheet, written as it is read: as CSV, or as OpenDocument.

The CSV is the one that a double-click opens rightly: with a byte order mark, for Excel to see
that it is UTF-8, and with the separator and the decimal mark of the reader's language. A text
that a spreadsheet would take for a formula is marked as text. In an OpenDocument file
each cell says what it is: numbers are numbers, and no text is a formula.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from stream_write_ods import stream_write_ods

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Sequence[Cell]

BYTE_ORDER_MARK: Final = "\ufeff"
FORMULA: Final = re.compile(r"\s*[=+\-@\t\r]")
"""How texts begin that spreadsheets calculate."""
UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold."""
DECIMALS: Final = 2
CHUNK: Final = 64 * 1024
"""Characters that are gathered before they leave."""


def as_csv(head: Sequence[str], rows: Iterable[Row], language: str) -> Iterator[bytes]:
    """Yield a table as CSV: with semicolons and decimal commas in French."""
    is_french = language == "fr"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if is_french else ",", lineterminator="\r\n")
    text.write(BYTE_ORDER_MARK)
    writer.writerow([_harmless(title) for title in head])
    for row in rows:
        writer.writerow([_csv_cell(cell, decimal="," if is_french else ".") for cell in row])
        if text.tell() >= CHUNK:
            yield _taken(text)
    yield _taken(text)


def as_ods(title: str, head: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a table as a spreadsheet of one sheet."""
    written = ([_ods_cell(cell) for cell in row] for row in rows)
    sheets = ((_writable(title), [_writable(each) for each in head], written),)
    chunks: Iterator[bytes] = stream_write_ods(sheets)  # type: ignore[no-untyped-call]  # no types
    yield from chunks


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written.encode("utf-8", "replace")


def _csv_cell(cell: Cell, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.{DECIMALS}f}".replace(".", decimal)
    return _harmless(cell) if isinstance(cell, str) else str(cell)


def _harmless(text: str) -> str:
    plain = text.replace("\x00", "")
    return f"'{plain}" if FORMULA.match(plain) else plain


def _ods_cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return _writable(cell)
    return round(cell, DECIMALS) if isinstance(cell, float) else cell


def _writable(text: str) -> str:
    return UNWRITABLE.sub("", text)
