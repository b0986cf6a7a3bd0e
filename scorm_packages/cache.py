"""What was made once and need not be made again: deflated assets, finished packages.

A cache is a folder of files, each under a name that says all it depends on. Nothing is
trusted for being there: whoever takes something out checks it. The folder may be removed
at any time, and is shared by as many processes as like.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

LARGEST: Final = 2 * 1024**3
"""How many bytes are kept. What was used least lately leaves first."""

KEY: Final = re.compile(r"[a-z0-9][a-z0-9./-]*", re.ASCII)


class Cache:
    """Files by key, in a folder that is made when something is first put there."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self._folder = folder
        self._largest = largest

    def get(self, key: str) -> Path | None:
        """Return the file kept under ``key``, and remember that it was of use."""
        path = self._path(key)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, key: str, write: Callable[[IO[bytes]], None]) -> Path | None:
        """Keep what ``write`` writes; ``None`` when there is no room or no right to.

        Others see the whole of it or nothing. A cache that cannot be written to is no reason
        to fail: the work is only done again next time.
        """
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
                part = Path(stream.name)
                try:
                    write(stream)
                    stream.close()
                    part.replace(path)
                finally:
                    part.unlink(missing_ok=True)
        except OSError:
            return None
        return path

    def tidy(self) -> None:
        """Remove what was used least lately, until no more than ``largest`` bytes are kept.

        What may not be removed stays: that is no reason to fail either.
        """
        # Somebody may remove the folder itself meanwhile.
        with contextlib.suppress(OSError):
            used = sorted(self._files(), key=lambda file: file[1].st_mtime_ns, reverse=True)
            total = 0
            for path, status in used:
                total += status.st_size
                if total > self._largest:
                    path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self._folder.rglob("*"):
            # Another process may be tidying too.
            with contextlib.suppress(OSError):
                if path.is_file():
                    yield path, path.stat()

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key) or ".." in key:
            raise ValueError(f"not a key: {key!r}")
        return self._folder / key
