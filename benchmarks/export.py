"""``make bench-export``: what an export costs, beside what else packs the same files.

The course has forty pages and twenty megabytes of photographs (``export_course``). Each thing
that is measured runs five times, in turn with the others, in processes of their own and
folders of their own, so that nothing is warm but the disk's cache. What counts is the work,
without the start of Python or Node; ours includes reading the course, rendering it, and the
check of the finished package. The peers get the files of our package:

- Python's ``zipfile`` at level 6, which deflates all of them and checks nothing;
- npm's ``simple-scorm-packager``, which writes a manifest and zips.

``theirs`` is a package for each of eight partners, each of another format; ``everything`` is
one of every format for each of them. All are checked.
The memory is the most that a process ever had: with the course of twenty megabytes, and with
four times as many.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.export_course import PAGES, write_course
from benchmarks.export_job import PARTNERS
from scorm_packages.control_documents import documents
from scorm_packages.registry import FORMATS

MEDIA_BYTES: Final = 20_000_000
MORE_MEDIA: Final = 4
MEBIBYTE: Final = 1024
"""In KiB."""
PACKAGER: Final = Path(__file__).with_name("packager") / "packager.cjs"
WRITTEN_BY_PEER: Final = "imsmanifest.xml"


@dataclass(frozen=True)
class Figures:
    """Seconds of each run, and KiB of memory, by what was run."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, list[int]] = field(default_factory=dict)

    def note(self, name: str, facts: Mapping[str, float]) -> None:
        self.seconds.setdefault(name, []).append(facts["seconds"])
        if "peak_kib" in facts:
            self.peaks.setdefault(name, []).append(int(facts["peak_kib"]))

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, floor: str) -> float:
        """Return the median of the ratios of runs that stood next to each other."""
        pairs = zip(self.seconds[name], self.seconds[floor], strict=True)
        return statistics.median(one / other for one, other in pairs)


class Bench:
    """A folder with the course, and a new one inside it for each run."""

    def __init__(self, folder: Path, packages: Path) -> None:
        self._folder = folder
        self._packages = packages
        self.course = folder / "quarante-pages"
        self.files = folder / "files"
        write_course(self.course, MEDIA_BYTES)

    def unpack(self) -> None:
        """Make a package once, and lay out the files that are in it for the peers."""
        out = self._fresh("first")
        self.job("one", self.course, self._fresh("cache"), out)
        (package,) = out.iterdir()
        with zipfile.ZipFile(package) as made:
            made.extractall(self.files)

    def round(self, figures: Figures) -> None:
        """Run everything once."""
        cache = self._fresh("cache")
        figures.note("zipfile", self.job("zipfile", self.files, cache, self._fresh("out")))
        figures.note("one", self.job("one", self.course, cache, self._fresh("out")))
        figures.note("again", self.job("one", self.course, cache, self._fresh("out")))
        figures.note("packager", self.packager())
        for name in ("theirs", "everything"):
            made = self.job(name, self.course, self._fresh("cache"), self._fresh("out"))
            figures.note(name, made)

    def job(self, name: str, *folders: Path) -> dict[str, float]:
        """Run a job of ``export_job``, and return what it took."""
        command = [sys.executable, "-m", "benchmarks.export_job", name, *map(str, folders)]
        return _facts(command)

    def packager(self) -> dict[str, float]:
        """Run npm's packager over files of its own, without what it writes itself."""
        source = self._fresh("source")
        own = {WRITTEN_BY_PEER, *documents("scorm12")}
        shutil.copytree(
            self.files, source, dirs_exist_ok=True, ignore=lambda _folder, names: own & {*names}
        )
        script = shutil.copy(PACKAGER, self._packages)
        return _facts(["node", script, str(source), str(self._fresh("out"))])

    def larger(self) -> dict[str, float]:
        """Export a course with more media, and return what it took."""
        course = self._folder / "quarante-grandes-pages"
        write_course(course, MEDIA_BYTES * MORE_MEDIA)
        return self.job("one", course, self._fresh("cache"), self._fresh("out"))

    def _fresh(self, name: str) -> Path:
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder


def _facts(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    # The peer talks while it works; what it took is its last line.
    facts: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return facts


def main() -> None:
    """Measure, and print medians, ratios and the limits that they are held to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--packages", type=Path, required=True, help="where npm put the packager")
    asked = parser.parse_args()
    began = time.perf_counter()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-export-") as folder:
        bench = Bench(Path(folder), asked.packages.resolve())
        bench.unpack()
        for _ in range(asked.runs):
            bench.round(figures)
        larger = bench.larger()
    _report(figures, larger, print)
    print(f"{time.perf_counter() - began:.0f} s in all.")


def _report(figures: Figures, larger: Mapping[str, float], say: Callable[[str], None]) -> None:
    runs = len(figures.seconds["one"])
    packages = len(FORMATS) * PARTNERS
    say(f"{PAGES} pages and {MEDIA_BYTES // 1_000_000} MB of media; medians of {runs} runs.")
    titles = {
        "one": "one SCORM 1.2 export, its check included",
        "again": "the same again, nothing changed",
        "zipfile": "zipfile, level 6, the same files",
        "packager": "simple-scorm-packager, the same files",
        "theirs": f"a package for each of {PARTNERS} partners, in formats but {_left_out()}",
        "everything": f"{len(FORMATS)} formats for {PARTNERS} partners: {packages} packages",
    }
    for name, title in titles.items():
        say(f"  {figures.median(name):6.3f} s  {title}")
    limits = (
        ("one", "zipfile", 1.0),
        ("one", "packager", 0.5),
        ("again", "one", 0.2),
        ("theirs", "one", 4.0),
        ("everything", "one", 4.0),
    )
    for name, floor, limit in limits:
        ratio = figures.ratio(name, floor)
        verdict = "met" if ratio <= limit else "NOT MET"
        say(f"  {ratio:6.2f}    {name} / {floor}, limit {limit}: {verdict}")
    peak = statistics.median(figures.peaks["one"])
    more = larger["peak_kib"]
    say(
        f"  Peak memory of one export: {peak / MEBIBYTE:.0f} MiB; with {MORE_MEDIA} times the "
        f"media: {more / MEBIBYTE:.0f} MiB ({more / peak:.2f} times)."
    )


def _left_out() -> str:
    """Return the formats for which there is no partner where each has one."""
    return ", ".join([*FORMATS][PARTNERS:]) or "none"


if __name__ == "__main__":
    main()
