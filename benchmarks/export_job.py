"""One export, or the same files by ``zipfile``, in a process of its own.

It prints the seconds from the first line of work to the last, without those in which Python
starts and reads its modules, and the most memory that the process ever had.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import zipfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Final

from scorm_packages.cache import Cache
from scorm_packages.exporter import Exporter, Order
from scorm_packages.options import Options
from scorm_packages.partners import Look, Partner
from scorm_packages.registry import FORMATS, find_format

LEVEL: Final = 6
PARTNERS: Final = 8
OPTIONS: Final = Options(licence="https://arrimage.example/dispatch/launch#licence")
"""A dispatch package is made under a licence."""
PER_KIB: Final = 1024 if sys.platform == "darwin" else 1
"""What systems count the most memory in."""


def one(course: Path, cache: Path, out: Path) -> None:
    """Make the SCORM 1.2 package of the course, its check included."""
    Exporter(course, Cache(cache)).export(Order(find_format("scorm12")), out)


def partners() -> list[Partner]:
    """Return eight partners, who differ as partners do: by their name and their mark."""
    return [
        Partner(f"partner-{number}", title=f"Partenaire {number}", look=Look(f"P{number}"))
        for number in range(PARTNERS)
    ]


def theirs(course: Path, cache: Path, out: Path) -> None:
    """Make one package for each of eight partners, in formats as different as can be."""
    formats = cycle(FORMATS.values())
    _all([Order(next(formats), OPTIONS, each) for each in partners()], course, cache, out)


def everything(course: Path, cache: Path, out: Path) -> None:
    """Make a package of every format for each of eight partners, all of them checked."""
    orders = [Order(each, OPTIONS, partner) for partner in partners() for each in FORMATS.values()]
    _all(orders, course, cache, out)


def _all(orders: list[Order], course: Path, cache: Path, out: Path) -> None:
    for outcome in Exporter(course, Cache(cache)).export_all(orders, out):
        if outcome.made is None:
            raise SystemExit(outcome.failure)


def peer(folder: Path, _cache: Path, out: Path) -> None:
    """Zip the files of a package as Python does, everything deflated."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / "peer.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                made.write(path, path.relative_to(folder))


JOBS: Final[dict[str, Callable[[Path, Path, Path], None]]] = {
    "one": one,
    "theirs": theirs,
    "everything": everything,
    "zipfile": peer,
}


def main() -> None:
    """Do what is asked, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=JOBS)
    parser.add_argument("folders", nargs=3, type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    began = time.perf_counter()
    JOBS[asked.job](*asked.folders)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // PER_KIB
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_kib": peak}))


if __name__ == "__main__":
    main()
