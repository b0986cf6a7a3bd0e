"""Finished packages, kept to be handed over again, without the media in them.

The media of a course lie in its folder already, and would be in every package's copy once
more. So a package is kept as a list of pieces: bytes of its own, and files of the course
that lie in it as they are. Put together again, it has to have the checksum that it had.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from scorm_packages.cache import Cache
from scorm_packages.checks.findings import Finding, Report
from scorm_packages.package import Progress, file_name, replacing
from scorm_packages.press import Content, Measure, Press, chunks
from scorm_packages.zips import LOCAL

WORTH_LEAVING_OUT: Final = 4096
"""A file of fewer bytes is kept with the rest."""


@dataclass(frozen=True, slots=True)
class Made:
    """A package that was handed over.

    ``checksum`` is its SHA-256; ``version`` is the course's. ``report`` is what its check
    said. ``is_new`` tells whether it had to be made.
    """

    path: Path
    checksum: str
    version: str
    language: str
    report: Report
    is_new: bool

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What the check would have liked better."""
        return self.report.warnings


@dataclass(frozen=True, slots=True)
class Piece:
    """So many bytes of a package: those of a file of the course, or its own."""

    size: int
    file: str | None = None


class KeptPackages:
    """The packages that were made of the course in ``folder``, by key."""

    def __init__(self, cache: Cache, folder: Path) -> None:
        self._cache = cache
        self._folder = folder

    def keep(self, key: str, made: Made, media: Mapping[str, Content], press: Press) -> None:
        """Keep a package that was just made, and shows these media."""
        pieces = tuple(_pieces(made.path, self._files(media, press)))
        facts = {
            "name": made.path.name,
            "checksum": made.checksum,
            "crc": press.measure(made.path).crc,
            "version": made.version,
            "language": made.language,
            "report": made.report.as_json(),
            "pieces": [[piece.size, piece.file] for piece in pieces],
        }
        note = json.dumps(facts).encode()
        self._cache.put(_own(key), lambda kept: _write_own(kept, made.path, pieces))
        self._cache.put(_note(key), lambda kept: kept.writelines([note]))

    def again(self, key: str, out: Path, progress: Progress) -> Made | None:
        """Put into the folder ``out`` what was made before, if it is still what it was."""
        own, note = self._cache.get(_own(key)), self._cache.get(_note(key))
        if own is None or note is None:
            return None
        noted = _noted(note, out)
        if noted is None:
            return None
        made, crc, pieces = noted
        size = sum(piece.size for piece in pieces)
        progress(0, size)
        try:
            with replacing(made.path) as stream:
                self._assemble(stream, own, pieces, crc)
        except _NotWhatItWas:
            return None
        progress(size, size)
        return made

    def _files(self, media: Mapping[str, Content], press: Press) -> Mapping[Measure, str]:
        """Return the course's media by what a zip says of them."""
        return {
            press.measure(path): path.relative_to(self._folder).as_posix()
            for path in media.values()
            if isinstance(path, Path) and path.is_relative_to(self._folder)
        }

    def _assemble(
        self, stream: IO[bytes], own: Path, pieces: tuple[Piece, ...], expected: int
    ) -> None:
        crc = 0
        try:
            kept = own.open("rb")
        except OSError as error:
            raise _NotWhatItWas from error
        with kept:
            for piece in pieces:
                for chunk in self._bytes_of(piece, kept):
                    crc = zlib.crc32(chunk, crc)
                    stream.write(chunk)
        if crc != expected:
            raise _NotWhatItWas

    def _bytes_of(self, piece: Piece, kept: IO[bytes]) -> Iterator[bytes]:
        if piece.file is None:
            yield kept.read(piece.size)
            return
        try:
            yield from chunks(self._folder / piece.file)
        except OSError as error:
            raise _NotWhatItWas from error


class _NotWhatItWas(Exception):
    """What is kept, or a file of the course, is not what went into the package."""


def _own(key: str) -> str:
    return f"packages/{key}.package"


def _note(key: str) -> str:
    return f"packages/{key}.json"


def _pieces(package: Path, files: Mapping[Measure, str]) -> Iterator[Piece]:
    """Cut a package into pieces, in the order in which they lie in it."""
    done = 0
    for start, measure in _stored(package):
        file = files.get(measure)
        if file is not None and measure.size >= WORTH_LEAVING_OUT:
            yield Piece(start - done)
            yield Piece(measure.size, file)
            done = start + measure.size
    yield Piece(package.stat().st_size - done)


def _stored(package: Path) -> Iterator[tuple[int, Measure]]:
    """Yield where each stored file of a zip of ours begins, and its measure; a PDF has none."""
    if not zipfile.is_zipfile(package):
        return
    with zipfile.ZipFile(package) as opened:
        for entry in opened.infolist():
            if entry.compress_type == zipfile.ZIP_STORED:
                header = LOCAL.size + len(entry.filename.encode())
                yield entry.header_offset + header, Measure(entry.CRC, entry.file_size)


def _write_own(stream: IO[bytes], package: Path, pieces: tuple[Piece, ...]) -> None:
    with package.open("rb") as source:
        for piece in pieces:
            if piece.file is None:
                stream.write(source.read(piece.size))
            else:
                source.seek(piece.size, 1)


def _noted(note: Path, out: Path) -> tuple[Made, int, tuple[Piece, ...]] | None:
    """Return what is noted of a package that is to go into ``out`` again, its CRC and pieces."""
    try:
        facts: dict[str, Any] = json.loads(note.read_bytes())
        made = Made(
            out / file_name(facts["name"]),
            facts["checksum"],
            facts["version"],
            facts["language"],
            Report.of_json(facts["report"]),
            is_new=False,
        )
        pieces = tuple(Piece(size, file) for size, file in facts["pieces"])
        return made, int(facts["crc"]), pieces
    except (OSError, ValueError, KeyError, TypeError):
        return None
