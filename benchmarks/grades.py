"""``make bench-grades``: scores on their way to a slow platform, and a large class that is read.

Each half prints what it measured, and says whether that is as the project wants it.
"""

from __future__ import annotations

import sys

from benchmarks import grades_delivery, grades_reading

HALVES = {"delivery": grades_delivery.main, "reading": grades_reading.main}


def main(wanted: list[str]) -> int:
    """Measure the halves of those names, or all."""
    return sum(not HALVES[name]() for name in wanted or HALVES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
