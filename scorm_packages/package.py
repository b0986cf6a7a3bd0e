"""What can be said of every package: its errors, its names, and that it is whole or not there."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Told how much of the work is done, and how much there is."""

PORTABLE_NAME: Final = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", re.ASCII)


class PackageError(Exception):
    """A package that cannot be made: what happened, and who can mend it and how.

    ``place`` is the file that it is about, empty where it is about none.
    """

    def __init__(self, message: str, remedy: str, place: str = "") -> None:
        super().__init__(f"{place}: {message} {remedy}" if place else f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
        self.place = place


def refuse_unportable_names(files: Iterable[str]) -> None:
    """Raise ``PackageError`` for names that are not the same on every LMS's disk.

    Accents, spaces and names that differ only in case are what platforms most often
    unpack wrongly, so that a picture is missing for some learners only.
    """
    names = sorted(files)
    unportable = [name for name in names if not _is_portable(name)]
    if unportable:
        raise PackageError(
            f"These file names may get lost on some platforms: {', '.join(unportable)}.",
            "Use only unaccented letters, digits, dots, hyphens and underscores, "
            "and adapt the pages that name these files.",
        )
    seen: dict[str, str] = {}
    for name in names:
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            raise PackageError(
                f"Two files differ only in upper and lower case: {twin} and {name}.",
                "Rename one of them, and adapt the pages that name it.",
            )


def file_name(*parts: str) -> str:
    """Join what identifies a package into a file name that every system accepts."""
    return "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-.") for part in parts if part)


def _is_portable(name: str) -> bool:
    return bool(PORTABLE_NAME.fullmatch(name)) and not any(
        part.startswith(".") or part.endswith(".") for part in PurePosixPath(name).parts
    )


def nobody_watches(_done: int, _total: int) -> None:
    return


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """A temporary file in the target's folder that becomes the target if all goes well."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
        stream = part.open("x+b")
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with stream:
            yield stream
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(target: Path, error: OSError) -> PackageError:
    return PackageError(
        f"The package cannot be written: {error.strerror or error}.",
        "Name a folder that you may write to, on a disk with room left.",
        str(target),
    )


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can do so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
