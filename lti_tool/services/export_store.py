"""The packages that are kept, as files: each under the SHA-256 of its content.

Two packages of the same content are one file. A file gets its place whole, by a rename, and
is read through before anybody gets it: what a disk or a hand changed is never handed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

CHECKSUM: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
ABANDONED_SECONDS: Final = 24 * 3600
INCOMING: Final = "incoming"


class PackageUnusable(Exception):
    """A kept package cannot be handed over."""


class PackageMissing(PackageUnusable):
    """Its file is not there, or cannot be read."""


class PackageDamaged(PackageUnusable):
    """Its file is no longer what was kept."""


class PackageStore:
    """Files by checksum, in a folder that is made when something is first put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder to make a package in, from which ``put`` takes it by a mere rename.

        Raise ``OSError`` when there is none to be had.
        """
        incoming = self.folder / INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=incoming, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def put(self, file: Path, checksum: str) -> None:
        """Keep a file under its checksum; it leaves its place. Raise ``OSError``."""
        target = self._path(checksum)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)

    def open(self, checksum: str) -> IO[bytes]:
        """Return a kept file, read through and found to be what was kept.

        Raise ``PackageMissing`` or ``PackageDamaged``.
        """
        try:
            stream = self._path(checksum).open("rb")
        except OSError as error:
            raise PackageMissing(error.strerror or "") from error
        try:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            if digest != checksum:
                raise PackageDamaged(digest)
            stream.seek(0)
        except OSError as error:
            stream.close()
            raise PackageMissing(error.strerror or "") from error
        except BaseException:
            stream.close()
            raise
        return stream

    def has(self, checksum: str) -> bool:
        """Whether a file is there; ``open`` tells whether it is sound."""
        return self._path(checksum).is_file()

    def remove(self, checksum: str) -> None:
        """Remove a file, if it is there. Raise ``OSError``."""
        self._path(checksum).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what workers left behind that died while they made a package."""
        oldest = time.time() - ABANDONED_SECONDS
        for folder in (self.folder / INCOMING).glob("*"):
            # Another worker may sweep too.
            with contextlib.suppress(OSError):
                if folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder)

    def _path(self, checksum: str) -> Path:
        if not CHECKSUM.fullmatch(checksum):
            raise ValueError(f"not a checksum: {checksum!r}")
        return self.folder / checksum[:2] / checksum
