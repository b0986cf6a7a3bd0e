"""How the zip of a package is written.

All of them are written here, so that all of them are reproducible: the same files give
the same bytes, whatever the machine, the hour, the locale or the order of a folder. Not by
``zipfile``, which deflates everything anew: what was deflated for one package goes into
the next as it is (APPNOTE 6.3.10, without ZIP64, which some platforms cannot read).
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, TypeAlias

from scorm_packages.package import (
    PackageError,
    Progress,
    nobody_watches,
    refuse_unportable_names,
    replacing,
)
from scorm_packages.press import (
    Content,
    Measure,
    Press,
    chunks,
    deflated,
    is_compressed_already,
    size_of,
)

Verify: TypeAlias = Callable[[Path], None]
"""Looks at the finished zip before anybody gets it; raises to refuse it."""

MOST_BYTES: Final = 2 * 1024**3
MOST_FILES: Final = 20_000

STORED: Final = 0
DEFLATED: Final = 8
VERSION_NEEDED: Final = 20
MADE_ON_UNIX: Final = 3 << 8 | VERSION_NEEDED
FIRST_DAY: Final = (0, 1 << 5 | 1)
"""Time and date of every file: 1980-01-01, the first that a zip can tell.

A real date would make every export differ.
"""

REGULAR_FILE_READABLE_BY_ALL: Final = (0o100644 & 0xFFFF) << 16

LOCAL: Final = struct.Struct("<4s5H3I2H")
CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
END: Final = struct.Struct("<4s4H2IH")


@dataclass(frozen=True, slots=True)
class Workshop:
    """What an export works with: a press that may remember, and somebody who watches."""

    press: Press = field(default_factory=Press)
    progress: Progress = nobody_watches


@dataclass(slots=True)
class _Entry:
    """One file of the zip, as its headers tell of it."""

    name: bytes
    method: int
    offset: int
    crc: int = 0
    packed: int = 0
    size: int = 0

    def measured(self, measure: Measure) -> None:
        self.crc, self.size = measure.crc, measure.size

    @property
    def local(self) -> bytes:
        """The header in front of the file's content (4.3.7)."""
        facts = (self.crc, self.packed, self.size, len(self.name), 0)
        start = LOCAL.pack(b"PK\3\4", VERSION_NEEDED, 0, self.method, *FIRST_DAY, *facts)
        return start + self.name

    @property
    def central(self) -> bytes:
        """The entry in the directory at the end (4.3.12)."""
        versions = (MADE_ON_UNIX, VERSION_NEEDED, 0)
        facts = (self.crc, self.packed, self.size, len(self.name), 0, 0, 0, 0)
        place = (REGULAR_FILE_READABLE_BY_ALL, self.offset)
        start = CENTRAL.pack(b"PK\1\2", *versions, self.method, *FIRST_DAY, *facts, *place)
        return start + self.name


def write_zip(
    files: Mapping[str, Content],
    target: Path,
    *,
    workshop: Workshop | None = None,
    first: Iterable[str] = (),
    verify: Verify | None = None,
) -> Path:
    """Write ``files`` (name in the zip -> content) as ``target``, whole or not at all.

    The zip is built beside its target and takes its place only once it is complete,
    on disk, and accepted by ``verify``. Media that are compressed already are stored, and
    so are the files named ``first``, which come before all others, in this order (an EPUB
    begins with its type). The rest is deflated. Raise ``PackageError`` for a name
    that some platform could not unpack, for more than a platform takes in, or when the
    folder cannot be written.
    """
    refuse_unportable_names(files)
    _refuse_excess(files)
    order = (*first, *sorted(set(files) - set(first)))
    with replacing(target) as stream:
        writer = _Writer(stream, workshop or Workshop(), frozenset(first))
        writer.write({name: files[name] for name in order})
        stream.flush()
        os.fsync(stream.fileno())
        if verify is not None:
            verify(Path(stream.name))
    return target


def _refuse_excess(files: Mapping[str, Content]) -> None:
    try:
        size = sum(map(size_of, files.values()))
    except OSError as error:
        raise PackageError(
            f"This file cannot be read: {error.strerror}.",
            "Put the file back, and let the account that runs this program read it.",
            str(error.filename),
        ) from error
    if size > MOST_BYTES or len(files) > MOST_FILES:
        raise PackageError(
            f"The package would hold {len(files)} files of {size // 1024**2} MiB together; "
            f"platforms take {MOST_FILES} files and {MOST_BYTES // 1024**2} MiB.",
            "Leave out or shrink media, or split the course.",
        )


class _Writer:
    def __init__(self, stream: IO[bytes], workshop: Workshop, stored: frozenset[str]) -> None:
        self._stream = stream
        self._press = workshop.press
        self._progress = workshop.progress
        self._stored = stored

    def write(self, files: Mapping[str, Content]) -> None:
        total = sum(map(size_of, files.values()))
        done = 0
        self._progress(done, total)
        entries = []
        for name, content in files.items():
            entry = self._add(name, content)
            entries.append(entry)
            done += entry.size
            self._progress(done, total)
        self._end(entries)

    def _add(self, name: str, content: Content) -> _Entry:
        is_stored = name in self._stored or is_compressed_already(name)
        method = STORED if is_stored else DEFLATED
        entry = _Entry(name.encode("ascii"), method, self._stream.tell())
        # Its real numbers are known once the content is written.
        self._stream.write(entry.local)
        if is_stored:
            self._store(entry, content)
        else:
            self._deflate(entry, content)
        end = self._stream.tell()
        entry.packed = end - entry.offset - len(entry.local)
        self._stream.seek(entry.offset)
        self._stream.write(entry.local)
        self._stream.seek(end)
        return entry

    def _store(self, entry: _Entry, content: Content) -> None:
        """Copy the content; that it still has its measure is seen when the zip is verified."""
        entry.measured(self._press.measure(content))
        self._stream.writelines(chunks(content))

    def _deflate(self, entry: _Entry, content: Content) -> None:
        with self._press.pressed(content) as pressed:
            if pressed is not None:
                self._stream.writelines(pressed.chunks)
                entry.measured(pressed.measure)
                return
        for chunk, squeezed in deflated(content):
            self._stream.write(squeezed)
            entry.crc, entry.size = zlib.crc32(chunk, entry.crc), entry.size + len(chunk)

    def _end(self, entries: list[_Entry]) -> None:
        start = self._stream.tell()
        for entry in entries:
            self._stream.write(entry.central)
        size = self._stream.tell() - start
        count = len(entries)
        self._stream.write(END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))
