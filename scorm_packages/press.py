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

CHUNK: Final = 256 * 1024
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
class Pressed:
    """Deflated content (RFC 1951): of what checksum and size it was, and its bytes."""

    crc: int
    size: int
    chunks: Iterator[bytes]


class Press:
    """Deflates content; with a cache, the same content only once."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache

    @contextmanager
    def pressed(self, content: Content) -> Iterator[Pressed | None]:
        """Give the deflated form of ``content``, or ``None`` when it is kept nowhere.

        Then the caller deflates it on the way, with ``deflated``. What the cache holds is
        taken only where it is whole.
        """
        if self._cache is None:
            yield None
            return
        digest, crc, size = hashlib.sha256(), 0, 0
        for chunk in chunks(content):
            digest.update(chunk)
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        name = digest.hexdigest()
        key = f"deflated-{LEVEL}/{name[:2]}/{name[2:]}"
        path = self._cache.get(key)
        if path is None or not _is_whole(path, name):
            path = self._cache.put(key, lambda stream: _write(stream, content))
        if path is None:
            yield None
            return
        with path.open("rb") as source:
            yield Pressed(crc, size, _read(source))


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
