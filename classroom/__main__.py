"""``python -m classroom``."""

from classroom.cli import main

main(prog_name="python -m classroom")
