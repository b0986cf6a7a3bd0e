"""Reading a zip that a stranger made, without trusting what it says of itself."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import IO

MAX_ENTRIES = 20_000
MAX_BYTES = 2 * 1024**3
MAX_RATIO = 200
"""Deflate reaches about 1000 on nothing but zeros; text and code stay well under 50."""

MAX_TEXT_BYTES = 64 * 1024**2
"""No manifest, page or script that we look into is larger."""

BOMB_FLOOR = 10 * 1024**2
"""Below this many bytes an entry may be as compressible as it likes."""

ENCRYPTED = 0x1


METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every platform can unpack."""

DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
)
"""What ``zipfile`` raises on one wrong byte, depending on where it is."""


class UnsafeArchive(ValueError):
    """A zip that is damaged, or that would harm whoever unpacks it."""


class Archive:
    """The files of a zip that ``open_archive`` found sound."""

    def __init__(self, archive: zipfile.ZipFile, names: frozenset[str]) -> None:
        self._archive = archive
        self.names = names

    def read(self, name: str) -> bytes:
        """Raise ``KeyError`` when there is no such file, ``UnsafeArchive`` when it is huge."""
        if self._archive.getinfo(name).file_size > MAX_TEXT_BYTES:
            raise UnsafeArchive(f"{name} is too large to be looked into")
        return self._archive.read(name)


@contextmanager
def open_archive(package: Path) -> Iterator[Archive]:
    """Give access to a zip's files, every one of which has been unpacked once to see if it can.

    Raise ``UnsafeArchive`` for what is not a sound zip: damaged or encrypted entries,
    links, names that leave the folder or mean the same file twice, and far more
    content than the zip's size can honestly hold. Raise ``OSError`` when the file
    itself cannot be read.
    """
    with package.open("rb") as stream:
        archive = _sound(stream)
        with archive:
            names = (entry.filename for entry in archive.infolist() if not entry.is_dir())
            yield Archive(archive, frozenset(names))


def _sound(stream: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(stream)
        # Folders are unpacked as well: what is asked of names is asked of theirs too.
        entries = archive.infolist()
        _refuse_excess(entries)
        _refuse_harmful(entries)
        damaged = archive.testzip()
    except UnsafeArchive:
        raise
    except DAMAGES as error:
        raise UnsafeArchive(f"the zip is damaged: {error}") from error
    if damaged:
        raise UnsafeArchive(f"{damaged} is damaged")
    return archive


def _refuse_excess(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnsafeArchive(f"it holds {len(entries)} files, more than {MAX_ENTRIES}")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise UnsafeArchive(f"it unpacks to more than {MAX_BYTES // 1024**3} GiB")
    for entry in entries:
        if entry.file_size > max(BOMB_FLOOR, entry.compress_size * MAX_RATIO):
            raise UnsafeArchive(f"{entry.filename} unpacks to {entry.file_size} bytes: a zip bomb")


def _refuse_harmful(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not name:
            # It ends at a NUL, which may come first.
            raise UnsafeArchive("it holds a file without a name")
        if _leaves_the_folder(entry):
            raise UnsafeArchive(f"{name!r} points outside the package")
        # A folder may be said as often as one likes: it is still the same folder.
        if name.lower() in seen and not entry.is_dir():
            raise UnsafeArchive(f"{name} is there twice")
        seen.add(name.lower())
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnsafeArchive(f"{name} is a link, not a file")
        if entry.flag_bits & ENCRYPTED:
            raise UnsafeArchive(f"{name} is encrypted")
        if entry.compress_type not in METHODS:
            raise UnsafeArchive(f"{name} is compressed in a way that platforms cannot read")


def _leaves_the_folder(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or ".." in name.split("/")
        or bool(PureWindowsPath(name).drive)
    )
