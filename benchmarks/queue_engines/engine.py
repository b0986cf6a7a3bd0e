"""Runs one engine as a process: ``prepare``, ``enqueue FIRST LAST`` or ``work``."""

from __future__ import annotations

import importlib
import sys


def main() -> None:
    name, command, *numbers = sys.argv[1:]
    engine = importlib.import_module(f"benchmarks.queue_engines.{name}_engine")
    if command == "work":
        engine.main()
    elif command == "prepare":
        getattr(engine, "prepare", lambda: None)()
    else:
        for number in range(*map(int, numbers)):
            try:
                engine.enqueue(number)
            except Exception:
                # Whoever put it there knows, and can try again: that is no loss.
                print(f"refused {number}", flush=True)


if __name__ == "__main__":
    main()
