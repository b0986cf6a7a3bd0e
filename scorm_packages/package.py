"""What a package is, and how its zip is written.

A package is the same course boxed for another kind of runtime. All of them are
written here, so that all of them are reproducible: the same files give the same
bytes, whatever the machine, the hour, the locale or the order of a folder.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many bytes of content are in the box, and how many there will be."""

Content: TypeAlias = bytes | Path
"""A file of the package: its bytes, or where to read them."""

Verify: TypeAlias = Callable[[Path], None]
"""Looks at the finished zip before anybody gets it; raises to refuse it."""

CHUNK = 256 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first instant that a zip can tell. A real date would make every export differ."""

REGULAR_FILE_READABLE_BY_ALL = (0o100644 & 0xFFFF) << 16
MADE_ON_UNIX = 3

# fmt: off
ALREADY_COMPRESSED = frozenset({
    ".avif", ".gif", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".ogg", ".opus", ".pdf", ".png",
    ".webm", ".webp", ".woff", ".woff2", ".zip",
})
# fmt: on

PORTABLE_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", re.ASCII)


class PackageError(Exception):
    """A package that cannot be made: what happened, and who can mend it and how."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


class Package(Protocol):
    """A course boxed in one format.

    ``name`` is the file's name without its ending; ``title`` is what the learner's
    platform shows.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    def write(self, out: Path, progress: Progress | None = None) -> Path:
        """Write the package into the folder ``out`` and return where it lies.

        Raise ``PackageError`` when it cannot be made, and leave nothing behind.
        """
        ...


def write_zip(
    files: Mapping[str, Content],
    target: Path,
    *,
    progress: Progress | None = None,
    verify: Verify | None = None,
) -> Path:
    """Write ``files`` (name in the zip -> content) as ``target``, whole or not at all.

    The zip is built beside its target and takes its place only once it is complete,
    on disk, and accepted by ``verify``. Media that are compressed already are stored.
    Raise ``PackageError`` for a name that some platform could not unpack, or when the
    folder cannot be written.
    """
    refuse_unportable_names(files)
    with _replacing(target) as stream:
        _fill(stream, files, progress or _nobody_watches)
        stream.flush()
        os.fsync(stream.fileno())
        if verify is not None:
            verify(Path(stream.name))
    return target


def refuse_unportable_names(files: Mapping[str, Content]) -> None:
    """Raise ``PackageError`` for names that are not the same on every LMS's disk.

    Accents, spaces and names that differ only in case are what platforms most often
    unpack wrongly, so that a picture is missing for some learners only.
    """
    unportable = sorted(name for name in files if not _is_portable(name))
    if unportable:
        raise PackageError(
            f"These file names may get lost on some platforms: {', '.join(unportable)}.",
            "Use only unaccented letters, digits, dots, hyphens and underscores, "
            "and adapt the pages that name these files.",
        )
    seen: dict[str, str] = {}
    for name in sorted(files):
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            raise PackageError(
                f"Two files differ only in upper and lower case: {twin} and {name}.",
                "Rename one of them, and adapt the pages that name it.",
            )


def file_name(*parts: str) -> str:
    """Join what identifies a package into a file name that every system accepts."""
    return "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-.") for part in parts)


def _is_portable(name: str) -> bool:
    return bool(PORTABLE_NAME.fullmatch(name)) and not any(
        part.startswith(".") or part.endswith(".") for part in PurePosixPath(name).parts
    )


def _nobody_watches(_done: int, _total: int) -> None:
    return


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A temporary file in the target's folder that becomes the target if all goes well."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below, then renamed
            dir=target.parent, prefix=f".{target.name}.", suffix=".part", delete=False
        )
    except OSError as error:
        raise _unwritable(target, error) from error
    part = Path(stream.name)
    try:
        with stream:
            yield stream
        part.chmod(0o666 & ~_umask())
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> PackageError:
    return PackageError(
        f"{target} cannot be written: {error.strerror or error}.",
        "Name a folder that you may write to, on a disk with room left.",
    )


def _umask() -> int:
    """The mask that files of this process are made with (it can only be read by setting it)."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can do so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(stream: IO[bytes], files: Mapping[str, Content], progress: Progress) -> None:
    sizes = {name: _size(content) for name, content in files.items()}
    total = sum(sizes.values())
    done = 0
    progress(done, total)
    with zipfile.ZipFile(stream, "w") as archive:
        for name in sorted(files):
            with archive.open(_entry(name, sizes[name]), "w") as entry:
                for chunk in _chunks(files[name]):
                    entry.write(chunk)
                    done += len(chunk)
                    progress(done, total)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    stored = PurePosixPath(name).suffix.lower() in ALREADY_COMPRESSED
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = REGULAR_FILE_READABLE_BY_ALL
    info.create_system = MADE_ON_UNIX
    info.file_size = size
    return info


def _size(content: Content) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]
        return
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk
