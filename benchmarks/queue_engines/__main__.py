"""Kills the workers and the server of each queue engine in mid-job, and counts what is left.

Run by ``make bench-queues``, in an environment of its own: the engines that are not used are no
dependencies of the tool. For each engine, jobs are put into its queue while two worker
processes are killed with SIGKILL, one after the other, and started again; in the second half of
the runs, so is the queue's server. Then everything is left alone until nothing happens any more.
``stuck`` jobs are those that only came when the workers were started anew; ``lost`` ones never
did. What was refused at the door is counted apart: whoever asked knows about it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.queue_engines import job
from benchmarks.queue_engines.servers import Server, serving

ENGINES = (
    ("huey", "sqlite"),
    ("celery", "sqlite"),
    ("huey", "redis"),
    ("dramatiq", "redis"),
    ("celery", "redis"),
    ("huey", "postgresql"),
    ("procrastinate", "postgresql"),
)
WORKERS = 2
QUIET_SECONDS = 2.5 * job.FORGIVING_SECONDS
"""Without any job for so long, nothing more is expected."""
LONGEST_SECONDS = 120.0


@dataclass
class Run:
    """One engine under one kind of fault."""

    name: str
    server: Server
    folder: Path
    seconds: float
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = self.folder / "journal"
        self.journal.touch()

    def start(
        self, command: str, *numbers: int, output: int | None = None
    ) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            job.QUEUE: self.server.url,
            job.JOURNAL: str(self.journal),
            job.SECONDS: str(self.seconds),
        }
        words = [sys.executable, "-m", "benchmarks.queue_engines.engine", self.name, command]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*words, *map(str, numbers)], env=environment, stdout=output or log, stderr=log
            )

    def hire(self) -> None:
        self.workers = [self.start("work") for _ in range(WORKERS)]

    def kill(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number].wait()

    def dismiss(self) -> None:
        for number in range(len(self.workers)):
            self.kill(number)

    def settle(self, expected: int) -> None:
        """Wait until every job is done, or nothing happens any more."""
        began = last = time.monotonic()
        size = -1
        while (now := time.monotonic()) < began + LONGEST_SECONDS and now < last + QUIET_SECONDS:
            if self.journal.stat().st_size != size:
                size, last = self.journal.stat().st_size, now
                if len(self.ended()) >= expected:
                    break
            time.sleep(0.2)

    def ended(self) -> Counter[int]:
        lines = self.journal.read_text().splitlines()
        return Counter(int(line.split()[1]) for line in lines if line.startswith("ended"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--milliseconds", type=int, default=60, help="what one job takes")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="an engine, such as huey or huey/redis")
    options = parser.parse_args()
    print(
        f"{options.jobs} jobs of {options.milliseconds} ms, {WORKERS} workers with "
        f"{job.THREADS} threads, {options.kills} kills, seed {options.seed}"
    )
    print(f"{'engine':26} {'killed':16} refused   twice   stuck    lost   last job after")
    for name, kind in ENGINES:
        for fault in ("workers",) if kind == "sqlite" else ("workers", "workers, server"):
            if options.only in f"{name}/{kind}":
                result = _crash(name, kind, fault, options)
                print(f"{name + '/' + kind:26} {fault:16} {result}", flush=True)
    return 0


def _crash(name: str, kind: str, fault: str, options: argparse.Namespace) -> str:
    chance = random.Random(options.seed)  # noqa: S311 -- repeatable, and no secret
    with (
        tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as place,
        serving(kind, folder := Path(place)) as server,
    ):
        run = Run(name, server, folder, options.milliseconds / 1000)
        if run.start("prepare").wait():
            raise RuntimeError((folder / "log").read_text())
        run.hire()
        began = time.time()
        door = run.start("enqueue", 0, options.jobs, output=subprocess.PIPE)
        for kill in range(options.kills):
            time.sleep(chance.uniform(1.0, 2.0))
            victim = chance.randrange(WORKERS)
            run.kill(victim)
            if "server" in fault and kill % 2:
                server.crash()
            run.workers[victim] = run.start("work")
        said, _ = door.communicate()
        refused = said.count(b"refused")
        expected = options.jobs - refused
        run.settle(expected)
        before = len(run.ended())
        if before < expected:
            run.dismiss()
            run.hire()
            run.settle(expected)
        done = run.ended()
        last = run.journal.stat().st_mtime - began
        run.dismiss()
    twice = sum(count > 1 for count in done.values())
    lost = max(expected - len(done), 0)
    return f"{refused:7} {twice:7} {len(done) - before:7} {lost:7} {last:13.1f} s"


if __name__ == "__main__":
    sys.exit(main())
