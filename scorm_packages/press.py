"""Content as it lies in a zip: stored, or deflated once and used in every package."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeAlias

from scorm_packages.cache import Cache

Content: TypeAlias = bytes | Path
"""A file of a package: its bytes, or where to read them."""

Stamp: TypeAlias = tuple[int, int, int]
"""What changes when a file does: its inode, its size, when it was written."""

CHUNK: Final = 256 * 1024
WORTH_KEEPING: Final = 8 * 1024
"""Fewer bytes than that are deflated sooner than they are found in a cache."""
LEVEL: Final = 6
RAW: Final = -zlib.MAX_WBITS

# fmt: off
ALREADY_COMPRESSED: Final = frozenset({
    ".avif", ".epub", ".gif", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".ogg", ".opus", ".pdf",
    ".png", ".webm", ".webp", ".woff", ".woff2", ".zip",
})
# fmt: on


def is_compressed_already(name: str) -> bool:
    """Whether a file of this name would gain nothing by being deflated."""
    return PurePosixPath(name).suffix.lower() in ALREADY_COMPRESSED


def size_of(content: Content) -> int:
    """Return the number of bytes of ``content``."""
    return content.stat().st_size if isinstance(content, Path) else len(content)


def chunks(content: Content) -> Iterator[bytes]:
    """Yield the bytes of ``content``, a little at a time."""
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]
        return
    with content.open("rb") as source:
        yield from _read(source)


def _read(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


@dataclass(frozen=True, slots=True)
class Measure:
    """What the headers of a zip say of a file: its CRC-32 and its size in bytes."""

    crc: int
    size: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """Deflated content (RFC 1951): the measure of what it was, and its bytes."""

    measure: Measure
    chunks: Iterator[bytes]


class Press:
    """Deflates content; with a cache, the same content only once.

    A file is measured once, too, until it changes.
    """

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache
        self._measures: dict[Path, tuple[Stamp, Measure]] = {}
        self._whole: set[str] = set()

    def measure(self, content: Content) -> Measure:
        """Return the checksum and the size of ``content``."""
        if isinstance(content, bytes):
            return Measure(zlib.crc32(content), len(content))
        now = stamp(content)
        known = self._measures.get(content)
        if known is None or known[0] != now:
            known = self._measures[content] = now, _measured(content)
        return known[1]

    @contextmanager
    def pressed(self, content: Content) -> Iterator[Pressed | None]:
        """Give the deflated form of ``content``, or ``None`` when it is kept nowhere.

        Then the caller deflates it on the way, with ``deflated``. What the cache holds is
        taken only where it is whole.
        """
        if self._cache is None or size_of(content) < WORTH_KEEPING:
            yield None
            return
        digest, crc, size = hashlib.sha256(), 0, 0
        for chunk in chunks(content):
            digest.update(chunk)
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        path = self._kept(self._cache, digest.hexdigest(), content)
        if path is None:
            yield None
            return
        try:
            source = path.open("rb")
        except OSError:
            # Somebody removed it since.
            yield None
            return
        with source:
            yield Pressed(Measure(crc, size), _read(source))

    def _kept(self, cache: Cache, name: str, content: Content) -> Path | None:
        """Return where the content of this SHA-256 is kept deflated, which is seen to once."""
        key = f"deflated-{LEVEL}/{name[:2]}/{name[2:]}"
        path = cache.get(key)
        if path is None or not (name in self._whole or _is_whole(path, name)):
            path = cache.put(key, lambda stream: _write(stream, content))
        if path is not None:
            self._whole.add(name)
        return path


def stamp(path: Path) -> Stamp:
    """Return the stamp of a file. Raise ``OSError``."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _measured(path: Path) -> Measure:
    crc, size = 0, 0
    for chunk in chunks(path):
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    return Measure(crc, size)


def deflated(content: Content) -> Iterator[tuple[bytes, bytes]]:
    """Yield chunks of ``content``, each with what deflation makes of it so far."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    for chunk in chunks(content):
        yield chunk, squeeze.compress(chunk)
    yield b"", squeeze.flush()


def _write(stream: IO[bytes], content: Content) -> None:
    for _chunk, squeezed in deflated(content):
        stream.write(squeezed)


def _is_whole(path: Path, digest: str) -> bool:
    """Whether what is kept inflates to content of this SHA-256."""
    found = hashlib.sha256()
    inflate = zlib.decompressobj(RAW)
    try:
        with path.open("rb") as source:
            for chunk in _read(source):
                rest = chunk
                while rest:
                    found.update(inflate.decompress(rest, CHUNK))
                    rest = inflate.unconsumed_tail
        found.update(inflate.flush())
    except (OSError, zlib.error):
        return False
    return inflate.eof and found.hexdigest() == digest
